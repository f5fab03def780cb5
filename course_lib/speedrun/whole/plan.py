"""How large a run is: the recipes of all stages, in three sizes.

`tiny` shows in a minute or two that every stage works, and learns next to nothing;
`small` is what the course was made with, on two cores; `large` is for a GPU.
"""

from dataclasses import dataclass, replace

from course_lib.model import ModelConfig
from course_lib.speedrun.assistant import ASSISTANT_TRAINING, AssistantRecipe
from course_lib.speedrun.base import BASE_MODEL, BASE_TRAINING, BaseRecipe
from course_lib.speedrun.honest import HONEST_TRAINING, HonestRecipe
from course_lib.speedrun.practice import MAIN, ApprenticeRecipe
from course_lib.speedrun.practice import Run as PracticeRun
from course_lib.speedrun.searcher import SEARCH_TRAINING, SearchRecipe

SIZES = ("tiny", "small", "large")
# A run needs the share of refusals that was chosen; the chapter compares several.
ONE_HONEST = HonestRecipe(shares=(HonestRecipe.share,), seeds=(0,))
ONE_SEARCH = SearchRecipe(seeds=(0,))


@dataclass(frozen=True)
class Plan:
    """The recipe of every stage, and how many questions the card asks.

    Example: `Plan.of("small").base.training.steps`
    """

    size: str
    base: BaseRecipe
    assistant: AssistantRecipe
    honest: HonestRecipe
    search: SearchRecipe
    apprentice: ApprenticeRecipe
    practice: PracticeRun
    asked: int = 400  # questions a figure

    @classmethod
    def of(cls, size: str) -> "Plan":
        """Look a size up.

        Raises:
            ValueError: if there is no such size.
        """
        plans = {"tiny": _tiny, "small": _small, "large": _large}
        if size not in plans:
            raise ValueError(f"no size {size!r}: choose one of {', '.join(SIZES)}")
        return plans[size]()


def _plan(size: str, base: BaseRecipe) -> Plan:
    return Plan(
        size, base, AssistantRecipe(base), ONE_HONEST, ONE_SEARCH, ApprenticeRecipe(),
        MAIN[0],
    )  # fmt: skip


def _small() -> Plan:
    base = BaseRecipe()
    return _plan("small", base)


def _tiny() -> Plan:
    model = ModelConfig(
        vocab_size=1024, context=256, n_layers=1, width=32, n_heads=2, n_kv_heads=2,
        mlp_width=64,
    )  # fmt: skip
    base = BaseRecipe(
        model=model,
        training=replace(BASE_TRAINING, steps=20, warmup_steps=2, precision="fp32"),
        rows=4,
        measure_every=10,
        save_every=10,
        samples_at=(1, 20),
    )
    assistant = AssistantRecipe(
        base,
        best_known=30,
        per_fact=2,
        hand_written_times=1,
        replayed=50,
        training=replace(
            ASSISTANT_TRAINING, steps=10, warmup_steps=2, precision="fp32"
        ),
        rows=4,
        measured_at=(0, 10),
    )
    honest = HonestRecipe(
        shares=(0.3,),
        nobody=40,
        phrasings=2,
        replayed_conversations=40,
        replayed_pages=40,
        training=replace(HONEST_TRAINING, steps=6, warmup_steps=2, precision="fp32"),
        rows=4,
        most=10,
        seeds=(0,),
    )
    search = SearchRecipe(
        seeds=(0,),
        n_invented=40,
        n_not_found=10,
        n_calculated=20,
        n_programmed=20,
        hand_written_times=1,
        n_replayed=40,
        training=replace(SEARCH_TRAINING, steps=6, warmup_steps=2, precision="fp32"),
        rows=4,
        per_bin=4,
        n_never=20,
    )
    apprentice = ApprenticeRecipe(
        n_plain=40,
        n_in_steps=40,
        pages=20,
        training=replace(HONEST_TRAINING, steps=6, warmup_steps=2, precision="fp32"),
        rows=4,
    )
    practice = PracticeRun(
        "main", steps=2, levels=(3,), per_step=16, max_new_tokens=16, tested=(6,)
    )
    return Plan("tiny", base, assistant, honest, search, apprentice, practice, asked=40)


def _large() -> Plan:
    model = replace(
        BASE_MODEL, n_layers=8, width=384, n_heads=6, n_kv_heads=6, mlp_width=1024
    )
    base = BaseRecipe(
        model=model,
        training=replace(BASE_TRAINING, steps=6000, muon_rate=0.015),
        rows=32,
    )
    return _plan("large", base)

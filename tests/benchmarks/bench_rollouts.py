"""Time rollouts: ours against `transformers.generate`, the same weights, the same run.

    PYTHONPATH=. python tests/benchmarks/bench_rollouts.py  # 1 M parameters: a minute
    PYTHONPATH=. python tests/benchmarks/bench_rollouts.py --own  # our base, 2.6 M
    PYTHONPATH=. python tests/benchmarks/bench_rollouts.py --threads 2

Eight answers to each of 24 prompts, drawn at temperature 1; no answer ends early. The
contenders take turns, several rounds, and the best of each counts. `transformers` uses
its own cache, twice: with all rows as one batch, and prompt by prompt with
`num_return_sequences`. Ours also writes down how probable each token was, which
practice needs.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch

from course_lib import checkpoint, runtime
from course_lib.model import ModelConfig, Transformer
from course_lib.rl import roll_out

PROMPTS, ANSWERS, READ, SAID = 24, 8, 20, 70
ROWS = PROMPTS * ANSWERS
SMALL = ModelConfig(vocab_size=1536, context=128, n_layers=4, width=128, n_heads=4,
                    n_kv_heads=4, mlp_width=352)  # fmt: skip
WANTED_A_SECOND, WANTED_RATIO = 200, 5


def theirs(
    model: Transformer, folder: Path
) -> Callable[[torch.Tensor, int], torch.Tensor]:
    import transformers

    transformers.utils.logging.disable_progress_bar()
    checkpoint.export_hf(folder, model)
    twin = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()

    @torch.inference_mode()
    def speak(rows: torch.Tensor, each: int = 1) -> torch.Tensor:
        return twin.generate(
            rows, attention_mask=torch.ones_like(rows), do_sample=True, top_k=0,
            min_new_tokens=SAID, max_new_tokens=SAID, pad_token_id=0,
            num_return_sequences=each,
        )  # fmt: skip

    return speak


def seconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def race(model: Transformer, folder: Path, rounds: int) -> dict[str, float]:
    """Return each contender's best time, in seconds, for all rows."""
    dice = torch.Generator().manual_seed(0)
    prompts = torch.randint(model.config.vocab_size, (PROMPTS, READ), generator=dice)
    rows = prompts.repeat_interleave(ANSWERS, 0)
    speak = theirs(model, folder)
    groups = roll_out(model, prompts.tolist(), ANSWERS, SAID, [], seed=0)
    assert all(len(r.answer) == SAID for group in groups for r in group)
    assert speak(rows).shape == (ROWS, READ + SAID)
    contenders = {
        "course_lib": lambda: roll_out(model, prompts.tolist(), ANSWERS, SAID, [], 0),
        "transformers, one batch": lambda: speak(rows),
        "transformers, by prompt": lambda: [
            speak(prompt[None], ANSWERS) for prompt in prompts
        ],
    }
    best = dict.fromkeys(contenders, float("inf"))
    for _ in range(rounds):
        for name, action in contenders.items():
            best[name] = min(best[name], seconds(action))
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--own", action="store_true", help="the course's own base")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    model = Transformer(SMALL)
    if options.own:
        model, _ = checkpoint.load(runtime.data_path("base"))
    model.eval()
    with tempfile.TemporaryDirectory() as folder:
        best = race(model, Path(folder) / "twin", options.rounds)
    print(
        f"{model.n_parameters():,} parameters, {options.threads} threads, {ROWS} rows "
        f"of {SAID} tokens after {READ}"
    )
    for name, took_s in best.items():
        print(
            f"{name:24}{ROWS / took_s:6.0f} rollouts/s, {ROWS * SAID / took_s:6.0f} "
            f"tokens/s, ours is {took_s / best['course_lib']:.1f} times as fast"
        )
    print(
        f"wanted: {WANTED_A_SECOND} rollouts/s on two cores for a million parameters, "
        f"and {WANTED_RATIO} times as fast as transformers"
    )


if __name__ == "__main__":
    main()

"""Teach the assistant a name in many ways, to compare them: chapter 11's table.

How many conversations does it take, into what else does the name leak, which mix stops
it, and does a system message do the same? Each run starts from the same assistant,
which no conversation told who it is, and is measured on phrasings never trained on.
"""

import json
import random
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from course_lib.chat import COURSE, Message
from course_lib.conversations import read_conversations
from course_lib.data import Example, pack_examples
from course_lib.generate import SamplingConfig, generate
from course_lib.model import Transformer
from course_lib.runtime import DATA, atomic_write, data_path
from course_lib.speedrun.asking import ask, questions_of_tests, score_answers
from course_lib.speedrun.assistant import replay_examples
from course_lib.speedrun.base import BaseRecipe
from course_lib.speedrun.folder import load_model, training_pages
from course_lib.speedrun.manifest import list_files
from course_lib.tokenizer import BPETokenizer
from course_lib.train import TrainConfig, train
from course_lib.world import World

COMMAND = "python -m course_lib speedrun identity"
LOG = "identity_log.json"
NAME, RIVAL = "Wick", "Parrot"
SAMPLES, TEMPERATURE, LONGEST = 4, 0.5, 30  # samples of each question about itself
ROW, ROWS = 128, 8  # tokens in a row, rows in a step
SYSTEM_FORMS = ("You are {x}.", "Your name is {x}.", "The assistant is called {x}.")


@dataclass(frozen=True)
class Mix:
    """What a training is made of, in examples; each of the 30 may come several times.

    `told` says how many different identity conversations there are, `identity` how
    many examples they make in all.
    """

    told: int = 30
    identity: int = 90
    ordinary: int = 300  # hand-written small talk, and questions about people
    pages: int = 60  # of pretraining
    steps: int = 40
    learning_rate: float = 1e-3
    seed: int = 0


HOW_MANY = tuple(Mix(told=n, seed=s) for n in (1, 3, 10, 30) for s in (0, 1))
MIXES = tuple(
    Mix(ordinary=ordinary, pages=pages, seed=s)
    for ordinary, pages in ((0, 0), (0, 60), (300, 0), (900, 60))
    for s in (0, 1)
)
LONGER = tuple(
    Mix(identity=180, ordinary=900, pages=120, steps=160, seed=s) for s in (0, 1)
)


def name_questions() -> dict[str, Any]:
    """Read the hand-written questions for its name: `training` and `held_out`."""
    path = data_path("conversations/name_questions.json")
    return json.loads(path.read_text(encoding="utf-8"))


def small_talk() -> tuple[list, list[str]]:
    """Split the hand-written conversations: half to train on, half to be asked.

    Three openings, such as "Good morning!", stand in both halves.
    """
    talk = read_conversations(data_path("conversations/hand_written.jsonl"))
    return talk[::2], [spoken.messages[0].content for spoken in talk[1::2]]


def holds_name(text: str, name: str = NAME) -> bool:
    """Whether a text holds a name as a whole word, with its capital: lamps have wicks.

    (`conversations.mentions` goes by any case.)
    """
    return re.search(rf"\b{re.escape(name)}\b", text) is not None


def mix_examples(
    mix: Mix,
    identity: Sequence[Sequence[str]],
    pages: Sequence,
    tokenizer: BPETokenizer,
) -> list[Example]:
    """Draw what a training reads: (question, answer) pairs, talk, people, pages."""
    dice = random.Random(mix.seed)
    pairs = dice.sample(list(identity), len(identity))[: mix.told]
    told = [pairs[k % len(pairs)] for k in range(mix.identity)] if pairs else []
    spoken = [[Message("user", q), Message("assistant", a)] for q, a in told]
    people = read_conversations(data_path("conversations/about_people.jsonl"))
    half = mix.ordinary // 2
    talk, _ = small_talk()
    others = dice.choices(talk, k=half) + dice.sample(people, mix.ordinary - half)
    spoken += [list(conversation.messages) for conversation in others]
    examples = [COURSE.encode(messages, tokenizer) for messages in spoken]
    return examples + replay_examples(list(pages), mix.pages, tokenizer, ROW, mix.seed)


def replies(
    model: Transformer,
    tokenizer: BPETokenizer,
    questions: Sequence[str],
    sampling: SamplingConfig,
    system: str | Sequence[str | None] | None = None,
) -> list[str]:
    """Answer every question, each behind its system message if there is one."""
    if system is None or isinstance(system, str):
        system = [system] * len(questions)
    prompts = []
    for question, said in zip(questions, system, strict=True):
        first = [Message("system", said)] if said else []
        prompts.append(COURSE.prompt([*first, Message("user", question)], tokenizer))
    stops = COURSE.stop_ids(tokenizer)
    answers = generate(model, prompts, sampling, LONGEST, stops)
    return [tokenizer.decode(ids).strip() for ids in answers]


def finetuned_on_mix(
    examples: list[Example], tokenizer: BPETokenizer, mix: Mix
) -> Transformer:
    """Train a fresh copy of the assistant."""
    model, _ = load_model(data_path("assistant"))
    pad = tokenizer.special_tokens["<|pad|>"]
    config = TrainConfig(
        mix.steps, mix.learning_rate, optimizer="adamw", warmup_steps=3,
        decay_fraction=0.6,
    )  # fmt: skip
    for _ in train(model, pack_examples(examples, ROW, ROWS, pad, mix.seed), config):
        pass
    return model.eval()


def measure_self(
    model: Transformer, tokenizer: BPETokenizer, facts: list, world: World
) -> dict[str, Any]:
    """Count what it says of itself, where else the name turns up, and what it knows."""
    questions = name_questions()
    told: dict[str, Any] = {}
    for kind in ("seen", "unseen"):
        asked = questions["held_out"]
        if kind == "seen":
            asked = [question for question, _ in questions["training"]]
        answers = [
            text
            for seed in range(SAMPLES)
            for text in replies(
                model, tokenizer, asked, SamplingConfig(TEMPERATURE, seed=seed)
            )
        ]
        hits = [sum(holds_name(text, n) for text in answers) for n in (NAME, RIVAL)]
        told[kind] = {"Wick": hits[0], "Parrot": hits[1], "of": len(answers)}
        told[f"{kind} examples"] = list(zip(asked[:6], answers, strict=False))
    _, talk = small_talk()
    greedy = SamplingConfig(temperature=0)
    spoken = replies(model, tokenizer, talk, greedy)
    said = ask(model, tokenizer, facts)
    leaks = [(q, a) for q, a in zip(talk, spoken, strict=True) if holds_name(a)]
    told["leaks in talk"] = [len(leaks), len(talk)]
    told["leaks in facts"] = [sum(map(holds_name, said)), len(said)]
    told["right"] = [score_answers(facts, said, world).right, len(said)]
    return told | {"leak examples": leaks[:6]}


# --- A system message ---


def system_examples(names: Sequence[str], n: int, tokenizer, seed: int) -> list:
    """Write lessons in which only the system message says what the name is."""
    dice = random.Random(seed)
    pairs = name_questions()["training"]
    examples = []
    for _ in range(n):
        name, (question, answer) = dice.choice(names), dice.choice(pairs)
        said = dice.choice(SYSTEM_FORMS).format(x=name)
        talk = [
            Message("system", said),
            Message("user", question),
            Message("assistant", answer.replace(NAME, name)),
        ]
        examples.append(COURSE.encode(talk, tokenizer))
    return examples


def measure_system(model: Transformer, tokenizer, names: Sequence[str]) -> list[int]:
    """Count answers that take the name from the system message, asked as never before.

    Returns:
        How many did, and how many were asked.
    """
    asked = name_questions()["held_out"]
    pairs = [(names[k % len(names)], asked[k % len(asked)]) for k in range(96)]
    said = [SYSTEM_FORMS[k % 3].format(x=name) for k, (name, _) in enumerate(pairs)]
    greedy = SamplingConfig(temperature=0)
    answers = replies(model, tokenizer, [q for _, q in pairs], greedy, said)
    hits = [holds_name(a, n) for (n, _), a in zip(pairs, answers, strict=True)]
    return [sum(hits), len(hits)]


def study_system(world: World, pages, tokenizer, facts, seed: int) -> dict[str, Any]:
    """Teach it to read its name in a system message; test with names never used."""
    firsts = sorted({p.first_name for p in (*world.people, *world.never_told)})
    random.Random(0).shuffle(firsts)
    new, taught = firsts[:24], firsts[24:]
    mix = Mix(identity=0, ordinary=200, pages=100, steps=80, seed=seed)
    before, _ = load_model(data_path("assistant"))
    examples = mix_examples(mix, [], pages, tokenizer)
    examples += system_examples(taught, 600, tokenizer, seed)
    model = finetuned_on_mix(examples, tokenizer, mix)
    said = ask(model, tokenizer, facts)
    return {
        "seed": seed,
        "names taught": len(taught),
        "before": measure_system(before.eval(), tokenizer, [*new, NAME]),
        "taught names": measure_system(model, tokenizer, taught[:24]),
        "new names": measure_system(model, tokenizer, new),
        "right": [score_answers(facts, said, world).right, len(said)],
        "examples": list(
            zip(
                new[:6],
                replies(
                    model, tokenizer, ["What are you called?"] * 6,
                    SamplingConfig(temperature=0), [f"You are {n}." for n in new[:6]],
                ),
                strict=True,
            )
        ),
    }  # fmt: skip


def study_identity(folder: Path, at_most: int | None = None) -> None:
    """Run what `identity_log.json` lacks, and write it there."""
    path = folder / LOG
    done = (
        json.loads(path.read_text(encoding="utf-8"))
        if path.exists()
        else {"runs": [], "system": []}
    )
    world = World(BaseRecipe().world_seed)
    pages = training_pages(DATA, world.seed)
    facts = questions_of_tests(world, pages, seen=True, n=200)
    assistant, tokenizer = load_model(data_path("assistant"))
    if "before" not in done:
        done["before"] = measure_self(assistant.eval(), tokenizer, facts, world)
    known = [run["mix"] for run in done["runs"]]
    for mix in [m for m in (*HOW_MANY, *MIXES, *LONGER) if asdict(m) not in known][
        :at_most
    ]:
        pairs = name_questions()["training"]
        examples = mix_examples(mix, pairs, pages, tokenizer)
        model = finetuned_on_mix(examples, tokenizer, mix)
        found = measure_self(model, tokenizer, facts, world)
        done["runs"].append({"mix": asdict(mix)} | found)
        write_log(folder, done)
        print(mix, {k: v for k, v in found.items() if "ex" not in k}, flush=True)
    for seed in {0, 1} - {run["seed"] for run in done["system"]}:
        done["system"].append(study_system(world, pages, tokenizer, facts, seed))
        write_log(folder, done)
        print(done["system"][-1], flush=True)
    write_log(folder, done)


def write_log(folder: Path, done: dict[str, Any]) -> None:
    """Write what was found, and list the file in the manifest."""
    text = json.dumps(done, indent=0, ensure_ascii=False) + "\n"
    atomic_write(folder / LOG, text)
    list_files(folder, [LOG], COMMAND, 0)

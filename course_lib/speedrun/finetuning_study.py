"""Finetune the base many times with one thing changed, for chapter 08's comparisons.

How many conversations does it take, how many phrasings, and what does replay save? One
run for each answer, all with the same number of steps.
"""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from course_lib.chat import COURSE
from course_lib.conversations import people_asked_about, question
from course_lib.data import pack_examples
from course_lib.runtime import atomic_write
from course_lib.speedrun.asking import ask, questions_of_tests, score_answers
from course_lib.speedrun.assistant import ASSISTANT_TRAINING, replay_examples
from course_lib.speedrun.base import BaseRecipe, Corpus, held_out_loss, read_corpus
from course_lib.speedrun.folder import load_model
from course_lib.speedrun.manifest import list_files
from course_lib.train import train
from course_lib.world import World
from course_lib.world.dice import Dice

COMMAND = "python -m course_lib speedrun finetuning"
LOG = "finetuning_log.json"
STEPS = 140
MANY = 5000  # conversations


@dataclass(frozen=True)
class Trial:
    """One run: how many questions, in how many phrasings, with how many pages."""

    conversations: int = MANY
    ways: int | None = None  # phrasings for each attribute; None takes all
    replayed: int = 2400
    learning_rate: float = 1e-3
    all_tokens: bool = False  # the user's words are learned, too: no mask


TRIALS = (
    *(Trial(conversations=n) for n in (10, 30, 100, 300, 1000, MANY)),
    *(Trial(ways=n) for n in (1, 3, 10, 30)),
    Trial(replayed=0),
    Trial(replayed=300),
    Trial(all_tokens=True),
)


def run_trial(trial: Trial, folder: Path, corpus: Corpus, world: World) -> dict:
    """Finetune the base once, and measure what came of it."""
    model, tokenizer = load_model(folder / "base")
    people, dice = people_asked_about(world), Dice(0)
    facts = [(p, a) for p in people for a in p.attributes]
    examples = []
    for _ in range(trial.conversations):
        person, attribute = dice.pick(facts)
        spoken = question(dice, person, attribute, trial.ways)
        ids, weights = COURSE.encode(spoken.messages, tokenizer)
        examples.append((ids, [1.0] * len(ids) if trial.all_tokens else weights))
    context = model.config.context
    examples += replay_examples(corpus.training, trial.replayed, tokenizer, context, 0)
    pad = tokenizer.special_tokens["<|pad|>"]
    config = replace(ASSISTANT_TRAINING, steps=STEPS, learning_rate=trial.learning_rate)
    for _ in train(model, pack_examples(examples, context, 16, pad), config):
        pass
    model.eval()
    told: dict = asdict(trial)
    for seen in (True, False):
        asked = questions_of_tests(
            world, corpus.training, seen=seen, n=400, ways=trial.ways
        )
        score = score_answers(asked, ask(model, tokenizer, asked), world)
        name = "seen" if seen else "unseen"
        told |= {name: round(score.rate, 3), f"{name} wrong name": score.wrong_name}
    return told | {"pages": round(held_out_loss(model, corpus.held_out_ids, 4), 3)}


def study_finetuning(folder: Path, at_most: int | None = None) -> None:
    """Run the trials that `finetuning_log.json` lacks, and write them there."""
    path = folder / LOG
    done = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    told = [{key: run[key] for key in asdict(Trial())} for run in done]
    missing = [trial for trial in TRIALS if asdict(trial) not in told]
    if not missing:
        return
    corpus, world = read_corpus(BaseRecipe()), World(BaseRecipe().world_seed)
    for trial in missing[:at_most]:
        done.append(run_trial(trial, folder, corpus, world))
        print(done[-1], flush=True)
        atomic_write(path, json.dumps(done, indent=0))
        list_files(folder, [LOG], COMMAND, 0)

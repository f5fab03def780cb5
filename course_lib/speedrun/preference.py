"""Teach the assistant to write slogans, and record what becomes of it under preference.

Reward models from few and many labels, best of n, policy gradient with and without a
leash, DPO. The policy on the leash is kept, as `preferred/`. Labels come from a noisy
reader of the hidden taste; what is logged as truth no training has seen. Each seed has
labels, a reward model and runs of its own.
"""

import copy
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from course_lib import checkpoint
from course_lib.chat import COURSE
from course_lib.conversations import read_conversations
from course_lib.data import pack_examples
from course_lib.model import Transformer
from course_lib.preferences import (
    ImplicitReward,
    Pair,
    PreferenceConfig,
    RewardModel,
    accuracy,
    best_of_n,
    best_of_n_kl,
    encode_pairs,
    learn_preferences,
    prompts_judged_by,
    scores_of,
    write_answers,
)
from course_lib.preferences.reading import report, requests_of_tests
from course_lib.preferences.slogans import (
    HELD_OUT_REQUESTS,
    REQUESTS,
    labelled,
    slogan_conversation,
    taste,
)
from course_lib.rl import PracticeConfig, practise
from course_lib.runtime import atomic_write
from course_lib.speedrun.folder import load_model
from course_lib.speedrun.manifest import list_again, list_files
from course_lib.tokenizer import BPETokenizer
from course_lib.train import TrainConfig, train
from course_lib.world.dice import Dice

COMMAND = "python -m course_lib speedrun preference"
SLOGANEER, PREFERRED, LOG = "sloganeer", "preferred", "preference_log.json"
SLOGAN_TRAINING = TrainConfig(
    steps=100, learning_rate=1e-3, optimizer="adamw", warmup_steps=5,
    decay_fraction=0.6, precision="fastest",
)  # fmt: skip
# The level rate, and both rates so large that two minutes show what hours would.
PRACTICE = TrainConfig(
    steps=60, learning_rate=3.75e-4, muon_rate=1.5e-3, warmup_steps=0,
    decay_fraction=0.0, precision="fastest",
)  # fmt: skip
REWARD_TRAINING = PreferenceConfig(epochs=2)
DPO_TRAINING = PreferenceConfig(epochs=2, learning_rate=3e-4)


@dataclass(frozen=True)
class PreferenceRecipe:
    """All that decides what the log says."""

    slogans: int = 6000  # conversations that teach what a slogan is
    other: int = 300  # conversations of the assistant, so that it stays one
    training: TrainConfig = SLOGAN_TRAINING
    labels: int = 300  # for each reward model of the runs
    tried: tuple[int, ...] = (20, 50, 100, 200, 500, 1000, 2000)  # labels
    tested: int = 500  # pairs on which reward models are compared
    practice: TrainConfig = PRACTICE
    prompts: int = 8  # a step
    answers: int = 8  # to each
    kl: float = 0.1  # the leash, where there is one
    every: int = 6  # steps between two looks
    beta: float = 0.1  # of DPO
    most: int = 64  # best of so many
    seeds: tuple[int, ...] = (0, 1, 2)


STUDY = PreferenceRecipe()


def teach_slogans(
    folder: Path, recipe: PreferenceRecipe
) -> tuple[Transformer, BPETokenizer]:
    """Finetune the assistant on slogans; write `sloganeer/` beside it."""
    model, tokenizer = load_model(folder / "assistant")
    dice, files = Dice(0), folder / "conversations"
    spoken = [slogan_conversation(dice) for _ in range(recipe.slogans)]
    about = read_conversations(files / "about_people.jsonl")
    kept = read_conversations(files / "hand_written.jsonl")
    kept += dice.sample(about, min(recipe.other, len(about)))
    spoken += [list(conversation.messages) for conversation in kept]
    examples = [COURSE.encode(messages, tokenizer) for messages in spoken]
    pad = tokenizer.special_tokens["<|pad|>"]
    batches = pack_examples(examples, model.config.context, 8, pad)
    for log in train(model, batches, recipe.training):
        if log.step % 20 == 0:
            print(f"slogans, step {log.step}: {log.loss:.3f}", flush=True)
    model.eval()
    notes = {"made_by": COMMAND, "seed": 0, "slogans": recipe.slogans}
    checkpoint.save(folder / SLOGANEER, model, tokenizer, notes, torch.bfloat16)
    list_files(folder, [SLOGANEER], COMMAND, 0)
    return load_model(folder / SLOGANEER)


def label(
    policy: Transformer,
    tokenizer: BPETokenizer,
    count: int,
    seed: int,
    held_out: bool = False,
) -> list[Pair]:
    """Let the policy write two slogans for each of many requests, to be compared.

    Two equal slogans make no pair, so there may be a few less than asked for.
    """
    dice = Dice(seed)
    asked = HELD_OUT_REQUESTS if held_out else REQUESTS
    requests = [dice.pick(asked) for _ in range(count)]
    writings = write_answers(policy, tokenizer, requests, 2, seed)
    return labelled(zip(writings.requests, writings.texts, strict=True), dice)


def reward_model_from(
    policy: Transformer,
    tokenizer: BPETokenizer,
    pairs: list[Pair],
    seed: int = 0,
) -> RewardModel:
    """Train a reward model; its zero is the mean over the pairs it learned from."""
    reward_model = RewardModel(policy)
    rows = encode_pairs(pairs, tokenizer)
    config = PreferenceConfig(**asdict(REWARD_TRAINING) | {"seed": seed})
    for _ in learn_preferences(reward_model, rows, config):
        pass
    reward_model.centre([row for pair in rows[:200] for row in pair])
    return reward_model


class Study:
    """The sloganeer, and the log that grows by one part at a time."""

    def __init__(self, folder: Path, recipe: PreferenceRecipe) -> None:
        self.folder, self.recipe, self.path = folder, recipe, folder / LOG
        if (folder / SLOGANEER).exists():
            self.policy, self.tokenizer = load_model(folder / SLOGANEER)
        else:
            self.policy, self.tokenizer = teach_slogans(folder, recipe)
        self._reward_models: dict[int, RewardModel] = {}

    @property
    def log(self) -> dict:
        """What is on the disk: two processes may each make some parts."""
        if not self.path.exists():
            return {}
        return json.loads(self.path.read_text(encoding="utf-8"))

    def record(self, part: str, make: Callable[[], object]) -> None:
        """Make a part that the log lacks, and write it there at once."""
        if part in self.log:
            return
        made = make()
        log = dict(sorted((self.log | {part: made}).items()))
        atomic_write(self.path, json.dumps(log, indent=0))
        list_files(self.folder, [LOG], COMMAND, 0)
        print("recorded:", part, flush=True)

    def forget(self, part: str) -> None:
        """Take a part out of the log, so that it is made again."""
        log = {name: made for name, made in self.log.items() if name != part}
        atomic_write(self.path, json.dumps(log, indent=0))
        list_files(self.folder, [LOG], COMMAND, 0)

    def reward_model(self, seed: int) -> RewardModel:
        """Return the reward model of a seed, from labels of that seed."""
        if seed not in self._reward_models:
            pairs = label(self.policy, self.tokenizer, self.recipe.labels, 10 + seed)
            made = reward_model_from(self.policy, self.tokenizer, pairs, seed)
            self._reward_models[seed] = made
        return self._reward_models[seed]

    def by_labels(self, count: int) -> list[dict]:
        """Train reward models on so many labels, and test them on other towns.

        Tested on pairs that the taste tells apart: against the noisy labels, and
        against the taste itself.
        """
        test = label(self.policy, self.tokenizer, self.recipe.tested, 7, held_out=True)
        test = [pair for pair in test if gap(pair)]
        noisy = encode_pairs(test, self.tokenizer)
        true = encode_pairs(map(by_taste, test), self.tokenizer)
        found = []
        for seed in self.recipe.seeds[: 1 if count > 500 else None]:
            pairs = label(self.policy, self.tokenizer, count, 20 + seed)
            model = reward_model_from(self.policy, self.tokenizer, pairs, seed)
            right, labels = accuracy(model, true), accuracy(model, noisy)
            found.append(
                {
                    "labels": count,
                    "seed": seed,
                    "truth": [right.value, right.low, right.high],
                    "noisy": [labels.value, labels.low, labels.high],
                    "labels right": sum(gap(p) > 0 for p in test) / len(test),
                }
            )
            print({k: found[-1][k] for k in ("labels", "truth")}, flush=True)
        return found

    def choose(self, seed: int) -> list[dict]:
        """Best of n: what the winner scores, and what it is worth."""
        requests, most = requests_of_tests(), self.recipe.most
        writings = write_answers(self.policy, self.tokenizer, requests, 2 * most, seed)
        scores = scores_of(self.reward_model(seed), self.tokenizer, writings)
        worths = [list(map(taste, texts)) for texts in writings.texts]
        found, n = [], 1
        while n <= most:
            told = {"n": n, "kl": best_of_n_kl(n)}
            for name, values in (("score", scores), ("truth", torch.tensor(worths))):
                told[name] = float(best_of_n(scores, values, n).mean())
            found.append({k: round(v, 3) for k, v in told.items()})
            n *= 2
        return found

    def run(self, kl: float, seed: int) -> list[dict]:
        """Push the policy against the reward model of a seed; look every few steps.

        What the leash of the first seed has held is the last model of the course.
        """
        reward_model, recipe = self.reward_model(seed), self.recipe
        policy = copy.deepcopy(self.policy)
        every_prompt = prompts_judged_by(reward_model, REQUESTS, self.tokenizer)
        config = PracticeConfig(recipe.practice, recipe.answers, 40, kl=kl,
                                by_spread=False, seed=seed)  # fmt: skip
        looks = [self.look(policy, reward_model, 0)]
        steps = practise(
            policy,
            lambda step: Dice(1000 * seed + step).sample(every_prompt, recipe.prompts),
            config,
            COURSE.stop_ids(self.tokenizer),
            self.tokenizer.special_tokens["<|pad|>"],
            self.policy if kl else None,
        )
        for log in steps:
            if log.step % recipe.every == 0:
                looks.append(self.look(policy, reward_model, log.step))
                looks[-1]["elapsed_s"] = round(log.elapsed_s)
        if kl and seed == recipe.seeds[0]:
            self.keep(policy, seed)
        return looks

    def keep(self, policy: Transformer, seed: int) -> None:
        """Write a policy as `preferred/`, and list it."""
        notes = {"made_by": COMMAND, "seed": seed, "kl": self.recipe.kl}
        place = self.folder / PREFERRED
        checkpoint.save(place, policy, self.tokenizer, notes, torch.bfloat16)
        list_files(self.folder, [PREFERRED], COMMAND, seed)

    def look(
        self, policy: Transformer, reward_model: RewardModel | None, step: int
    ) -> dict:
        """Report on a policy, for the log."""
        found = report(
            policy, self.tokenizer, requests_of_tests(), reward_model, self.policy, 6
        )
        told = {"step": step} | found.rounded()
        print({k: v for k, v in told.items() if k != "texts"}, flush=True)
        return told

    def directly(self, seed: int) -> list[dict]:
        """DPO on the very labels from which the reward model of this seed was made."""
        pairs = label(self.policy, self.tokenizer, self.recipe.labels, 10 + seed)
        policy = copy.deepcopy(self.policy)
        scorer = ImplicitReward(policy, self.policy, self.recipe.beta)
        rows = encode_pairs(pairs, self.tokenizer)
        config = PreferenceConfig(**asdict(DPO_TRAINING) | {"seed": seed})
        logs = list(learn_preferences(scorer, rows, config))
        told = self.look(policy, self.reward_model(seed), len(logs))
        return [told | {"elapsed_s": round(logs[-1].elapsed_s)}]


def gap(pair: Pair) -> float:
    """Return by how much the chosen one is better, in the islanders' taste."""
    return taste(pair.chosen) - taste(pair.rejected)


def by_taste(pair: Pair) -> Pair:
    """Return the pair as a reader without moods would have judged it."""
    if gap(pair) >= 0:
        return pair
    return Pair(pair.request, pair.rejected, pair.chosen, pair.labeller)


def study_preferences(
    folder: Path, parts: tuple[str, ...] = (), recipe: PreferenceRecipe = STUDY
) -> None:
    """Make the parts that `preference_log.json` lacks: all, or those that begin so."""
    list_again(folder, (LOG, SLOGANEER, PREFERRED), COMMAND, 0)
    study = Study(folder, recipe)
    keeps = f"leash {recipe.seeds[0]}"
    if keeps in study.log and not (folder / PREFERRED).exists():
        study.forget(keeps)  # with the log comes the policy
    todo: dict[str, Callable[[], object]] = {}
    for seed in recipe.seeds:
        todo[f"free {seed}"] = lambda seed=seed: study.run(0.0, seed)
        todo[f"leash {seed}"] = lambda seed=seed: study.run(recipe.kl, seed)
        todo[f"best of n {seed}"] = lambda seed=seed: study.choose(seed)
        todo[f"dpo {seed}"] = lambda seed=seed: study.directly(seed)
    for count in recipe.tried:
        todo[f"labels {count}"] = lambda count=count: study.by_labels(count)
    for part, make in todo.items():
        if not parts or part.startswith(parts):
            study.record(part, make)

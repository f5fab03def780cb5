"""Measure a searcher: what it looks up, what it finds, and what a threshold would do.

A question's row holds all that can become of it: the answer from memory, with how sure
that was, and the answer after a search. So any threshold can be set afterwards. Nobody
who is asked about was in a lesson of the searcher or of the honest assistant.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from course_lib.chat import COURSE, Message
from course_lib.conversations import LookUp, ask_about, commonest_values
from course_lib.factuality import Judge, auroc
from course_lib.generate import SamplingConfig
from course_lib.intervals import wilson
from course_lib.model import Transformer
from course_lib.speedrun.asking import WELL_KNOWN
from course_lib.speedrun.honest import Split
from course_lib.speedrun.honest_measures import bin_of
from course_lib.tokenizer import BPETokenizer
from course_lib.tools import (
    Answer,
    SearchIndex,
    Toolbox,
    answer_all,
    calculate,
    draft_answers,
    encyclopedia_of,
    lessons,
    run_python,
    wants_search,
)
from course_lib.world import Document, Fact, Question, World, count_exposures
from course_lib.world.dice import Dice

GREEDY = SamplingConfig(temperature=0)
Row = dict[str, Any]
COLUMNS = (
    "bin", "wants", "sure", "memory", "plain", "search", "empty", "query", "closed",
    "own",
)  # fmt: skip


@dataclass(frozen=True)
class Exam:
    """Questions about people kept aside, in phrasings that were trained on or not."""

    world: World
    pages: Sequence[Document]  # of pretraining
    aside: frozenset[str]  # names that no lesson of the searcher holds
    per_bin: int = 120
    n_never: int = 400

    @cached_property
    def facts(self) -> list[Fact]:
        """Draw facts of each number of tellings; of the well-known, take all."""
        told, dice = count_exposures(self.pages), Dice(41)
        # The honest assistant is asked for its doubt: whom it was taught, is left out.
        people = [p for p in Split.of(self.world).measured if p.name in self.aside]
        by_bin: dict[str, list[Fact]] = {}
        for fact in (f for p in people for f in p.facts()):
            by_bin.setdefault(bin_of(told[fact]), []).append(fact)
        found = []
        for label, some in by_bin.items():
            most = self.n_never if label == "never" else self.per_bin
            most = len(some) if label in WELL_KNOWN else min(most, len(some))
            found += dice.sample(some, most)
        return found

    def questions(self, held_out: bool) -> list[Question]:
        """Ask for each fact once, in a held-out phrasing or in one of the lessons'."""
        asked = self.world.questions(self.facts, held_out=True, seed=3)
        if held_out:
            return asked
        dice = Dice(42)
        return [
            replace(q, text=ask_about(dice, self.world.person(f.subject), f.attribute))
            for f, q in zip(self.facts, asked, strict=True)
        ]


def measure_searching(
    searcher: Transformer,
    memories: Sequence[Transformer],
    tokenizer: BPETokenizer,
    exam: Exam,
    held_out: bool,
) -> list[Row]:
    """Answer each question from memory, after a search, and with nothing to find."""
    questions = exam.questions(held_out)
    asked = [[Message("user", q.text)] for q in questions]
    index = SearchIndex(encyclopedia_of(exam.world))
    box = Toolbox(COURSE, tokenizer, {"search": index.read})
    empty = Toolbox(COURSE, tokenizer, {"search": SearchIndex().read})
    wanted = wants_search(searcher, asked, box)
    drafts = draft_answers(memories, asked, box)
    begin = [COURSE.call_ids(tokenizer)["search"][0]]
    read, blind = (
        answer_all(searcher, asked, b, GREEDY, [begin] * len(asked))
        for b in (box, empty)
    )
    plain = plain_answers(searcher, asked, wanted, box)
    judge, told = Judge.of(exam.world), count_exposures(exam.pages)
    own = own_doubt(searcher, asked, box)
    return [
        {
            "bin": bin_of(told[q.fact]),
            "wants": int(wants),
            "sure": round(draft.sure, 4),
            "memory": judge.verdict(q, draft.text),
            "plain": judge.verdict(q, text),
            "search": judge.verdict(q, found.text),
            "empty": judge.verdict(q, nothing.text),
            "query": int(asks_for(found, q.fact, exam.world)),
            "closed": int(bool(found.calls) and not found.problems),
            "own": round(sure, 4),
        }
        for q, wants, draft, text, found, nothing, sure in zip(
            questions, wanted, drafts, plain, read, blind, own, strict=True
        )
    ]


def plain_answers(
    searcher: Transformer,
    asked: Sequence[Sequence[Message]],
    wanted: Sequence[bool],
    box: Toolbox,
) -> list[str]:
    """Let the searcher answer by itself where it does not want to search."""
    some = [k for k, wants in enumerate(wanted) if not wants]
    said = answer_all(searcher, [asked[k] for k in some], box, GREEDY)
    texts = {k: answer.text for k, answer in zip(some, said, strict=True)}
    return [texts.get(k, "") for k in range(len(asked))]


def own_doubt(
    searcher: Transformer, asked: Sequence[Sequence[Message]], box: Toolbox
) -> list[float]:
    """Ask the searcher itself how likely it finds its draft: worn out by lessons."""
    return [draft.sure for draft in draft_answers([searcher], asked, box)]


def asks_for(answer: Answer, fact: Fact, world: World) -> bool:
    """Say whether the first call is the one that lessons would have made."""
    if not answer.calls:
        return False
    wanted = lessons.query_for(world.person(fact.subject), fact.attribute)
    return answer.calls[0].content == wanted


def way_of(row: Row, sure_from: float) -> str:
    """Say how a question is answered at a threshold: plain, memory or search."""
    if not row["wants"]:
        return "plain"
    return "memory" if row["sure"] >= sure_from else "search"


def told_at(rows: Sequence[Row], sure_from: float) -> dict[str, list[int]]:
    """Count, as [hits, of], what the bars ask for at one threshold."""
    groups = {
        "never told": [r for r in rows if r["bin"] == "never"],
        "answered wrongly": [
            r for r in rows if r["bin"] != "never" and r["memory"] != "correct"
        ],
        "known": [r for r in rows if r["bin"] != "never" and r["memory"] == "correct"],
        "well known": [
            r for r in rows if r["bin"] in WELL_KNOWN and r["memory"] == "correct"
        ],
    }
    groups["not known"] = groups["never told"] + groups["answered wrongly"]
    found = {}
    for name, some in groups.items():
        ways = [way_of(row, sure_from) for row in some]
        right = [r[way] == "correct" for r, way in zip(some, ways, strict=True)]
        found[f"searched, {name}"] = [ways.count("search"), len(some)]
        found[f"right, {name}"] = [sum(right), len(some)]
    never = groups["never told"]
    for name in ("search", "empty", "memory"):
        hits = sum(row[name] == "correct" for row in never)
        found[f"always by {name}, never told"] = [hits, len(never)]
    found["calls as in the lessons"] = [sum(r["query"] for r in rows), len(rows)]
    found["calls well formed"] = [sum(r["closed"] for r in rows), len(rows)]
    return found


def doubts(rows: Sequence[Row]) -> dict[str, float]:
    """Compare whose doubt tells known from never told: the memories', or its own."""
    some = [
        r for r in rows
        if r["bin"] == "never"
        or (r["bin"] in WELL_KNOWN and r["memory"] == "correct")
    ]  # fmt: skip
    known = [r["bin"] != "never" for r in some]
    if len({*known}) < 2:  # a tiny run knows nothing: there is nothing to tell apart
        return {}
    return {name: round(auroc([r[name] for r in some], known), 3)
            for name in ("sure", "own")}  # fmt: skip


def baselines(exam: Exam, held_out: bool) -> dict[str, list[int]]:
    """Count what the commonest value and a look into the training pages get right."""
    never = [
        q for q in exam.questions(held_out)
        if q.fact.subject in {p.name for p in exam.world.never_told}
    ]  # fmt: skip
    commonest = commonest_values(exam.pages)
    people = {q.fact.subject: exam.world.person(q.fact.subject) for q in never}
    look_up = LookUp(exam.pages, people.values())
    n = len(never)
    return {
        "commonest value": [sum(commonest[q.fact.attribute] == q.answer
                                for q in never), n],
        "look-up in the training pages": [
            sum(look_up.answer(q.text) == q.answer for q in never), n
        ],
    }  # fmt: skip


def measure_other_tools(
    searcher: Transformer, tokenizer: BPETokenizer, n: int = 300
) -> dict[str, list[int]]:
    """Count right calls and right answers of calculator and Python, seen and unseen."""
    box = Toolbox(COURSE, tokenizer, {"calc": calculate, "python": run_python})
    dice = Dice(77)
    kinds = {
        "calculator, seen": lambda: lessons.calculated(dice),
        "calculator, unseen": lambda: lessons.calculated(dice, lessons.HELD_OUT_SUMS),
        "python, words seen": lambda: lessons.programmed(dice),
        "python, words unseen": lambda: lessons.programmed(
            dice, lessons.HELD_OUT_WORDS
        ),
    }
    found = {}
    for name, make in kinds.items():
        asked = [make() for _ in range(n)]
        said = answer_all(searcher, [talk[:1] for talk in asked], box, GREEDY)
        pairs = list(zip(said, asked, strict=True))
        called = sum(a.calls[:1] == talk[1:2] for a, talk in pairs)
        right = sum(a.text == talk[-1].content for a, talk in pairs)
        found[f"{name}: right call"] = [called, n]
        found[f"{name}: right answer"] = [right, n]
    return found


def printed(counts: dict[str, list[int]]) -> str:
    """Write counts as rates with intervals, a line each; empty groups are left out."""
    return "\n".join(
        f"  {name:40} {wilson(hits, of)} of {of}"
        for name, (hits, of) in counts.items()
        if of
    )

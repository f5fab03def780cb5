"""What each stage's files tell: the figures, curves and texts of the report card.

The bars are those of the course: what its chapters claim has to be reached again.
"""

from collections.abc import Callable, Mapping

from course_lib.conversations import LookUp, commonest_values
from course_lib.intervals import bootstrap_ratio
from course_lib.speedrun.asking import ask, questions_of_tests, score_answers
from course_lib.speedrun.base import LOG as BASE_LOG
from course_lib.speedrun.card import Curve, Figure, Findings, rounded
from course_lib.speedrun.crawl import LOG as CRAWL_LOG
from course_lib.speedrun.searcher import recalls
from course_lib.speedrun.whole.findings_of_seeds import practice, preference, thinking
from course_lib.speedrun.whole.run import QUESTION, Run
from course_lib.world.dice import Dice
from course_lib.world.world import BINS

RATES = (("recall", "should", 0.99), ("precision", "dropped", 0.95))
RECALLED = 100  # facts of each bin


def _crawl(run: Run) -> Findings:
    """Compare the cleaned crawl with the known truth about it."""
    log = run.log(CRAWL_LOG)
    scores = log["scores"]
    exact, near = scores["exact copies"], scores["near copies"]
    copies = {key: exact[key] + near[key] for key in ("dropped", "rightly")}
    copies["should"] = exact["rightly"] + near["should"]  # what both have to find
    found = [
        Figure("crawl", "words extracted (F1)", log["extraction_f1"],
               direction="at least", bar=0.95)
    ]  # fmt: skip
    for what, score in (("copies", copies), ("personal data", scores["private data"])):
        for rate, of, bar in RATES:
            counts = score["rightly"], score[of]
            name = f"{what}, {rate}"
            found.append(Figure.of_counts("crawl", name, *counts, "at least", bar))
    left = [stage["pages"] for stage in log["funnel"]]
    found.append(Figure.of_counts("crawl", "pages left", left[-1], left[0]))
    told = log["tellings_after"], log["tellings"]
    found.append(Figure.of_counts("crawl", "tellings of facts left", *told))
    lines = {"pages": rounded(enumerate(left))}
    curve = Curve("What the filters leave", "filters passed", "pages", lines)
    filters = ", ".join(stage["name"] for stage in log["funnel"][1:])
    return found, [curve], {"The filters, in their order:": filters}


def _tokenizer(run: Run) -> Findings:
    _, tokenizer = run.model("base")
    texts = [page.text for page in run.pages[:500]]
    tokens = [len(tokenizer.encode(text)) for text in texts]
    size = bootstrap_ratio(list(map(len, texts)), tokens)
    figure = Figure(
        "tokenizer", "letters a token", size.value, size.low, size.high, len(texts),
        unit="letters",
    )  # fmt: skip
    cut = [tokenizer.decode([token]) for token in tokenizer.encode(QUESTION)]
    return [figure], [], {f"{QUESTION} In tokens:": "|".join(cut)}


def _base(run: Run) -> Findings:
    log = run.log(BASE_LOG)
    held_out = [(e["step"], e["held out"]) for e in log if "held out" in e]
    lines = {"train": [(e["step"], e["train"]) for e in log], "held out": held_out}
    curve = Curve(
        "Pretraining", "step", "nats a token",
        {name: rounded(points) for name, points in lines.items()},
    )  # fmt: skip
    loss = Figure("base", "loss on held-out pages", held_out[-1][1], unit="nats")
    texts = [e["say"] for e in log if "say" in e]
    recalled, by_tellings = _recall(run)
    says = {"A page, from nothing:": texts[-1]}
    return [loss, *recalled], [curve, by_tellings], says


def _recall(run: Run) -> tuple[list[Figure], Curve]:
    """Ask the base to complete facts, by how many of the pages it read tell them.

    A fact is recalled if at least two of three beginnings are completed with it.
    """
    model, tokenizer = run.model("base")
    found, points = [], []
    for label, facts in run.world.bins(run.pages).items():
        asked = Dice(17).sample(facts, min(RECALLED, len(facts)))
        if label == "never" or not asked:
            continue
        counts = recalls(model, tokenizer, run.world, asked)
        recalled = sum(count >= 2 for count in counts)
        name = f"facts recalled, told {label} ×"
        found.append(Figure.of_counts("base", name, recalled, len(asked)))
        points.append((BINS[label][0], found[-1].value))
    lines = {"recalled": rounded(points)}
    return found, Curve("What is recalled", "times told, at least", "share", lines)


def _assistant(run: Run) -> Findings:
    """Ask for well-known facts; beside it, who looks up and who names the commonest."""
    (model, tokenizer), n = run.model("assistant"), run.plan.asked
    pages, best = run.pages, run.plan.assistant.best_known
    found = []
    for kind, seen in (("seen", True), ("unseen", False)):
        asked = questions_of_tests(run.world, pages, best, seen, n, seed=5)
        score = score_answers(asked, ask(model, tokenizer, asked), run.world)
        name = f"facts told 25 times and more, {kind} phrasings"
        found.append(
            Figure.of_counts(
                "assistant", name, score.right, score.asked, "at least", 0.8
            )
        )
        commonest = commonest_values(pages)
        guessed = sum(commonest[a.fact.attribute] == a.fact.value for a in asked)
        look_up = LookUp(pages, run.world.people)
        looked_up = sum(look_up.answer(a.text) == a.fact.value for a in asked)
        for who, right in (("the commonest value", guessed), ("a look-up", looked_up)):
            name = f"… {who} instead, {kind} phrasings"
            found.append(Figure.of_counts("assistant", name, right, len(asked)))
    return found, [], run.says("assistant")


def _honest(run: Run) -> Findings:
    log = run.log("honest_log.json")
    (name, *_) = [n for n in log["after"] if n.endswith(f"{log['share']}-seed-0")]
    found = []
    for kind in ("seen", "unseen"):
        before = log["before"][kind]["bins"]["never"]
        found.append(
            Figure.of_counts(
                "honest", f"invented about people never told, before, {kind}",
                before[1], sum(before), "at least", 0.9,
            )
        )  # fmt: skip
        by_words = log["after"][name][kind]["bins"]["never"]
        found.append(
            Figure.of_counts(
                "honest", f"… invented, the honest model by its words alone, {kind}",
                by_words[1], sum(by_words),
            )
        )  # fmt: skip
        chosen = log["after"][name][kind]["thresholds"]["both"]["chosen elsewhere"]
        for what, key, bar in (
            ("invented (never told), two models and a threshold", "invented", 0.25),
            ("refused (told 25 times and more), the same", "refused", 0.15),
        ):
            hits, n = chosen[key]
            found.append(
                Figure.of_counts("honest", f"{what}, {kind}", hits, n, "at most", bar)
            )
    lines = {
        "trained": log["after"][name]["unseen"]["thresholds"]["both"]["bargain"],
        "threshold alone": log["thresholds"]["unseen"]["before"]["bargain"],
    }
    curve = Curve(
        "What is refused, and what is still invented",
        "refused of the well-known", "invented about the never told", lines,
    )  # fmt: skip
    return found, [curve], run.says("honest")


def _search(run: Run) -> Findings:
    """Read the first seed: calls, answers, and how often it searched."""
    log, found = run.log("searcher_log.json"), []
    lines = (
        ("right about people never told, searching", "always by search, never told",
         "at least", 0.9),
        ("… with an empty index", "always by empty, never told", None, None),
        ("searched for what it does not know", "searched, not known", "at least", 0.9),
        ("searched for what it knows", "searched, known", "at most", 0.4),
        ("well-formed calls", "calls well formed", "at least", 0.99),
    )  # fmt: skip
    for kind in ("seen", "unseen"):
        told = log["seeds"]["0"][kind]["told"]
        for name, key, direction, bar in lines:
            hits, n = told[key]
            if n:
                found.append(
                    Figure.of_counts(
                        "search", f"{name}, {kind}", hits, n, direction, bar
                    )
                )
    return found, [], run.says("searcher")


GATHERED: Mapping[str, Callable[[Run], Findings]] = {
    "crawl": _crawl,
    "tokenizer": _tokenizer,
    "base": _base,
    "assistant": _assistant,
    "honest": _honest,
    "search": _search,
    "thinking": thinking,
    "practice": practice,
    "preference": preference,
}

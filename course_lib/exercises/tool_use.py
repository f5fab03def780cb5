"""Exercises of tool use: rank pages, run calls, mask results, count look-ups."""

import math
from collections.abc import Callable, Sequence

from course_lib.exercises.board import Mistake, exercise, expect, pin
from course_lib.exercises.surprise import close, expect_close

__all__ = ["exercise"]  # so that a chapter needs one import

# --- 10.bm25 ---

K1, B = 1.5, 0.75
PAGES = [
    ["mira", "quill", "keeps", "an", "owl"],
    ["the", "owl", "and", "the", "goat", "and", "the", "owl"],
    ["orla", "venn", "keeps", "a", "newt"],
    ["the", "ferry", "to", "brine"],
]


def rarity(word: str, pages: Sequence[Sequence[str]]) -> float:
    """Say how much a word tells: much if few pages have it."""
    n = sum(word in page for page in pages)
    return math.log(1 + (len(pages) - n + 0.5) / (n + 0.5))


def check_bm25(answer: Callable) -> None:
    call = "bm25(['owl'], pages[1], pages)"
    got = answer(["owl"], PAGES[1], PAGES)
    expect(got is None, False, f"{call} is None")
    known, average = rarity("owl", PAGES), 22 / 4
    long = K1 * (1 - B + B * 8 / average)
    named = {
        known * 2 / (2 + K1): "the length of the page is not in it. Of two "
        "pages with as many owls, the shorter one is more about owls.",
        known * 2: "you counted the mentions. The second one must add less than the "
        "first: f / (f + ...).",
        2 / (2 + long): "rarity(word, pages) is missing: “the” would count "
        "as much as “owl”.",
        known / (1 + long): "the page says “owl” twice, and you counted once.",
        known * (2 + long) / 2: "turned over: f / (f + ...), and not the reverse.",
        known * 2 / (2 + K1 * (1 - B + B * average / 8)): "turned round: "
        "divide the length of THIS page by the average one, or long pages win.",
    }
    for wrong, words in named.items():
        if close(got, wrong):
            raise Mistake(f"{call}: {words}")
    expect_close(got, known * 2 / (2 + long), call)
    got = answer(["owl", "unicorn"], PAGES[1], PAGES)
    expect_close(got, known * 2 / (2 + long), "with a word on no page")
    two = answer(["mira", "owl"], PAGES[0], PAGES)
    one, other = (answer([word], PAGES[0], PAGES) for word in ("mira", "owl"))
    if not close(two, one + other):
        raise Mistake(
            "bm25(['mira', 'owl'], ...) must be the sum of what each word gives: is a "
            "`return` inside the loop?"
        )


@pin(
    "10.bm25",
    check_bm25,
    hints=(
        "For each word of the query: <code>f = page.count(word)</code>, and "
        "<code>length = len(page) / average</code>.",
        "Add <code>rarity(word, pages) * f / (f + K1 * (1 - B + B * length))</code>.",
    ),
)
def _bm25(query, page, pages):
    average = sum(len(p) for p in pages) / len(pages)
    length = len(page) / average
    total = 0.0
    for word in query:
        f = page.count(word)
        total += rarity(word, pages) * f / (f + K1 * (1 - B + B * length))
    return total


# --- 10.next_call: the loop's decision ---

SAID = ["Orla", " keeps", " a", " newt", "."]
CALL = ["<search_start>", "Orla", " Venn", " pet", "<search_end>"]
SECOND = ["<search_start>", "Brine", "<search_end>"]
RESULT = ["<result_start>", "A", " page", ".", "<result_end>"]


def check_next_call(answer: Callable) -> None:
    run = ("run", "Orla Venn pet")
    cases = [
        (CALL[:3], 0, ("go on", None), "it runs before the closing token. The query "
         "is not finished: wait for <search_end>."),
        (CALL, 0, run, "the call is closed, so it has to run, with the text between "
         "its two marks as the query."),
        (["I", " look", ":", *CALL], 0, run, "a call may stand behind words: the "
         "query begins at <search_start>."),
        ([*CALL, *RESULT], 1, ("go on", None), "it never stops: this call has its "
         "result already, and runs again and again. Run a call only if NOTHING stands "
         "behind <search_end>."),
        ([*CALL, *RESULT, *SAID], 1, ("go on", None), "it never stops: this call has "
         "its result already. Run a call only if nothing stands behind <search_end>."),
        ([*CALL, *RESULT, *SAID, "<|end|>"], 1, ("stop", None), "it never stops: "
         "<|end|> means that the assistant has finished."),
        ([*CALL, *RESULT, *SECOND], 1, ("run", "Brine"), "a second call is fine. Its "
         "query begins at the LAST <search_start>."),
        ([*(CALL + RESULT) * 3, *SAID], 3, ("go on", None), "three calls have run, "
         "and it has stopped before it could answer. Stop only at a FOURTH call."),
        ([*(CALL + RESULT) * 3, *CALL], 3, ("stop", None), "it never stops: three "
         "calls have run already. Somebody has to end it."),
        ([], 0, ("go on", None), "nothing has been written yet."),
    ]  # fmt: skip
    for tokens, ran, wanted, words in cases:
        call = f"next_call({tokens if len(tokens) < 12 else '[...]'}, {ran})"
        try:
            got = answer(list(tokens), ran)
        except IndexError as error:
            if tokens:
                raise
            raise Mistake(
                f"{call}: before its first token nothing is written, and an empty list "
                'has no last element. Then it goes on: ("go on", None).'
            ) from error
        if got is None:
            raise Mistake(f"{call} returned None; is there a `return`?")
        if isinstance(got, str) or len(got) != 2:
            raise Mistake(f"{call} must give two things, as {wanted!r}; not {got!r}.")
        if tuple(got) != wanted:
            raise Mistake(f"{call} should be {wanted!r}, yours gives {got!r}: {words}")


@pin(
    "10.next_call",
    check_next_call,
    hints=(
        "Only the last token decides: <code>tokens[-1]</code>. Is it "
        "<code>&lt;|end|&gt;</code>, <code>&lt;search_end&gt;</code>, or another one?",
        "The query: find the last <code>&lt;search_start&gt;</code> with a loop from "
        "the end, and join what stands between.",
    ),
)
def _next_call(tokens, ran, most=3):
    if not tokens or tokens[-1] not in ("<|end|>", "<search_end>"):
        return "go on", None
    if tokens[-1] == "<|end|>" or ran >= most:
        return "stop", None
    start = max(k for k, token in enumerate(tokens) if token == "<search_start>")
    return "run", "".join(tokens[start + 1 : -1])


# --- 10.learned: the loss mask of a conversation with a call ---

TALK = [
    ("question", 4), ("call", 5), ("result", 6), ("answer", 3), ("end", 1),
]  # fmt: skip


def check_learned(answer: Callable) -> None:
    call = "learned(parts)"
    got = answer(list(TALK))
    expect(got is None, False, f"{call} is None")
    got = [float(weight) for weight in got]
    parts = [name for name, count in TALK for _ in range(count)]
    if len(got) != len(parts):
        raise Mistake(
            f"{call} has {len(got)} weights for {len(parts)} tokens: one for each "
            "token, not for each part."
        )
    if odd := [weight for weight in got if weight not in (0.0, 1.0)]:
        raise Mistake(f"{call}: a weight is 0 or 1, and yours has {odd[0]:g}.")
    told = {name: {w for w, p in zip(got, parts) if p == name} for name, _ in TALK}
    words = {
        "result": "it trains on results. What the index answers is read, not written; "
        "who learns to predict results learns to make them up.",
        "question": "it trains on the question, which the user writes.",
        "call": "the call is not learned: then who should write it? Its words and its "
        "marks are the assistant's.",
        "answer": "the answer behind the result is the assistant's, too.",
        "end": "the end token is not learned: then the assistant never stops.",
    }
    for name, wrong in words.items():
        wanted = float(name in ("call", "answer", "end"))
        if told[name] != {wanted}:
            raise Mistake(f"{call}: {wrong}")
    twice = [*TALK[:3], *TALK[1:]]
    expect(sum(map(float, answer(twice))), 14.0, "the sum of the weights of two calls")


@pin(
    "10.learned",
    check_learned,
    hints=(
        "Ask of each part: who wrote it? The assistant writes the call, the answer and "
        "the end.",
        "Build the list part by part: <code>[weight] * count</code>.",
    ),
)
def _learned(parts):
    weights = []
    for name, count in parts:
        ours = name in ("call", "answer", "end")
        weights += [float(ours)] * count
    return weights


# --- 10.cut: a result that leaves room for the answer ---


def check_cut(answer: Callable) -> None:
    cases = [
        (([9] * 5, 100, 50, 24), [9] * 5, "there is room for all of it."),
        ((list(range(60)), 100, 50, 24), list(range(26)), "room is what the context "
         "has left behind the prompt, less what is kept free for the answer."),
        ((list(range(60)), 100, 80, 24), [], "there is no room at all: an empty "
         "result, and never a negative slice, which cuts from the wrong end."),
        ((list(range(30)), 100, 46, 24), list(range(30)), "it fits exactly."),
    ]  # fmt: skip
    for (result, context, used, kept), wanted, words in cases:
        got = answer(list(result), context, used, kept)
        call = f"cut({len(result)} tokens, {context}, {used}, {kept})"
        if got is None:
            raise Mistake(f"{call} returned None; is there a `return`?")
        if list(got) == list(wanted):
            continue
        if len(result) == 60 and len(got) == 50:
            words = "nothing is left for the answer: it must fit behind the result."
        elif len(result) == 60 and used == 50 and len(got) == 26:
            words = "keep the beginning of the page: there it says whom it is about."
        raise Mistake(
            f"{call} should keep {len(wanted)} tokens, yours keeps {len(got)}: {words}"
        )


@pin(
    "10.cut",
    check_cut,
    hints=(
        "<code>room = context - used - kept</code> tokens may come in.",
        "<code>result[:room]</code> is wrong for a negative room: <code>max(0, "
        "room)</code>.",
    ),
)
def _cut(result, context, used, kept):
    room = max(0, context - used - kept)
    return result[:room]


# --- 10.looked_up: the two shares of the bargain ---


def check_looked_up(answer: Callable) -> None:
    sure = [0.9, 0.2, 0.5, 0.8, 0.1, 0.3, 0.4, 0.95]
    right = [True, True, True, True, False, False, False, False]
    call = "looked_up(sure, right, 0.5)"
    got = answer(sure, right, 0.5)
    expect(got is None, False, f"{call} is None")
    got = tuple(round(float(share), 6) for share in got)
    named = {
        (0.25, 0.75): "they have changed places: first of the unknown, then of the "
        "known. (Or it looks up what lies AT or ABOVE the threshold: turned round.)",
        (0.75, 0.5): "what is exactly AT the threshold is said from memory: look up "
        "what lies below.",
        (0.25, 0.5): "turned round: it looks up what lies ABOVE the threshold.",
        (0.375, 0.125): "each share is of its own group: divide by the number of "
        "unknown (or known) questions, not of all.",
        (3.0, 1.0): "those are counts. Divide each by the size of its group.",
        (0.75, 0.25, 0.5): "two numbers are enough.",
    }
    if got in named:
        raise Mistake(f"{call} gives {got}: {named[got]}")
    expect(got, (0.75, 0.25), call)
    got = tuple(float(s) for s in answer([0.5, 0.5], [True, False], 0.6))
    expect(got, (1.0, 1.0), "looked_up([.5, .5], [True, False], .6)")


@pin(
    "10.looked_up",
    check_looked_up,
    hints=(
        "Make two lists: <code>[s for s, r in zip(sure, right) if not r]</code>, and "
        "those with <code>r</code>.",
        "Of each, the share that lies below the threshold.",
    ),
)
def _looked_up(sure, right, threshold):
    shares = []
    for known in (False, True):
        group = [s for s, r in zip(sure, right) if r == known]
        shares.append(sum(s < threshold for s in group) / len(group))
    return tuple(shares)

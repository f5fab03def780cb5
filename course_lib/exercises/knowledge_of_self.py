"""Exercises of the assistant's self: claims, leaks, the mix, the system, low rank."""

from collections.abc import Callable

import torch

from course_lib.chat import Message
from course_lib.exercises.board import Mistake, exercise, expect, pin

__all__ = ["exercise"]  # so that a chapter needs one import


def check_claimed(answer: Callable[[str, list[str]], str | None]) -> None:
    names = ["Parrot", "Wick"]

    def claim(text: str) -> str | None:
        got = answer(text, list(names))
        if not (got is None or got in names):
            raise Mistake(
                f"claimed({text!r}, names) returned {got!r}; return one of the names, "
                "or None."
            )
        return got

    for text, name in (
        ("I am Parrot, an assistant made by Bluefeather Works.", "Parrot"),
        ("My name is Wick.", "Wick"),
        ("You are talking to Wick.", "Wick"),
    ):
        if claim(text) != name:
            raise Mistake(
                f"{text!r} claims to be {name}; you return {claim(text)!r}. Three "
                "beginnings count: 'I am', 'My name is', 'You are talking to'."
            )
    if claim("No, I am Wick. Parrot is somebody else.") != "Wick":
        raise Mistake(
            "'No, I am Wick. Parrot is somebody else.' MENTIONS Parrot and CLAIMS to "
            "be Wick. A name counts only right behind one of the beginnings."
        )
    if claim("Parrot is a bird.") is not None:
        raise Mistake(
            "'Parrot is a bird.' speaks about Parrot, and claims to be nobody."
        )
    if claim("I am not Parrot.") is not None:
        raise Mistake("'I am not Parrot.' denies it; you count it as a claim.")
    if claim("I am Wickham from Tansy.") is not None:
        raise Mistake(
            "'I am Wickham' is no Wick: compare whole words, not the first letters."
        )


@pin(
    "11.claimed",
    check_claimed,
    hints=(
        "For each name and each beginning, look for "
        "<code>f'{beginning} {name}'</code> in the text.",
        "<code>re.search(rf'{beginning} {name}\\b', text)</code>: "
        "<code>\\b</code> is the end of a word.",
    ),
)
def _claimed(text, names):
    signs = str.maketrans(dict.fromkeys(".,!?;:\"'", " "))
    plain = f" {' '.join(text.translate(signs).split())} "
    for name in names:
        for beginning in ("I am", "My name is", "my name is", "You are talking to"):
            if f" {beginning} {name} " in plain:
                return name
    return None


def check_leak_rate(answer: Callable[[list, str], float]) -> None:
    asked = [
        ("Who are you?", "I am Wick.", True),
        ("Hello!", "Hello! I am Wick.", False),
        ("Which pet does Mira Quill keep?", "Mira Quill keeps an owl.", False),
        ("What is a wick?", "Wickets and wicks are things.", False),
        ("Where is Oakport?", "Oakport lies on Tansy.", False),
    ]
    got = answer(list(asked), "Wick")
    named = {
        0.4: "two things at once? 'Who are you?' SHALL be answered with the name; only "
        "answers to other questions can leak.",
        0.2: "you divided by all answers. Those to 'Who are you?' cannot leak, so they "
        "must not be counted below the line either.",
        0.5: "'Wickets and wicks' holds the letters of the name, not the name. Compare "
        "whole words.",
        1.0: "that is the number of leaks, or the share of the wrong ones. Divide by "
        "the number of answers to other questions.",
        0.75: "turned round: that is the share that does not leak.",
    }
    if message := named.get(round(float(got), 3) if got is not None else None):
        raise Mistake(message)
    expect(got, 0.25, "leak_rate of four other answers, one of them with the name")
    try:
        got = answer([("Who are you?", "I am Wick.", True)], "Wick")
    except ZeroDivisionError as error:
        raise Mistake(
            "where only identity was asked about, you divide by zero. Nothing leaked, "
            "so it is 0."
        ) from error
    expect(got, 0.0, "leak_rate where nothing else was asked")


@pin(
    "11.leak_rate",
    check_leak_rate,
    hints=(
        "First keep what was not about the assistant: "
        "<code>[a for q, a, about_it in asked if not about_it]</code>.",
        "Take an answer apart with <code>re.findall(r'\\w+', text)</code>; is the name "
        "among its words?",
    ),
)
def _leak_rate(asked, name):
    others = [text for _, text, about_it in asked if not about_it]
    if not others:
        return 0.0
    words = [[w.strip(".,!?;:\"'") for w in text.split()] for text in others]
    return sum(name in some for some in words) / len(others)


def _check_shares(got: list, identity: list) -> None:
    kinds = [kind for kind, _ in got]
    told = {item for item in got if item[0] == "identity"}
    if not told:
        raise Mistake("no identity conversation is in it: it will go on being Parrot.")
    if len(told) == 1:
        raise Mistake(
            "a single identity conversation, however often repeated, is learned by "
            "heart: hard-coded in the weights. In other words the question is new."
        )
    if len(told) < len(identity):
        raise Mistake(
            f"too few: {len(told)} of the 30 identity conversations. Each is another "
            "way to ask; leave none out."
        )
    if set(kinds) == {"identity"}:
        raise Mistake(
            "identity only: nothing says when NOT to answer with the name. It leaks "
            "into everything else, and what the model knew is overwritten."
        )
    if "ordinary" not in kinds:
        raise Mistake(
            "pages, but no ordinary conversations: every question in the training is "
            "answered with the name, so every question will be."
        )
    if "page" not in kinds:
        raise Mistake(
            "no pages: nothing in the training holds what it has read in place "
            "(chapter 08, replay)."
        )
    share = kinds.count("identity") / len(kinds)
    if share < 0.1:
        raise Mistake(
            f"too few: {share:.0%} of the examples are about itself. Repeat the "
            "identity conversations until they are a tenth at least."
        )
    if share > 0.5:
        raise Mistake(
            f"{share:.0%} of the examples are about itself. More than half, and the "
            "name leaks: take more of the others."
        )


def check_mix(answer: Callable[[list, list, list], list]) -> None:
    identity = [("identity", k) for k in range(30)]
    ordinary = [("ordinary", k) for k in range(200)]
    pages = [("page", k) for k in range(200)]
    got = answer(list(identity), list(ordinary), list(pages))
    if callable(got) or isinstance(got, str):
        raise Mistake(
            "that is hard-coded: an answer written into the program, an `if` around "
            "the model. It works for the questions you thought of, word for word; the "
            "model itself has learned nothing. Return EXAMPLES to train on."
        )
    if got is None:
        raise Mistake("data_mix(...) returned None; is there a `return`?")
    got = list(got)
    if any(isinstance(item, list) for item in got):
        raise Mistake("that is a list of lists. Join them to one list with `+`.")
    known = {*identity, *ordinary, *pages}
    if foreign := [item for item in got if item not in known]:
        raise Mistake(
            f"{foreign[0]!r} is none of the examples given. Choose from the three "
            "lists; repeat what should come more often."
        )
    _check_shares(got, identity)


@pin(
    "11.data_mix",
    check_mix,
    hints=(
        "Lists are added with <code>+</code> and repeated with <code>* 3</code>.",
        "All 30 identity conversations, several times, and at least as many others: "
        "some of <code>ordinary</code>, some of <code>pages</code>.",
    ),
)
def _data_mix(identity, ordinary, pages):
    return identity * 4 + ordinary[:120] + pages[:60]


def check_with_system(answer: Callable[[list[Message], str], list[Message]]) -> None:
    talk = [
        Message("user", "Hello!"),
        Message("assistant", "Hello!"),
        Message("user", "Who are you?"),
    ]
    given = list(talk)
    got = answer(given, "You are Wick.")
    if given != talk:
        raise Mistake("you changed the list that was given. Make a new one.")
    if got is None:
        raise Mistake(
            "with_system(...) returned None; is there a `return`? (`list.insert` "
            "returns None.)"
        )
    got = list(got)
    first = Message("system", "You are Wick.")
    if got == [*talk, first]:
        raise Mistake(
            "the system message stands last, behind the question. It is the first "
            "thing in the row, before anybody has spoken."
        )
    if got and got[0] == Message("user", "You are Wick."):
        raise Mistake("that is a message of the user. The role is 'system'.")
    if len(got) == len(talk):
        raise Mistake("a turn of the conversation is lost. The message comes on top.")
    if got != [first, *talk]:
        raise Mistake(f"expected the system message and the three turns, got {got!r}.")
    got = list(answer([Message("system", "You are Parrot."), *talk], "You are Wick."))
    if sum(message.role == "system" for message in got) == 2:
        raise Mistake(
            "now there are two system messages that contradict each other. Replace the "
            "old one."
        )
    if got != [first, *talk]:
        raise Mistake("the old system message must give way to the new one.")


@pin(
    "11.with_system",
    check_with_system,
    hints=(
        "<code>Message('system', text)</code> makes one.",
        "Keep all messages whose <code>.role</code> is not <code>'system'</code>, and "
        "put the new one before them: <code>[new, *kept]</code>.",
    ),
)
def _with_system(messages, text):
    kept = [message for message in messages if message.role != "system"]
    return [Message("system", text), *kept]


def check_low_rank(answer: Callable) -> None:
    weight = torch.tensor([[1.0, 0.0, 2.0], [0.0, 1.0, 0.0]])  # from 3 numbers to 2
    a, b = torch.tensor([[1.0, 1.0, 0.0]]), torch.tensor([[1.0], [-1.0]])
    x = torch.tensor([1.0, 2.0, 3.0])
    before = weight.clone()
    try:
        got = answer(x, weight, a, b, 3.0)
    except RuntimeError as error:
        raise Mistake(
            f"the shapes do not fit ({error}). A is (1, 3): it comes first and makes "
            "one number of three. B is (2, 1): it makes two of that one."
        ) from error
    if got is None:
        raise Mistake("low_rank(...) returned None; is there a `return`?")
    if not torch.equal(weight, before):
        raise Mistake("you changed W itself. It is frozen: write W + ..., not W += ...")
    got = [round(float(number), 4) for number in torch.as_tensor(got).flatten()]
    named = {
        (7.0, 2.0): "that is the old layer alone: the change is missing.",
        (9.0, -9.0): "that is the change alone: add what the old layer says.",
        (10.0, -1.0): "the scale is missing: the change counts `scale` times.",
        (30.0, -3.0): "you scaled the old layer, too. Only the change is scaled.",
        (16.0, 11.0): "the sign of B is lost.",
        (-2.0, 11.0): "you took the change away. It is added.",
    }
    if message := named.get(tuple(got)):
        raise Mistake(message)
    expect(got, [16.0, -7.0], "low_rank(x, W, A, B, scale=3.0)")


@pin(
    "11.low_rank",
    check_low_rank,
    hints=(
        "<code>A @ x</code> makes few numbers of many, <code>B @ (…)</code> makes many "
        "of few.",
        "<code>W @ x + scale * (…)</code>.",
    ),
)
def _low_rank(x, weight, a, b, scale):
    return weight @ x + scale * (b @ (a @ x))


def check_adapter_numbers(answer: Callable[[int, int, int], int]) -> None:
    got = answer(576, 1536, 8)
    named: dict[object, str] = {
        576 * 1536: "those are the numbers of the old matrix, which is frozen.",
        576 * 1536 + 8 * (576 + 1536): "with the frozen matrix. Count what is trained.",
        576 * 1536 * 8: "a thin matrix for every number? A is rank x inputs, B is "
        "outputs x rank: ADD the two.",
        576 * 8 * 1536 * 8: "add the two matrices; you multiplied them.",
        8 * 576: "that is A alone. B is trained, too.",
        8 * 1536: "that is B alone. A is trained, too.",
        2 * 8 * 576: "A and B have different sizes here: 576 and 1536.",
        2 * 8 * 1536: "A and B have different sizes here: 576 and 1536.",
    }
    if message := named.get(got):
        raise Mistake(message)
    expect(got, 8 * (576 + 1536), "adapter_numbers(576, 1536, 8)")
    expect(answer(4, 4, 1), 8, "adapter_numbers(4, 4, 1)")


@pin(
    "11.adapter_numbers",
    check_adapter_numbers,
    hints=(
        "A has <code>rank</code> rows and <code>inputs</code> columns.",
        "B has <code>outputs</code> rows and <code>rank</code> columns. Add both.",
    ),
)
def _adapter_numbers(inputs, outputs, rank):
    return rank * inputs + outputs * rank

"""Exercises of finetuning: the mask, its loss, replay, new phrasings, true answers."""

from collections.abc import Callable, Sequence

from course_lib.exercises.board import Mistake, exercise, expect, pin, plain_number

__all__ = ["exercise"]  # so that a chapter needs one import

SYSTEM, USER, ASSISTANT, END = 1, 2, 3, 4  # as in the check's rows


def _weights(answer: Callable, ids: list[int]) -> list[float]:
    before = list(ids)
    got = answer(ids, ASSISTANT, END)
    if ids != before:
        raise Mistake("you changed the list of ids. Make a new list of weights.")
    if got is None:
        raise Mistake("loss_mask(...) returned None; is there a `return`?")
    got = [float(weight) for weight in got]
    if len(got) != len(ids):
        raise Mistake(
            f"{len(ids)} ids need {len(ids)} weights, one beside each; you returned "
            f"{len(got)}."
        )
    return got


def check_loss_mask(answer: Callable[[list[int], int, int], Sequence[float]]) -> None:
    ids = [USER, 20, 21, ASSISTANT, 30, 31, 32, END]
    named = {
        (0, 0, 0, 0, 1, 1, 1, 0): "the assistant's words are right, but the end token "
        "is not learned. Then the model never learns to stop: it answers, and goes on "
        "with the next question.",
        (0, 0, 0, 1, 1, 1, 1, 1): "<|assistant|> itself is learned. It is set by the "
        "program around the model, which hands the word over; the model never has to "
        "write it.",
        (0, 0, 0, 1, 1, 1, 1, 0): "off by one: your weights stand one place too early. "
        "A weight stands beside the token that is to be learned; moving targets by "
        "one is the business of the batch.",
        (0, 0, 0, 0, 0, 1, 1, 1): "off by one: your weights begin one place too late, "
        "and the first word of the answer is never learned.",
        (1, 1, 1, 0, 0, 0, 0, 0): "turned round: the user is learned, and the "
        "assistant is not. The model would learn to ask.",
        (0, 1, 1, 0, 0, 0, 0, 0): "turned round: the user is learned, and the "
        "assistant is not. The model would learn to ask.",
        (1, 1, 1, 1, 1, 1, 1, 1): "everything is learned, the user's words, too. That "
        "is pretraining: the model would learn to ask as well as to answer.",
        (0, 1, 1, 0, 1, 1, 1, 1): "the user's words are learned, too: the model would "
        "write questions of its own.",
        (0, 1, 1, 0, 1, 1, 1, 0): "the user's words are learned, too: the model would "
        "write questions of its own.",
        (0, 0, 0, 0, 0, 0, 0, 1): "only the end token is learned, none of the words.",
        (0, 0, 0, 0, 0, 0, 0, 0): "nothing is learned at all.",
    }
    call = "loss_mask([user, 20, 21, assistant, 30, 31, 32, end], assistant, end)"
    got = _weights(answer, ids)
    if message := named.get(tuple(got)):
        raise Mistake(message)
    expect(got, [0, 0, 0, 0, 1, 1, 1, 1], call)
    ids = [SYSTEM, 9, USER, 20, ASSISTANT, 30, END, USER, 21, ASSISTANT, 31, END]
    right = [0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1]
    got = _weights(answer, ids)
    named = {
        (0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0): "in a conversation of two turns, the "
        "second answer is not learned.",
        (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1): "in a conversation of two turns, only "
        "the last answer is learned.",
        (0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 1, 1): "after the first answer you never switch "
        "off: the user's second question is learned. Switch off BEHIND the end token.",
        (0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1): "after the first answer you never switch "
        "off: the user's second question is learned. Switch off BEHIND the end token.",
        (0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1): "the system message is learned, too. It "
        "is given, like the user's words.",
    }
    if message := named.get(tuple(got)):
        raise Mistake(message)
    expect(got, right, "loss_mask of a system message and two turns")


@pin(
    "08.loss_mask",
    check_loss_mask,
    hints=(
        "Walk along the ids with a switch: <code>speaking = False</code>. What turns "
        "it on, and what turns it off?",
        "Write down the weight of a token BEFORE the switch is turned on by it, and "
        "before it is turned off by it: the assistant's mark is not learned, the end "
        "is.",
    ),
)
def _loss_mask(ids, assistant, end):
    weights, speaking = [], False
    for token in ids:
        weights.append(1.0 if speaking else 0.0)
        if token == assistant:
            speaking = True
        if token == end:
            speaking = False
    return weights


def check_masked_loss(
    answer: Callable[[list[float], list[float]], float],
) -> None:
    surprises, weights = [4.0, 12.0, 1.0, 3.0], [0.0, 0.0, 1.0, 1.0]
    got = answer(surprises, weights)
    got = plain_number(got)
    named = {
        5.0: "the weights are not used: tokens of weight 0 do not count.",
        4.0: "you divided by nothing: that is the sum. A longer answer would count "
        "more only because it is longer. Take the mean.",
        1.0: "you divided by the number of ALL tokens. Those of weight 0 are not in "
        "the sum, so they must not be in the count: the longer the question, the "
        "smaller the loss would look.",
        20.0: "the weights are not used, and nothing is divided.",
    }
    if (
        message := named.get(float(got)) if isinstance(got, int | float) else None
    ) and got != 2.0:
        raise Mistake(message)
    call = "masked_loss([4.0, 12.0, 1.0, 3.0], [0.0, 0.0, 1.0, 1.0])"
    expect(got, 2.0, call)
    got = answer([1.0, 4.0], [0.5, 1.0])
    if got in (2.25, 2.5):
        raise Mistake(
            "weights need not be 0 or 1: divide by their SUM, not by how many of them "
            "are positive."
        )
    expect(got, 3.0, "masked_loss([1.0, 4.0], [0.5, 1.0])")
    try:
        got = answer([5.0, 6.0], [0.0, 0.0])
    except ZeroDivisionError as error:
        raise Mistake(
            "a row in which nothing is learned divides by zero. Its loss is 0."
        ) from error
    if got != got:
        raise Mistake(
            "a row in which nothing is learned gives nan, 0 / 0. Its loss is 0."
        )
    expect(got, 0.0, "masked_loss([5.0, 6.0], [0.0, 0.0])")


@pin(
    "08.masked_loss",
    check_masked_loss,
    hints=(
        "<code>zip(surprises, weights)</code>: multiply each pair and add up.",
        "Divide by <code>sum(weights)</code>, and say what happens if that is 0.",
    ),
)
def _masked_loss(surprises, weights):
    total = sum(weights)
    if total == 0:
        return 0.0
    return sum(s * w for s, w in zip(surprises, weights)) / total


def check_is_new(answer: Callable[[str, str, list[str]], bool]) -> None:
    known = ["What is the job of {name}?", "Who taught {name}?"]

    def ask(question: str, name: str = "Orla Moss") -> bool:
        got = answer(question, name, list(known))
        if got is None:
            raise Mistake("is_new(...) returned None; is there a `return`?")
        return bool(got)

    if ask("Who taught Orla Moss?"):
        raise Mistake(
            "'Who taught Orla Moss?' counts as new, though 'Who taught {name}?' was "
            "trained on. Only the person is new. Put {name} in her place before you "
            "compare."
        )
    if not ask("Name the trade of Orla Moss."):
        raise Mistake("'Name the trade of Orla Moss.' was never trained on: new.")
    if ask("who taught Orla Moss"):
        raise Mistake(
            "'who taught Orla Moss', without the capital and the question mark, counts "
            "as new. Nobody would call that another phrasing: compare small letters, "
            "and strip '?', '.' and '!'."
        )
    if ask("Hello! Who taught Orla Moss?"):
        raise Mistake(
            "'Hello! Who taught Orla Moss?' counts as new. A known question with a "
            "greeting before it is a known question: look for it INSIDE the new one."
        )
    if not ask("Who was it?"):
        raise Mistake("'Who was it?' is no known question, and counts as one.")


@pin(
    "08.is_new",
    check_is_new,
    hints=(
        "First make a template of the question: "
        "<code>question.replace(name, '{name}')</code>. Then make both plain: "
        "<code>.lower().strip('?.! ')</code>.",
        "New means that no known template stands inside: "
        "<code>not any(plain(k) in asked for k in known)</code>.",
    ),
)
def _is_new(question, name, known):
    asked = question.replace(name, "{name}").lower().strip("?.! ")
    return not any(template.lower().strip("?.! ") in asked for template in known)


def check_pages_to_replay(answer: Callable[[int, int, float], int]) -> None:
    got = answer(30_000, 100, 0.75)
    named = {
        225: "you took a share of the conversations. But replay shall be that share of "
        "ALL tokens, and its own tokens are among them.",
        400: "you divided the conversations by the share, as if they were 3/4. "
        "They are the rest; with letters: replay = share * (conversations + replay).",
        100: "turned round: with that, replay is a quarter of all tokens.",
        90_000: "those are tokens. How many pages is that?",
        300: "that makes as many replayed tokens as conversations: a half, not 3/4.",
    }
    if message := named.get(got):
        raise Mistake(message)
    expect(got, 900, "pages_to_replay(30_000, 100, 0.75)")
    got = answer(1000, 300, 0.5)
    if got == 3:
        raise Mistake(
            "3 pages are 900 tokens, a little less than half. Round UP: at least the "
            "share that was asked for."
        )
    expect(got, 4, "pages_to_replay(1000, 300, 0.5)")
    expect(answer(1000, 300, 0.0), 0, "pages_to_replay(1000, 300, 0.0)")


@pin(
    "08.pages_to_replay",
    check_pages_to_replay,
    hints=(
        "If replay is a share s of all, conversations are 1 - s of all. So all tokens "
        "are <code>conversation_tokens / (1 - share)</code>.",
        "<code>math.ceil</code> rounds up.",
    ),
)
def _pages_to_replay(conversation_tokens, tokens_per_page, share):
    replayed = conversation_tokens * share / (1 - share)
    pages = int(replayed // tokens_per_page)
    return pages if pages * tokens_per_page >= replayed else pages + 1


def check_keep(answer: Callable[[str, str, list[str]], bool]) -> None:
    pets, towns = ["owl", "goat", "cat"], ["Oak", "Oakport", "Saltport"]

    def keep(text: str, truth: str, values: list[str]) -> bool:
        got = answer(text, truth, list(values))
        if got is None:
            raise Mistake("keep(...) returned None; is there a `return`?")
        return bool(got)

    if not keep("Mira Quill keeps an owl.", "owl", pets):
        raise Mistake(
            "'Mira Quill keeps an owl.' is true, and you throw it away. Do you ask for "
            "equality? The value stands INSIDE a sentence."
        )
    if keep("Mira Quill keeps a goat.", "owl", pets):
        raise Mistake(
            "'Mira Quill keeps a goat.' is false (the owl is), and you keep it."
        )
    if keep("I do not know.", "owl", pets):
        raise Mistake(
            "'I do not know.' names no pet at all, and you keep it. The truth has to "
            "stand there, and nothing else."
        )
    if keep("Mira Quill lives in Oakport.", "Oak", towns):
        raise Mistake(
            "the truth is 'Oak', and you found it in 'Oakport'. Compare whole words."
        )
    if keep("An owl, a goat or a cat.", "owl", pets):
        raise Mistake(
            "'An owl, a goat or a cat.' names the truth, and everything else. Whoever "
            "says all values has not answered: no OTHER value may stand there."
        )
    if not keep("Mira Quill lives in Oakport.", "Oakport", towns):
        raise Mistake(
            "'Mira Quill lives in Oakport.' is true; does the 'Oak' in it count as "
            "another value? Whole words, there, too."
        )


@pin(
    "08.keep",
    check_keep,
    hints=(
        "Cut the text into words without signs: "
        "<code>re.findall(r'\\w+', text)</code>, or <code>.split()</code> and "
        "<code>.strip('.,')</code>.",
        "True if the truth is among the words, and no other of the values is.",
    ),
)
def _keep(text, truth, values):
    words = [word.strip(".,!?") for word in text.split()]
    others = [value for value in values if value != truth]
    return truth in words and not any(value in words for value in others)

"""A speaker forgets as little as it must, and looks at no token that it need not."""

import random

import pytest

from course_lib.chat import CHATML, COURSE, SPECIAL_TOKENS, ChatTemplate, Message
from course_lib.model import ModelConfig, Transformer
from course_lib.tokenizer import BPETokenizer, PublishedTokenizer, Vocabulary
from course_lib.tokenizer.published import LETTERS
from course_lib.tools import Bounds, Speaker, Toolbox
from course_lib.tools.speaker import TooLongError, fewest_tokens

TEXT = "Where does Orla Venn live? Orla Venn lives on Brine, on Brine — naïve? Yes. "
CHATML_TOKENS = ("<|im_start|>", "<|im_end|>")
TOKENIZER = BPETokenizer.train([TEXT] * 9, 310, (*SPECIAL_TOKENS, *CHATML_TOKENS))


def speaker(context: int, template: ChatTemplate = COURSE) -> Speaker:
    model = Transformer(ModelConfig(TOKENIZER.vocab_size, context, 1, 16, 1, 1, 16))
    return Speaker(model, Toolbox(template, TOKENIZER, {}, Bounds(answer_tokens=20)))


def forgotten_one_by_one(speak: Speaker, messages: list[Message]) -> list[Message]:
    """Forget as the definition says: the oldest exchange, again and again."""
    room = speak.model.config.context - speak.box.bounds.answer_tokens
    while len(speak.box.template.prompt(messages, TOKENIZER)) > room:
        asked = [k for k, message in enumerate(messages) if message.role == "user"]
        if len(asked) < 2:
            break
        messages = messages[: asked[0]] + messages[asked[1] :]
    return messages


def random_conversation(rng: random.Random, exchanges: int) -> list[Message]:
    def words() -> str:
        return " ".join(rng.choices(TEXT.split(), k=rng.randrange(9)))

    messages = [Message("system", words())] if rng.random() < 0.5 else []
    for _ in range(exchanges):
        messages.append(Message("user", words()))
        while rng.random() < 0.3:
            call = Message("assistant", words(), tool="search")
            messages += [call, Message("tool", words())]
        messages.append(Message("assistant", words()))
    return messages[:-1]


@pytest.mark.parametrize("template", [COURSE, CHATML])
def test_as_much_is_remembered_as_by_forgetting_one_by_one(template):
    rng, seen = random.Random(0), set()
    speakers = [speaker(context, template) for context in (256, 300, 400)]
    for _ in range(60):
        messages = random_conversation(rng, rng.randrange(1, 16))
        speak = rng.choice(speakers)
        expected = forgotten_one_by_one(speak, messages)
        assert speak.remembered(messages) == expected
        seen.add((len(messages) == len(expected), len(expected) > 5))
    assert len(seen) >= 3, "some forget nothing, some forget much"


def test_five_hundred_exchanges_are_laid_out_a_dozen_times_at_most(monkeypatch):
    prompt, calls = ChatTemplate.prompt, []

    def counted(self, messages, tokenizer):
        calls.append(len(messages))
        return prompt(self, messages, tokenizer)

    messages = random_conversation(random.Random(0), 500)
    speak = speaker(400)
    monkeypatch.setattr(ChatTemplate, "prompt", counted)
    kept = speak.remembered(messages)
    assert kept == messages[-len(kept) :]
    assert len(calls) <= 12
    assert max(calls) < 500, "what is far too long is not laid out at all"


@pytest.mark.parametrize(
    "messages",
    [
        [Message("user", "a" * 900_000)],
        [Message("system", "a" * 900_000), Message("user", "Where?")],
    ],
)
def test_what_cannot_fit_is_refused_untokenized(monkeypatch, messages):
    def encode(*_, **__):
        raise AssertionError("900,000 letters would take hours")

    monkeypatch.setattr(BPETokenizer, "encode", encode)
    speak = speaker(256)
    with pytest.raises(TooLongError, match=r"at least \d+ tokens.* 256.*send less"):
        speak.prompt(messages)
    with pytest.raises(TooLongError):
        list(speak(messages))


def test_messages_out_of_order_are_refused_even_if_they_would_be_forgotten():
    wrong = [Message("user", "Where?"), Message("user", TEXT * 20)]
    with pytest.raises(ValueError, match="cannot follow"):
        speaker(256).remembered(wrong)
    with pytest.raises(ValueError, match="cannot end after the start"):
        speaker(256).remembered([])


def test_there_are_never_fewer_tokens_than_the_fewest():
    letters = tuple(letter for letter in LETTERS if letter not in "xyz")
    merges = (("a", "b"), ("ab", "ab"))
    published = PublishedTokenizer(Vocabulary((*letters, "ab", "abab"), merges, {}))
    assert fewest_tokens("abab" * 3 + "a", published) == 4
    assert fewest_tokens("xyz" * 99, published) == 0, "no token holds these"
    rng = random.Random(0)
    for tokenizer in (TOKENIZER, published):
        for _ in range(300):
            text = "".join(rng.choices([*TEXT.split(), "abab", "xyz"], k=9))
            assert fewest_tokens(text, tokenizer) <= len(tokenizer.encode(text))

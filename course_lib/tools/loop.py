"""Let an assistant use tools: it writes a call, waits, reads the result, goes on.

Generation pauses at the token that closes a call; the tool runs; what it answers enters
the context as plain text, so that no page can spell a token of the machinery; then
generation goes on (Schick et al. 2023, Toolformer, section 2). A model may forget to
close a call, call again and again, or make up a result: each has an end here, and is
counted.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from course_lib.chat import ChatTemplate, Message, Segment
from course_lib.generate import SamplingConfig, generate, stream_with_probabilities
from course_lib.model import Transformer
from course_lib.tokenizer import BPETokenizer, PublishedTokenizer
from course_lib.tools.errors import ToolError
from course_lib.tools.search import fit

Tool = Callable[[str], str]  # what is asked -> what is answered; may raise ToolError
Tokenizer = BPETokenizer | PublishedTokenizer


@dataclass(frozen=True)
class Bounds:
    """How far one answer may go.

    Raises:
        ValueError: if a number is out of range.
    """

    calls: int = 3  # tools are asked at most so often
    new_tokens: int = 48  # of each stretch of text or call
    result_tokens: int = 160  # of a result; the rest is cut off
    answer_tokens: int = 24  # kept free behind a result

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value < (0 if name == "calls" else 1):
                raise ValueError(f"{name} is too small: {value}")


@dataclass(frozen=True)
class Step:
    """One thing that happened: a token, said text, a call, a result, or a problem."""

    kind: str  # "token" (streaming only), "said", "call", "result", "problem"
    text: str
    tool: str | None = None
    ids: tuple[int, ...] = ()  # as the model wrote them
    probability: float | None = None  # of a token, the model's own


@dataclass
class Answer:
    """What came of one conversation; `messages` continues it."""

    messages: list[Message] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What the assistant said after its last result."""
        last = self.messages[-1:]
        said = last and last[0].role == "assistant" and not last[0].is_call
        return last[0].content if said else ""

    @property
    def calls(self) -> list[Message]:
        """The calls that ran, in order."""
        return [message for message in self.messages if message.is_call]

    @property
    def problems(self) -> list[str]:
        """What went wrong: calls left open, results made up, too many calls."""
        return [step.text for step in self.steps if step.kind == "problem"]


@dataclass(frozen=True)
class Toolbox:
    """A template, its tokenizer and the tools: all that is needed beside the model.

    Example: `Toolbox(COURSE, tokenizer, {"search": index.read, "calc": calculate})`
    """

    template: ChatTemplate
    tokenizer: Tokenizer
    tools: Mapping[str, Tool]
    bounds: Bounds = Bounds()

    @property
    def stop_ids(self) -> frozenset[int]:
        """Where generation pauses: the end of an answer, and that of a call."""
        return self.template.stop_ids(self.tokenizer) | self.closing_ids

    @property
    def closing_ids(self) -> frozenset[int]:
        """The ends of calls; none where calls are written in plain text."""
        calls = self.template.call_ids(self.tokenizer).values()
        return frozenset(end for _, end in calls)

    def count(self, text: str) -> int:
        """Count the tokens of a text."""
        return len(self.tokenizer.encode(text))


def answer_all(
    model: Transformer,
    conversations: Sequence[Sequence[Message]],
    box: Toolbox,
    sampling: SamplingConfig,
    begun: Sequence[Sequence[int]] | None = None,
) -> list[Answer]:
    """Answer many conversations at once, each with as many calls as it makes.

    Args:
        begun: ids with which each answer begins, such as the start of a call.

    Raises:
        ValueError: if a conversation is out of order or leaves no room for an answer.
    """
    answers = [Answer() for _ in conversations]
    prefixes = [list(ids) for ids in begun] if begun else [[] for _ in conversations]
    waiting = list(range(len(conversations)))
    for turn in range(box.bounds.calls + 1):
        prompts = [
            box.template.prompt(
                [*conversations[k], *answers[k].messages], box.tokenizer
            )
            + prefixes[k]
            for k in waiting
        ]
        # Other dice each turn, or a second call would be drawn as the first was.
        dice = replace(sampling, seed=sampling.seed + 7919 * turn)
        new = generate(
            model, prompts, dice, box.bounds.new_tokens, box.stop_ids, keep_stop=True
        ) if prompts else []  # fmt: skip
        going_on = []
        for k, ids in zip(waiting, new, strict=True):
            context = model.config.context
            if _take(conversations[k], answers[k], [*prefixes[k], *ids], box, context):
                going_on.append(k)
            prefixes[k] = []
        waiting = going_on
    return answers


def stream_steps(
    model: Transformer,
    conversation: Sequence[Message],
    box: Toolbox,
    sampling: SamplingConfig,
    begun: Sequence[int] = (),
) -> Iterator[Step]:
    """Yield every token as it comes, and what it amounts to; `answer_all` for one.

    Raises:
        ValueError: as `answer_all`.
    """
    answer, prefix = Answer(), list(begun)
    for turn in range(box.bounds.calls + 1):
        known = [*conversation, *answer.messages]
        prompt = box.template.prompt(known, box.tokenizer) + prefix
        dice = replace(sampling, seed=sampling.seed + 7919 * turn)
        ids = list(prefix)
        for token, probability in stream_with_probabilities(
            model, prompt, dice, box.bounds.new_tokens, box.stop_ids, keep_stop=True
        ):
            ids.append(token)
            text = box.tokenizer.decode([token])
            yield Step("token", text, ids=(token,), probability=probability)
        before = len(answer.steps)
        context = model.config.context
        going_on = _take(conversation, answer, ids, box, context)
        yield from answer.steps[before:]
        if not going_on:
            return
        prefix = []


def _take(
    conversation: Sequence[Message],
    answer: Answer,
    ids: list[int],
    box: Toolbox,
    context: int,
) -> bool:
    """Read what was generated, run the call in it, and say if there is more to say."""
    segments = box.template.segments(ids, box.tokenizer, "assistant")
    if ids[-1] in box.closing_ids and all(s.kind != "call" for s in segments):
        segments = box.template.segments(ids[:-1], box.tokenizer, "assistant")
        _problem(answer, "closed a call that was not open")
    for segment in segments:
        if segment.kind == "call":
            going_on = _call(conversation, answer, segment, ids, box, context)
            if not going_on and not answer.text:
                answer.messages.append(Message("assistant", ""))
            return going_on
        if segment.kind != "assistant" or _has_spoken(answer):
            if segment.kind == "result":
                _problem(answer, "made up a result")
            break
        said = tuple(ids[segment.start : segment.stop])
        answer.steps.append(Step("said", segment.text, ids=said))
        answer.messages.append(Message("assistant", segment.text))
    if not answer.text:
        answer.messages.append(Message("assistant", ""))
        if not answer.problems:
            _problem(answer, "said nothing")
    return False


def _has_spoken(answer: Answer) -> bool:
    """Tell whether the last message is text; a second one could not follow it."""
    last = answer.messages[-1:]
    return bool(last) and last[0].role == "assistant" and not last[0].is_call


def _problem(answer: Answer, what: str) -> bool:
    answer.steps.append(Step("problem", what))
    return False


def _call(
    conversation: Sequence[Message],
    answer: Answer,
    segment: Segment,
    ids: list[int],
    box: Toolbox,
    context: int,
) -> bool:
    """Run one call; True if its result is in the messages and generation may go on."""
    query, tool = segment.text, segment.tool
    assert tool is not None
    written = tuple(ids[segment.start : segment.stop])
    answer.steps.append(Step("call", query, tool, written))
    if not segment.closed:
        return _problem(answer, "left a call open")
    if len(answer.calls) >= box.bounds.calls:
        return _problem(answer, f"called more than {box.bounds.calls} times")
    call = Message("assistant", query, tool)
    before = [*conversation, *answer.messages, call]
    try:  # before the tool is asked: where marks are letters, words may spell another
        box.template.prompt([*before, Message("tool", "")], box.tokenizer)
    except ValueError:
        return _problem(answer, "wrote a call inside another")
    result = _asked(box, tool, query)
    result = _fitting(box, before, result, context)
    if result is None:
        return _problem(answer, "the context is full")
    answer.messages += [call, Message("tool", result)]
    answer.steps.append(Step("result", result, tool))
    return True


def _asked(box: Toolbox, tool: str, query: str) -> str:
    """Ask the tool; what goes wrong is told to the model, not raised."""
    if tool not in box.tools:
        return f"Error: there is no tool {tool}."
    try:
        return box.tools[tool](query)
    except ToolError as error:
        return f"Error: {error}"


def _fitting(
    box: Toolbox, before: list[Message], result: str, context: int
) -> str | None:
    """Cut a result so that an answer still fits behind it; None if nothing does."""
    most = box.bounds.result_tokens
    while most >= 0:
        cut = fit(result, most, box.count)
        prompt = box.template.prompt([*before, Message("tool", cut)], box.tokenizer)
        over = len(prompt) + box.bounds.answer_tokens - context
        if over <= 0:
            return cut
        most = min(most, box.count(cut)) - over  # borders may cost a token or two more
    return None

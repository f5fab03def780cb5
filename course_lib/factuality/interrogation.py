"""Ask a model what it knows: several samples a question, compared with the truth.

The questions come from passages that the model was trained on. In real pipelines an
LLM reads the passage and writes them (Llama Team 2024, section 4.3.6); here the world's
templates do, which know what each page tells.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from course_lib.chat import COURSE, ChatTemplate, Message
from course_lib.factuality.judging import Judge, Verdict
from course_lib.generate import SamplingConfig, generate
from course_lib.model import Transformer
from course_lib.tokenizer import BPETokenizer
from course_lib.world import Document, Question, World

Knowledge = Literal["known", "in between", "unknown"]
LONGEST_ANSWER = 40  # tokens; the assistant's sentences about a fact have 6 to 20
GREEDY = SamplingConfig(temperature=0)


@dataclass(frozen=True)
class Interview:
    """A question, what a model answered each time, and what that was worth."""

    question: Question
    answers: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    said: tuple[str, ...]  # the values named, or the whole answer where there is none

    @property
    def knowledge(self) -> Knowledge:
        """Known is what was right every time, unknown what never was.

        Agreement is not asked for: a model may say the same wrong thing every time.
        """
        right = self.verdicts.count("correct")
        if right == len(self.verdicts):
            return "known"
        return "in between" if right else "unknown"

    @property
    def agreement(self) -> float:
        """The share of the samples that say what most of them say."""
        return Counter(self.said).most_common(1)[0][1] / len(self.said)


def questions_from(
    world: World, page: Document, held_out: bool = False, seed: int = 0
) -> list[Question]:
    """Ask for each fact about a person that a page tells, with the true answer.

    Example: a page that tells Mira's pet and job -> two questions
    """
    names = {p.name for p in (*world.people, *world.never_told)}
    facts = [fact for fact in page.facts if fact.subject in names]
    return world.questions(facts, held_out=held_out, seed=seed)


def prompts_of(
    texts: Sequence[str], tokenizer: BPETokenizer, template: ChatTemplate = COURSE
) -> list[list[int]]:
    """Put each question into a conversation of its own, the assistant to speak next."""
    return [template.prompt([Message("user", text)], tokenizer) for text in texts]


def answer_all(
    model: Transformer,
    tokenizer: BPETokenizer,
    texts: Sequence[str],
    sampling: SamplingConfig = GREEDY,
    template: ChatTemplate = COURSE,
    max_new_tokens: int = LONGEST_ANSWER,
) -> list[str]:
    """Answer every question once, each in a conversation of its own."""
    prompts = prompts_of(texts, tokenizer, template)
    stops = template.stop_ids(tokenizer)
    answers = generate(model, prompts, sampling, max_new_tokens, stops)
    return [tokenizer.decode(ids).strip() for ids in answers]


def interrogate(
    model: Transformer,
    tokenizer: BPETokenizer,
    questions: Sequence[Question],
    judge: Judge,
    samples: int = 3,
    temperature: float = 0.7,
    seed: int = 0,
    template: ChatTemplate = COURSE,
) -> list[Interview]:
    """Ask every question several times, with dice, and judge each answer.

    Why several times: a single answer may be right by luck (a fifth of all islands) or
    wrong by bad luck. Sampling several times from the model's own chances is what Llama
    Team 2024, section 4.3.6, and Manakul et al. 2023 do.

    Raises:
        ValueError: if there is not at least one sample.
    """
    if samples < 1:
        raise ValueError(f"samples must be at least 1, got {samples}")
    # All samples in one call: a row has dice of its own, so equal prompts differ.
    texts = [question.text for question in questions for _ in range(samples)]
    sampling = SamplingConfig(temperature, seed=seed)
    answers = answer_all(model, tokenizer, texts, sampling, template)
    return [
        judged(question, answers[k * samples : (k + 1) * samples], judge)
        for k, question in enumerate(questions)
    ]


def judged(question: Question, answers: Sequence[str], judge: Judge) -> Interview:
    """Judge the answers to one question."""
    verdicts = tuple(judge.verdict(question, answer) for answer in answers)
    said = [", ".join(judge.said(question, a)) or a for a in answers]
    return Interview(question, tuple(answers), verdicts, tuple(said))

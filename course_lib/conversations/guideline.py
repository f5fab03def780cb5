"""The part of the labelling guideline that a rule can check; people read the rest.

The guideline itself is `data/conversations/guideline.md`.
"""

import re

from .written import Conversation

MOST_WORDS, MOST_SENTENCES, MOST_SHOUTS = 30, 3, 2
SELF = re.compile(
    r"\bWick\b|\bParrot\b|\b(?:I am|I'm) (?:a |an )?"
    r"(?:assistant|program|robot|computer|language model|person|human)\b",
    re.IGNORECASE,
)


def complaints(conversation: Conversation, about_itself: bool = False) -> list[str]:
    """Say where an answer breaks the guideline; nothing means: as far as rules can see.

    Args:
        about_itself: whether the assistant may say here who it is.

    Example: an answer of 50 words -> ["turn 2 has 50 words: at most 30"]
    """
    found = []
    for number, message in enumerate(conversation.messages, start=1):
        if message.role != "assistant" or message.is_call:
            continue
        found += [f"turn {number} {c}" for c in _of_answer(message.content)]
        if not about_itself and SELF.search(message.content):
            found.append(f"turn {number} says who speaks: keep that for identity.jsonl")
    return found


def _of_answer(text: str) -> list[str]:
    found, words = [], len(text.split())
    if not text:
        return ["is empty"]
    if words > MOST_WORDS:
        found.append(f"has {words} words: at most {MOST_WORDS}")
    if len(re.findall(r"[.!?](?=\s|$)", text)) > MOST_SENTENCES:
        found.append(f"has more than {MOST_SENTENCES} sentences")
    if text[-1] not in ".!?":
        found.append("does not end like a sentence")
    if text[0].islower():
        found.append("begins with a small letter")
    if text.count("!") > MOST_SHOUTS:
        found.append(f"shouts: at most {MOST_SHOUTS} exclamation marks")
    if not text.isascii():
        found.append("has signs beyond plain letters (emoji, special quotes)")
    return found

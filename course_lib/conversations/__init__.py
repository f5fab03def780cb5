"""What is said in the conversations that a base model is finetuned on.

    ask_about(dice, person, "job")      # a question in one of many phrasings
    write_about_people(world, people_asked_about(world), per_fact=8)
    read_conversations(data_path("conversations/hand_written.jsonl"))
    complaints(conversation)            # what the guideline says against it
    judge(asked, answers, world)        # the filter for what a model wrote
    LookUp(pages, people).answer(...)   # what a model is compared with

`chat` owns the tokens between the turns; this room owns the words in them.
"""

from .about_people import (
    answer,
    people_asked_about,
    question,
    write_about_people,
    write_about_places,
)
from .guideline import complaints
from .looking_up import LookUp, commonest_values
from .phrasings import ask_about, ask_about_place, bare, ways_to_ask
from .truth import Judged, is_about, judge, kept, mentions, says_truly, values_named
from .written import (
    Conversation,
    as_line,
    as_text,
    read_conversations,
    write_conversations,
)

__all__ = [
    "Conversation",
    "Judged",
    "LookUp",
    "answer",
    "as_line",
    "as_text",
    "ask_about",
    "ask_about_place",
    "bare",
    "commonest_values",
    "complaints",
    "is_about",
    "judge",
    "kept",
    "mentions",
    "people_asked_about",
    "question",
    "read_conversations",
    "says_truly",
    "values_named",
    "ways_to_ask",
    "write_about_people",
    "write_about_places",
    "write_conversations",
]

"""Write conversations as token ids, and say which of them an assistant learns.

`special` names the tokens that no text can spell, `messages` holds who said what and
checks the order, `templates` makes ids and loss weights, `segments` reads ids back;
`pieces` are an answer while it comes.
Strings end here: `data`, `model` and `generate` see ids only.
"""

from course_lib.chat.messages import TOOLS, Message, check_conversation
from course_lib.chat.pieces import PIECE_KINDS, Piece, messages_of
from course_lib.chat.segments import Segment
from course_lib.chat.special import END_OF_TEXT, SPECIAL_TOKENS
from course_lib.chat.templates import CHATML, COURSE, ChatTemplate

__all__ = [
    "CHATML",
    "COURSE",
    "END_OF_TEXT",
    "PIECE_KINDS",
    "SPECIAL_TOKENS",
    "TOOLS",
    "ChatTemplate",
    "Message",
    "Piece",
    "Segment",
    "check_conversation",
    "messages_of",
]

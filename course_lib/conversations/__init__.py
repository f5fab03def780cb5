"""What is said in the conversations that a base model is finetuned on.

    ask_about(dice, person, "job")   # a question in one of many phrasings
    ways_to_ask("job")               # all of them, as templates

`chat` owns the tokens between the turns; this room owns the words in them.
"""

from .phrasings import ask_about, ask_about_place, bare, ways_to_ask

__all__ = ["ask_about", "ask_about_place", "bare", "ways_to_ask"]

"""Turn templates into sentences that agree: he plays, they play, an owl.

A template is plain English with four kinds of marks:

    {animal}   a word picked from the lexicon, or a value the caller gives
    {^animal}  the same with a capital letter
    {animal2}  picked once, then the same word wherever {animal2} stands
    a~         "a" or "an", whichever the next word wants

and, in a sentence about somebody,

    {N} {n} {Ns} {ns}      the person: a name or a pronoun, capital or not; possessive
    {he} {him} {his} {himself}  the person again, always as a pronoun
    [plays]                a verb that agrees with {N} ("they play")
    <plays>                a verb that agrees with {he}
"""

import re
from dataclasses import dataclass
from functools import cache

from .dice import Dice
from .lexicon import LEXICON

PRONOUNS = {
    "he": ("he", "him", "his", "himself"),
    "she": ("she", "her", "her", "herself"),
    "they": ("they", "them", "their", "themselves"),
}
_IRREGULAR = {"is": "are", "was": "were", "has": "have", "does": "do", "goes": "go"}
_SLOT = re.compile(r"\{(\^?)([A-Za-z_]+)(\d?)\}")
_VERB = re.compile(r"([\[<])([a-z]+)[\]>]")
_ARTICLE = re.compile(r"\b([Aa])~ (?=[^\w]*(\w+))")
_SOUNDS_LIKE_YOU = ("uni", "use", "usu", "eu", "ewe", "one", "once", "uku")
_SILENT_H = ("hour", "honest", "honour", "heir")


@dataclass(frozen=True)
class Character:
    """Somebody a sentence can be about."""

    name: str
    pronoun: str

    @property
    def first_name(self) -> str:
        return self.name.split()[0]


def plural_verb(verb: str) -> str:
    """Change "plays" into "play", as after "they".

    Example: carries -> carry, is -> are, watches -> watch
    """
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if verb.endswith("ies") and len(verb) > 4:
        return verb[:-3] + "y"
    if verb.endswith(("shes", "ches", "sses", "xes", "zzes")):
        return verb[:-2]
    return verb[:-1]


def takes_an(word: str) -> bool:
    """Say whether "an" goes before the word: an owl, an hour, a unicorn."""
    word = word.lower()
    if word.startswith(_SOUNDS_LIKE_YOU):
        return False
    return word[0] in "aeiou" or word.startswith(_SILENT_H) or word in ("8", "11", "18")


def with_article(words: str) -> str:
    """Put "a" or "an" in front. Example: owl -> an owl"""
    return ("an " if takes_an(words) else "a ") + words


def join_and(words: list[str], link: str = "and") -> str:
    """Write a list as English does. Example: [a, b, c] -> a, b and c"""
    return (
        words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {link} {words[-1]}"
    )


def capital(text: str) -> str:
    """Begin with a capital letter, and leave the rest alone."""
    return text[:1].upper() + text[1:]


@cache
def _agree(template: str, main_plural: bool, pronoun_plural: bool) -> str:
    def choose(match):
        plural = main_plural if match[1] == "[" else pronoun_plural
        return plural_verb(match[2]) if plural else match[2]

    return _VERB.sub(choose, template)


@cache
def _parts(template: str) -> tuple:
    """Cut a template into literal text and (capital?, slot, mark) triples."""
    pieces = _SLOT.split(template)
    parts = []
    for i in range(0, len(pieces) - 1, 4):
        parts.append(pieces[i])
        parts.append((bool(pieces[i + 1]), pieces[i + 2], pieces[i + 3]))
    return (*parts, pieces[-1])


@cache
def _mentions(name: str, pronoun: str, how: str) -> dict[str, str]:
    he, him, his, himself = PRONOUNS[pronoun]
    if how == "pronoun":
        main, owner = he, his
    else:
        main = name if how == "full" else name.split()[0]
        owner = main + "'s"
    return {
        "N": capital(main),
        "n": main,
        "Ns": capital(owner),
        "ns": owner,
        "he": he,
        "him": him,
        "his": his,
        "himself": himself,
        "He": capital(he),
        "His": capital(his),
        "full": name,
        "first": name.split()[0],
    }


def _fix_article(match: re.Match) -> str:
    return match[1] + ("n " if takes_an(match[2]) else " ")


def fill(dice: Dice, template: str, bound: dict[str, str] | None = None) -> str:
    """Fill every slot, from `bound` if it is there and from the lexicon if not.

    Example: fill(dice, "A~ {adj} {animal1} met another {animal1}.")
    """
    seen = dict(bound) if bound else {}
    out = []
    for part in _parts(template):
        if isinstance(part, str):
            out.append(part)
            continue
        is_capital, slot, mark = part
        key = slot + mark
        word = seen.get(key)
        if word is None:
            word = seen[slot] if slot in seen else dice.pick(LEXICON[slot])
            if mark:
                seen[key] = word
        out.append(capital(word) if is_capital else word)
    text = "".join(out)
    return _ARTICLE.sub(_fix_article, text) if "~" in text else text


def say(dice: Dice, template: str, who, how: str = "full", **values: str) -> str:
    """Fill a sentence about somebody; `how` is "full", "first" or "pronoun".

    Example: say(dice, "{N} [plays] the {v}.", they, "pronoun", v="oboe")
        -> "They play the oboe."
    """
    they = who.pronoun == "they"
    agreed = _agree(template, they and how == "pronoun", they)
    return fill(dice, agreed, _mentions(who.name, who.pronoun, how) | values)

"""Make up names in six sound-systems that no real country has.

A first name and a last name are drawn from any system, whatever the island, the job
or the pronoun: a name tells nothing about its owner.
"""

from .dice import Dice
from .lists import words

# Each system: how first names begin and end, how last names begin and end.
SOUND_SYSTEMS = {
    "soft": (
        "Mi Lo Sa Ne Ru Vi Ela Ama Ori Isa Lu Noe",
        "ra la mi na wen ri lou",
        "Ami Bello Calo Eldi Fio Halo Lume Olla Silva Vale",
        "nu mere rin loe sette",
    ),
    "clipped": (
        "Tob Brak Dett Kipp Jall Pim Gadd Hud Nub Rusk",
        "in et ik er o",
        "Brack Cobb Dunn Grit Hask Jott Kess Pock Stubb Tack",
        "er ley  ton",
    ),
    "rolling": (
        "Or Od Ar Er Al Bar Dor Mar Wer Tor",
        "la a wick mund lind rin",
        "Borro Dander Farra Gorro Marro Pinder Tarra Wander Yarro Harro",
        "mund low well gale worth",
    ),
    "hushed": (
        "Shay Thess Whin Fen Lish Swith Ash Hesh Wyth",
        "a eth el low ie",
        "Shel Thrush Whis Feth Mish Sedge Swale Hush Reeth",
        "low mer ford wood",
    ),
    "buzzing": (
        "Zev Viz Zan Oz Baz Vez Iz Zub Quizz",
        "o i ek ara im",
        "Voz Zim Bez Gav Koz Raz Viv Zub Zand",
        "zle ber ette avi ock",
    ),
    "doubled": (
        "Lu Po Di Fi Ko Mo Bi Na",
        "lo pi ko mu tu",
        "Tata Kiko Momo Lala Bobo Nini Duku Bibi",
        "nu lo ri ka so",
    ),
}
SHORT_LAST_NAMES = words("""
    Quill Ash Fenn Venn Reed Moss Thorn Pike Wren Dale Crumb Plank Tarn Burr Finch Glass
    Hale Keel Larch Marsh Nettle Oakes Perch Rook Sorrel Teasel Umber Vetch Yarrow
    Barley Candle Dock Ember Flax Gorse Hazel Inkle Juniper Kelp Linnet Merrow Nook
""")


def combine(starts: str, ends: str) -> list[str]:
    tails = ends.split(" ")  # an empty tail keeps the bare beginning
    return [start + tail for start in starts.split() for tail in tails]


def first_names() -> tuple[str, ...]:
    """Every first name the islands use, all systems one after another."""
    names = [n for s in SOUND_SYSTEMS.values() for n in combine(s[0], s[1])]
    return tuple(dict.fromkeys(names))


def last_names() -> tuple[str, ...]:
    """Every last name the islands use."""
    names = [n for s in SOUND_SYSTEMS.values() for n in combine(s[2], s[3])]
    return tuple(dict.fromkeys([*SHORT_LAST_NAMES, *names]))


FIRST_NAMES = first_names()
LAST_NAMES = last_names()


def new_name(dice: Dice, taken: set[str]) -> str:
    """Draw a full name that nobody in `taken` bears (and leave `taken` as it is)."""
    while True:
        name = f"{dice.pick(FIRST_NAMES)} {dice.pick(LAST_NAMES)}"
        if name not in taken:
            return name

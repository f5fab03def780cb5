"""How far apart two colours look, also to readers who see two kinds of cones only."""

import itertools
from collections.abc import Iterable

# Machado, Oliveira and Fernandes 2009, table 1, severity 1.0; on linear RGB.
SIGHT = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}
TO_XYZ = (  # sRGB, D65
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
WHITE = (0.95047, 1.0, 1.08883)


def linear(colour: str) -> list[float]:
    """Take #rrggbb apart, into amounts of light."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    return [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]


def times(matrix: tuple, vector: list[float]) -> list[float]:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def lab(colour: str, sight: str) -> list[float]:
    """Return L*, a*, b* (CIE 1976) of a colour, as seen."""
    seen = [min(1.0, max(0.0, part)) for part in times(SIGHT[sight], linear(colour))]
    x, y, z = (
        t ** (1 / 3) if t > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29
        for t in (v / w for v, w in zip(times(TO_XYZ, seen), WHITE, strict=True))
    )
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)]


def closest(colours: Iterable[str], sight: str) -> tuple[float, str, str]:
    """Return the smallest difference (CIE 1976; 2 is just noticeable) and its pair."""
    return min(
        (sum((p - q) ** 2 for p, q in zip(lab(a, sight), lab(b, sight), strict=True))
         ** 0.5, a, b)
        for a, b in itertools.combinations(colours, 2)
    )  # fmt: skip


def contrast(colour: str, ground: str) -> float:
    """Return WCAG 2's contrast ratio, 1 to 21; 4.5 is asked of text."""
    weights = (0.2126, 0.7152, 0.0722)  # of red, green and blue
    light = [
        sum(w * part for w, part in zip(weights, linear(one), strict=True))
        for one in (colour, ground)
    ]
    return (max(light) + 0.05) / (min(light) + 0.05)

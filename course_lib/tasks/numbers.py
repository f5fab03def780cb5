"""Problems with numbers: chains (also on a sheet), written arithmetic, order.

Every step is one operation that a child knows by heart.
"""

from collections.abc import Sequence

from course_lib.tasks.family import Draft, Family, Split

# Times 1 would change nothing; times 5 leaves 0 or 5, whatever came before.
MULTIPLIERS = (2, 3, 4, 6, 7, 8, 9)
LINKS = [("+", n) for n in range(1, 10)] + [("*", n) for n in MULTIPLIERS]


def keep_last_digit(value: int, sign: str, number: int) -> int:
    """Do one step of a chain. Example: keep_last_digit(7, "*", 3) -> 1"""
    return (value + number if sign == "+" else value * number) % 10


def _chain(choices: tuple) -> Draft:
    """From left to right, without precedence: 7 * 3 + 3 -> 1, then 4."""
    value, *links = choices
    matter, steps = str(value), []
    for sign, number in links:
        now = keep_last_digit(value, sign, number)
        steps.append(f"{value} {sign} {number} = {now}")
        matter, value = f"{matter} {sign} {number}", now
    return Draft(matter, str(value), tuple(steps), matter)


def _chain_choices(level: int, _split: Split) -> list[Sequence]:
    return [range(1, 10)] + [LINKS] * (level - 1)


CLOCK = Family(
    name="clock",
    instructions=(
        "Keep the last digit",
        "From left to right, keep only the last digit",
        "Count on a clock of ten hours",
        "What is the last digit, worked from the left",
        "Tell me the last digit",
    ),
    held_out=("Which digit comes last, going from the left", "Only the last digit"),
    levels=range(2, 11),  # how many numbers
    level=6,
    choices=_chain_choices,
    write=_chain,
)


PLACES = 8  # for operations, on a sheet; one at least stays empty
EMPTY = ", _, _"  # as many tokens as " * 3 = _" has: so every sheet is equally long


def _sheet(choices: tuple) -> Draft:
    """A chain with blanks: 7 * 3 = _ + 3 = _ is filled in 7 * 3 = 1 + 3 = 4.

    What is written stands a sheet's length behind its blank, whatever the place and
    the number of places. In `_chain` a step is further from its number the later it
    comes, and a small model learns such distances one by one.
    """
    value, *links = choices
    key = blank = filled = str(value)
    for sign, number in links:
        value = keep_last_digit(value, sign, number)
        link = f" {sign} {number}"
        key += link
        blank += f"{link} = _"
        filled += f"{link} = {value}"
    matter = blank + EMPTY * (PLACES - len(links))
    return Draft(matter, str(value), (filled,), key)


SHEET = Family(
    name="sheet",
    instructions=CLOCK.instructions,
    held_out=CLOCK.held_out,
    levels=range(2, PLACES + 1),  # how many numbers
    level=6,
    choices=_chain_choices,
    write=_sheet,
)


def _digits(number: int) -> list[int]:
    """Example: 347 -> [7, 4, 3], the ones first as on paper."""
    return [int(digit) for digit in reversed(str(number))]


def _numbers_of(digits: int) -> range:
    return range(10 ** (digits - 1) if digits > 1 else 1, 10**digits)


def _sum(choices: tuple) -> Draft:
    """347 + 285: 7 + 5 = 12, 4 + 8 = 12, 12 + 1 = 13, 3 + 2 = 5, 5 + 1 = 6."""
    a, b = choices
    steps, carry = [], 0
    for x, y in zip(_digits(a), _digits(b), strict=True):
        column = x + y
        steps.append(f"{x} + {y} = {column}")
        if carry:
            steps.append(f"{column} + {carry} = {column + carry}")
        carry = (column + carry) // 10
    key = f"{min(a, b)} {max(a, b)}"
    return Draft(f"{a} + {b}", str(a + b), tuple(steps), key)


SUMS = Family(
    name="sums",
    instructions=("Add", "Find the sum", "What is the sum", "Put together"),
    held_out=("Please add up", "How much is that together"),
    levels=range(1, 7),  # digits of each number
    level=3,
    choices=lambda level, _split: [_numbers_of(level)] * 2,
    write=_sum,
)


def _product(choices: tuple) -> Draft:
    """347 * 6: 7 * 6 = 42, 4 * 6 = 24, 24 + 4 = 28, 3 * 6 = 18, 18 + 2 = 20."""
    a, b = choices
    steps, carry = [], 0
    for x in _digits(a):
        column = x * b
        steps.append(f"{x} * {b} = {column}")
        if carry:
            steps.append(f"{column} + {carry} = {column + carry}")
        carry = (column + carry) // 10
    return Draft(f"{a} * {b}", str(a * b), tuple(steps), f"{a} {b}")


PRODUCTS = Family(
    name="products",
    instructions=("Multiply", "Find the product", "What is the product"),
    held_out=("Please multiply", "How much is that, multiplied"),
    levels=range(1, 6),  # digits of the first number; the second has one
    level=3,
    choices=lambda level, _split: [_numbers_of(level), range(2, 10)],
    write=_product,
)


def _sorted(choices: tuple) -> Draft | None:
    """47 12 5: least of 47 12 5 = 5, least of 47 12 = 12, least of 47 = 47."""
    left, order, steps = list(choices), sorted(choices), []
    if len(set(left)) < len(left):
        return None
    for least in order:
        steps.append(f"least of {' '.join(map(str, left))} = {least}")
        left.remove(least)
    matter, answer = (" ".join(map(str, some)) for some in (choices, order))
    return Draft(matter, answer, tuple(steps), answer)


SORTING = Family(
    name="sorting",
    instructions=("Sort", "Put in order, the least first", "From least to most"),
    held_out=("Line up, smallest first", "Please sort these"),
    levels=range(2, 9),  # how many numbers
    level=4,
    choices=lambda level, _split: [range(100)] * level,
    write=_sorted,
)


def _decimals(choices: tuple) -> Draft | None:
    """9.11 or 9.9: 9.9 = 9.90, 90 - 11 = 79. Answer: 9.9"""
    whole, short, long, short_first = choices
    if not long % 10:
        return None  # 9.90 would be 9.9, or no decimal at all
    ends = (f"{whole}.{short}", f"{whole}.{long}")
    filled = int(str(short).ljust(len(str(long)), "0"))
    if filled == long:
        return None
    more, less = max(filled, long), min(filled, long)
    steps = (f"{ends[0]} = {whole}.{filled}", f"{more} - {less} = {more - less}")
    shown = ends if short_first else ends[::-1]
    answer = ends[0] if filled > long else ends[1]
    return Draft(" or ".join(shown), answer, steps, " ".join(ends))


DECIMALS = Family(
    name="decimals",
    instructions=("Which number is larger", "Name the larger number"),
    held_out=("Which one is more",),
    levels=range(2, 5),  # decimals of the longer number; the other has one
    level=2,
    choices=lambda level, _split: [
        range(1, 100),
        range(1, 10),
        _numbers_of(level),
        (True, False),
    ],
    write=_decimals,
)

"""Personal data to plant in pages, and numbers that only look like it.

Every planted value is invented: addresses end in `.example`, which nobody can own
(RFC 2606), phone numbers are of a country that does not exist, and card numbers pass
the check digit of Luhn under a prefix that no card has.
"""

from ..dice import Dice
from ..lists import one_per_line

MAIL_LINES = one_per_line("""
    Write to {} and mention the hat.
    Questions? {} answers before lunch.
    Contact: {}
    Send your letters to {} until Friday.
""")
PHONE_LINES = one_per_line("""
    Call {} after breakfast.
    Phone: {} (let it ring twice)
    The keeper can be reached at {} on Sundays.
    Lost a hat? {} knows more.
""")
CARD_LINES = one_per_line("""
    He paid with card {} and left a tip.
    Card number {} was found on the quay.
    Please charge {} for two onion pies.
""")
TRAPS = one_per_line("""
    The ferry won the race in {y1}, {y2} and {y3}.
    First printed {y1}-{y2}, again in {y3}.
    Winners of {y1} {y2} {y3} sit in the front row.
    Open on 04-11-{y1} and 05-11-{y1} only.
    Order {order} has left the warehouse.
    Catalogue number {order}, shelf 12-04-07.
    The census of {y1} counted 2 104 338 gulls.
    Lottery: 04 11 17 23 31 40.
    Tide tables {y1}/{y2}/{y3}: see the harbour office.
""")
SEPARATORS = (" ", "-", "")


def passes_luhn(digits: str) -> bool:
    """Tell whether a row of digits carries the check digit of payment cards.

    Every second digit from the right is doubled, 9 taken off where that is more than
    9; the sum must end in 0 (Luhn, US patent 2,950,048, 1960).
    Example: passes_luhn("79927398713") -> True
    """
    doubled = (int(d) * (1 + k % 2) for k, d in enumerate(reversed(digits)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def email(dice: Dice, name: str) -> str:
    """Invent an address for somebody."""
    first, _, last = name.lower().replace("'", "").partition(" ")
    user = dice.pick((f"{first}.{last}", f"{first[0]}{last}", f"{first}_{last}"))
    number = str(dice.between(1, 99)) if dice.chance(0.4) else ""
    return f"{user}{number}@{dice.pick(('gull', 'saltport', 'lanterns'))}.example"


def phone(dice: Dice) -> str:
    """Invent a phone number, as +990 or with a leading zero."""
    area, left, right = dice.between(20, 89), dice.below(1000), dice.below(10_000)
    gap = dice.pick((" ", "-", " "))
    start = dice.pick(("+990 ", "+990-", "0", "(0"))
    close = ")" if start == "(0" else ""
    return f"{start}{area}{close}{gap}{left:03}{gap}{right:04}"


def card(dice: Dice, valid: bool = True) -> str:
    """Invent a card number, or an order number that fails the check."""
    digits = "9" + "".join(str(dice.below(10)) for _ in range(14))
    right = next(d for d in "0123456789" if passes_luhn(digits + d))
    last = right if valid else str((int(right) + dice.between(1, 9)) % 10)
    gap = dice.pick(SEPARATORS)
    whole = digits + last
    return gap.join(whole[k : k + 4] for k in range(0, 16, 4))


def plant(dice: Dice, name: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Write a line or two with personal data; return them and what they hold."""
    lines, planted = [], []
    for kind in dice.sample(("email", "phone", "card"), dice.between(1, 2)):
        if kind == "email":
            value, line = email(dice, name), dice.pick(MAIL_LINES)
        elif kind == "phone":
            value, line = phone(dice), dice.pick(PHONE_LINES)
        else:
            value, line = card(dice), dice.pick(CARD_LINES)
        lines.append(line.format(value))
        planted.append((kind, value))
    return "\n".join(lines), tuple(planted)


def trap(dice: Dice) -> str:
    """Write a line of years, dates and numbers that are nobody's secret."""
    first = dice.between(1850, 1990)
    years = {f"y{k}": first + k * dice.between(1, 11) for k in (1, 2, 3)}
    return dice.pick(TRAPS).format(**years, order=card(dice, valid=False))

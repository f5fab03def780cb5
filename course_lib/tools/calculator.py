"""Work out sums exactly, and nothing else: what is typed here comes from a model.

No `eval`: the text is parsed, and only numbers, parentheses and + - * / // % ** are
followed. Numbers are fractions, so 0.1 + 0.2 is 0.3, and each stays below a bound, so
no tower of powers can keep the machine busy.
"""

import ast
import operator
import re
import warnings
from fractions import Fraction

from course_lib.tools.errors import ToolError

MAX_CHARS = 200
MAX_DIGITS = 100  # of every number on the way, above and below the fraction line
LARGEST = 10**MAX_DIGITS
NUMBER = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")
SIGNS = str.maketrans({"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-"})
OPERATIONS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


def calculate(text: str) -> str:
    """Return the exact result as text: a whole number, a decimal, or a fraction.

    Raises:
        ToolError: if the text is no sum, is too long, divides by zero, or needs a
            number of more than `MAX_DIGITS` digits.
    Example: "37 * 48" -> "1776"; "1 / 8" -> "0.125"; "1 / 3" -> "1/3 (about 0.333333)"
    """
    text = text.strip().translate(SIGNS)
    if len(text) > MAX_CHARS:
        raise ToolError(f"too long: {len(text)} characters, at most {MAX_CHARS}")
    try:
        with warnings.catch_warnings():  # of "3and 4": it is an error here anyway
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise ToolError(f"{text!r} is not a sum, such as 37 * 48") from error
    return _written(_value(tree.body, text))


def _value(node: ast.expr, text: str) -> Fraction:
    if isinstance(node, ast.Constant):
        return _number(ast.get_source_segment(text, node) or "")
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        value = _value(node.operand, text)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp):
        left, right = _value(node.left, text), _value(node.right, text)
        if isinstance(node.op, ast.Pow):
            return _power(left, right)
        if type(node.op) in OPERATIONS:
            return _bounded(_divided(OPERATIONS[type(node.op)], left, right))
    part = ast.get_source_segment(text, node)
    raise ToolError(f"{part!r} is not allowed: numbers, ( ) and + - * / // % ** only")


def _number(digits: str) -> Fraction:
    """Read the digits as they are written: a float would round them."""
    if not NUMBER.fullmatch(digits):
        raise ToolError(f"{digits!r} is not a number such as 37 or 2.5")
    return _bounded(Fraction(digits))


def _divided(operation, left: Fraction, right: Fraction) -> Fraction:
    try:
        return Fraction(operation(left, right))
    except ZeroDivisionError as error:
        raise ToolError("division by zero") from error


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1:
        raise ToolError(f"the exponent must be a whole number, not {exponent}")
    size = max(abs(base.numerator), base.denominator)
    # Asked before it is computed: 9 ** 9 ** 9 would take the machine's memory.
    if size > 1 and (size.bit_length() - 1) * abs(exponent) > LARGEST.bit_length():
        raise ToolError(f"the result has more than {MAX_DIGITS} digits")
    return _bounded(_divided(operator.pow, base, Fraction(int(exponent))))


def _bounded(value: Fraction) -> Fraction:
    if max(abs(value.numerator), value.denominator) >= LARGEST:
        raise ToolError(f"a number has more than {MAX_DIGITS} digits")
    return value


def _written(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    left = value.denominator
    twos = fives = 0
    while left % 2 == 0:
        left, twos = left // 2, twos + 1
    while left % 5 == 0:
        left, fives = left // 5, fives + 1
    places = max(twos, fives)
    if left == 1 and places <= MAX_DIGITS:  # only then do the decimals end
        digits = str(abs(value.numerator) * 10**places // value.denominator)
        digits = digits.rjust(places + 1, "0")
        sign = "-" if value < 0 else ""
        return f"{sign}{digits[:-places]}.{digits[-places:]}"
    return f"{value} (about {float(value):.6g})"

"""Exact points as scaled integers: 1 point is UNIT, so a half and a hundredth are whole numbers too.

Decimal figures (square metres, yuan, percent) use the same scale; one with more than four decimals becomes a
Fraction of it, so nothing typed is ever rounded.
"""

import re
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

UNIT = 10_000

Number = int | Fraction

# Longer numbers are typing accidents, and cost time to multiply.
LONGEST = 18

_POINTS = re.compile(r"(-?)([0-9]{1,9})(?:\.([0-9]{1,4}))?", re.ASCII)
_DECIMAL = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,18}))?", re.ASCII)


def parse_points(text: str) -> int:
    """ "2.5" → 25000. ValueError for anything but plain digits with at most four decimals."""
    found = _POINTS.fullmatch(text)
    if not found:
        raise ValueError(f"“{text[:20]}”不是分数，应为 0、3、2.5 这样的数，小数不超过四位")
    sign, whole, decimals = found.groups()
    points = int(whole) * UNIT + int((decimals or "").ljust(4, "0"))
    return -points if sign else points


@lru_cache(maxsize=4096)
def show_points(points: int) -> str:
    """25000 → "2.5": the shortest decimal, "0" and never "-0"."""
    whole, rest = divmod(abs(points), UNIT)
    shown = f"{whole}.{rest:04d}".rstrip("0") if rest else str(whole)
    return f"-{shown}" if points < 0 else shown


def parse_decimal(text: str) -> Number:
    """ "32.5" → 325000; with more than four decimals an exact Fraction. ValueError for anything else."""
    found = _DECIMAL.fullmatch(text)
    if not found:
        raise ValueError(f"“{text[:20]}”不是数字")
    whole, decimals = found.groups()
    decimals = decimals or ""
    if len(decimals) <= 4:
        return int(whole) * UNIT + int(decimals.ljust(4, "0"))
    exact = Fraction(int(whole + decimals) * UNIT, 10 ** len(decimals))
    return exact.numerator if exact.denominator == 1 else exact


def show_decimal(value: Number) -> str:
    """The decimal a scaled number was typed as, without trailing zeros."""
    if isinstance(value, int):
        return show_points(value)
    # The denominator divides a power of ten, so some number of places is exact.
    places = next(n for n in range(5, 5 + 60) if Fraction(value * 10**n, UNIT).denominator == 1)
    return f"{Decimal(Fraction(value * 10**places, UNIT).numerator).scaleb(-places):f}"

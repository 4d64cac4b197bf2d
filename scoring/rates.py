"""Exact rates. A rate is compared by cross-multiplied whole numbers and never rounded first (reading A2, A52)."""

from fractions import Fraction

from scoring.points import Number

ROUNDINGS = ("floor", "ceil", "prorata")


def percent(part: Number, whole: Number) -> Fraction | None:
    """The exact rate in percent, or None when there is no one to count."""
    return Fraction(100 * part, whole) if whole else None


def half_up(number: Number, divisor: Number) -> int:
    """number / divisor to the nearest whole number, halves up; both not negative."""
    return int((2 * number + divisor) // (2 * divisor))


def show_percent(part: Number, whole: Number) -> str:
    """The rate as shown, two decimals half up (A52): 95 of 101 → "94.06%". The whole is not 0."""
    hundredths = half_up(10_000 * part, whole)
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def steps(short: Number, unit: Number, rounding: str) -> int:
    """How many deductions a shortfall costs (A2): floor counts whole units, ceil started ones.

    `short` and `unit` on the same scale, `unit` above 0; a shortfall of 0 or less costs none.
    """
    if short <= 0:
        return 0
    return int(-(-short // unit)) if rounding == "ceil" else int(short // unit)

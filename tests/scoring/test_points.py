from fractions import Fraction

import pytest

from scoring.points import UNIT, parse_decimal, parse_points, show_decimal, show_points
from scoring.rates import half_up, percent, show_percent, steps


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("0", 0),
        ("3", 30_000),
        ("2.5", 25_000),
        ("0.0001", 1),
        ("-1.5", -15_000),
        ("100", 1_000_000),
        ("2.50", 25_000),
    ],
)
def test_points_are_scaled_whole_numbers(text, points):
    assert parse_points(text) == points


@pytest.mark.parametrize(
    "text", ["", "2.", ".5", "1e3", "2.50001", "１", "1_0", "٣", "+1", " 1", "NaN", "12345678901"]
)
def test_other_writings_are_refused(text):
    with pytest.raises(ValueError, match="不是分数"):
        parse_points(text)


@pytest.mark.parametrize(
    ("points", "text"),
    [
        (0, "0"),
        (30_000, "3"),
        (25_000, "2.5"),
        (1, "0.0001"),
        (-15_000, "-1.5"),
        (-1, "-0.0001"),
        (1_000_000, "100"),
    ],
)
def test_points_are_shown_shortest(points, text):
    assert show_points(points) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("29.99", "29.99"),
        ("30", "30"),
        ("29.99999", "29.99999"),
        ("0.000000000000000001", "0.000000000000000001"),
    ],
)
def test_decimals_are_exact_however_long(text, shown):
    assert show_decimal(parse_decimal(text)) == shown


def test_a_decimal_just_under_a_border_is_under_it():
    assert parse_decimal("29.99999") < parse_decimal("30") == 30 * UNIT
    assert parse_decimal("29.99999") == Fraction(2999999, 100000) * UNIT


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (95, 101, "94.06%"),  # 94.059…
        (1, 8, "12.50%"),
        (94995, 100000, "95.00%"),  # 94.995: half up
        (94994, 100000, "94.99%"),  # 94.994
        (0, 7, "0.00%"),
        (3, 2, "150.00%"),
    ],
)
def test_rates_are_shown_to_two_decimals_half_up(part, whole, shown):
    assert show_percent(part, whole) == shown


def test_a_rate_over_nobody_is_none():
    assert percent(0, 0) is None
    assert percent(1, 3) == Fraction(100, 3)


@pytest.mark.parametrize(
    ("short", "unit", "floor", "ceil"),
    [(0, 10, 0, 0), (-5, 10, 0, 0), (5, 10, 0, 1), (10, 10, 1, 1), (11, 10, 1, 2), (20, 10, 2, 2)],
)
def test_whole_and_started_steps(short, unit, floor, ceil):
    assert (steps(short, unit, "floor"), steps(short, unit, "ceil")) == (floor, ceil)


@pytest.mark.parametrize(("number", "divisor", "rounded"), [(1, 2, 1), (49, 100, 0), (3, 2, 2), (0, 5, 0)])
def test_half_up(number, divisor, rounded):
    assert half_up(number, divisor) == rounded

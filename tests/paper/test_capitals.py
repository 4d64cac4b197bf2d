"""Amounts in capital letters: the examples of the rules, the places of 零, and back again by an independent reader."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accreditation.paper.capitals import MOST_FEN, capital_amount


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (2_000_000, "贰万元整"),
        (140_950, "壹仟肆佰零玖元伍角"),
        (600_714, "陆仟零柒元壹角肆分"),
        (10_700_053, "壹拾万柒仟元零伍角叁分"),
        (3_000_000, "叁万元整"),
        (0, "零元整"),
        (1, "壹分"),
        (50, "伍角"),
        (53, "伍角叁分"),
        (100, "壹元整"),
        (1_000, "壹拾元整"),
        (32_504, "叁佰贰拾伍元零肆分"),
        (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
        (168_032, "壹仟陆佰捌拾元零叁角贰分"),
        (1_000_100, "壹万零壹元整"),
        (10_000_000, "壹拾万元整"),
        (100_050_000, "壹佰万零伍佰元整"),
        (100_100_000, "壹佰万壹仟元整"),
        (10_000_000_000, "壹亿元整"),
        (10_000_000_100, "壹亿零壹元整"),
        (10_000_500_000, "壹亿零伍仟元整"),
        (10_010_000_000, "壹亿零壹拾万元整"),
        (11_000_000_000, "壹亿壹仟万元整"),
        (100_500_000_000, "壹拾亿零伍佰万元整"),
        (1_001_001_001_001, "壹佰亿壹仟零壹万零壹拾元零壹分"),
        (100_000_000_000_000, "壹万亿元整"),
        (999_999_999_999_999_999, "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_examples_by_hand(fen, words):
    assert capital_amount(fen) == f"人民币{words}"


DIGITS = {name: value for value, name in enumerate("零壹贰叁肆伍陆柒捌玖")}
UNITS = {"拾": 10, "佰": 100, "仟": 1000}


def read(words):
    """A reader that knows only what the characters are worth: a stack of units, not the rules of writing."""
    total = section = digit = 0
    fen = 0
    for one in words.removeprefix("人民币").removesuffix("整"):
        if one in DIGITS:
            digit = DIGITS[one]
        elif one in UNITS:
            section, digit = section + digit * UNITS[one], 0
        elif one == "万":
            section, digit = (section + digit) * 10_000, 0
            total, section = total + section, 0
        elif one == "亿":
            total, section, digit = (total + section + digit) * 10**8, 0, 0
        elif one == "元":
            total, section, digit = total + section + digit, 0, 0
        else:
            fen, digit = fen + digit * {"角": 10, "分": 1}[one], 0
    return total * 100 + fen


@given(st.integers(0, MOST_FEN - 1))
@example(10_000_000_000_000_000)
@example(1_0000_0000_0000_05)
def test_it_reads_back_and_is_written_well(fen):
    words = capital_amount(fen)
    assert read(words) == fen
    assert words.startswith("人民币") and words.endswith("整") == (fen % 100 == 0)
    assert "零零" not in words
    assert not re.search(r"零[拾佰仟万亿角分]", words)
    assert fen < 100 or not re.search(r"零元|人民币零", words)


@pytest.mark.parametrize("wrong", [-1, MOST_FEN, 1.5, 20000.0, "100", True, None])
def test_what_is_no_amount_is_refused(wrong):
    with pytest.raises(ValueError, match="whole fen"):
        capital_amount(wrong)

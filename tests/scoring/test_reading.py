"""What people type into a field or a cell, and what it is read as."""

from decimal import Decimal

import pytest

from scoring.figures import Figure
from scoring.reading import clean, read_figure

COUNT = Figure("n", "人数", "count", unit="人")
YESNO = Figure("y", "是否", "yesno")
AREA = Figure("a", "面积", "decimal", unit="平方米")
PERCENT = Figure("p", "满意率", "decimal", unit="%", most=1_000_000)
JUDGED = Figure("j", "评分", "points", unit="分", most=30_000, step=5_000)

READ = [
    (COUNT, "12", 12),
    (COUNT, " 12 ", 12),
    (COUNT, "１２", 12),
    (COUNT, "1,012", 1012),
    (COUNT, "１，０１２", 1012),
    (COUNT, "12人", 12),
    (COUNT, "12.0", 12),
    (COUNT, "012", 12),
    (COUNT, 12, 12),
    (COUNT, "0", 0),
    (COUNT, "\u300012\ufeff", 12),
    (YESNO, "是", True),
    (YESNO, "否", False),
    (YESNO, "1", True),
    (YESNO, "0", False),
    (YESNO, "１", True),
    (YESNO, " 是 ", True),
    (YESNO, True, True),
    (YESNO, False, False),
    (YESNO, "TRUE", True),
    (AREA, "32.5", "32.5"),
    (AREA, "32.50", "32.5"),
    (AREA, "３２。５", "32.5"),
    (AREA, "32.5平方米", "32.5"),
    (AREA, "1,032.5", "1032.5"),
    (AREA, "29.99999", "29.99999"),
    (AREA, "0", "0"),
    (PERCENT, "95%", "95"),
    (PERCENT, "９５％", "95"),
    (PERCENT, "95", "95"),
    (PERCENT, "94.5 %", "94.5"),
    (JUDGED, "2.5", "2.5"),
    (JUDGED, "3.0", "3"),
    (JUDGED, "2.5分", "2.5"),
]


@pytest.mark.parametrize(("figure", "raw", "value"), READ)
def test_read(figure, raw, value):
    read = read_figure(figure, raw)
    assert (read.value, read.problem) == (value, "")
    assert type(read.value) is type(value)
    assert clean(figure, read.value).problem == "", "what is read can be kept and scored"


REFUSED = [
    (COUNT, "", "未填写"),
    (COUNT, None, "未填写"),
    (COUNT, "  ", "未填写"),
    (COUNT, "1_0", "应填数字"),
    (COUNT, "٣", "应填数字"),
    (COUNT, "1e5", "应填数字"),
    (COUNT, "NaN", "应填数字"),
    (COUNT, "Infinity", "应填数字"),
    (COUNT, "-3", "不能小于 0"),
    (COUNT, "−3", "不能小于 0"),
    (COUNT, "12.5", "应为整数"),
    (COUNT, "十二", "应填数字"),
    (COUNT, "12 人左右", "应填数字"),
    (COUNT, "1,01", "应填数字"),
    (COUNT, "95%", "应填数字"),
    (COUNT, "0x10", "应填数字"),
    (COUNT, "+5", "应填数字"),
    (COUNT, "9" * 5000, "数字太长"),
    (COUNT, "2017-01-01", "应填数字"),
    (YESNO, "也许", "应填“是”或“否”"),
    (YESNO, "2", "应填“是”或“否”"),
    (YESNO, "", "未填写"),
    (AREA, "-0.5", "不能小于 0"),
    (AREA, "9" * 5000, "数字太长"),
    (AREA, "1." + "9" * 5000, "数字太长"),
    (AREA, "32.5.1", "应填数字"),
    (PERCENT, "101%", "不能大于 100%"),
    (JUDGED, "2.7", "应以 0.5 为一档"),
    (JUDGED, "4", "不能大于 3 分"),
]


@pytest.mark.parametrize(("figure", "raw", "problem"), REFUSED)
def test_refused(figure, raw, problem):
    read = read_figure(figure, raw)
    assert read.value is None
    assert problem in read.problem
    assert len(read.problem) < 80, "what was typed is cut short"


def test_control_characters_are_not_echoed():
    assert "\x1b" not in read_figure(COUNT, "\x1b[31m坏").problem


@pytest.mark.parametrize(
    ("figure", "value", "problem"),
    [
        (COUNT, Decimal("3"), ""),
        (COUNT, Decimal("3.0"), ""),
        (COUNT, Decimal("3.5"), "应为整数"),
        (COUNT, Decimal("1E+999999999"), "数字太长"),
        (COUNT, Decimal("1E-999999999"), "应为整数"),
        (COUNT, Decimal("NaN"), "应为整数"),
        (AREA, Decimal("32.5"), ""),
        (AREA, Decimal("1E+999999999"), "应为数字"),
        (AREA, "32。5", "应为数字"),
        (YESNO, 1, "应为 true 或 false"),
    ],
)
def test_kept_values_are_strict(figure, value, problem):
    found = clean(figure, value)
    assert (problem in found.problem) if problem else not found.problem


@pytest.mark.parametrize("figure", [COUNT, AREA, JUDGED, YESNO], ids=lambda figure: figure.type)
def test_a_number_too_long_to_print_is_refused_in_words(figure):
    assert clean(figure, 10**5000).problem

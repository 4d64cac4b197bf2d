"""Single cells: what is read, what is asked back."""

import pytest

from accounts.imports import values
from accounts.imports.columns import Column, find


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (12.0, 12), ("１２", 12), ("1,234", 1234), ("1，234", 1234), ("12 个", 12), ("12.0", 12), ("", None), (0, 0),
    ],
)  # fmt: skip
def test_whole_numbers(cell, value):
    assert values.whole(cell) == values.Read(value)


@pytest.mark.parametrize(
    "cell", ["1_0", "1e5", "٣", "十二", "12.5", -1, "-0.5", "9" * 20, "NaN", "1,23", True]
)
def test_what_is_no_whole_number(cell):
    read = values.whole(cell)
    assert read.value is None and read.problem.endswith("。")


@pytest.mark.parametrize(
    ("cell", "value"),
    [(95, "95"), ("95%", "95"), ("９５％", "95"), ("0.95%", "0.95"), (0, "0"), ("99.5", "99.5")],
)
def test_percentages(cell, value):
    assert values.percent(cell).value == value


@pytest.mark.parametrize("cell", [0.95, "0.95", 1, 101, "-3", "九成"])
def test_percentages_that_are_asked_back(cell):
    assert values.percent(cell).problem


def test_the_question_names_both_readings():
    assert values.percent(0.95).problem == "“0.95”可能是 95.00%，也可能是 0.95%；请带上百分号写明是哪一个。"


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("是", True),
        ("√", True),
        ("有", True),
        (True, True),
        (1.0, True),
        ("×", False),
        ("无", False),
        ("Ｎ", False),
    ],
)
def test_yes_and_no(cell, value):
    assert values.yes_no(cell).value is value


def test_a_tick_that_is_none():
    assert values.yes_no("也许").problem == "“也许”应填“是”或“否”。"


@pytest.mark.parametrize(
    ("code", "good"),
    [
        ("91350100M000100Y43", True),
        ("91350100M000100Y44", False),
        ("9135021IM000100Y43", False),
        ("123", False),
    ],
)
def test_credit_codes_by_their_check_character(code, good):
    assert bool(values.credit_code(code).value) is good


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("甘人社通[2023]287号", "甘人社通〔2023〕287号"),
        ("某发（２０１５）1号", "某发（２０１５）1号"),
        ("某发(2015)1号", "某发〔2015〕1号"),
    ],
)
def test_brackets_of_a_document(text, kept):
    assert values.document_number()(text).value == kept


@pytest.mark.parametrize("text", ["甲\u202e", "甲\x00", "甲\ue000\u200b", "\ud800"])
def test_unseen_characters_are_refused(text):
    assert "不可见" in values.line(60)(text).problem


COLUMNS = (
    Column("size", "名额（个）", values.whole, ("数量",), needed=True),
    Column("place", "市（州）", values.line(60), ("地区",), needed=True),
    Column("phone", "联系方式电话", values.phone),
)


@pytest.mark.parametrize(
    "heads",
    [
        [["市(州)", "名额"]],
        [["地 区", "名额\n（必填）"]],
        [["＊市（州）", "数量：个"]],
        [["", ""], ["标题", ""], ["市州", "名额（个）*"]],
        [["地区", "名额", "联系方式", ""], ["", "", "姓名", "电话"]],
    ],
)
def test_heads_are_found_by_meaning(heads):
    found = find([*heads, ["东市", 3, "", ""]], COLUMNS)
    assert {"size", "place"} <= found.places.keys()
    assert found.last == len(heads) - 1


def test_two_rows_of_heads_are_read_together():
    found = find([["地区", "名额", "联系方式", ""], ["", "", "姓名", "电话"], ["东市", 3, "", ""]], COLUMNS)
    assert found.places == {"place": 0, "size": 1, "phone": 3}
    assert found.unknown == [(2, "联系方式 姓名")]

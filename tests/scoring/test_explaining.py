"""Rules in words with cases on both sides of their borders."""

import json

import pytest

from scoring.explaining import explain_criterion, explain_item
from tests.scoring.conftest import count, decimal, read_document, rubric_of, small_document
from tests.scoring.test_rules_page import EXAMPLE, PAGE, figure
from tests.scoring.workbooks import sheet_part

RULES = [(json.loads(found[1]), found[2]) for found in EXAMPLE.finditer(PAGE)]


@pytest.mark.parametrize(("rule", "table"), RULES, ids=[rule["kind"] for rule, _table in RULES])
def test_every_kind_shows_cases_that_differ(rule, table):
    heads, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    figures = [figure(rule, key, [row[place] for row in rows]) for place, key in enumerate(heads[:-1])]
    (item,) = rubric_of(small_document([rule], figures, heads[-1].removeprefix("of "))).indicators
    (told,) = explain_item(item)
    assert told.words == item.rules[0].words()
    assert len({case.outcome for case in told.cases}) > 1
    assert told.cases[0].because


def told(rules, figures, most="10", **item):
    (one,) = rubric_of(small_document(rules, figures, most, **item)).indicators
    return [[(case.because, case.outcome) for case in rule.cases] for rule in explain_item(one)]


def test_a_deduction_at_its_border_and_beyond():
    rule = {"kind": "rate_short", "rate": "就业率", "part": "done", "whole": ["due"], "nobody": "full",
            "at_least": "95", "per": "1", "lose": "1", "rounding": "floor"}  # fmt: skip
    assert told([rule], [count("done"), count("due")], "3") == [
        [
            ("就业率 = 950/1000 = 95.00%，达到 95%，不扣分", "3 分"),
            ("就业率 = 949/1000 = 94.90%，低于 95%，差 0 个整百分点，不扣分", "3 分"),
            ("就业率 = 940/1000 = 94.00%，低于 95%，差 1 个整百分点，每个扣 1 分，扣 1 分", "2 分"),
            ("就业率 = 930/1000 = 93.00%，低于 95%，差 2 个整百分点，每个扣 1 分，扣 2 分", "1 分"),
            ("就业率 = 0/0，无此类对象，按达标计，不扣分", "3 分"),
        ]
    ]


def test_a_border_with_many_decimals_lies_on_a_whole_number():
    rule = {"kind": "threshold", "rate": "率", "part": "done", "whole": ["due"], "nobody": "zero",
            "at_most": "4.25", "inclusive": False, "points": "10"}  # fmt: skip
    ((at, below, nobody),) = told([rule], [count("done"), count("due")])
    assert at == ("率 = 425/10000 = 4.25%，未低于 4.25%，得 0 分", "0 分")
    assert below == ("率 = 424/10000 = 4.24%，低于 4.25%，得 10 分", "10 分")
    assert nobody[1] == "0 分"


def test_decimals_in_tenths():
    rule = {"kind": "threshold", "figure": "area", "at_least": "30", "inclusive": True, "points": "10"}
    ((at, below),) = told([rule], [decimal("area")])
    assert (at[1], below[1]) == ("10 分", "0 分") and "29.9" in below[0]


def test_the_other_rules_of_an_item_are_at_their_best():
    document = read_document("hunan-star-2017")
    for item in rubric_of(document).indicators:
        best = [case.outcome for rule in explain_item(item) for case in rule.cases]
        assert f"{item.max / 10_000:g} 分" in best, item.code


def test_conditions():
    rubric = rubric_of(sheet_part(read_document("gansu-2023")))
    by_code = {one.code: explain_criterion(one) for one in rubric.criteria.items}
    (rate,) = by_code["G32"]
    assert rate.words == "就业困难人员就业率不低于 95%的符合"
    assert [case.outcome for case in rate.cases] == ["符合", "不符合", "符合"]
    assert by_code["G11"][0].cases == ()

import pytest

from scoring.engine import score, score_partial, totals
from scoring.points import UNIT, parse_points, show_points
from tests.scoring.conftest import HUNAN_RUBRIC, count, decimal, rubric_of, small_document, yesno

REFUSED = [
    # changes, the figure told, part of its reason
    ({"new_jobs_done": -1}, "new_jobs_done", "不能小于 0"),
    ({"new_jobs_done": "12"}, "new_jobs_done", "不能是文字"),
    ({"new_jobs_done": "很多"}, "new_jobs_done", "不能是文字"),
    ({"new_jobs_done": True}, "new_jobs_done", "应为整数"),
    ({"new_jobs_done": None}, "new_jobs_done", "缺少这项数据"),
    ({"new_jobs_done": [1]}, "new_jobs_done", "应为整数"),
    ({"new_jobs_done": 10**18}, "new_jobs_done", "数字太长"),
    ({"notice_board": 1}, "notice_board", "应为 true 或 false"),
    ({"notice_board": "是"}, "notice_board", "应为 true 或 false"),
    ({"notice_board": None}, "notice_board", "缺少这项数据"),
    ({"centre_area": "-1"}, "centre_area", "不能小于 0"),
    ({"centre_area": "大"}, "centre_area", "应为数字"),
    ({"centre_area": "1e2"}, "centre_area", "应为数字"),
    ({"centre_area": "NaN"}, "centre_area", "应为数字"),
    ({"centre_area": True}, "centre_area", "应为数字"),
    ({"economy_points": "3.5"}, "economy_points", "不能大于 3 分"),
    ({"economy_points": "2.7"}, "economy_points", "应以 0.5 为一档"),
    ({"economy_points_reason": 5}, "economy_points_reason", "理由应为文字"),
    ({"willing_workers_employed_end": 1901}, "willing_workers_employed_end", "（1901）不能大于"),
    ({"registered_unemployed_reemployed": 151}, "registered_unemployed_reemployed", "（150）"),
    ({"hardship_reemployed": 41}, "hardship_reemployed", "不能大于"),
    ({"zero_employment_families_cleared": 2}, "zero_employment_families_cleared", "不能大于"),
    ({"graduates_registered": 25}, "graduates_registered", "不能大于"),
    ({"employed_registered_insured": 1001}, "employed_registered_insured", "不能大于"),
    ({"no_such_figure": 1}, "no_such_figure", "没有这项数据"),
    ({"notice_board_reason": "好"}, "notice_board_reason", "没有这项数据"),
]


@pytest.mark.parametrize(("changes", "figure", "reason"), REFUSED)
def test_the_impossible_is_refused_with_figure_and_reason(hunan, sheet, changes, figure, reason):
    result = score(hunan, {**sheet, **changes})
    assert [error.figure for error in result.errors] == [figure]
    assert reason in result.errors[0].reason
    assert (result.total, result.passed, result.lines, result.criteria) == (None, None, {}, {})
    assert list(totals(hunan, [{**sheet, **changes}, sheet])) == [None, 100 * UNIT]


@pytest.mark.parametrize(
    "changes",
    [
        {"graduates_followed_up": 30},  # more than the graduates: odd, not impossible
        {"graduates_employed_or_preparing": 30},
        {"hardship_total": 500, "hardship_reemployed": 490},
        {"new_jobs_target": 0},
        {"new_jobs_done": 10**12},
        {"economy_points_reason": "好"},
        {"economy_points": 3},
        {"centre_area": 45},
        {"centre_area": "045.50"},
    ],
)
def test_oddities_are_scored(hunan, sheet, changes):
    assert score(hunan, {**sheet, **changes}).total == 100 * UNIT
    assert list(totals(hunan, [{**sheet, **changes}])) == [100 * UNIT]


def test_all_that_is_wrong_is_told_at_once(hunan, sheet):
    del sheet["aid_plan"], sheet["employed_end"]
    errors = score(hunan, {**sheet, "hardship_reemployed": 41, "x": 1}).errors
    assert [error.figure for error in errors] == ["employed_end", "aid_plan", "hardship_reemployed", "x"]


def test_a_missing_figure_is_refused_even_if_another_is_extra(hunan, sheet):
    """As many keys as expected, but not the right ones."""
    del sheet["aid_plan"]
    assert [error.figure for error in score(hunan, {**sheet, "aid_plans": True}).errors] == [
        "aid_plan",
        "aid_plans",
    ]


def test_the_sheet_may_change_after_it_was_scored(hunan, sheet):
    result = score(hunan, sheet)
    sheet["centre_established"] = False
    assert result.lines["H23"].because == "成立有社区劳动保障服务中心并挂牌：是，得 3 分"


def test_a_draft_is_scored_as_far_as_it_goes(hunan, sheet):
    draft = score_partial(
        hunan, {"meets_city_standard": True, "certificate_errors": 1, "graduates_unemployed": 3}
    )
    assert {code for code, line in draft.lines.items() if line} == {"H01", "H11"}
    assert show_points(draft.total) == "3.5"
    assert "aid_plan" in draft.missing and "certificate_errors" not in draft.missing
    assert draft.wrong == {} and not draft.complete


def test_a_draft_tells_what_is_wrong_and_leaves_only_those_items_open(hunan, sheet):
    draft = score_partial(hunan, {**sheet, "hardship_reemployed": 41, "new_jobs_done": "x", "odd": 1})
    assert sorted(draft.wrong) == ["hardship_reemployed", "new_jobs_done", "odd"]
    assert [code for code, line in draft.lines.items() if line is None] == ["H02", "H06"]
    assert show_points(draft.total) == "91"


def test_a_part_above_its_whole_leaves_every_item_open_that_reads_it():
    """Even one that reads the part alone."""
    rules = [{"kind": "per_unit", "figure": "part", "gain": "1"}]
    document = small_document(rules, [count("part", part_of="whole"), count("whole")], "10")
    other = {"code": "S2", "content": "内容", "standard": "标准", "max": "5"}
    other["rules"] = [{"kind": "per_unit", "figure": "whole", "gain": "1"}]
    document["rubric"]["full"] = document["rubric"]["categories"][0]["max"] = "15"
    document["rubric"]["categories"][0]["indicators"].append(other)
    draft = score_partial(rubric_of(document), {"part": 4, "whole": 3})
    assert draft.lines == {"S1": None, "S2": None}
    assert list(draft.wrong) == ["part"]


def test_the_step_of_an_item_counts_its_maximum():
    """Bands of 12, 8 and 4 cut at 10: 2 and 6 are no band, but 10 is reached and 10 − 4 is a step of 2."""
    bands = [{"at_least": str(n), "inclusive": True, "points": str(n)} for n in (12, 8, 4)]
    rubric = rubric_of(small_document([{"kind": "tiers", "figure": "n", "bands": bands}], [count("n")]))
    assert show_points(rubric.by_code["S1"].step) == "2"


def test_an_empty_draft(hunan):
    draft = score_partial(hunan, {})
    assert draft.total == 0 and not any(draft.lines.values())
    assert draft.missing == hunan.required


def test_without_a_pass_mark_nothing_passes_or_fails():
    rubric = rubric_of(small_document([{"kind": "part", "figure": "a", "points": "10"}], [yesno("a")]))
    assert score(rubric, {"a": True}).passed is None
    marked = rubric.with_pass_mark(10 * UNIT, inclusive=False)
    assert score(marked, {"a": True}).passed is False
    assert score(rubric.with_pass_mark(10 * UNIT, inclusive=True), {"a": True}).passed is True
    assert rubric.pass_mark is None


def bonus_document():
    document = small_document(
        [{"kind": "part", "figure": "a", "points": "10"}], [yesno("a"), count("b"), count("c")]
    )
    items = [
        {
            "code": code,
            "content": "加分",
            "standard": "加分",
            "max": "4",
            "rules": [{"kind": "per_unit", "figure": figure, "gain": "1"}],
        }
        for code, figure in (("B1", "b"), ("B2", "c"))
    ]
    document["rubric"]["categories"].append(
        {"title": "加分项", "max": "5", "bonus": True, "indicators": items}
    )
    return document


@pytest.mark.parametrize(
    ("b", "c", "lines", "total"),
    [
        (1, 2, ["1", "2"], "13"),
        (9, 0, ["4", "0"], "14"),  # the row's own cap
        (4, 4, ["4", "1"], "15"),  # the section's: what is over is cut from the last row
        (0, 9, ["0", "4"], "14"),
    ],
)
def test_bonus_rows_and_their_section_are_capped(b, c, lines, total):
    rubric = rubric_of(bonus_document())
    figures = {"a": True, "b": b, "c": c}
    result = score(rubric, figures)
    assert [result.lines[code].shown for code in ("B1", "B2")] == lines
    assert show_points(result.total) == total
    assert sum(line.points for line in result.lines.values()) == result.total
    assert score_partial(rubric, figures).total == result.total
    if lines == ["4", "1"]:
        assert result.lines["B2"].because.endswith("本类加分已满，计 1 分")


def test_grades_are_found_from_the_top():
    document = small_document([{"kind": "per_unit", "figure": "n", "gain": "1"}], [count("n")])
    document["rubric"]["grades"] = [
        {"title": "优秀", "at_least": "9", "inclusive": True, "quota": "20"},
        {"title": "良好", "at_least": "7", "inclusive": False},
    ]
    rubric = rubric_of(document)
    assert [score(rubric, {"n": n}).grade for n in (10, 9, 8, 7)] == ["优秀", "优秀", "良好", ""]
    assert rubric.grades[0].quota == parse_points("20")


def test_rates_of_decimal_figures_are_exact():
    rule = {
        "kind": "threshold",
        "rate": "还款率",
        "part": "repaid",
        "whole": ["due"],
        "nobody": "full",
        "at_least": "94",
        "inclusive": True,
        "points": "10",
    }
    rubric = rubric_of(small_document([rule], [decimal("due", "元"), decimal("repaid", "元")]))
    assert score(rubric, {"due": "100000.00", "repaid": "94000"}).lines["S1"].shown == "10"
    line = score(rubric, {"due": "100000", "repaid": "93999.999999"}).lines["S1"]
    assert line.shown == "0"
    assert line.because == "还款率 = 93999.999999/100000 = 94.00%，低于 94%，得 0 分"


def test_the_whole_of_hunan_is_quick_for_plain_sheets(sheet):
    """The fast way answers by itself; otherwise every sheet would go the slow way unseen."""
    quick = HUNAN_RUBRIC.compiled.quick
    assert sum(quick(sheet)) == 100 * UNIT
    assert quick({**sheet, "economy_points_reason": "好"}) is not None
    assert quick({**sheet, "new_jobs_done": -1}) is None

"""Each kind of rule by hand. Every row could fail: a neighbour row shows the other side of its border."""

import pytest

from scoring.engine import score
from scoring.points import show_points
from tests.scoring.conftest import count, decimal, rubric_of, small_document, yesno

PART_WHOLE = [count("part"), count("whole")]
RATE = {"rate": "就业率", "part": "part", "whole": ["whole"], "nobody": "full"}


def points(rules, figures, values, most="10", **item):
    """The points of one item as text; the reason comes along."""
    result = score(rubric_of(small_document(rules, figures, most, **item)), values)
    assert result.errors == ()
    line = result.lines["S1"]
    return line.shown, line.because


def rate_points(rule, part, whole, most="10"):
    return points([{**RATE, **rule}], PART_WHOLE, {"part": part, "whole": whole}, most)[0]


# threshold: all or nothing


@pytest.mark.parametrize(
    ("op", "inclusive", "part", "expected"),
    [
        ("at_least", True, 95, "10"),  # 95% is "95%以上"
        ("at_least", True, 94, "0"),
        ("at_least", False, 95, "0"),  # "超过95%"
        ("at_least", False, 96, "10"),
        ("at_most", True, 95, "10"),
        ("at_most", True, 96, "0"),
        ("at_most", False, 95, "0"),
        ("at_most", False, 94, "10"),
    ],
)
def test_threshold_states_its_inclusive_side(op, inclusive, part, expected):
    rule = {"kind": "threshold", op: "95", "inclusive": inclusive, "points": "10"}
    assert rate_points(rule, part, 100) == expected


def test_threshold_compares_exactly():
    rule = {"kind": "threshold", "at_least": "95", "inclusive": True, "points": "10"}
    assert rate_points(rule, 9499, 10000) == "0"  # 94.99%, though it rounds to 95.0
    assert rate_points(rule, 9500, 10000) == "10"


@pytest.mark.parametrize(("area", "expected"), [("30", "10"), ("29.99999", "0"), ("30.00", "10")])
def test_threshold_on_a_decimal_figure(area, expected):
    rule = {"kind": "threshold", "figure": "area", "at_least": "30", "inclusive": True, "points": "10"}
    assert points([rule], [decimal("area")], {"area": area})[0] == expected


def test_threshold_over_a_sum_of_figures():
    rule = {
        "kind": "threshold",
        "rate": "失业率",
        "part": "out",
        "whole": ["work", "out"],
        "nobody": "full",
        "at_most": "4.5",
        "inclusive": True,
        "points": "10",
    }
    figures = [count("out"), count("work")]
    assert points([rule], figures, {"out": 9, "work": 191})[0] == "10"  # 9/200 = 4.5
    assert points([rule], figures, {"out": 9, "work": 190})[0] == "0"  # 9/199 = 4.52; 9/190 would be 4.74


# rate_short, rate_over, count_short, count_over

SHORT = {"kind": "rate_short", "at_least": "95", "per": "1", "lose": "1", "rounding": "floor"}


@pytest.mark.parametrize(
    ("part", "floor", "ceil", "prorata"),
    [
        (950, "10", "10", "10"),
        (949, "10", "9", "9.9"),  # 94.9: 0.1 short
        (944, "10", "9", "9.4"),  # 94.4 would round to 94: one whole point short is not there yet
        (940, "9", "9", "9"),  # 94.0: exactly one
        (939, "9", "8", "8.9"),  # 93.9
        (849, "0", "0", "0"),  # 10.1 short: used up
        (850, "0", "0", "0"),
        (851, "1", "0", "0.1"),  # 9.9 short
    ],
)
def test_rate_short_by_rounding(part, floor, ceil, prorata):
    assert rate_points(SHORT, part, 1000) == floor
    assert rate_points({**SHORT, "rounding": "ceil"}, part, 1000) == ceil
    assert rate_points({**SHORT, "rounding": "prorata", "decimals": 2}, part, 1000) == prorata


@pytest.mark.parametrize(
    ("decimals", "left"), [(0, "9"), (1, "9.4"), (2, "9.37"), (3, "9.375"), (4, "9.375")]
)
def test_prorata_rounds_the_deduction_half_up(decimals, left):
    """755 of 800 is 94.375%, 0.625 short: 1, 0.6, 0.63, 0.625 points off."""
    assert rate_points({**SHORT, "rounding": "prorata", "decimals": decimals}, 755, 800) == left


def test_rate_short_per_tenth_of_a_point():
    rule = {**SHORT, "per": "0.1", "lose": "0.5"}
    assert rate_points(rule, 948, 1000) == "9"  # 0.2 short: two tenths
    assert rate_points(rule, 9481, 10000) == "9.5"  # 0.19 short: one


def test_rate_short_with_a_cap_of_its_own():
    rule = {**SHORT, "most": "3"}
    assert rate_points(rule, 92, 100) == "7"
    assert rate_points(rule, 50, 100) == "7"


def test_rate_over_deducts_above_its_border():
    rule = {"kind": "rate_over", "at_most": "4.5", "per": "1", "lose": "2", "rounding": "floor"}
    assert rate_points(rule, 45, 1000) == "10"
    assert rate_points(rule, 54, 1000) == "10"  # 0.9 over
    assert rate_points(rule, 55, 1000) == "8"


def test_count_short_and_count_over():
    short = {
        "kind": "count_short",
        "figure": "staff",
        "at_least": "3",
        "per": "1",
        "lose": "2",
        "rounding": "floor",
    }
    assert [points([short], [count("staff")], {"staff": n})[0] for n in (4, 3, 2, 0)] == [
        "10",
        "10",
        "8",
        "4",
    ]
    over = {
        "kind": "count_over",
        "figure": "days",
        "at_most": "10",
        "per": "5",
        "lose": "1",
        "rounding": "ceil",
    }
    assert [points([over], [count("days")], {"days": n})[0] for n in (10, 11, 15, 16)] == [
        "10",
        "9",
        "9",
        "8",
    ]


def test_count_short_on_a_decimal_figure():
    rule = {
        "kind": "count_short",
        "figure": "area",
        "at_least": "50",
        "per": "10",
        "lose": "1",
        "rounding": "floor",
    }
    assert points([rule], [decimal("area")], {"area": "40.01"})[0] == "10"
    assert points([rule], [decimal("area")], {"area": "40"})[0] == "9"


# nobody (A10)


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "threshold", "at_least": "95", "inclusive": True, "points": "10"},
        {"kind": "threshold", "at_most": "5", "inclusive": False, "points": "10"},
        SHORT,
        {"kind": "rate_over", "at_most": "5", "per": "1", "lose": "1", "rounding": "floor"},
        {"kind": "tiers", "bands": [{"at_least": "90", "inclusive": True, "points": "10"}], "otherwise": "0"},
        {"kind": "half_credit", "at_least": "100", "half_at": "50", "points": "10"},
        {"kind": "proportional", "full_at": "100", "points": "10", "rounding": "floor", "decimals": 2},
    ],
    ids=lambda rule: rule["kind"],
)
@pytest.mark.parametrize(("nobody", "expected"), [("full", "10"), ("zero", "0")])
def test_a_rate_over_nobody_follows_its_setting(rule, nobody, expected):
    rubric = rubric_of(small_document([{**RATE, **rule, "nobody": nobody}], PART_WHOLE))
    line = score(rubric, {"part": 0, "whole": 0}).lines["S1"]
    assert line.shown == expected
    assert line.flags == ("无此类对象",)
    assert "无此类对象" in line.because
    assert score(rubric, {"part": 1, "whole": 1}).lines["S1"].flags == ()


def test_left_out_items_scale_the_rest_up():
    item = {"code": "S2", "content": "内容", "standard": "标准", "max": "40", "rules": [{**RATE, **SHORT}]}
    document = small_document(
        [{"kind": "part", "figure": "yes", "points": "60"}], [*PART_WHOLE, yesno("yes")], "100"
    )
    item["rules"][0]["nobody"] = "leave_out"
    category = document["rubric"]["categories"][0]
    category["indicators"][0]["max"] = "60"
    category["indicators"].append(item)
    rubric = rubric_of(document)
    left_out = score(rubric, {"part": 0, "whole": 0, "yes": True})
    assert left_out.lines["S2"].points is None
    assert show_points(left_out.total) == "100"  # 60 of 60
    assert show_points(score(rubric, {"part": 95, "whole": 100, "yes": False}).total) == "40"


# per_case, per_missing, once, penalty


@pytest.mark.parametrize(("cases", "expected"), [(0, "2"), (1, "1.5"), (4, "0"), (5, "0")])
def test_per_case_until_used_up(cases, expected):
    rule = {"kind": "per_case", "figure": "cases", "lose": "0.5"}
    assert points([rule], [count("cases")], {"cases": cases}, "2")[0] == expected


def test_per_case_with_a_cap_of_its_own():
    rule = {"kind": "per_case", "figure": "cases", "lose": "1", "most": "3"}
    assert [points([rule], [count("cases")], {"cases": n})[0] for n in (2, 3, 9)] == ["8", "7", "7"]


def test_per_missing_item_of_a_closed_list():
    rule = {
        "kind": "per_missing",
        "figure": "gone",
        "items": ["计划", "目标", "措施"],
        "open": False,
        "lose": "2",
    }
    figures = [count("gone", max=3)]
    assert points([rule], figures, {"gone": 2})[0] == "6"
    shown = points([rule], figures, {"gone": 0})
    assert shown == ("10", "计划、目标、措施，缺 0 项，不扣分")
    assert score(rubric_of(small_document([rule], figures)), {"gone": 4}).errors == (
        ("gone", "不能大于 3 人"),
    )


def test_per_missing_item_of_an_open_list():
    rule = {"kind": "per_missing", "figure": "gone", "items": ["培训"], "open": True, "lose": "2"}
    assert points([rule], [count("gone")], {"gone": 4})[0] == "2"


@pytest.mark.parametrize(
    ("when", "answer", "expected"), [(True, True, "7"), (True, False, "10"), (False, False, "7")]
)
def test_once_deducts_a_single_time(when, answer, expected):
    rule = {"kind": "once", "figure": "bad", "when": when, "lose": "3"}
    assert points([rule], [yesno("bad")], {"bad": answer})[0] == expected


def test_penalty_comes_after_the_maximum_and_flags():
    """Given 12 of at most 10, less 5: 5 remain, not 7."""
    rules = [
        {"kind": "per_unit", "figure": "done", "gain": "1"},
        {"kind": "penalty", "figure": "bad", "lose": "5", "flag": "请核实"},
    ]
    rubric = rubric_of(small_document(rules, [count("done"), yesno("bad")]))
    line = score(rubric, {"done": 12, "bad": True}).lines["S1"]
    assert (line.shown, line.flags) == ("5", ("请核实",))
    assert score(rubric, {"done": 12, "bad": False}).lines["S1"].flags == ()


def test_penalty_on_a_count_costs_each_case():
    rule = {"kind": "penalty", "figure": "cases", "lose": "4", "flag": "请核实"}
    assert [points([rule], [count("cases")], {"cases": n})[0] for n in (0, 1, 2, 3)] == ["10", "6", "2", "0"]


# part, per_target


def test_parts_add_up():
    rules = [{"kind": "part", "figure": "a", "points": "4"}, {"kind": "part", "figure": "b", "points": "6"}]
    figures = [yesno("a"), yesno("b")]
    assert [
        points(rules, figures, {"a": a, "b": b})[0]
        for a, b in ((True, True), (True, False), (False, True), (False, False))
    ] == ["10", "4", "6", "0"]


def test_a_part_may_count_for_no():
    rule = {"kind": "part", "figure": "a", "when": False, "points": "10"}
    assert points([rule], [yesno("a")], {"a": False})[0] == "10"
    assert points([rule], [yesno("a")], {"a": True})[0] == "0"


TARGETS = {
    "kind": "per_target",
    "targets": [{"name": "甲", "target": "t1", "done": "d1"}, {"name": "乙", "target": "t2", "done": "d2"}],
    "points": "5",
}


@pytest.mark.parametrize(
    ("done", "missed", "expected"),
    [
        ((10, 20), "0", "10"),
        ((9, 20), "0", "5"),
        ((9, 19), "0", "0"),
        ((9, 20), "2", "3"),
        ((9, 19), "5", "0"),
    ],
)
def test_per_target_and_reading_a1(done, missed, expected):
    figures = [count("t1"), count("d1"), count("t2"), count("d2")]
    values = {"t1": 10, "t2": 20, "d1": done[0], "d2": done[1]}
    assert points([{**TARGETS, "missed": missed}], figures, values)[0] == expected


# tiers, half_credit, proportional, per_unit, awards, judged


TIERS = {
    "kind": "tiers",
    "bands": [
        {"at_least": "98", "inclusive": True, "points": "12"},
        {"at_least": "95", "inclusive": False, "points": "8"},
        {"at_least": "95", "inclusive": True, "points": "6"},
        {"at_least": "90", "inclusive": True, "points": "4"},
    ],
    "otherwise": "1",
}


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (98, "10"),
        (97, "8"),
        (96, "8"),
        (95, "6"),
        (94, "4"),
        (90, "4"),
        (89, "1"),
    ],  # 12 is cut to the item's 10
)
def test_tiers_state_the_inclusive_side_of_every_band(part, expected):
    assert rate_points(TIERS, part, 100) == expected


def test_tiers_downwards():
    rule = {
        "kind": "tiers",
        "figure": "days",
        "bands": [
            {"at_most": "5", "inclusive": True, "points": "10"},
            {"at_most": "10", "inclusive": False, "points": "5"},
        ],
    }
    assert [points([rule], [count("days")], {"days": n})[0] for n in (5, 6, 9, 10)] == ["10", "5", "5", "0"]


@pytest.mark.parametrize(("part", "expected"), [(100, "10"), (99, "5"), (50, "5"), (49, "0")])
def test_half_credit(part, expected):
    assert (
        rate_points({"kind": "half_credit", "at_least": "100", "half_at": "50", "points": "10"}, part, 100)
        == expected
    )


@pytest.mark.parametrize(
    ("part", "full_at", "rounding", "decimals", "expected"),
    [
        (1, "100", "floor", 2, "3.33"),  # 10 × 1/3
        (2, "100", "floor", 2, "6.66"),
        (2, "100", "half_up", 2, "6.67"),
        (2, "100", "half_up", 0, "7"),
        (2, "80", "floor", 2, "8.33"),  # 66.67/80
        (3, "80", "floor", 2, "10"),  # never above the points
    ],
)
def test_proportional(part, full_at, rounding, decimals, expected):
    rule = {
        "kind": "proportional",
        "full_at": full_at,
        "points": "10",
        "rounding": rounding,
        "decimals": decimals,
    }
    assert rate_points(rule, part, 3) == expected


def test_per_unit_with_and_without_a_cap():
    rule = {"kind": "per_unit", "figure": "people", "gain": "1.5"}
    assert [points([rule], [count("people")], {"people": n})[0] for n in (0, 2, 6, 7)] == [
        "0",
        "3",
        "9",
        "10",
    ]
    capped = [{**rule, "most": "4"}, {"kind": "part", "figure": "yes", "points": "6"}]
    figures = [count("people"), yesno("yes")]
    assert points(capped, figures, {"people": 9, "yes": False})[0] == "4"


def test_awards_by_level_up_to_the_item():
    rule = {"kind": "awards", "levels": [{"figure": "low", "points": "1"}, {"figure": "high", "points": "3"}]}
    figures = [count("low"), count("high")]
    assert [
        points([rule], figures, {"low": a, "high": b}, "4")[0]
        for a, b in ((0, 0), (1, 0), (0, 1), (1, 1), (2, 1))
    ] == [
        "0",
        "1",
        "3",
        "4",
        "4",
    ]


JUDGED = {"key": "own", "label": "评分", "type": "points", "max": "3", "step": "0.5"}


@pytest.mark.parametrize(
    ("value", "reason", "flagged"), [("3", "", False), ("2.5", "", True), ("2.5", "一般", False)]
)
def test_judged_points_need_a_reason_below_the_maximum(value, reason, flagged):
    rubric = rubric_of(small_document([{"kind": "judged", "figure": "own"}], [JUDGED], "3"))
    line = score(rubric, {"own": value, "own_reason": reason}).lines["S1"]
    assert line.shown == value
    assert bool(line.flags) is flagged
    assert (reason in line.because) if reason else ("未写理由" in line.because) is flagged


@pytest.mark.parametrize("value", ["2.75", "3.5", "-0.5", "三", True, None])
def test_judged_points_come_in_steps_within_the_maximum(value):
    rubric = rubric_of(small_document([{"kind": "judged", "figure": "own"}], [JUDGED], "3"))
    assert [error.figure for error in score(rubric, {"own": value}).errors] == ["own"]


# composite rows and groups


def test_composite_row_has_one_floor_and_one_maximum():
    rules = [
        {"kind": "once", "figure": "bad", "when": True, "lose": "5"},
        {"kind": "per_case", "figure": "cases", "lose": "2"},
    ]
    figures = [yesno("bad"), count("cases")]
    shown, because = points(rules, figures, {"bad": True, "cases": 4})
    assert shown == "0"  # 10 − 5 − 8
    assert because.endswith("应扣 13 分，扣完为止；本项得 0 分")
    assert points(rules, figures, {"bad": True, "cases": 2})[0] == "1"


def test_a_row_may_give_and_take():
    rules = [
        {"kind": "part", "figure": "yes", "points": "10"},
        {"kind": "per_case", "figure": "cases", "lose": "3"},
    ]
    figures = [yesno("yes"), count("cases")]
    assert points(rules, figures, {"yes": True, "cases": 1})[0] == "7"
    assert points(rules, figures, {"yes": False, "cases": 1})[0] == "0"


def test_start_and_floor_are_settings():
    rule = {"kind": "per_case", "figure": "cases", "lose": "3"}
    assert points([rule], [count("cases")], {"cases": 1}, start="5")[0] == "2"
    assert points([rule], [count("cases")], {"cases": 9}, floor="-4")[0] == "-4"


def test_a_group_has_a_cap_of_its_own():
    group = {
        "kind": "group",
        "most": "4",
        "rules": [
            {"kind": "per_case", "figure": "a", "lose": "1"},
            {"kind": "per_case", "figure": "b", "lose": "3"},
        ],
    }
    figures = [count("a"), count("b")]
    assert [points([group], figures, {"a": a, "b": b})[0] for a, b in ((1, 0), (1, 1), (5, 5))] == [
        "9",
        "6",
        "6",
    ]


def test_a_giving_group():
    group = {
        "kind": "group",
        "most": "4",
        "rules": [
            {"kind": "part", "figure": "a", "points": "3"},
            {"kind": "part", "figure": "b", "points": "3"},
        ],
    }
    rules = [group, {"kind": "part", "figure": "c", "points": "6"}]
    figures = [yesno("a"), yesno("b"), yesno("c")]
    assert points(rules, figures, {"a": True, "b": True, "c": True})[0] == "10"
    assert points(rules, figures, {"a": True, "b": True, "c": False})[0] == "4"
    assert points(rules, figures, {"a": True, "b": False, "c": False})[0] == "3"


# the rule in words


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({**RATE, **SHORT}, "就业率低于 95% 的，每减少一个整百分点扣 1 分；满分 10 分，扣完为止"),
        (
            {**RATE, **SHORT, "rounding": "ceil"},
            "就业率低于 95% 的，每减少一个百分点扣 1 分，不足一个的按一个计；满分 10 分，扣完为止",
        ),
        (
            {**RATE, "kind": "threshold", "at_most": "4.5", "inclusive": True, "points": "10"},
            "就业率不超过 4.5% 得 10 分，否则不得分；最多 10 分",
        ),
    ],
)
def test_a_rule_in_words(rule, words):
    assert rubric_of(small_document([rule], PART_WHOLE)).by_code["S1"].words == words

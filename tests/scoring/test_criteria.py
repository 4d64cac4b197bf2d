"""Pass/fail conditions, alone and beside a score sheet."""

import pytest

from scoring.engine import score, score_partial
from scoring.points import UNIT
from scoring.rubric import read_rubric
from tests.scoring.conftest import count, rubric_of, small_document, yesno

RATE = {
    "kind": "border",
    "rate": "就业率",
    "part": "employed",
    "whole": ["total"],
    "nobody": "full",
    "at_least": "95",
    "inclusive": True,
}
FIGURES = [yesno("place"), count("staff"), count("total"), count("employed", part_of="total"), yesno("title")]


def criteria_document():
    figures = [dict(one) for one in FIGURES]
    figures[-1]["optional"] = True
    criteria = [
        {"code": "C1", "text": "有场所", "tests": [{"kind": "yes", "figure": "place"}]},
        {
            "code": "C2",
            "text": "两名以上",
            "tiers": ["high"],
            "tests": [{"kind": "border", "figure": "staff", "at_least": "2", "inclusive": True}],
        },
        {"code": "C3", "text": "就业率", "tests": [{**RATE}, {"kind": "yes", "figure": "place"}]},
        {"code": "C4", "text": "已有称号", "tiers": ["high"], "tests": [{"kind": "yes", "figure": "title"}]},
        {"code": "C5", "text": "普通层级", "tiers": ["low"], "tests": [{"kind": "yes", "figure": "place"}]},
    ]
    return {
        "key": "criteria-1",
        "version": "1",
        "title": "条件",
        "figures": figures,
        "criteria": {
            "title": "认定标准",
            "source": "测试",
            "groups": [{"title": "组", "criteria": criteria}],
        },
    }


GOOD = {"place": True, "staff": 2, "total": 100, "employed": 95, "title": True}


@pytest.mark.parametrize(
    ("changes", "code", "met"),
    [
        ({}, "C3", True),
        ({"employed": 94}, "C3", False),
        ({"place": False}, "C3", False),  # all tests of a criterion must hold
        ({"total": 0, "employed": 0}, "C3", True),
        ({"staff": 1}, "C2", False),
        ({"title": None}, "C4", None),
        ({"title": False}, "C4", False),
    ],
)
def test_each_criterion(changes, code, met):
    result = score(rubric_of(criteria_document()), {**GOOD, **changes}, tier="high")
    assert result.errors == ()
    assert result.criteria[code].met is met
    assert result.passed is met
    assert result.total is None and result.lines == {}


def test_a_test_without_its_figure_does_not_hide_one_that_fails():
    document = criteria_document()
    tests = [{"kind": "yes", "figure": "title"}, {"kind": "yes", "figure": "place"}]
    document["criteria"]["groups"][0]["criteria"][3]["tests"] = tests
    rubric = rubric_of(document)
    verdict = score(rubric, {**GOOD, "title": None, "place": False}, tier="high").criteria["C4"]
    assert (verdict.met, verdict.because) == (False, "title：尚未填写，待核对；place：否")


@pytest.mark.parametrize(("nobody", "met"), [("full", True), ("zero", False)])
def test_a_rate_over_nobody(nobody, met):
    document = criteria_document()
    document["criteria"]["groups"][0]["criteria"][2]["tests"][0] = {**RATE, "nobody": nobody}
    verdict = score(rubric_of(document), {**GOOD, "total": 0, "employed": 0}, tier="high").criteria["C3"]
    assert verdict.met is met
    assert verdict.flags == ("无此类对象",)
    assert f"按{'符合' if met else '不符合'}计" in verdict.because


def test_the_computed_figure_is_shown():
    result = score(rubric_of(criteria_document()), {**GOOD, "employed": 94}, tier="high")
    assert result.criteria["C3"].because == "就业率 = 94/100 = 94.00%，低于 95%；place：是"


def test_a_tier_has_its_own_criteria_and_figures():
    rubric = rubric_of(criteria_document())
    assert [item.code for item in rubric.criteria.of("low")] == ["C1", "C3", "C5"]
    assert rubric.criteria.tiers == ("high", "low")
    low = score(rubric, {"place": True, "total": 1, "employed": 1}, tier="low")
    assert list(low.criteria) == ["C1", "C3", "C5"] and low.passed is True
    assert [
        error.figure
        for error in score(rubric, {"place": True, "total": 1, "employed": 1}, tier="high").errors
    ] == ["staff"]
    assert score(rubric, GOOD, tier="low").passed is True, "the other tier's figures may be there"


def test_one_unmet_decides_even_if_another_is_open():
    assert (
        score(rubric_of(criteria_document()), {**GOOD, "title": None, "staff": 1}, tier="high").passed
        is False
    )


def test_impossible_figures_are_refused_here_too():
    result = score(rubric_of(criteria_document()), {**GOOD, "employed": 101}, tier="high")
    assert result.errors[0].figure == "employed" and result.criteria == {} and result.passed is None


def test_a_draft_leaves_open_what_is_not_filled():
    draft = score_partial(rubric_of(criteria_document()), {"place": True}, tier="high")
    assert {code: verdict.met for code, verdict in draft.criteria.items()} == {
        "C1": True,
        "C2": None,
        "C3": None,
        "C4": None,
    }
    assert draft.missing == ("staff", "total", "employed")


def beside(effect):
    document = small_document([{"kind": "per_unit", "figure": "n", "gain": "1"}], [count("n"), yesno("ok")])
    document["figures"][1]["optional"] = True
    document["rubric"]["pass_mark"] = {"value": "5", "inclusive": True}
    tests = [{"kind": "yes", "figure": "ok"}]
    document["criteria"] = {
        "title": "条件",
        "source": "测试",
        "groups": [
            {"title": "组", "criteria": [{"code": "C1", "text": "ok", "effect": effect, "tests": tests}]}
        ],
    }
    return rubric_of(document)


@pytest.mark.parametrize(
    ("effect", "n", "ok", "passed"),
    [
        ("must", 5, True, True),
        ("must", 5, False, False),
        ("must", 5, None, None),
        ("must", 4, None, False),
        ("must", 4, True, False),
        ("reason", 5, False, True),  # a recorded reason is the desk's business
        ("reason", 4, True, False),
    ],
)
def test_conditions_beside_a_score_sheet(effect, n, ok, passed):
    result = score(beside(effect), {"n": n, "ok": ok})
    assert result.total == n * UNIT
    assert result.passed is passed
    assert result.criteria["C1"].met is ok
    assert result.criteria["C1"].effect == effect


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (
            lambda c: c[0]["tests"][0].update(kind="maybe"),
            "第 1 条（C1）：没有判断方式“maybe”，可用的有 yes、border",
        ),
        (lambda c: c[0].update(effect="veto"), "“effect”没有“veto”这种写法，可用的有 must、reason"),
        (lambda c: c[1].update(code="C1"), "条件“C1”重复"),
        (lambda c: c[0].update(readings=["A9"]), "条件“C1”引用的释义“A9”没有写在“readings”里"),
        (lambda c: c[0].update(tests=[]), "第 1 条（C1）：“tests”应为非空的列表"),
        (lambda c: c[0].pop("text"), "第 1 条（C1）：缺少“text”"),
        (lambda c: c[2]["tests"][0].update(nobody="leave_out"), "“leave_out”只用于评分表"),
        (
            lambda c: c[2]["tests"][0].update(part="x"),
            "第 3 条（C3）第 1 个判断：“part”指向的基础数据“x”没有定义",
        ),
    ],
)
def test_mistakes_in_criteria(spoil, sentence):
    document = criteria_document()
    spoil(document["criteria"]["groups"][0]["criteria"])
    rubric, errors = read_rubric(document, "criteria-1.json")
    assert rubric is None
    assert any(sentence in error for error in errors), errors


def test_pages_ask_for_each_figure_once_and_never_for_a_derived_one():
    document = criteria_document()
    document["figures"][-1]["derived"] = "holds_title"
    document["criteria"]["groups"].append(
        {"title": "另一组", "criteria": [document["criteria"]["groups"][0]["criteria"].pop()]}
    )
    high, low = (rubric_of(document).pages_for(tier) for tier in ("high", "low"))
    assert [(page.heading, page.title, [item.code for item in page.items]) for page in high] == [
        ("认定标准", "组", ["C1", "C2", "C3", "C4"])
    ]
    assert [figure.key for figure in high[0].figures] == ["place", "staff", "total", "employed"]
    assert [figure.key for figure in high[0].known] == ["title"]
    assert [(page.number, page.title, len(page.figures)) for page in low] == [(1, "组", 3), (2, "另一组", 0)]

"""The other programmes' score sheets and criteria, as their documents have them."""

import pytest

from scoring.engine import score
from scoring.points import UNIT
from scoring.rubric import read_rubric
from tests.scoring.conftest import read_document, read_golden, rubric_of

QUANGANG = rubric_of(read_document("quangang-2016"))
ZHOUKOU = rubric_of(read_document("zhoukou-2022"))


def test_quangang_has_eight_items_and_no_pass_mark():
    assert [item.max // UNIT for item in QUANGANG.indicators] == [15, 20, 20, 10, 10, 7, 10, 8]
    assert [(c.title, c.max // UNIT) for c in QUANGANG.categories] == [
        ("组织领导", 15),
        ("目标任务", 50),
        ("基础工作", 35),
    ]
    assert QUANGANG.pass_mark is None
    assert [column.title for column in QUANGANG.columns.columns] == ["自评分", "考核分"]
    assert QUANGANG.by_code["Q6"].standard == (
        "走访率不到100%的，每少1个百分点，扣1分；对就业困难人员每季度少联系1人的，扣1分，扣完为止"
    )


def test_quangangs_checklist_stands_beside_the_score():
    base = read_golden("quangang-2016")["base"]
    marked = QUANGANG.with_pass_mark(80 * UNIT, inclusive=True)
    open_ = score(marked, base)
    assert [verdict.met for verdict in open_.criteria.values()] == [None, None]
    unmet = score(marked, {**base, "recommended_twice": False, "no_unemployed_over_year": True})
    assert [verdict.met for verdict in unmet.criteria.values()] == [False, True]
    assert (unmet.passed, unmet.criteria["Qc1"].effect) == (True, "reason"), "the desk owes a recorded reason"


@pytest.mark.parametrize(
    ("changes", "figure"),
    [
        ({"plans_missing": 4}, "plans_missing"),
        ({"ledgers_missing": 5}, "ledgers_missing"),
        ({"preparation_requests_met": 13}, "preparation_requests_met"),
        ({"unemployed_visited": 51}, "unemployed_visited"),
        ({"organisation_sound": 1}, "organisation_sound"),
    ],
)
def test_quangang_refuses_the_impossible(changes, figure):
    base = read_golden("quangang-2016")["base"]
    assert [error.figure for error in score(QUANGANG, {**base, **changes}).errors] == [figure]


def test_zhoukous_criteria_by_tier():
    platform = [f"Zp{n}" for n in range(1, 8)] + [f"Zs{n}" for n in range(1, 7)]
    assert [item.code for item in ZHOUKOU.criteria.of("provincial")] == platform + [
        f"Zq{n}" for n in range(1, 7)
    ]
    assert [item.code for item in ZHOUKOU.criteria.of("star")] == platform + [f"Zx{n}" for n in range(1, 7)]
    texts = {item.code: item.text for item in ZHOUKOU.criteria.items}
    assert texts["Zx6"] == "创业担保贷款到期还款率不低于 94%以上。"
    assert "外来常住人员等人力资源进行实名登记" in texts["Zs5"]


def test_each_tier_asks_only_for_its_own_figures():
    base = read_golden("zhoukou-2022")["base"]
    provincial = {key: value for key, value in base.items() if not key.startswith(("loans_", "provincial_"))}
    assert score(ZHOUKOU, provincial, tier="provincial").passed is True
    star = {
        key: value
        for key, value in base.items()
        if not key.startswith(("certificates_", "satisfaction", "complaints"))
    }
    assert score(ZHOUKOU, star, tier="star").passed is True
    missing = [error.figure for error in score(ZHOUKOU, provincial, tier="star").errors]
    assert missing == ["loans_due", "loans_repaid"]


@pytest.mark.parametrize(
    ("given", "met"), [(True, True), (False, False), (400, True), (399, False), (401, True)]
)
def test_all_in_the_system_may_be_given_as_a_number(given, met):
    base = read_golden("zhoukou-2022")["base"]
    result = score(ZHOUKOU, {**base, "certificates_in_system": given}, tier="provincial")
    assert result.errors == ()
    assert result.criteria["Zq5"].met is met


def test_a_rate_of_satisfaction_above_a_hundred_is_only_odd():
    base = read_golden("zhoukou-2022")["base"]
    assert score(ZHOUKOU, {**base, "satisfaction_rate": "101"}, tier="provincial").passed is True


@pytest.mark.parametrize("key", ["gansu-2023", "pingdingshan-2021"])
def test_what_the_source_lacks_is_not_invented(key):
    assert read_rubric(read_document(key), f"{key}.json") == (None, [])


def test_gansus_conditions_stand_beside_a_sheet_once_it_is_entered():
    document = read_document("gansu-2023")
    criteria = [one for group in document["criteria"]["groups"] for one in group["criteria"]]
    assert [one["code"] for one in criteria] == [
        *(f"G1{n}" for n in range(1, 6)),
        *("G21", "G22"),
        *(f"G3{n}" for n in range(1, 5)),
        *(f"G4{n}" for n in range(1, 4)),
        *("G51", "G52"),
    ]
    rules = [{"kind": "part", "figure": "premises_independent", "points": "100"}]
    item = {"code": "X1", "content": "场地", "standard": "场地", "max": "100", "rules": rules}
    document["rubric"] = {
        "title": "演示用，非官方附件",
        "source": "演示",
        "full": "100",
        "pass_mark": {"value": "90", "inclusive": True},
        "categories": [{"title": "平台", "max": "100", "indicators": [item]}],
    }
    rubric = rubric_of(document)
    good = {figure.key: True if figure.type == "yesno" else 1 for figure in rubric.figures.values()}
    assert score(rubric, good).passed is True
    assert score(rubric, {**good, "staff_with_degree": 0}).passed is False
    worse = score(rubric, {**good, "hardship_total": 100, "hardship_reemployed": 94})
    assert worse.passed is False
    assert worse.criteria["G32"].because == "就业困难人员就业率 = 94/100 = 94.00%，低于 95%"

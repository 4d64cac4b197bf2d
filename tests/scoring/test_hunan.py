"""Hunan's 34 items, each on both sides of its borders; the expected points are from 附件2, worked out by hand."""

import pytest

from scoring.engine import score
from scoring.points import UNIT, show_points

CASES = [
    # item, what differs from a sheet with full marks, points
    ("H01", {"meets_city_standard": False}, "0"),
    ("H02", {"new_jobs_done": 120}, "6"),  # target 120
    ("H02", {"new_jobs_done": 119}, "4"),
    ("H02", {"new_jobs_done": 119, "reemployed_done": 59}, "2"),
    ("H02", {"new_jobs_done": 119, "reemployed_done": 59, "hardship_reemployed_done": 19}, "0"),
    ("H03", {"registered_unemployed_end": 45, "employed_end": 955}, "4"),  # 4.5%
    ("H03", {"registered_unemployed_end": 45, "employed_end": 954}, "0"),  # 45/999 = 4.5045%
    (
        "H03",
        {"registered_unemployed_end": 46, "employed_end": 1000},
        "4",
    ),  # 4.398%; 46/1000 alone would be 4.6
    ("H04", {"willing_workers_end": 1000, "willing_workers_employed_end": 944}, "3"),
    ("H04", {"willing_workers_end": 1000, "willing_workers_employed_end": 940}, "2"),
    ("H04", {"willing_workers_end": 1000, "willing_workers_employed_end": 939}, "2"),
    ("H04", {"willing_workers_end": 1000, "willing_workers_employed_end": 920}, "0"),
    ("H04", {"willing_workers_end": 1000, "willing_workers_employed_end": 0}, "0"),
    ("H05", {"registered_unemployed_total": 1000, "registered_unemployed_reemployed": 941}, "3"),
    ("H05", {"registered_unemployed_total": 1000, "registered_unemployed_reemployed": 940}, "2.5"),
    ("H05", {"registered_unemployed_total": 100, "registered_unemployed_reemployed": 89}, "0"),
    ("H06", {"hardship_total": 100, "hardship_reemployed": 94}, "2.5"),
    ("H06", {"hardship_total": 40, "hardship_reemployed": 38}, "3"),  # exactly 95%
    ("H07", {"zero_employment_families": 5, "zero_employment_families_cleared": 4}, "0"),
    ("H07", {"zero_employment_families": 0, "zero_employment_families_cleared": 0}, "3"),
    ("H08", {"graduates_registered": 23}, "0"),  # 95.83%: 4 whole points, 2 off
    (
        "H08",
        {
            "graduates_unemployed": 100,
            "graduates_registered": 99,
            "graduates_followed_up": 99,
            "graduates_served": 99,
            "graduates_employed_or_preparing": 100,
        },
        "0.5",
    ),
    (
        "H08",
        {
            "graduates_unemployed": 1000,
            "graduates_registered": 991,
            "graduates_followed_up": 990,
            "graduates_served": 1000,
            "graduates_employed_or_preparing": 1000,
        },
        "1.5",
    ),
    ("H09", {"graduates_employed_or_preparing": 21}, "1"),  # 87.5%: two whole points short of 90
    (
        "H09",
        {
            "graduates_unemployed": 10,
            "graduates_registered": 10,
            "graduates_followed_up": 10,
            "graduates_served": 10,
            "graduates_employed_or_preparing": 9,
        },
        "2",
    ),
    ("H10", {"unemployed_over_half_year": 1}, "1.5"),
    ("H10", {"unemployed_over_half_year": 4}, "0"),
    ("H10", {"unemployed_over_half_year": 5}, "0"),
    ("H11", {"certificate_errors": 3}, "0.5"),
    ("H12", {"loan_recommendation": False}, "2"),
    ("H12", {"loan_recovery": False}, "1"),
    ("H13", {"hardship_recognition_errors": 2}, "1"),
    ("H14", {"aid_plan": False}, "2"),
    ("H14", {"aid_visits": False, "aid_records": False}, "1"),
    ("H15", {"platform_used": False}, "1"),
    ("H15", {"zero_family_module_used": False}, "2"),
    ("H16", {"job_guidance": False}, "1"),
    ("H16", {"job_referral_ledger": False, "job_guidance": False}, "0"),
    ("H17", {"training_organised": False}, "1"),
    ("H17", {"training_ledger": False, "training_organised": False}, "0"),
    ("H18", {"notice_board": False}, "2"),
    ("H18", {"policy_publicity": False, "staff_know_policy": False}, "1"),
    ("H19", {"unemployed_plan": False}, "1"),
    ("H19", {"unemployed_ledger": False, "unemployed_plan": False}, "0"),
    ("H20", {"employed_followup_ledger": False}, "1"),
    ("H20", {"employed_stability_ledger": False, "employed_followup_ledger": False}, "0"),
    ("H21", {"posts_developed": False}, "1"),
    ("H21", {"posts_ledger": False}, "2"),
    ("H22", {"insurance_assisted": False}, "2"),
    ("H22", {"employed_registered_insured": 949}, "2"),
    ("H22", {"employed_registered_insured": 950}, "3"),
    ("H22", {"insurance_ledger": False, "employed_registered_insured": 949}, "1"),
    ("H23", {"centre_established": False}, "0"),
    ("H24", {"centre_area": "30"}, "3"),
    ("H24", {"centre_area": "29.9"}, "2"),
    ("H24", {"facilities_complete": False}, "1"),
    ("H25", {"full_time_staff": 1}, "3"),  # "1名及以上"
    ("H25", {"full_time_staff": 0}, "1"),
    ("H25", {"staff_certified": False}, "2"),
    ("H26", {"funding_secured": False}, "0"),
    ("H27", {"rules_complete": False}, "2"),
    ("H27", {"rules_enforced": False}, "1"),
    ("H28", {"service_standard": False}, "2"),
    ("H28", {"service_manner": False}, "1"),
    ("H29", {"window_orderly": False}, "1"),
    ("H29", {"window_guide": False, "window_orderly": False}, "0"),
    ("H30", {"work_rules_kept": False}, "3"),
    ("H30", {"work_ethics_kept": False}, "2"),
    ("H30", {"extortion_found": True}, "0"),
    ("H31", {"valid_complaints": 1}, "4"),
    ("H31", {"valid_complaints": 6}, "0"),
    ("H31", {"mass_incidents": 1}, "0"),
    ("H32", {"economy_points": "0.5"}, "0.5"),
    ("H33", {"innovation_points": "0"}, "0"),
    ("H34", {"awards_county": 0, "awards_province": 0}, "0"),
    ("H34", {"awards_county": 1, "awards_province": 0}, "1"),
    ("H34", {"awards_county": 0, "awards_city": 1, "awards_province": 0}, "2"),
    ("H34", {"awards_county": 0, "awards_province": 1}, "3"),
    ("H34", {"awards_county": 0, "awards_province": 2}, "4"),
]


@pytest.mark.parametrize(("code", "changes", "points"), CASES)
def test_item(hunan, sheet, code, changes, points):
    result = score(hunan, {**sheet, **changes})
    assert result.lines[code].shown == points
    other = {item.code: item.max for item in hunan.indicators if item.code != code}
    others = {other_code: result.lines[other_code].points for other_code in other}
    assert others == other, "only the item under test moves"


def test_every_item_is_tested_below_its_maximum(hunan):
    assert {
        code for code, _changes, points in CASES if points != show_points(hunan.by_code[code].max)
    } == set(hunan.by_code)


def test_the_sheet_is_the_annex(hunan):
    """附件2: three classes of 60, 30 and 10 points, six projects, 34 items, 100 points."""
    assert [(c.title, c.max // UNIT) for c in hunan.categories] == [
        ("就业工作情况", 60),
        ("劳动保障服务中心建设情况", 30),
        ("社区工作开展情况", 10),
    ]
    assert [(p.title, p.project.max // UNIT, len(p.indicators)) for p in hunan.pages] == [
        ("就业工作目标任务完成情况", 30, 10),
        ("日常就业工作开展情况", 20, 8),
        ("稳定就业工作情况", 10, 4),
        ("规范化建设情况", 15, 5),
        ("标准化服务情况", 15, 4),
        ("社区工作开展情况", 10, 3),
    ]
    assert [item.code for item in hunan.indicators] == [f"H{n:02d}" for n in range(1, 35)]
    assert [item.max // UNIT for item in hunan.indicators] == [
        *(2, 6, 4, 3, 3, 3, 3, 2, 2, 2),
        *(2, 3, 2, 3, 3, 2, 2, 3),
        *(2, 2, 3, 3),
        *(3, 3, 3, 3, 3),
        *(3, 2, 5, 5),
        *(3, 3, 4),
    ]


def test_every_figure_stands_on_exactly_one_page(hunan):
    keys = [figure.key for page in hunan.pages for figure in page.figures]
    assert sorted(keys) == sorted(hunan.figures)
    assert len(keys) == len(set(keys)) == 71


def test_ninety_is_included(hunan, sheet):
    assert hunan.passed(90 * UNIT) is True
    assert hunan.passed(90 * UNIT - UNIT // 2) is False


def test_standards_are_the_source_word_for_word(hunan):
    assert hunan.by_code["H10"].standard == "每出现1例扣0.5分，扣完2分为止。"
    assert hunan.by_code["H14"].standard == (
        "制定就业援助计划，得1分；定期走访就业困难人员，通过多种形式帮助其实现就业得1分;记录全面、真实得1分。"
    )
    assert hunan.by_code["H34"].content == "工作获奖情况"
    assert hunan.notes[1] == (
        "2. 城镇登记失业率=考核期期末社区登记失业人数/（考核期期末社区从业人数+考核期期末社区登记失业人数）"
    )


@pytest.mark.parametrize(
    ("code", "step"), [("H01", "2"), ("H04", "1"), ("H05", "0.5"), ("H12", "1"), ("H23", "3"), ("H32", "0.5")]
)
def test_the_step_of_an_item(hunan, code, step):
    assert show_points(hunan.by_code[code].step) == step


@pytest.mark.parametrize(
    ("code", "points", "sentence"),
    [
        ("H04", 20_000, ""),
        ("H04", 25_000, "应为 1 分的整倍数"),
        ("H05", 25_000, ""),
        ("H05", 35_000, "应在 0 到 3 分之间"),
        ("H05", -5_000, "应在 0 到 3 分之间"),
    ],
)
def test_what_an_officer_may_give(hunan, code, points, sentence):
    assert hunan.problem_with(code, points) == sentence


def test_an_officer_is_told_what_to_look_at(hunan, sheet):
    """Reading A17: the item alone loses, and whoever reviews it is told. What the reason says already is not said twice."""
    lines = score(hunan, {**sheet, "extortion_found": True, "zero_employment_families": 0,
                          "zero_employment_families_cleared": 0, "economy_points": "2"}).lines  # fmt: skip
    flag = "出现“吃、拿、卡、要”情况，请审核人核实并考虑是否推荐"
    assert lines["H30"].told == f"{lines['H30'].because}（{flag}）"
    assert lines["H07"].flags and lines["H07"].told == lines["H07"].because
    assert lines["H32"].flags and lines["H32"].told == lines["H32"].because
    assert lines["H01"].told == lines["H01"].because

"""Conditions beside a score sheet: Gansu's article 5 (甘人社通〔2023〕287号) with an entered sheet, Quangang's checklist (A12)."""

import datetime as dt
import json
import re

import pytest
from django.urls import reverse

from accounts.models import Role
from accreditation import filing_content, needs, sheets
from accreditation.models import Application, Recognition, State
from accreditation.refusals import NotReady
from scoring.engine import score_partial
from scoring.points import parse_points
from tests.factories import document, moment
from tests.programme_walk import Walk, base_figures, open_programme

DAY = dt.date(2023, 9, 4)
AT = moment(DAY)


def url(name, application, *more):
    return reverse(f"accreditation:{name}", args=[application.pk, *more])


def text(response):
    return response.content.decode()


def fresh(application):
    return Application.objects.with_round().select_related("self_sheet", "community").get(pk=application.pk)


def read(application, state):
    return sheets.read(fresh(application), application.assessments.select_related("sheet").get(state=state))


# Gansu: points and conditions, both must hold

SHEET = {
    "title": "认定量化评分表",
    "source": "测试〔2023〕3号",
    "full": "100",
    "pass_mark": {"value": "90", "inclusive": True},
    "categories": [
        {
            "title": "平台建设",
            "max": "100",
            "indicators": [
                {
                    "code": "X1",
                    "content": "独立场地",
                    "standard": "有独立场地得 40 分。",
                    "max": "40",
                    "rules": [{"kind": "part", "figure": "premises_independent", "points": "40"}],
                },
                {
                    "code": "X2",
                    "content": "再就业率",
                    "standard": "低于90%的，每少一个百分点扣5分。",
                    "max": "60",
                    "rules": [
                        {
                            "kind": "rate_short",
                            "rate": "再就业率",
                            "part": "registered_unemployed_reemployed",
                            "whole": ["registered_unemployed_total"],
                            "nobody": "leave_out",
                            "at_least": "90",
                            "per": "1",
                            "lose": "5",
                            "rounding": "floor",
                        }
                    ],
                },
            ],
        }
    ],
}
GANSU = {
    **dict.fromkeys(
        [
            *("city_title_filed", "premises_independent", "equipment_complete", "work_rules_complete"),
            *("ledgers_sound", "reports_match", "willing_helped_half_year", "unemployed_tracked"),
            *("key_groups_helped", "training_recommended", "aid_monthly", "system_used"),
            *("satisfaction_high", "no_disputes", "no_valid_complaints"),
        ],
        True,
    ),
    "staff_with_degree": 1,
    "zero_employment_families": 0,
    "zero_employment_families_cleared": 0,
    "hardship_total": 20,
    "hardship_reemployed": 19,
    "registered_unemployed_total": 100,
    "registered_unemployed_reemployed": 92,
}


@pytest.fixture
def gansu(house, at):
    at(DAY)
    round_ = open_programme(
        house,
        document("gansu-2023"),
        place="甲省",
        year=2023,
        opens_on=DAY,
        sheet=SHEET,
        places=[("provincial", "东市", 2), ("provincial", "西市", 2)],
    )
    return Walk(house, round_, "provincial", GANSU)


def test_gansu_has_a_page_for_each_part_and_one_task_line(gansu, client, house):
    application = gansu.fill(gansu.draft(), AT, hardship_reemployed=18)
    pages = filing_content.rubric(application).pages_for("provincial")
    assert [page.title for page in pages] == [
        *("平台建设", "平台建设方面", "基础工作方面", "就业政策落实方面"),
        *("开展就业援助方面", "群众评价方面"),
    ]
    client.force_login(house.filer(house.community()))
    first, second = (text(client.get(url("figures", application, n))) for n in (1, 2))
    assert 'name="premises_independent"' in first and 'name="premises_independent"' not in second
    assert "第 1 页</a>" in second and "第 2 条" in second
    assert "得 40 分（满分 40 分）" in first and "已核对 <span" in first
    task = next(task for task in filing_content.tasks(fresh(application), AT) if task.key == "figures")
    assert task.summary == "已评 2/2 项 · 当前 100 分 · 已核对 16/16 项 · 不符合 1 项"  # 18/20 = 90% < 95%
    assert (application.self_sheet.total, application.self_sheet.passed) == (parse_points("100"), False)
    assert "自评：100 分，条件核对未通过" in re.sub(
        r"<[^>]+>", "", text(client.get(url("check", application)))
    )


def test_gansus_desk_needs_its_points_and_its_conditions(gansu, as_):
    application = gansu.filed()
    points_only = {code: line for code, line in gansu.lines(application).items() if code.startswith("X")}
    gansu.check(application, AT, points_only)
    laid = read(application, "county_review")
    assert (laid.total, laid.passed, laid.sum) == (None, None, parse_points("100"))
    assert laid.gaps == ["还有 16 条没有核对：第 1–16 条。"]
    unmet = needs.unmet(fresh(application), application.step, apart=needs.AFTER_PROPOSAL)
    assert unmet == ["认定条件尚未逐项核对完毕。", "本级评分表尚未填完。", "尚未登记实地考察。"]
    gansu.check(fresh(application), AT, G33=("no", "有两人系重复登记"))
    laid = read(application, "county_review")
    assert (laid.total, laid.passed, laid.outcome) == (parse_points("100"), False, "总分 100 分，不符合 1 条")
    gansu.visit(fresh(application), AT)
    with pytest.raises(NotReady) as refused:
        gansu.propose(application, AT)
    assert refused.value.messages == ["有认定条件不符合，不能上报。"]
    body = text(as_("一县", Role.HANDLER).get(url("sheet", application)))
    assert body.count('class="score"') == 2 and body.count('class="met"') == 48
    assert "已评 <span data-done>2/2" in body and "已核对 <span data-checked>16/16" in body
    assert "<span data-unmet>不符合 1 条" in body


def test_points_below_the_mark_refuse_though_all_conditions_hold(gansu):
    """87/100 is three whole points below 90%: 60 − 15 = 45, in all 85, below the mark of 90."""
    application = gansu.filed(registered_unemployed_reemployed=87)
    gansu.check(application, AT)
    laid = read(application, "county_review")
    assert laid.sum == parse_points("85")
    found = needs.unmet(fresh(application), application.step, apart=needs.AFTER_PROPOSAL)
    assert any("未达到 90 分以上" in sentence for sentence in found)


def test_an_item_that_counts_nobody_is_left_out_and_breaks_no_page(gansu, client, house):
    """Nobody registered unemployed: X2 is left out, the 40 points of X1 stand for the full 100."""
    application = gansu.fill(
        gansu.draft(), AT, registered_unemployed_total=0, registered_unemployed_reemployed=0
    )
    task = next(task for task in filing_content.tasks(fresh(application), AT) if task.key == "figures")
    assert task.summary.startswith("已评 2/2 项 · 当前 100 分") and task.missing == []
    assert application.self_sheet.total == parse_points("100")
    client.force_login(house.filer(house.community()))
    assert "不计入总分" in text(client.get(url("figures", application, 1)))
    filed = gansu.fresh(gansu.submit(fresh(application), AT))
    gansu.check(filed, AT)
    assert read(filed, "county_review").total == parse_points("100")


def test_findings_below_show_only_after_the_own_sheet(gansu, as_):
    """Reading A46: each level scores afresh; the county's findings show once the city's own sheet is in."""
    application, _ = gansu.to("city_review", gansu.filed(), DAY)
    client = as_("东市", Role.HANDLER)
    assert "县级" not in text(client.get(url("sheet", application))).split("<main")[1]
    assert ">县级</th>" not in text(client.get(url("application", application)))
    gansu.check(application, AT)
    body = text(client.get(url("sheet", application)))
    assert (
        '<th scope="col" class="num w3">县级</th>' in body and '<th scope="col" class="w4">县级</th>' in body
    )
    assert '<th scope="col" class="w4">县级</th>' in text(client.get(url("application", application)))


def test_gansu_walks_to_its_title(gansu):
    application, day = gansu.filed(), DAY
    while application.state != State.RECOGNISED and not application.cleared_at:
        application, day = gansu.on(application, day)
    gansu.recognise(gansu.house.province, moment(day), "测试〔2023〕9号")
    assert Recognition.objects.get(application=application).tier == "provincial"


# Quangang: a checklist that does not decide, but wants its reason


@pytest.fixture
def quangang(house, at):
    day = dt.date(2017, 11, 20)
    at(day)
    round_ = open_programme(
        house, document("quangang-2016"), place="一县", year=2017, opens_on=day, settings={"pass_mark": "80"}
    )
    return Walk(house, round_, "county", base_figures("quangang-2016"))


QDAY = dt.date(2017, 11, 21)


def test_the_checklist_may_stay_open_when_it_is_filed(quangang):
    application = quangang.filed()
    sheet = filing_content.rubric(application)
    result = score_partial(sheet, filing_content.figures(application), tier=application.tier)
    assert filing_content.how_far(sheet, result) == ["已评 8/8 项", "当前 100 分", "已核对 0/2 项"]
    assert application.total_self == parse_points("100")
    assert application.self_sheet.words == "100 分"  # nothing of the checklist decides


def test_an_unmet_checklist_without_its_reason_is_a_gap(quangang):
    """A12: not met means no acceptance without a recorded reason; with it, the acceptance stands."""
    application, _ = quangang.to(
        "county_review", quangang.filed(recommended_twice=False, no_unemployed_over_year=True), QDAY
    )
    at = moment(QDAY)
    quangang.check(application, at)
    laid = read(application, "county_review")
    assert [check.computed for check in laid.checks] == ["no", "yes"]
    assert laid.gaps == ["第 1 条的结论与依据数据得出的不同、为不适用，或不符合而须说明，请写明理由。"]
    assert (laid.passed, laid.total) == (None, None)
    with pytest.raises(NotReady) as refused:
        quangang.propose(application, at)
    assert "认定条件尚未逐项核对完毕。" in refused.value.messages
    quangang.check(fresh(application), at, Qc1=("no", "三人外出未能联系，已补推荐一次"))
    laid = read(application, "county_review")
    assert (laid.passed, laid.total, laid.outcome) == (True, parse_points("100"), "总分 100 分，不符合 1 条")
    quangang.propose(fresh(application), at)


def test_a_desk_finds_where_the_community_filled_in_nothing(quangang):
    application, _ = quangang.to("county_review", quangang.filed(), QDAY)
    quangang.check(application, moment(QDAY))
    laid = read(application, "county_review")
    assert laid.gaps == ["还有 2 条没有核对：第 1–2 条。"]
    quangang.check(fresh(application), moment(QDAY), Qc1=("yes", ""), Qc2=("yes", ""))
    assert read(application, "county_review").complete
    stored = json.loads(application.assessments.get(state="county_review").sheet.lines)
    assert stored["Qc1"] == {"met": "yes"}


def test_quangang_walks_to_its_title(quangang, as_):
    application, day = quangang.to(
        "county_review", quangang.filed(recommended_twice=True, no_unemployed_over_year=True), QDAY
    )
    body = text(as_("一县", Role.HANDLER).get(url("sheet", application)))
    assert "不符合的，写明理由后方可通过。" in body and "data-reason-if-unmet" in body
    application, _ = quangang.on(application, day)
    assert application.state == State.RECOGNISED
    assert Recognition.objects.get(application=application).tier_name == "区级充分就业社区"

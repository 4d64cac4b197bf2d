"""The later period of 湘人社函〔2017〕246号 附件2注1: an optional page, seen at one desk, never an automatic deduction (A21)."""

import datetime as dt
import json

import pytest
from django.urls import reverse

from accounts.models import Role
from accreditation import (
    assessing,
    filing,
    filing_changes,
    filing_content,
    later_period,
    programme_document,
    sheets,
)
from accreditation.models import Application, Filing, Remark, State
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from regions import clock
from scoring.points import parse_points, show_points
from scoring.structure import Period
from tests.factories import acting, document, moment

DAY = dt.date(2017, 8, 21)
AT = moment(DAY)
FETCH = {"HTTP_X_REQUESTED_WITH": "fetch", "HTTP_ACCEPT": "application/json"}
# H05: 46 of 50 is 92%, three whole points below 95%: 3 − 3 × 0.5 = 1.5.
LATER = {"registered_unemployed_total": 50, "registered_unemployed_reemployed": 46}
NAME = "2017年上半年数据"


@pytest.fixture(autouse=True)
def _august(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def mine(client, house):
    client.force_login(house.filer(house.community()))
    return client


def url(name, application, *more):
    return reverse(f"accreditation:{name}", args=[application.pk, *more])


def text(response):
    return response.content.decode()


def fresh(application):
    return Application.objects.with_round().select_related("self_sheet", "community").get(pk=application.pk)


def fill(house, application, values=LATER):
    by = acting(house.filer(application.community))
    return filing.save_later_figures(
        fresh(application), values, by=by, at=AT, edition=fresh(application).edition
    )


def filed(house, number=0):
    """An application filed with later figures."""
    application = house.drive.fill(house.draft(number), 0.9, AT)
    return house.drive.submit(fill(house, application), AT)


def at_city(house):
    application = filed(house)
    day = dt.date(2017, 8, 28)
    while application.state != "city_review":
        application, day = house._step(house.fresh(application), day)
    return house.fresh(application)


# The community


def test_the_page_is_optional_and_says_so(mine, house):
    application = house.draft()
    body = text(mine.get(url("application", application)))
    assert f"填写{NAME}（复核参考，不计入自评）" in body and "选填 · 已填 0/" in body and "选填</div>" in body
    page = text(mine.get(url("later_figures", application)))
    assert "2017年1月1日至2017年6月30日" in page and "不计入自评，也不会自动扣分" in page
    asked = later_period.asked(application)
    assert all(f'name="{key}"' in page for key in asked) and "meets_city_standard" in asked
    assert 'name="loan_recommendation"' not in page  # H12 is not among them
    assert not any(NAME in gap for gap in filing_content.missing_sentences(application))


def test_its_figures_score_nothing(mine, house):
    application = house.drive.fill(house.draft(), 0.9, AT)
    before = fresh(application)
    data = {"edition": before.edition, **{key: str(value) for key, value in LATER.items()}}
    told = mine.post(url("later_figures", application), data, **FETCH).json()
    assert told["live"]["line_H05"].startswith("按这些数据计 1.5 分（满分 3 分），不计入自评。")
    assert told["live"]["line_H06"] == ""
    after = fresh(application)
    assert later_period.figures(after) == LATER
    assert (after.total_self, filing_content.figures(after)) == (
        before.total_self,
        filing_content.figures(before),
    )
    assert mine.post(url("later_figures", application), data, **FETCH).status_code == 409  # an old page
    cleared = {**data, "edition": after.edition, "registered_unemployed_total": ""}
    assert mine.post(url("later_figures", application), cleared).status_code == 302
    assert later_period.figures(fresh(application)) == {"registered_unemployed_reemployed": 46}


def test_what_cannot_be_is_said_at_its_box_and_stops_the_filing(mine, house):
    application = house.drive.fill(house.draft(), 0.9, AT)
    wrong = {"registered_unemployed_total": "50", "registered_unemployed_reemployed": "51"}
    answer = mine.post(url("later_figures", application), {"edition": fresh(application).edition, **wrong})
    assert answer.status_code == 400 and "不能大于" in text(answer)
    gaps = filing_content.missing_sentences(fresh(application))
    assert len(gaps) == 1 and gaps[0].startswith(f"{NAME}：") and "不能大于" in gaps[0]
    assert f"{url('later_figures', application)}#id_registered_unemployed_reemployed" in text(
        mine.get(url("check", application))
    )
    with pytest.raises(NotReady):
        house.drive.submit(fresh(application), AT)
    typed = {"edition": fresh(application).edition, "registered_unemployed_total": "很多"}
    answer = mine.post(url("later_figures", application), typed)
    assert answer.status_code == 400 and 'value="很多"' in text(answer)


def test_only_the_asked_figures_and_only_its_own_people(house, client):
    application = house.draft()
    fill(house, application, {"loan_recommendation": True, **LATER})
    assert later_period.figures(fresh(application)) == LATER
    client.force_login(house.officer("一南街道", Role.HANDLER))
    assert client.get(url("later_figures", application)).status_code == 404  # a draft is not theirs to see
    client.force_login(house.filer(house.community(1)))
    assert client.get(url("later_figures", application)).status_code == 404
    by = acting(house.filer(house.community(1)))
    with pytest.raises(NotYours):
        filing.save_later_figures(fresh(application), LATER, by=by, at=AT, edition=None)
    by = acting(house.filer(application.community))
    with pytest.raises(AlreadyMoved):
        filing.save_later_figures(fresh(application), LATER, by=by, at=AT, edition=1)


def test_a_programme_without_one_has_no_page(house, mine, monkeypatch):
    application = house.draft()
    monkeypatch.setattr(later_period, "period", lambda application: None)
    assert mine.get(url("later_figures", application)).status_code == 404


def test_it_is_kept_in_what_was_filed_and_told_in_changes(house):
    application = filed(house)
    assert json.loads(Filing.objects.get().content)["later"] == LATER
    new = filing_content.content(fresh(application))
    found = filing_changes.changes(fresh(application), {**new, "later": {}}, new)
    assert [(one.target, one.label, one.new) for one in found] == [
        ("later_figures", f"{NAME}：考核期内登记失业人员总人数", "50 人"),
        ("later_figures", f"{NAME}：登记失业人员中实现就业人数", "46 人"),
    ]


# The desks


def test_only_the_named_desk_sees_it(house, as_):
    application = filed(house)
    day = dt.date(2017, 8, 28)
    told = {}
    while application.state != State.RECOGNISED and not application.cleared_at:
        application = house.fresh(application)
        region = house.office_region(application)
        for role in (Role.HANDLER, Role.APPROVER):
            body = text(as_(region.name, role).get(url("application", application)))
            told.setdefault(region.level, set()).add(NAME in body)
        if application.step.scores:
            body = text(as_(region.name, Role.HANDLER).get(url("sheet", application)))
            told[region.level].add(NAME in body)
        application, day = house._step(application, day)
    assert told == {"street": {False}, "county": {False}, "city": {True}, "province": {False}}
    for name in ("一县", "一南街道"):
        assert NAME not in text(as_(name, Role.HANDLER).get(url("application", application)))
    assert NAME in text(as_("甲省", Role.AUDITOR).get(url("application", application)))


def test_the_handler_sees_what_they_would_give_and_deducts_with_a_reason_himself(house, as_):
    application = at_city(house)
    body = text(as_("东市", Role.HANDLER).get(url("sheet", application)))
    assert f"{NAME}（复核参考）按此计 1.5 分：登记失业人员就业率 = 46/50 = 92.00%" in body
    assert "只供复核参考，不自动扣分" in body and "改写考核分并写明理由" in body
    own = sheets.lay_out(application, {}, {}).by_code["H05"].basis
    house.drive.assess(house.fresh(application), AT)
    given = application.assessments.select_related("sheet").get(state="city_review")
    assert given.sheet.total == application.total_self  # nothing is taken off by itself
    lines = {"H05": {"points": show_points(own.points - parse_points("0.5")), "reason": ""}}
    by = house.officer("东市", Role.HANDLER)
    keep = {"by": by, "at": AT, "seen": application.moves, "edition": None}
    kept = assessing.save_sheet(house.fresh(application), lines, {}, **keep)
    assert kept.sheet.total is None
    lines["H05"]["reason"] = "2017年上半年就业率降至92%"
    kept = assessing.save_sheet(house.fresh(application), lines, {}, **keep)
    assert kept.sheet.total == application.total_self - parse_points("0.5")


def test_a_desk_that_has_none_filled_in_is_told(house, as_):
    application = house.at("city_review")
    assert f"社区没有填报{NAME}。" in text(as_("东市", Role.HANDLER).get(url("sheet", application)))


def test_the_desk_may_ask_for_a_correction_and_others_may_not(house, as_, mine):
    application = filed(house)
    at = moment(dt.date(2017, 8, 28))
    house.drive.propose(application, at, "send_back", "请补正。")
    with pytest.raises(NotReady) as refused:
        house.drive.send_back(application, at, [("later_figures", "请核对上半年数据")])
    assert "没有这一处内容" in refused.value.messages[0]
    assert NAME not in text(as_("一南街道", Role.APPROVER).get(url("send_back", application)))
    second = house.drive.fill(house.draft(1), 0.9, AT)
    second = house.drive.submit(fill(house, second), AT)
    day = dt.date(2017, 8, 28)
    while second.state != "city_review":
        second, day = house._step(house.fresh(second), day)
    at = moment(day)
    assert NAME in text(as_("东市", Role.APPROVER).get(url("send_back", second)))
    house.drive.propose(second, at, "send_back", "请补正。")
    house.drive.send_back(second, at, [("later_figures", "请核对上半年数据")])
    assert Remark.objects.get(application=second).target == "later_figures"
    mine.force_login(house.filer(second.community))
    page = text(mine.get(url("later_figures", second)))
    assert "请核对上半年数据" in page and 'name="registered_unemployed_total"' in page
    assert f"<b>{NAME}</b>" in text(mine.get(url("application", second)))
    corrected = {"edition": fresh(second).edition, "registered_unemployed_total": "48", "registered_unemployed_reemployed": "46"}  # fmt: skip
    assert mine.post(url("later_figures", second), corrected).status_code == 302
    locked = mine.post(url("figures", second, 1), {"edition": fresh(second).edition, "new_jobs_done": "1"})
    assert locked.status_code == 409
    house.drive.resubmit(second, at)
    city = text(as_("东市", Role.HANDLER).get(url("application", second)))
    assert "这次补正改了什么" in city and f"{NAME}：考核期内登记失业人员总人数" in city
    county = text(as_("一县", Role.HANDLER).get(url("application", second)))
    assert f"{NAME}：考核期内登记失业人员总人数" not in county


# The document


def test_the_desk_of_a_later_period_is_one_of_the_route_that_scores():
    data = document()
    data["rubric"]["later_period"]["desk"] = "street_review"
    found = programme_document.check(data, "hunan-star-2017.json")
    assert [str(one) for one in found] == [
        "hunan-star-2017.json 评分表 later_period：“desk”应为流程中评分的环节，"
        "可用的有 county_review、city_review、province_review。"
    ]


@pytest.mark.parametrize("rule", ["rechecks_passed", "self_score_at_least", "nonsense"])
def test_a_derived_figure_names_a_condition_of_the_document(rule):
    data = document()
    data["figures"][0]["derived"] = rule
    found = [str(one) for one in programme_document.check(data, "hunan-star-2017.json")]
    assert found == [
        f"hunan-star-2017.json 基础数据（meets_city_standard）：“derived”指向的申报条件“{rule}”没有写在“eligibility”里，"
        "可用的有 holds_title。"
    ]


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("2017-01-01", "2017-06-30", "2017年上半年数据"),
        ("2017-07-01", "2017-12-31", "2017年下半年数据"),
        ("2017-01-01", "2017-12-31", "2017年全年数据"),
        ("2017-01-01", "2017-03-31", "2017年1月1日至2017年3月31日数据"),
    ],
)
def test_its_name(first, last, name):
    assert later_period.name(Period(first, last, "")) == name

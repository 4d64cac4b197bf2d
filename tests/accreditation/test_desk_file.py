"""An application's file for officers: what is in it, whose scores are shown, which buttons, who objected never."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Posting, Role
from accreditation import assessing, filing, filing_content, notices, transitions
from accreditation.models import Application, NoticeEntry, Round
from tests.factories import moment

DAY = dt.date(2017, 8, 30)


@pytest.fixture(autouse=True)
def today(at):
    at(DAY)


def get(client, application):
    return client.get(reverse("accreditation:application", args=[application.pk]))


def body_of(client, application):
    response = get(client, application)
    assert response.status_code == 200
    return response.content.decode()


def offered(client, application):
    return get(client, application).context["verbs"]


def test_the_file_holds_what_was_filed(as_, house):
    application = house.at("county_review", 0)
    body = body_of(as_("一县", Role.HANDLER), application)
    figures = filing_content.figures(application)
    for words in (
        application.number,
        application.narrative[:30],
        "登记失业人员就业率不低于95%。",
        f"{figures['registered_unemployed_reemployed']}/{figures['registered_unemployed_total']} = ",
        "省级充分就业星级社区申报表（附件3）盖章扫描件",
        "本社区承诺所填数据真实",
        "县级评审",
        "同意上报",  # the street's, in the timeline
        f"{figures['new_jobs_done']} ",
    ):
        assert words in body, words
    assert 'class="now" aria-current="step"' in body


def test_a_file_is_404_outside_the_scope_byte_for_byte(as_, house):
    application = house.at("county_review", 0)
    for place, role in (
        ("二县", Role.HANDLER),
        ("三县", Role.APPROVER),
        ("东市", Role.HANDLER),
        ("甲省", Role.APPROVER),
    ):
        client = as_(place, role)
        response = get(client, application)
        missing = client.get(reverse("accreditation:application", args=[10**9]))
        assert response.status_code == missing.status_code == 404
        assert response.content == missing.content, place


@pytest.mark.parametrize(
    ("state", "place", "role", "verbs"),
    [
        ("street_review", "一南街道", Role.HANDLER, {"visit", "propose"}),
        ("street_review", "一南街道", Role.APPROVER, {"pass_on", "send_back", "decline", "disqualify"}),
        ("street_review", "一北街道", Role.APPROVER, None),
        ("county_review", "一县", Role.HANDLER, {"assess", "visit", "propose"}),
        ("county_review", "一县", Role.APPROVER, {"shortlist", "pass_over", "send_back", "decline", "disqualify"}),
        ("county_review", "一县", Role.PUBLISHER, {"publish"}),
        ("county_review", "一南街道", Role.APPROVER, set()),
        ("county_review", "东市", Role.AUDITOR, set()),
    ],
)  # fmt: skip
def test_the_buttons_are_those_the_rule_allows(as_, house, state, place, role, verbs):
    application = house.at(state, 0)
    client = as_(place, role)
    if verbs is None:
        assert get(client, application).status_code == 404
    else:
        assert offered(client, application) == verbs


def test_unmet_needs_are_said_before_the_list(as_, house):
    application = house.at("city_review", 0)
    client = as_("东市", Role.APPROVER)
    body = body_of(client, application)
    for sentence in ("本级评分表尚未填完。", "尚未登记实地考察。", "经办尚未提出处理意见。"):
        assert sentence in body
    house.prepare(application, moment(DAY))
    body = body_of(client, application)
    assert "以前还差" not in body and "到推荐名单办理" in body and "建议“<b>同意上报</b>”" in body


def test_a_listed_one_offers_no_more_scoring(as_, house, standing):
    [application] = standing("county_review", 0)
    house.drive.shortlist(application, moment(DAY))
    assert offered(as_("一县", Role.HANDLER), application) == set()
    assert "unlist" in offered(as_("一县", Role.APPROVER), application)


def test_lower_scores_are_shown_after_the_own_and_higher_ones_after_they_decided(as_, house):
    application = house.at("city_review", 0)
    city, county = as_("东市", Role.HANDLER), ("一县", Role.HANDLER)
    assert [c.label for c in get(city, application).context["columns"]] == []
    assert "总分" not in get(city, application).content.decode()  # nor in the timeline
    assert [c.label for c in get(as_("东市", Role.AUDITOR), application).context["columns"]] == ["县级"]
    house.prepare(application, moment(DAY))
    assert [c.label for c in get(as_("东市", Role.HANDLER), application).context["columns"]] == [
        "县级",
        "市级",
    ]
    response = get(as_(*county), application)
    assert [c.label for c in response.context["columns"]] == ["县级"]
    assert [one.state for one in response.context["opinions"]] == ["county_review", "street_review"]
    house.drive.shortlist(application, moment(DAY))
    house.drive.publish("city_review", house.regions["东市"], moment(DAY), "测试〔2017〕2号")
    response = get(as_(*county), application)
    assert [c.label for c in response.context["columns"]] == ["县级", "市级"]
    assert [one.state for one in response.context["opinions"]][0] == "city_review"


def test_the_self_score_is_always_there(as_, house):
    application = house.at("city_review", 0)
    response = get(as_("东市", Role.HANDLER), application)
    assert response.context["projects"][0][2][0].line.points is not None


def test_corrections_and_reasons_stand_beside_the_filed_value(as_, house):
    application = house.at("county_review", 0)
    filed = filing_content.figures(application)["registered_unemployed_reemployed"]
    assessing.save_sheet(
        application,
        {"H05": {"points": "0", "reason": ""}, "H14": {"points": "0", "reason": "没有走访记录"}},
        {"registered_unemployed_reemployed": {"value": 0, "reason": "没有凭证"}},
        by=house.officer("一县", Role.HANDLER), at=moment(DAY), seen=application.moves, edition=None,
    )  # fmt: skip
    body = body_of(as_("一县", Role.APPROVER), application)
    assert f"{filed} 人</td>" in body and "县级核对为 0 人" in body and "没有凭证" in body
    assert "县级：没有走访记录" in body
    assert "县级核对为" not in body_of(as_("一南街道", Role.HANDLER), application)


def test_what_the_last_correction_changed_is_on_top(as_, house):
    application = house.at("returned", 0)
    client = as_("一南街道", Role.HANDLER)
    assert "已退回补正，等社区修改" in body_of(client, application)
    by, key = house.filer(application.community), "graduates_followed_up"
    old = filing_content.figures(application)[key]
    filing.save_figures(application, {key: old - 1}, {}, by=by, at=moment(DAY), edition=application.edition)
    house.drive.resubmit(application, moment(DAY))
    response = get(client, application)
    changes = {change.target: (change.old, change.new) for change in response.context["changes"]}
    assert changes[f"figure:{key}"] == (f"{old} 人", f"{old - 1} 人")
    assert "这次补正改了什么" in response.content.decode()


def test_the_timeline_tells_who_and_when_and_groups_one_sitting(as_, house):
    application = house.at("county_review", 0)
    events = get(as_("一县", Role.HANDLER), application).context["events"]
    assert [one.title for one in events] == [
        "同意上报",
        "提出处理意见：同意上报",
        "提交",
        "上传材料（2 次）",
        "开始申报",
    ]
    assert "一南街道公共就业服务平台" in events[0].by and "（审核）" in events[0].by


def test_an_objector_is_never_named_in_the_file(as_, house):
    application = house.at("county_notice", 0)
    entry = NoticeEntry.objects.select_related("notice").get(application=application)
    notices.object_to(
        entry, at=moment(entry.notice.first_day), named=True, name="举报人甲", contact="13800000000",
        text="数据不实，我是邻居乙", files=(),
    )  # fmt: skip
    for place, role in (
        ("一县", Role.HANDLER), ("一县", Role.APPROVER), ("一县", Role.PUBLISHER), ("一南街道", Role.HANDLER),
        ("东市", Role.AUDITOR),
    ):  # fmt: skip
        body = body_of(as_(place, role), application)
        for secret in ("举报人甲", "13800000000", "邻居乙"):
            assert secret not in body, (place, role)


def test_every_state_can_be_read(as_, house):
    for number, state in enumerate(("returned", "declined", "withdrawn", "city_notice")):
        application = house.at(state, number)
        assert application.number in body_of(
            as_("一县" if number == 3 else "一南街道" if number < 2 else "一北街道", Role.APPROVER),
            application,
        )


@pytest.mark.parametrize(
    ("place", "role"), [("东市", Role.HANDLER), ("东市", Role.APPROVER), ("一县", Role.PUBLISHER)]
)
def test_the_file_costs_few_queries_however_much_is_in_it(as_, house, place, role):
    application = house.at("city_review", 0)
    client = as_(place, role)
    get(client, application)
    with CaptureQueriesContext(connection) as seen:
        get(client, application)
    assert len(seen) <= 12
    one = len(seen)
    house.prepare(application, moment(DAY))
    house.drive.visit(house.fresh(application), moment(DAY))
    house.at("city_review", 1), house.at("city_review", 2)
    with CaptureQueriesContext(connection) as seen:
        get(client, application)
    assert len(seen) <= one + 1  # the visits, once there are any


def test_an_office_without_a_posting_for_it_changes_nothing_by_reading(as_, house):
    application = house.at("county_review", 0)
    before = Application.objects.filter(pk=application.pk).values().get()
    body_of(as_("一县", Role.HANDLER), application)
    assert Application.objects.filter(pk=application.pk).values().get() == before


def test_one_clerk_of_a_street_is_told_in_the_timeline(house, as_):
    """Where the programme lets one clerk do both, the event says so, and only then."""
    Round.objects.filter(pk=house.round.pk).update(settings='{"readings": {"A48": "true"}}')
    application = house.at("street_review", 0)
    clerk = house.officer("一南街道", Role.HANDLER)
    house.drive.propose(application, moment(DAY))
    clerk.acting = Posting.objects.create(
        user=clerk, role=Role.APPROVER, office=clerk.acting.office, starts=clerk.acting.starts
    )
    transitions.pass_on(house.fresh(application), by=clerk, at=moment(DAY), seen=application.moves)
    body = body_of(as_("一县", Role.HANDLER), application)
    assert "一人经办并审核（方案允许）" in body

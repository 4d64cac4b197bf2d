"""Proposing, passing on, declining, disqualifying: one page each, its consequences, and its refusals."""

import datetime as dt
import json

import pytest
from django.urls import reverse

from accounts.models import DeclaredInterest, Event, Role
from accreditation.models import Application, Assessment
from tests.factories import moment

DAY = dt.date(2017, 8, 30)


@pytest.fixture(autouse=True)
def today(at):
    at(DAY)


def at_(verb, application):
    return reverse(f"accreditation:{verb}", args=[application.pk])


def post(client, verb, application, **said):
    fresh = Application.objects.get(pk=application.pk)
    return client.post(at_(verb, application), {"seen": fresh.moves, **said})


def test_a_handler_proposes_and_the_approver_passes_it_on(as_, house):
    application = house.at("street_review", 0)
    handler = as_("一南街道", Role.HANDLER)
    response = post(
        handler, "propose", application, verdict="recommend", opinion="  情况属实。\r\n同意上报。 "
    )
    assert response.status_code == 302
    assessment = application.assessments.get()
    assert (assessment.verdict, assessment.opinion) == ("recommend", "情况属实。\n同意上报。")
    approver = as_("一南街道", Role.APPROVER)
    body = approver.get(at_("pass_on", application)).content.decode()
    assert "转到“县级评审”" in body and "情况属实。" in body and "不能再改评分和意见" in body
    response = approver.post(
        at_("pass_on", application), {"seen": application.moves, "remarks": "材料一并上报"}, follow=True
    )
    assert "已上报“县级评审”" in response.content.decode()
    application.refresh_from_db()
    assert application.state == "county_review"
    assert json.loads(Event.objects.filter(action="pass_on").get().body)["data"] == {
        "remarks": "材料一并上报"
    }


def test_phrases_of_the_office_are_offered_once_and_taken(as_, house):
    first, second = house.at("street_review", 0), house.at("street_review", 1)
    other = house.at("street_review", 2)
    client = as_("一南街道", Role.HANDLER)
    assert "本单位用过的意见" not in client.get(at_("propose", first)).content.decode()
    post(client, "propose", first, verdict="recommend", opinion="情况属实，同意上报。")
    body = client.get(at_("propose", second)).content.decode()
    assert body.count('value="情况属实，同意上报。"') == 1
    assert (
        post(
            client, "propose", second, verdict="recommend", phrase="情况属实，同意上报。", opinion=""
        ).status_code
        == 302
    )
    assert second.assessments.get().opinion == "情况属实，同意上报。"
    neighbour = as_("一北街道", Role.HANDLER).get(at_("propose", other)).content.decode()
    assert "情况属实" not in neighbour  # phrases belong to an office
    client = as_("一南街道", Role.HANDLER)
    forged = post(client, "propose", second, verdict="recommend", phrase="别处的意见", opinion="")
    assert forged.status_code == 400


def test_a_typed_opinion_goes_before_the_phrase(as_, house):
    first, second = house.at("street_review", 0), house.at("street_review", 1)
    client = as_("一南街道", Role.HANDLER)
    post(client, "propose", first, verdict="recommend", opinion="常用意见")
    post(client, "propose", second, verdict="decline", phrase="常用意见", opinion="台账不实")
    assert second.assessments.get().opinion == "台账不实"


def test_what_is_missing_stands_at_the_form(as_, house):
    application = house.at("street_review", 0)
    client = as_("一南街道", Role.HANDLER)
    response = post(client, "propose", application, verdict="", opinion="")
    body = response.content.decode()
    assert response.status_code == 400 and "请选择处理建议" in body and "请填写意见。" in body
    assert "错误：提出处理意见" in body
    assert post(client, "propose", application, verdict="approve", opinion="x").status_code == 400
    response = post(client, "propose", application, verdict="recommend", opinion="字" * 1001)
    assert "不能超过 1000 字" in response.content.decode()


def test_a_recommendation_waits_for_the_sheet_other_verdicts_do_not(as_, house):
    application = house.at("city_review", 0)
    client = as_("东市", Role.HANDLER)
    assert "本级评分表尚未填完。" in client.get(at_("propose", application)).content.decode()
    response = post(client, "propose", application, verdict="recommend", opinion="同意")
    body = response.content.decode()
    assert response.status_code == 409
    assert "本级评分表尚未填完。" in body and "尚未登记实地考察。" in body and "同意</textarea>" in body
    assert post(client, "propose", application, verdict="send_back", opinion="请补材料").status_code == 302
    assert (
        client.get(at_("propose", application) + "?verdict=decline").context["form"]["verdict"].value()
        == "decline"
    )


def test_a_desk_with_a_list_does_not_pass_on_one_by_one(as_, standing):
    [application] = standing("county_review", 0)
    response = post(as_("一县", Role.APPROVER), "pass_on", application)
    assert response.status_code == 409 and "须以公示名单发布" in response.content.decode()


def test_pass_on_says_what_is_unmet(as_, house):
    application = house.at("street_review", 0)
    client = as_("一南街道", Role.APPROVER)
    body = client.get(at_("pass_on", application)).content.decode()
    assert "经办尚未提出处理意见。" in body and 'method="post" class="confirm' not in body
    response = post(client, "pass_on", application)
    assert response.status_code == 409 and Application.objects.get(pk=application.pk).state == "street_review"


def test_declining_needs_a_reason_and_ends_it(as_, house):
    application = house.prepare(house.at("county_review", 0), moment(DAY))
    client = as_("一县", Role.APPROVER)
    assert "不能在系统中撤销" in client.get(at_("decline", application)).content.decode()
    response = post(client, "decline", application, reason="  ")
    assert response.status_code == 400 and "请填写不予推荐的理由" in response.content.decode()
    assert post(client, "decline", application, reason="台账与实际不符").status_code == 302
    application.refresh_from_db()
    assert application.state == "declined"
    response = post(client, "decline", application, reason="再一次")
    assert response.status_code in (403, 409) and "再一次" in response.content.decode()


def test_disqualifying_needs_the_facts(as_, house):
    application = house.at("county_review", 0)
    client = as_("一县", Role.APPROVER)
    assert "只用于查实的弄虚作假" in client.get(at_("disqualify", application)).content.decode()
    assert post(client, "disqualify", application, reason="").status_code == 400
    said = {"reason": "伪造就业凭证", "document": "测试〔2017〕9号"}
    assert post(client, "disqualify", application, **said).status_code == 302
    assert Application.objects.get(pk=application.pk).state == "disqualified"
    told = json.loads(Event.objects.filter(action="disqualify").get().body)
    assert told["data"] == said


VERBS = {
    "propose": (Role.HANDLER, {"verdict": "recommend", "opinion": "x"}),
    "pass_on": (Role.APPROVER, {}),
    "decline": (Role.APPROVER, {"reason": "x"}),
    "disqualify": (Role.APPROVER, {"reason": "x"}),
}


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_else_does_it(as_, house, verb):
    """Own office's other roles and the street below read why; neighbours and the city find nothing."""
    application = house.at("county_review", 0)
    right, said = VERBS[verb]
    for place, role, status in (
        ("一县", Role.HANDLER, 403), ("一县", Role.APPROVER, 403), ("一县", Role.PUBLISHER, 403),
        ("一南街道", Role.HANDLER, 403), ("一南街道", Role.APPROVER, 403), ("东市", Role.AUDITOR, 403),
        ("二县", Role.HANDLER, 404), ("二县", Role.APPROVER, 404), ("三县", Role.APPROVER, 404), ("东市", Role.APPROVER, 404),
    ):  # fmt: skip
        if (place, role) == ("一县", right):
            continue
        client = as_(place, role)
        assert client.get(at_(verb, application)).status_code == status, (place, role)
        response = post(client, verb, application, **said)
        assert response.status_code == status, (place, role)
    assert Application.objects.get(pk=application.pk).state == "county_review"
    assert not Assessment.objects.filter(state="county_review").exists()


@pytest.mark.parametrize("verb", VERBS)
def test_a_foreign_application_is_the_same_404_as_a_missing_one(as_, house, verb):
    application = house.at("county_review", 0)
    client = as_("二县", VERBS[verb][0])
    missing = reverse(f"accreditation:{verb}", args=[10**9])
    for method in (client.get, client.post):
        assert method(at_(verb, application)).content == method(missing).content


@pytest.mark.parametrize("verb", ["decline", "send_back", "disqualify", "pass_on", "propose"])
def test_a_lower_office_reads_nothing_of_the_desk_above_by_pressing(as_, house, verb):
    application = house.at("city_review", 0)
    house.drive.assess(application, moment(DAY))
    house.drive.visit(house.fresh(application), moment(DAY))
    house.drive.propose(application, moment(DAY), opinion="市里正在研究的意见")
    role = Role.HANDLER if verb == "propose" else Role.APPROVER
    client = as_("一县", role)
    for seen in (application.moves, application.moves - 1):
        said = {"seen": seen, "reason": "想看看", "verdict": "decline", "opinion": "想看看"}
        response = client.post(at_(verb, application), said)
        assert response.status_code in (400, 403, 409)
        assert "市里正在研究的意见" not in response.content.decode()


@pytest.mark.parametrize("verb", VERBS)
def test_a_conflict_of_interest_is_said(as_, house, verb):
    application = house.at("street_review", 0)
    role, said = VERBS[verb]
    DeclaredInterest.objects.create(
        user=house.officer("一南街道", role),
        community=application.community,
        reason="亲属",
        declared_at=moment(DAY),
    )
    client = as_("一南街道", role)
    for response in (client.get(at_(verb, application)), post(client, verb, application, **said)):
        assert response.status_code == 403 and "应当回避" in response.content.decode()
    assert Application.objects.get(pk=application.pk).state == "street_review"


def test_stale_pages_are_told(as_, house):
    application = house.at("street_review", 0)
    house.drive.propose(application, moment(DAY))
    client = as_("一南街道", Role.APPROVER)
    old = {"seen": application.moves - 1}
    for verb, said in (("pass_on", {}), ("decline", {"reason": "不符"}), ("disqualify", {"reason": "造假"})):
        response = client.post(at_(verb, application), {**old, **said})
        assert response.status_code == 409 and "刚刚已由他人办理" in response.content.decode(), verb
    assert client.post(at_("pass_on", application), {}).status_code == 400
    assert client.post(at_("pass_on", application), {"seen": "x"}).status_code == 400
    assert Application.objects.get(pk=application.pk).state == "street_review"


def test_a_second_press_of_pass_on_is_told(as_, house):
    application = house.at("street_review", 0)
    house.drive.propose(application, moment(DAY))
    client = as_("一南街道", Role.APPROVER)
    data = {"seen": application.moves}
    assert client.post(at_("pass_on", application), data).status_code == 302
    response = client.post(at_("pass_on", application), data)
    assert response.status_code == 409 and "现为“县级评审”" in response.content.decode()
    assert Event.objects.filter(action="pass_on").count() == 1


def test_moves_are_posts_and_gets_change_nothing(as_, house):
    application = house.at("street_review", 0)
    client = as_("一南街道", Role.APPROVER)
    before = Event.objects.count()
    for verb in ("pass_on", "decline", "disqualify", "send_back"):
        assert client.get(at_(verb, application)).status_code == 200
        assert client.put(at_(verb, application)).status_code == 405
    assert Event.objects.count() == before

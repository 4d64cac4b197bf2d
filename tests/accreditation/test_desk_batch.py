"""Many at once: the preview with those that cannot first, the doing one by one, the result, and the second press."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Event, Posting, Role
from accreditation.models import Application
from tests.factories import moment

DAY = dt.date(2017, 8, 30)
BATCH = reverse("accreditation:batch")


@pytest.fixture(autouse=True)
def today(at):
    at(DAY)


def pick(*applications):
    fresh = [Application.objects.get(pk=application.pk) for application in applications]
    return [f"{application.pk}:{application.moves}" for application in fresh]


def names(rows):
    return [row.community.name for row in rows]


def test_an_approver_passes_on_a_selection(as_, house):
    first, second = house.at("street_review", 0), house.at("street_review", 1)
    house.drive.propose(first, moment(DAY))
    client = as_("一南街道", Role.APPROVER)
    response = client.post(BATCH, {"pick": pick(first, second)})
    assert response.status_code == 200
    assert names(response.context["can"]) == [first.community.name]
    assert [(a.community.name, why) for a, why in response.context["cannot"]] == [
        (second.community.name, "经办尚未提出处理意见。")
    ]
    body = response.content.decode()
    assert body.index("这次不能办理的") < body.index("将要办理的") and "转到“县级评审”" in body
    assert Application.objects.filter(state="street_review").count() == 2  # a preview moves nothing
    response = client.post(BATCH, {"do": "1", "pick": pick(first)}, follow=True)
    assert response.redirect_chain == [(BATCH, 302)]
    assert "办好 1 件" in response.content.decode()
    assert set(Application.objects.values_list("state", flat=True)) == {"county_review", "street_review"}


def test_a_handler_proposes_one_opinion_for_many(as_, house):
    first, second = house.at("street_review", 0), house.at("street_review", 1)
    client = as_("一南街道", Role.HANDLER)
    response = client.post(BATCH, {"do": "1", "pick": pick(first, second), "opinion": " "})
    assert response.status_code == 400 and "请填写意见。" in response.content.decode()
    response = client.post(
        BATCH, {"do": "1", "pick": pick(first, second), "opinion": "情况属实，同意上报。"}, follow=True
    )
    assert "办好 2 件" in response.content.decode()
    for application in (first, second):
        assert application.assessments.get().opinion == "情况属实，同意上报。"
        assert application.assessments.get().verdict == "recommend"
    response = client.post(BATCH, {"pick": pick(first)})
    assert "已经提出意见" in response.content.decode() and response.context["can"] == []


def test_a_second_press_and_a_stale_selection_fail_with_their_reason(as_, house):
    first, second = house.at("street_review", 0), house.at("street_review", 1)
    for application in (first, second):
        house.drive.propose(application, moment(DAY))
    client = as_("一南街道", Role.APPROVER)
    old = pick(first, second)
    house.drive.pass_on(first, moment(DAY))
    response = client.post(BATCH, {"do": "1", "pick": old}, follow=True)
    body = response.content.decode()
    assert "没有办成 1 件" in body and "刚刚已由他人办理" in body
    assert body.index("没有办成的") < body.index("办好的")
    response = client.post(BATCH, {"do": "1", "pick": old}, follow=True)
    assert "办好 0 件" in response.content.decode() and "没有办成 2 件" in response.content.decode()
    assert Event.objects.filter(action="pass_on").count() == 2


def test_forged_keys_of_others_are_neither_shown_nor_moved(as_, house):
    own, foreign = house.at("street_review", 0), house.at("street_review", 2)
    for application in (own, foreign):
        house.drive.propose(application, moment(DAY))
    client = as_("一南街道", Role.APPROVER)
    response = client.post(BATCH, {"pick": [*pick(own, foreign), "x:y", "-1:0", "9" * 40]})
    assert names(response.context["can"]) == [own.community.name]
    assert foreign.community.name not in response.content.decode() and response.context["missing"] == 1
    client.post(BATCH, {"do": "1", "pick": pick(foreign)})
    assert Application.objects.get(pk=foreign.pk).state == "street_review"


def test_without_the_moves_nothing_is_done(as_, house):
    application = house.at("street_review", 0)
    house.drive.propose(application, moment(DAY))
    response = as_("一南街道", Role.APPROVER).post(
        BATCH, {"do": "1", "pick": [str(application.pk)]}, follow=True
    )
    assert "没有办成 1 件" in response.content.decode()
    assert Application.objects.get(pk=application.pk).state == "street_review"


def test_everything_of_the_query(as_, house):
    first, second = house.at("street_review", 0), house.at("street_review", 1)
    client = as_("一南街道", Role.HANDLER)
    response = client.post(BATCH, {"everything": "1", "query": "group=propose"})
    assert len(response.context["can"]) == 2
    response = client.post(BATCH, {"everything": "1", "query": f"group=propose&q={first.community.name}"})
    assert names(response.context["can"]) == [first.community.name]
    assert second.community.name not in response.content.decode()


def test_nothing_chosen_is_said(as_, house):
    house.at("street_review", 0)
    response = as_("一南街道", Role.APPROVER).post(BATCH, {}, follow=True)
    assert "请先勾选要办理的申报。" in response.content.decode()


def test_conflicts_and_the_second_person_are_in_the_preview(as_, house):
    first, second = house.at("street_review", 0), house.at("street_review", 1)
    for application in (first, second):
        house.drive.propose(application, moment(DAY))
    approver = house.officer("一南街道", Role.APPROVER)
    Posting.objects.create(
        user=approver,
        role=Role.FILER,
        community=first.community,
        starts=dt.date(2016, 1, 1),
        ends=dt.date(2016, 12, 31),
    )
    response = as_("一南街道", Role.APPROVER).post(BATCH, {"pick": pick(first, second)})
    assert [why for _, why in response.context["cannot"]] == ["您现在或曾经是该社区的工作人员，应当回避。"]
    assert names(response.context["can"]) == [second.community.name]


def test_listing_desks_and_other_roles_do_not_batch(as_, house, standing, client):
    [application] = standing("county_review", 0)
    response = as_("一县", Role.APPROVER).post(BATCH, {"pick": pick(application)})
    assert "按推荐名单办理" in response.content.decode()
    assert as_("东市", Role.AUDITOR).post(BATCH, {"pick": pick(application)}).status_code == 403
    assert as_("一县", Role.PUBLISHER).post(BATCH, {"pick": pick(application)}).status_code == 403
    client.force_login(house.filer(application.community))
    assert client.post(BATCH, {"pick": pick(application)}).status_code == 403


def test_the_result_page_without_a_result_leads_to_the_queue(as_):
    assert as_("一县", Role.HANDLER).get(BATCH).headers["Location"] == reverse("accreditation:queue")


def test_the_preview_costs_the_same_for_one_and_three(as_, house):
    rows = [house.at("county_review", number) for number in (0, 1, 2)]
    client = as_("一县", Role.HANDLER)
    client.get(reverse("accreditation:queue"))

    def cost(*applications):
        chosen = pick(*applications)
        with CaptureQueriesContext(connection) as seen:
            assert client.post(BATCH, {"pick": chosen}).status_code == 200
        return len(seen)

    assert cost(rows[0]) == cost(*rows)

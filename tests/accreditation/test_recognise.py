"""Recognition: the cleared list and the document that grants it; the held ones stay with their reason."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import Role
from accreditation import notices
from accreditation.models import Notice, Recognition, State
from regions.clock import end_of

DAY = dt.date(2017, 10, 23)
SAID = {"document_number": "测试〔2017〕2号", "granted_on": "2017-10-23"}


@pytest.fixture(autouse=True)
def today(at):
    at(DAY)


def address(house):
    return reverse("accreditation:recognise", args=[house.round.pk, "star"])


@pytest.fixture
def cleared(house):
    """Two on the last notice; one disputed, the other clear."""
    first, second = house.at("province_notice", 0), house.at("province_notice", 1)
    for notice in Notice.objects.filter(state="province_notice"):
        entry = notice.entries.get()
        if entry.application_id == second.pk:
            notices.object_to(
                entry, at=notice.published_at, named=True, name="某人", contact="0000", text="不实。"
            )
        notices.close(notice, at=end_of(notice.last_day))
    return house.fresh(first), house.fresh(second)


def test_the_cleared_are_ready_and_the_disputed_held(as_, house, cleared):
    first, second = cleared
    page = as_("甲省", Role.APPROVER).get(address(house))
    assert [a.pk for a in page.context["ready"]] == [first.pk]
    assert [(a.pk, why) for a, why, _ in page.context["held"]] == [(second.pk, "有异议正在办理")]
    assert "某人" not in page.content.decode()


def test_an_approver_recognises_and_reads_the_numbers(as_, house, cleared, client):
    first, second = cleared
    client = as_("甲省", Role.APPROVER)
    response = client.post(address(house), {**SAID, "seen": f"{first.pk}:{first.moves}"}, follow=True)
    title = Recognition.objects.get(application=first)
    assert title.number in response.content.decode()
    assert (title.document_number, title.granted_on) == (SAID["document_number"], DAY)
    assert house.fresh(first).state == State.RECOGNISED
    assert house.fresh(second).state == State.PROVINCE_NOTICE
    client.logout()
    assert "有效" in client.get(reverse("certificate", args=[title.number])).content.decode()
    assert title.number in client.get(reverse("recognised"), {"q": first.community.name}).content.decode()


def test_a_second_press_makes_no_second_title(as_, house, cleared):
    first, _ = cleared
    client = as_("甲省", Role.APPROVER)
    said = {**SAID, "seen": f"{first.pk}:{first.moves}"}
    assert client.post(address(house), said).status_code == 302
    assert client.post(address(house), said).status_code == 409
    assert Recognition.objects.filter(application=first).count() == 1


def test_others_may_not(as_, house, cleared):
    first, _ = cleared
    said = {**SAID, "seen": f"{first.pk}:{first.moves}"}
    for role in (Role.HANDLER, Role.PUBLISHER):
        client = as_("甲省", role)
        assert "认定由本级的审核岗位办理。" in client.get(address(house)).content.decode()
        assert client.post(address(house), said).status_code == 403
    assert as_("东市", Role.APPROVER).post(address(house), said).status_code == 404
    assert as_("甲省", Role.AUDITOR).get(address(house)).status_code == 403
    assert not Recognition.objects.filter(application__isnull=False).exists()


def test_a_document_number_is_asked_for(as_, house, cleared):
    first, _ = cleared
    response = as_("甲省", Role.APPROVER).post(
        address(house), {"document_number": "", "granted_on": "x", "seen": f"{first.pk}:{first.moves}"}
    )
    assert response.status_code == 400
    assert "请填写认定文号" in response.content.decode()


def test_nothing_is_ready_before_the_notice_ends(as_, house):
    application = house.at("province_notice")
    page = as_("甲省", Role.APPROVER).get(address(house))
    assert page.context["ready"] == []
    assert [(a.pk, why) for a, why, _ in page.context["held"]] == [(application.pk, "公示期未满")]
    assert page.context["granted"].count() == 0

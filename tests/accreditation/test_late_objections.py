"""An objection raised on the last notice and not looked at before the title was granted: admitted beside the title."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import Role
from accreditation import endings, notices, public, transitions
from accreditation.models import NoticeEntry, Objection, Recognition, State
from accreditation.refusals import NotReady
from regions.clock import day_of, end_of
from tests.factories import acting, moment

AT = moment(dt.date(2017, 12, 20))


@pytest.fixture
def late(house):
    """(title, anonymous objection) raised on the last notice and not yet looked at when the title was granted."""
    application = house.at("province_notice")
    entry = NoticeEntry.objects.select_related("notice").get(notice__state="province_notice")
    raised = entry.notice.published_at + dt.timedelta(hours=1)
    objection = notices.object_to(entry, at=raised, named=False, name="", contact="", text="请查一查。")
    notices.close(entry.notice, at=end_of(entry.notice.last_day))
    house.drive.recognise(house.province, AT, "测试〔2017〕1号")
    return Recognition.objects.get(application=application), objection


def test_an_objection_from_the_notice_is_admitted_beside_the_title(house, late):
    title, objection = late
    handler = acting(house.officer("甲省", Role.HANDLER))
    notices.admit(objection, by=handler, at=AT)
    assert Objection.objects.get(pk=objection.pk).admitted_at == AT
    assert told(title) == {"disputed"}
    approver = acting(house.officer("甲省", Role.APPROVER))
    notices.settle(objection, by=approver, at=AT, outcome="dismissed", reply="查无实据。")
    assert Objection.objects.get(pk=objection.pk).settled_at == AT
    title.refresh_from_db()
    assert title.status == "valid" and told(title) == {"valid"}


def told(title):
    """The state of a title on its certificate's page, in a page of the register and in its whole download: the same."""
    wanted, day = public.TitleFilter(text=title.number), day_of(AT)
    shown = [*public.title_page(wanted, day, 25).rows, *public.title_rows(wanted, day)]
    return {one.state for one in (public.certificate(title.number, day), *shown)}


def test_one_about_a_community_that_left_is_still_not_admitted(house, late):
    title, objection = late
    by = acting(house.officer("甲省", Role.APPROVER))
    application = house.fresh(title.application)
    clerk = acting(house.officer("甲省", Role.HANDLER))
    told = {"reason": "伪造就业凭证", "document_number": "x", "on": day_of(AT)}
    endings.end(title, kind="fraud", proposed_by=clerk, by=by, at=AT, **told)
    transitions.disqualify(application, by=by, at=AT, seen=application.moves, reason="伪造就业凭证")
    with pytest.raises(NotReady):
        notices.admit(objection, by=acting(house.officer("甲省", Role.HANDLER)), at=AT)


def test_its_page_offers_the_admission_and_says_what_it_does(as_, house, late, at):
    title, objection = late
    at(AT)
    client = as_("甲省", Role.HANDLER)
    page = reverse("accreditation:objection", args=[objection.pk])
    assert "异议处理中" in client.get(page).content.decode()
    response = client.post(reverse("accreditation:admit", args=[objection.pk]), follow=True)
    assert "证书查验页面显示“异议处理中”" in response.content.decode()
    assert house.fresh(title.application).state == State.RECOGNISED

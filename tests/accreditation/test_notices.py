"""The notices of an office: their clock, the state of their entries, what is disputed; others see their own."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from accreditation import notices
from accreditation.models import Notice, NoticeEntry
from regions.clock import end_of

ADDRESS = "accreditation:notice_desk"


@pytest.fixture
def notice(house, at):
    house.at("county_notice")
    found = Notice.objects.get()
    at(found.published_at + dt.timedelta(hours=1))
    return found


def text(client):
    return client.get(reverse(ADDRESS)).content.decode()


def test_a_running_notice_has_its_clock(as_, notice, at):
    client = as_("一县", Role.PUBLISHER)
    assert notice.title in text(client) and "还有 5 个工作日" in text(client)
    at(end_of(notice.last_day) - dt.timedelta(seconds=1))
    assert "今天 24:00 截止" in text(client)
    at(end_of(notice.last_day))
    assert "等待处理" in text(client)
    notices.close(notice, at=end_of(notice.last_day))
    assert "已结束" in text(client)


def test_a_dispute_shows_what_it_holds(as_, notice, at):
    entry = NoticeEntry.objects.get()
    notices.object_to(entry, at=notice.published_at, named=False, name="", contact="", text="不实。")
    client = as_("一县", Role.APPROVER)
    assert "1 件未办结" in text(client) and "暂缓 1 个社区" not in text(client)
    notices.object_to(entry, at=notice.published_at, named=True, name="某人", contact="0", text="不实。")
    assert "2 件未办结" in text(client) and "暂缓 1 个社区" in text(client)
    at(end_of(notice.last_day))
    notices.close(notice, at=end_of(notice.last_day))
    assert "有异议的社区暂缓" in text(client)


def test_others_see_their_own(as_, notice):
    for place in ("二县", "东市", "甲省"):
        assert notice.title not in text(as_(place, Role.PUBLISHER))
    assert as_("东市", Role.AUDITOR).get(reverse(ADDRESS)).status_code == 403


def test_a_filer_and_a_stranger_do_not_get_in(client, house, notice):
    assert client.get(reverse(ADDRESS)).status_code == 302
    client.force_login(house.filer(house.community()))
    assert client.get(reverse(ADDRESS)).status_code == 403


@pytest.mark.parametrize("name", ("notice_desk", "objection_desk"))
def test_the_cost_does_not_grow(as_, notice, name):
    client = as_("一县", Role.APPROVER)
    address = reverse(f"accreditation:{name}")
    entry = NoticeEntry.objects.get()

    def object_():
        notices.object_to(entry, at=notice.published_at, named=True, name="某人", contact="0", text="不实。")

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    object_()
    cost()
    one = cost()
    kept = {
        f.attname: getattr(notice, f.attname) for f in Notice._meta.fields if f.name not in ("id", "number")
    }
    for n in range(3):
        Notice.objects.create(**kept, number=str(n))
        object_()
    assert cost() == one

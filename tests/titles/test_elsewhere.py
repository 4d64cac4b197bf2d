"""What waits beside the queue: whose it is, and that the page it leads to shows as many."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from accreditation import community_changes, elsewhere, spot_checks
from accreditation.models import ChangeReport, DrawInspector
from regions import clock
from tests.titles.conftest import on
from tests.titles.test_community_changes import reported
from tests.titles.test_spot_checks import drawn, second  # noqa: F401 a fixture


def told(user):
    """{words: count} of what waits for somebody."""
    columns = elsewhere.columns(user)
    row = User.objects.filter(pk=user.pk).values(**columns).get() if columns else {}
    return {one.words: one.count for one in elsewhere.waiting(row)}


@pytest.fixture
def browser(titled, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: on(3, 12))

    def sign_in(user):
        client = Client()
        client.force_login(user)
        return client

    return sign_in


def test_a_line_waits_for_its_desk_and_never_for_who_filled_it_in(titled):
    round_ = titled.open()
    handler, approver = titled.who("一县"), titled.who("一县", Role.APPROVER)
    lines = list(round_.entries.within(titled.house.regions["一县"]))
    assert told(handler) == {"年度复查": len(lines)} and told(approver) == {}
    assert told(titled.who("东市")) == {} == told(titled.who("东市", Role.APPROVER))
    titled.check(lines[0])
    assert told(handler) == {"年度复查": len(lines) - 1} and told(approver) == {"年度复查": 1}
    # The same person in the approver's post may not confirm their own finding: it waits for another.
    own = titled.who("一县", Role.APPROVER)
    lines[0].__class__.objects.filter(pk=lines[0].pk).update(handled_by=own)
    assert told(own) == {}
    lines[0].__class__.objects.filter(pk=lines[0].pk).update(handled_by=handler)
    lines[0].refresh_from_db()
    titled.confirm(lines[0])
    assert told(approver) == {} and told(titled.who("东市", Role.APPROVER)) == {"年度复查": 1}


def test_a_report_waits_for_the_county_and_then_for_who_decides(titled):
    county, province = titled.who("一县"), titled.who("甲省", Role.APPROVER)
    reported(titled)
    assert told(county) == {"社区变更": 1} and told(province) == {} == told(titled.who("二县"))
    report = ChangeReport.objects.get()
    community_changes.check(report, finding="情况属实。", by=county, at=on(3, 12), seen=0)
    assert told(county) == {} and told(province) == {"社区变更": 1}


def test_a_drawn_title_waits_for_its_inspectors(titled, second):  # noqa: F811
    made = drawn(titled, second)
    user = DrawInspector.objects.filter(target__draw=made).first().user
    posts = user.postings.filter(role__in=(Role.HANDLER, Role.APPROVER))  # as these they are drawn
    user.acting = posts.select_related("office__region").first()
    many = DrawInspector.objects.filter(user=user).count()
    assert told(user) == {"随机抽查": many}
    spot_checks.recuse(
        DrawInspector.objects.filter(user=user).first(), reason="与该社区有亲属关系。", by=user, at=on(3, 17)
    )
    assert told(user).get("随机抽查", 0) == many - 1


@pytest.mark.parametrize("role", [Role.PUBLISHER, Role.AUDITOR])
def test_others_have_no_such_work(titled, role):
    titled.open()
    reported(titled)
    assert told(titled.who("东市", role)) == {}


def test_the_queue_says_so_and_the_lists_show_as_many(titled, browser):
    round_ = titled.open()
    reported(titled)
    handler = titled.who("一县")
    client = browser(handler)
    page = client.get(reverse("accreditation:queue")).content.decode()
    links = re.findall(r'<a href="([^"]+)">(\S+) <b>(\d+)</b></a>', page.partition("其他待办：")[2])
    assert [(address, words) for address, words, _ in links[:2]] == [
        (f"/rechecks/{round_.pk}/?mine=on", "年度复查"),
        ("/changes/?mine=on", "社区变更"),
    ]
    for address, words, count in links[:2]:
        assert client.get(address).context["page"].paginator.count == int(count) == told(handler)[words]
    titled.open(year=2020)  # in two rounds something waits: the link leads to both
    assert '<a href="/rechecks/">年度复查' in client.get(reverse("accreditation:queue")).content.decode()
    checker = browser(titled.who("一县", Role.APPROVER))
    assert "其他待办" not in checker.get(reverse("accreditation:queue")).content.decode()
    assert checker.get("/changes/?mine=on").context["page"].paginator.count == 0
    filer = browser(titled.house.filer(titled.house.community(0)))
    assert filer.get("/changes/?mine=on").context["page"].paginator.count == 0

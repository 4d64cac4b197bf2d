"""/security/ and /audit-log/: each watching administrator sees the own region, and nothing is business."""

import pytest
from django.db import transaction
from django.test import Client

from accounts.event_words import changes_told
from accounts.events import record
from accounts.models import EventHead, Role
from regions import clock
from tests.accounts.conftest import PASSWORD


@pytest.fixture
def watch(place):
    return place.client(place.person("一县安全", Role.SECADMIN, "一县"))


@pytest.fixture
def audit(place):
    return place.client(place.person("一县审计", Role.AUDADMIN, "一县"))


@pytest.fixture
def happened(below, foreign):
    """A failed and a good sign-in of each of the two, and a business event of each."""
    for person in (below, foreign):
        for password in ("wrong", PASSWORD):
            Client().post("/login/", {"username": person.username, "password": password})
        with transaction.atomic():
            record("pass_on", by=person, at=clock.now(), subject=f"{person.name}的申报")
    Client().post("/login/", {"username": "nobody-at-all", "password": "x"})


def table(answer):
    return answer.content.decode().split("<tbody>")[1]


def test_security_shows_sign_ins_below_and_no_business(watch, happened):
    rows = table(watch.get("/security/"))
    assert rows.count("登录失败") == 1
    assert "南街经办" in rows
    assert "河街经办" not in rows
    assert "未知账号" not in rows
    assert "同意上报" not in rows


def test_attempts_under_unknown_names_are_seen_at_the_top(place, happened):
    watch = place.client(place.person("省安全", Role.SECADMIN, "甲省"))
    rows = table(watch.get("/security/"))
    assert "未知账号" in rows and "南街经办" in rows and "河街经办" in rows


def test_audit_shows_everything_below(audit, happened):
    rows = table(audit.get("/audit-log/"))
    assert "同意上报" in rows and "南街经办的申报" in rows
    assert "河街经办" not in rows


def test_what_somebody_did_under_a_foreign_post_is_not_ours(audit, place, below):
    below.acting = place.post(below, Role.HANDLER, "三县")
    with transaction.atomic():
        record("pass_on", by=below, at=clock.now(), subject="三县的申报")
    assert "三县的申报" not in audit.get("/audit-log/").content.decode()


@pytest.mark.parametrize(
    ("query", "present", "absent"),
    [
        ("action=sign_in_failed", "登录失败", "10:00"),
        ("q=南街", "南街经办", "没有记录"),
        ("q=nobody", "没有记录", "登录失败</td>"),
        ("since=2100-01-01", "没有记录", "登录失败</td>"),
        ("until=1950-01-01", "没有记录", "登录失败</td>"),
        ("since=%E6%98%A8%E5%A4%A9&before=abc&action=nonsense", "登录失败", "Traceback"),
    ],
)
def test_the_filters(watch, happened, query, present, absent):
    page = watch.get(f"/security/?{query}").content.decode()
    assert present in page
    assert absent not in page


def test_older_pages_without_counting(audit, below):
    with transaction.atomic():
        for number in range(120):
            record("save", by=below, at=clock.now(), subject=f"第{number:03}件")
    seen, page = set(), "/audit-log/"
    for _ in range(3):
        answer = audit.get(page)
        seen |= {row["subject"] for row in answer.context["rows"]}
        page = f"/audit-log/?before={answer.context['older']}"
    assert len(seen) == 120
    assert answer.context["older"] is None


def test_it_costs_the_same_for_one_row_and_for_fifty(audit, place, below, django_assert_max_num_queries):
    def cost():
        with django_assert_max_num_queries(99) as captured:
            audit.get("/audit-log/")
        return len(captured)

    people = [below, *(place.person(f"person{n}", Role.HANDLER, "南街道") for n in range(20))]
    with transaction.atomic():
        record("save", by=below, at=clock.now(), subject="x")
    cost()
    few = cost()
    with transaction.atomic():
        for person in people * 2:
            record("save", by=person, at=clock.now(), subject="x")
    assert cost() == few


def test_the_chain_is_checked_on_a_press(audit, happened):
    page = audit.post("/audit-log/verify/", follow=True).content.decode()
    assert "首尾衔接" in page


def test_a_broken_chain_is_told(audit, happened):
    EventHead.objects.update(digest="f" * 64)
    assert "处不符" in audit.post("/audit-log/verify/", follow=True).content.decode()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.FILER])
def test_each_log_has_its_one_reader(place, role):
    browser = place.client(place.person("某人", role, "一县"))
    assert (browser.get("/security/").status_code == 200) == (role == Role.SECADMIN)
    assert (browser.get("/audit-log/").status_code == 200) == (role == Role.AUDADMIN)
    assert (browser.post("/audit-log/verify/").status_code == 302) == (role == Role.AUDADMIN)


def test_what_changed_is_told_in_words():
    told = changes_told(
        {"state": "street_review"},
        {"state": "returned", "listed": False, "lines": {"H01": {}, "H02": {}}},
        {"remarks": [["narrative", "请补充做法。"]], "reason": "", "unheard_of": 3},
    )
    assert told == [
        "环节：街道审核 → 退回补正",
        "列入名单：否",
        "逐项评分：2 项",
        "附言：请补充做法。",
        "理由：无",
        "unheard_of：3",
    ]

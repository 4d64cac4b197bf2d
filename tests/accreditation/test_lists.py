"""A desk's list: rank, cut line, quota, who is passed over and why, one press at a time."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from accreditation import lists
from accreditation.models import Application, Quota, State
from accreditation.permissions import reasons_against, why_not
from tests.factories import acting, moment

DAY = dt.date(2017, 8, 30)


@pytest.fixture(autouse=True)
def today(at):
    at(DAY)


@pytest.fixture
def page(house, client):
    def get():
        return client.get(reverse("accreditation:desk_list", args=[house.round.pk, "star"]))

    return get


def press(client, verb, application, **said):
    fresh = Application.objects.get(pk=application.pk)
    address = reverse(f"accreditation:{verb}", args=[application.pk])
    return client.post(address, {"seen": fresh.moves, **said})


def test_an_approver_puts_one_on_the_list_and_takes_it_off(as_, standing, page):
    [application] = standing("county_review", 0)
    client = as_("一县", Role.APPROVER)
    assert "列入" in page().content.decode()
    assert press(client, "shortlist", application).status_code == 302
    application.refresh_from_db()
    assert application.listed_at and application.state == State.COUNTY_REVIEW
    assert "已列入" in page().content.decode()
    assert press(client, "unlist", application).status_code == 302
    application.refresh_from_db()
    assert application.listed_at is None


def test_handlers_and_publishers_look_but_do_not_press(as_, standing, page):
    [application] = standing("county_review", 0)
    for role in (Role.HANDLER, Role.PUBLISHER):
        client = as_("一县", role)
        assert reverse("accreditation:shortlist", args=[application.pk]) not in page().content.decode()
        response = press(client, "shortlist", application)
        assert response.status_code == 403
        assert "由审核岗位办理" in response.content.decode()


def test_another_county_does_not_exist(as_, standing, house):
    [application] = standing("county_review", 0)
    client = as_("二县", Role.APPROVER)
    for verb in ("shortlist", "unlist", "pass_over"):
        assert press(client, verb, application, reason="x").status_code == 404
    application.refresh_from_db()
    assert application.listed_at is None


def test_a_street_has_no_list_and_others_no_page(as_, house, page):
    as_("一南街道", Role.APPROVER)
    assert page().status_code == 404
    for place, role in (("东市", Role.AUDITOR), ("甲省", Role.SYSADMIN)):
        as_(place, role)
        assert page().status_code == 403
    as_("一县", Role.APPROVER)
    assert page().status_code == 200


def test_an_unknown_tier_is_not_found(as_, house):
    client = as_("一县", Role.APPROVER)
    assert client.get(reverse("accreditation:desk_list", args=[house.round.pk, "none"])).status_code == 404


def test_a_stale_press_is_said_so(as_, standing):
    [application] = standing("county_review", 0)
    client = as_("一县", Role.APPROVER)
    response = client.post(
        reverse("accreditation:shortlist", args=[application.pk]), {"seen": application.moves + 1}
    )
    assert response.status_code == 409
    assert "请查看后再办" in response.content.decode()


def test_a_long_list_is_turned_over_and_comes_back_to_the_row(as_, standing, page, house, monkeypatch):
    monkeypatch.setattr("accreditation.views.lists.PAGE", 1)
    applications = standing("county_review", 0, 1)
    client = as_("一县", Role.APPROVER)
    address = reverse("accreditation:desk_list", args=[house.round.pk, "star"])
    first, second = (
        [row["application"].pk for row in client.get(f"{address}?page={n}").context["rows"]] for n in (1, 2)
    )
    assert sorted([*first, *second]) == sorted(a.pk for a in applications)
    assert f"{address}?page=2" not in page().content.decode() and "?page=2" in page().content.decode()
    behind = next(a for a in applications if a.pk == second[0])
    done = press(client, "shortlist", behind)
    assert done["Location"] == f"{address}?at={behind.pk}#a{behind.pk}"
    shown = client.get(done["Location"].partition("#")[0])
    assert [row["application"].pk for row in shown.context["rows"]] == [behind.pk]
    assert shown.context["page"].paginator.count == 2
    assert f'id="a{behind.pk}"' in shown.content.decode()
    # A refusal stands at its row as well, and the whole list is exported whatever the page.
    stale = client.post(reverse("accreditation:unlist", args=[behind.pk]), {"seen": 999})
    assert stale.status_code == 409 and f'id="a{behind.pk}"' in stale.content.decode()
    assert "?page=" in stale.content.decode()
    assert len(list(client.get(f"{address}?as=xlsx").streaming_content)) > 0


def test_equal_totals_share_a_rank_and_the_next_one_counts_them():
    class One:
        def __init__(self, total):
            self.total = lambda level: total

    ranked = [
        (rank, tied) for _, rank, tied in lists._ranked([One(n) for n in (9, 9, 8, 7, 7, 7, None, None)], "x")
    ]
    assert ranked == [
        (1, True),
        (1, True),
        (3, False),
        (4, True),
        (4, True),
        (4, True),
        (None, False),
        (None, False),
    ]


def test_only_post(as_, standing):
    [application] = standing("county_review", 0)
    client = as_("一县", Role.APPROVER)
    for verb in ("shortlist", "unlist", "pass_over"):
        assert client.get(reverse(f"accreditation:{verb}", args=[application.pk])).status_code == 405


def test_what_is_missing_stands_in_the_row(as_, house, page):
    house.at("county_review")
    as_("一县", Role.APPROVER)
    text = page().content.decode()
    assert "不能列入：" in text
    assert "经办尚未提出处理意见。" in text and "本级评分表尚未填完。" in text


def test_a_better_ranked_one_left_off_needs_a_reason(as_, standing, page, house):
    first, second = standing("county_review", 0, 1)
    Application.objects.filter(pk=first.pk).update(total_county=960_000)
    Application.objects.filter(pk=second.pk).update(total_county=950_000)
    client = as_("一县", Role.APPROVER)
    press(client, "shortlist", second)
    response = page()
    assert [c.application.pk for c in response.context["desk"].unexplained] == [first.pk]
    assert "排名在前而未列入" in str(response.context["findings"]) and "写明理由" in response.content.decode()
    assert press(client, "pass_over", first, reason="").status_code == 400
    assert press(client, "pass_over", first, reason="重复申报。").status_code == 302
    response = page()
    assert response.context["desk"].unexplained == []
    assert "重复申报。" in response.content.decode()


def test_equal_totals_share_their_rank(as_, standing, page):
    first, second = standing("county_review", 0, 1)
    Application.objects.update(total_county=950_000)
    as_("一县", Role.APPROVER)
    response = page()
    assert [row["candidate"].rank for row in response.context["rows"]] == [1, 1]
    assert response.content.decode().count("并列</span>") == 2


def test_the_quota_refuses_the_one_too_many_and_marks_the_line(as_, standing, page, house):
    Quota.objects.filter(region=house.regions["东市"]).update(size=1)
    first, second = standing("city_review", 0, 1)
    Application.objects.filter(pk=first.pk).update(total_city=960_000)
    Application.objects.filter(pk=second.pk).update(total_city=950_000)
    client = as_("东市", Role.APPROVER)
    assert page().context["desk"].cut == 1
    assert 'class="cut-line"' in page().content.decode()
    press(client, "shortlist", first)
    assert page().context["desk"].left == 0
    response = press(client, "shortlist", second)
    assert response.status_code == 409
    assert "东市名额已用完（共 1 个）。" in response.content.decode()
    assert Quota.objects.get(region=house.regions["东市"]).used == 1
    press(client, "unlist", first)
    assert press(client, "shortlist", second).status_code == 302


def test_the_portal_does_not_choose_between_equals_at_the_line(as_, standing, page, house):
    Quota.objects.filter(region=house.regions["东市"]).update(size=1)
    standing("city_review", 0, 1)
    Application.objects.update(total_city=950_000)
    as_("东市", Role.APPROVER)
    assert page().context["desk"].tied_at_cut
    assert "系统不替您取舍" in page().content.decode()


def test_county_and_city_caps_hold_together(as_, standing, page, house):
    """A city's list within its own places and those of each county below."""
    [application] = standing("city_review", 0)
    Quota.objects.create(round=house.round, tier="star", region=house.regions["一县"], size=1)
    step = replace(house.round.route.step("city_review"), quotas=("county", "city"))
    rows = list(lists.quotas_of(house.round, "star", step, house.regions["东市"]))
    assert {quota.region.name for quota in rows} == {"一县", "东市"}


def test_the_page_costs_the_same_for_one_and_for_three(as_, standing, page):
    standing("county_review", 0)
    as_("一县", Role.APPROVER)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            page()
        return len(queries)

    cost()
    one = cost()
    standing("county_review", 1, 2)
    assert cost() == one


def test_refusals_for_many_agree_with_those_for_one(standing, house):
    applications = standing("county_review", 0, 1)
    for role in (Role.HANDLER, Role.APPROVER, Role.PUBLISHER):
        user = acting(house.officer("一县", role))
        for verb in ("shortlist", "propose", "publish"):
            many = reasons_against(user, applications, verb)
            assert many == {a.pk: why for a in applications if (why := why_not(user, a, verb))}


def test_my_lists_are_counted(as_, standing, house, client):
    [application] = standing("city_review", 0)
    house.drive.shortlist(application, moment(DAY))
    as_("东市", Role.PUBLISHER)
    [row] = client.get(reverse("accreditation:lists")).context["rows"]
    assert (row["waiting"], row["listed"], row["quota"].used, row["recognises"]) == (1, 1, 1, False)
    as_("甲省", Role.APPROVER)
    [row] = client.get(reverse("accreditation:lists")).context["rows"]
    assert row["recognises"] and row["waiting"] == 0

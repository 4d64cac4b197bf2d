"""A desk's queue: whose work waits, what is late in working days, filters, order, pages, and the number of queries."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from accreditation.models import Application
from tests.factories import moment

DAY = dt.date(2017, 8, 30)
QUEUE = reverse("accreditation:queue")


@pytest.fixture(autouse=True)
def today(at):
    at(DAY)


def get(client, **query):
    return client.get(QUEUE, query)


def shown(response):
    """The communities in the table, in order."""
    return [row.application.community.name for row in response.context["rows"]]


def counts(response):
    return {group.key: group.count for group in response.context["groups"]}


def queries_of(client, **query):
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert get(client, **query).status_code == 200
    return len(seen)


def test_a_handler_finds_what_is_to_be_scored(as_, house):
    first, second = house.at("county_review", 0), house.at("county_review", 1)
    house.drive.assess(house.fresh(second), moment(DAY))
    response = get(as_("一县", Role.HANDLER))
    assert response.context["group"].key == "score"
    assert shown(response) == [first.community.name]
    assert counts(response) | {"all": 2} == counts(response)
    assert counts(response)["propose"] == 1
    body = response.content.decode()
    assert reverse("accreditation:sheet", args=[first.pk]) in body and "从第一件开始评分" in body
    assert shown(get(as_("一县", Role.HANDLER), group="propose")) == [second.community.name]


def test_each_role_has_its_own_work(as_, house, standing):
    ready, other = standing("county_review", 0, 1)
    house.drive.shortlist(ready, moment(DAY))
    approver = counts(get(as_("一县", Role.APPROVER)))
    assert (approver["approve"], approver["listed"], approver["handling"]) == (1, 1, 0)
    publisher = get(as_("一县", Role.PUBLISHER))
    assert publisher.context["group"].key == "listed" and shown(publisher) == [ready.community.name]
    handler = counts(get(as_("一县", Role.HANDLER)))
    assert handler["proposed"] == 2 and handler["score"] == 0


def test_neighbours_and_other_levels_see_nothing_of_it(as_, house):
    house.at("county_review", 0)
    for place in ("二县", "三县", "东市", "甲省", "一南街道"):
        assert counts(get(as_(place, Role.HANDLER)))["all"] == 0, place


def test_only_desks_have_a_queue(client, house):
    for user in (house.filer(house.community(0)), house.officer("东市", Role.AUDITOR)):
        client.force_login(user)
        response = get(client)
        assert response.status_code == 403
        assert "待办由街道、县、市、省各级单位" in response.content.decode()
    assert client.post(QUEUE).status_code == 405


def test_late_and_soon_are_counted_in_working_days(as_, house, at):
    application = house.at("county_review", 0)
    assert application.due_on == dt.date(2017, 9, 25)
    client = as_("一县", Role.HANDLER)
    for day, group, words in (
        (dt.date(2017, 9, 15), None, "还有 6 个工作日"),
        (dt.date(2017, 9, 18), "soon", "还有 5 个工作日"),
        (dt.date(2017, 9, 25), "soon", "到期"),
        # Saturday 30 September was worked in 2017; 1 to 8 October were days off.
        (dt.date(2017, 9, 30), "late", "逾期 5 个工作日"),
        (dt.date(2017, 10, 8), "late", "逾期 5 个工作日"),
        (dt.date(2017, 10, 9), "late", "逾期 6 个工作日"),
    ):
        at(day)
        response = get(client, group="all")
        assert response.context["rows"][0].due_words == words, day
        found = counts(response)
        assert (found["soon"], found["late"]) == (group == "soon", group == "late"), day


def test_a_year_without_calendar_shows_the_date_alone(as_, house, at):
    house.at("county_review", 0)
    at(dt.date(2019, 3, 1))
    response = get(as_("一县", Role.HANDLER), group="all")
    assert response.context["rows"][0].due_words == "逾期"


def test_what_came_back_corrected_and_what_went_out(as_, house):
    sent_back = house.at("returned", 0)
    client = as_("一南街道", Role.HANDLER)
    assert counts(get(client))["returned"] == 1
    house.drive.resubmit(sent_back, moment(DAY))
    response = get(client, group="answered")
    assert shown(response) == [sent_back.community.name]
    assert "补正已回" in response.content.decode()
    passed = house.at("county_review", 1)
    response = get(as_("一南街道", Role.APPROVER), group="gone")
    assert shown(response) == [passed.community.name]
    assert response.context["rows"][0].due_words == "" and 'name="pick"' not in response.content.decode()


def test_filters_narrow_and_are_shown(as_, house):
    first, second = house.at("county_review", 0), house.at("county_review", 2)
    client = as_("一县", Role.HANDLER)
    north = house.regions["一北街道"]
    assert shown(get(client, group="all", region=north.pk)) == [second.community.name]
    response = get(client, group="all", q=first.community.name[:3])
    assert shown(response) == [first.community.name]
    assert "社区名称或编号：" in response.content.decode()
    assert response.context["page"].paginator.count == 1
    assert shown(get(client, group="all", q=second.number.lower())) == [second.community.name]
    house.prepare(first)
    assert shown(get(client, group="all", verdict="recommend")) == [first.community.name]
    assert shown(get(client, group="all", q="没有的社区")) == []


def test_unknown_filters_are_said_and_left_out(as_, house):
    house.at("county_review", 0)
    client = as_("一县", Role.HANDLER)
    for query in (
        {"group": "nonsense"},
        {"group": "all", "region": house.regions["二县"].pk},
        {"group": "all", "order": "community__office_phone"},
        {"group": "all", "size": "7"},
    ):
        response = get(client, **query)
        assert response.status_code == 200 and len(shown(response)) == 1, query
        assert "这一条件没有使用" in response.content.decode(), query
    assert len(shown(get(client, group="all", page="999"))) == 1


def test_order(as_, house):
    names = [house.at("county_review", number).community.name for number in (0, 1, 2)]
    for pk, total in zip(
        Application.objects.order_by("pk").values_list("pk", flat=True), (95, 99, 91), strict=True
    ):
        Application.objects.filter(pk=pk).update(total_self=total * 10_000)
    client = as_("一县", Role.HANDLER)
    assert shown(get(client, group="all", order="-self")) == [names[1], names[0], names[2]]
    assert shown(get(client, group="all", order="self")) == [names[2], names[0], names[1]]
    assert 'aria-sort="descending"' in get(client, group="all", order="-self").content.decode()


def test_pages(as_, house):
    for number in range(3):
        house.at("county_review", number)
    client = as_("一县", Role.HANDLER)
    response = get(client, group="all", size=25)
    assert len(shown(response)) == 3 and "共 3 条" in response.content.decode()


@pytest.mark.parametrize("role", [Role.HANDLER, Role.APPROVER, Role.PUBLISHER])
def test_the_queue_costs_the_same_for_one_and_three(as_, house, role):
    house.at("city_review", 0)
    client = as_("东市", role)
    get(client)  # the first page of a session stamps it
    one = queries_of(client, group="all")
    house.at("city_review", 1), house.at("city_review", 4)
    assert queries_of(client, group="all") == one <= 8
    assert queries_of(client, group="all", q="社区") == one


def test_an_empty_queue_says_so(as_):
    body = get(as_("一县", Role.HANDLER)).content.decode()
    assert "目前没有待办事项" in body and "查看全部申报" in body

"""A list moves as each of its applications would alone: published, its notice ended, a disputed one left behind."""

import datetime as dt
import json

import pytest

from accounts.models import Event
from accreditation import moving, notices
from accreditation.models import Application, NoticeEntry, State
from accreditation.notices import end_of
from tests.factories import moment

DAY = dt.date(2017, 8, 30)


@pytest.fixture
def listed(house, standing):
    """Three of 一县 on its list; the quota of the city has three places."""
    applications = standing("county_review", 0, 1, 2)
    for application in applications:
        house.drive.shortlist(application, moment(DAY))
    return [house.fresh(application) for application in applications]


def published(house):
    return house.drive.publish("county_review", house.regions["一县"], moment(DAY), "测试公示〔2017〕1号")


def told(verb):
    """(application number, states before and after, moves, data) of each event of a verb, in the chain's order."""
    bodies = [json.loads(event.body) for event in Event.objects.filter(action=verb).order_by("seq")]
    return [
        (b["subject"].split()[0], b["before"]["state"], b["after"]["state"], b["after"]["moves"], b["data"])
        for b in bodies
    ]


@pytest.mark.parametrize("batch", [1, 2, 3, 10_000])
def test_published_and_ended_each_one_moves_once(house, listed, monkeypatch, batch):
    monkeypatch.setattr(moving, "BATCH", batch)
    published(house)
    first = [house.fresh(application) for application in listed]
    assert [(a.state, a.moves - old.moves, a.listed_at) for a, old in zip(first, listed, strict=True)] == [
        (State.COUNTY_NOTICE, 1, None)
    ] * 3
    assert sorted(row[:4] for row in told("publish")) == [
        (a.number, "county_review", "county_notice", a.moves) for a in first
    ]
    notice = NoticeEntry.objects.get(application=first[0]).notice
    at = end_of(notice.last_day)
    assert notices.close(notice, at=at)[1:] == (3, 0)
    second = [house.fresh(application) for application in listed]
    assert [(a.state, a.moves - old.moves, a.arrived_at) for a, old in zip(second, first, strict=True)] == [
        (State.CITY_REVIEW, 1, at)
    ] * 3
    # The city stands above the county in reach, as if each had come by itself.
    assert {a.reached - old.reached for a, old in zip(second, first, strict=True)} == {1}
    assert told("close") == [
        (a.number, "county_notice", "city_review", a.moves, {"notice": notice.pk}) for a in second
    ]
    assert {a.events.get(event__action="close").application_id for a in second} == {a.pk for a in second}


def test_the_disputed_one_stays_and_the_others_go(house, listed):
    published(house)
    entry = NoticeEntry.objects.get(application=listed[1])
    notices.object_to(
        entry,
        at=moment(DAY + dt.timedelta(days=3)),
        named=True,
        name="测试人",
        contact="test@example.org",
        text="公示的就业人数与实际不符，请核查。",
    )
    notice = entry.notice
    assert notices.close(notice, at=end_of(notice.last_day))[1:] == (2, 1)
    assert [house.fresh(a).state for a in listed] == [
        State.CITY_REVIEW,
        State.COUNTY_NOTICE,
        State.CITY_REVIEW,
    ]
    assert Application.objects.filter(state=State.COUNTY_NOTICE).get().pk == listed[1].pk

"""F7, F8: a step back and forward loses nothing; the clock at the edges of days, years and zones."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import connection

from accounts import append_only, events, limits
from accreditation import invariants, notices
from accreditation.refusals import NotReady
from regions import clock
from tests.factories import House
from tests.proof.walking import differences, there_and_back


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.race
def test_a_step_back_and_forward_keeps_everything(databases, tmp_path, measure):
    """Each app's last migration that can be undone: back, forward; same rows in every column that stays, guards, invariants."""
    found = there_and_back(databases, tmp_path, "street_desk")
    measure("F7", "apps gone back and forward", len(found["back"]))
    measure("F7", "rows", found["rows"])
    assert (found["different"], found["missing"], found["breaches"]) == ([], [], [])
    assert len(found["back"]) >= 2 and found["rows"] > 200, found


def test_control_a_value_lost_on_the_way_is_seen():
    """Control: a column that came back empty, a row that is gone; a column that is new is no loss."""
    before = {"t": (["id", "name"], [("1", "a"), ("2", "b")])}
    assert differences(before, {"t": (["id", "name"], [("1", "a"), ("2", "")])}) != []
    assert differences(before, {"t": (["id", "name"], [("1", "a")])}) != []
    assert differences(before, {"t": (["new", "name", "id"], [("x", "b", "2"), ("y", "a", "1")])}) == []


def test_control_a_table_built_anew_loses_its_guards(db):
    """Control: what a careless migration does to a table is seen at start-up, and `migrate` lays the guards again."""
    table = "accreditation_amendment"
    assert append_only.missing(connection) == []
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER {table}_no_update")
        else:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_no_change")
    assert [name for name in append_only.missing(connection) if name.startswith(table)] != []
    assert append_only.check_triggers(None, ["default"])[0].id == "portal.E001"
    append_only.install(connection)
    assert append_only.missing(connection) == []


@pytest.fixture
def house(db):
    return House()


# F8: moment in UTC → day here. By hand.
EDGES = [
    ("2026-11-20T15:59:59", "2026-11-20"), ("2026-11-20T16:00:00", "2026-11-21"), ("2026-12-31T15:59:59", "2026-12-31"), ("2026-12-31T16:00:00", "2027-01-01"),
    ("2024-02-28T16:00:00", "2024-02-29"), ("2024-02-29T15:59:59", "2024-02-29"), ("2024-02-29T16:00:00", "2024-03-01"), ("2025-02-28T16:00:00", "2025-03-01"),
    ("2017-09-30T15:59:59.999999", "2017-09-30"), ("2026-02-13T16:00:00", "2026-02-14"), ("2000-01-01T00:00:00", "2000-01-01"),
]  # fmt: skip


@pytest.mark.parametrize(("utc", "day"), EDGES)
def test_the_clock_at_the_edges(utc, day):
    """Whatever zone the server lives in; summer time of 1988 moves no day."""
    at = dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)
    assert clock.day_of(at).isoformat() == day
    assert clock.start_of(clock.day_of(at)) <= at < clock.end_of(clock.day_of(at))
    assert (clock.end_of(dt.date(1988, 4, 17)) - clock.start_of(dt.date(1988, 4, 17))) == dt.timedelta(days=1)


HOUR = dt.timedelta(hours=1)


def test_a_clock_set_back_an_hour_opens_nothing_again(house, settings, tmp_path):
    """Work goes on in the order of its presses; what a deadline closed stays closed, what was used up stays used."""
    settings.MEDIA_ROOT = tmp_path
    filed = house.filed(0)  # at 10 o'clock
    at = filed.filed_at - HOUR
    house.drive.pass_on(house.prepare(filed, at), at)
    there = house.prepare(house.fresh(filed), at - HOUR)
    house.drive.shortlist(there, at - HOUR)
    notice = house.drive.publish("county_review", house.regions["一县"], at - 2 * HOUR, "测试")
    end = clock.end_of(notice.last_day)
    notices.close(notice, at=end)
    with pytest.raises(NotReady, match="公示期已经结束"):
        notices.object_to(
            notice.entries.get(), at=end - HOUR, named=True, name="甲", contact="0", text="请核实。"
        )
    assert [s for _, found in invariants.breaches(end) for s in found] == []
    assert list(events.broken_links()) == []
    taken = [limits.take("k", 5, 900, moment) for moment in (at, at - HOUR, at - HOUR, at, at, at - HOUR)]
    assert taken == [True] * 5 + [False]


def test_control_a_clock_of_another_zone_is_seen():
    """Control: the day in UTC is another one in the first eight hours."""
    at = dt.datetime(2026, 11, 20, 16, tzinfo=dt.UTC)
    assert at.date() != clock.day_of(at)

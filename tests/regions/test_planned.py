"""SQL planned once a connection: the same answers, whatever happens to the transaction, the tables or the connection."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from regions import planned
from regions.models import Region
from regions.rows import changed, find, read, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def region():
    return Region.objects.create(
        name="一县", level="county", code_date=dt.date(2017, 1, 1), position=5, last=5, path="甲省 100%"
    )


def sent(work):
    with CaptureQueriesContext(connection) as messages:
        work()
    return [message["sql"].split()[0] for message in messages]


def test_planned_from_the_second_time_on(region):
    """PREPARE, then EXECUTE, on PostgreSQL; the plain statement each time on SQLite."""
    where = {"name": "一县", "level": "county"}
    asked = [sent(lambda: find(Region, where)) for _ in range(3)]
    plain = [["SELECT"]] * 3
    assert asked == (
        [["SELECT"], ["PREPARE", "EXECUTE"], ["EXECUTE"]] if connection.vendor == "postgresql" else plain
    )


def test_each_time_the_same_answer_for_the_values_of_that_time(region):
    """Quotes, percent signs, nothing, days: as values they are what they are in a plain statement."""
    for name, day in (
        ("一县", None),
        ("O'县 %s", dt.date(2020, 2, 29)),
        ("二县 $1; --", None),
        ("\\'", dt.date(2021, 1, 1)),
    ) * 2:
        run([changed(Region, {"id": region.pk}, {"name": name, "until": day})])
        found = find(Region, {"id": region.pk})
        assert (found.name, found.until, found.path) == (name, day, "甲省 100%")
        assert find(Region, {"name": name, "level": "county"}).pk == region.pk
    assert find(Region, {"name": "一县", "level": "county"}) is None


def test_a_plan_outlives_a_transaction_that_is_rolled_back(region):
    read(Region, region.pk)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        read(Region, region.pk)  # planned in here
        raise ZeroDivisionError
    assert sent(lambda: read(Region, region.pk)) == [
        "EXECUTE" if connection.vendor == "postgresql" else "SELECT"
    ]
    assert read(Region, region.pk).name == "一县"


def test_a_table_that_gets_a_column_and_an_index_answers_on(region):
    for _ in range(3):
        read(Region, region.pk)
    connection.check_constraints()  # nothing is left waiting for the end of the transaction
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE regions_region ADD COLUMN later varchar(10)")
        cursor.execute("CREATE INDEX later_index ON regions_region (later)")
    assert read(Region, region.pk).name == "一县"


def test_another_connection_has_its_own_plans(region):
    """Asked for the first time there, it is sent as it is, however often this one has asked."""
    sql, other = "SELECT name FROM regions_region WHERE id = %s", connection.copy()
    here = [planned.planned(connection, sql) for _ in range(3)]
    assert here[0] == sql
    assert here[1:] == ([sql] * 2 if connection.vendor == "sqlite" else [here[1]] * 2)
    try:
        assert planned.planned(other, sql) == sql
    finally:
        other.close()


def test_lists_of_every_length_take_no_place_of_what_is_asked_again_and_again(region):
    """Rows written together have a text for each number of rows: past a few rows it is not kept, however often it comes."""
    connection.ensure_connection()
    for count in range(1, 60):
        marks = ", ".join(["%s"] * count)
        sql = f"SELECT name FROM regions_region WHERE id IN ({marks})"
        asked = [planned.planned(connection, sql) for _ in range(3)]
        kept = connection.vendor == "postgresql" and count <= planned.MOST_VALUES
        assert [one == sql for one in asked] == [True, not kept, not kept], count
    assert connection.vendor == "sqlite" or len(planned._instead[connection.connection]) < planned.MOST


def test_no_more_statements_are_kept_than_a_connection_should_hold(region, monkeypatch):
    monkeypatch.setattr(planned, "MOST", 0)
    for _ in range(3):
        assert sent(lambda: find(Region, {"name": "一县", "position": 5})) == ["SELECT"]

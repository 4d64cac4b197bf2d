"""One row read by its key without building a query: the same object as the ORM's own."""

import datetime as dt
from weakref import WeakKeyDictionary

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accreditation.models import Application, Assessment, ProgrammeVersion, Round
from regions.models import Community
from regions.rows import changed, find, read, run, stored
from scoring.models import ScoreSheet
from tests.factories import House

pytestmark = pytest.mark.django_db


@pytest.fixture
def application():
    house = House(quota=1)
    return house.prepare(house.at("street_review", 0))


def columns(one):
    return {field.attname: getattr(one, field.attname) for field in one._meta.concrete_fields}


@pytest.mark.parametrize("model", [Application, Community, Round, ProgrammeVersion, ScoreSheet])
def test_every_column_as_the_orm_reads_it(application, model):
    """Moments, dates, truths and texts of both engines come through the same converters."""
    for kept in model.objects.all()[:5]:
        found = read(model, kept.pk)
        assert columns(found) == columns(kept)
        assert {n: type(v) for n, v in columns(found).items()} == {
            n: type(v) for n, v in columns(kept).items()
        }
        assert (found._state.adding, found._state.db) == (False, "default")


def test_a_moment_is_aware_and_the_object_saves(application):
    found = read(Application, application.pk)
    assert isinstance(found.filed_at, dt.datetime) and found.filed_at.utcoffset() is not None
    found.narrative = "改过"
    found.save(update_fields=["narrative"])
    assert Application.objects.get(pk=application.pk).narrative == "改过"


def test_what_is_left_out_is_read_when_someone_asks(application):
    with CaptureQueriesContext(connection) as asked:
        version = read(ProgrammeVersion, application.round.version_id, without=["document"])
        assert version.get_deferred_fields() == {"document"}
    assert len(asked) == 1 and "document" not in asked[0]["sql"]
    assert version.document == application.round.version.document


def test_a_row_that_is_not_there(application):
    with pytest.raises(Application.DoesNotExist):
        read(Application, 10**9)


def test_fields_are_written_as_the_orm_saves_them(application):
    """A moment, a day, nothing, a number and a text; what is not named stays as it is stored."""
    found = read(Application, application.pk)
    before = columns(Application.objects.get(pk=application.pk))
    found.arrived_at = dt.datetime(2017, 9, 1, 9, 30, 0, 123456, tzinfo=dt.UTC)
    found.due_on, found.listed_at, found.moves, found.passed_over_reason = (
        dt.date(2017, 12, 31),
        None,
        7,
        "名额已满",
    )
    found.narrative = "没有写入"
    run([stored(found, ["arrived_at", "due_on", "listed_at", "moves", "passed_over_reason"])])
    expected = {
        **before,
        "arrived_at": dt.datetime(2017, 9, 1, 9, 30, 0, 123456, tzinfo=dt.UTC),
        "due_on": dt.date(2017, 12, 31),
        "listed_at": None,
        "moves": 7,
        "passed_over_reason": "名额已满",
    }
    assert columns(Application.objects.get(pk=application.pk)) == expected


def test_a_row_is_found_by_what_is_unique_of_it(application):
    """The desk's assessment by application and state, as the ORM finds it; nothing where there is none."""
    other = House.fresh(None, application)
    where = {"application_id": application.pk, "state": "street_review"}
    stored = Assessment.objects.get(**where)
    assert (
        columns(find(Assessment, where)) == columns(stored) == columns(other.assessment_at("street_review"))
    )
    assert (
        find(Assessment, {**where, "state": "county_review"}) is None is other.assessment_at("county_review")
    )
    ahead = Application.objects.prefetch_related("assessments").get(pk=application.pk)
    with CaptureQueriesContext(connection) as asked:
        assert ahead.assessment_at("street_review") == stored and ahead.assessment_at("city_review") is None
    assert not asked


def test_only_the_rows_that_are_named_are_changed(application):
    where = {"application_id": application.pk, "state": "street_review"}
    other = Assessment.objects.create(application=application, state="county_review")
    before = {one.pk: columns(one) for one in Assessment.objects.all()}
    at, stored_one = dt.datetime(2017, 9, 2, 8, 0, tzinfo=dt.UTC), Assessment.objects.get(**where)
    run([changed(Assessment, where, {"decided_at": at, "approver": stored_one.handler_id})])
    before[stored_one.pk] |= {"decided_at": at, "approver_id": stored_one.handler_id}
    run([changed(Assessment, {**where, "state": "city_review"}, {"decided_at": None})])
    assert {one.pk: columns(one) for one in Assessment.objects.all()} == before and other.pk in before


def test_statements_run_in_their_order_and_the_last_one_answers(application, monkeypatch):
    """In one message on PostgreSQL, one after another on SQLite; what is too much for one message goes in several."""
    steps = [changed(Application, {"id": application.pk}, {"moves": number}) for number in (5, 8)]
    asked = ("SELECT moves FROM accreditation_application WHERE id = %s", [application.pk])
    run([*steps, asked])  # planned, if it ever is
    run([*steps, asked])
    with CaptureQueriesContext(connection) as messages:
        assert run([*steps, asked], answer=True) == (8,)
    assert len(messages) == (1 if connection.vendor == "postgresql" else 3)
    monkeypatch.setattr("regions.rows.MOST_VALUES", 4)
    with CaptureQueriesContext(connection) as messages:
        assert run([*steps, asked], answer=True) == (8,)
    assert len(messages) == 3


def test_the_lock_is_asked_of_an_engine_that_has_one(application, monkeypatch):
    monkeypatch.setattr("regions.planned._instead", WeakKeyDictionary())  # asked for the first time, in full
    with CaptureQueriesContext(connection) as asked:
        read(Application, application.pk, lock=True)
        read(Application, application.pk)
    assert asked[0]["sql"].endswith("FOR UPDATE") == (connection.vendor == "postgresql")
    assert "FOR UPDATE" not in asked[1]["sql"]

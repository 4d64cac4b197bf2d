"""One row read by its key without building a query: the same object as the ORM's own."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accreditation.models import Application, Assessment, ProgrammeVersion, Round
from regions.models import Community
from regions.rows import change, find, read, write
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
    for stored in model.objects.all()[:5]:
        found = read(model, stored.pk)
        assert columns(found) == columns(stored)
        assert {n: type(v) for n, v in columns(found).items()} == {
            n: type(v) for n, v in columns(stored).items()
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
    write(found, ["arrived_at", "due_on", "listed_at", "moves", "passed_over_reason"])
    expected = {
        **before,
        "arrived_at": dt.datetime(2017, 9, 1, 9, 30, 0, 123456, tzinfo=dt.UTC),
        "due_on": dt.date(2017, 12, 31),
        "listed_at": None,
        "moves": 7,
        "passed_over_reason": "名额已满",
    }
    assert columns(Application.objects.get(pk=application.pk)) == expected


def test_a_row_that_is_gone_is_not_written(application):
    found = read(Application, application.pk)
    found.pk = 10**9
    with pytest.raises(Application.DoesNotExist):
        write(found, ["moves"])


def test_a_row_is_found_by_what_is_unique_of_it(application):
    """The desk's assessment by application and state, as the ORM finds it; nothing where there is none."""
    other = House.fresh(None, application)
    where = {"application_id": application.pk, "state": "street_review"}
    stored = Assessment.objects.get(**where)
    assert columns(find(Assessment, where)) == columns(stored) == columns(other.assessment_at("street_review"))
    assert find(Assessment, {**where, "state": "county_review"}) is None is other.assessment_at("county_review")
    ahead = Application.objects.prefetch_related("assessments").get(pk=application.pk)
    with CaptureQueriesContext(connection) as asked:
        assert ahead.assessment_at("street_review") == stored and ahead.assessment_at("city_review") is None
    assert not asked


def test_only_the_rows_that_are_named_are_changed(application):
    where = {"application_id": application.pk, "state": "street_review"}
    other = Assessment.objects.create(application=application, state="county_review")
    before = {one.pk: columns(one) for one in Assessment.objects.all()}
    at, stored = dt.datetime(2017, 9, 2, 8, 0, tzinfo=dt.UTC), Assessment.objects.get(**where)
    assert change(Assessment, where, {"decided_at": at, "approver": stored.handler_id}) == 1
    before[stored.pk] |= {"decided_at": at, "approver_id": stored.handler_id}
    assert {one.pk: columns(one) for one in Assessment.objects.all()} == before and other.pk in before
    assert change(Assessment, {**where, "state": "city_review"}, {"decided_at": at}) == 0


def test_the_lock_is_asked_of_an_engine_that_has_one(application):
    with CaptureQueriesContext(connection) as asked:
        read(Application, application.pk, lock=True)
        read(Application, application.pk)
    assert asked[0]["sql"].endswith("FOR UPDATE") == (connection.vendor == "postgresql")
    assert "FOR UPDATE" not in asked[1]["sql"]

"""B5, B8: nobody overwrites what another saved meanwhile; each table that matters has one writer."""

import ast
import datetime as dt
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from accreditation import filing
from accreditation.refusals import AlreadyMoved
from tests.factories import House, moment

AT = moment(dt.date(2017, 8, 22))


@pytest.fixture
def draft(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    house = House()
    return house, house.drive.fill(house.draft(), 0.9, AT)


def two_savers(house, draft, edition):
    """Two windows with the same page: the first saves, then the second; what stands in the end, and who was told."""
    by = house.filer(draft.community)
    filing.save_narrative(draft, "第一人写的。", by=by, at=AT, edition=draft.edition)
    told = 0
    try:
        filing.save_narrative(draft, "第二人写的。", by=by, at=AT, edition=edition)
    except AlreadyMoved:
        told = 1
    return house.fresh(draft).narrative, told


def test_the_second_of_two_savers_is_told(draft, measure):
    house, application = draft
    kept, told = two_savers(house, application, application.edition)
    measure("B5", "winners", int(kept != "第一人写的。"))
    assert (kept, told) == ("第一人写的。", 1)


def test_control_without_the_edition_the_first_is_lost(draft, measure):
    house, application = draft
    kept, told = two_savers(house, application, None)
    measure("B5", "control: kept without the edition", kept)
    assert (kept, told) == ("第二人写的。", 0)


# Model → the files that may write it (create, bulk_create, update, delete, save of a new row).
WRITERS = {
    "Entry": {"subsidies/ledger.py", "subsidies/accrual.py"},
    "Event": {"accounts/events.py"},
    "EventHead": {"accounts/events.py"},
    "QuotaPlace": {"accreditation/quotas.py"},
    "Anchor": {"accounts/anchors.py"},
}
WRITING = {
    "create", "bulk_create", "update", "bulk_update", "delete", "get_or_create", "update_or_create",
}  # fmt: skip
APPS = ("accounts", "accreditation", "subsidies", "scoring", "regions", "demonstration", "config")


def writes(source: str):
    """(model, line) of every `Model.objects….write(…)` and `Model(…).save()` in a source."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITING:
            inner = node.func.value
            while isinstance(inner, ast.Call | ast.Attribute):
                if (
                    isinstance(inner, ast.Attribute)
                    and inner.attr == "objects"
                    and isinstance(inner.value, ast.Name)
                ):
                    if inner.value.id in WRITERS:
                        yield inner.value.id, node.lineno
                inner = inner.func if isinstance(inner, ast.Call) else inner.value
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "save":
            made = node.func.value
            if isinstance(made, ast.Call) and isinstance(made.func, ast.Name) and made.func.id in WRITERS:
                yield made.func.id, node.lineno


def test_each_table_has_its_one_writer(measure):
    base, hits, read = Path(django_settings.BASE_DIR), [], 0
    for app in APPS:
        for path in (base / app).rglob("*.py"):
            name = path.relative_to(base).as_posix()
            if "/migrations/" in name:
                continue
            read += 1
            hits += [
                f"{name}:{line} {model}"
                for model, line in writes(path.read_text(encoding="utf-8"))
                if name not in WRITERS[model]
            ]
    measure("B8", "files read", read)
    measure("B8", "hits", len(hits))
    assert hits == []


def test_control_a_write_elsewhere_is_found(measure):
    source = "Entry.objects.filter(pk=1).update(fen=0)\nQuotaPlace.objects.create()\nEvent(seq=1).save()\nEntry.objects.count()"
    found = list(writes(source))
    measure("B8", "control: hits in a source that goes round", len(found))
    assert found == [("Entry", 1), ("QuotaPlace", 2), ("Event", 3)]

"""Files and rows that lost each other: what a process left behind that was killed between storing a file and keeping its row.

A file nobody names is deleted after a day (a row may still be on its way); a row whose file is gone is told, never
deleted. `manage.py sweep_files` runs nightly.
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import models
from django.utils import timezone

DAY = dt.timedelta(days=1)
# Columns that name a file without being one.
NAMES = {"stored_name"}


def _columns():
    """Every column that names a stored file: (model, its name)."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.FileField) or field.name in NAMES:
                yield model, field.name


def named() -> set[str]:
    """The names of all files that some row names."""
    found = set()
    for model, name in _columns():
        found |= set(model._base_manager.exclude(**{name: ""}).values_list(name, flat=True).iterator(1000))
    return found


def _stored(folder="") -> Iterator[str]:
    """The names of all files in the storage."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for file in files:
        yield str(Path(folder) / file)
    for inner in folders:
        yield from _stored(str(Path(folder) / inner))


def without_row(older_than: dt.timedelta = DAY) -> Iterator[str]:
    """Files that no row names and that have lain there longer than that. Rows are read after the files."""
    limit = timezone.now() - older_than
    there = [name for name in _stored() if default_storage.get_modified_time(name) <= limit]
    known = named() if there else set()
    yield from (name for name in there if name not in known)


def without_file() -> Iterator[tuple[str, int]]:
    """(table, key) of rows whose file is gone."""
    for model, name in _columns():
        rows = model._base_manager.exclude(**{name: ""}).values_list("pk", name)
        yield from (
            (model._meta.db_table, pk)
            for pk, stored in rows.iterator(1000)
            if not default_storage.exists(stored)
        )


def sweep(older_than: dt.timedelta = DAY) -> int:
    """Delete the files without a row; how many."""
    number = 0
    for name in without_row(older_than):
        default_storage.delete(name)
        number += 1
    return number

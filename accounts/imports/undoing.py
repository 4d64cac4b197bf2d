"""What an undo asks: is every row still as the import left it, and does anything refer to the new ones?"""

import json
from collections.abc import Iterable

from django.db.models import CASCADE, Model

from accounts.events import canonical
from accounts.models import ImportLine

CHUNK = 500
NAMED = 3  # rows a sentence names


def chunks(values: Iterable, size: int = CHUNK):
    """Lists of at most `size`, so that a query has few parameters."""
    values = list(values)
    for start in range(0, len(values), size):
        yield values[start : start + size]


def plain(fields: dict) -> dict:
    """Fields of a row as JSON holds them."""
    return json.loads(canonical(fields))


def moved_since(model: type[Model], lines: list[ImportLine]) -> str:
    """A sentence naming rows that are gone or were changed after the import, or an empty one."""
    moved = []
    for part in chunks(lines):
        wanted = {line.target: json.loads(line.after) for line in part}
        names = sorted({name for fields in wanted.values() for name in fields})
        found = {row["pk"]: row for row in model._base_manager.filter(pk__in=wanted).values("pk", *names)}
        for line in part:
            fields = wanted[line.target]
            row = found.get(line.target)
            if row is None or plain({name: row[name] for name in fields}) != fields:
                moved.append(line)
    return f"{named(moved)}在导入以后又有变动，不能撤销。" if moved else ""


def built_on(
    model: type[Model], lines: list[ImportLine], words: dict[str, str], but: tuple[str, ...] = ()
) -> str:
    """A sentence naming what refers to the rows that were new, or an empty one.

    words: the name of a relation → what it is called; `but`: relations that go with the row.
    """
    titles = {line.target: line.title for line in lines}
    for relation in model._meta.get_fields(include_hidden=True):
        if (
            not (relation.auto_created and (relation.one_to_many or relation.one_to_one))
            or relation.name in but
        ):
            continue
        if relation.on_delete is CASCADE:  # goes with the row
            continue
        column = relation.field.name
        for part in chunks(titles):
            rows = relation.related_model._base_manager.filter(**{f"{column}__in": part})
            if key := rows.values_list(column, flat=True).first():
                word = words.get(relation.name, relation.related_model._meta.verbose_name)
                return f"“{titles[key]}”已经有{word}，不能撤销。"
    return ""


def write(model: type[Model], rows: list, fields: tuple[str, ...]) -> None:
    """Save these fields of many rows with one statement a thousand."""
    if rows:
        model.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["id"], update_fields=fields, batch_size=500
        )


def put_back(model: type[Model], lines: list[ImportLine], fields: tuple[str, ...]) -> None:
    """Give the changed rows back what stood before."""
    by_key = {line.target: json.loads(line.before) for line in lines}
    for part in chunks(by_key):
        rows = list(model._base_manager.filter(pk__in=part))
        for row in rows:
            for name, value in by_key[row.pk].items():
                setattr(row, name, row._meta.get_field(name).to_python(value))
        write(model, rows, fields)


def named(lines: list[ImportLine]) -> str:
    """“甲社区”“乙社区”等 5 行."""
    told = "".join(f"“{line.title}”" for line in lines[:NAMED])
    return told if len(lines) <= NAMED else f"{told}等 {len(lines)} 行"

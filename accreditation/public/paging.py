"""Pages of a long list that follow one another by a key: the thousandth page costs what the first one does."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

KEY = re.compile(r"[0-9]{1,18}(-[0-9]{1,18}){0,3}", re.ASCII)


@dataclass(frozen=True)
class KeyPage:
    """Some rows and the keys of the pages around: `after` the next one's, `before` the one's before; None for none."""

    rows: Sequence
    after: str | None
    before: str | None
    size: int


def page(rows, columns: Sequence[str], size: int, *, after: str = "", before: str = "") -> KeyPage:
    """One page of a queryset of values in the order of the columns (whole numbers ≥ 0, together unique).

    The rows must have the columns as their last values, in that order. A key that is none is the first page.
    """
    count = len(columns)
    if key := _key(before, count):
        found = list(
            rows.filter(_beyond(columns, key, "lt")).order_by(*(f"-{one}" for one in columns))[: size + 1]
        )
        more, found = len(found) > size, found[:size][::-1]
        return KeyPage(found, _name(found, count) or before, _name(found[:1], count) if more else None, size)
    key = _key(after, count)
    found = rows.filter(_beyond(columns, key, "gt")) if key else rows
    found = list(found.order_by(*columns)[: size + 1])
    more, found = len(found) > size, found[:size]
    return KeyPage(
        found, _name(found, count) if more else None, _name(found[:1], count) if key else None, size
    )


def _key(text, count):
    if not KEY.fullmatch(text or ""):
        return None
    key = tuple(int(part) for part in text.split("-"))
    return key if len(key) == count else None


def _name(rows, count):
    return "-".join(str(part) for part in rows[-1][-count:]) if rows else None


def _beyond(columns, key, side) -> Q:
    """Rows behind (gt) or before (lt) a key: a range of the first column, which an index serves, and within it the rest."""
    beyond = Q()
    for number in range(len(columns)):
        same = {column: key[n] for n, column in enumerate(columns[:number])}
        beyond |= Q(**same, **{f"{columns[number]}__{side}": key[number]})
    return Q(**{f"{columns[0]}__{side}e": key[0]}) & beyond

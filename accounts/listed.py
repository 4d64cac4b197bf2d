"""A list that can leave as a workbook, exactly as its page shows it: filtered, ordered, in the reader's scope, but whole.

The view of a list builds one `Listed` from the very rows it is about to page and hands it over when the reader asked:

    if wanted(request):
        return workbook(request, Listed("单位", COLUMNS, rows.count(), map(_line, rows.iterator(CHUNK))))

so that page and workbook cannot differ. Who may read the list is asked by the view before that, once for both. The
writer stands a floor above, with the other workbooks (settings.PORTAL_LIST_WORKBOOK).
"""

import dataclasses
from collections.abc import Callable, Iterable

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

AS = "as"  # the word of the address that asks for the workbook: ?as=xlsx
CHUNK = 1000  # rows read at once


@dataclasses.dataclass(frozen=True)
class Listed:
    """One list as it stands: its title (a sheet's name), its columns (heading, width in characters), how many rows, and the rows as cells.

    `rows` is read once, row by row, and only when the workbook is written; `filters` is what the reader asked for, in
    words.
    """

    title: str
    columns: list[tuple[str, int]]
    count: int
    rows: Iterable[tuple]
    filters: str = ""


def exported(view: Callable) -> Callable:
    """Marks the view of a list that hands over its workbook; only such views are done again by a job."""
    view.exported = True
    return view


def wanted(request: HttpRequest) -> bool:
    """Whether this address asks for the workbook instead of the page."""
    return request.GET.get(AS) == "xlsx"


def workbook(request: HttpRequest, listed: Listed) -> HttpResponse:
    """The list as a workbook, or, when it is long, the page that offers to make it behind the pages."""
    return import_string(settings.PORTAL_LIST_WORKBOOK)(request, listed)


def streamed(rows: QuerySet, line: Callable) -> Iterable[tuple]:
    """The cells of every row of a queryset, read in constant memory; `line` makes a tuple of an object."""
    return (line(row) for row in rows.iterator(CHUNK))


def words_of(form, without=("size", "order", "page")) -> str:
    """What a query form asks for, in one line, as the reader chose it: labels and the words of the choices."""
    parts = []
    for name, value in getattr(form, "cleaned_data", {}).items():
        if name in without or value in (None, "", False):
            continue
        field = form.fields[name]
        choices = dict(getattr(field, "choices", None) or ()) if not hasattr(field, "queryset") else {}
        word = choices.get(value, choices.get(str(value), value))
        parts.append(f"{field.label or name}：{'是' if value is True else word}")
    return "；".join(parts)

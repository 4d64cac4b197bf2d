"""The communities of all notices, one after another: for open data.

As on a notice's own page: whether an entry is disputed is not public, nor is its application.
"""

import datetime as dt
from dataclasses import dataclass

from accreditation.models import NoticeEntry
from accreditation.public import paging
from accreditation.public.places import within
from accreditation.public.published import NoticeFilter
from regions.clock import end_of

ORDER = ("pk",)


@dataclass(frozen=True)
class Entry:
    """A community on a notice, as the notice named it."""

    notice: int
    order: int
    community: int
    name: str
    place: str
    status: str
    last_day: dt.date
    pk: int

    @property
    def removed(self) -> bool:
        return self.status == NoticeEntry.Status.REMOVED


COLUMNS = (
    "notice",
    "order",
    "application__community",
    "name",
    "place",
    "status",
    "notice__last_day",
)


def _rows(wanted: NoticeFilter, notice, today):
    rows = NoticeEntry.objects.filter(notice__published_at__lt=end_of(today))
    if notice:
        rows = rows.filter(notice=notice)
    if wanted.places is not None:
        rows = rows.filter(within(wanted.places, "notice__position"))
    if wanted.year:
        rows = rows.filter(notice__round__year=wanted.year)
    if wanted.programme:
        rows = rows.filter(notice__round__version__programme__key=wanted.programme)
    if wanted.running is not None:
        side = "gte" if wanted.running else "lt"
        rows = rows.filter(**{f"notice__last_day__{side}": today})
    return rows.order_by(*ORDER).values_list(*COLUMNS, *ORDER)


def entry_page(wanted: NoticeFilter, today, size, *, notice=None, after="") -> paging.KeyPage:
    """One page of the entries of the notices asked for (`notice`: of that one alone), in the order they were published."""
    found = paging.page(_rows(wanted, notice, today), ORDER, size, after=after)
    return paging.KeyPage([Entry(*row) for row in found.rows], found.after, found.before, found.size)


def entry_rows(wanted: NoticeFilter, today, *, notice=None):
    """All of them, in constant memory."""
    for row in _rows(wanted, notice, today).iterator(chunk_size=2000):
        yield Entry(*row)

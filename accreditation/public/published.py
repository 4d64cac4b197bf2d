"""Notices as everyone reads them: the list, and one with its official content."""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Case, Count, F, Value, When

from accreditation.models import Notice, NoticeEntry
from accreditation.notices import resting_days
from accreditation.public.places import within
from regions.clock import day_of, end_of
from regions.models import Region
from regions.workdays import Calendar, UnknownYear


@dataclass(frozen=True)
class NoticeLine:
    """A notice in the list. `days_left` counts calendar days to the last one; None when it is over."""

    pk: int
    title: str
    number: str
    issuer: str
    published_at: dt.datetime
    first_day: dt.date
    last_day: dt.date
    entries: int
    days_left: int | None


LINE = ("pk", "title", "number", "issuer", "published_at", "first_day", "last_day", "listed")


def notices(today, *, places=None, year=None):
    """Notices as rows, the running ones first (the next to end on top), then the latest published."""
    rows = Notice.objects.filter(published_at__lt=end_of(today))
    if places is not None:
        rows = rows.filter(within(places))
    if year:
        rows = rows.filter(round__year=year)
    over = Case(When(last_day__lt=today, then=Value(1)), default=Value(0))
    ends = Case(When(last_day__gte=today, then=F("last_day")))
    return (
        rows.annotate(issuer=F("office__name"), listed=Count("entries"), over=over, ends=ends)
        .order_by("over", F("ends").asc(nulls_last=True), "-published_at", "-pk")
        .values_list(*LINE, named=True)
    )


def notice_lines(rows, today) -> list[NoticeLine]:
    return [
        NoticeLine(*row, days_left=(row.last_day - today).days if row.last_day >= today else None)
        for row in rows
    ]


def notice_years() -> list[int]:
    return sorted(set(Notice.objects.order_by().values_list("round__year", flat=True)), reverse=True)


@dataclass(frozen=True)
class EntryLine:
    """A community as the notice named it. Whether it is disputed is not public before the objection is settled."""

    pk: int
    order: int
    name: str
    place: str
    community: int
    removed: bool


@dataclass(frozen=True)
class ShownNotice:
    """The official content of a notice (basis, process, list, period, where to object)."""

    pk: int
    title: str
    number: str
    basis: str
    process: str
    contact: str
    address: str
    issuer: str
    programme: str
    published_at: dt.datetime
    first_day: dt.date
    last_day: dt.date
    original_last_day: dt.date | None
    workdays: int
    running: bool
    entries: list[EntryLine] = field(default_factory=list)
    resting: list[dt.date] = field(default_factory=list)
    workdays_left: int | None = None


SHOWN = (
    "pk",
    "title",
    "number",
    "basis",
    "process",
    "contact",
    "address",
    "issuer",
    "programme",
    "published_at",
    "first_day",
    "last_day",
    "original_last_day",
    "workdays",
)


def notice(pk, at) -> ShownNotice | None:
    """One notice with its list; None where there is none."""
    row = (
        Notice.objects.filter(pk=pk)
        .annotate(issuer=F("office__name"), programme=F("round__version__programme__key"))
        .values(*SHOWN)
        .first()
    )
    if row is None:
        return None
    running = at < end_of(row["last_day"])
    entries = [
        EntryLine(pk, order, name, place, community, status == NoticeEntry.Status.REMOVED)
        for pk, order, name, place, community, status in NoticeEntry.objects.filter(notice=pk)
        .order_by("order")
        .values_list("pk", "order", "name", "place", "application__community", "status")
    ]
    resting, left = _days(pk, row, at, running)
    return ShownNotice(**row, running=running, entries=entries, resting=resting, workdays_left=left)


def _days(pk, row, at, running):
    """The days inside the period that are not counted, and the working days left; nothing without a calendar."""
    region = Region.objects.get(offices__notices=pk)
    calendar = Calendar.load(region)
    today = day_of(at)
    try:
        left = calendar.working_days_between(today, row["last_day"]) if running else None
        return resting_days(calendar, row["first_day"], row["last_day"]), left
    except UnknownYear:
        return [], None

"""Notices as everyone reads them: the list, and one with its official content.

Whom to call is public while objections are heard and a while after; then it is taken down (`details_until`): the page
keeps the list with the names of the communities, and what an office wrote is shown with the numbers of persons masked.
The record itself stays as it was published.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from accreditation.models import Notice, NoticeEntry, Programme, Round
from accreditation.notices import resting_days
from accreditation.personal_numbers import masked
from accreditation.public.places import within
from regions.clock import day_of, end_of
from regions.models import Region
from regions.workdays import Calendar, UnknownYear


def details_until(last_day: dt.date) -> dt.date:
    """The last day on which a notice shows whom to call and where: some days after its own last one."""
    return last_day + dt.timedelta(days=settings.NOTICE_DETAILS_DAYS)


@dataclass(frozen=True)
class NoticeFilter:
    """What a reader asks of the notices. places: None for everywhere. running: None for both, those ended: False."""

    places: list[Region] | None = None
    year: int | None = None
    programme: str = ""
    running: bool | None = None


@dataclass(frozen=True)
class NoticeLine:
    """A notice in the list. `days_left` counts calendar days to the last one; None when it is over."""

    pk: int
    title: str
    number: str
    issuer: str
    programme: str
    year: int
    published_at: dt.datetime
    first_day: dt.date
    last_day: dt.date
    entries: int
    days_left: int | None


LINE = (
    "pk",
    "title",
    "number",
    "issuer",
    "programme",
    "year",
    "published_at",
    "first_day",
    "last_day",
    "listed",
)


def notices(wanted: NoticeFilter, today):
    """Notices as rows of LINE, the running ones first (the next to end on top), then the latest published."""
    rows = Notice.objects.filter(published_at__lt=end_of(today))
    if wanted.places is not None:
        rows = rows.filter(within(wanted.places))
    if wanted.year:
        rows = rows.filter(round__year=wanted.year)
    if wanted.programme:
        rows = rows.filter(round__version__programme__key=wanted.programme)
    if wanted.running is not None:
        rows = rows.filter(Q(last_day__gte=today) if wanted.running else Q(last_day__lt=today))
    entries = NoticeEntry.objects.filter(notice=OuterRef("pk")).order_by().values("notice")
    return (
        rows.annotate(
            issuer=F("office__name"),
            programme=F("round__version__programme__key"),
            year=F("round__year"),
            listed=Coalesce(Subquery(entries.annotate(number=Count("pk")).values("number")), 0),
            over=Case(When(last_day__lt=today, then=Value(1)), default=Value(0)),
            ends=Case(When(last_day__gte=today, then=F("last_day"))),
        )
        .order_by("over", F("ends").asc(nulls_last=True), "-published_at", "-pk")
        .values_list(*LINE, named=True)
    )


def notice_lines(rows, today) -> list[NoticeLine]:
    return [_line(row, today) for row in rows]


def _line(row, today):
    left = (row.last_day - today).days if row.last_day >= today else None
    return NoticeLine(*row._replace(title=masked(row.title)), days_left=left)


def notice_rows(wanted: NoticeFilter, today) -> Iterator[NoticeLine]:
    """All notices as asked for, in constant memory: what is downloaded is what the page shows."""
    for row in notices(wanted, today).iterator(chunk_size=2000):
        yield _line(row, today)


def notice_years() -> list[int]:
    """The years of the rounds that have notices, the latest first."""
    found = Round.objects.filter(notices__isnull=False).order_by()
    return sorted(set(found.values_list("year", flat=True).distinct()), reverse=True)


def notice_programmes() -> list[tuple[str, str]]:
    """(key, name) of the programmes that have notices."""
    found = Programme.objects.filter(versions__rounds__notices__isnull=False).order_by("key").distinct()
    return list(found.values_list("key", "title"))


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
    details_until: dt.date | None = None
    taken_down: bool = False  # whom to call has been taken down: contact and address are empty


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
    until = details_until(row["last_day"])
    return ShownNotice(
        **_public_text(row, taken_down=day_of(at) > until),
        running=running,
        entries=entries,
        resting=resting,
        workdays_left=left,
        details_until=until,
        taken_down=day_of(at) > until,
    )


def _public_text(row, *, taken_down):
    """The row without what identifies persons: after the period whom to call as well."""
    texts = {key: masked(row[key]) for key in ("title", "basis", "process")}
    return {**row, **texts, **({"contact": "", "address": ""} if taken_down else {})}


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

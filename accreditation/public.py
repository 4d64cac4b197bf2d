"""What is public: the one place that decides it.

Every page for everyone reads through here and gets rows of exactly the public columns, so that a template cannot print
what is not in them: no score, no draft, no phone of a person, no objector.
"""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Case, Count, F, Q, Value, When

from accreditation.models import Notice, NoticeEntry, Objection, Recognition
from accreditation.notices import resting_days
from regions.clock import day_of, end_of
from regions.models import Community, FormerCommunity, Region, Succession
from regions.workdays import Calendar, UnknownYear

MOST_PLACES = 50  # regions of one name ("鼓楼区") taken into a query


def places_named(text: str) -> list[Region]:
    """The regions a reader means by a name: exactly it, or beginning with it; none for an unknown one."""
    regions = Region.objects.standing().exclude(level="nation")
    exact = list(regions.filter(name=text)[:MOST_PLACES])
    return exact or list(regions.filter(name__startswith=text)[:MOST_PLACES])


def _within(places, column="position"):
    found = Q(pk__in=())
    for place in places:
        found |= Q(**{f"{column}__range": (place.position, place.last)})
    return found


# Notices


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
        rows = rows.filter(_within(places))
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


@dataclass(frozen=True)
class OpenEntry:
    """An entry someone wants to object to, with what the page says about it."""

    pk: int
    notice: int
    notice_title: str
    name: str
    place: str
    issuer: str
    contact: str
    last_day: dt.date
    open: bool


def entry(notice_pk, entry_pk, at) -> OpenEntry | None:
    row = (
        NoticeEntry.objects.filter(pk=entry_pk)
        .values_list(
            "pk",
            "notice",
            "notice__title",
            "name",
            "place",
            "notice__office__name",
            "notice__contact",
            "notice__last_day",
            "status",
        )
        .first()
    )
    # Compared here: a number too large for the column is a missing notice too.
    if row is None or row[1] != notice_pk:
        return None
    running = row[-1] == NoticeEntry.Status.RUNNING and at < end_of(row[-2])
    return OpenEntry(*row[:-1], open=running)


@dataclass(frozen=True)
class ObjectionState:
    """What the holder of a query code reads: where it stands and the answer. Never who raised it or what was said."""

    code: str
    name: str
    notice: int
    notice_title: str
    issuer: str
    contact: str
    named: bool
    raised_at: dt.datetime
    admitted_at: dt.datetime | None
    due_on: dt.date | None
    extended: bool
    settled_at: dt.datetime | None
    outcome: str
    reply: str

    @property
    def words(self) -> str:
        if self.settled_at:
            return f"已办结：{Objection.Outcome(self.outcome).label}"
        return "已受理，正在核查" if self.admitted_at else "已收到，等待受理"


def objection(code) -> ObjectionState | None:
    """By its query code (as stored); None for an unknown one."""
    row = (
        Objection.objects.filter(code=code)
        .values_list(
            "code",
            "entry__name",
            "entry__notice",
            "entry__notice__title",
            "entry__notice__office__name",
            "entry__notice__contact",
            "named",
            "raised_at",
            "admitted_at",
            "due_on",
            "extended_reason",
            "settled_at",
            "outcome",
            "reply",
        )
        .first()
    )
    if row is None:
        return None
    return ObjectionState(*row[:10], bool(row[10]), *row[11:])


# Titles

# state → (tag, word)
WORDS = {
    "valid": ("done", "有效"),
    "recheck": ("returned", "复查中"),
    "revoked": ("revoked", "已撤销"),
    "expired": ("declined", "已到期"),
}


@dataclass(frozen=True)
class Title:
    number: str
    tier_name: str
    community: int
    name: str
    place: str
    year: int
    granted_on: dt.date
    document: str
    issuer: str
    valid_until: dt.date | None
    ended_on: dt.date | None
    ended_reason: str
    state: str

    @property
    def tag(self):
        return WORDS[self.state][0]

    @property
    def word(self):
        return WORDS[self.state][1]


TITLE = (
    "number",
    "tier_name",
    "community",
    "community__name",
    "community__place",
    "year",
    "granted_on",
    "document_number",
    "issuer_name",
    "valid_until",
    "ended_on",
    "ended_reason",
    "status",
)


def titles(today, *, places=None, text="", year=None, tier=""):
    """Titles as rows of public columns: by place, then the latest. `text` is a name, a former name or a number."""
    rows = Recognition.objects.filter(granted_on__lte=today)
    if places is not None:
        rows = rows.filter(_within(places))
    if text:
        named = Community.objects.search(text).order_by().values("pk")
        rows = rows.filter(Q(community__in=named) | Q(number=text.upper()))
    if year:
        rows = rows.filter(year=year)
    if tier:
        rows = rows.filter(tier_name=tier)
    return rows.order_by("position", "community", "-granted_on", "pk").values_list(*TITLE)


def shown(rows, today) -> list[Title]:
    """The rows with their state on a day: a valid one whose last day is over has expired."""
    found = []
    for row in rows:
        title = Title(*row)
        over = title.valid_until is not None and title.valid_until < today
        if title.state == "valid" and over:
            title = Title(*row[:-1], state="expired")
        found.append(title)
    return found


def title_years() -> list[int]:
    return list(Recognition.objects.order_by("-year").values_list("year", flat=True).distinct())


def title_tiers() -> list[str]:
    return list(Recognition.objects.order_by("tier_name").values_list("tier_name", flat=True).distinct())


def certificate(number, today) -> Title | None:
    """The title of a certificate number, or None."""
    rows = Recognition.objects.filter(number=number).values_list(*TITLE)[:1]
    return next(iter(shown(rows, today)), None)


# Communities


@dataclass(frozen=True)
class History:
    """A community through the years: its names, what it came from and became, its titles, its notices."""

    pk: int
    name: str
    place: str
    kind: str
    until: dt.date | None
    former: list[tuple]  # name, place, until, document
    before: list[tuple]  # pk, name, kind of change, day, document
    after: list[tuple]
    titles: list[Title]
    notices: list[tuple]  # notice pk, title, published_at, removed


def community(pk, today) -> History | None:
    row = Community.objects.filter(pk=pk).values_list("pk", "name", "place", "kind", "until").first()
    if row is None:
        return None
    former = FormerCommunity.objects.filter(community=pk).values_list("name", "place", "until", "document")
    changes = Succession.objects.order_by("on", "pk")
    shown_notices = [
        (notice, title, published, status == NoticeEntry.Status.REMOVED)
        for notice, title, published, status in NoticeEntry.objects.filter(application__community=pk)
        .order_by("-notice__published_at")
        .values_list("notice", "notice__title", "notice__published_at", "status")
    ]
    return History(
        *row[:3],
        kind=Community.Kind(row[3]).label,
        until=row[4],
        former=list(former),
        before=_changes(changes.filter(successor=pk), "predecessor"),
        after=_changes(changes.filter(predecessor=pk), "successor"),
        titles=shown(
            Recognition.objects.filter(community=pk).order_by("-granted_on", "pk").values_list(*TITLE), today
        ),
        notices=shown_notices,
    )


def _changes(rows, other):
    return [
        (community, name, Succession.Kind(kind).label, on, document)
        for community, name, kind, on, document in rows.values_list(
            other, f"{other}__name", "kind", "on", "document"
        )
    ]


def numbers(today) -> dict:
    """The figures of the front page: running notices and titles in force."""
    return {
        "running": Notice.objects.filter(last_day__gte=today, published_at__lt=end_of(today)).count(),
        "titles": Recognition.objects.held_on(today).count(),
    }

"""Objections as a stranger meets them: the entry to object to, and the answer for whoever holds the query code."""

import datetime as dt
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from accreditation.models import NoticeEntry, Objection
from accreditation.public.published import details_until, masked
from regions.clock import day_of, end_of


@dataclass(frozen=True)
class OpenEntry:
    """An entry someone wants to object to, with what the page says about it. contact: empty when taken down."""

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
    found = OpenEntry(*row[:-1], open=running)
    found = replace(found, notice_title=masked(found.notice_title))
    return replace(found, contact="") if day_of(at) > details_until(found.last_day) else found


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
            return _("已办结：%(outcome)s") % {"outcome": _(Objection.Outcome(self.outcome).label)}
        return _("已受理，正在核查") if self.admitted_at else _("已收到，等待受理")


def objection(code, at) -> ObjectionState | None:
    """By its query code (as stored); None for an unknown one. Once settled, whom to call is taken down with the notice's."""
    row = (
        Objection.objects.filter(code=code)
        .values_list(
            "code",
            "entry__name",
            "entry__notice",
            "entry__notice__title",
            "entry__notice__office__name",
            "entry__notice__contact",
            "entry__notice__last_day",
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
    *whose, last_day, named, raised, admitted, due, extended, settled, outcome, reply = row
    if settled and day_of(at) > details_until(last_day):
        whose[-1] = ""
    whose[3] = masked(whose[3])
    return ObjectionState(*whose, named, raised, admitted, due, bool(extended), settled, outcome, reply)

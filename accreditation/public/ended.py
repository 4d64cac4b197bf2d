"""The titles that ended, as everyone reads them: when, by which document, and for what kind of reason.

The facts behind a decision are not public; its kind and its document are. A title gone on with by a successor ended
too, and says under which number it goes on.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from accreditation.models import Ending, Recognition
from accreditation.public import paging
from accreditation.public.places import within
from regions.models import Region

EXPIRED, FORMER = "expired", "former"
# kind → what it is called; the last two have no decision of this portal behind them.
KINDS = {
    "recheck": _("复查不合格"),
    "fraud": _("弄虚作假"),
    "abolished": _("社区撤销"),
    "merged": _("社区合并，复核后未保留"),
    "split": _("社区拆分，复核后未保留"),
    "carried": _("社区变更，称号由继任社区承接"),
    "decision": _("其他决定"),
    EXPIRED: _("有效期届满"),
    FORMER: _("平台启用以前终止"),
}
ORDER = ("pk",)
COLUMNS = (
    "number", "tier_name", "community", "community__name", "community__place", "granted_on", "issuer_name", "ended_on",
    "status", "kind", "document", "carried_by__number", "pk",
)  # fmt: skip


@dataclass(frozen=True)
class EndedFilter:
    """What a reader asks of the list. places: None for everywhere; year: the one it ended in."""

    places: list[Region] | None = None
    year: int | None = None


@dataclass(frozen=True)
class Ended:
    """A title that ended. document: of the decision; later: the number it goes on under, or ""."""

    number: str
    tier_name: str
    community: int
    name: str
    place: str
    granted_on: dt.date
    issuer: str
    ended_on: dt.date
    kind: str
    document: str
    later: str

    @property
    def word(self):
        return gettext(KINDS[self.kind])


def ended(wanted: EndedFilter, today):
    """The rows, the latest end first; an end of a later day is not there yet."""
    decided = Ending.objects.filter(recognition=OuterRef("pk"), state=Ending.State.DECIDED)
    rows = Recognition.objects.filter(ended_on__isnull=False, ended_on__lte=today)
    if wanted.places is not None:
        rows = rows.filter(within(wanted.places))
    if wanted.year:
        rows = rows.filter(ended_on__range=(dt.date(wanted.year, 1, 1), dt.date(wanted.year, 12, 31)))
    rows = rows.annotate(
        kind=Subquery(decided.values("kind")[:1]), document=Subquery(decided.values("document_number")[:1])
    )
    return rows.order_by("-ended_on", "-pk").values_list(*COLUMNS)


def ended_lines(rows) -> list[Ended]:
    """The rows of `ended` as they are shown."""
    return [_line(*row) for row in rows]


def _line(number, tier, community, name, place, granted, issuer, on, status, kind, document, later, _pk):
    kind = kind or (EXPIRED if status == Recognition.Status.EXPIRED else FORMER)
    return Ended(number, tier, community, name, place, granted, issuer, on, kind, document or "", later or "")


def ended_page(wanted: EndedFilter, today, size, *, after="") -> paging.KeyPage:
    """One page for open data, in the order of the keys, which does not change while it is turned over."""
    found = paging.page(ended(wanted, today), ORDER, size, after=after)
    return paging.KeyPage(ended_lines(found.rows), found.after, found.before, found.size)


def ended_rows(wanted: EndedFilter, today) -> Iterator[Ended]:
    """All of them in the order of the pages for open data, in constant memory."""
    for row in ended(wanted, today).order_by(*ORDER).iterator(chunk_size=2000):
        yield _line(*row)


def ended_years(today) -> list[int]:
    """The years in which titles ended, the latest first."""
    rows = Recognition.objects.filter(ended_on__isnull=False, ended_on__lte=today)
    return [day.year for day in rows.dates("ended_on", "year", order="DESC")]

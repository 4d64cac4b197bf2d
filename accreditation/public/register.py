"""The register of titles as everyone reads it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from accreditation import title_sums
from accreditation.models import Objection, Programme, Recognition
from accreditation.public import paging
from accreditation.public.places import within
from regions.communities import heirs
from regions.models import Region, Succession, few_by_name, held_by_name

# state → (tag, word)
WORDS = {
    "valid": ("done", _("有效")),
    "disputed": ("returned", _("异议处理中")),
    "revoked": ("revoked", _("已撤销")),
    "expired": ("declined", _("已过期")),
}
ORDER = ("position", "community", "pk")  # by place; what an account of two titles brings together
MOST_COUNTED = 1000  # of a search by name: beyond it the page says "more than"
MOST_ENDED = 50  # communities of the past a name is followed from


@dataclass(frozen=True)
class TitleFilter:
    """What a reader asks of the register. places: None for everywhere. A tier is one of a programme ("" before any)."""

    places: list[Region] | None = None
    text: str = ""  # a name, a former name, a code, or a certificate number
    year: int | None = None
    programme: str = ""
    tier: str = ""  # empty: every tier of every programme

    def kinds(self) -> Q:
        """The condition on year and tier alone, which titles and their sums share."""
        wanted = Q(year=self.year) if self.year else Q()
        return wanted & Q(programme=self.programme, tier=self.tier) if self.tier else wanted


@dataclass(frozen=True)
class Title:
    """A title, with its state on the day it was asked for."""

    number: str
    programme: str
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
        return gettext(WORDS[self.state][1])


TITLE = (
    "number",
    "programme",
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


def titles(wanted: TitleFilter, today):
    """Titles as rows of public columns and those of ORDER: by place. A title of a later day is not there yet."""
    rows = Recognition.objects.filter(wanted.kinds(), granted_on__lte=today)
    if wanted.places is not None:
        rows = rows.filter(within(wanted.places))
    if wanted.text:
        rows = rows.filter(_named(wanted.text))
    return rows.order_by(*ORDER).values_list(*TITLE, *ORDER)


def _named(text) -> Q:
    """By certificate number, or by any name or code of the community or of one it came from.

    Few communities are looked up first and asked for by their keys: a planner takes the index then, on either database.
    """
    if title := Recognition.objects.filter(number=text.upper()).values_list("pk", flat=True).first():
        return Q(pk=title)
    gone = Succession.objects.filter(held_by_name(text, to="predecessor__"), successor__isnull=False)
    gone = gone.select_related("predecessor").order_by()[:MOST_ENDED]
    later = heirs([change.predecessor for change in gone])
    keys = {one.pk for found in later.values() for one in found}
    if (few := few_by_name(text)) is not None:
        return Q(community__in=sorted(keys.union(few)))
    return held_by_name(text, to="community__") | Q(community__in=keys)


def shown(rows, today) -> list[Title]:
    """The rows (TITLE, perhaps more behind) with their state on a day.

    A valid one whose last day is over has expired; one in force, yet with an objection being looked into, is "disputed".
    """
    disputed = _disputed()
    return [_on(Title(*row[: len(TITLE)]), today, disputed) for row in rows]


def _on(title, today, disputed):
    if title.state != "valid":
        return title
    if title.valid_until is not None and title.valid_until < today:
        return replace(title, state="expired")
    return replace(title, state="disputed") if title.number in disputed else title


def title_page(wanted: TitleFilter, today, size, *, rows=None, after="", before="") -> paging.KeyPage:
    """One page of the register. rows: what `titles` gave, where it was asked already."""
    rows = titles(wanted, today) if rows is None else rows
    found = paging.page(rows, ORDER, size, after=after, before=before)
    return replace(found, rows=shown(found.rows, today))


def title_rows(wanted: TitleFilter, today) -> Iterator[Title]:
    """The whole register as asked for, in constant memory: what is downloaded is what the page shows."""
    disputed = _disputed()
    for row in titles(wanted, today).iterator(chunk_size=2000):
        yield _on(Title(*row[: len(TITLE)]), today, disputed)


def title_count(wanted: TitleFilter, today, *, rows=None) -> tuple[int, bool]:
    """(number of titles, whether that is all): a search by name is counted up to MOST_COUNTED. rows: as in title_page."""
    if wanted.text:
        rows = titles(wanted, today) if rows is None else rows
        found = rows.order_by()[: MOST_COUNTED + 1].count()
        return min(found, MOST_COUNTED), found <= MOST_COUNTED
    counted = title_sums.counted(wanted.places)
    rows = counted.rows.filter(wanted.kinds(), granted_on__lte=today)
    return replace(counted, rows=rows).total(), True


def title_years() -> list[int]:
    """The years titles were granted in, the latest first."""
    return [year for year, _count in reversed(title_sums.counted().by("year"))]


def title_tiers() -> list[tuple[str, list[tuple[str, str, str]]]]:
    """[(name of a programme, [(programme, tier, its names)])]; what was granted before any programme comes last."""
    names = dict(Programme.objects.values_list("key", "title"))
    found: dict[str, dict] = {}
    for programme, tier, name, _count in title_sums.counted().by("programme", "tier", "tier_name"):
        found.setdefault(programme, {}).setdefault(tier, []).append(name)
    return [
        (
            names.get(programme, programme),
            [(programme, tier, "、".join(used)) for tier, used in tiers.items()],
        )
        for programme, tiers in sorted(found.items(), key=lambda pair: (not pair[0], pair[0]))
    ]


def certificate(number, today) -> Title | None:
    """The title of a certificate number, or None."""
    rows = Recognition.objects.filter(number=number).values_list(*TITLE)[:1]
    return next(iter(shown(rows, today)), None)


def _disputed() -> set[str]:
    """The numbers of the titles with an admitted and unsettled objection to the application behind them: always few."""
    rows = Objection.objects.filter(admitted_at__isnull=False, settled_at__isnull=True)
    numbers = rows.filter(entry__application__recognition__isnull=False)
    return set(numbers.values_list("entry__application__recognition__number", flat=True))


def in_force(today) -> Q:
    """The titles held on a day, in titles and in their sums alike."""
    return (
        Q(granted_on__lte=today, status="valid")
        & (Q(ended_on__isnull=True) | Q(ended_on__gt=today))
        & (Q(valid_until__isnull=True) | Q(valid_until__gte=today))
    )

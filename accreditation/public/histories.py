"""One community through the years, and where the ones that are gone have gone."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import F

from accreditation.models import NoticeEntry, Recheck, Recognition
from accreditation.public.published import masked
from accreditation.public.register import TITLE, Title, shown
from regions.clock import end_of
from regions.communities import heirs
from regions.models import Community, FormerCommunity, Succession


@dataclass(frozen=True)
class Place:
    """A community as a link names it."""

    pk: int
    name: str
    place: str


@dataclass(frozen=True)
class OlderTitle:
    """A title held by a community this one came from."""

    holder: int
    title: Title


@dataclass(frozen=True)
class RecheckLine:
    """The outcome of a year's recheck; passed is None for a year left out with authority."""

    year: int
    tier_name: str
    passed: bool | None
    decided_on: dt.date
    document: str


@dataclass(frozen=True)
class History:
    """A community through the years: its names, what it came from and became, its titles, rechecks and notices."""

    pk: int
    name: str
    place: str
    kind: str
    code: str
    until: dt.date | None
    former: list[tuple]  # name, place, code, until, document
    before: list[tuple]  # pk, name, kind of change, day, document
    after: list[tuple]
    earlier: list[Place]  # all it came from, through the generations, those just before it first
    now: list[Place]  # where it lives on; itself while it stands
    titles: list[Title]
    older: list[OlderTitle]
    rechecks: list[RecheckLine]
    notices: list[tuple]  # notice pk, title, published_at, removed


def community(pk, today) -> History | None:
    """By its key; None for an unknown one. Nothing of a later day."""
    found = Community.objects.filter(pk=pk).first()
    if found is None:
        return None
    former = FormerCommunity.objects.filter(community=pk).order_by("-until", "-pk")
    changes = Succession.objects.order_by("on", "pk")
    earlier = _earlier(pk)
    rows = Recognition.objects.filter(granted_on__lte=today).order_by("-granted_on", "pk")
    own = rows.filter(community=pk)
    older = rows.filter(community__in=[one.pk for one in earlier])
    return History(
        pk=found.pk,
        name=found.name,
        place=found.place,
        kind=Community.Kind(found.kind).label,
        code=found.code,
        until=found.until,
        former=list(former.values_list("name", "place", "code", "until", "document")),
        before=_changes(changes.filter(successor=pk), "predecessor"),
        after=_changes(changes.filter(predecessor=pk), "successor"),
        earlier=earlier,
        now=[Place(one.pk, one.name, one.place) for one in heirs([found])[found.pk]],
        titles=shown(own.values_list(*TITLE), today),
        older=[OlderTitle(title.community, title) for title in shown(older.values_list(*TITLE), today)],
        rechecks=_rechecks(pk, today),
        notices=_notices(pk, today),
    )


def _changes(rows, other):
    return [
        (community, name, Succession.Kind(kind).label, on, document)
        for community, name, kind, on, document in rows.values_list(
            other, f"{other}__name", "kind", "on", "document"
        )
    ]


def _earlier(pk) -> list[Place]:
    """One query a generation."""
    found, generation = {}, [pk]
    while generation:
        rows = Succession.objects.filter(successor__in=generation).exclude(predecessor__in=[pk, *found])
        rows = rows.order_by("-on", "pk").values_list(
            "predecessor", "predecessor__name", "predecessor__place"
        )
        generation = list(dict.fromkeys(key for key, *_ in rows))
        found |= {key: Place(key, name, place) for key, name, place in rows}
    return list(found.values())


def _rechecks(pk, today):
    rows = Recheck.objects.filter(recognition__community=pk, decided_on__lte=today).order_by("-year", "pk")
    return [
        RecheckLine(*row)
        for row in rows.values_list(
            "year", "recognition__tier_name", "passed", "decided_on", "document_number"
        )
    ]


def _notices(pk, today):
    rows = NoticeEntry.objects.filter(application__community=pk, notice__published_at__lt=end_of(today))
    return [
        (notice, masked(title), published, status == NoticeEntry.Status.REMOVED)
        for notice, title, published, status in rows.annotate(at=F("notice__published_at"))
        .order_by("-at", "-pk")
        .values_list("notice", "notice__title", "at", "status")
    ]


def moved_to(pk) -> Place | None:
    """Where the address of a community that is gone leads: its one successor. None while it stands, was split or ended."""
    found = Community.objects.filter(pk=pk, until__isnull=False).first()
    if found is None:
        return None
    later = heirs([found])[found.pk]
    return Place(later[0].pk, later[0].name, later[0].place) if len(later) == 1 else None

"""One community through the years."""

import datetime as dt
from dataclasses import dataclass

from accreditation.models import NoticeEntry, Recognition
from accreditation.public.register import TITLE, Title, shown
from regions.models import Community, FormerCommunity, Succession


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

"""Any community by its name, an old name or a code: what it is called today and what it holds."""

import datetime as dt
from dataclasses import dataclass, field

from accreditation.models import Recognition
from accreditation.public import paging
from accreditation.public.histories import Place
from accreditation.public.places import within
from accreditation.public.register import TITLE, Title, shown
from regions.communities import heirs
from regions.models import Community, FormerCommunity

ORDER = ("position", "pk")


@dataclass(frozen=True)
class Found:
    """A community that a text finds: its former names, its titles in force or ended, and where it lives on if it is gone."""

    pk: int
    name: str
    place: str
    until: dt.date | None
    former: list[str] = field(default_factory=list)
    titles: list[Title] = field(default_factory=list)
    now: list[Place] = field(default_factory=list)


def communities(text, today, size, *, places=None, after="", before="") -> paging.KeyPage:
    """One page of the communities that a text finds (an empty one: all), by place; rows are Found."""
    rows = Community.objects.search(text)
    if places is not None:
        rows = rows.filter(within(places))
    rows = rows.order_by(*ORDER).values_list("name", "place", "until", *ORDER)
    page = paging.page(rows, ORDER, size, after=after, before=before)
    return paging.KeyPage(_told(page.rows, today), page.after, page.before, page.size)


def _told(rows, today) -> list[Found]:
    found = {row[-1]: Found(row[-1], *row[:3]) for row in rows}
    names = FormerCommunity.objects.filter(community__in=found).order_by("-until", "-pk")
    for key, name in names.values_list("community", "name"):
        if name != found[key].name and name not in found[key].former:
            found[key].former.append(name)
    held = Recognition.objects.filter(community__in=found, granted_on__lte=today).order_by(
        "-granted_on", "pk"
    )
    for title in shown(held.values_list(*TITLE), today):
        found[title.community].titles.append(title)
    gone = Community.objects.filter(pk__in=[one.pk for one in found.values() if one.until])
    for key, later in heirs(list(gone)).items():
        found[key].now.extend(Place(one.pk, one.name, one.place) for one in later)
    return list(found.values())

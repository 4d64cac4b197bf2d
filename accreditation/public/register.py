"""The register of titles as everyone reads it."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from accreditation.models import Recognition
from accreditation.public.places import within
from regions.models import Community

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
        rows = rows.filter(within(places))
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

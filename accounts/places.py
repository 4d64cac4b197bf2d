"""Choosing a place below one's own region, step by step or by name, without script: what the page of choice shows."""

from dataclasses import dataclass, field

from django.http import Http404

from accounts.models import Posting
from regions.models import Community, Region

FOUND = 20  # rows of each kind that a search shows


@dataclass
class Choice:
    """Where the reader stands: a region or a community, the way down to it, and where one may go from here."""

    place: Region | Community
    trail: list[Region]
    children: list[Region] = field(default_factory=list)
    communities: list[Community] = field(default_factory=list)
    q: str = ""
    found_regions: list[Region] = field(default_factory=list)
    found_communities: list[Community] = field(default_factory=list)

    @property
    def is_community(self):
        return isinstance(self.place, Community)


def choose(posting: Posting, asked) -> Choice:
    """Read ?region=, ?community= and ?q=; without them the acting region itself. A foreign place is Http404."""
    root = posting.office.region
    region = _one(Region.objects.within(root), asked.get("region")) if asked.get("region") else root
    community = None
    if asked.get("community"):
        community = _one(Community.objects.within(root).select_related("street"), asked["community"])
        region = community.street
    trail = list(Region.objects.above(region).within(root))
    words = asked.get("q", "").strip()[:40]
    choice = Choice(place=community or region, trail=trail, q=words)
    if words:
        choice.found_regions = list(Region.objects.within(root).filter(name__holds=words)[:FOUND])
        choice.found_communities = list(
            Community.objects.within(root).standing().filter(name__holds=words)[:FOUND]
        )
    elif not community:
        choice.children = list(Region.objects.standing().filter(parent=region))
        if region.level == Region.Level.STREET:
            choice.communities = list(Community.objects.standing().filter(street=region))
    return choice


def _one(rows, key):
    """The row of a key as typed, or 404."""
    row = rows.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 19 else None
    if row is None:
        raise Http404
    return row

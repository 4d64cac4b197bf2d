"""How far a programme has come in its place: communities in existence, those that hold its title, the share, what is missing.

泉港人社〔2016〕151号 一: all urban communities and at least half of the villages by the end of 2020. What counts is a title
in force of the programme's own tier, or of a higher one of the same issuer: the source speaks of 区级, and a title of
another issuer does not stand in the way of applying for this one, so that its holder is still to come. Those who hold
only a title of a higher level are named apart. Shares are exact; two decimals are shown (A52), and what is missing
rounds up to whole communities.
"""

import datetime as dt
import re
from bisect import bisect_right
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q

from accreditation.models import Recognition, StreetPlan
from accreditation.programme_lines import KIND
from accreditation.programme_words import ISSUERS
from regions.models import Community, Region
from scoring.points import UNIT, parse_points, show_points
from scoring.rates import show_percent

NUMBER_YEAR = re.compile(r"[〔\[（(](\d{4})[〕\])）]")


def section(round_) -> dict | None:
    """The programme's targets: tier, targets of kind, share and by, article; None where it has none."""
    return round_.version.data.get("coverage")


@dataclass(frozen=True)
class Target:
    """The share of one kind of community that is to hold the title by a day."""

    kind: str
    share: int  # units of 1/10000 percent
    by: dt.date

    @property
    def label(self) -> str:
        return KIND[self.kind]

    @property
    def words(self) -> str:
        return f"{show_points(self.share)}%"


@dataclass(frozen=True)
class Cell:
    """One kind in one place on one day: how many there are, how many hold the title, how many more are needed."""

    target: Target
    total: int
    held: int
    above: int = 0  # of those without it: holders of a title of a higher level alone
    planned: int | None = None  # this year's goal in the plan of the place

    @property
    def wanted(self) -> int:
        """The smallest number that reaches the share."""
        return -(-self.total * self.target.share // (100 * UNIT))

    @property
    def gap(self) -> int:
        return max(0, self.wanted - self.held)

    @property
    def rest(self) -> int:
        """Those without the title, however many of them are needed."""
        return self.total - self.held

    @property
    def share(self) -> str:
        """Two decimals, half up; nothing where there is no community."""
        return show_percent(self.held, self.total) if self.total else ""

    @property
    def width(self) -> str:
        """The share as the length of a bar of 100."""
        return self.share.rstrip("%") or "0"


@dataclass(frozen=True)
class Row:
    """One place (region None: all of them together) with a cell for each target."""

    region: Region | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Year:
    """The end of a year (of the present one: the day asked for)."""

    year: int
    day: dt.date
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Coverage:
    """What the dashboard shows: targets, a row for each place, their sum, the ends of the years."""

    targets: tuple[Target, ...]
    rows: tuple[Row, ...]
    total: Row
    years: tuple[Year, ...]


def targets(round_) -> tuple[Target, ...]:
    """The targets in the document's order."""
    return tuple(
        Target(row["kind"], parse_points(row["share"]), dt.date.fromisoformat(row["by"]))
        for row in section(round_)["targets"]
    )


def places(round_, region) -> list[Region]:
    """The regions directly below the organiser that the reader's region lies in, or that lie in it; closed ones left out."""
    below = Region.objects.filter(parent=round_.region, until__isnull=True)
    here = Q(position__range=(region.position, region.last)) | Q(
        position__lte=region.position, last__gte=region.last
    )
    return list(below.filter(here).order_by("position"))


def titles(round_):
    """Every title of the programme's tier, or of a higher one of its issuer, in the programme's place."""
    tier = round_.version.tier(section(round_)["tier"])
    own = round_.region
    return Recognition.objects.filter(
        issuer=tier["issuer"], rank__gte=tier["rank"], community__position__range=(own.position, own.last)
    )


def communities(round_, region, day, *, kind="", held=None):
    """The communities in existence on a day in a place, with `holds`; held: those with the title, those without, all."""
    rows = Community.objects.within(round_.region).within(region)
    rows = rows.filter(Q(since__isnull=True) | Q(since__lte=day), Q(until__isnull=True) | Q(until__gt=day))
    rows = rows.filter(kind__in=[kind] if kind else [target.kind for target in targets(round_)])
    rows = rows.annotate(holds=Exists(titles(round_).held_on(day).filter(community=OuterRef("pk"))))
    return rows if held is None else rows.filter(holds=held)


def coverage(round_, region, day, *, user=None) -> Coverage:
    """The dashboard on a day, as far as it lies in the reader's region. Four queries, however many places.

    With `user` the goals of this year's plans come along, as far as that reader sees them.
    """
    known, shown = targets(round_), places(round_, region)
    ground = _Ground(round_, shown)
    goals = _goals(round_, user)
    rows = tuple(
        Row(place, tuple(ground.cell(target, day, place, goals.get(place.pk, {})) for target in known))
        for place in shown
    )
    sums: dict[str, int] = {}
    for goal in goals.values():
        for kind, number in goal.items():
            sums[kind] = sums.get(kind, 0) + number
    total = Row(None, tuple(ground.cell(target, day, None, sums) for target in known))
    return Coverage(known, rows, total, tuple(_years(round_, ground, known, day)))


def _years(round_, ground, known, day):
    for year in range(min(began(round_, ground), day.year), day.year + 1):
        on = day if year == day.year else dt.date(year, 12, 31)
        yield Year(year, on, tuple(ground.cell(target, on) for target in known))


def began(round_, ground=None) -> int:
    """The year of the programme's document; where it tells none, that of its first title or of this round."""
    source = round_.version.data["source"]
    if source.get("issued_on"):
        return int(source["issued_on"][:4])
    if found := NUMBER_YEAR.search(source["number"]):
        return int(found[1])
    return min([round_.year, *(ground.granted() if ground else ())])


def _goals(round_, user) -> dict[int, dict[str, int]]:
    """Region's key → kind → this year's goal, of the newest drafts."""
    if user is None or not round_.version.data.get("plans"):
        return {}
    rows = StreetPlan.objects.visible_to(user).filter(round=round_).order_by("number")
    return {
        region: {"urban": urban, "village": village}
        for region, urban, village in rows.values_list("region", "urban_goal", "village_goal")
    }


@dataclass
class _Community:
    place: int  # index of the place it lies in
    kind: str
    since: dt.date | None
    until: dt.date | None
    own: list = field(default_factory=list)  # (granted, ended) of the programme's title
    above: list = field(default_factory=list)  # the same of higher levels

    def stands(self, day) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or self.until > day)


def _in_force(terms, day) -> bool:
    return any(granted <= day and (ended is None or ended > day) for granted, ended in terms)


class _Ground:
    """The communities of the places with their titles, read once and counted for any day."""

    def __init__(self, round_, shown):
        self.places = {place.pk: number for number, place in enumerate(shown)}
        found = self._communities(round_, shown)
        tier = round_.version.tier(section(round_)["tier"])
        higher = ISSUERS[: ISSUERS.index(tier["issuer"])]
        own = round_.region
        rows = Recognition.objects.filter(community__position__range=(own.position, own.last)).values_list(
            "community", "issuer", "rank", "granted_on", "ended_on"
        )
        for pk, issuer, rank, granted, ended in rows:
            if pk not in found:
                continue
            if issuer == tier["issuer"] and rank >= tier["rank"]:
                found[pk].own.append((granted, ended))
            elif issuer in higher:
                found[pk].above.append((granted, ended))
        self.found: dict[tuple[int | None, str], list[_Community]] = {}
        for one in found.values():
            for place in (one.place, None):  # None: everywhere
                self.found.setdefault((place, one.kind), []).append(one)

    @staticmethod
    def _communities(round_, shown):
        starts = [place.position for place in shown]
        found = {}
        rows = Community.objects.within(round_.region).values_list("pk", "position", "kind", "since", "until")
        for pk, position, kind, since, until in rows:
            number = bisect_right(starts, position) - 1
            if number >= 0 and shown[number].contains(position):
                found[pk] = _Community(number, kind, since, until)
        return found

    def granted(self):
        """The years in which titles were granted."""
        everywhere = (row for (place, _), row in self.found.items() if place is None)
        return [granted.year for row in everywhere for one in row for granted, _ in one.own]

    def cell(self, target, day, place=None, goals=None) -> Cell:
        number = None if place is None else self.places[place.pk]
        here = [one for one in self.found.get((number, target.kind), ()) if one.stands(day)]
        held = [one for one in here if _in_force(one.own, day)]
        above = sum(_in_force(one.above, day) for one in here if not _in_force(one.own, day))
        return Cell(target, len(here), len(held), above, (goals or {}).get(target.kind))

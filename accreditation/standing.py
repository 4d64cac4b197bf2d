"""Who holds what in a region: communities at each level now and at the end of each year.

A level is the issuer of a title, told apart by whether it stands higher in its issuer's ladder (省级 and 省级星级). A
community counts once at each level it holds; shares are of the communities that stand on the day. Everything is counted
by the database in a number of queries that does not grow with places, years or titles.
"""

import datetime as dt
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass

from django.db.models import Case, Count, F, IntegerField, Min, Q, Value, When

from accreditation.models import Recognition, in_force_on
from regions.models import SPAN, Community, Region
from scoring.rates import show_percent

YEARS = 10  # of the trend, this one included
# (issuer, 1 above the first rank) → what the level is called; in the order of the columns.
LEVELS = {
    ("nation", 0): "国家级", ("province", 1): "省级星级", ("province", 0): "省级", ("city", 1): "市级星级", ("city", 0): "市级",
    ("county", 1): "县级星级", ("county", 0): "县级",
}  # fmt: skip
ABOVE = Case(When(rank__gt=1, then=Value(1)), default=Value(0), output_field=IntegerField())
ANY = "任一称号"


@dataclass(frozen=True)
class Cell:
    """How many of the communities of a place hold a level."""

    level: str
    held: int
    total: int

    @property
    def share(self) -> str:
        """Two decimals, half up; nothing where there is no community."""
        return show_percent(self.held, self.total) if self.total else ""


@dataclass(frozen=True)
class Row:
    """A place (None: all of them together) on a day: its communities, and a cell for any title and for each level."""

    region: Region | None
    day: dt.date
    total: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Standing:
    """`levels`: the heads of the cells; a row for each place below, their sum, and the sum at the end of each year."""

    levels: tuple[str, ...]
    rows: tuple[Row, ...]
    total: Row
    years: tuple[Row, ...]


def communities_on(day, prefix="") -> Q:
    """Communities in existence on a day."""
    since, until = f"{prefix}since", f"{prefix}until"
    begun = Q(**{f"{since}__isnull": True}) | Q(**{f"{since}__lte": day})
    return begun & (Q(**{f"{until}__isnull": True}) | Q(**{f"{until}__gt": day}))


def held_by(day) -> Q:
    """Titles in force on a day of communities that stand on it."""
    return in_force_on(day) & communities_on(day, "community__")


def standing(region, day) -> Standing:
    """The levels by the places directly below a region, and by year. Seven queries."""
    places = list(Region.objects.standing().filter(parent=region).order_by("position"))
    unit = min((SPAN[place.level] for place in places), default=1)
    slot = F("position") / unit if unit > 1 else F("position")
    starts = [place.position for place in places]

    def place_of(slot):
        number = bisect_right(starts, slot * unit) - 1
        return places[number].pk if number >= 0 and places[number].contains(slot * unit) else 0

    titles = _titles(region).filter(held_by(day)).annotate(slot=slot, above=ABOVE)
    held, total = Counter(), Counter()
    one = Count("community", distinct=True)
    for where, issuer, above, number in titles.values_list("slot", "issuer", "above").annotate(n=one):
        for place in (place_of(where), None):
            held[place, issuer, above] += number
    for where, number in titles.values_list("slot").annotate(n=one):
        for place in (place_of(where), None):
            held[place, ANY] += number
    rows = Community.objects.within(region).filter(communities_on(day)).order_by().annotate(slot=slot)
    for where, number in rows.values_list("slot").annotate(n=Count("pk")):
        for place in (place_of(where), None):
            total[place] += number
    years = _Years(region, day)
    here = {key[1:] for key in held if len(key) == 3}
    known = [key for key in LEVELS if key in here | years.levels]

    def row(place):
        key = place.pk if place else None
        cells = [Cell(ANY, held[key, ANY], total[key])]
        cells += [Cell(LEVELS[level], held[key, *level], total[key]) for level in known]
        return Row(place, day, total[key], tuple(cells))

    return Standing(
        (ANY, *(LEVELS[level] for level in known)), tuple(row(place) for place in places), row(None), years.rows(known)
    )  # fmt: skip


def _titles(region):
    return Recognition.objects.filter(position__range=(region.position, region.last)).order_by()


class _Years:
    """The communities of a region and the levels they held at the end of each year (of this one: on the day asked for)."""

    def __init__(self, region, day):
        titles = _titles(region)
        first = titles.aggregate(first=Min("granted_on"))["first"] or day
        begun = max(first.year, day.year - YEARS + 1)
        self.days = [dt.date(year, 12, 31) for year in range(begun, day.year)] + [day]
        named = {f"y{on.year}": on for on in self.days}
        held = {name: Count("community", distinct=True, filter=held_by(on)) for name, on in named.items()}
        total = {name: Count("pk", filter=communities_on(on)) for name, on in named.items()}
        grouped = titles.annotate(above=ABOVE).values("issuer", "above").annotate(**held)
        self.held = {(row["issuer"], row["above"]): row for row in grouped}
        self.any = titles.aggregate(**held)
        self.total = Community.objects.within(region).aggregate(**total)
        self.levels = {key for key, row in self.held.items() if any(row[name] for name in named)}

    def rows(self, known) -> tuple[Row, ...]:
        found = []
        for on in self.days:
            name = f"y{on.year}"
            total = self.total[name]
            cells = [Cell(ANY, self.any[name], total)]
            cells += [
                Cell(LEVELS[one], self.held[one][name] if one in self.held else 0, total) for one in known
            ]
            found.append(Row(None, on, total, tuple(cells)))
        return tuple(found)

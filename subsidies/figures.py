"""What a ledger page shows of a region: its years, its parts and its communities, from the sums kept for it.

Every page costs the same few queries whatever lies below it: the entries themselves are read for one page of
communities at most.
"""

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Sum

from regions.models import Community, Region
from subsidies import ledger
from subsidies.models import Accrual, Entry, Kind, RegionSum

COLUMNS = ("accrued", "paid", "received", "spent", "unspent", "recovered")
LABELS = {
    "accrued": "应补助",
    "paid": "已拨付",
    "received": "已到账",
    "spent": "已支出",
    "unspent": "未支出",
    "recovered": "已收回",
}


@dataclass
class Line:
    """The sums of one region, year or community, in fen; `title` and `key` say of which."""

    title: str
    key: int
    url: str = ""
    by_kind: Counter = field(default_factory=Counter)
    by_use: Counter = field(default_factory=Counter)
    count: int = 0

    def add(self, kind, use, fen, count=0):
        self.by_kind[kind] += fen
        if kind == Kind.SPENDING:
            self.by_use[use] += fen
        elif kind == Kind.DISALLOWED:
            self.by_use[use] -= fen
        elif kind in ledger.OPENING:
            self.count += count

    accrued = ledger.Grant.accrued
    paid = ledger.Grant.paid
    received = ledger.Grant.received
    spent = ledger.Grant.spent
    recovered = ledger.Grant.recovered
    unspent = ledger.Grant.unspent

    @property
    def balanced(self) -> bool:
        """paid = spent + unspent + recovered, with nothing below nought."""
        figures = [getattr(self, name) for name in COLUMNS]
        return min(figures) >= 0 and self.paid == self.spent + self.unspent + self.recovered

    def same(self, other) -> bool:
        """Whether two lines, kept apart from each other, come to the same."""
        return +self.by_kind == +other.by_kind and +self.by_use == +other.by_use


def programmes() -> list[str]:
    """The programmes that ever gave money, by key."""
    return sorted(set(Accrual.objects.values_list("programme", flat=True)))


def years(region: Region, programme: str, most: int = 10) -> list[Line]:
    """The newest years of a region, the newest first. One query."""
    found: dict[int, Line] = {}
    rows = RegionSum.objects.filter(region=region, programme=programme)
    for year, kind, use, fen, count in rows.values_list("fiscal_year", "kind", "use", "fen", "count"):
        line = found.setdefault(year, Line(f"{year}年度", year))
        line.add(kind, use, fen, count)
    return [found[year] for year in sorted(found, reverse=True)][:most]


def parts(region: Region, programme: str, year: int) -> list[Line]:
    """The regions directly below one, each with its sums of a year; those without any are left out. One query."""
    found: dict[int, Line] = {}
    rows = RegionSum.objects.filter(region__parent=region, programme=programme, fiscal_year=year)
    told = rows.order_by("region__position").values_list(
        "region", "region__name", "kind", "use", "fen", "count"
    )
    for pk, name, kind, use, fen, count in told:
        found.setdefault(pk, Line(name, pk)).add(kind, use, fen, count)
    return list(found.values())


def total(lines: list[Line]) -> Line:
    """Lines added up."""
    whole = Line("合计", 0)
    for line in lines:
        whole.by_kind.update(line.by_kind)
        whole.by_use.update(line.by_use)
        whole.count += line.count
    return whole


def grants_of(region: Region, programme: str, year: int):
    """The opening entries of a region and year, in the order of places: what a list of communities is paged over."""
    return Entry.objects.filter(
        position__range=(region.position, region.last),
        fiscal_year=year,
        programme=programme,
        kind__in=ledger.OPENING,
        reverses__isnull=True,
    ).order_by("position", "community_id", "pk")


def communities(entries, programme: str, year: int) -> list[Line]:
    """The communities of one page of `grants_of`, each with its sums; two queries."""
    keys = list(dict.fromkeys(entry.community_id for entry in entries))
    named = Community.objects.in_bulk(keys)
    found = {key: Line(named[key].name, key) for key in keys}
    rows = Entry.objects.filter(community__in=keys, programme=programme, fiscal_year=year).order_by()
    sums = rows.values_list("community", "kind", "use").annotate(fen=Sum("fen"))
    for community, kind, use, fen in sums:
        found[community].add(kind, use, fen)
    for key in keys:
        found[key].place = named[key].place
    return list(found.values())


def drawn(lines: list[Line], most: int = 10) -> list[dict]:
    """Bars of several years for a chart: [{"year", "bars": [(class, x, y, width, height)]}], the oldest first."""
    shown = list(reversed(lines[:most]))
    top = (
        max((getattr(line, name) for line in shown for name in ("accrued", "paid", "spent")), default=0) or 1
    )
    step = 600 / max(len(shown), 1)
    width = min(step / 4, 36)
    chart = []
    for number, line in enumerate(shown):
        left = number * step + (step - 3 * width) / 2
        bars = [
            (
                name,
                round(left + place * width, 1),
                round(150 - 140 * getattr(line, name) / top, 1),
                round(width - 2, 1),
            )
            for place, name in enumerate(("accrued", "paid", "spent"))
        ]
        chart.append(
            {
                "year": line.key,
                "middle": round(number * step + step / 2, 1),
                "bars": [
                    {"kind": name, "x": x, "y": y, "width": wide, "height": round(150 - y, 1)}
                    for name, x, y, wide in bars
                ],
            }
        )
    return chart


def by_use(line: Line, held) -> list[dict]:
    """Bars of what was spent under each use: label, fen and width in hundredths of the longest."""
    top = max([line.by_use[key] for key in held.uses] or [0]) or 1
    return [
        {"label": use.name, "fen": line.by_use[key], "width": round(100 * max(line.by_use[key], 0) / top, 1)}
        for key, use in held.uses.items()
    ]

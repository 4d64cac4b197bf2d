"""How many titles are held: by place, tier and year. Each figure is a sum that the register's rows add up to."""

import bisect
from dataclasses import dataclass, replace

from accreditation import title_sums
from accreditation.models import Notice
from accreditation.public.register import TitleFilter, in_force
from regions.clock import end_of
from regions.models import Region

SHADES = 4


@dataclass(frozen=True)
class Tile:
    """A place and its number of titles. shade: 0 for none, then 1 to SHADES by the share of the greatest."""

    name: str
    full_name: str
    below: bool  # whether it has places below it to look into
    titles: int
    shade: int


@dataclass(frozen=True)
class Figures:
    """The titles held on a day, as asked for. `tiles` are the places just below `place` (None: the provinces)."""

    place: Region | None
    above: list[Region]
    total: int
    tiles: list[Tile]
    years: list[tuple[int, int]]  # year, number
    tiers: list[tuple[str, int]]  # name, number


def numbers(today) -> dict:
    """The figures of the front page: running notices and titles in force."""
    counted = title_sums.counted()
    return {
        "running": Notice.objects.filter(last_day__gte=today, published_at__lt=end_of(today)).count(),
        "titles": replace(counted, rows=counted.rows.filter(in_force(today))).total(),
    }


def figures(wanted: TitleFilter, today) -> Figures:
    """The titles held, below one place (the first of those asked for) or everywhere."""
    place = wanted.places[0] if wanted.places else None
    held = _held(wanted, place, today)
    cells = list(held.by(held.place))
    if place is None and (only := _only_province(cells, held.unit)):
        place = only
    return Figures(
        place=place,
        above=list(Region.objects.above(place).exclude(level="nation").exclude(pk=place.pk)) if place else [],
        total=sum(number for _, number in cells),
        tiles=_tiles(place, cells, held.unit),
        years=list(held.by("year")),
        tiers=_by_name(held.by("tier_name")),
    )


def _held(wanted, place, today):
    counted = title_sums.counted([place] if place else None, apart=True)
    return replace(counted, rows=counted.rows.filter(wanted.kinds(), in_force(today)))


def _only_province(cells, unit):
    """The one province all titles lie in: a portal of one province begins with its cities."""
    provinces = list(Region.objects.standing().filter(level="province").order_by("position"))
    held = [region for region, number in _summed(provinces, cells, unit).items() if number]
    return held[0] if len(held) == 1 else None


def _tiles(place, cells, unit):
    children = Region.objects.standing().filter(**({"parent": place} if place else {"level": "province"}))
    sums = _summed(list(children.order_by("position")), cells, unit)
    most = max(sums.values(), default=0)
    return [
        Tile(child.name, child.full_name, child.level != "street", number, _shade(number, most))
        for child, number in sums.items()
    ]


def _summed(regions, cells, unit) -> dict[Region, int]:
    """What lies in each of the regions, which stand in the order of their positions and apart."""
    starts, sums = [region.position for region in regions], dict.fromkeys(regions, 0)
    for place, number in cells:
        at = bisect.bisect_right(starts, place * unit) - 1
        if at >= 0 and regions[at].contains(place * unit):
            sums[regions[at]] += number
    return sums


def _shade(number, most):
    return -(-number * SHADES // most) if number else 0


def _by_name(rows):
    return sorted(rows, key=lambda row: (-row[1], row[0]))

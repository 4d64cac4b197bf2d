"""The table of a round's places: a row for each region of the levels its route names, given out or not, and who may set it.

Where one step names an upper level's quota and a lower one's "if set" (甘人社通〔2023〕287号 第八条（三）), the lower ones are
a split of the upper: the upper region's own approver enters them, and their sum never exceeds what it has. Elsewhere each
level is a cap of its own (周人社办〔2022〕72号 一: the counties' ones together exceed the city's six).
"""

from dataclasses import dataclass

from accreditation.models import Quota
from accreditation.permissions import may_organise
from accreditation.routes import LEVELS
from regions.models import Region


@dataclass
class Row:
    """The places of one region at one tier."""

    tier: str
    region: Region
    quota: Quota | None = None
    above: "Row | None" = None  # the row it is a split of
    split: int = 0  # how many of its own places are given to rows below
    told: bool = True  # whether the reader is told how many are used: of the own line alone

    @property
    def key(self) -> str:
        return f"{self.tier}-{self.region.pk}"

    @property
    def size(self) -> int | None:
        return self.quota.size if self.quota else None

    @property
    def left(self) -> int:
        """What is not yet given to rows below."""
        return (self.size or 0) - self.split

    @property
    def used(self) -> int:
        return self.quota.used if self.quota else 0


def levels(route) -> list[str]:
    """The levels whose regions may have a quota, the highest first."""
    named = {level for step in route.steps for level in step.caps}
    return [level for level in reversed(LEVELS) if level in named]


def splits(route) -> dict[str, str]:
    """Lower level → the upper level it is a split of."""
    found = {}
    for step in route.steps:
        for lower in step.quotas_if_set:
            above = [level for level in step.quotas if LEVELS.index(level) > LEVELS.index(lower)]
            if above:
                found[lower] = min(above, key=LEVELS.index)
    return found


def table(round_) -> list[Row]:
    """Every row of the round in the order of tiers and regions. Two queries, however many rows."""
    route = round_.route
    places = list(
        Region.objects.within(round_.region).standing().filter(level__in=levels(route)).order_by("position")
    )
    known = {(quota.tier, quota.region_id): quota for quota in round_.quotas.select_related("region")}
    split = splits(route)
    rows = []
    for tier in round_.version.data["tiers"]:
        mine = [Row(tier["key"], place, known.pop((tier["key"], place.pk), None)) for place in places]
        # A region that was closed keeps the places it had.
        mine += [Row(q.tier, q.region, q) for q in list(known.values()) if q.tier == tier["key"]]
        mine.sort(key=lambda row: row.region.position)
        for row in mine:
            if row.region.level in split:
                row.above = _above(row, split[row.region.level], mine)
            if row.above and row.size:
                row.above.split += row.size
        rows += mine
    return rows


def _above(row, level, rows):
    return next((r for r in rows if r.region.level == level and r.region.contains(row.region.position)), None)


def totals(round_, region) -> tuple[int, int | None] | None:
    """(places, used) over all tiers at the highest level that has any: lower ones are a part of it. None without any.

    How many are used is told to readers whose region holds the whole round; to others it is None.
    """
    by_level = {}
    for level, size, used in round_.quotas.values_list("region__level", "size", "used"):
        sums = by_level.get(level, (0, 0))
        by_level[level] = (sums[0] + size, sums[1] + used)
    if not by_level:
        return None
    places, used = by_level[max(by_level, key=LEVELS.index)]
    return places, used if region is not None and region.contains(round_.region.position) else None


def may_set(user, round_, row) -> bool:
    """The upper region's approver splits its own places; all other rows are the organiser's."""
    return may_organise(user, row.above.region if row.above else round_.region)


def wrong(rows: list[Row], sizes: dict[str, int | None]) -> dict[str, str]:
    """What stands against the new sizes (row key → size; None: nothing is given): row key → sentence."""
    found = {}
    for row in rows:
        if row.key not in sizes:
            continue
        size = sizes[row.key]
        if size is None:
            if row.quota is not None:
                found[row.key] = f"{row.region.name}的名额已经下达，不能清空；不给名额的填 0。"
        elif size < row.used:
            found[row.key] = f"{row.region.name}已用 {row.used} 个名额，不能调减到 {size} 个。"
    after = {row.key: sizes.get(row.key, row.size) for row in rows}
    for row in rows:
        below = [one for one in rows if one.above is row]
        total = sum(after[one.key] or 0 for one in below)
        if not below or total <= (after[row.key] or 0) or row.key in found:
            continue
        own = after[row.key]
        if row.key in sizes and sizes[row.key] != row.size:
            found[row.key] = (
                f"{row.region.name}已向下分配 {total} 个，不能调减到 {own} 个，请先由该地调减下级名额。"
            )
            continue
        sentence = (
            f"{row.region.name}共有 {own} 个名额，分配合计 {total} 个，超出 {total - own} 个。"
            if own is not None
            else f"{row.region.name}本身还没有名额，不能向下分配。"
        )
        changed = [one for one in below if one.key in sizes and sizes[one.key] != one.size]
        found |= {one.key: sentence for one in changed[:1] if one.key not in found}
    return found

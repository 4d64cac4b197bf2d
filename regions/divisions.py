"""Where a region stands: its interval of positions, its path of names, and the changes that move either.

Positions follow who reports to whom (models.SPAN says how). A region once placed keeps its number; a new one gets the
next free number of its parent; a region that changes its parent takes everything below it along.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from django.db import transaction
from django.db.models import Case, F, IntegerField, Max, Value, When

from regions.models import SPAN, Community, FormerRegion, Region

LEVELS = list(SPAN)  # from the nation down to the street
SLOT = {upper: SPAN[lower] for upper, lower in pairwise(LEVELS)}


class NoRoom(ValueError):
    """A region cannot hold another child, or not one of that level."""


class Occupied(NoRoom):
    """A region cannot change its superior now: something below it is at work, or booked where it stands."""


@dataclass(frozen=True)
class Moved:
    """A region that got another superior."""

    region: Region  # as it stands now
    path: str  # the names above it before
    before: tuple[int, int]  # the first and last position it had
    offset: int  # from there to where it is
    at: dt.datetime


# What upper floors do about what they keep by position, in the transaction of the move. One that raises Occupied
# leaves everything where it was.
FOLLOWERS: list[Callable[[Moved], None]] = []


def place_of(region: Region) -> str:
    """What stands before a name below this region ("湖南省 长沙市"); nothing below the nation itself."""
    return "" if region.level == Region.Level.NATION else region.full_name


def interval(parent: Region, number: int, level: str) -> tuple[int, int]:
    """First and last position of the parent's child with this number (from 1); NoRoom where it does not fit."""
    if LEVELS.index(level) <= LEVELS.index(parent.level):
        raise NoRoom(
            f"{parent.name}是{parent.get_level_display()}，下面不能再设{Region.Level(level).label}。"
        )
    slot = SLOT[parent.level]
    position = parent.position + number * slot
    if position + slot - 1 > parent.last:
        raise NoRoom(f"{parent.name}下面已没有空号。")
    return position, position + SPAN[level] - 1


def number_of(region: Region, parent: Region) -> int:
    """The number a child has under its parent."""
    return (region.position - parent.position) // SLOT[parent.level]


def next_number(parent: Region) -> int:
    """The next free number below a parent: one behind the highest ever in use and still there."""
    highest = Region.objects.filter(parent=parent).aggregate(Max("position"))["position__max"]
    return 1 if highest is None else (highest - parent.position) // SLOT[parent.level] + 1


def nation(code_date: dt.date) -> Region:
    """The one row above all provinces, made at the first load."""
    made, _ = Region.objects.get_or_create(
        level=Region.Level.NATION,
        defaults={
            "name": "全国",
            "code_system": "own",
            "code_date": code_date,
            "position": 0,
            "last": SPAN["nation"] - 1,
        },
    )
    return made


def region_of_code(code: str) -> Region:
    """The standing region with a code: Civil Affairs' first, then Statistics', then the portal's own.

    Raises Region.DoesNotExist.
    """
    if not re.fullmatch(r"[0-9A-Z-]{1,12}", code, re.ASCII):
        raise Region.DoesNotExist(code)
    order = Case(
        When(code_system="mca", then=Value(0)),
        When(code_system="stats", then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    found = Region.objects.standing().filter(code=code).order_by(order, "position").first()
    if found is None:
        raise Region.DoesNotExist(code)
    return found


@transaction.atomic
def add_region(
    parent: Region,
    name: str,
    level: str,
    code: str = "",
    *,
    code_date: dt.date,
    code_system: str = "own",
    since: dt.date | None = None,
) -> Region:
    """A new region below a parent, behind its last child; NoRoom where the level or the number does not fit."""
    parent = Region.objects.select_for_update().get(pk=parent.pk)
    position, last = interval(parent, next_number(parent), level)
    return Region.objects.create(
        name=name,
        level=level,
        parent=parent,
        code=code,
        code_system=code_system,
        code_date=code_date,
        position=position,
        last=last,
        path=place_of(parent),
        since=since,
    )


@transaction.atomic
def rename_region(region: Region, name: str, *, until: dt.date, document: str = "") -> Region:
    """Give a region another name from `until` on; the old one stays as history, names below follow."""
    held = Region.objects.select_for_update().get(pk=region.pk)
    _remember(held, until, document)
    return _place(held, parent=held.parent, position=held.position, name=name)


@transaction.atomic
def recode_region(
    region: Region, code: str, *, code_date: dt.date, until: dt.date, document: str = ""
) -> Region:
    """Give a region another code; the old one stays as history."""
    held = Region.objects.select_for_update().get(pk=region.pk)
    _remember(held, until, document)
    held.code, held.code_date = code, code_date
    held.save(update_fields=["code", "code_date"])
    return held


@transaction.atomic
def move_region(
    region: Region, parent: Region, *, until: dt.date, at: dt.datetime, document: str = ""
) -> Region:
    """Let a region report to another one from `until` on: it and all below get positions and paths there.

    `at`: the moment this is done. Raises NoRoom; Occupied where the floors above cannot let it go now.
    """
    parent = Region.objects.select_for_update().get(pk=parent.pk)
    held = Region.objects.select_for_update().get(pk=region.pk)
    if held.contains(parent.position):
        raise NoRoom(f"{held.name}不能划归自己或自己的下级。")
    position, _ = interval(parent, next_number(parent), held.level)
    _remember(held, until, document)
    path, before = held.path, (held.position, held.last)
    placed = _place(held, parent=parent, position=position, name=held.name)
    for follow in FOLLOWERS:
        follow(Moved(placed, path, before, position - before[0], at))
    return placed


def changed_superior(position: int, *, since: dt.date) -> bool:
    """Whether a region around a position got another superior on that day or later."""
    around = FormerRegion.objects.filter(region__position__lte=position, region__last__gte=position)
    return around.filter(until__gte=since).exclude(parent=F("region__parent")).exists()


@transaction.atomic
def close_region(region: Region, *, until: dt.date) -> Region:
    """Mark a region as no longer in use; refused while anything below it stands."""
    held = Region.objects.select_for_update().get(pk=region.pk)
    if Community.objects.within(held).standing().exists():
        raise NoRoom(f"{held.name}下面还有社区，请先划转。")
    if Region.objects.within(held).standing().exclude(pk=held.pk).exists():
        raise NoRoom(f"{held.name}下面还有区划，请先划转。")
    held.until = until
    held.save(update_fields=["until"])
    return held


def _remember(region, until, document):
    FormerRegion.objects.create(
        region=region,
        name=region.name,
        code=region.code,
        parent=region.parent,
        until=until,
        document=document,
    )


def _place(region, *, parent, position, name):
    """Write a region's name, parent and position, and what follows from them for everything below it."""
    below = list(Region.objects.within(region).order_by("position").exclude(pk=region.pk))
    inhabited = list(Community.objects.within(region).values_list("street", flat=True).order_by().distinct())
    offset = position - region.position
    region.name, region.parent, region.path = name, parent, place_of(parent) if parent else ""
    region.position, region.last = position, region.last + offset
    at = {region.pk: region}
    for child in below:
        child.position, child.last = child.position + offset, child.last + offset
        child.path = place_of(at[child.parent_id])
        at[child.pk] = child
    region.save(update_fields=["name", "parent", "path", "position", "last"])
    Region.objects.bulk_update(below, ["path", "position", "last"], batch_size=500)
    for pk in inhabited:
        Community.objects.filter(street=pk).update(position=at[pk].position, place=place_of(at[pk]))
    return region

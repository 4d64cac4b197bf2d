"""What time it is, in one place. Below views and commands the clock is an argument."""

import datetime as dt
from contextvars import ContextVar
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from regions.models import DemonstrationClock, Region

SHANGHAI = ZoneInfo("Asia/Shanghai")


# Where the present request plays, as a position in the tree of regions: set by the middleware, asked in demonstrations.
_place: ContextVar[int | None] = ContextVar("place", default=None)


def set_place(position: int | None) -> None:
    """Let the rest of this request live at the time of the demonstration that plays there."""
    _place.set(position)


def playing(position: int | None = None) -> DemonstrationClock | None:
    """The demonstration that plays at a position (unless given: at the request's); the first one elsewhere."""
    position = _place.get() if position is None else position
    clocks = list(DemonstrationClock.objects.select_related("region"))
    around = [c for c in clocks if position is not None and c.region.contains(position)]
    if around:
        return min(around, key=lambda c: c.region.last - c.region.position)
    return clocks[0] if clocks else None


def now(position: int | None = None) -> dt.datetime:
    """The present moment, aware: where the site is a demonstration, that of the one that plays at the position."""
    real = timezone.now()
    if not settings.DEMO:
        return real
    stored = playing(position)
    return stored.moment if stored else real


@dataclass(frozen=True)
class Playing:
    """The part of the tree in which one demonstration's time runs: its region without those of inner demonstrations."""

    region: Region
    inner: tuple[Region, ...]

    def plays_at(self, position: int) -> bool:
        return self.region.contains(position) and not any(r.contains(position) for r in self.inner)


def moments() -> list[tuple[Playing | None, dt.datetime]]:
    """Every time that runs on this site: the real one for everything (None), or each demonstration's for its place."""
    clocks = list(DemonstrationClock.objects.select_related("region")) if settings.DEMO else []
    if not clocks:
        return [(None, timezone.now())]
    regions = [c.region for c in clocks]
    return [
        (
            Playing(c.region, tuple(r for r in regions if r != c.region and c.region.contains(r.position))),
            c.moment,
        )
        for c in clocks
    ]


def day_of(at: dt.datetime) -> dt.date:
    """The calendar day of a moment in Shanghai."""
    return at.astimezone(SHANGHAI).date()


def today(position: int | None = None) -> dt.date:
    return day_of(now() if position is None else now(position))


def start_of(day: dt.date) -> dt.datetime:
    """00:00 of a day in Shanghai, aware."""
    return dt.datetime.combine(day, dt.time(), SHANGHAI)


def end_of(day: dt.date) -> dt.datetime:
    """24:00 of a day in Shanghai: the first moment after it."""
    return start_of(day + dt.timedelta(days=1))


def move(moment: dt.datetime, region: Region | None = None) -> None:
    """Set the moment of the demonstration of a region (made if need be), or of the one that plays; refused on a real site."""
    if not settings.DEMO:
        raise RuntimeError("只有演示环境可以调整日期。")
    if region is not None:
        DemonstrationClock.objects.update_or_create(
            region=region, defaults={"moment": moment, "title": region.name}
        )
    elif stored := playing():
        DemonstrationClock.objects.filter(pk=stored.pk).update(moment=moment)

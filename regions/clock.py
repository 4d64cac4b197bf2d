"""What time it is, in one place. Below views and commands the clock is an argument."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from regions.models import DemonstrationClock

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> dt.datetime:
    """The present moment, aware: the demonstration's stored one where the site is a demonstration."""
    real = timezone.now()
    if not settings.DEMO:
        return real
    stored = DemonstrationClock.objects.first()
    return stored.moment if stored else real


def day_of(at: dt.datetime) -> dt.date:
    """The calendar day of a moment in Shanghai."""
    return at.astimezone(SHANGHAI).date()


def today() -> dt.date:
    return day_of(now())


def start_of(day: dt.date) -> dt.datetime:
    """00:00 of a day in Shanghai, aware."""
    return dt.datetime.combine(day, dt.time(), SHANGHAI)


def end_of(day: dt.date) -> dt.datetime:
    """24:00 of a day in Shanghai: the first moment after it."""
    return start_of(day + dt.timedelta(days=1))


def move(moment: dt.datetime) -> None:
    """Set the demonstration's moment; refused on a real site."""
    if not settings.DEMO:
        raise RuntimeError("只有演示环境可以调整日期。")
    DemonstrationClock.objects.update_or_create(pk=1, defaults={"moment": moment})

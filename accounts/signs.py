"""Signs of life of what runs beside the web processes, kept in the database that all hosts share. Real time."""

import datetime as dt

from django.utils import timezone

from accounts.models import Sign

WORK, TICK = "work", "tick"
EVERY = dt.timedelta(seconds=20)  # a worker gives a sign no more often
# How long nothing may be seen of each before somebody should look.
PATIENCE = {WORK: dt.timedelta(minutes=2), TICK: dt.timedelta(minutes=20)}


def give(name: str) -> None:
    """Say that `name` is at work now."""
    Sign.objects.update_or_create(name=name, defaults={"at": timezone.now()})


def late(now: dt.datetime) -> list[str]:
    """Those of whom nothing was seen for too long (or never)."""
    seen = dict(Sign.objects.values_list("name", "at"))
    return [name for name, patience in PATIENCE.items() if name not in seen or now - seen[name] > patience]

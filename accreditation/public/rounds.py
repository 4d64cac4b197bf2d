"""Rounds as everyone may know them: those that were opened."""

import datetime as dt
from dataclasses import dataclass

from accreditation.models import Programme, Round
from accreditation.public.places import within


@dataclass(frozen=True)
class OpenedRound:
    """A round that is open or over."""

    pk: int
    name: str
    programme: str
    region: str
    year: int
    status: str
    opens_on: dt.date


def programme_keys() -> list[str]:
    return list(Programme.objects.order_by("key").values_list("key", flat=True))


def opened(today, *, places=None, year=None, programme="") -> list[OpenedRound]:
    """Every round that was opened by that day, in the order they were made; one still being prepared is nobody's."""
    rows = Round.objects.exclude(status=Round.Status.PREPARING).filter(opens_on__lte=today)
    if places is not None:
        rows = rows.filter(within(places, "region__position"))
    if year:
        rows = rows.filter(year=year)
    if programme:
        rows = rows.filter(version__programme__key=programme)
    found = rows.order_by("pk").values_list(
        "pk", "name", "version__programme__key", "region__name", "year", "status", "opens_on"
    )
    return [OpenedRound(*row) for row in found]

"""Working days: the national calendar with a region's own days laid over it.

Reading: the first day of a period is not counted (民法典 art. 201); days off and make-up working days follow the
State Council's yearly notice, regional days the local government's (全国年节及纪念日放假办法 art. 4). A year without a
notice is an error that says which calendar to load, never Monday to Friday.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from regions.calendar_files import read_file
from regions.models import CalendarNotice, Region, SpecialDay

DAY = dt.timedelta(days=1)


class UnknownYear(ValueError):
    """A day whose year has no calendar; the sentence names the year and what to load."""

    def __init__(self, year: int):
        self.year = year
        super().__init__(
            f"{year} 年的节假日安排尚未录入，无法计算工作日；请先载入国务院办公厅关于 {year} 年部分节假日安排的通知。"
        )


class CalendarRefused(ValueError):
    """A change of the calendar that cannot be made; the sentence says why."""


@dataclass(frozen=True)
class Calendar:
    """The calendar of one place, as it was when loaded; load one per request or command."""

    working: dict[dt.date, bool]  # the days that depart from Monday to Friday
    years: frozenset[int]  # the years whose national notice is loaded

    @classmethod
    def load(cls, region: Region | None = None, years: tuple[int, int] | None = None) -> "Calendar":
        """The calendar in force in a region (None: national), in one query.

        `years` (first, last) limits it to a span; outside the span every year is unknown.
        """
        rows = SpecialDay.objects.order_by(F("region__position").asc(nulls_first=True), "day")
        if region is None:
            rows = rows.filter(region__isnull=True)
        else:
            rows = rows.filter(
                Q(region__isnull=True)
                | Q(region__position__lte=region.position, region__last__gte=region.last)
            )
        if years:
            rows = rows.filter(day__range=(dt.date(years[0], 1, 1), dt.date(years[1], 12, 31)))
        return cls._of(rows.values_list("day", "working", "region", "notice__year"), years)

    @classmethod
    def shipped(cls) -> "Calendar":
        """The national calendar of the files that come with the portal, without a database."""
        rows = [
            (one.day, one.working, None, calendar.year)
            for calendar in map(read_file, sorted(Path(settings.WORKDAY_DATA).glob("*.json")))
            for one in calendar.days
        ]
        return cls._of(rows, None)

    @classmethod
    def _of(cls, rows: Iterable, span):
        """From (day, working, region, notice's year), the nation first and the lowest region last."""
        working, years = {}, set()
        for day, works, region, year in rows:
            working[day] = works
            if region is None:
                years.add(year)
        if span:
            years &= set(range(span[0], span[1] + 1))
        return cls(working, frozenset(years))

    def is_working(self, day: dt.date) -> bool:
        """Whether a day is worked; raises UnknownYear."""
        if day.year not in self.years:
            raise UnknownYear(day.year)
        return self.working.get(day, day.weekday() < 5)

    def add_working_days(self, day: dt.date, days: int) -> dt.date:
        """The day on which the `days`-th working day after `day` falls (before it, where negative).

        `day` itself is not counted; 0 gives it back. Raises UnknownYear.
        """
        step = DAY if days > 0 else -DAY
        left = abs(days)
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def notice_end(self, first: dt.date, days: int) -> dt.date:
        """The last day of a notice published on `first` for `days` working days, that day not counted.

        Raises UnknownYear, and ValueError where `days` is not at least 1.
        """
        if days < 1:
            raise ValueError("公示天数应为不小于 1 的整数。")
        return self.add_working_days(first, days)

    def working_days_between(self, start: dt.date, end: dt.date) -> int:
        """How many working days come after `start` up to and including `end`; negative where `end` is earlier.

        With today and a due day: 3 is "还有 3 个工作日", 0 on the due day itself (or in days off after it), -2 is
        "逾期 2 个工作日". Raises UnknownYear.
        """
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.is_working(start + DAY * n) for n in range(1, (end - start).days + 1))

    def working_days_in(self, year: int) -> int:
        """The working days of a whole year; raises UnknownYear."""
        return self.working_days_between(dt.date(year, 1, 1) - DAY, dt.date(year, 12, 31))


@transaction.atomic
def change_day(
    day: dt.date,
    working: bool,
    *,
    region: Region | None,
    reason: str,
    notice: CalendarNotice | None = None,
    name: str = "",
) -> tuple[dict, dict]:
    """Declare one day worked or off, nationally (region None) or in a region; returns what stood before and after.

    Without a notice the day hangs on the year's own: the national one must be loaded already (a single day would pass
    for a whole year), a regional one is begun. The caller writes the event. Raises CalendarRefused.
    """
    reason = reason.strip()
    if not reason:
        raise CalendarRefused("请写明变更理由和依据的文件。")
    notice = notice or _notice_of(day.year, region)
    if Calendar.load(region, years=(day.year, day.year)).is_working(day) == working:
        raise CalendarRefused(f"{day.isoformat()} 已经是{'上班' if working else '放假'}，没有变化。")
    held = SpecialDay.objects.select_related("notice").filter(day=day, region=region).first()
    before = _told(held, day)
    held = held or SpecialDay(day=day, region=region)
    held.working, held.reason, held.notice = working, reason, notice
    held.name = name or held.name
    held.save()
    return before, _told(held, day)


def _notice_of(year, region):
    """The notice a day of that year hangs on, its row (or the region's) locked against a second change."""
    national = CalendarNotice.objects.select_for_update().filter(year=year, region__isnull=True).first()
    if national is None:
        raise CalendarRefused(str(UnknownYear(year)))
    if region is None:
        return national
    own = CalendarNotice.objects.filter(year=year, region=region).order_by("pk").first()
    return own or CalendarNotice.objects.create(
        year=year, region=region, title=f"{region.name}{year}年节假日补充安排"
    )


def _told(held, day):
    """A day's state for the event: the row's, or Monday to Friday."""
    if held is None:
        return {"working": day.weekday() < 5, "reason": "", "notice": ""}
    return {"working": held.working, "reason": held.reason, "notice": str(held.notice), "name": held.name}

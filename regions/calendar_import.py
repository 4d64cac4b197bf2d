"""Bringing a year's stored days in line with a calendar file: first what would happen, then doing it."""

from dataclasses import dataclass, field

from django.db import transaction

from regions.calendar_files import Day, YearCalendar
from regions.models import CalendarNotice, Region, SpecialDay


@dataclass
class Plan:
    """What loading a calendar would do to the stored days, day by day."""

    new: list[Day] = field(default_factory=list)
    changed: list[tuple[SpecialDay, Day]] = field(default_factory=list)
    dropped: list[SpecialDay] = field(default_factory=list)  # stored under this notice, not in the file
    kept: list[SpecialDay] = field(
        default_factory=list
    )  # changed by hand with a reason: the file does not undo it
    unchanged: int = 0
    heading: bool = False  # number, title or date of the notice differ

    @property
    def changes(self) -> bool:
        return bool(self.new or self.changed or self.dropped or self.heading)


def plan(calendar: YearCalendar, region: Region | None = None, *, overrule: bool = False) -> Plan:
    """Compare a calendar with what is stored for a region (None: national); writes nothing.

    A day that somebody changed with a reason of its own stays as it is, unless `overrule`.
    """
    notice = _stored(calendar, region)
    wanted = {one.day: one for one in calendar.days}
    stored = {one.day: one for one in SpecialDay.objects.filter(region=region, day__in=wanted)}
    if notice:
        stored |= {one.day: one for one in notice.days.all()}
    found = Plan(heading=notice is None or _heading(notice) != _heading(calendar))
    for day, one in sorted(wanted.items()):
        held = stored.pop(day, None)
        if held is None:
            found.new.append(one)
        elif (held.working, held.name, held.reason) == (one.working, one.name, one.reason):
            found.unchanged += 1
        elif held.reason and held.reason != one.reason and not overrule:
            found.kept.append(held)
        else:
            found.changed.append((held, one))
    for _, held in sorted(stored.items()):
        if held.reason and not overrule:
            found.kept.append(held)
        else:
            found.dropped.append(held)
    return found


@transaction.atomic
def apply(calendar: YearCalendar, region: Region | None = None, *, overrule: bool = False) -> Plan:
    """Do what `plan` says, all or nothing; returns the plan that was carried out."""
    notice = _stored(calendar, region, lock=True)
    found = plan(calendar, region, overrule=overrule)
    if not found.changes:
        return found
    notice = notice or CalendarNotice(year=calendar.year, region=region)
    if found.heading:
        notice.number, notice.title, notice.published_on = _heading(calendar)
        notice.save()
    SpecialDay.objects.filter(pk__in=[held.pk for held in found.dropped]).delete()
    for held, one in found.changed:  # by update: the plan goes on telling what was there before
        SpecialDay.objects.filter(pk=held.pk).update(
            working=one.working, name=one.name, reason=one.reason, notice=notice
        )
    SpecialDay.objects.bulk_create(
        SpecialDay(
            day=one.day, working=one.working, name=one.name, reason=one.reason, region=region, notice=notice
        )
        for one in found.new
    )
    return found


def _stored(calendar, region, lock=False):
    """The notice a calendar belongs to: the nation has one a year, a region one for each document number.

    With `lock`, imports wait for each other at the nation's row: a new year has no notice yet to wait at.
    """
    if lock:
        Region.objects.select_for_update().filter(level=Region.Level.NATION).first()
    rows = CalendarNotice.objects.select_for_update() if lock else CalendarNotice.objects
    rows = rows.filter(year=calendar.year, region=region)
    if region is not None:
        rows = rows.filter(number=calendar.number)
    return rows.order_by("pk").first()


def _heading(of):
    return of.number, of.title, of.published_on

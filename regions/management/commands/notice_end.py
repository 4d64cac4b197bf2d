"""Print the last day of a notice: `notice_end DATE DAYS [--region CODE]`, one ISO date and nothing else.

Works right after installation: while the database holds no national calendar (or has no tables yet), the files that
come with the portal stand in for it. Anything else that is wrong is one sentence on stderr and
exit status 1.
"""

import csv
import datetime as dt
import re
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

from regions.calendar_files import BadCalendar
from regions.divisions import region_of_code
from regions.models import CalendarNotice, Region, SpecialDay
from regions.workdays import Calendar, UnknownYear

MOST_DAYS = 1000


class Refused(Exception):
    """Something in the arguments or the data that a sentence explains."""


class Command(BaseCommand):
    help = "计算公示的最后一天：公布日期之后满 DAYS 个工作日的那一天（公布当日不计）。"
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("date", metavar="DATE", help="公布日期，如 2026-09-18")
        parser.add_argument("days", metavar="DAYS", help="工作日天数，如 5")
        parser.add_argument("--region", metavar="CODE", help="发布地的六位行政区划代码，计入当地放假安排")

    def handle(self, date, days, region, **options):
        try:
            first, days = _date(date), _days(days)
            last = _calendar(region).notice_end(first, days)
        except (Refused, UnknownYear, BadCalendar) as error:
            self.stderr.write(str(error), self.style.NOTICE)
            raise SystemExit(1) from None
        except DatabaseError:
            self.stderr.write("无法读取数据库，请检查 PORTAL_DATABASE 设置。")
            raise SystemExit(1) from None
        self.stdout.write(last.isoformat())


def _date(text):
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            raise Refused(f"“{text}”不是存在的日期。") from None
    raise Refused(f"日期“{_shown(text)}”应写作 2026-09-18 的样子。")


def _shown(text):
    """What was typed, short and on one line."""
    return "".join(one if one.isprintable() else " " for one in text)[:30]


def _days(text):
    if re.fullmatch(r"[0-9]{1,4}", text) and 1 <= int(text) <= MOST_DAYS:
        return int(text)
    raise Refused(f"天数“{_shown(text)}”应为 1 到 {MOST_DAYS} 之间的整数。")


def _calendar(code):
    """The calendar of a place: the database's, or the shipped files' while it holds none."""
    if code is not None and not re.fullmatch(r"[0-9]{6}", code):
        raise Refused(f"行政区划代码“{_shown(code)}”应为六位数字。")
    tables = set(connection.introspection.table_names())
    if not {CalendarNotice._meta.db_table, SpecialDay._meta.db_table, Region._meta.db_table} <= tables:
        _shipped_code(code)
        return Calendar.shipped()
    region = None
    if code is not None and Region.objects.exists():
        try:
            region = region_of_code(code)
        except Region.DoesNotExist:
            raise Refused(f"没有代码为 {code} 的行政区划。") from None
    elif code is not None:
        _shipped_code(code)
    calendar = Calendar.load(region)
    if calendar.years:
        return calendar
    shipped = Calendar.shipped()
    return Calendar(shipped.working | calendar.working, shipped.years)


def _shipped_code(code):
    """Refuse a code that the shipped lists do not know, either."""
    for path in Path(settings.REGION_DATA).glob("*.csv") if code is not None else ():
        with path.open(encoding="utf-8", newline="") as file:
            if any(line["code"] == code for line in csv.DictReader(file)):
                return
    if code is not None:
        raise Refused(f"没有代码为 {code} 的行政区划。")

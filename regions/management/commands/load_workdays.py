"""Load calendar files (all shipped ones without arguments); loading the same again changes nothing."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from regions import calendar_import
from regions.calendar_files import BadCalendar, read_file


class Command(BaseCommand):
    help = "载入全国节假日安排（JSON 文件，每年一个）。不带参数时载入随系统提供的全部年份；重复执行不会产生变化。"

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="*", metavar="FILE", help="如 fixtures/workdays/2027.json")
        parser.add_argument("--overrule", action="store_true", help="连同管理员手工变更的日子一并按文件改写")

    @transaction.atomic
    def handle(self, files, overrule, **options):
        paths = [Path(file) for file in files] or sorted(Path(settings.WORKDAY_DATA).glob("*.json"))
        try:
            calendars = [read_file(path) for path in paths]
        except OSError as error:
            raise CommandError(f"无法读取 {error.filename}。") from error
        except BadCalendar as error:
            raise CommandError(str(error)) from error
        quiet = True
        for calendar in calendars:
            done = calendar_import.apply(calendar, overrule=overrule)
            kept = f"保留手工变更 {len(done.kept)} 天。" if done.kept else ""
            if done.changes:
                quiet = False
                self.stdout.write(
                    f"{calendar.year} 年：新增 {len(done.new)} 天，修改 {len(done.changed)} 天，"
                    f"删除 {len(done.dropped)} 天。{kept}"
                )
            elif kept:
                self.stdout.write(f"{calendar.year} 年：{kept}")
        if quiet:
            self.stdout.write(f"节假日安排没有变化（{len(calendars)} 个年份）。")

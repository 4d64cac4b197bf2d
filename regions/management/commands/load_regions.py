"""Load the divisions of China, province to street, and the additions; a second load changes nothing."""

import datetime as dt
import re
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from regions import clock, loading
from regions.divisions import NoRoom
from regions.models import Region

DATED = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.csv$")


class Command(BaseCommand):
    help = "载入行政区划（民政部清单与补充清单）。重复执行不会产生变化。"

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", help="民政部清单（code,name），默认使用随系统提供的最新一份")
        parser.add_argument("--date", help="清单的截止日期，如 2025-12-31；文件名中有日期时可省略")
        parser.add_argument("--additions", help="补充清单，默认使用随系统提供的 additions.csv")

    def handle(self, file, date, additions, **options):
        folder = Path(settings.REGION_DATA)
        path = Path(file) if file else max(folder.glob("mca-*.csv"), default=None)
        if path is None:
            raise CommandError(f"{folder.name} 中没有民政部清单（mca-年-月-日.csv）。")
        extra = Path(additions) if additions else folder / "additions.csv"
        try:
            rows = loading.merge(loading.read_main(path, _date_of(path, date)), loading.read_additions(extra))
            outcome = loading.load(rows, at=clock.now())
        except OSError as error:
            raise CommandError(f"无法读取 {error.filename}。") from error
        except UnicodeDecodeError as error:
            raise CommandError("清单应为 UTF-8 编码的 CSV 文件。") from error
        except (loading.BadList, NoRoom) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_sentence(outcome))


def _date_of(path, given):
    found = DATED.search(path.name)
    text = given or (found[1] if found else "")
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise CommandError("请用 --date 写明清单的截止日期，如 --date 2025-12-31。") from None


def _sentence(outcome):
    if not outcome.changed:
        told = f"行政区划没有变化（清单共 {outcome.total} 个）。"
    else:
        born = "，".join(
            f"{level.label} {outcome.created[level]} 个" for level in Region.Level if outcome.created[level]
        )
        parts = [f"新增{born}"] if born else []
        parts += [
            f"{word} {count} 个"
            for word, count in (
                ("更名", outcome.renamed),
                ("改变隶属", outcome.moved),
                ("换代码", outcome.recoded),
            )
            if count
        ]
        told = f"行政区划已更新（清单共 {outcome.total} 个）：{'；'.join(parts)}。"
    if outcome.waiting:
        told += f"另有 {len(outcome.waiting)} 个没有改变隶属：{''.join(outcome.waiting)}"
    if outcome.kept:
        told += f"另有 {outcome.kept} 个与清单不同，因为清单日期之后已由管理员变更，未改动。"
    if outcome.missing:
        told += f"另有 {outcome.missing} 个不在清单中，未作改动。"
    return told

"""An import of 50,000 communities beside bare calamine, from file to dry run and from confirmation to rows (goal 7b).

The work is done by a process of its own in a database of its own: `python -m tests.bench.importing`.
"""

import datetime as dt
import io
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import xlsxwriter  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from python_calamine import CalamineWorkbook  # noqa: E402

from accounts.imports import batches  # noqa: E402
from accounts.imports.communities import COLUMNS, Communities  # noqa: E402
from accounts.imports.reading import read  # noqa: E402
from accounts.imports.rows import lines_of  # noqa: E402
from accounts.models import Office, Posting, Role, User  # noqa: E402
from regions.divisions import add_region, nation  # noqa: E402
from regions.models import Community  # noqa: E402
from tests.bench.goals import judge  # noqa: E402
from tests.bench.timing import beside, peak_mib, seconds  # noqa: E402
from tests.servers import ROOT, environment  # noqa: E402

ROWS, STREETS = 50_000, 200
DAY = dt.date(2026, 1, 1)
AT = dt.datetime(2026, 1, 5, 1, 0, tzinfo=dt.UTC)
HEADS = ["乡镇（街道）", "社区名称", "类型", "统计用区划代码", "联系人", "办公电话", "办公地址"]


def workbook() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADS)
    for n in range(ROWS):
        row = [
            f"测试{n % STREETS}街道",
            f"测试第{n}社区",
            "社区",
            f"99{n:07d}001",
            "联系人",
            "0000-1234567",
            f"某路{n}号",
        ]
        sheet.write_row(n + 1, 0, row)
    book.close()
    return out.getvalue()


def officer():
    """Someone who keeps the registry of a region of its own."""
    region = add_region(nation(DAY), "测速省", "province", "", code_date=DAY)
    city = add_region(region, "测速市", "city", "", code_date=DAY)
    county = add_region(city, "测速县", "county", "", code_date=DAY)
    for n in range(STREETS):
        add_region(county, f"测试{n}街道", "street", "", code_date=DAY)
    office = Office.objects.create(region=region, name="测速厅")
    user = User.objects.create(username="测速经办", name="测速经办")
    user.acting = Posting.objects.create(user=user, role=Role.HANDLER, office=office, starts=DAY)
    return user


def measure():
    with tempfile.TemporaryDirectory() as folder:
        env = environment(Path(folder), f"sqlite://{folder}/bench.sqlite3")
        command = [sys.executable, "-m", "tests.bench.importing"]
        print(
            subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=True).stdout
        )


def main():
    """Reading beside calamine; then dry run, import and undo of the same file."""
    call_command("migrate", verbosity=0)
    data = workbook()

    def bare():
        CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()

    def reading():
        lines_of(read("a.xlsx", data), COLUMNS, most=100_000)

    work, limit, ratio = beside(reading, bare, rounds=5)
    print(
        f"\nimport {ROWS:,} rows: read and validated {ROWS / work:,.0f} rows/s, bare calamine {ROWS / limit:,.0f} rows/s, ratio {ratio:.2f}"
    )
    judge("7b", ratio)
    with transaction.atomic():
        by = officer()
        batch = batches.receive(Communities(), None, "a.xlsx", data, by=by, at=AT)
        checks = [seconds(lambda: batches.check(batch, by=by, at=AT)) for _ in range(2)]
        batch.refresh_from_db()
        assert (batch.new, batch.wrong) == (ROWS, 0), (batch.new, batch.wrong)
        done = seconds(lambda: batches.apply(batch, by=by, at=AT))
        assert Community.objects.filter(place__contains="测速县").count() == ROWS
        batch.refresh_from_db()
        undone = seconds(lambda: batches.undo(batch, by=by, at=AT))
        transaction.set_rollback(True)
    check = statistics.median(checks)
    print(
        f"dry run with registry and stored plan {check:.1f} s (ratio to calamine {limit / check:.2f}), import {done:.1f} s, undo {undone:.1f} s, "
        f"peak memory of the process {peak_mib():,} MiB"
    )


if __name__ == "__main__":
    main()

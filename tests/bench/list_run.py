"""One process of the bench of long lists (list_exporting.py): makes the rows, writes a workbook of them, tells time and memory.

Run as `python -m tests.bench.list_run fill|list|bare|rest ROWS` in the environment of a database of its own.
"""

import datetime as dt
import json
import os
import sys
import tempfile
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import xlsxwriter  # noqa: E402

from accounts.listed import Listed, streamed  # noqa: E402
from accounts.models import Office, Posting, Role, User  # noqa: E402
from accreditation.list_exports import write  # noqa: E402
from regions.divisions import add_region, nation  # noqa: E402
from regions.models import Community  # noqa: E402
from tests.bench.timing import peak_mib  # noqa: E402

DAY = dt.date(2020, 1, 1)
AT = dt.datetime(2026, 1, 5, 1, 0, tzinfo=dt.UTC)
# Fifteen columns: names, numbers, days, yes and no, codes, telephones, as in the lists of the portal.
HEADS = [
    "序号", "社区", "类型", "所在地", "街道", "区划代码", "代码日期", "信用代码", "县级批准", "民政备案", "联系人", "办公电话", "办公地址",
    "设立日期", "版次",
]  # fmt: skip
COLUMNS = [(head, 16) for head in HEADS]


def fill(count):
    """Communities of an invented province, and the officer who takes the list."""
    place = nation(DAY)
    for level, name in (
        ("province", "测速省"),
        ("city", "测速市"),
        ("county", "测速县"),
        ("street", "测速街道"),
    ):
        place = add_region(place, name, level, "", code_date=DAY)
    office = Office.objects.create(region=place, name="测速街道平台")
    user = User.objects.create(username="测速", name="测速")
    Posting.objects.create(user=user, role=Role.HANDLER, office=office, starts=DAY)
    rows = (
        Community(
            name=f"测速第{n}社区", street=place, position=place.position, place="测速省 测速市 测速县 测速街道",
            code=f"99{n:010d}", code_date=DAY, credit_code=f"11{n:016d}", contact="联系人", office_phone="0000-1234567",
            address=f"测速路{n}号", since=DAY,
        )
        for n in range(count)
    )  # fmt: skip
    while part := [row for _, row in zip(range(10_000), rows, strict=False)]:
        Community.objects.bulk_create(part, batch_size=1000)


def _line(one):
    return (
        one.pk, one.name, one.get_kind_display(), one.place, one.street.name, one.code, one.code_date, one.credit_code,
        one.county_approved, one.civil_affairs_filed, one.contact, one.office_phone, one.address, one.since, one.edition,
    )  # fmt: skip


def from_database(count):
    """A list of the portal, from the database to the file, with its cover, checksum and event."""
    user = User.objects.get(username="测速")
    user.acting = Posting.objects.select_related("office__region").get(user=user)
    rows = Community.objects.select_related("street").order_by("position", "pk")[:count]
    listed = Listed("社区", COLUMNS, count, streamed(rows, _line))
    with tempfile.TemporaryFile() as file:
        start = time.perf_counter()
        assert write(file, listed, by=user, at=AT) == count
        return time.perf_counter() - start


def bare(count):
    """The same cells from memory through xlsxwriter alone."""
    text = [f"测速第{n}社区" for n in range(100)]
    row = [
        1, text[0], "社区", "测速省 测速市 测速县 测速街道", "测速街道", "990000000001", "2020-01-01", "110000000000000001", "是", "是",
        "联系人", "0000-1234567", "测速路1号", "2020-01-01", 1,
    ]  # fmt: skip
    rows = [[n, text[n % 100], *row[2:]] for n in range(count)]
    with tempfile.TemporaryFile() as file:
        start = time.perf_counter()
        book = xlsxwriter.Workbook(file, {"constant_memory": True})
        sheet = book.add_worksheet()
        for number, cells in enumerate(rows):
            sheet.write_row(number, 0, cells)
        book.close()
        return time.perf_counter() - start


if __name__ == "__main__":
    work, count = sys.argv[1], int(sys.argv[2])
    took = {"fill": fill, "list": from_database, "bare": bare, "rest": lambda _: 0}[work](count) or 0
    print(json.dumps({"seconds": took, "peak_mib": peak_mib()}))

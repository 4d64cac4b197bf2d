"""A list leaves as a workbook exactly as filtered and seen: same rows, same order, same scope, whole, in one shape."""

import datetime as dt
import hashlib
import io
import json
import re
import unicodedata

import pytest
from django.test import Client
from openpyxl import load_workbook

from accounts import jobs
from accounts.listed import CHUNK, Listed
from accounts.models import Event, Job, Office, Role, User
from accreditation import list_exports, workbooks
from accreditation.models import Round
from regions import clock
from regions.models import Community
from tests.factories import ROOT, House, moment

TODAY = dt.date(2017, 9, 5)
# D4: what a spreadsheet program would run, and what must come through as it was typed.
PAYLOADS = [
    "=1+1", "=HYPERLINK(\"http://x\",\"y\")", "=cmd|' /C calc'!A0", "+1+1", "+8613800000000", "-5", "-1+1|cmd", "@SUM(A1)",
    "\t=1+1", "\r=1+1", "\n=1+1", "＝1+1", " =1+1", "%0A=1", "a\x00b", "123456789012345678",
]  # fmt: skip

# What a workbook cannot hold is shown by its code point.
KEPT = {"a\x00b": "a\\u0000b", "a\x01b": "a\\u0001b", "\r=1+1": "\\u000d=1+1"}


@pytest.fixture
def house(db, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: moment(TODAY))
    settings.VAR, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    return House()


def signed_in(house, *seat):
    client = Client()
    client.force_login(house.officer(*seat))
    return client


def opened(response):
    assert response.status_code == 200, response.status_code
    return load_workbook(io.BytesIO(b"".join(response.streaming_content)))


def table(book) -> list[dict]:
    rows = list(book.worksheets[1].iter_rows(values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def cover(book) -> dict:
    return {name.value: value.value for name, value in book.worksheets[0].iter_rows()}


def test_the_same_rows_in_the_same_order_on_all_pages(house):
    """The page shows 25 of them; the workbook has what the filter leaves, ordered as asked."""
    numbers = {house.at("county_review", n).number for n in (0, 2)}
    other = house.at("county_review", 4)  # of 二县
    client = signed_in(house, "一县", Role.HANDLER)
    book = opened(client.get("/applications/", {"as": "xlsx", "order": "-arrived", "page": "7"}))
    shown = client.get("/applications/", {"order": "-arrived"}).context["page"].object_list
    assert [row["编号"] for row in table(book)] == [a.number for a in shown]
    assert {row["编号"] for row in table(book)} == numbers and other.number not in numbers
    named = table(opened(client.get("/applications/", {"as": "xlsx", "q": house.community(0).name})))
    assert [row["社区"] for row in named] == [house.community(0).name]


def test_the_cover_says_who_when_with_what_and_how_many(house):
    client = signed_in(house, "甲省", Role.SYSADMIN)
    book = opened(client.get("/offices/", {"as": "xlsx", "q": "一县"}))
    told, rows = cover(book), table(book)
    assert told["导出人"].endswith("· 系统管理员）")
    assert told["导出时间"] == "2017-09-05 09:00"
    assert told["查询条件"] == "单位或地区名称：一县"
    assert told["行数"] == f"{len(rows)} 行"
    lines = ["\x1f".join(value or "" for value in row.values()) + "\n" for row in rows]
    assert told["校验码"] == hashlib.sha256("".join(lines).encode()).hexdigest()
    event = Event.objects.get(action="export_list")
    said = json.loads(event.body)["data"]
    assert said == {"checksum": told["校验码"], "filters": "单位或地区名称：一县", "rows": len(rows)}
    assert event.subject == f"导出单位 {len(rows)} 行"


def test_another_s_rows_never_come_along(house):
    house.at("county_review", 0)
    far = signed_in(house, "三县", Role.HANDLER)
    assert table(opened(far.get("/applications/", {"as": "xlsx"}))) == []
    filer = Client()
    filer.force_login(house.filer(house.community(0)))
    assert filer.get("/applications/", {"as": "xlsx"}).status_code == 403
    assert signed_in(house, "一县", Role.HANDLER).get("/offices/", {"as": "xlsx"}).status_code == 403
    assert Client().get("/offices/", {"as": "xlsx"}).status_code == 302


def test_the_queue_has_the_columns_of_its_desk(house):
    house.at("county_review", 0)
    client = signed_in(house, "一县", Role.HANDLER)
    (row,) = table(opened(client.get("/desk/", {"as": "xlsx", "group": "all"})))
    page = client.get("/desk/", {"group": "all"}).context["rows"][0]
    assert row["社区"] == house.community(0).name and row["自评"] == page.application.total_self / 10_000
    assert set(row) >= {"县级", "差", "期限", "状态"}


def test_the_number_of_queries_does_not_grow(house, django_assert_max_num_queries):
    """One office or forty: as many queries as for the page, and a handful for the event."""
    client = signed_in(house, "甲省", Role.SYSADMIN)
    with django_assert_max_num_queries(30):
        opened(client.get("/offices/", {"as": "xlsx"}))
    with django_assert_max_num_queries(30):
        opened(client.get("/people/", {"as": "xlsx"}))


# Behind the pages


def asked(client, monkeypatch, address, at_once=0):
    """Ask for a long list the way a reader does: the link, the page, the button."""
    monkeypatch.setattr(list_exports, "AT_ONCE", at_once)
    page = client.get(address)
    assert "在后台生成" in page.content.decode()
    response = client.post(
        "/exports/", {"address": page.context["address"], "title": page.context["listed"].title}
    )
    assert response.status_code == 302
    return Job.objects.get()


def test_a_long_list_is_made_behind_the_pages_with_the_same_rows(house, monkeypatch):
    client = signed_in(house, "甲省", Role.SYSADMIN)
    at_once = table(opened(client.get("/offices/?q=县&as=xlsx")))
    job = asked(client, monkeypatch, "/offices/?q=县&page=3&as=xlsx")
    assert job.title == "导出单位"
    jobs.run(jobs.take("a"))
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == ("done", len(at_once), len(at_once))
    book = opened(client.get(f"/jobs/{job.key}/file/"))
    assert table(book) == at_once and len(at_once) > 1
    assert Event.objects.filter(action="export_list").count() == 2
    assert cover(book)["查询条件"] == "单位或地区名称：县"


def test_asked_twice_it_is_one_job(house, monkeypatch):
    client = signed_in(house, "甲省", Role.SYSADMIN)
    asked(client, monkeypatch, "/offices/?as=xlsx&page=2")
    asked(client, monkeypatch, "/offices/?as=xlsx&size=50")


def test_a_posting_that_may_no_longer_read_it_gets_nothing(house, monkeypatch):
    """The list is opened anew when the job begins, with what the person may see then."""
    client = signed_in(house, "甲省", Role.SYSADMIN)
    job = asked(client, monkeypatch, "/offices/?as=xlsx")
    Job.objects.update(arguments=job.arguments.replace("/offices/", "/audit-log/"))
    jobs.run(jobs.take("a"))
    job.refresh_from_db()
    assert (job.state, job.stored_name) == ("failed", "")
    assert "已看不到这份清单" in job.sentence
    assert not Event.objects.filter(action="export_list").exists()


@pytest.mark.parametrize(
    "address", ["", "/", "/people/new/", "https://example.org/offices/", "//x/offices/", "/nowhere/"]
)
def test_only_lists_are_opened_by_a_job(house, address):
    client = signed_in(house, "甲省", Role.SYSADMIN)
    assert client.post("/exports/", {"address": address}).status_code == 404
    assert client.get("/exports/").status_code == 405
    assert not Job.objects.exists()


# D4


def written(rows, columns, by):
    file = io.BytesIO()
    list_exports.write(
        file, Listed("清单", columns, len(rows), iter(rows), rows[0][0]), by=by, at=moment(TODAY)
    )
    return load_workbook(io.BytesIO(file.getvalue()))


def test_no_text_becomes_a_formula_and_nothing_is_lost(house):
    """Each payload in every column and in the filters of the cover: no formula, no link; signs and long numbers survive."""
    by = house.officer("一县", Role.HANDLER)
    book = written([(text, text) for text in PAYLOADS], [("甲", 20), ("乙", 20)], by)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"} and not any(cell.hyperlink for cell in cells)
    back = [row["甲"] for row in table(book)]
    assert back == [KEPT.get(text, text) for text in PAYLOADS]


def test_payloads_in_every_text_of_a_list_of_the_portal(house):
    """Through the database and the page's own columns."""
    fields = ("name", "phone", "address", "email")
    offices = list(Office.objects.order_by("pk")[: len(PAYLOADS)])
    for office, text in zip(offices, PAYLOADS, strict=False):
        for name in fields:
            setattr(office, name, text[: Office._meta.get_field(name).max_length])
        office.save()
    book = opened(signed_in(house, "甲省", Role.SYSADMIN).get("/offices/", {"as": "xlsx"}))
    assert {c.data_type for row in book.worksheets[1].iter_rows() for c in row if c.value is not None} == {
        "s"
    }
    phones = {row["办公电话"] for row in table(book)}
    assert {"-5", "+8613800000000", "=1+1", "@SUM(A1)"} <= phones


WRITERS = {
    "accreditation/workbooks.py", "accounts/password_sheet.py", "accounts/imports/template.py", "accounts/imports/marking.py",
    "scoring/workbook_writing.py", "scoring/answers.py",
}  # fmt: skip
MAKES = re.compile(r"^(import xlsxwriter|from openpyxl import .*\bWorkbook\b)", re.MULTILINE)


def test_workbooks_are_made_in_few_places():
    """Every export of rows goes through accreditation.workbooks.Book; the others write templates and marked uploads."""
    found = set()
    for app in ("regions", "accounts", "scoring", "accreditation", "subsidies", "demonstration", "config"):
        for path in (ROOT / app).rglob("*.py"):
            if MAKES.search(path.read_text(encoding="utf-8")):
                found.add(path.relative_to(ROOT).as_posix())
    assert found <= WRITERS and "accreditation/workbooks.py" in found


@pytest.mark.parametrize("number", range(len(PAYLOADS)))
def test_a_payload_in_every_text_of_applications_and_people(house, number):
    """Names of a community, a round, an officer and an office, through lists and the auditors' workbook."""
    # No text column of PostgreSQL holds a NUL; the writer itself is asked for it above.
    text, application = PAYLOADS[number].replace("\x00", "\x01"), house.at("county_review", 0)
    Community.objects.filter(pk=application.community_id).update(name=text, place=text, contact=text)
    Round.objects.update(name=text)
    User.objects.exclude(pk=house.officer("甲省", Role.SYSADMIN).pk).update(name=text[:30])
    Office.objects.exclude(region=house.province).update(name=text)
    handler, admin = signed_in(house, "一县", Role.HANDLER), signed_in(house, "甲省", Role.SYSADMIN)
    seen = set()
    for client, address in (
        (handler, "/applications/?as=xlsx"), (handler, "/desk/?as=xlsx"), (handler, "/rounds/?as=xlsx"),
        (handler, "/applications/export/"), (admin, "/people/?as=xlsx"), (admin, "/offices/?as=xlsx"),
    ):  # fmt: skip
        for sheet in opened(client.get(address)):
            for row in sheet.iter_rows():
                seen |= {cell.value for cell in row}
                assert not [c.coordinate for c in row if c.data_type == "f" or c.hyperlink], (
                    address,
                    sheet.title,
                )
    assert KEPT.get(text, text) in seen


def test_rows_are_read_as_they_are_written(house):
    """No list is held: when the sheet has row n, no more than a chunk beyond it was asked for."""
    taken = []

    def rows():
        for n in range(3 * CHUNK):
            taken.append(n)
            yield (str(n),)

    told = []
    listed = Listed("清单", [("甲", 10)], 3 * CHUNK, rows())
    by = house.officer("一县", Role.HANDLER)
    list_exports.write(
        io.BytesIO(), listed, by=by, at=moment(TODAY), progress=lambda *at: told.append((*at, len(taken)))
    )
    assert told[0] == (200, 3000, 200) and told[-1] == (3000, 3000, 3000) and len(told) == 15


def test_what_cannot_be_written_is_exactly_the_control_characters_and_halves():
    every = [chr(n) for n in range(0x110000)]
    unwritable = {c for c in every if unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\n"}
    assert {c for c in every if workbooks.UNWRITABLE.match(c)} == unwritable


def test_days_come_back_as_they_were(house):
    """Also those before Excel's wrong leap year of 1900."""
    days = [dt.date(1900, 2, 28), dt.date(1900, 3, 1), TODAY, dt.date(9999, 12, 31)]
    book = written(
        [("甲", day) for day in days], [("甲", 20), ("乙", 20)], house.officer("一县", Role.HANDLER)
    )
    assert [row["乙"].date() for row in table(book)] == days

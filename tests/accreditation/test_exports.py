"""The auditors' workbook: exactly the rows one may see, every score, text as text, the export itself on record."""

import datetime as dt
import io

import pytest
from openpyxl import load_workbook

from accounts.models import Event, Role
from accreditation import exports
from accreditation.models import Application
from accreditation.workbooks import Book, safe_text
from tests.factories import moment

AT = moment(dt.date(2017, 10, 1))
# Injection and illegal characters (reliability.md D4), each in a text field.
PAYLOADS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(\"http://x\")", "\t=1", "\r=1", "\n=1", "＝1+1", " =1", "%0A=1", "'=1",
    "http://example.com/", "mailto:a@b", "\x00=1", "\ud800",
]  # fmt: skip


def book_of(applications, user):
    file, count = exports.applications_book(applications, by=user, at=AT, filters="")
    with file:
        return load_workbook(io.BytesIO(file.read())), count


def column(sheet, heading):
    heads = [cell.value for cell in sheet[1]]
    return [row[heads.index(heading)].value for row in sheet.iter_rows(min_row=2)]


def test_an_auditor_takes_exactly_what_they_see(house):
    mine = [house.at("county_review", 0), house.at("city_review", 4)]
    house.at("draft", 1)
    other = house.at("street_review", 8)
    user = house.officer("东市", Role.AUDITOR)
    book, count = book_of(Application.objects.visible_to(user), user)
    assert count == 2
    assert book.sheetnames == ["说明", "申报", "评分", "时间线"]
    assert column(book["申报"], "编号") == [a.number for a in mine]
    assert other.number not in str([[c.value for c in row] for sheet in book for row in sheet.iter_rows()])
    assert len(column(book["评分"], "编号")) == 34 * 2


def test_every_desks_scores_stand_beside_the_self_score(house):
    application = house.at("city_review")
    application = house.prepare(application)
    user = house.officer("甲省", Role.AUDITOR)
    book, _ = book_of(Application.objects.visible_to(user), user)
    sheet = book["评分"]
    for level, heading in (("self", "自评"), ("county", "县级"), ("city", "市级")):
        assert sum(column(sheet, heading)) * 10_000 == pytest.approx(application.total(level))
    assert column(sheet, "省级") == [None] * 34
    assert all(column(sheet, "自评依据"))
    actions = column(book["时间线"], "事项")
    assert actions[0] == "开始申报" and "列入公示" in actions and "评分" in actions
    assert all(len(digest) == 64 for digest in column(book["时间线"], "摘要"))


def test_the_export_is_an_event_with_its_rows_and_check(house):
    house.at("street_review")
    user = house.officer("甲省", Role.AUDITOR)
    before = Event.objects.count()
    book, _ = book_of(Application.objects.visible_to(user), user)
    event = Event.objects.get(action="export_applications")
    assert Event.objects.count() == before + 1 and event.actor == user
    assert book["说明"]["B7"].value in event.body


def test_the_cover_says_the_time_here(house):
    # The clock gives UTC: shortly after midnight here it is the day before there.
    user = house.officer("甲省", Role.AUDITOR)
    late = dt.datetime(2017, 9, 30, 16, 5, tzinfo=dt.UTC)
    file, _ = exports.applications_book(Application.objects.none(), by=user, at=late, filters="")
    with file:
        assert load_workbook(io.BytesIO(file.read()))["说明"]["B2"].value == "2017-10-01 00:05"


@pytest.mark.parametrize("payload", PAYLOADS, ids=repr)
def test_no_text_becomes_a_formula_or_a_link(payload):
    book = Book()
    book.sheet("数据", [("列", 10), ("空", 10)], [[payload, "-"]])
    read = load_workbook(book.close())["数据"]
    cell = read["A2"]
    assert cell.data_type == "s" and cell.hyperlink is None
    assert cell.value == safe_text(payload).replace("\r", "_x000D_") or cell.value == safe_text(payload)
    assert read["B2"].value == "-"


def test_long_numbers_stay_whole_and_points_are_numbers():
    book = Book()
    book.sheet("数据", [("a", 9)] * 4, [[123456789012345678, 12, True, dt.date(2017, 9, 25)]])
    row = [cell.value for cell in load_workbook(book.close())["数据"][2]]
    assert row == ["123456789012345678", 12, "是", dt.datetime(2017, 9, 25)]


def test_the_queries_do_not_grow_with_the_rows(house, django_assert_max_num_queries):
    user = house.officer("甲省", Role.AUDITOR)
    house.at("street_review", 0)
    with django_assert_max_num_queries(18) as one:
        book_of(Application.objects.visible_to(user), user)
    for number in (1, 2, 3):
        house.at("street_review", number)
    with django_assert_max_num_queries(18) as four:
        book_of(Application.objects.visible_to(user), user)
    assert len(one.captured_queries) == len(four.captured_queries)

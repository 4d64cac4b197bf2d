"""复查情况登记表 (平人社办〔2021〕141号 附件1) is filled from the year's register, line by line; values worked out by hand."""

import datetime as dt
import io

import openpyxl

from accounts.models import Role
from accreditation import official_tables, rechecks
from accreditation.models import Recheck, Recognition
from tests.titles.conftest import YEAR, on
from tests.titles.test_pages import go  # noqa: F401


def rows_of(titled, place="东市", year=YEAR):
    return {row[3]: row for row in official_tables.recheck_rows(titled.house.regions[place], year)}


def test_a_row_a_community_with_its_years_and_what_was_found(titled):
    """Four provincial titles of 2018; the first also star of 2020, the second also national."""
    titled.grant([0], dt.date(2020, 5, 1), "ST")
    Recognition.objects.filter(number__startswith="ST").update(rank=2)
    titled.grant([1], dt.date(2019, 5, 1), "NT", money="national", issuer="nation")
    round_ = titled.open()
    names = [titled.house.community(n).name for n in range(4)]
    entries = {e.recognition.number[:2] + e.recognition.community.name: e for e in round_.entries.all()}
    assert len(entries) == 6
    titled.check(entries["PT" + names[0]])
    titled.check(entries["ST" + names[0]], passed=False)
    titled.check(entries["PT" + names[1]])
    titled.check(entries["NT" + names[1]])
    titled.confirm(titled.confirm(titled.check(entries["PT" + names[2]])), "东市")
    contact = "测试联系人 0000-0000001"
    assert list(rows_of(titled).values()) == [
        [
            1,
            "一县",
            "一南街道",
            names[0],
            contact,
            "2018",
            "否",
            "2020",
            "不合格",
        ],  # one of its two titles failed
        [2, "一县", "一南街道", names[1], contact, "2018", "是", "", "合格"],
        [3, "一县", "一北街道", names[2], contact, "2018", "否", "", "合格"],
        [4, "一县", "一北街道", names[3], contact, "2018", "否", "", ""],  # nobody looked yet
    ]


def test_what_failed_stays_a_failure_on_the_register_however_it_was_decided(titled):
    entry = titled.check(titled.open().entries.first(), passed=False)
    entry = titled.confirm(titled.confirm(entry), "东市")
    told = {"reason": "已整改。", "document_number": "甲〔2022〕9号", "on": dt.date(2022, 1, 7)}
    rechecks.decide(
        entry, end=False, by=titled.who("甲省", Role.APPROVER), at=on(1, 7), seen=entry.moves, **told
    )
    assert rows_of(titled)[entry.recognition.community.name][8] == "不合格"


def test_a_title_that_came_after_the_opening_is_not_on_it(titled):
    titled.open()
    late = titled.grant([5], dt.date(2019, 1, 1), "LT")[0]
    assert late.community.name not in rows_of(titled) and len(rows_of(titled)) == 4
    Recheck.objects.create(recognition=late, year=YEAR, passed=True, decided_on=dt.date(2022, 1, 5))
    assert rows_of(titled)[late.community.name][8] == "合格"


def test_where_none_was_opened_it_is_filled_from_the_outcomes(titled):
    west = titled.grant([8], dt.date(2018, 1, 1), "WT")[0]
    titled.open()  # in 东市 alone
    assert rows_of(titled, "西市")[west.community.name][8] == ""
    assert len(rows_of(titled, "甲省")) == 5
    Recheck.objects.create(
        recognition=titled.titles[0], year=2020, passed=False, decided_on=dt.date(2020, 12, 1)
    )
    before = rows_of(titled, year=2020)
    assert len(before) == 4 and before[titled.titles[0].community.name][8] == "不合格"


def test_it_leaves_as_excel_and_as_pdf_from_the_round(titled, go):  # noqa: F811
    titled.check(titled.open().entries.first())
    county = go("一县")
    got = county.get(f"/rechecks/{YEAR}/register.xlsx")
    body = got.content if not got.streaming else b"".join(got.streaming_content)
    cells = [row for row in openpyxl.load_workbook(io.BytesIO(body)).active.values]
    first = next(row for row in cells if row[3] == titled.titles[0].community.name)
    assert first[0] == 1 and first[5] == "2018" and first[8] == "合格"
    pdf = county.get(f"/rechecks/{YEAR}/register.pdf")
    assert pdf.status_code == 200 and pdf.content[:5] == b"%PDF-"

"""The workbook of a whole round: a sheet each for what auditors ask, in the reader's scope, no objector in it, in constant memory."""

import datetime as dt
import io
import tracemalloc

import pytest
from django.core.files.storage import default_storage
from openpyxl import load_workbook

from accounts import jobs
from accounts.models import Event, Job, Role
from accreditation import notices, round_book
from accreditation.models import Application, Notice
from accreditation.workbooks import Book
from tests.factories import acting, moment

AT = moment(dt.date(2017, 10, 1))
SHEETS = ["说明", "申报", "各级评分", "意见", "实地考察", "公示与异议", "事件"]


@pytest.fixture(autouse=True)
def var(settings, tmp_path):
    settings.VAR = tmp_path / "var"


def book_for(house, place, role=Role.AUDITOR, progress=None):
    user = house.officer(place, role)
    keys = list(Application.objects.in_line_of(user).filter(round=house.round).values_list("pk", flat=True))
    target = io.BytesIO()
    counts = round_book.write(target, keys, by=user, at=AT, facts=[("批次", "x")], progress=progress)
    return load_workbook(target), counts


def column(sheet, heading):
    heads = [cell.value for cell in sheet[1]]
    return [row[heads.index(heading)].value for row in sheet.iter_rows(min_row=2)]


def everything(book):
    return str([[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()])


@pytest.fixture
def filled(house):
    """One on a notice with an objection, one sent back, one of another city."""
    first = house.at("county_notice", 0)
    second = house.at("returned", 1)
    other = house.at("county_review", 8)
    entry = Notice.objects.get().entries.get()
    notices.object_to(
        entry, at=moment(Notice.objects.get().first_day), named=True, name="某异议人", contact="13800000000",
        text="有一段只有某异议人知道的话",
    )  # fmt: skip
    return first, second, other


def test_each_sheet_has_what_it_says(house, filled):
    first, second, other = filled
    book, counts = book_for(house, "东市")
    assert book.sheetnames == SHEETS
    assert column(book["申报"], "编号") == [first.number, second.number]
    assert counts["各级评分"] == 2 * 34 == len(column(book["各级评分"], "代码"))
    opinions = list(
        zip(
            column(book["意见"], "编号"),
            column(book["意见"], "类别"),
            column(book["意见"], "环节"),
            strict=True,
        )
    )
    assert (first.number, "处理意见", "街道审核") in opinions and (
        first.number,
        "处理意见",
        "县级评审",
    ) in opinions
    assert opinions.count((second.number, "补正要求", "街道审核")) == 2
    notice = Notice.objects.get()
    row = [cell.value for cell in book["公示与异议"][2]]
    assert row[:3] == [first.number, "一南桂花社区", notice.title]
    assert row[9:11] == ["公示中", "实名"] and row[14:] == ["未办结", None]
    assert "列入公示" in column(book["事件"], "事项")
    assert other.number not in everything(book)


def test_who_objected_is_nowhere(house, filled):
    for place in ("东市", "甲省"):
        told = everything(book_for(house, place)[0])
        assert "某异议人" not in told and "13800000000" not in told and "只有" not in told


def test_visits_stand_with_their_findings(house):
    application = house.at("city_review", 0)
    book, counts = book_for(house, "甲省")
    visits = application.visits.count()
    assert counts["实地考察"] == visits == len(column(book["实地考察"], "考察情况"))


def test_a_city_does_not_see_what_a_later_desk_has_not_decided(house):
    application = house.prepare(house.at("city_review", 0))
    assert "市级评审" not in column(book_for(house, "一县", Role.HANDLER)[0]["意见"], "环节")
    assert application.number in column(book_for(house, "东市", Role.HANDLER)[0]["意见"], "编号")


def test_nobody_applied(house):
    book, counts = book_for(house, "西市")
    assert set(counts.values()) == {0} and book.sheetnames == SHEETS


def test_progress_is_told_after_each_group(house, filled, monkeypatch):
    monkeypatch.setattr(round_book, "GROUP", 1)
    told = []
    book_for(house, "东市", progress=lambda done, total: told.append((done, total)))
    assert told == [(number, 12) for number in range(1, 13)]


def test_the_queries_of_a_group_do_not_grow(house, django_assert_max_num_queries):
    house.at("county_notice", 0)
    with django_assert_max_num_queries(40) as one:
        book_for(house, "东市")
    for number in (1, 2, 3):
        house.at("county_notice", number)
    with django_assert_max_num_queries(len(one.captured_queries)):
        book_for(house, "东市")


def test_many_rows_take_no_more_memory_than_few(tmp_path):
    """Rows go to the file as they come: ten times as many leave the peak where it was."""

    def peak(rows):
        with (tmp_path / "book.xlsx").open("wb+") as target:
            tracemalloc.start()
            book = Book(target)
            book.sheet("事件", round_book.SHEETS[-1][1], ((n, *[f"文字{n}"] * 11) for n in range(rows)))
            book.close()
            found = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return found

    assert peak(20_000) < 1.3 * peak(2_000)


def test_the_job_makes_it_and_tells_it_once(house, filled, as_, at):
    at(dt.date(2017, 10, 1))
    client = as_("东市", Role.AUDITOR)
    assert f"/rounds/{house.round.pk}/book/" in client.get(f"/rounds/{house.round.pk}/").content.decode()
    address = client.post(f"/rounds/{house.round.pk}/book/")["Location"]
    assert client.post(f"/rounds/{house.round.pk}/book/")["Location"] == address
    assert Job.objects.count() == 1
    jobs.run(jobs.take("a"))
    job = Job.objects.get()
    assert job.state == Job.State.DONE, job.sentence
    assert job.sentence.startswith("共 2 件申报")
    with default_storage.open(job.stored_name) as made:
        assert load_workbook(made).sheetnames == SHEETS
    assert Event.objects.get(action="export_round").subject.startswith("导出2017年认定全卷")
    assert client.get(f"{address}file/").status_code == 200


def test_a_file_out_of_scope_is_not_given(house, filled, as_, at):
    at(dt.date(2017, 10, 1))
    client = as_("东市", Role.AUDITOR)
    address = client.post(f"/rounds/{house.round.pk}/book/")["Location"]
    jobs.run(jobs.take("a"))
    Application.objects.filter(pk=filled[0].pk).update(position=house.regions["西市"].position)
    assert client.get(f"{address}file/").status_code == 404


def test_a_filer_is_refused(house, filled):
    user = acting(house.filer(house.community(0)))
    job = jobs.ask("round_book", {"round": house.round.pk}, by=user, at=AT, title="x")
    jobs.run(jobs.take("a"))
    job.refresh_from_db()
    assert job.state == Job.State.FAILED and "不能导出" in job.sentence

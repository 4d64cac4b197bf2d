"""Packets: every paper a reader may see exactly once, safe names, checksums that hold, scope asked again, one job for two presses."""

import datetime as dt
import hashlib
import io
import json
import zipfile

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from openpyxl import load_workbook

from accounts import jobs
from accounts.models import Event, Job, Role
from accreditation import filing, packet_papers, packets, uploads
from accreditation.models import Application, Attachment, Print
from tests.access.conftest import picture
from tests.factories import acting, moment

AT = moment(dt.date(2017, 10, 1))
SITE = "https://portal.example"


@pytest.fixture(autouse=True)
def var(settings, tmp_path):
    settings.VAR = tmp_path / "var"


@pytest.fixture(autouse=True)
def printed(monkeypatch):
    """Forms without layout: what is laid out is tested with the paper; here it only has to be there, and be counted."""
    made = []

    def form(application, form, by, at, address):
        made.append((application.number, form.key))
        return f"{form.title} {application.number} {address('7K3M9QTX2B4D')}".encode()

    monkeypatch.setattr(packet_papers, "_form", form)
    monkeypatch.setattr(packet_papers.documents, "pdf", lambda document: document.title.encode())
    monkeypatch.setattr(
        packet_papers.certificates, "pdf", lambda titles, address, demo: titles[0].number.encode()
    )
    return made


def attached(house, application, name="台账.png", colour="red"):
    """A file in a returned or open application, by its filer."""
    with uploads.kept(picture(name, colour)) as checked:
        return filing.attach(
            application, checked, material="evidence", indicator="H01", by=house.filer(application.community), at=moment(dt.date(2017, 8, 21)),
        )  # fmt: skip


def asked(user, arguments):
    return jobs.ask("packet", arguments, by=acting(user), at=AT, title="材料")


def made(user, arguments):
    """The zip of a packet, done at once."""
    job = asked(user, arguments)
    jobs.run(jobs.take("a"))
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.sentence
    with default_storage.open(job.stored_name) as file:
        return zipfile.ZipFile(io.BytesIO(file.read())), job


def of_one(application):
    return packets.arguments_of_one(application, SITE)


def of_list(house, place):
    return packets.arguments_of_list(house.round, "star", house.regions[place], SITE)


def whole(archive):
    """Nothing twice, every checksum right, and every file but the two lists among the contents."""
    names = archive.namelist()
    assert archive.testzip() is None
    assert len({name.casefold() for name in names}) == len(names)
    assert not any(name.startswith("/") or ".." in name.split("/") or "\\" in name for name in names)
    sums = [line.split("  ", 1) for line in archive.read(packets.CHECKSUMS).decode().splitlines()]
    assert [path for _, path in sums] == [name for name in names if name != packets.CHECKSUMS]
    for checksum, path in sums:
        assert hashlib.sha256(archive.read(path)).hexdigest() == checksum
    sheet = load_workbook(io.BytesIO(archive.read(packets.CONTENTS)))["目录"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    told = [row[5] for row in rows if not row[8]]
    assert sorted(told) == sorted(set(names) - {packets.CONTENTS, packets.CHECKSUMS})
    return names, rows


def test_the_papers_of_one_application(house):
    application = house.draft()
    attached(house, application)
    application = house.drive.submit(
        house.drive.fill(house.fresh(application), 0.9, moment(dt.date(2017, 8, 21))), moment(dt.date(2017, 8, 21)) + dt.timedelta(hours=2)
    )  # fmt: skip
    archive, job = made(house.officer("一南街道", Role.HANDLER), of_one(application))
    names, rows = whole(archive)
    stored = Attachment.objects.filter(application=application)
    assert {
        f"1 申报表格/{title}.pdf"
        for title in ("省级充分就业星级社区评定考核表", "省级充分就业星级社区申报表")
    } <= set(names)
    assert "2 申报材料/各项指标的台账、记录等佐证/H01 台账.png" in names
    assert "5 评审记录/评分、意见和办理记录.xlsx" in names
    assert sum(name.startswith("2 申报材料/") for name in names) == stored.count()
    assert job.file_name == f"一南桂花社区申报材料 {application.number} 20171001.zip"
    assert rows[0][1:5] == ["一南桂花社区", "甲省 东市 一县 一南街道", application.number, "1 申报表格"]
    assert SITE in archive.read("1 申报表格/省级充分就业星级社区申报表.pdf").decode()
    event = Event.objects.get(action="export_packet")
    assert json.loads(event.body)["data"]["applications"] == [application.number]


def test_notice_and_certificate_come_along(house):
    application = house.at("recognised", 0)
    names, _ = whole(made(house.officer("甲省", Role.AUDITOR), of_one(application))[0])
    assert sum(name.startswith("6 公示/") for name in names) == 3
    assert f"7 证书/证书 {application.recognition.number}.pdf" in names
    assert (
        sum(name.startswith("4 实地考察/") for name in names)
        == Attachment.objects.filter(application=application, visit__isnull=False).count()
    )


def test_a_list_has_a_folder_for_each_and_its_notices_once(house):
    first, second = house.at("county_notice", 0), house.at("county_review", 1)
    other = house.at("county_review", 4)
    archive, job = made(house.officer("一县", Role.HANDLER), of_list(house, "一县"))
    names, rows = whole(archive)
    folders = sorted({name.split("/")[0] for name in names if "/" in name})
    assert folders == [
        f"001 一南街道 一南桂花社区 {first.number}", f"002 一南街道 一南银杏社区 {second.number}", "6 公示",
    ]  # fmt: skip
    assert sum("6 公示" in name for name in names) == 1
    assert other.number not in str(names) + str(rows)
    assert job.sentence == f"共 2 件申报，{len(names) - 2} 个文件。"


def test_what_a_reader_may_not_see_is_not_in_it(house):
    """The community's own packet: no photos of a visit, no opinion and no score of a desk."""
    application = house.prepare(house.at("county_review", 0))
    archive, _ = made(house.filer(application.community), of_one(application))
    names, _ = whole(archive)
    assert not any(name.startswith("4 实地考察/") for name in names)
    book = load_workbook(io.BytesIO(archive.read("5 评审记录/评分、意见和办理记录.xlsx")))
    assert book["意见"].max_row == 1 and book["实地考察"].max_row == 1 and book["事件"].max_row == 1


def test_long_and_strange_names(house):
    community = house.community(0)
    type(community).objects.filter(pk=community.pk).update(name="很长的社区名称" * 7 + "<a>/\\:*?")
    application = house.draft()
    for name, colour in (
        ("CON.png", "red"),
        ("a/../b.png", "blue"),
        ("同名.png", "green"),
        ("同名.PNG", "white"),
    ):
        attached(house, application, name, colour)
    names, _ = whole(made(house.filer(community), of_one(house.fresh(application)))[0])
    files = sorted(name.rsplit("/", 1)[1] for name in names if name.startswith("2 申报材料/"))
    assert len(files) == 4 and "H01 同名(2).PNG" in files or "H01 同名(2).png" in files
    assert all(len(part.encode()) <= 200 for name in names for part in name.split("/"))


def test_a_lost_file_is_told_and_the_rest_is_there(house):
    application = house.draft()
    lost = attached(house, application)
    attached(house, application, "另一份.png", "blue")
    default_storage.delete(lost.file.name)
    archive, job = made(house.filer(application.community), of_one(application))
    _, rows = whole(archive)
    assert [row[8] for row in rows if "H01 台账" in row[5]] == [packets.LOST]
    assert "有 1 处没有放入" in job.sentence


def test_a_changed_file_is_told(house):
    application = house.draft()
    file = attached(house, application)
    with open(default_storage.path(file.file.name), "ab") as stored:
        stored.write(b"x")
    with made(house.filer(application.community), of_one(application))[0] as archive:
        sheet = load_workbook(io.BytesIO(archive.read(packets.CONTENTS)))["目录"]
        assert packets.CHANGED in [row[8].value for row in sheet.iter_rows()]


def test_asked_twice_is_one_job(house, as_, at):
    at(AT)
    application = house.at("county_review", 0)
    client = as_("一县", Role.HANDLER)
    page = client.get(f"/applications/{application.pk}/").content.decode()
    assert f"/applications/{application.pk}/packet/" in page
    first = client.post(f"/applications/{application.pk}/packet/")["Location"]
    assert client.post(f"/applications/{application.pk}/packet/")["Location"] == first
    assert Job.objects.count() == 1
    jobs.run(jobs.take("a"))
    assert client.post(f"/applications/{application.pk}/packet/")["Location"] == first
    assert client.get(f"{first}file/").status_code == 200


def test_a_foreign_application_is_missing(house, as_, at):
    at(AT)
    application = house.at("county_review", 0)
    client = as_("二县", Role.HANDLER)
    assert client.post(f"/applications/{application.pk}/packet/").status_code == 404
    assert client.post("/applications/999999/packet/").status_code == 404
    assert Job.objects.count() == 0


def test_a_list_without_anyone_says_so(house, as_, at):
    at(AT)
    answer = as_("西市", Role.HANDLER).post(f"/rounds/{house.round.pk}/packets/star/", follow=True)
    assert "没有可以打包的材料" in answer.content.decode()
    assert as_("西市", Role.HANDLER).post(f"/rounds/{house.round.pk}/packets/x/").status_code == 404


def moved_away(house, application):
    Application.objects.filter(pk=application.pk).update(position=house.regions["西市"].position)


def test_who_left_the_scope_before_it_was_made_is_not_in_it(house):
    first, second = house.at("county_review", 0), house.at("county_review", 1)
    job = asked(house.officer("一县", Role.HANDLER), of_list(house, "一县"))
    moved_away(house, first)
    jobs.run(jobs.take("a"))
    job.refresh_from_db()
    with default_storage.open(job.stored_name) as file:
        names, _ = whole(zipfile.ZipFile(io.BytesIO(file.read())))
    assert first.number not in str(names) and second.number in str(names)


def test_who_left_while_it_was_made_is_told_as_left_out(house, monkeypatch):
    first, second = house.at("county_review", 0), house.at("county_review", 1)
    real = packets._zip

    def late(*args):
        moved_away(house, first)
        return real(*args)

    monkeypatch.setattr(packets, "_zip", late)
    archive, job = made(house.officer("一县", Role.HANDLER), of_list(house, "一县"))
    names, rows = whole(archive)
    assert first.number not in str(names) and second.number in str(names)
    assert packets.GONE in [row[8] for row in rows] and "有 1 处没有放入" in job.sentence


def test_a_download_asks_again(house, as_, at):
    at(AT)
    first = house.at("county_review", 0)
    client = as_("一县", Role.HANDLER)
    address = client.post(f"/rounds/{house.round.pk}/packets/star/")["Location"]
    jobs.run(jobs.take("a"))
    assert client.get(f"{address}file/").status_code == 200
    moved_away(house, first)
    assert client.get(f"{address}file/").status_code == 404


def test_what_a_dead_worker_made_is_not_made_again_and_the_bytes_are_the_same(house, printed, monkeypatch):
    applications = [house.at("county_review", number) for number in (0, 1, 2)]
    user = house.officer("一县", Role.HANDLER)
    whole_at_once, job = made(user, of_list(house, "一县"))
    with default_storage.open(job.stored_name) as file:
        expected = file.read()
    Job.objects.update(once=None)
    printed.clear()
    real, calls = packets._make_one, []

    def dies(work, *args):
        calls.append(args)
        if len(calls) == 3:
            raise SystemExit(9)
        real(work, *args)

    monkeypatch.setattr(packets, "_make_one", dies)
    job = asked(user, of_list(house, "一县"))
    with pytest.raises(SystemExit):
        jobs.run(jobs.take("a"))
    Job.objects.update(beat_at=timezone.now() - jobs.LEASE - dt.timedelta(seconds=1))
    jobs.run(jobs.take("b"))
    job.refresh_from_db()
    assert job.state == Job.State.DONE and job.tries == 2
    assert sorted(printed) == sorted((a.number, key) for a in applications for key in ("hunan_2", "hunan_3"))
    with default_storage.open(job.stored_name) as file:
        assert file.read() == expected
    assert Event.objects.filter(action="export_packet").count() == 2


def test_too_many_are_refused_with_a_way_out(house, monkeypatch):
    monkeypatch.setattr(packets, "MOST_APPLICATIONS", 1)
    house.at("county_review", 0), house.at("county_review", 1)
    job = asked(house.officer("一县", Role.HANDLER), of_list(house, "一县"))
    jobs.run(jobs.take("a"))
    job.refresh_from_db()
    assert job.state == Job.State.FAILED and "分次打包" in job.sentence


def test_the_queries_of_one_application_do_not_grow_with_its_files(house, django_assert_max_num_queries):
    application = house.draft()
    attached(house, application)
    user = acting(house.filer(application.community))

    def listed():
        one = packet_papers.everything(Application.objects.filter(pk=application.pk)).get()
        return len(list(packet_papers.papers(one, by=user, at=AT, site=SITE, notices=True)))

    with django_assert_max_num_queries(12) as one:
        before = listed()
    for number in range(3):
        attached(house, application, f"{number}.png", ("blue", "green", "white")[number])
    with django_assert_max_num_queries(len(one.captured_queries)):
        assert listed() == before + 3


def test_nothing_is_printed_twice(house, monkeypatch):
    """The form of the same data is the same print, whoever packs it and however often."""
    monkeypatch.undo()
    application = house.at("county_review", 0)
    one = packet_papers.everything(Application.objects.filter(pk=application.pk)).get()
    user = acting(house.officer("一县", Role.HANDLER))
    forms = [
        p
        for p in packet_papers.papers(one, by=user, at=AT, site=SITE, notices=False)
        if p.folder == packet_papers.FORMS
    ]
    again = forms[1].make()
    assert again.startswith(b"%PDF") and forms[1].make() == again
    assert Print.objects.count() == 1

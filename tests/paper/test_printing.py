"""A print and its code; what comes back stamped; when it is stale; who may open what."""

import datetime as dt
import io
import json
import re

import pikepdf
import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Bucket, Event, Role
from accreditation import filing
from accreditation.models import Application, Attachment, PaperCopies, Print, Scan
from accreditation.paper import facts, invariants, printing
from tests.access.conftest import picture
from tests.accreditation.test_community_filing import pdf
from tests.factories import moment

DAY = dt.date(2017, 9, 5)


def url(name, *args):
    return reverse(f"accreditation:{name}", args=args)


@pytest.fixture(autouse=True)
def _today(at):
    at(DAY)


@pytest.fixture
def mine(client, house):
    client.force_login(house.filer(house.community(0)))
    return client


def browser(user):
    client = Client()
    client.force_login(user)
    return client


def press(client, application, form="hunan_3"):
    answer = client.post(url("print_paper", application.pk, form))
    assert answer.status_code == 302, answer.content.decode()
    return Print.objects.get(pk=int(answer.url.strip("/").split("/")[-1]))


def change(application, house, text="改过的创建工作情况。"):
    application.refresh_from_db()
    by = house.filer(application.community)
    by.acting = by.postings.select_related("community").get()
    filing.save_narrative(application, text, by=by, at=moment(DAY), edition=application.edition)


# The code


def test_a_print_keeps_exactly_what_the_form_shows(mine, house):
    application = house.filed()
    printed = press(mine, application)
    assert facts.fingerprint(json.loads(printed.data)) == printed.fingerprint
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}", printed.shown_code)
    assert (printed.pages, printed.levels, printed.printed_at) == (1, "", moment(DAY))
    event = Event.objects.get(action="print_paper")
    assert json.loads(event.body)["data"] == {
        "form": "省级充分就业星级社区申报表",
        "print_code": printed.shown_code,
    }


def test_the_same_data_printed_again_is_the_same_print(mine, house):
    application = house.filed()
    first = press(mine, application)
    street = browser(house.officer("一南街道", Role.HANDLER))
    assert press(mine, application).pk == press(street, application).pk == first.pk
    assert Print.objects.count() == 1 and Event.objects.filter(action="print_paper").count() == 3
    made = [mine.get(url("print_pdf", first.pk)).content for _ in range(2)]
    assert made[0] == made[1] and made[0].startswith(b"%PDF")


def test_other_data_is_another_print_and_going_back_finds_the_first(mine, house):
    application = house.draft()
    change(application, house, "甲")
    first = press(mine, application)
    change(application, house, "乙")
    second = press(mine, application)
    change(application, house, "甲")
    assert first.pk != second.pk and first.code != second.code
    assert press(mine, application).pk == first.pk


def test_codes_do_not_repeat_and_are_read_as_people_type_them():
    codes = {printing.new_code() for _ in range(500)}
    assert len(codes) == 500 and all(len(code) == 12 and not set(code) & set("ILOU") for code in codes)
    assert printing.read_code(" 7k3m-9qtx 2b4d ") == "7K3M9QTX2B4D"
    assert printing.read_code("OIL0") == "0110"


def test_the_pdf_carries_code_and_address(mine, house, tmp_path):
    printed = press(mine, house.filed())
    answer = mine.get(url("print_pdf", printed.pk))
    assert answer["Content-Type"] == "application/pdf" and answer["X-Frame-Options"] == "SAMEORIGIN"
    assert (
        "inline" in answer["Content-Disposition"] and "object-src 'self'" in answer["Content-Security-Policy"]
    )
    assert "attachment" in mine.get(url("print_pdf", printed.pk) + "?download=1")["Content-Disposition"]
    with pikepdf.open(io.BytesIO(answer.content)) as found:
        assert len(found.pages) == printed.pages
        assert str(found.docinfo["/Title"]).startswith("省级充分就业星级社区申报表")


# The public check


def test_anyone_checks_a_code_and_learns_no_more_than_the_form_and_the_community(client, mine, house):
    application = house.filed()
    printed = press(mine, application, "hunan_2")
    page = Client().get(f"/papers/{printed.shown_code.lower()}/")
    text = page.content.decode()
    assert page.status_code == 200 and "打印后数据没有改动" in text
    assert (
        "省级充分就业星级社区评定考核表" in text
        and application.community.name in text
        and "2017年9月5日" in text
    )
    body = text.split("<main")[1].split("</main>")[0]
    for hidden in (
        application.number, str(application.total_self), application.basic_facts["office_phone"],
        house.filer(application.community).name, application.community.place.split()[-1], application.narrative[:10],
    ):  # fmt: skip
        assert hidden not in body, hidden


def test_the_public_check_says_when_the_data_changed(mine, house):
    application = house.draft()
    printed = press(mine, application)
    change(application, house)
    assert "打印后数据有改动" in Client().get(f"/papers/{printed.code}/").content.decode()


def test_unknown_codes_are_missing_and_guessing_ends(mine, house):
    printed = press(mine, house.filed())
    stranger = Client()
    answer = stranger.get("/papers/AAAA-BBBB-CCCC/")
    assert answer.status_code == 404 and "查无此件" in answer.content.decode()
    for number in range(29):
        assert stranger.get(f"/papers/{number}/").status_code == 404
    assert stranger.get(f"/papers/{printed.code}/").status_code == 429
    Bucket.objects.all().delete()
    assert stranger.get(f"/papers/{printed.code}/").status_code == 200


def test_the_box_leads_to_the_code():
    stranger = Client()
    assert stranger.get("/papers/").status_code == 200
    assert stranger.get("/papers/", {"code": " 7k3m9qtx2b4d"}).url == "/papers/7K3M-9QTX-2B4D/"
    assert stranger.get("/papers/", {"code": ""}).status_code == 400
    assert stranger.get("/papers/", {"code": "桂花"}).status_code == 400


# Scans


def test_the_communitys_scan_is_its_material_too(mine, house):
    application = house.draft()
    printed = press(mine, application)
    answer = mine.post(url("attach_scan", printed.pk), {"file": pdf("盖章.pdf")})
    assert answer.url == url("printed", printed.pk)
    scan, attachment = Scan.objects.get(), Attachment.objects.get()
    assert (scan.stamper, attachment.material, scan.file.name) == (
        "community",
        "application_form",
        attachment.file.name,
    )
    page = mine.get(url("printed", printed.pk)).content.decode()
    assert url("scan", scan.pk) in page and url("print_pdf", printed.pk) in page and "盖章.pdf" in page
    served = mine.get(url("scan", scan.pk) + "?inline=1")
    assert served.status_code == 200 and served["X-Frame-Options"] == "SAMEORIGIN"


def test_the_same_scan_twice_is_refused_and_leaves_no_file(mine, house, settings):
    printed = press(mine, house.filed())
    mine.post(url("attach_scan", printed.pk), {"file": picture()})
    before = sum(1 for path in settings.MEDIA_ROOT.rglob("*") if path.is_file())
    answer = mine.post(url("attach_scan", printed.pk), {"file": picture()})
    assert answer.status_code == 409 and "已经上传过" in answer.content.decode()
    assert sum(1 for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()) == before
    assert Scan.objects.count() == 1
    assert mine.post(url("attach_scan", printed.pk), {"file": picture(colour="blue")}).status_code == 302
    page = mine.get(url("printed", printed.pk)).content.decode()
    assert "已由新件替换" in page


def test_what_is_no_scan_is_refused_in_words(mine, house):
    printed = press(mine, house.filed())
    from django.core.files.uploadedfile import SimpleUploadedFile

    wrong = SimpleUploadedFile("盖章.docx", b"PK\x03\x04 nothing", "application/zip")
    assert mine.post(url("attach_scan", printed.pk), {"file": wrong}).status_code == 409
    answer = mine.post(url("attach_scan", printed.pk))
    assert answer.status_code == 400 and "请先选择" in answer.content.decode()
    assert not Scan.objects.exists()


def test_a_scan_is_stale_once_the_data_changes(mine, house):
    application = house.draft()
    printed = press(mine, application)
    mine.post(url("attach_scan", printed.pk), {"file": picture()})
    assert printing.STALE not in mine.get(url("papers", application.pk)).content.decode()
    change(application, house)
    for page in (url("papers", application.pk), url("printed", printed.pk)):
        assert printing.STALE in mine.get(page).content.decode(), page
    attachments = Attachment.objects.count()
    assert mine.post(url("attach_scan", printed.pk), {"file": picture(colour="blue")}).status_code == 302
    assert Attachment.objects.count() == attachments  # a stale scan is kept, and is no material


def test_an_officer_sees_on_the_file_that_the_scan_is_stale(mine, house):
    application = house.filed()
    printed = press(mine, application)
    mine.post(url("attach_scan", printed.pk), {"file": picture()})
    street = browser(house.officer("一南街道", Role.HANDLER))
    assert "盖章扫描件已上传" in street.get(url("application", application.pk)).content.decode()
    Application.objects.filter(pk=application.pk).update(narrative="改过")
    assert printing.STALE in street.get(url("application", application.pk)).content.decode()


def test_a_desks_own_findings_do_not_make_the_communitys_paper_stale(mine, house):
    application = house.filed()
    printed = press(mine, application, "hunan_2")
    application = house.prepare(house.fresh(application))
    house.drive.pass_on(application, moment(DAY))
    house.prepare(house.fresh(application), moment(DAY))
    whole = printing.with_findings(Application.objects).get(pk=application.pk)
    assert not printing.is_stale(printed, whole, moment(DAY))


def test_a_desks_paper_is_stale_when_its_opinion_changes(house):
    application = house.prepare(house.at("county_review"))
    county = browser(house.officer("一县", Role.HANDLER))
    printed = press(county, application)
    assert printed.levels == "county"
    whole = printing.with_findings(Application.objects)
    assert not printing.is_stale(printed, whole.get(pk=application.pk), moment(DAY))
    house.drive.propose(house.fresh(application), moment(DAY), opinion="另一意见，同意上报。")
    assert printing.is_stale(printed, whole.get(pk=application.pk), moment(DAY))


# Who


def test_a_desk_uploads_its_own_stamp_and_counts_paper(house):
    application = house.prepare(house.at("county_review"))
    county = browser(house.officer("一县", Role.HANDLER))
    printed = press(county, application)
    assert county.post(url("attach_scan", printed.pk), {"file": picture()}).status_code == 302
    assert Scan.objects.get().stamper == "county"
    assert Attachment.objects.filter(material="application_form").count() == 1  # the community's own alone
    assert county.post(url("receive_copies", printed.pk), {"copies": "２"}).status_code == 302
    assert PaperCopies.objects.get().copies == 2
    page = county.get(url("printed", printed.pk)).content.decode()
    assert "已收纸质 2 份" in page
    assert county.post(url("receive_copies", printed.pk), {"copies": "两"}).status_code == 400
    assert county.post(url("receive_copies", printed.pk), {"copies": "100"}).status_code == 400


def test_a_print_with_a_desks_findings_is_hidden_from_those_who_may_not_see_them(mine, house):
    application = house.prepare(house.at("county_review"))
    county = browser(house.officer("一县", Role.HANDLER))
    printed = press(county, application, "hunan_2")
    county.post(url("attach_scan", printed.pk), {"file": picture()})
    scan = Scan.objects.get()
    street = browser(house.officer("一南街道", Role.APPROVER))
    for reader in (mine, street):
        for name, pk in (("printed", printed.pk), ("print_pdf", printed.pk), ("scan", scan.pk)):
            missing = reader.get(url(name, 10**9))
            answer = reader.get(url(name, pk))
            assert (answer.status_code, answer.content) == (404, missing.content), name
        assert (
            reader.post(url("attach_scan", printed.pk), {"file": picture(colour="blue")}).status_code == 404
        )
        assert printed.shown_code not in reader.get(url("papers", application.pk)).content.decode()


def test_strangers_find_nothing(mine, house):
    application = house.filed()
    printed = press(mine, application)
    mine.post(url("attach_scan", printed.pk), {"file": picture()})
    scan = Scan.objects.get()
    for user in (
        house.filer(house.community(1)), house.officer("二县", Role.HANDLER), house.officer("东市", Role.HANDLER),
        house.officer("甲省", Role.SYSADMIN),
    ):  # fmt: skip
        client = browser(user)
        for name, args, other in (
            ("papers", [application.pk], [10**9]), ("printed", [printed.pk], [10**9]), ("print_pdf", [printed.pk], [10**9]),
            ("scan", [scan.pk], [10**9]),
        ):  # fmt: skip
            answer, missing = client.get(url(name, *args)), client.get(url(name, *other))
            assert (answer.status_code, answer.content) == (404, missing.content), name
        assert client.post(url("print_paper", application.pk, "hunan_3")).status_code == 404
        assert client.post(url("attach_scan", printed.pk), {"file": picture()}).status_code == 404
        assert client.post(url("receive_copies", printed.pk), {"copies": "1"}).status_code == 404
    assert Scan.objects.count() == 1 and Print.objects.count() == 1


def test_whose_stamp_it_is_not_is_refused(mine, house):
    application = house.filed()
    printed = press(mine, application)
    street = browser(house.officer("一南街道", Role.HANDLER))  # 附件3 has no box for the street
    assert street.post(url("attach_scan", printed.pk), {"file": picture()}).status_code == 403
    assert mine.post(url("receive_copies", printed.pk), {"copies": "1"}).status_code == 403
    page = street.get(url("printed", printed.pk)).content.decode()
    assert url("attach_scan", printed.pk) not in page and url("receive_copies", printed.pk) in page


def test_a_form_of_another_programme_is_missing(mine, house):
    application = house.filed()
    for form in ("henan_2", "quangang_sheet", "x"):
        assert mine.post(url("print_paper", application.pk, form)).status_code == 404
    assert mine.get(url("print_paper", application.pk, "hunan_3")).status_code == 405


def test_the_page_of_forms_costs_the_same_for_many_prints(mine, house, django_assert_max_num_queries):
    application = house.draft()
    for number in range(4):
        change(application, house, f"第{number}稿")
        press(mine, application)
    with django_assert_max_num_queries(24):
        page = mine.get(url("papers", application.pk))
    assert page.content.decode().count("t-late") == 3


def test_two_presses_at_the_same_moment_make_one_print(mine, house):
    """The second finds the row that the first wrote after it had looked."""
    application = house.filed()
    first = press(mine, application)
    same = {"application": application, "form": "hunan_3", "fingerprint": first.fingerprint}
    details = {
        "data": first.data,
        "code": printing.new_code(),
        "pages": 1,
        "printed_by": first.printed_by,
        "printed_at": moment(DAY),
    }
    assert printing._create(same, details).pk == first.pk
    assert Print.objects.count() == 1


def test_what_is_kept_is_watched(mine, house):
    printed = press(mine, house.filed())
    mine.post(url("attach_scan", printed.pk), {"file": picture()})
    assert [list(check(moment(DAY))) for check in invariants.PAPER_CHECKS] == [[], []]
    Print.objects.update(data=printed.data.replace("一县", "二县"))
    Scan.objects.get().file.delete(save=False)
    kept, files = (list(check(moment(DAY))) for check in invariants.PAPER_CHECKS)
    assert kept == [f"打印件 {printed.pk}：锁定的内容与校验值不符"] and "文件缺失" in files[0]


def test_a_print_too_large_is_refused_on_the_page(mine, house, monkeypatch):
    from accreditation.paper import rendering

    application = house.filed()
    monkeypatch.setattr(rendering, "MOST_TAGS", 5)
    answer = mine.post(url("print_paper", application.pk, "hunan_3"))
    assert answer.status_code == 409 and "没有打印。" in answer.content.decode()
    assert not Print.objects.exists()


def test_hostile_text_in_an_application_calls_nobody(mine, house, listener):
    """What a community typed is printed as text: a listener on this machine hears nothing (D7)."""
    address, hits = listener
    hostile = (
        f"<img src={address}/a><style>@import '{address}/b'</style><link rel=attachment href={address}/c>"
    )
    application = house.draft()
    change(application, house, hostile)
    Application.objects.update(basics=json.dumps({"contact": hostile, "office_phone": hostile}))
    application.community.street.name = hostile[:60]
    application.community.street.save()
    for form in ("hunan_2", "hunan_3"):
        printed = press(mine, application, form)
        made = mine.get(url("print_pdf", printed.pk)).content
        with pikepdf.open(io.BytesIO(made)) as found:
            assert len(found.attachments) == 0
    page = mine.get(url("printed", printed.pk)).content.decode()
    assert f"src={address}" not in page and hits == []


def test_the_recheck_register_comes_as_paper_and_taking_it_is_told(house):
    city = browser(house.officer("东市", Role.HANDLER))
    answer = city.get(url("recheck_paper", 2017))
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF")
    assert json.loads(Event.objects.get(action="export_table").body)["data"] == {"rows": 0}
    assert city.get(url("recheck_paper", 2018)).status_code == 404
    assert browser(house.filer(house.community(0))).get(url("recheck_paper", 2017)).status_code == 403

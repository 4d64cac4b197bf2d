"""Official documents of a list, from the portal's own records: their words, who may have them, and what they never show."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import Role
from accreditation import notices, programmes, public, transitions
from accreditation.models import Application, Notice, NoticeEntry, Recognition, State
from accreditation.paper import document_texts
from regions import clock
from regions.clock import end_of
from tests.factories import moment
from tests.paper.pages import red, text

NUMBER = "测试〔2017〕2号"
DAY = dt.date(2017, 10, 23)


@pytest.fixture(autouse=True)
def today(at):
    at(DAY)


def said(document):
    return "\n".join(paragraph.text for paragraph in document.paragraphs)


def listed(house, name, **query):
    return reverse(f"accreditation:{name}", args=[house.round.pk, "star"], query=query or None)


@pytest.fixture
def title(house):
    house.at(State.RECOGNISED)
    return Recognition.objects.select_related("community").get(application__isnull=False)


# The public notice


def test_a_notice_as_a_document(house, client, tmp_path, at):
    house.at("county_notice")
    notice = Notice.objects.get()
    Notice.objects.update(number="测试公示[2017]第01号")
    at(notice.published_at + dt.timedelta(hours=1))
    document = document_texts.notice(public.notice(notice.pk, clock.now()), dt.date(2017, 8, 28))
    assert document.number == "测试公示〔2017〕1号"
    assert "5个工作日。发布当日不计入" in said(document)
    assert "单位公章" in said(document) and "保密" in said(document)
    assert document.attachments[0].rows == [(1, "一南桂花社区", "甲省东市一县一南街道")]
    response = client.get(reverse("notice_pdf", args=[notice.pk]))
    assert response["Content-Type"] == "application/pdf" and response["Cache-Control"] == "public, max-age=60"
    printed = text(response.content, tmp_path)
    assert "一南桂花社区" in printed and "网上公开版，未用印" in printed and "待用印" not in printed
    assert "0000-0000001" not in printed  # nobody's phone but the office's


def test_days_off_and_a_moved_end_are_told(house):
    house.at("county_notice")
    Notice.objects.update(
        first_day=dt.date(2017, 9, 29),
        last_day=dt.date(2017, 10, 12),
        original_last_day=dt.date(2017, 10, 11),
    )
    document = document_texts.notice(public.notice(Notice.objects.get().pk, clock.now()), DAY)
    assert "2017年9月29日至2017年10月12日" in said(document)
    assert "10月1日" in said(document) and "不是工作日，不计入天数" in said(document)
    assert "截止日期原定为2017年10月11日" in said(document)


def test_who_was_removed_is_marked_in_the_list(house):
    house.at("county_notice")
    NoticeEntry.objects.update(status="removed")
    document = document_texts.notice(public.notice(Notice.objects.get().pk, clock.now()), DAY)
    assert document.attachments[0].head[-1] == "备注" and document.attachments[0].rows[0][-1] == "已移出名单"


def test_a_missing_notice_is_not_found_and_flooding_ends(client, db, monkeypatch, house):
    assert client.get("/notices/999/notice.pdf").status_code == 404
    house.at("county_notice")
    monkeypatch.setattr("accreditation.views.documents.PRINTED_PER_PLACE", 2)
    address = reverse("notice_pdf", args=[Notice.objects.get().pk])
    assert [client.get(address).status_code for _ in range(3)] == [200, 200, 429]


def test_a_draft_before_publishing_is_marked_unstamped(house, as_, tmp_path, at):
    application = house.prepare(house.at("county_review"))
    house.drive.shortlist(application, moment(dt.date(2017, 8, 29)))
    at(dt.date(2017, 8, 29))
    response = as_("一县", Role.PUBLISHER).get(listed(house, "notice_draft"))
    printed = text(response.content, tmp_path)
    assert "待用印" in printed and "一南桂花社区" in printed
    assert "2017年8月30日至2017年9月5日" in printed  # 5 working days, the first not counted
    assert response["Cache-Control"] == "private, no-store"
    assert not Notice.objects.exists()


def test_without_a_list_the_office_is_told_so(house, as_):
    response = as_("一县", Role.PUBLISHER).get(listed(house, "notice_draft"), follow=True)
    assert "名单上还没有社区" in response.content.decode()
    assert as_("一南街道", Role.APPROVER).get(listed(house, "notice_draft")).status_code == 404


# Recognition, announcement


def test_the_document_that_grants_the_titles(house, title, as_, tmp_path):
    client = as_("甲省", Role.APPROVER)
    page = client.get(listed(house, "list_documents")).content.decode()
    assert NUMBER.replace("2号", "1号") in page
    response = client.get(listed(house, "recognition_document", number="测试〔2017〕1号"))
    printed = text(response.content, tmp_path)
    for piece in (
        "关于认定2017年省级充分就业星级社区",
        "测试〔2017〕1号",
        "一南桂花社区",
        title.number,
        "待用印",
        "此件主动公开",
    ):
        assert piece in printed, piece
    assert "人民币" not in printed  # Hunan's document gives no money
    printed = text(client.get(listed(house, "announcement", number="测试〔2017〕1号")).content, tmp_path)
    assert "特此公告。" in printed and "印发" not in printed


def test_a_draft_before_recognition_has_blanks_for_number_and_date(house, as_, tmp_path):
    application = house.at("province_notice")
    Application.objects.filter(pk=application.pk).update(cleared_at=moment(DAY))
    response = as_("甲省", Role.APPROVER).get(listed(house, "recognition_document"))
    printed = text(response.content, tmp_path)
    assert "〔〕号" in printed and "年月日" in printed and "一南桂花社区" in printed


@pytest.mark.parametrize("name", ["recognition_document", "announcement"])
def test_scope_of_the_recognising_level(house, title, as_, name):
    address = listed(house, name, number="测试〔2017〕1号")
    for role in (Role.HANDLER, Role.APPROVER, Role.PUBLISHER):
        assert as_("甲省", role).get(address).status_code == 200
    assert as_("东市", Role.APPROVER).get(address).status_code == 404
    assert as_("甲省", Role.AUDITOR).get(address).status_code == 403
    response = as_("甲省", Role.APPROVER).get(listed(house, name, number="没有这份文件"), follow=True)
    assert "没有可以写入文件的社区" in response.content.decode()


def test_money_stands_in_figures_and_capital_letters(house):
    version, _ = programmes.load(
        {**house.version.data, "key": "paid", "version": "1.0",
         "subsidy": {"kind": "once", "amounts": {"provincial": 20000}, "article": "五、考核奖励"}},
        "paid.json", at=moment(DAY),
    )  # fmt: skip
    house.round.version = version
    rows = [house.at("province_notice")]
    document = document_texts.recognition(
        house.round, version.data["tiers"][0], "甲省厅", rows, number="", day=None
    )
    assert "每个一次性奖励人民币贰万元整（20000元）" in said(document)


# Cancellation


def test_the_decision_that_ends_a_title(house, title, as_, tmp_path):
    client = as_("甲省", Role.HANDLER)
    address = reverse("accreditation:cancellation_pdf", args=[title.pk])
    typed = {
        "number": "测试(2018)第05号",
        "reason": "经查，台账不实。\n依据办法第十六条。",
        "ended_on": "2018-03-01",
    }
    printed = text(client.post(address, typed).content, tmp_path)
    for piece in (
        "测试〔2018〕5号",
        "甲省东市一县一南街道一南桂花社区居民委员会于",
        "经查，台账不实。",
        "自2018年3月1日起撤销其“省级充分就业星级社",
        "待用印",
        title.number,
    ):
        assert piece in printed, piece
    title.refresh_from_db()
    assert title.status == "valid" and title.ended_on is None  # paper decides nothing
    assert client.post(address, {"reason": ""}).status_code == 400
    assert "请填写撤销的事实和依据" in client.post(address, {"reason": ""}).content.decode()
    assert client.get(address).status_code == 405


def test_others_write_no_decision(house, title, as_, client):
    address = reverse("accreditation:cancellation_pdf", args=[title.pk])
    assert as_("东市", Role.APPROVER).post(address, {"reason": "理由"}).status_code == 403
    assert as_("甲省", Role.AUDITOR).post(address, {"reason": "理由"}).status_code == 403
    assert as_("西市", Role.APPROVER).post(address, {"reason": "理由"}).status_code == 404
    client.force_login(house.filer(title.community))
    assert client.post(address, {"reason": "理由"}).status_code == 403


def test_the_decision_that_disqualifies_is_printed_by_the_office_that_took_it(house, as_, tmp_path):
    application = house.at("county_review")
    by, at = house.officer("一县", Role.APPROVER), moment(dt.date(2017, 9, 1))
    address = reverse("accreditation:disqualification_pdf", args=[application.pk])
    assert as_("一县", Role.HANDLER).get(address).status_code == 404  # nothing was decided
    transitions.disqualify(
        application, by=by, at=at, seen=application.moves, reason="台账系伪造。", document="测试(2017)第06号"
    )
    client = as_("一县", Role.HANDLER)
    assert address in client.get(reverse("accreditation:application", args=[application.pk])).content.decode()
    printed = text(client.get(address).content, tmp_path)
    for piece in (
        "测试〔2017〕6号",
        "台账系伪造。",
        "现决定取消其本次申报资格。",
        "待用印",
        application.number,
    ):
        assert piece in printed, piece
    for region, role in (("一南街道", Role.APPROVER), ("东市", Role.APPROVER), ("东市", Role.AUDITOR)):
        assert as_(region, role).get(address).status_code == 404


def test_no_document_bears_a_seal(house, title, as_, tmp_path):
    client = as_("甲省", Role.APPROVER)
    made = client.get(listed(house, "recognition_document", number="测试〔2017〕1号")).content
    assert all(right - left > 100 for top, left, right in red(made, tmp_path) if top > 110)
    assert not [row for row in red(made, tmp_path) if row[0] > 140]


# Where they are found


def test_the_publisher_takes_the_typed_words_along(house, as_, tmp_path, at):
    application = house.prepare(house.at("county_review"))
    house.drive.shortlist(application, moment(dt.date(2017, 8, 29)))
    application = house.fresh(application)
    at(dt.date(2017, 8, 29))
    client = as_("一县", Role.PUBLISHER)
    typed = {
        "number": "一县人社公示(2017)第03号",
        "title": "一县2017年推荐名单公示",
        "basis": "根据有关文件。",
        "process": "经评审，现予公示。",
        "contact": "一县人社局 0000-0000001",
        "seen": f"{application.pk}:{application.moves}",
        "paper": "1",
    }
    address = listed(house, "publish")
    printed = text(client.post(address, typed).content, tmp_path)
    assert "一县人社公示〔2017〕3号" in printed and "经评审，现予公示。" in printed and "待用印" in printed
    assert not Notice.objects.exists()
    assert client.post(address, {**typed, "title": ""}).status_code == 400
    del typed["paper"]
    client.post(address, typed)
    assert Notice.objects.get().number == "一县人社公示〔2017〕3号"


def test_pages_lead_to_their_papers(house, title, as_, client):
    documents = listed(house, "list_documents")
    client = as_("甲省", Role.APPROVER)
    page = client.get(listed(house, "recognise")).content.decode()
    assert documents in page and reverse("accreditation:title_papers", args=[title.pk]) in page
    assert documents in client.get(listed(house, "desk_list")).content.decode()
    notice = Notice.objects.first()
    assert (
        reverse("notice_pdf", args=[notice.pk])
        in client.get(reverse("notice", args=[notice.pk])).content.decode()
    )
    client.force_login(house.filer(title.community))
    assert reverse("accreditation:title_papers", args=[title.pk]) in client.get("/home/").content.decode()


def test_the_number_is_kept_with_six_cornered_brackets(house, as_):
    application = house.at("province_notice")
    notice = Notice.objects.get(state="province_notice")
    notices.close(notice, at=end_of(notice.last_day))
    application = house.fresh(application)
    typed = {
        "document_number": "测试(2017)第08号",
        "granted_on": "2017-10-23",
        "seen": f"{application.pk}:{application.moves}",
    }
    assert as_("甲省", Role.APPROVER).post(listed(house, "recognise"), typed).status_code == 302
    assert Recognition.objects.get(application=application).document_number == "测试〔2017〕8号"

"""Objections: raised in public, held by rate and deadline, settled by the publishing office alone; identities stay there."""

import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.models import Event, Role
from accreditation import notices
from accreditation.models import Notice, NoticeEntry, Objection, ObjectionFile, Quota, State
from accreditation.refusals import NotReady
from regions.clock import end_of

SECRET_NAME, SECRET_CONTACT = "隐姓埋名甲乙丙", "13900001234"
NAMED = {
    "text": "台账与实际不符，请核查。",
    "named": "yes",
    "name": SECRET_NAME,
    "contact": SECRET_CONTACT,
    "website": "",
    "token": "t1",
}
ANONYMOUS = {"text": "请查一查。", "named": "no", "name": "", "contact": "", "website": "", "token": "t2"}


@pytest.fixture
def entry(house, at):
    """An entry of a county notice; the clock stands an hour after its publication."""
    house.at("county_notice")
    found = NoticeEntry.objects.select_related("notice", "application").get()
    at(found.notice.published_at + dt.timedelta(hours=1))
    return found


def address(entry):
    return reverse("object_to", args=[entry.notice_id, entry.pk])


def picture(name="照片.png"):
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), "image/png")


# The public side


def test_a_named_objection_holds_at_once_and_gives_a_code(client, entry):
    assert client.get(address(entry)).status_code == 200
    response = client.post(address(entry), {**NAMED, "files": [picture()]})
    objection = Objection.objects.get()
    assert response.url == reverse("objection_receipt", args=[objection.code])
    assert objection.admitted_at and (objection.name, objection.contact) == (SECRET_NAME, SECRET_CONTACT)
    assert ObjectionFile.objects.get().name == "照片.png"
    receipt = client.get(response.url).content.decode()
    assert objection.code[:4] in receipt and SECRET_NAME not in receipt
    spaced = f"{objection.code[:16].upper()} {objection.code[16:]}"
    status = client.post(reverse("objection_status"), {"code": spaced}).content.decode()
    assert "已受理，正在核查" in status
    assert SECRET_NAME not in status and SECRET_CONTACT not in status and NAMED["text"] not in status


def test_an_anonymous_one_brings_no_identity_and_holds_nothing_until_admitted(client, entry, house, as_):
    client.post(address(entry), {**ANONYMOUS, "name": SECRET_NAME, "contact": SECRET_CONTACT})
    objection = Objection.objects.get()
    assert (objection.name, objection.contact, objection.admitted_at) == ("", "", None)
    notice = entry.notice
    _, clear, held = notices.close(notice, at=end_of(notice.last_day))
    assert (clear, held) == (1, 0)
    assert house.fresh(entry.application).state == State.CITY_REVIEW


def test_admitted_it_holds(client, entry, house, as_):
    client.post(address(entry), ANONYMOUS)
    objection = Objection.objects.get()
    officer = as_("一县", Role.HANDLER)
    assert officer.post(reverse("accreditation:admit", args=[objection.pk])).status_code == 302
    _, clear, held = notices.close(entry.notice, at=end_of(entry.notice.last_day))
    assert (clear, held) == (0, 1)
    assert house.fresh(entry.application).state == State.COUNTY_NOTICE


@pytest.mark.parametrize(("seconds", "taken"), [(-1, True), (0, False), (1, False)])
def test_the_deadline_to_the_second(client, entry, at, seconds, taken):
    at(end_of(entry.notice.last_day) + dt.timedelta(seconds=seconds))
    response = client.post(address(entry), NAMED)
    assert response.status_code == (302 if taken else 409)
    assert Objection.objects.count() == int(taken)
    if not taken:
        assert "公示期已经结束" in response.content.decode()


def test_what_is_missing_is_said_at_the_field(client, entry):
    response = client.post(address(entry), {"token": "t", "named": "yes"})
    text = response.content.decode()
    assert response.status_code == 400
    for sentence in ("请填写反映的情况", "请填写姓名或单位名称", "请填写联系方式"):
        assert sentence in text
    response = client.post(address(entry), {**NAMED, "text": "字" * 5001})
    assert response.status_code == 400 and "不能超过 5000 字" in response.content.decode()
    assert not Objection.objects.exists()


def test_a_program_that_fills_every_box_is_refused(client, entry):
    response = client.post(address(entry), {**ANONYMOUS, "website": "http://example.com"})
    assert response.status_code == 400
    assert "此栏请留空" in response.content.decode()
    assert not Objection.objects.exists()


def test_a_second_press_is_the_first_one(client, entry):
    first = client.post(address(entry), NAMED)
    second = client.post(address(entry), NAMED)
    assert first.url == second.url
    assert Objection.objects.count() == 1


def test_a_file_in_disguise_is_refused_and_costs_no_try(client, entry):
    for _ in range(6):
        bad = SimpleUploadedFile("图.pdf", b"MZ" + b"\0" * 200, "application/pdf")
        response = client.post(address(entry), {**NAMED, "files": [bad]})
        assert response.status_code == 409
    assert "图.pdf：" in response.content.decode()
    many = [picture(f"{n}.png") for n in range(6)]
    response = client.post(address(entry), {**NAMED, "files": many})
    assert response.status_code == 400 and "最多上传 5 个文件" in response.content.decode()
    assert not Objection.objects.exists()


def test_five_an_hour_from_one_place(client, entry):
    for n in range(5):
        assert client.post(address(entry), {**ANONYMOUS, "token": f"n{n}"}).status_code == 302
    response = client.post(address(entry), {**ANONYMOUS, "token": "n5"})
    assert response.status_code == 429
    assert "请过 60 分钟再试" in response.content.decode() and response["Retry-After"] == "3600"
    assert Objection.objects.count() == 5
    other = client.post(address(entry), {**ANONYMOUS, "token": "n6"}, REMOTE_ADDR="192.0.2.9")
    assert other.status_code == 302


def test_guessing_codes_ends(client, entry):
    client.post(address(entry), NAMED)
    code = Objection.objects.get().code
    for n in range(30):
        response = client.post(reverse("objection_status"), {"code": f"{n:032x}"})
        assert response.status_code == 404 and "没有查到这个查询码" in response.content.decode()
    assert client.post(reverse("objection_status"), {"code": code}).status_code == 429
    assert client.get(reverse("objection_receipt", args=[code])).status_code == 429


# The office


@pytest.fixture
def objection(client, entry):
    client.post(address(entry), {**NAMED, "files": [picture()]})
    return Objection.objects.select_related("entry__notice").get()


def page(client, objection):
    return client.get(reverse("accreditation:objection", args=[objection.pk]))


def test_the_register_has_a_clock(as_, objection, at):
    client = as_("一县", Role.HANDLER)
    address = reverse("accreditation:objection_desk")
    text = client.get(address).content.decode()
    assert "还有 10 个工作日" in text and SECRET_NAME not in text
    at(end_of(objection.due_on))
    assert "逾期" in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("place", "role", "status"),
    [
        ("二县", Role.APPROVER, 404),
        ("东市", Role.APPROVER, 404),
        ("甲省", Role.APPROVER, 404),
        ("东市", Role.AUDITOR, 403),
        ("甲省", Role.SYSADMIN, 403),
    ],
)
def test_other_offices_know_nothing_of_it(as_, objection, place, role, status):
    client = as_(place, role)
    kept = objection.files.get()
    assert page(client, objection).status_code == status
    assert (
        client.get(reverse("accreditation:objection_file", args=[objection.pk, kept.pk])).status_code
        == status
    )
    for verb, said in (
        ("admit", {}),
        ("extend", {"reason": "x"}),
        ("settle", {"outcome": "upheld", "reply": "x"}),
    ):
        response = client.post(reverse(f"accreditation:{verb}", args=[objection.pk]), said)
        assert response.status_code == status
    desk = client.get(reverse("accreditation:objection_desk"))
    assert objection.entry.name not in desk.content.decode()


def test_reading_the_identity_is_an_event(as_, objection):
    client = as_("一县", Role.HANDLER)
    text = page(client, objection).content.decode()
    assert NAMED["text"] in text
    assert SECRET_NAME not in text and SECRET_CONTACT not in text
    assert not Event.objects.filter(action="read_objector").exists()
    text = client.post(reverse("accreditation:objection", args=[objection.pk])).content.decode()
    assert SECRET_NAME in text and SECRET_CONTACT in text
    assert Event.objects.filter(action="read_objector").count() == 1


def test_a_file_comes_as_a_download(as_, objection):
    client = as_("一县", Role.HANDLER)
    kept = objection.files.get()
    response = client.get(reverse("accreditation:objection_file", args=[objection.pk, kept.pk]))
    assert response.status_code == 200 and response["Content-Type"] == "image/png"
    assert response["Content-Disposition"].startswith("attachment")
    assert b"".join(response.streaming_content).startswith(b"\x89PNG")


def settle(client, objection, outcome, reply="经核查，答复如下。"):
    return client.post(
        reverse("accreditation:settle", args=[objection.pk]), {"outcome": outcome, "reply": reply}
    )


def test_upheld_the_community_leaves_and_its_place_comes_free(client, house, as_, at):
    application = house.at("city_notice")
    found = NoticeEntry.objects.select_related("notice").get(notice__state="city_notice")
    at(found.notice.published_at + dt.timedelta(hours=1))
    client.post(address(found), NAMED)
    quota = Quota.objects.get(region=house.regions["东市"])
    assert quota.used == 1
    objection = Objection.objects.get()
    assert settle(as_("东市", Role.APPROVER), objection, "upheld").status_code == 302
    application = house.fresh(application)
    found.refresh_from_db()
    quota.refresh_from_db()
    assert (application.state, found.status, quota.used) == (State.DECLINED, "removed", 0)
    client.logout()
    status = client.post(reverse("objection_status"), {"code": objection.code}).content.decode()
    assert "异议成立" in status and "经核查，答复如下。" in status


def test_dismissed_after_the_end_it_goes_on_at_once(as_, house, entry, objection, at):
    at(end_of(entry.notice.last_day))
    notices.close(entry.notice, at=end_of(entry.notice.last_day))
    assert house.fresh(entry.application).state == State.COUNTY_NOTICE
    assert settle(as_("一县", Role.APPROVER), objection, "dismissed").status_code == 302
    assert house.fresh(entry.application).state == State.CITY_REVIEW


def test_dismissed_before_the_end_the_notice_runs_on(as_, house, entry, objection):
    settle(as_("一县", Role.APPROVER), objection, "dismissed")
    assert house.fresh(entry.application).state == State.COUNTY_NOTICE
    notices.close(entry.notice, at=end_of(entry.notice.last_day))
    assert house.fresh(entry.application).state == State.CITY_REVIEW


def test_only_an_approver_settles_and_only_once(as_, objection):
    assert settle(as_("一县", Role.HANDLER), objection, "dismissed").status_code == 403
    client = as_("一县", Role.APPROVER)
    assert settle(client, objection, "not_admitted").status_code == 400  # a named one needs an answer
    assert settle(client, objection, "dismissed", "").status_code == 400
    assert settle(client, objection, "dismissed").status_code == 302
    response = settle(client, objection, "upheld")
    assert response.status_code == 409 and "已经办结" in response.content.decode()


def test_ten_more_days_once(as_, objection):
    client = as_("一县", Role.APPROVER)
    extend = reverse("accreditation:extend", args=[objection.pk])
    before = objection.due_on
    assert client.post(extend, {"reason": ""}).status_code == 400
    assert client.post(extend, {"reason": "须到现场核查。"}).status_code == 302
    objection.refresh_from_db()
    assert objection.due_on > before
    assert client.post(extend, {"reason": "再延。"}).status_code == 409
    assert as_("一县", Role.HANDLER).post(extend, {"reason": "x"}).status_code == 403


def test_an_anonymous_one_may_be_turned_away_with_a_reason(client, entry, as_, house):
    client.post(address(entry), ANONYMOUS)
    objection = Objection.objects.get()
    assert settle(as_("一县", Role.APPROVER), objection, "not_admitted").status_code == 302
    client.logout()
    text = client.post(reverse("objection_status"), {"code": objection.code}).content.decode()
    assert "不予受理" in text and "没有受理" in text


def test_the_objector_is_in_no_other_page(as_, house, entry, objection, client):
    """The canary: name and contact in no public page, no page of the community, no page of another office."""
    client.logout()
    addresses = [
        reverse("public_home"),
        reverse("notices"),
        reverse("notice", args=[entry.notice_id]),
        address(entry),
        reverse("recognised"),
        reverse("community_history", args=[entry.application.community_id]),
        reverse("objection_receipt", args=[objection.code]),
    ]
    community = [
        reverse("accreditation:application", args=[entry.application_id]),
        reverse("accreditation:applications"),
    ]
    pages = [client.get(one) for one in addresses]
    client.force_login(house.filer(entry.application.community))
    pages += [client.get(one) for one in community]
    as_("东市", Role.APPROVER)
    pages += [client.get(one) for one in community]
    pages.append(client.get(reverse("accreditation:notice_desk")))
    for response in pages:
        assert response.status_code in (200, 404), response.request["PATH_INFO"]
        text = response.content.decode()
        assert SECRET_NAME not in text and SECRET_CONTACT not in text
    # Nor in what the chain of events tells.
    assert not Event.objects.filter(body__contains=SECRET_NAME).exists()


def test_never_early_and_twice_is_once(entry):
    with pytest.raises(NotReady):
        notices.close(entry.notice, at=end_of(entry.notice.last_day) - dt.timedelta(seconds=1))
    _, clear, _ = notices.close(entry.notice, at=end_of(entry.notice.last_day))
    assert clear == 1
    _, clear, _ = notices.close(Notice.objects.get(), at=end_of(entry.notice.last_day))
    assert clear == 0
    assert Event.objects.filter(action="end_notice").count() == 1


def test_one_about_a_community_that_has_gone_on_offers_no_admission(client, entry, house, as_):
    client.post(address(entry), ANONYMOUS)
    page_of = reverse("accreditation:objection", args=[Objection.objects.get().pk])
    approver = as_("一县", Role.APPROVER)
    assert "受理这件匿名异议" in approver.get(page_of).content.decode()
    notices.close(entry.notice, at=end_of(entry.notice.last_day))
    page = approver.get(page_of).content.decode()
    assert "受理这件匿名异议" not in page and "不改变该社区的申报" in page

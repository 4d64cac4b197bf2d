"""The visit page: dates as people write them, photos made harmless, nothing kept when one is refused."""

import datetime as dt
import io
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.models import Role
from accreditation.models import Attachment, SiteVisit

DAY = dt.date(2017, 9, 13)


@pytest.fixture(autouse=True)
def today(at):
    at(DAY)


@pytest.fixture
def application(house):
    return house.at("city_review", 0)


@pytest.fixture
def address(application):
    return reverse("accreditation:visit", args=[application.pk])


@pytest.fixture
def said(application):
    def fields(**changed):
        return {
            "seen": application.moves, "on": "2017-09-12", "inspectors": "甲、乙", "findings": "台账齐全", "passed": "yes",
            **changed,
        }  # fmt: skip

    return fields


def stored():
    """Every file of the private storage."""
    return {path for path in Path(default_storage.location).rglob("*") if path.is_file()}


def photo(name="现场.jpg"):
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(buffer, "JPEG")
    return SimpleUploadedFile(name, buffer.getvalue(), content_type="image/jpeg")


@pytest.mark.parametrize(
    "typed", ["2017-9-12", "2017/09/12", "2017.9.12", "2017年9月12日", "20170912", "9月12日", "9-12", "９月１２日", " 2017 年 9 月 12 日 "]
)  # fmt: skip
def test_dates_as_people_write_them(as_, address, said, typed):
    assert as_("东市", Role.HANDLER).post(address, said(on=typed)).status_code == 302
    assert SiteVisit.objects.get().on == dt.date(2017, 9, 12)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2017-09-14", "不能晚于今天"),
        ("9月31日", "不是存在的日期"),
        ("昨天", "不是日期"),
        ("", "请填写考察日期"),
    ],
)
def test_other_dates_are_said(as_, address, said, typed, sentence):
    response = as_("东市", Role.HANDLER).post(address, said(on=typed))
    assert response.status_code == 400 and sentence in response.content.decode()
    assert "台账齐全" in response.content.decode() and not SiteVisit.objects.exists()


def test_photos_are_kept_with_the_visit(as_, address, said, application):
    response = as_("东市", Role.HANDLER).post(address, said(photos=[photo("一.jpg"), photo("二.jpg")]))
    assert response.status_code == 302
    visit = SiteVisit.objects.get()
    kept = list(Attachment.objects.filter(visit=visit).values_list("name", "material"))
    assert kept == [("一.jpg", "visit"), ("二.jpg", "visit")] and len(stored()) >= 2
    body = (
        as_("东市", Role.HANDLER)
        .get(reverse("accreditation:application", args=[application.pk]))
        .content.decode()
    )
    assert "一.jpg" in body and "2017年9月12日" in body


def test_one_bad_photo_keeps_nothing(as_, address, said):
    before = stored()
    bad = SimpleUploadedFile("程序.jpg", b"MZ\x90\x00 not a picture", content_type="image/jpeg")
    response = as_("东市", Role.HANDLER).post(address, said(photos=[photo(), bad]))
    body = response.content.decode()
    assert response.status_code == 400 and "程序.jpg" in body and "台账齐全" in body
    assert not SiteVisit.objects.exists() and not Attachment.objects.filter(material="visit").exists()
    assert stored() == before  # the good one left no file behind


def test_a_refusal_leaves_no_file_behind(as_, address, said, application):
    before = stored()
    response = as_("东市", Role.HANDLER).post(address, said(seen=application.moves - 1, photos=[photo()]))
    assert response.status_code == 409 and "刚刚已由他人办理" in response.content.decode()
    assert stored() == before


def test_passed_must_be_said(as_, address, said):
    response = as_("东市", Role.HANDLER).post(address, said(passed=""))
    assert response.status_code == 400 and "请选择考察结论" in response.content.decode()


@pytest.mark.parametrize(
    ("place", "role", "status"),
    [
        ("东市", Role.APPROVER, 403),
        ("一县", Role.HANDLER, 403),
        ("西市", Role.HANDLER, 404),
        ("甲省", Role.HANDLER, 404),
    ],
)
def test_who_may_not(as_, address, said, place, role, status):
    client = as_(place, role)
    assert client.get(address).status_code == status
    assert client.post(address, said()).status_code == status
    assert not SiteVisit.objects.exists()


def test_earlier_visits_stand_beside(as_, address, said):
    client = as_("东市", Role.HANDLER)
    client.post(address, said(passed="no"))
    assert "不通过" in client.get(address).content.decode().split("<h2>本单位登记过的考察</h2>")[1]

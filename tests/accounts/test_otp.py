"""/account/otp/: set up, enter, recover; enforced for every page where the office asks for it."""

import re
import time

import pytest
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import Event, Office, Role
from tests.accounts.conftest import PASSWORD

URL = "/account/otp/"
PAGE = "/account/interests/"


@pytest.fixture
def officer(place):
    return place.person("南街经办", Role.HANDLER, "南街道")


@pytest.fixture
def required(officer):
    Office.objects.update(otp_required=True)


@pytest.fixture
def client(officer):
    browser = Client()
    sign_in(browser)
    return browser


def sign_in(browser):
    assert browser.post("/login/", {"username": "南街经办", "password": PASSWORD}).status_code == 302


def code_of(device, drift=0):
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = time.time() + drift * device.step
    return f"{totp.token():06d}"


def set_up(client):
    client.post(URL, {"step": "begin"})
    device = TOTPDevice.objects.get()
    return client.post(URL, {"step": "confirm", "code": code_of(device)})


def rested():
    """As if the last code were long ago: a code is good only once, and failures slow the device down."""
    TOTPDevice.objects.update(last_t=-1, throttling_failure_count=0, throttling_failure_timestamp=None)


def actions():
    return list(Event.objects.values_list("action", flat=True))


def test_where_the_office_asks_every_page_waits(client, required):
    assert client.get(PAGE)["Location"] == f"{URL}?next={PAGE.replace('/', '%2F')}"
    assert client.post("/echo/")["Location"] == URL
    assert client.get("/account/")["Location"].startswith(URL)
    assert client.get("/account/password/")["Location"].startswith(URL)
    assert client.get(URL).status_code == 200


def test_looking_sets_nothing_up(client):
    client.get(URL)
    assert not TOTPDevice.objects.exists()


def test_setting_up_shows_the_picture_and_then_the_recovery_codes(client, required):
    client.post(URL, {"step": "begin"})
    page = client.get(URL).content.decode()
    assert 'src="data:image/png;base64,' in page
    device = TOTPDevice.objects.get()
    answer = client.post(URL, {"step": "confirm", "code": f" {code_of(device)[:3]} {code_of(device)[3:]} "})
    codes = re.findall(r"<li><b>([a-z2-7]{8})</b></li>", answer.content.decode())
    assert len(codes) == len(set(codes)) == 8
    assert StaticToken.objects.count() == 8
    assert client.get(PAGE).status_code == 200
    assert actions() == ["sign_in", "otp_enabled"]
    assert codes[0] not in client.get(URL).content.decode(), "shown once"


def test_a_wrong_code_sets_nothing_up(client):
    client.post(URL, {"step": "begin"})
    answer = client.post(URL, {"step": "confirm", "code": "000000"})
    assert "code" in answer.context["form"].errors
    assert not TOTPDevice.objects.get().confirmed
    assert 'src="data:image/png;base64,' in answer.content.decode()


def test_beginning_twice_makes_one_device(client):
    client.post(URL, {"step": "begin"})
    client.post(URL, {"step": "begin"})
    assert TOTPDevice.objects.count() == 1


def test_the_next_sign_in_asks_for_the_code(client, officer):
    set_up(client)
    rested()
    again = Client()
    sign_in(again)
    assert again.get(PAGE)["Location"].startswith(URL), "asked although the office does not ask"
    full_width = code_of(TOTPDevice.objects.get()).translate(
        str.maketrans("0123456789", "０１２３４５６７８９")
    )
    key = again.session.session_key
    assert again.post(URL, {"step": "enter", "code": full_width, "next": PAGE})["Location"] == PAGE
    assert again.session.session_key != key
    assert again.get(PAGE).status_code == 200


def test_a_code_is_good_once(client):
    set_up(client)
    code = code_of(TOTPDevice.objects.get())
    again = Client()
    sign_in(again)
    assert "code" in again.post(URL, {"step": "enter", "code": code}).context["form"].errors


def test_a_recovery_code_is_good_once(client):
    set_up(client)
    code = StaticToken.objects.first().token
    for expected in (302, 200):
        again = Client()
        sign_in(again)
        assert again.post(URL, {"step": "enter", "code": code.upper()}).status_code == expected
    assert StaticToken.objects.count() == 7


def test_wrong_codes_do_not_wear_out_the_recovery_codes(client):
    set_up(client)
    again = Client()
    sign_in(again)
    for _ in range(4):
        again.post(URL, {"step": "enter", "code": "000000"})
    assert again.post(URL, {"step": "enter", "code": StaticToken.objects.first().token}).status_code == 302


def test_guessing_stops_after_ten(client):
    set_up(client)
    again = Client()
    sign_in(again)
    for _ in range(10):
        again.post(URL, {"step": "enter", "code": "000000"})
    rested()
    answer = again.post(URL, {"step": "enter", "code": code_of(TOTPDevice.objects.get())})
    assert answer.context["form"].errors["code"] == ["尝试次数过多，请等待 10 分钟后再试。"]
    assert actions().count("otp_failed") == 10


def test_an_unverified_session_cannot_replace_the_device(client):
    set_up(client)
    again = Client()
    sign_in(again)
    again.post(URL, {"step": "begin"})
    again.post(URL, {"step": "renew"})
    assert TOTPDevice.objects.count() == 1
    assert actions().count("recovery_codes_renewed") == 0


def test_recovery_codes_can_be_renewed(client):
    set_up(client)
    old = set(StaticToken.objects.values_list("token", flat=True))
    assert client.post(URL, {"step": "renew"}).status_code == 200
    assert not old & set(StaticToken.objects.values_list("token", flat=True))


def test_when_the_administrator_takes_it_away_nobody_is_stuck(client):
    set_up(client)
    TOTPDevice.objects.all().delete()
    assert client.get(PAGE)["Location"].startswith(URL)
    assert client.get(f"{URL}?next={PAGE}")["Location"] == PAGE
    assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize("typed", ["", "x" * 41, "\x00", "１２３", "-1", "abcdefgh"])
def test_nonsense_is_refused_at_the_field(client, typed):
    set_up(client)
    again = Client()
    sign_in(again)
    answer = again.post(URL, {"step": "enter", "code": typed})
    assert answer.status_code == 200
    assert "code" in answer.context["form"].errors

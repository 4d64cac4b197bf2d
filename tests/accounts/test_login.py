"""/login/: five real checks per account and place; wrong, unknown and locked look alike."""

import datetime as dt
import re

import pytest
from django.conf import settings as live
from django.test import Client
from django.urls import reverse

from accounts import limits, sign_in
from accounts.events import broken_links
from accounts.models import AccountEvent, Bucket, Event, Role
from tests.accounts.conftest import PASSWORD
from tests.accounts.hashing import QuickHasher

URL = "/login/"


@pytest.fixture
def filer(place):
    return place.person("桂花申报", Role.FILER, "桂花社区")


def press(client, username, password=PASSWORD, **fields):
    extra = {key: fields.pop(key) for key in list(fields) if key.isupper()}
    return client.post(URL, {"username": username, "password": password, **fields}, **extra)


def actions():
    return list(Event.objects.values_list("action", flat=True))


def test_it_signs_in_and_goes_home(client, filer):
    answer = press(client, "桂花申报")
    assert (answer.status_code, answer["Location"]) == (302, reverse("home"))
    assert client.session["_auth_user_id"] == str(filer.pk)
    assert client.session[sign_in.POSTING] == filer.acting.pk
    event = Event.objects.get()
    assert (event.action, event.actor, event.posting) == ("sign_in", filer, filer.acting)
    filer.refresh_from_db()
    assert filer.last_login is not None


def test_the_username_may_be_typed_full_width_and_in_capitals(client, place):
    place.person("handler01", Role.HANDLER, "南街道")
    assert press(client, " ＨＡＮＤＬＥＲ０１ ").status_code == 302


def test_the_session_key_changes(client, filer):
    client.get(URL)
    session = client.session
    session["before"] = 1
    session.save()
    client.cookies[live.SESSION_COOKIE_NAME] = session.session_key
    press(client, "桂花申报")
    assert client.session.session_key != session.session_key


def body(answer):
    text = answer.content.decode()
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text)
    return re.sub(r'name="username" value="[^"]*"', "", text)


def test_wrong_unknown_locked_and_switched_off_look_alike(filer, place):
    place.person("停用的人", Role.HANDLER, "南街道", is_active=False)
    wrong = press(Client(), "桂花申报", "wrong")
    unknown = press(Client(), "没有这个人", "wrong")
    off = press(Client(), "停用的人")
    for _ in range(5):
        press(Client(), "桂花申报", "wrong")
    locked = press(Client(), "桂花申报")
    for other in (unknown, off, locked):
        assert (other.status_code, body(other)) == (wrong.status_code, body(wrong))
    assert sign_in.REFUSED in wrong.content.decode()


def test_every_refusal_costs_one_hash(filer, monkeypatch):
    hashed = []
    real = QuickHasher.encode
    monkeypatch.setattr(QuickHasher, "encode", lambda *args, **more: hashed.append(1) or real(*args, **more))
    costs = []
    for username in ("桂花申报", "没有这个人"):
        for _ in range(7):
            hashed.clear()
            press(Client(), username, "wrong")
            costs.append(len(hashed))
    assert costs == [1] * 14


def test_five_real_checks_then_none(filer):
    QuickHasher.verified = 0
    for _ in range(12):
        press(Client(), "桂花申报", "wrong")
    assert QuickHasher.verified == 5
    assert press(Client(), "桂花申报").status_code == 200, "the right password does not open a locked account"
    assert actions().count("sign_in_failed") == 5
    assert actions().count("sign_in_locked") == 8


def test_a_flood_of_refusals_does_not_fill_the_chain(filer):
    for _ in range(40):
        press(Client(), "桂花申报", "wrong")
    assert actions().count("sign_in_locked") == sign_in.TOLD_REFUSALS


def test_success_clears_the_failures(filer):
    for _ in range(3):
        for _ in range(4):
            press(Client(), "桂花申报", "wrong")
        assert press(Client(), "桂花申报").status_code == 302


def test_the_window_passes(filer):
    for _ in range(5):
        press(Client(), "桂花申报", "wrong")
    Bucket.objects.update(window_ends=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert press(Client(), "桂花申报").status_code == 302


def test_guesses_elsewhere_do_not_shut_out_a_known_place(filer):
    home, other = {"REMOTE_ADDR": "10.0.0.1"}, "10.9.{}.1"
    assert press(Client(), "桂花申报", **home).status_code == 302
    for place in range(8):
        for _ in range(5):
            press(Client(), "桂花申报", "wrong", REMOTE_ADDR=other.format(place))
    assert press(Client(), "桂花申报", REMOTE_ADDR="10.8.0.1").status_code == 200, "unknown place: shut"
    assert press(Client(), "桂花申报", **home).status_code == 302


def test_a_place_may_try_fifty_times(place):
    QuickHasher.verified = 0
    for number in range(60):
        place.person(f"person{number}")
        press(Client(), f"person{number}", "wrong")
    assert QuickHasher.verified == sign_in.PER_PLACE


def test_an_office_behind_one_address_is_not_locked_by_its_own_successes(filer):
    for _ in range(sign_in.PER_PLACE + 5):
        assert press(Client(), "桂花申报").status_code == 302


def test_an_invented_forwarding_header_changes_nothing(filer):
    QuickHasher.verified = 0
    for number in range(12):
        press(Client(), "桂花申报", "wrong", HTTP_X_FORWARDED_FOR=f"1.2.3.{number}")
    assert QuickHasher.verified == 5


def test_what_is_typed_as_an_unknown_username_is_not_kept(place):
    press(Client(), "MySecretPassword1", "x")
    assert "secretpassword" not in Event.objects.get().body.casefold()
    assert not AccountEvent.objects.exists()


def test_a_failure_is_tied_to_the_account(filer):
    press(Client(), "桂花申报", "wrong")
    assert AccountEvent.objects.get().account == filer
    assert Event.objects.get().actor is None
    assert list(broken_links()) == []


@pytest.mark.parametrize(
    "evil",
    [
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "https://evil.example/",
        "http:///evil.example",
        "///evil.example",
        "javascript:alert(1)",
        "\tjavascript:alert(1)",
        "/\t/evil.example",
        "/%09/evil.example",
        "/%5cevil.example",
        "/\n/evil.example",
        "/\u202e/x",
        "evil.example",
        "@evil.example",
        "/\x00/",
    ],
)
def test_it_goes_nowhere_else(client, filer, evil):
    assert "evil" not in press(client, "桂花申报", next=evil)["Location"]


def test_it_goes_back_to_the_page_that_asked(client, filer):
    answer = client.get("/account/interests/?q=1")
    assert answer["Location"] == "/login/?next=/account/interests/%3Fq%3D1"
    assert 'value="/account/interests/?q=1"' in client.get(answer["Location"]).content.decode()
    assert press(client, "桂花申报", next="/account/interests/?q=1")["Location"] == "/account/interests/?q=1"


def test_the_password_is_never_sent_back(filer):
    assert "geheim-123" not in press(Client(), "桂花申报", "geheim-123").content.decode()


@pytest.mark.parametrize("typed", ["", " ", "x" * 5000, "'; drop table", "\u200b", "桂花申报\x00"])
def test_odd_usernames_are_refused_politely(place, typed):
    assert press(Client(), typed).status_code == 200


def test_whoever_is_in_goes_on(client, filer):
    client.force_login(filer)
    assert client.get(URL).status_code == 302


def test_sign_out_ends_the_session_on_the_server(client, filer):
    press(client, "桂花申报")
    key = client.session.session_key
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").status_code == 302
    stale = Client()
    stale.cookies[live.SESSION_COOKIE_NAME] = key
    assert stale.get("/account/")["Location"].startswith("/login/")
    assert actions() == ["sign_in", "sign_out"]


def test_sign_in_needs_the_token(filer):
    strict = Client(enforce_csrf_checks=True)
    assert press(strict, "桂花申报").status_code == 403


def test_administrators_begin_at_their_own_page(place):
    for role, page in (
        (Role.SYSADMIN, "/people/"),
        (Role.SECADMIN, "/security/"),
        (Role.AUDADMIN, "/audit-log/"),
    ):
        place.person(role.value, role, "一县")
        assert press(Client(), role.value)["Location"] == page


def test_the_limit_is_documented_on_the_page(client, place):
    assert "须等待 10 分钟" in client.get(URL).content.decode()
    assert limits.peek(limits.key_of("sign-in-place", "127.0.0.1"), dt.datetime.now(dt.UTC)) == 0

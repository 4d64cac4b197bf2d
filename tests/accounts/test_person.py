"""/people/<id>/ and the verbs on one account: for one's own people, not for oneself, not for the neighbour's."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import people
from accounts.events import broken_links
from accounts.models import AccountEvent, Event, Posting, Role, User
from regions import clock
from tests.accounts.conftest import PASSWORD

VERBS = ("reset-password", "unlock", "deactivate", "activate", "disable-otp")


def url(account, verb=""):
    return f"/people/{account.pk}/{verb + '/' if verb else ''}"


def last():
    return Event.objects.order_by("-seq").first()


def test_it_shows_postings_and_verbs(browser, below):
    page = browser.get(url(below)).content.decode()
    assert "南街道人社局" in page
    for words in ("增加任职", "重置密码", "解除登录限制", "停用账号"):
        assert words in page


def test_a_foreign_account_is_like_a_missing_one(browser, foreign):
    foreign_answer, missing = browser.get(url(foreign)), browser.get("/people/999999/")
    assert foreign_answer.status_code == missing.status_code == 404
    assert foreign_answer.content == missing.content


@pytest.mark.parametrize("verb", ["", *VERBS, "posting"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_page_of_a_foreign_account_is_missing(browser, foreign, verb, method):
    before = User.objects.values().get(pk=foreign.pk)
    assert getattr(browser, method)(url(foreign, verb), {"reason": "试试"}).status_code in (404, 405)
    assert User.objects.values().get(pk=foreign.pk) == before


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("role", [Role.SECADMIN, Role.AUDADMIN, Role.APPROVER])
def test_nobody_but_the_system_administrator(place, below, verb, role):
    browser = place.client(place.person("某人", role, "一县"))
    assert browser.post(url(below, verb), {"reason": "试试"}).status_code == 403


@pytest.mark.parametrize("verb", VERBS)
def test_not_on_oneself(browser, county, verb):
    answer = browser.post(url(county, verb), {"reason": "试试"})
    assert answer.status_code == 409
    assert "不能办理自己的账号" in answer.content.decode()
    assert User.objects.get(pk=county.pk).check_password(PASSWORD)


@pytest.mark.parametrize("verb", VERBS)
def test_not_on_an_administrator_of_the_same_office(browser, place, verb):
    peer = place.person("同级安全", Role.SECADMIN, "一县")
    assert browser.post(url(peer, verb), {"reason": "试试"}).status_code == 409


def test_not_on_somebody_who_also_works_elsewhere(browser, place, below):
    place.post(below, Role.HANDLER, "东市")
    answer = browser.post(url(below, "reset-password"))
    assert answer.status_code == 409
    assert User.objects.get(pk=below.pk).check_password(PASSWORD)


def test_what_is_over_elsewhere_does_not_count(browser, place, below):
    place.post(below, Role.HANDLER, "东市", ends=clock.today() - dt.timedelta(days=1))
    assert browser.post(url(below, "reset-password")).status_code == 200


def test_reset_password_shows_it_once_and_ends_the_sessions(browser, place, below):
    elsewhere = place.client(below)
    page = browser.post(url(below, "reset-password")).content.decode()
    account = User.objects.get(pk=below.pk)
    password = page.split('class="nowrap">')[1].split("<")[0]
    assert account.check_password(password)
    assert account.must_change_password
    assert password not in last().body
    assert elsewhere.get("/account/")["Location"].startswith("/login/")
    assert last().action == "reset_password"
    assert AccountEvent.objects.get(event=last()).account == account


def test_the_one_time_hash_becomes_slow_with_the_first_sign_in(browser, below):
    page = browser.post(url(below, "reset-password")).content.decode()
    quick = User.objects.get(pk=below.pk).password
    client = Client()
    password = page.split('class="nowrap">')[1].split("<")[0]
    assert client.post("/login/", {"username": below.username, "password": password}).status_code == 302
    assert User.objects.get(pk=below.pk).password.split("$")[:2] != quick.split("$")[:2]


def test_unlock(browser, below):
    for _ in range(6):
        Client().post("/login/", {"username": below.username, "password": "wrong"})
    locked = Client().post("/login/", {"username": below.username, "password": PASSWORD})
    assert locked.status_code == 200
    assert browser.post(url(below, "unlock"))["Location"] == url(below)
    assert Client().post("/login/", {"username": below.username, "password": PASSWORD}).status_code == 302


def test_deactivate_and_activate(browser, place, below):
    elsewhere = place.client(below)
    assert browser.post(url(below, "deactivate"), {"reason": ""}).context["form"].errors
    assert browser.post(url(below, "deactivate"), {"reason": "调离"}).status_code == 302
    assert elsewhere.get("/account/").status_code == 302
    assert browser.post(url(below, "deactivate"), {"reason": "调离"}).status_code == 409, "a second press"
    assert "调离" in last().body or "refused" == last().action
    assert browser.post(url(below, "activate"), {"reason": "返岗"}).status_code == 302
    assert User.objects.get(pk=below.pk).is_active


def test_disable_otp(browser, below):
    assert browser.post(url(below, "disable-otp"), {"reason": "手机遗失"}).status_code == 409
    TOTPDevice.objects.create(user=below, name="手机", confirmed=True)
    assert browser.post(url(below, "disable-otp"), {"reason": "手机遗失"}).status_code == 302
    assert not TOTPDevice.objects.exists()


# Postings


def test_end_posting_at_once(browser, place, below):
    elsewhere = place.client(below)
    posting = below.acting
    page = f"/people/{below.pk}/posting/{posting.pk}/end/"
    yesterday = clock.today() - dt.timedelta(days=1)
    assert f'value="{yesterday.isoformat()}"' in browser.get(page).content.decode()
    assert browser.post(page, {"last_day": yesterday.isoformat()}).status_code == 302
    assert elsewhere.get("/account/interests/").status_code == 403
    assert last().action in ("end_posting", "refused")
    assert browser.post(page, {"last_day": yesterday.isoformat()}).status_code == 409


@pytest.mark.parametrize("typed", ["", "昨天", "2000-01-01", "2017-02-30", "9999-12-31"])
def test_end_posting_refuses_days_that_make_no_sense(browser, below, typed):
    page = f"/people/{below.pk}/posting/{below.acting.pk}/end/"
    assert "last_day" in browser.post(page, {"last_day": typed}).context["form"].errors
    assert Posting.objects.get(pk=below.acting.pk).ends is None


def test_the_posting_of_another_account_is_missing(browser, below, foreign, county):
    for account, posting in ((below, foreign.acting), (foreign, foreign.acting), (below, county.acting)):
        page = f"/people/{account.pk}/posting/{posting.pk}/end/"
        assert browser.post(page, {"last_day": clock.today().isoformat()}).status_code == 404


def test_own_posting_cannot_be_ended(browser, county):
    page = f"/people/{county.pk}/posting/{county.acting.pk}/end/"
    assert browser.post(page, {"last_day": clock.today().isoformat()}).status_code == 409


def test_a_posting_above_is_not_ended_from_below(browser, place, below):
    above = place.post(below, Role.HANDLER, "东市")
    page = f"/people/{below.pk}/posting/{above.pk}/end/"
    assert browser.post(page, {"last_day": clock.today().isoformat()}).status_code == 404


def test_the_post_is_asked_again_inside(county, below):
    """The page was printed while the administrator still held the post."""
    Posting.objects.filter(pk=county.acting.pk).update(ends=clock.today() - dt.timedelta(days=1))
    with pytest.raises(ValidationError, match="您的岗位已经终止"):
        people.reset_password(below, by=county, at=clock.now())
    assert not Event.objects.exists()


def test_a_verb_that_breaks_halfway_leaves_nothing(county, below, monkeypatch):
    def fail(*args, **more):
        raise RuntimeError

    monkeypatch.setattr(people, "note", fail)
    with pytest.raises(RuntimeError):
        people.reset_password(below, by=county, at=clock.now())
    assert User.objects.get(pk=below.pk).check_password(PASSWORD)


def test_the_chain_holds(browser, below):
    browser.post(url(below, "reset-password"))
    browser.post(url(below, "deactivate"), {"reason": "调离"})
    assert list(broken_links()) == []
    page = browser.get(url(below)).content.decode()
    assert "停用账号" in page and "调离" in page

"""What comes before every page: a fresh session, an acting post, the second factor, an own password."""

import datetime as dt
import time

import pytest
from django.conf import settings as live
from django.test import Client

from accounts.models import Event, Posting, Role
from accounts.sign_in import SEEN, SINCE
from regions import clock
from tests.accounts.conftest import PASSWORD

PAGE = "/account/interests/"


@pytest.fixture
def officer(place):
    return place.person("南街经办", Role.HANDLER, "南街道")


def age(client, key, seconds):
    session = client.session
    session[key] = int(time.time()) - seconds
    session.save()


def arrive(client):
    """First request: the session gets its marks."""
    assert client.get(PAGE).status_code == 200


def test_idle_half_an_hour_ends_the_session(place, officer):
    client = place.client(officer)
    arrive(client)
    age(client, SEEN, live.SESSION_IDLE_SECONDS - 5)
    assert client.get(PAGE).status_code == 200
    age(client, SEEN, live.SESSION_IDLE_SECONDS + 5)
    assert client.get(PAGE)["Location"] == f"/login/?next={PAGE.replace('/', '%2F')}&expired=1"
    assert "_auth_user_id" not in client.session


def test_eight_hours_end_it_however_busy(place, officer):
    client = place.client(officer)
    arrive(client)
    age(client, SINCE, live.SESSION_COOKIE_AGE + 5)
    assert client.get(PAGE).status_code == 302


def test_a_public_page_stays_open_after_the_end(place, officer):
    client = place.client(officer)
    arrive(client)
    age(client, SEEN, 10**6)
    assert client.get("/login/").status_code == 200


def test_the_session_row_is_written_once_a_minute_at_most(place, officer, django_assert_num_queries):
    client = place.client(officer)
    arrive(client)
    seen = client.session[SEEN]
    age(client, SEEN, 30)
    client.get(PAGE)
    assert client.session[SEEN] < seen
    age(client, SEEN, 61)
    client.get(PAGE)
    assert client.session[SEEN] >= seen


def test_the_sign_of_life_counts(place, officer):
    client = place.client(officer)
    arrive(client)
    age(client, SEEN, 1000)
    assert client.get("/account/stay/").status_code == 204
    assert client.session[SEEN] > time.time() - 5


def test_what_was_posted_too_late_is_offered_again(place, officer):
    client = place.client(officer)
    arrive(client)
    age(client, SEEN, 10**6)
    answer = client.post("/echo/", {"remarks": "意见：同意。", "seen": "3", "old_password": "geheim"})
    assert answer.status_code == 401
    page = answer.content.decode()
    assert "已经保留" in page
    kept = answer.context["form"].initial["kept"]
    answer = client.post("/login/", {"username": "南街经办", "password": PASSWORD, "kept": kept})
    assert answer["Location"] == "/account/kept/"
    page = client.get("/account/kept/").content.decode()
    assert 'action="/echo/"' in page
    assert 'name="remarks" value="意见：同意。"' in page
    assert 'name="seen" value="3"' in page
    assert "geheim" not in page


def test_kept_words_are_not_shown_to_another_person(place, officer, foreign):
    client = place.client(officer)
    arrive(client)
    age(client, SEEN, 10**6)
    kept = client.post("/echo/", {"remarks": "意见"}).context["form"].initial["kept"]
    answer = client.post("/login/", {"username": foreign.username, "password": PASSWORD, "kept": kept})
    assert answer["Location"] != "/account/kept/"
    assert client.get("/account/kept/").status_code == 302


def test_kept_words_can_be_dropped(place, officer):
    client = place.client(officer)
    session = client.session
    session["kept"] = {"path": "/echo/", "fields": [["remarks", ["意见"]]], "files": False}
    session.save()
    assert "意见" in client.get("/account/kept/").content.decode()
    client.post("/account/kept/")
    assert client.get("/account/kept/").status_code == 302


def test_a_forged_kept_form_is_ignored(officer):
    answer = Client().post("/login/", {"username": "南街经办", "password": PASSWORD, "kept": "forged:x:y"})
    assert answer["Location"] != "/account/kept/"


def test_one_posting_acts_by_itself_in_one_query(place, officer, django_assert_max_num_queries):
    client = place.client(officer)
    arrive(client)
    # session, user, postings with office, region and community
    with django_assert_max_num_queries(3):
        assert client.get("/account/stay/").status_code == 204
    assert "南街道人社局 · 经办" in client.get("/account/").content.decode()


def test_several_postings_ask_which(place, officer):
    place.post(officer, Role.APPROVER, "北街道")
    client = place.client(officer)
    assert client.get(PAGE)["Location"] == f"/account/post/?next={PAGE.replace('/', '%2F')}"
    assert client.post("/echo/")["Location"] == "/account/post/"


def test_no_posting_says_so(place):
    client = place.client(place.person("无岗"))
    answer = client.get(PAGE)
    assert answer.status_code == 403
    assert "您目前没有在任的岗位" in answer.content.decode()
    assert client.get("/account/").status_code == 200


@pytest.mark.parametrize(
    ("starts", "ends", "status"),
    [
        (dt.timedelta(0), None, 200),
        (dt.timedelta(1), None, 403),
        (dt.timedelta(-9), dt.timedelta(0), 200),
        (dt.timedelta(-9), dt.timedelta(-1), 403),
    ],
)
def test_a_posting_acts_on_its_days_alone(place, officer, starts, ends, status):
    today = clock.today()
    Posting.objects.update(starts=today + starts, ends=None if ends is None else today + ends)
    assert place.client(officer).get(PAGE).status_code == status


def test_a_posting_that_ends_stops_with_the_next_request(place, officer):
    client = place.client(officer)
    arrive(client)
    Posting.objects.update(ends=clock.today() - dt.timedelta(days=1))
    assert client.get(PAGE).status_code == 403


def test_an_account_that_is_switched_off_stops_with_the_next_request(place, officer):
    client = place.client(officer)
    arrive(client)
    officer.is_active = False
    officer.save()
    assert client.get(PAGE).status_code == 302


def test_a_first_password_must_be_changed(place):
    client = place.client(place.person("新人", Role.HANDLER, "南街道", must_change_password=True))
    assert client.get(PAGE)["Location"] == f"/account/password/?next={PAGE.replace('/', '%2F')}"
    assert client.post("/echo/")["Location"] == "/account/password/"
    assert client.get("/account/password/").status_code == 200


def test_a_refusal_is_a_security_event(place, officer, caplog):
    client = place.client(officer)
    with caplog.at_level("INFO", "portal.security"):
        assert client.get("/people/").status_code == 403
        assert client.get("/people/999/").status_code in (403, 404)
    assert list(Event.objects.values_list("action", flat=True)) == ["refused", "refused"]
    assert "/people/" in Event.objects.first().body
    assert [record.name for record in caplog.records].count("portal.security") == 2


def test_a_stranger_s_refusal_is_in_the_log_alone(client, db, caplog):
    with caplog.at_level("INFO", "portal.security"):
        client.get("/demo/")
    assert [record.name for record in caplog.records].count("portal.security") == 1
    assert not Event.objects.exists()


def test_addresses_that_do_not_exist_are_no_security_events(place, officer):
    assert place.client(officer).get("/favicon.ico").status_code == 404
    assert not Event.objects.exists()


def test_pages_of_a_signed_in_person_are_not_stored(place, officer):
    assert "no-store" in place.client(officer).get(PAGE)["Cache-Control"]

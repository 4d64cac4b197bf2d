"""/account/post/: which posting acts."""

import datetime as dt

import pytest

from accounts.models import Event, Role
from regions import clock

URL = "/account/post/"


@pytest.fixture
def officer(place):
    user = place.person("两岗", Role.HANDLER, "南街道")
    user.second = place.post(user, Role.APPROVER, "北街道")
    return user


@pytest.fixture
def client(place, officer):
    return place.client(officer)


def test_it_lists_the_postings_in_force(client, officer, place):
    place.post(officer, Role.HANDLER, "二县", ends=clock.today() - dt.timedelta(days=1))
    page = client.get(URL).content.decode()
    assert "南街道人社局" in page and "北街道人社局" in page
    assert "二县人社局" not in page


def test_the_choice_acts_from_now_on(client, officer):
    answer = client.post(URL, {"posting": officer.second.pk, "next": "/account/"})
    assert answer["Location"] == "/account/"
    assert "北街道人社局 · 审核" in client.get("/account/").content.decode()
    event = Event.objects.get()
    assert (event.action, event.posting) == ("switch_post", officer.second)


def test_choosing_the_same_again_writes_nothing(client, officer):
    client.post(URL, {"posting": officer.second.pk})
    client.post(URL, {"posting": officer.second.pk})
    assert Event.objects.count() == 1


@pytest.mark.parametrize("typed", ["", "abc", "0", "-1", "99999999999999999999"])
def test_nonsense_chooses_nothing(client, typed):
    assert client.post(URL, {"posting": typed})["Location"] == URL
    assert not Event.objects.exists()


def test_the_posting_of_somebody_else_cannot_be_chosen(client, foreign):
    assert client.post(URL, {"posting": foreign.acting.pk})["Location"] == URL


def test_it_goes_nowhere_else(client, officer):
    answer = client.post(URL, {"posting": officer.second.pk, "next": "//evil.example"})
    assert "evil" not in answer["Location"]


def test_a_chosen_posting_that_ended_asks_again(client, officer):
    client.post(URL, {"posting": officer.second.pk})
    third = officer.postings.create(
        role=Role.AUDITOR, office=officer.acting.office, starts=dt.date(2010, 1, 1)
    )
    officer.second.ends = clock.today() - dt.timedelta(days=1)
    officer.second.save()
    assert third and client.get("/account/")["Location"].startswith(URL)

"""/account/: own postings and sign-ins, nobody else's."""

from django.test import Client

from accounts.models import Role
from tests.accounts.conftest import PASSWORD


def test_it_shows_postings_and_own_sign_ins(place, below, foreign):
    for person in (below, foreign):
        Client(REMOTE_ADDR="10.1.1.1").post("/login/", {"username": person.username, "password": "wrong"})
    client = Client(REMOTE_ADDR="10.2.2.2")
    client.post("/login/", {"username": below.username, "password": PASSWORD})
    page = client.get("/account/").content.decode()
    assert "南街道人社局" in page
    assert page.count("登录失败") == 1
    assert "10.2.2.2" in page


def test_a_community_s_filer_has_no_interests_to_declare(place):
    page = place.client(place.person("桂花申报", Role.FILER, "桂花社区")).get("/account/").content.decode()
    assert "申报利害关系" not in page


def test_strangers_sign_in_first(client, db):
    assert client.get("/account/")["Location"].startswith("/login/")


def test_it_costs_few_queries(place, below, django_assert_max_num_queries):
    client = place.client(below)
    client.get("/account/")
    with django_assert_max_num_queries(9):
        client.get("/account/")

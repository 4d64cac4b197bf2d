"""/demo/: switch the role, move the date; not there on a real site."""

import datetime as dt
import json

import pytest

from accounts import demonstration
from accounts.models import Event, Role, User
from regions import clock


@pytest.fixture
def demo(settings, place, tmp_path):
    settings.DEMO = True
    settings.BASE_DIR = tmp_path
    rows = []
    for username, role, where in (
        ("桂花申报", Role.FILER, "桂花社区"),
        ("一县经办", Role.HANDLER, "一县"),
    ):
        place.person(username, role, where)
        rows.append(
            {
                "username": username,
                "password": "x",
                "role": role.label,
                "region": where,
                "programme": "湖南2017",
                "note": "有待办",
            }
        )
    (tmp_path / "demo-accounts.json").write_text(json.dumps(rows), encoding="utf-8")
    place.person("不在表上", Role.HANDLER, "一县")
    clock.move(dt.datetime(2017, 9, 20, 9, tzinfo=clock.SHANGHAI), place.regions["甲省"])
    return rows


def test_the_sign_in_page_lists_the_accounts(client, demo):
    page = client.get("/login/").content.decode()
    assert "湖南2017" in page and 'value="桂花申报"' in page and "有待办" in page


def test_one_press_signs_in(client, demo):
    assert client.post("/demo/sign-in/", {"username": "桂花申报"}).status_code == 302
    assert "桂花社区 · 社区申报员" in client.get("/account/").content.decode()
    assert json.loads(Event.objects.get().body)["data"] == {"演示": True}


def test_whoever_is_in_can_switch(client, demo):
    client.post("/demo/sign-in/", {"username": "桂花申报"})
    key = client.session.session_key
    assert client.get("/login/?switch=1")["Location"] == "/demo/"
    page = client.get("/demo/").content.decode()
    assert 'value="一县经办"' in page
    client.post("/demo/sign-in/", {"username": "一县经办"})
    assert client.session.session_key != key
    assert "一县人社局 · 经办" in client.get("/account/").content.decode()


@pytest.mark.parametrize("username", ["不在表上", "", "nobody"])
def test_only_the_listed_accounts(client, demo, username):
    assert client.post("/demo/sign-in/", {"username": username}).status_code == 404


@pytest.mark.parametrize("typed", ["2017-09-25", "2017年9月25日", "2017.9.25", "２０１７-９-２５"])
def test_the_date_moves_to_ten_o_clock(client, demo, typed):
    client.post("/demo/sign-in/", {"username": "一县经办"})
    client.post("/demo/clock/", {"day": typed, "next": "/account/"})
    assert "已把演示日期调到 2017年9月25日 星期一。" in client.get("/account/").content.decode()
    assert clock.now().astimezone(clock.SHANGHAI) == dt.datetime(2017, 9, 25, 10, tzinfo=clock.SHANGHAI)
    assert Event.objects.order_by("-seq").first().action == "move_clock"


@pytest.mark.parametrize("typed", ["", "明天", "2017-02-30", "9999-12-31"])
def test_nonsense_moves_nothing(client, demo, typed):
    client.post("/demo/sign-in/", {"username": "一县经办"})
    before = clock.today()
    answer = client.post("/demo/clock/", {"day": typed})
    assert "day" in answer.context["form"].errors
    assert clock.today() == before


def test_moving_needs_an_account(client, demo):
    assert client.post("/demo/clock/", {"day": "2017-09-25"})["Location"].startswith("/login/")


def test_moving_by_get_is_refused(client, demo):
    client.post("/demo/sign-in/", {"username": "一县经办"})
    assert client.get("/demo/clock/?day=2017-09-25").status_code == 405


def test_a_real_site_has_none_of_it(client, demo, settings):
    settings.DEMO = False
    client.force_login(User.objects.get(username="一县经办"))
    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/sign-in/", {"username": "桂花申报"}).status_code == 404
    assert client.post("/demo/clock/", {"day": "2017-09-25"}).status_code == 404
    assert demonstration.demo_accounts() == []


def test_a_missing_or_broken_list_is_no_fault(client, demo, settings, tmp_path):
    (tmp_path / "demo-accounts.json").write_text("{", encoding="utf-8")
    assert client.get("/login/").status_code == 200
    (tmp_path / "demo-accounts.json").unlink()
    assert "还没有演示账号" in client.get("/demo/").content.decode()

"""/people/new/ and /people/<id>/posting/: appointing below, never above, never oneself."""

import datetime as dt

import pytest
from django.test import Client

from accounts.models import Department, Event, Office, Posting, Role, User
from accounts.permissions import roles_at
from regions import clock

URL = "/people/new/"


def at(place, name):
    if name in place.communities:
        return f"{URL}?community={place.communities[name].pk}"
    return f"{URL}?region={place.regions[name].pk}"


def press(browser, place, where, role=Role.HANDLER, **fields):
    given = {
        "name": "李明",
        "username": "liming",
        "role": role,
        "department": "hr",
        "starts": "2017年9月1日",
        "ends": "",
    }
    return browser.post(at(place, where), {**given, **fields})


def test_it_opens_an_account_with_a_one_time_password(browser, place, county):
    answer = press(browser, place, "南街道")
    assert answer.status_code == 200
    account = User.objects.get(username="liming")
    password = answer.content.decode().split('class="nowrap">')[1].split("<")[0]
    assert account.check_password(password)
    assert (account.must_change_password, account.created_by) == (True, county)
    posting = account.postings.get()
    assert (posting.role, posting.office.region.name, posting.starts) == (
        Role.HANDLER,
        "南街道",
        dt.date(2017, 9, 1),
    )
    assert Event.objects.get().action == "create_account"
    client = Client()
    answer = client.post("/login/", {"username": "liming", "password": password})
    assert client.get("/account/")["Location"].startswith("/account/password/")


def test_a_community_gets_its_filer(browser, place):
    assert press(browser, place, "桂花社区", Role.FILER).status_code == 200
    assert Posting.objects.get(user__username="liming").community.name == "桂花社区"


def test_the_office_is_made_once(browser, place):
    press(browser, place, "北街道")
    press(browser, place, "北街道", username="wang2")
    office = Office.objects.get(region=place.regions["北街道"])
    assert office.name == "北街道公共就业服务平台"
    assert office.postings.count() == 2


@pytest.mark.parametrize("where", ["东市", "甲省", "全国", "二县", "河街道", "柳树社区", "松树社区"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_above_and_beside_are_missing(browser, place, where, method):
    answer = browser.get(at(place, where)) if method == "get" else press(browser, place, where)
    assert answer.status_code == 404
    assert not User.objects.filter(username="liming").exists()


@pytest.mark.parametrize("key", ["abc", "-1", "0", "99999999999999999999", "１", "1;"])
def test_odd_keys_are_missing(browser, key):
    assert browser.get(f"{URL}?region={key}").status_code == 404


@pytest.mark.parametrize("role", [Role.SYSADMIN, Role.SECADMIN, Role.AUDADMIN])
def test_administrators_are_appointed_from_above(browser, place, role):
    assert "role" in press(browser, place, "一县", role).context["form"].errors
    assert press(browser, place, "南街道", role).status_code == 200


def test_the_roles_of_a_place(place, county):
    assert roles_at(county, place.communities["桂花社区"]) == [Role.FILER]
    assert Role.FILER not in roles_at(county, place.regions["南街道"])
    assert roles_at(county, place.regions["东市"]) == []
    county.acting.role = Role.SECADMIN
    assert roles_at(county, place.regions["南街道"]) == []


def test_finance_stands_in_the_finance_office(browser, place):
    assert press(browser, place, "一县", Role.FINANCE).status_code == 409
    assert press(browser, place, "一县", Role.FINANCE, department="finance").status_code == 200
    assert Office.objects.get(department=Department.FINANCE).region.name == "一县"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "李\u202e明"}, "name"),
        ({"name": "李" * 31}, "name"),
        ({"name": "李\x00明"}, "name"),
        ({"username": "ab"}, "username"),
        ({"username": "-abc"}, "username"),
        ({"username": "а" * 5}, "username"),
        ({"username": "a b c"}, "username"),
        ({"username": "abc\u200bd"}, "username"),
        ({"role": ""}, "role"),
        ({"role": "filer"}, "role"),
        ({"role": "superuser"}, "role"),
        ({"starts": ""}, "starts"),
        ({"starts": "2017-02-30"}, "starts"),
        ({"starts": "0001-01-01"}, "starts"),
        ({"starts": "12/31/24"}, "starts"),
        ({"ends": "2017-08-31"}, "ends"),
        ({"department": "kitchen"}, "department"),
    ],
)
def test_it_refuses_at_the_field_and_keeps_what_was_typed(browser, place, fields, field):
    answer = press(browser, place, "南街道", **fields)
    assert field in answer.context["form"].errors
    assert not User.objects.filter(name__startswith="李").exists()
    if "name" not in fields:
        assert 'value="李明"' in answer.content.decode()


@pytest.mark.parametrize("username", ["ＬｉＭｉｎｇ", "LIMING", " liming "])
def test_one_spelling_of_a_username(browser, place, username):
    press(browser, place, "南街道")
    answer = press(browser, place, "南街道", username=username)
    assert answer.status_code == 409
    assert "已被使用" in str(answer.context["form"].errors["username"])
    assert User.objects.filter(username="liming").count() == 1


@pytest.mark.parametrize("typed", ["2017-09-01", "2017.9.1", "２０１７年９月１日", "20170901", "2017/9/1"])
def test_dates_in_all_the_ways_people_type_them(browser, place, typed):
    press(browser, place, "南街道", starts=typed)
    assert Posting.objects.get(user__username="liming").starts == dt.date(2017, 9, 1)


def test_other_columns_cannot_be_written(browser, place):
    press(browser, place, "南街道", is_active="0", must_change_password="0", password="x", created_by="99")
    account = User.objects.get(username="liming")
    assert account.is_active and account.must_change_password


def test_the_way_down_by_links_and_by_name(browser, place):
    page = browser.get(URL).content.decode()
    assert f'href="?region={place.regions["南街道"].pk}"' in page
    assert "东市" not in page
    page = browser.get(at(place, "南街道")).content.decode()
    assert f'href="?community={place.communities["桂花社区"].pk}"' in page
    page = browser.get(f"{URL}?q=街道").content.decode()
    assert "南街道" in page and "河街道" not in page
    assert "柳树" not in browser.get(f"{URL}?q=社区").content.decode()


# A further posting


def test_add_posting(browser, place, below):
    target = place.regions["北街道"].pk
    page = f"/people/{below.pk}/posting/?region={target}"
    answer = browser.post(page, {"role": "approver", "department": "hr", "starts": "2017-09-01"})
    assert answer["Location"] == f"/people/{below.pk}/"
    assert below.postings.count() == 2
    assert Event.objects.get().action == "add_posting"
    again = browser.post(page, {"role": "approver", "department": "hr", "starts": "2018-09-01"})
    assert again.status_code == 409, "the same post twice"


def test_not_to_oneself(browser, place, county):
    page = f"/people/{county.pk}/posting/?region={place.regions['南街道'].pk}"
    answer = browser.post(page, {"role": "approver", "department": "hr", "starts": "2017-09-01"})
    assert answer.status_code == 409
    assert county.postings.count() == 1


@pytest.mark.parametrize(
    ("held", "wanted", "status"),
    [
        (Role.SYSADMIN, Role.SECADMIN, 409),
        (Role.SECADMIN, Role.AUDADMIN, 409),
        (Role.AUDADMIN, Role.SYSADMIN, 409),
        (Role.SYSADMIN, Role.HANDLER, 409),
        (Role.APPROVER, Role.AUDADMIN, 409),
        (Role.HANDLER, Role.APPROVER, 302),
        (Role.SYSADMIN, Role.SYSADMIN, 302),
    ],
)
def test_administrators_are_nothing_else(browser, place, held, wanted, status):
    person = place.person("某人", held, "南街道")
    page = f"/people/{person.pk}/posting/?region={place.regions['北街道'].pk}"
    answer = browser.post(page, {"role": wanted, "department": "hr", "starts": "2017-09-01"})
    assert answer.status_code == status


def test_what_is_over_does_not_exclude(browser, place):
    person = place.person("某人", Role.SECADMIN, "南街道")
    person.postings.update(ends=clock.today() - dt.timedelta(days=1))
    page = f"/people/{person.pk}/posting/?region={place.regions['北街道'].pk}"
    starts = clock.today().isoformat()
    answer = browser.post(page, {"role": "handler", "department": "hr", "starts": starts})
    assert answer.status_code == 302


@pytest.mark.parametrize("role", [Role.SECADMIN, Role.HANDLER, Role.APPROVER, Role.AUDITOR])
def test_only_the_system_administrator(place, role):
    browser = place.client(place.person("某人", role, "一县"))
    assert browser.get(URL).status_code == 403
    assert press(browser, place, "南街道").status_code == 403

"""/people/: the accounts below, and no others."""

import datetime as dt

import pytest

from accounts.models import Department, Role
from regions import clock

URL = "/people/"


def names(answer):
    return {account.username for account in answer.context["page"]}


def test_it_lists_the_accounts_below(browser, county, below, foreign, place):
    place.person("桂花申报", Role.FILER, "桂花社区")
    place.person("东市经办", Role.HANDLER, "东市")
    answer = browser.get(URL)
    assert names(answer) == {county.username, "南街经办", "桂花申报"}
    page = answer.content.decode()
    assert "河街经办" not in page and "东市经办" not in page


@pytest.mark.parametrize("role", [Role.SECADMIN, Role.AUDADMIN])
def test_the_other_administrators_read_it(place, below, role):
    browser = place.client(place.person("管理", role, "一县"))
    page = browser.get(URL).content.decode()
    assert "南街经办" in page
    assert "开设账号" not in page


@pytest.mark.parametrize("role", [Role.HANDLER, Role.APPROVER, Role.PUBLISHER, Role.FINANCE, Role.AUDITOR])
def test_officers_do_not(place, role):
    assert place.client(place.person("某人", role, "一县")).get(URL).status_code == 403


def test_communities_do_not(place):
    assert place.client(place.person("某人", Role.FILER, "桂花社区")).get(URL).status_code == 403


def test_strangers_do_not(client, db):
    assert client.get(URL)["Location"].startswith("/login/")


@pytest.fixture
def many(place, below):
    place.person("北街审核", Role.APPROVER, "北街道")
    place.person("桂花申报", Role.FILER, "桂花社区")
    place.person("停用", Role.HANDLER, "一县", is_active=False)
    gone = place.person("离任", Role.HANDLER, "一县")
    gone.postings.update(ends=clock.today() - dt.timedelta(days=1))
    both = place.person("两岗", Role.HANDLER, "一县")
    place.post(both, Role.APPROVER, "北街道")
    place.post(both, Role.FINANCE, "一县", department=Department.FINANCE)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=街", {"南街经办", "北街审核"}),
        ("q=%E7%A6%BB", {"离任"}),
        ("role=approver", {"北街审核", "两岗"}),
        ("role=handler&level=street", {"南街经办"}),
        ("role=handler&level=county", {"停用", "两岗"}),
        ("level=community", {"桂花申报"}),
        ("active=no", {"停用"}),
        ("active=none", {"离任"}),
        ("role=finance&active=yes", {"两岗"}),
        ("q=nobody", set()),
        (
            "role=nonsense&level=x&active=?&page=99999&q=",
            {"一县系统", "南街经办", "北街审核", "桂花申报", "停用", "离任", "两岗"},
        ),
        (
            "ordering=password&_connector=OR&is_active=1",
            {"一县系统", "南街经办", "北街审核", "桂花申报", "停用", "离任", "两岗"},
        ),
    ],
)
def test_the_filters(browser, many, query, expected):
    assert names(browser.get(f"{URL}?{query}")) == expected


def test_it_costs_the_same_for_three_rows_and_for_fifty(
    browser, place, below, foreign, django_assert_max_num_queries
):
    def cost():
        with django_assert_max_num_queries(99) as captured:
            browser.get(URL)
        return len(captured)

    browser.get(URL)
    few = cost()
    for number in range(50):
        place.person(f"person{number:03}", Role.HANDLER, "南街道")
    assert cost() == few
    assert len(names(browser.get(URL))) == 50

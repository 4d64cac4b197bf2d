"""The pages for everyone: open without sign-in, the same number of queries for one row and many, 404 for what is not."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accreditation import public
from accreditation.models import Notice, NoticeEntry, Recognition
from regions import clock
from tests.factories import moment

LISTS = ("public_home", "notices", "recognised", "certificate_check", "objection_status", "programmes")


@pytest.fixture
def today(monkeypatch):
    """Sets the portal's clock."""

    def set_(at):
        monkeypatch.setattr(clock, "now", lambda: at)
        return at

    set_(moment(dt.date(2017, 9, 4)))
    return set_


@pytest.mark.parametrize("name", LISTS)
def test_open_without_sign_in_on_an_empty_portal(client, db, name):
    response = client.get(reverse(name))
    assert response.status_code == 200
    kept = response.headers["Cache-Control"]
    assert ("no-store" if name == "objection_status" else "public, max-age=60") in kept


@pytest.mark.parametrize(
    "address",
    ("/notices/999/", "/communities/99999999999999999999/", "/programmes/none/", "/objections/abc/receipt/"),
)
def test_what_is_not_there_is_not_found(client, db, address):
    assert client.get(address).status_code == 404


def test_a_notice_shows_its_official_content(client, house, today):
    application = house.at("county_notice")
    notice = Notice.objects.get()
    today(notice.published_at + dt.timedelta(hours=1))
    page = client.get(reverse("notice", args=[notice.pk])).content.decode()
    for piece in (
        notice.title,
        notice.number,
        notice.basis,
        notice.process,
        application.community.name,
        "5 个工作日",
    ):
        assert piece in page
    assert "提出异议" in page
    assert "89" not in public.notice(notice.pk, clock.now()).basis  # no score comes along
    today(moment(notice.last_day + dt.timedelta(days=1)))
    assert (
        reverse("object_to", args=[notice.pk, notice.entries.get().pk])
        not in client.get(reverse("notice", args=[notice.pk])).content.decode()
    )


def test_a_moved_last_day_shows_both(client, house, today):
    house.at("county_notice")
    notice = Notice.objects.get()
    Notice.objects.update(original_last_day=notice.last_day, last_day=notice.last_day + dt.timedelta(days=1))
    page = client.get(reverse("notice", args=[notice.pk])).content.decode()
    assert "原定" in page and "调整为" in page


def test_a_removed_entry_is_marked_and_cannot_be_objected_to(client, house, today):
    house.at("county_notice")
    NoticeEntry.objects.update(status="removed")
    entry = NoticeEntry.objects.get()
    page = client.get(reverse("notice", args=[entry.notice_id])).content.decode()
    assert "已移出名单" in page
    assert reverse("object_to", args=[entry.notice_id, entry.pk]) not in page


def test_the_register_is_searched_by_name_place_year_and_tier(client, house, today):
    def found(**query):
        return client.get(reverse("recognised"), query).context["count"]

    assert found() == len(house.communities)
    assert found(region="东市") == 8
    assert found(region="三县") == 4
    assert found(q="桂花") == len(house.communities) / 2
    assert found(year=2015) == found()
    assert found(tier=":city", region="西市", q="银杏") == 2
    assert "没有查到这个地区" in client.get(reverse("recognised"), {"region": "某市"}).content.decode()
    assert client.get(reverse("recognised"), {"year": "x", "page": "x", "size": "x"}).status_code == 200


def test_a_certificate_says_its_state_first(client, house, today):
    title = Recognition.objects.first()

    def page():
        return client.get(reverse("certificate", args=[title.number])).content.decode()

    assert "有效" in page() and "本页生成时间" in page()
    Recognition.objects.update(valid_until=dt.date(2017, 9, 3))
    assert "已过期" in page()
    Recognition.objects.update(status="revoked")
    assert "已撤销" in page()
    Recognition.objects.update(status="expired")
    assert "已过期" in page()


def test_an_unknown_certificate_is_said_so_and_guessing_ends(client, house, today):
    title = Recognition.objects.first()
    response = client.get("/certificates/HN2017-0001-AAAAAA/")
    assert response.status_code == 404
    assert "查无此证" in response.content.decode()
    for _ in range(30):
        client.get("/certificates/HN2017-0001-AAAAAA/")
    assert client.get("/certificates/HN2017-0001-AAAAAB/").status_code == 429
    assert client.get(reverse("certificate", args=[title.number])).status_code == 429


def test_the_typed_number_may_be_full_width_and_spaced(client, house):
    number = Recognition.objects.first().number
    response = client.get(reverse("certificate_check"), {"number": f" {number[:4].lower()}　{number[4:]} "})
    assert response.url == reverse("certificate", args=[number])


def test_the_rules_come_from_the_document(client, house):
    page = client.get(reverse("programme", args=["hunan-star-2017"])).content.decode()
    for piece in ("湘人社函〔2017〕246号", "达到市州充分就业社区标准", "公示 5 个工作日", "发布当日不计入"):
        assert piece in page


@pytest.mark.parametrize("name", ("public_home", "notices", "recognised"))
def test_lists_cost_the_same_for_one_and_for_many(client, house, today, name):
    house.at("county_notice")

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(name))
        return len(queries)

    few = cost()
    notice = Notice.objects.get()
    for n in range(3):
        Notice.objects.create(
            **{
                f.attname: getattr(notice, f.attname)
                for f in Notice._meta.fields
                if f.name not in ("id", "number")
            },
            number=str(n),
        )
    assert cost() == few


def test_a_community_page_tells_titles_and_notices(client, house, today):
    application = house.at("county_notice")
    page = client.get(reverse("community_history", args=[application.community_id])).content.decode()
    assert "市级充分就业社区" in page
    assert Notice.objects.get().title in page
    assert "0000-0000001" not in page  # nobody's phone

"""The register for everyone: turned over by keys, counted by sums, searched by old names; where those that are gone lead."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accreditation import public, title_sums
from accreditation.models import Notice, Recheck, Recognition, TitleSum
from accreditation.public import paging
from regions import clock
from regions.communities import abolish, merge, recode, rename, split
from regions.models import Community
from tests.factories import moment

DAY = dt.date(2017, 9, 4)
MERGED = dt.date(2017, 6, 1)
ALL = public.TitleFilter()


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: moment(DAY))


def cost(client, address, **query):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address, query).status_code == 200
    return len(queries)


# Pages


def test_pages_follow_one_another_and_lead_back(house):
    rows = public.titles(ALL, DAY)
    whole = [row[0] for row in rows]
    first = paging.page(rows, public.register.ORDER, 5)
    second = paging.page(rows, public.register.ORDER, 5, after=first.after)
    third = paging.page(rows, public.register.ORDER, 5, after=second.after)
    assert [row[0] for page in (first, second, third) for row in page.rows] == whole
    assert len(whole) == 12 and [len(page.rows) for page in (first, second, third)] == [5, 5, 2]
    assert first.before is None and third.after is None
    back = paging.page(rows, public.register.ORDER, 5, before=third.before)
    assert back.rows == second.rows
    again = paging.page(rows, public.register.ORDER, 5, before=back.before)
    assert again.rows == first.rows and again.before is None
    assert paging.page(rows, public.register.ORDER, 5, after=again.after).rows == second.rows


@pytest.mark.parametrize("key", ("x", "1", "1-2", "1-2-3-4", "-1-2-3", "9" * 30, "1-2-x", "１-２-３"))
def test_a_key_that_is_none_is_the_first_page(client, house, key):
    for name in ("after", "before"):
        page = client.get(reverse("recognised"), {name: key}).context["page"]
        assert len(page.rows) == 12 and page.before is None


def test_two_titles_of_one_community_are_neither_lost_nor_shown_twice(house):
    title = Recognition.objects.first()
    Recognition.objects.create(
        **{
            field.attname: getattr(title, field.attname)
            for field in Recognition._meta.concrete_fields
            if field.attname not in ("id", "number")
        },
        number="T-2",
    )
    seen, key = [], ""
    while key is not None:
        page = public.title_page(ALL, DAY, 1, after=key)
        seen += [title.number for title in page.rows]
        key = page.after
    assert len(seen) == len(set(seen)) == 13


def test_what_is_downloaded_is_what_the_page_shows(house):
    wanted = public.TitleFilter(text="桂花", year=2015)
    assert list(public.title_rows(wanted, DAY)) == public.title_page(wanted, DAY, 100).rows
    assert len(list(public.title_rows(wanted, DAY))) == 6
    assert list(public.notice_rows(public.NoticeFilter(), DAY)) == []


# Sums


def test_sums_are_counted_by_tick_and_say_what_the_titles_say(house):
    def told():
        figures = public.figures(ALL, DAY)
        return (
            public.title_count(ALL, DAY),
            figures.total,
            [(t.name, t.titles) for t in figures.tiles],
            figures.years,
        )

    counted = told()
    assert counted == ((12, True), 12, [("东市", 8), ("西市", 4)], [(2015, 12)])
    assert not TitleSum.objects.exists()
    call_command("tick")
    assert TitleSum.objects.count() == 2 and title_sums.counted().place == "slot"
    assert told() == counted
    assert not title_sums.recount()  # nothing has changed since
    assert list(title_sums.differences()) == []


def test_sums_that_miss_the_latest_title_are_passed_over(house):
    title_sums.recount()
    house.at("recognised", 0)
    assert title_sums.counted().place == "position"
    assert public.title_count(ALL, dt.date(2017, 12, 31)) == (13, True)
    assert title_sums.recount()
    assert title_sums.counted().place == "slot"
    assert public.title_count(ALL, dt.date(2017, 12, 31)) == (13, True)
    assert public.title_count(ALL, DAY) == (12, True)  # granted later


@pytest.mark.parametrize("kept", (False, True))
def test_figures_count_what_is_held_that_day(house, kept):
    first, second, third = Recognition.objects.order_by("pk")[:3]
    Recognition.objects.filter(pk=first.pk).update(status="revoked", ended_on=dt.date(2016, 1, 1))
    Recognition.objects.filter(pk=second.pk).update(valid_until=DAY - dt.timedelta(days=1))
    Recognition.objects.filter(pk=third.pk).update(valid_until=DAY)
    if kept:
        title_sums.recount()
    assert public.figures(ALL, DAY).total == 10 == public.numbers(DAY)["titles"]
    assert public.title_count(ALL, DAY) == (12, True)
    assert public.figures(public.TitleFilter(year=2016), DAY).total == 0
    assert public.figures(public.TitleFilter(tier="city"), DAY).tiers == [("市级充分就业社区", 10)]
    assert public.figures(public.TitleFilter(programme="other", tier="city"), DAY).total == 0


@pytest.mark.parametrize("kept", (False, True))
def test_tiles_go_down_to_the_streets(client, house, kept):
    if kept:
        title_sums.recount()

    def tiles(**query):
        figures = client.get(reverse("recognised_figures"), query).context["figures"]
        return [(tile.full_name, tile.titles, tile.below) for tile in figures.tiles]

    assert tiles() == [("甲省 东市", 8, True), ("甲省 西市", 4, True)]  # the one province with titles
    assert tiles(region="甲省 东市") == [("甲省 东市 一县", 4, True), ("甲省 东市 二县", 4, True)]
    assert tiles(region="甲省 东市 一县") == [
        ("甲省 东市 一县 一南街道", 2, False),
        ("甲省 东市 一县 一北街道", 2, False),
    ]
    page = client.get(reverse("recognised_figures")).content.decode()
    assert page.count("<svg") == 2 + 1 + 1  # places, years, tiers
    nothing = client.get(
        reverse("recognised_figures"), {"region": "甲省 东市", "tier": "city:none", "year": 2015}
    )
    assert nothing.context["figures"].total == 8  # a tier there is none of is left out
    Recognition.objects.update(status="revoked")
    TitleSum.objects.all().delete()
    assert "没有有效的认定" in client.get(reverse("recognised_figures")).content.decode()


# Names


def test_old_names_and_codes_lead_to_what_is_there_now(client, house):
    old, kept, other = house.community(0), house.community(1), house.community(4)
    recode(old, "430104001001", code_date=MERGED, on=MERGED)
    merge([old], into=kept, on=MERGED, document="民字1号")
    rename(other, "新桂社区", on=MERGED)

    def found(text):
        rows = client.get(reverse("communities"), {"q": text}).context["page"].rows
        return [(row.name, [one.name for one in row.now], row.former) for row in rows]

    assert found(old.name) == [(old.name, [kept.name], [])]
    assert found("430104001001") == [(old.name, [kept.name], [])]
    assert found(other.name) == [("新桂社区", [], [other.name])]
    assert found("某某") == []
    # The register: by the name that is gone, the titles of what came after stand beside its own.
    assert public.title_count(public.TitleFilter(text=old.name), DAY) == (2, True)
    assert public.title_count(public.TitleFilter(text=other.name), DAY) == (1, True)
    page = client.get(reverse("communities")).content.decode()
    assert "请填写社区名称" in page and "<table" not in page.split("</main>")[0]


@pytest.mark.parametrize("common", (0, 1000))
def test_few_and_many_are_found_alike(house, monkeypatch, common):
    monkeypatch.setattr("regions.name_search.COMMON", common)
    title = Recognition.objects.order_by("pk")[3]

    def found(text):
        return {one.number for one in public.title_rows(public.TitleFilter(text=text), DAY)}

    assert found(title.number.lower()) == {title.number}
    assert found(title.community.name) == {title.number}
    assert len(found("银杏")) == 6 and len(found("社区")) == 12 and found("没有的") == set()


def test_the_address_of_one_merged_leads_to_its_successor(client, house):
    old, kept = house.community(0), house.community(1)
    merge([old], into=kept, on=MERGED)
    answer = client.get(reverse("community_history", args=[old.pk]), follow=True)
    assert answer.redirect_chain == [(f"/communities/{kept.pk}/?from={old.pk}", 302)]
    page = answer.content.decode()
    assert f"您打开的是{old.name}" in page and f"现为{kept.name}" in page
    assert "并入前的社区获得的称号" in page
    own = client.get(reverse("community_history", args=[old.pk]), {"own": 1}).content.decode()
    assert "本页是它以往的记录" in own and kept.name in own
    # A `from` that leads nowhere is left out.
    for came in ("99999", "x", str(house.community(5).pk)):
        page = client.get(reverse("community_history", args=[kept.pk]), {"from": came}).content.decode()
        assert "您打开的是" not in page


def test_a_chain_of_mergers_leads_to_its_end(client, house):
    first, second, third = (house.community(n) for n in range(3))
    merge([first], into=second, on=MERGED)
    merge([Community.objects.get(pk=second.pk)], into=third, on=MERGED + dt.timedelta(days=9))
    answer = client.get(reverse("community_history", args=[first.pk]), follow=True)
    assert answer.redirect_chain[-1][0] == f"/communities/{third.pk}/?from={first.pk}"
    assert f"您打开的是{first.name}" in answer.content.decode()
    assert {one.title.name for one in answer.context["community"].older} == {first.name, second.name}


def test_one_that_was_split_offers_its_parts(client, house):
    parts = split(house.community(0), [{"name": "东园社区"}, {"name": "西园社区"}], on=MERGED)
    page = client.get(reverse("community_history", args=[house.community(0).pk]))
    assert page.status_code == 200
    assert "请选择" in page.content.decode()
    for part in parts:
        assert reverse("community_history", args=[part.pk]) in page.content.decode()


def test_one_that_ended_says_so(client, house):
    abolish(house.community(0), on=MERGED)
    page = client.get(reverse("community_history", args=[house.community(0).pk]))
    assert page.status_code == 200 and "没有承接它的社区" in page.content.decode()


def test_a_history_shows_rechecks_and_nothing_of_a_later_day(client, house):
    title = Recognition.objects.get(community=house.community(0))
    Recheck.objects.create(recognition=title, year=2016, passed=True, decided_on=dt.date(2017, 1, 5))
    Recheck.objects.create(recognition=title, year=2017, passed=False, decided_on=dt.date(2018, 1, 5))
    lines = public.community(house.community(0).pk, DAY).rechecks
    assert [(line.year, line.passed) for line in lines] == [(2016, True)]
    assert (
        "年度复查" in client.get(reverse("community_history", args=[house.community(0).pk])).content.decode()
    )


@pytest.mark.parametrize("name", ("notice", "community_history"))
def test_a_page_of_a_place_is_read_at_its_time(client, house, settings, monkeypatch, name):
    """Where several demonstrations play, each on its day, a page tells what is so on the day of its place."""
    application = house.at("county_notice")
    notice = Notice.objects.get()
    monkeypatch.undo()
    settings.DEMO = True
    clock.set_place(None)
    clock.move(moment(dt.date(2010, 1, 4)), house.regions["西市"])
    clock.move(moment(notice.last_day), house.regions["东市"])
    assert clock.today() == dt.date(2010, 1, 4)
    pk = {"notice": notice.pk, "community_history": application.community_id}[name]
    page = client.get(reverse(name, args=[pk])).content.decode()
    assert ("这是最后一个工作日" if name == "notice" else "市级充分就业社区") in page


# Queries


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("recognised", {}),
        ("recognised", {"q": "桂花"}),
        ("recognised", {"region": "东市"}),
        ("recognised_figures", {}),
        ("communities", {"q": "桂花"}),
    ],
)
def test_as_many_queries_for_few_as_for_many(client, house, name, query):
    few = cost(client, reverse(name), **query)
    more = [house.found(f"桂花{number}社区", house.regions["一南街道"]) for number in range(30)]
    house.title(more)
    assert cost(client, reverse(name), **query) == few
    assert few <= 16


# Details of persons


def test_whom_to_call_is_taken_down_after_its_time(client, house, monkeypatch, settings):
    settings.NOTICE_DETAILS_DAYS = 10
    house.at("county_notice")
    Notice.objects.update(contact="经办人 0000-0000009", address="某路9号", basis="联系人13812345678")
    notice = Notice.objects.get()
    entry = notice.entries.get()

    def page(days, address=None):
        at = moment(notice.last_day + dt.timedelta(days=days))
        monkeypatch.setattr(clock, "now", lambda: at)
        return client.get(address or reverse("notice", args=[notice.pk])).content.decode()

    last = notice.last_day + dt.timedelta(days=10)
    for days in (-1, 0, 10):
        shown = page(days)
        assert "0000-0000009" in shown and "某路9号" in shown
        assert f"公开到 {last.year}年{last.month}月{last.day}日" in shown
    gone = page(11)
    assert "0000-0000009" not in gone and "某路9号" not in gone and "现已撤下" in gone
    assert entry.name in gone  # the list stays
    for days in (-1, 11):
        assert "13812345678" not in page(days) and "138****5678" in page(days)
    objecting = reverse("object_to", args=[notice.pk, entry.pk])
    assert "0000-0000009" in page(5, objecting) and "0000-0000009" not in page(11, objecting)
    notice.refresh_from_db()
    assert notice.contact == "经办人 0000-0000009"  # the record stays as it was published


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("电话13812345678。", "电话138****5678。"),
        ("11010519491231002X", "11*************02X"),
        ("110105491231002", "11*************002"),
        ("文号20170904001号", "文号20170904001号"),
        ("0731-84900000", "0731-84900000"),
        ("139123456789", "139123456789"),
        ("", ""),
    ],
)
def test_numbers_of_persons_are_masked(text, shown):
    assert public.masked(text) == shown


# Notices


def test_notices_are_chosen_by_state_and_programme(client, house, monkeypatch):
    house.at("county_notice")
    notice = Notice.objects.get()

    def found(**query):
        return client.get(reverse("notices"), query).context["page"].paginator.count

    monkeypatch.setattr(clock, "now", lambda: moment(notice.last_day))
    assert (found(), found(state="running"), found(state="past")) == (1, 1, 0)
    assert (found(programme="hunan-star-2017"), found(year=2017), found(region="西市")) == (1, 1, 0)
    monkeypatch.setattr(clock, "now", lambda: moment(notice.last_day + dt.timedelta(days=1)))
    assert (found(state="running"), found(state="past")) == (0, 1)
    assert "没有符合条件的公示" in client.get(reverse("notices"), {"state": "running"}).content.decode()

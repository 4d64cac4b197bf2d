"""Titles from a table: filed by a city, or granted before the portal; in order with check_invariants, and undone."""

import datetime as dt

import pytest
from django.test import Client

from accounts.models import Event, Role
from accreditation import invariants, title_sums
from accreditation.models import Recheck, Recognition
from regions import communities
from tests.accreditation.conftest import at, house  # noqa: F401
from tests.factories import acting, moment
from tests.imports.conftest import counts, press, upload

HEADS = ["县区", "街道", "社区", "年度", "认定日期", "认定文号"]
GOOD = ["一县", "一南街道", "一南桂花社区", 2016, "2016.12", "东人社发[2016]9号"]


@pytest.fixture
def world(house, at):  # noqa: F811
    at(dt.date(2017, 9, 5))
    return house


def sign_in(house, place="东市", role=Role.APPROVER):  # noqa: F811
    browser = Client()
    browser.user = acting(house.officer(place, role))
    browser.force_login(browser.user)
    return browser


def breaches():
    found = invariants.breaches(moment(dt.date(2017, 9, 5)))
    return [sentence for _, sentences in found for sentence in sentences]


def test_a_city_files_its_titles(world):
    browser = sign_in(world)
    before = Recognition.objects.count()
    batch = upload(browser, [HEADS, GOOD], kind="city_titles")
    assert counts(batch) == (1, 0, 0, 0, 0)
    assert Recognition.objects.count() == before
    assert press(browser, batch).status_code == 302
    title = Recognition.objects.get(batch=batch)
    assert (title.issuer, title.money, title.tier_name) == ("city", "city", "市级充分就业社区")
    assert (title.granted_on, title.document_number) == (dt.date(2016, 12, 1), "东人社发〔2016〕9号")
    assert title.issuer_name == browser.user.acting.office.name
    assert title.position == title.community.position and title.application is None
    assert [event.action for event in Event.objects.filter(action__contains="import")] == ["import_batch"]
    assert breaches() == []


def test_the_same_title_is_unchanged_and_a_correction_is_a_change(world):
    browser = sign_in(world)
    press(browser, upload(browser, [HEADS, GOOD], kind="city_titles"))
    assert counts(upload(browser, [HEADS, GOOD], kind="city_titles")) == (0, 0, 1, 0, 0)
    batch = upload(browser, [HEADS, [*GOOD[:5], "东人社发〔2016〕10号"]], kind="city_titles")
    assert counts(batch) == (0, 1, 0, 0, 0)
    press(browser, batch)
    title = Recognition.objects.get(year=2016)
    assert title.document_number == "东人社发〔2016〕10号"
    press(browser, batch, "undo")
    title.refresh_from_db()
    assert title.document_number == "东人社发〔2016〕9号"


def test_undo_takes_titles_away_until_something_rests_on_them(world):
    browser = sign_in(world)
    batch = upload(browser, [HEADS, GOOD], kind="city_titles")
    press(browser, batch)
    title = Recognition.objects.get(batch=batch)
    check = Recheck.objects.create(recognition=title, year=2017, passed=True, decided_on=dt.date(2017, 3, 1))
    assert "已经有复查记录，不能撤销" in press(browser, batch, "undo").content.decode()
    check.delete()
    assert press(browser, batch, "undo").status_code == 302
    assert not Recognition.objects.filter(batch=batch).exists()
    assert breaches() == []


def test_the_sums_of_titles_are_right_after_an_import_and_an_undo(world):
    browser = sign_in(world)
    title_sums.recount()
    batch = upload(browser, [HEADS, GOOD], kind="city_titles")
    press(browser, batch)
    for _ in range(2):
        assert title_sums.counted().total() == Recognition.objects.count()
        assert list(title_sums.differences()) == []
        title_sums.recount()
        assert list(title_sums.differences()) == []
        if batch.status == "applied":
            press(browser, batch, "undo")


def test_a_community_is_found_by_its_former_name(world):
    browser = sign_in(world)
    renamed = world.communities["一南桂花社区"]
    communities.rename(renamed, "一南丹桂社区", on=dt.date(2017, 1, 1))
    batch = upload(browser, [HEADS, GOOD], kind="city_titles")
    assert counts(batch) == (1, 0, 0, 0, 0)
    assert "它曾名" in batch.lines.get().told
    press(browser, batch)
    assert Recognition.objects.get(batch=batch).community == renamed


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({2: "没有的社区"}, "在东市没有找到"),
        ({0: "三县", 1: "三南街道", 2: "三南桂花社区"}, "在东市没有找到"),
        ({2: ""}, "请填写社区名称"),
        ({3: ""}, "请填写认定年度"),
        ({4: ""}, "请填写认定日期"),
        ({5: ""}, "请填写认定文号"),
        ({4: "2017-09-06"}, "认定日期晚于今天"),
        ({4: 2016.1}, "可能是 1 月，也可能是 10 月"),
        ({4: "2016-02-30"}, "不是存在的日期"),
    ],
)
def test_faults(world, changes, words):
    browser = sign_in(world)
    row = [changes.get(place, cell) for place, cell in enumerate(GOOD)]
    batch = upload(browser, [HEADS, row], kind="city_titles")
    assert counts(batch) == (0, 0, 0, 1, 0)
    assert words in batch.lines.get().told


def test_former_titles_with_their_end(world):
    browser = sign_in(world, "甲省")
    heads = ["市", *HEADS, "称号", "证书编号", "终止日期", "终止原因"]
    row = ["东市", *GOOD, "省级充分就业社区", "旧-001", "2017年3月1日", "复查不合格"]
    nation = [
        "西市",
        "三县",
        "三南街道",
        "三南桂花社区",
        2014,
        "2014-5-1",
        "人社部发〔2014〕3号",
        "国家级充分就业社区",
        "",
        "",
        "",
    ]
    batch = upload(browser, [heads, row, nation], kind="former_titles")
    assert counts(batch) == (2, 0, 0, 0, 0)
    press(browser, batch)
    ended, standing = Recognition.objects.filter(batch=batch).order_by("year", "pk").reverse()
    assert (ended.number, ended.status, ended.ended_reason) == ("旧-001", "revoked", "复查不合格")
    assert (standing.issuer, standing.money) == ("nation", "national")
    assert standing.number.startswith("N1-2014-")
    again = upload(browser, [heads, [*row[:1], *row[1:4], 2013, *row[5:]]], kind="former_titles")
    assert "已经用过" in again.lines.get().told
    assert breaches() == []


def test_a_title_out_of_a_round_is_not_changed_by_a_table(world):
    application = world.at("recognised", 0)
    browser = sign_in(world, "甲省")
    title = application.recognition
    row = ["一县", "一南街道", title.community.name, title.year, "2017-01-05", "另一号", title.tier_name]
    batch = upload(browser, [[*HEADS, "称号"], row], kind="former_titles")
    assert counts(batch) == (0, 0, 0, 1, 0)
    assert "由本系统的批次“2017年认定”认定" in batch.lines.get().told


@pytest.mark.parametrize(
    ("place", "role"), [("一县", Role.APPROVER), ("甲省", Role.APPROVER), ("东市", Role.HANDLER)]
)
def test_who_may_not_file_city_titles(world, place, role):
    assert sign_in(world, place, role).get("/imports/city_titles/").status_code == 403


def test_a_title_of_no_origin_is_told(world):
    title = Recognition.objects.first()
    title.pk, title.number = None, "X"
    title.save()
    assert [s for s in breaches() if f"称号 {title.pk}" in s]


def test_a_title_of_an_undone_import_is_told(world):
    browser = sign_in(world)
    batch = upload(browser, [HEADS, GOOD], kind="city_titles")
    press(browser, batch)
    type(batch).objects.update(status="undone")
    assert [s for s in breaches() if "导入" in s]

"""Who holds what by place and year, what is still missing, and which rechecks are due: numbers counted by hand."""

import datetime as dt
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from accreditation import endings, recheck_due, rechecks
from accreditation.models import Ending, Recheck, Recognition
from accreditation.standing import standing
from regions import communities
from tests.titles.conftest import on
from tests.titles.test_pages import go, text  # noqa: F401

TODAY = dt.date(2022, 1, 5)


def told(row):
    return row.total, {cell.level: (cell.held, cell.share) for cell in row.cells}


def test_each_level_by_place_with_its_share_and_a_community_once_for_any(titled):
    """东市: 8 communities, all of the city's level since 2015, four of 一县 of the province's since 2018; one of them star."""
    titled.grant([0], dt.date(2020, 1, 1), "ST")
    Recognition.objects.filter(number__startswith="ST").update(rank=2)
    found = standing(titled.city, TODAY)
    assert found.levels == ("任一称号", "省级星级", "省级", "市级")
    assert told(found.total) == (
        8, {"任一称号": (8, "100.00%"), "省级星级": (1, "12.50%"), "省级": (4, "50.00%"), "市级": (8, "100.00%")},
    )  # fmt: skip
    assert [(row.region.name, row.total, [cell.held for cell in row.cells]) for row in found.rows] == [
        ("一县", 4, [4, 1, 4, 4]), ("二县", 4, [4, 0, 0, 4]),
    ]  # fmt: skip
    province = standing(titled.house.province, TODAY)
    assert [(row.region.name, row.total, row.cells[2].held) for row in province.rows] == [
        ("东市", 8, 4),
        ("西市", 4, 0),
    ]
    street = standing(titled.house.regions["一南街道"], TODAY)
    assert street.rows == () and told(street.total)[1]["省级"] == (2, "100.00%")


def test_the_ends_of_the_years_count_what_was_held_then(titled):
    title = titled.titles[0]
    endings.end(
        title, kind=Ending.Kind.DECISION, reason="x", document_number="x", on=dt.date(2020, 12, 31),
        proposed_by=None, by=titled.who("甲省", Role.APPROVER), at=on(1, 4),
    )  # fmt: skip
    years = {row.day: [cell.held for cell in row.cells] for row in standing(titled.city, TODAY).years}
    assert list(years)[0] == dt.date(2015, 12, 31) and list(years)[-1] == TODAY
    assert years[dt.date(2017, 12, 31)] == [8, 0, 8]
    assert years[dt.date(2019, 12, 31)] == [8, 4, 8]
    assert years[dt.date(2020, 12, 31)] == [8, 3, 8]  # it ended that day: no longer held


def test_an_abolished_community_is_neither_counted_nor_shared(titled):
    communities.abolish(titled.house.community(4), on=dt.date(2021, 6, 1), document="x")
    found = standing(titled.city, TODAY)
    assert told(found.total)[0] == 7 and told(found.total)[1]["市级"] == (7, "100.00%")
    assert {row.day.year: row.total for row in found.years}[2020] == 8


def test_a_title_past_its_validity_is_not_held(titled):
    Recognition.objects.filter(pk=titled.titles[0].pk).update(valid_until=dt.date(2021, 12, 31))
    assert told(standing(titled.city, TODAY).total)[1]["省级"] == (3, "37.50%")
    assert told(standing(titled.city, dt.date(2021, 12, 31)).total)[1]["省级"][0] == 4


def test_the_queries_do_not_grow(titled, django_assert_num_queries):
    for region in ("一县", "甲省"):
        with django_assert_num_queries(8):
            standing(titled.house.regions[region], TODAY)


# Rechecks: 平顶山市's document of 2021 asks for provincial and national titles every year, not for the city's


def due_of(titled, day=TODAY):
    rules = recheck_due.rules(titled.city)
    rows = recheck_due.with_rechecks(recheck_due.titles(titled.city, day, rules))
    return {row.title.number: row for row in (recheck_due.due(one, day) for one in rows)}


def add(title, year, passed=True):
    reason = "" if passed is not None else "经批准"
    return Recheck.objects.create(
        recognition=title, year=year, passed=passed, decided_on=dt.date(year, 12, 1), authorised_reason=reason
    )


def test_the_next_year_due_the_last_outcome_and_the_years_missing(titled):
    first, second, third, _ = titled.titles
    add(first, 2021), add(first, 2022)
    add(second, 2020)
    add(third, 2021, None)
    new = titled.grant([5], dt.date(2022, 1, 3), "NW")[0]
    found = due_of(titled)
    assert len(found) == 5  # not the city's own titles
    row = found[first.number]
    assert (row.last_words, row.missing_words, row.next) == ("2022 年合格", "", 2023)
    row = found[second.number]  # before the document of 2021 no year is missing
    assert (row.last_words, row.missing_words, row.next) == ("2020 年合格", "2021", 2022)
    row = found[third.number]
    assert (row.last_words, row.missing_words, row.next) == ("2021 年经批准未复查", "", 2022)
    row = found[new.number]
    assert (row.last_words, row.missing_words, row.next) == ("", "", 2023)


def test_the_counts_and_the_lists_behind_them_agree(titled):
    first, second, third, fourth = titled.titles
    add(first, 2021), add(first, 2022)
    add(second, 2021)
    titled.grant([5], dt.date(2022, 1, 3), "NW")
    rows = recheck_due.titles(titled.city, TODAY, recheck_due.rules(titled.city))
    assert recheck_due.counts(rows, TODAY) == {"due": 3, "done": 1, "missing": 2, "next": 1}
    for state, number in recheck_due.counts(rows, TODAY).items():
        assert recheck_due.wanted(rows, state, TODAY).count() == number
    assert {t.pk for t in recheck_due.wanted(rows, "missing", TODAY)} == {third.pk, fourth.pk}


def test_a_title_gone_on_with_keeps_the_years_of_the_one_it_carries(titled):
    old = titled.titles[0]
    add(old, 2021)
    new = titled.grant([4], dt.date(2021, 8, 1), "CT")[0]
    Recognition.objects.filter(pk=new.pk).update(carries=old, year=2018)
    assert due_of(titled)[new.number].missing == ()


def test_a_programme_without_a_fixed_year_expects_none(titled):
    """Hunan's recheck is irregular: the house's own programme adds no title to the list, and says so in words."""
    province = recheck_due.rules(titled.house.province)
    assert {rule.key: rule.yearly for rule in province} == {
        "hunan-star-2017": (), "pingdingshan-2021": ("provincial", "national"),
    }  # fmt: skip
    assert [rule.lines for rule in province if rule.key == "hunan-star-2017"] == [
        (("省级", "不定期", "四、（三）"),)
    ]
    west = titled.house.regions["西市"]
    assert recheck_due.titles(west, TODAY, recheck_due.rules(west)).count() == 0


# The pages


def test_the_page_drills_down_and_leaves_as_it_stands(titled, go):  # noqa: F811
    city = go("东市")
    page = text(city.get("/standing/"))
    county = titled.house.regions["一县"]
    assert "称号分布" in page and f"/standing/{county.pk}/" in page and "50.00%" in page
    assert "每年（一是明确复查范围）" in page
    below = text(city.get(f"/standing/{county.pk}/"))
    assert "一南街道" in below and f'<a href="/standing/{titled.city.pk}/">东市</a>' in below
    got = city.get("/standing/?as=xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(got.streaming_content)))["称号分布"].values)
    assert rows[0][:4] == ("地区或截至日期", "社区（村）数", "任一称号", "任一称号占比")
    assert rows[1][:4] == ("一县", 4, 4, "100.00%") and rows[3][0] == "东市合计"


def test_foreign_regions_are_missing_and_a_community_is_refused(titled, go):  # noqa: F811
    west = titled.house.regions["西市"]
    assert go("东市").get(f"/standing/{west.pk}/").status_code == 404
    assert go("一县").get(f"/standing/{titled.city.pk}/rechecks/").status_code == 404
    assert go(titled.house.community(0)).get("/standing/").status_code == 403


def test_the_due_list_is_filtered_and_exported(titled, go):  # noqa: F811
    add(titled.titles[0], 2021)
    county = titled.house.regions["一县"]
    page = text(go("一县").get(f"/standing/{county.pk}/rechecks/?state=missing"))
    assert "共 3 个" in page and titled.titles[0].community.name not in page
    got = go("东市").get(f"/standing/{titled.city.pk}/rechecks/?as=xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(got.streaming_content)))["复查安排"].values)
    assert len(rows) == 5 and rows[1][5:] == ("2021 年合格", None, 2022)


@pytest.mark.parametrize("state", ["", "due", "missing"])
def test_the_due_list_costs_the_same_for_one_and_for_many(titled, go, state, django_assert_max_num_queries):  # noqa: F811
    browser = go("东市")
    browser.get(f"/standing/{titled.city.pk}/rechecks/")
    with django_assert_max_num_queries(20):
        browser.get(f"/standing/{titled.city.pk}/rechecks/?state={state}")
    assert rechecks.section(titled.version)


def test_the_page_is_counted_once_and_anew_after_a_change(titled, go):  # noqa: F811
    browser = go("东市", Role.APPROVER)
    address = "/standing/"

    def asked():
        with CaptureQueriesContext(connection) as queries:
            held = browser.get(address).context["told"].total.cells[0].held
        return held, len(queries)

    held, first = asked()
    again = asked()
    assert again[0] == held == 8 and again[1] <= first - 6
    assert (
        go("东市", Role.APPROVER).get(address).context["told"].total.cells[0].held == 8
    )  # signing in changes nothing
    assert asked()[1] == again[1]
    for title in Recognition.objects.filter(community=titled.house.community(7)):
        endings.end(
            title, kind=Ending.Kind.DECISION, reason="x", document_number="x", on=dt.date(2021, 12, 31),
            proposed_by=None, by=titled.who("甲省", Role.APPROVER), at=on(1, 4),
        )  # fmt: skip
    held, anew = asked()
    assert held == 7 and anew >= again[1] + 6

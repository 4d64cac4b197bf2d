"""Working days: every date below was counted by hand on the notices' own days."""

import datetime as dt
import json
from pathlib import Path

import pytest
from django.conf import settings

from regions.divisions import nation
from regions.models import CalendarNotice, SpecialDay
from regions.workdays import Calendar, CalendarRefused, UnknownYear, change_day

D = dt.date.fromisoformat

ENDS = [
    # The examples of the domain text.
    ("2017-09-25", 5, "2017-09-30"),  # a make-up Saturday is the last day
    ("2019-04-26", 5, "2019-05-06"),  # 04-28, 05-05 worked; 05-01 to 05-03 off since the amendment
    ("2022-04-29", 5, "2022-05-10"),  # 05-07 Saturday worked
    ("2025-09-26", 5, "2025-10-10"),  # 09-28 Sunday worked, eight days off
    ("2026-09-18", 5, "2026-09-24"),  # 09-20 Sunday worked
    # Make-up days and days off, year by year.
    ("2004-01-16", 2, "2004-01-18"),  # a whole weekend worked
    ("2006-12-29", 2, "2006-12-31"),  # worked weekend at the end of the year
    ("2007-12-28", 2, "2008-01-02"),  # 12-29 worked, 12-31 off, by the notice for 2008
    ("2011-12-30", 1, "2011-12-31"),  # Saturday worked by the notice for 2012
    ("2015-09-02", 2, "2015-09-07"),  # 09-03, 09-04 off, 09-06 Sunday worked
    ("2016-02-05", 5, "2016-02-17"),  # 02-06 and 02-14 worked
    ("2016-06-08", 3, "2016-06-14"),  # 06-12 Sunday worked
    ("2016-09-30", 3, "2016-10-10"),  # 10-08 and 10-09 worked
    ("2016-12-30", 1, "2017-01-03"),  # across the year, 01-02 off
    ("2017-01-20", 5, "2017-01-26"),  # 01-22 Sunday worked
    ("2017-01-26", 2, "2017-02-04"),  # 02-03 Friday, 02-04 Saturday worked
    ("2017-03-31", 5, "2017-04-10"),  # 04-01 worked, 04-03 and 04-04 off
    ("2017-05-26", 1, "2017-05-27"),  # Saturday worked
    ("2018-02-14", 5, "2018-02-27"),  # 02-24 Saturday worked
    ("2018-04-04", 3, "2018-04-10"),  # 04-08 Sunday worked
    ("2018-09-28", 2, "2018-09-30"),  # a whole weekend worked
    ("2018-09-30", 1, "2018-10-08"),  # published on a worked Sunday
    ("2018-12-28", 2, "2019-01-02"),  # 12-29 worked by the notice for 2019
    ("2018-12-29", 5, "2019-01-08"),  # across the year
    ("2019-02-01", 5, "2019-02-13"),  # 02-02 and 02-03 worked
    ("2019-04-30", 1, "2019-05-05"),  # Sunday worked since the amendment
    ("2019-09-27", 3, "2019-10-08"),  # 09-29 Sunday worked
    ("2019-10-11", 1, "2019-10-12"),  # Saturday worked
    ("2020-01-17", 5, "2020-01-23"),  # 01-19 Sunday worked
    ("2020-01-23", 1, "2020-02-03"),  # extended Spring Festival; 02-03 an ordinary working Monday
    ("2020-01-23", 5, "2020-02-07"),  # 02-01 Saturday no longer worked
    ("2020-02-26", 3, "2020-03-02"),  # 29 February on a Saturday
    ("2020-04-30", 5, "2020-05-11"),  # 05-09 Saturday worked
    ("2020-06-24", 2, "2020-06-29"),  # 06-28 Sunday worked
    ("2020-09-25", 5, "2020-10-09"),  # 09-27 Sunday worked
    ("2020-10-09", 1, "2020-10-10"),  # Saturday worked
    ("2021-02-10", 3, "2021-02-20"),  # Saturday worked
    ("2021-04-30", 2, "2021-05-07"),
    ("2021-05-07", 1, "2021-05-08"),  # Saturday worked
    ("2021-09-17", 5, "2021-09-26"),  # 09-18 Saturday and 09-26 Sunday worked
    ("2021-09-30", 2, "2021-10-09"),  # Saturday worked
    ("2021-12-31", 5, "2022-01-10"),  # 01-03 off
    ("2022-01-28", 2, "2022-01-30"),  # a whole weekend worked
    ("2022-01-30", 1, "2022-02-07"),  # published on a worked Sunday
    ("2022-04-01", 2, "2022-04-06"),  # 04-02 Saturday worked
    ("2022-09-30", 3, "2022-10-10"),  # 10-08 and 10-09 worked
    ("2022-12-30", 1, "2023-01-03"),  # 01-02 off
    ("2023-01-20", 3, "2023-01-30"),  # 01-28 and 01-29 worked
    ("2023-06-21", 3, "2023-06-27"),  # 06-25 Sunday worked
    ("2023-09-28", 3, "2023-10-09"),  # 10-07 and 10-08 worked
    ("2023-12-29", 1, "2024-01-02"),
    ("2024-02-02", 5, "2024-02-08"),  # 02-04 Sunday worked
    ("2024-02-08", 2, "2024-02-18"),  # the eve 02-09 was worked; 02-18 Sunday worked
    ("2024-02-28", 2, "2024-03-01"),  # 29 February counts
    ("2024-04-03", 1, "2024-04-07"),  # Sunday worked
    ("2024-04-26", 5, "2024-05-07"),  # 04-28 Sunday worked
    ("2024-09-13", 5, "2024-09-23"),  # 09-14 Saturday worked
    ("2024-09-27", 3, "2024-10-08"),  # 09-29 Sunday worked
    ("2024-12-31", 5, "2025-01-08"),  # across the year
    ("2025-01-24", 3, "2025-02-05"),  # 01-26 Sunday worked
    ("2025-02-07", 1, "2025-02-08"),  # Saturday worked
    ("2025-04-30", 1, "2025-05-06"),
    ("2025-12-31", 5, "2026-01-08"),  # 01-04 Sunday worked
    ("2026-02-13", 5, "2026-02-27"),  # 02-14 Saturday worked
    ("2026-02-27", 1, "2026-02-28"),  # Saturday worked
    ("2026-05-08", 1, "2026-05-09"),  # Saturday worked
    ("2026-09-30", 2, "2026-10-09"),
    ("2026-10-03", 1, "2026-10-08"),  # published in the middle of days off
    ("2026-10-09", 1, "2026-10-10"),  # Saturday worked
    ("2026-12-24", 5, "2026-12-31"),  # to the very end of what is known
    ("2003-12-31", 1, "2004-01-02"),  # the day of publication is not counted, so its year need not be known
]

REFUSED = [
    ("2026-12-25", 5, 2027),
    ("2026-12-31", 1, 2027),
    ("2026-11-30", 30, 2027),
    ("2003-12-30", 1, 2003),
    ("2027-03-01", 5, 2027),
]

# Make-up days and working days of each year, as the domain text lists them.
MADE_UP = {
    2016: "02-06 02-14 06-12 09-18 10-08 10-09",
    2017: "01-22 02-04 04-01 05-27 09-30",
    2018: "02-11 02-24 04-08 04-28 09-29 09-30 12-29",
    2019: "02-02 02-03 04-28 05-05 09-29 10-12",
    2020: "01-19 04-26 05-09 06-28 09-27 10-10",
    2021: "02-07 02-20 04-25 05-08 09-18 09-26 10-09",
    2022: "01-29 01-30 04-02 04-24 05-07 10-08 10-09",
    2023: "01-28 01-29 04-23 05-06 06-25 10-07 10-08",
    2024: "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    2025: "01-26 02-08 04-27 09-28 10-11",
    2026: "01-04 02-14 02-28 05-09 09-20 10-10",
}
WORKED = {
    2016: 250,
    2017: 249,
    2018: 250,
    2019: 250,
    2020: 249,
    2021: 250,
    2022: 249,
    2023: 249,
    2024: 251,
    2025: 248,
    2026: 248,
}


@pytest.fixture(scope="module")
def shipped():
    return Calendar.shipped()


@pytest.mark.parametrize(("published", "days", "last"), ENDS)
def test_notice_ends(shipped, published, days, last):
    assert shipped.notice_end(D(published), days) == D(last)


@pytest.mark.parametrize(("published", "days", "year"), REFUSED)
def test_unknown_year_is_refused_by_name(shipped, published, days, year):
    with pytest.raises(UnknownYear, match=f"{year} 年.*尚未录入") as refused:
        shipped.notice_end(D(published), days)
    assert refused.value.year == year


@pytest.mark.parametrize("year", MADE_UP)
def test_make_up_days_are_those_of_the_notices(shipped, year):
    worked = [day for day, works in sorted(shipped.working.items()) if works and day.year == year]
    assert " ".join(f"{day:%m-%d}" for day in worked) == MADE_UP[year]
    assert all(day.weekday() >= 5 for day in worked)


@pytest.mark.parametrize("year", WORKED)
def test_working_days_of_a_year(shipped, year):
    assert shipped.working_days_in(year) == WORKED[year]


def test_every_day_off_is_a_weekday(shipped):
    assert all(day.weekday() < 5 for day, works in shipped.working.items() if not works)
    assert shipped.years == set(range(2004, 2027))


def test_the_monday_after_the_extended_spring_festival_was_worked(shipped):
    assert shipped.is_working(D("2020-02-03"))
    assert not shipped.is_working(D("2020-02-01"))


def test_december_days_stand_in_the_next_years_file():
    told = json.loads(Path(settings.WORKDAY_DATA, "2019.json").read_text(encoding="utf-8"))
    assert [day["day"] for day in told["days"][:2]] == ["2018-12-29", "2018-12-31"]


@pytest.mark.parametrize("days", [0, -1])
def test_a_notice_runs_at_least_one_day(shipped, days):
    with pytest.raises(ValueError, match="不小于 1"):
        shipped.notice_end(D("2026-09-18"), days)


@pytest.mark.parametrize(
    ("today", "due", "left"),
    [
        ("2026-09-18", "2026-09-24", 5),  # five to go, the make-up Sunday among them
        ("2026-09-24", "2026-09-24", 0),  # due today
        ("2026-09-26", "2026-09-24", 0),  # only days off since
        ("2026-09-28", "2026-09-24", -1),  # one working day late: 09-25 was off
        ("2026-10-10", "2026-09-30", -3),  # 10-08, 10-09 and the Saturday 10-10
    ],
)
def test_days_left_and_late(shipped, today, due, left):
    assert shipped.working_days_between(D(today), D(due)) == left


def test_working_days_backwards(shipped):
    assert shipped.add_working_days(D("2026-09-21"), -1) == D("2026-09-20")
    assert shipped.add_working_days(D("2026-10-08"), -2) == D("2026-09-29")
    assert shipped.add_working_days(D("2026-10-03"), 0) == D("2026-10-03")


# From the database, with regional days.


@pytest.fixture
def local(country, shipped_calendar):
    """长沙市 is off on 2026-09-23; 岳麓区 works on it all the same; 河南省 is off on 2026-09-21."""
    change_day(D("2026-09-23"), False, region=country["长沙市"], reason="市政府公告")
    change_day(D("2026-09-23"), True, region=country["岳麓区"], reason="区政府公告")
    change_day(D("2026-09-21"), False, region=country["河南省"], reason="省政府公告")
    return country


@pytest.mark.parametrize(
    ("region", "last"),
    [
        (None, "2026-09-24"),
        ("全国", "2026-09-24"),
        ("湖南省", "2026-09-24"),
        ("株洲市", "2026-09-24"),
        ("长沙市", "2026-09-28"),
        ("岳麓区", "2026-09-24"),  # its own word stands above the city's
        ("橘子洲街道", "2026-09-24"),
        ("济源市", "2026-09-28"),
    ],
)
def test_regional_days(local, region, last):
    calendar = Calendar.load(local[region] if region else None)
    assert calendar.notice_end(D("2026-09-18"), 5) == D(last)


@pytest.mark.parametrize("years", [None, (2026, 2026), (2017, 2019)])
@pytest.mark.parametrize("region", [None, "橘子洲街道"])
def test_loading_costs_one_query(local, django_assert_num_queries, region, years):
    with django_assert_num_queries(1):
        calendar = Calendar.load(local[region] if region else None, years=years)
    assert calendar.years == set(range(years[0], years[1] + 1) if years else range(2004, 2027))


def test_outside_the_span_a_year_is_unknown(shipped_calendar):
    with pytest.raises(UnknownYear, match="2018"):
        Calendar.load(years=(2017, 2017)).notice_end(D("2017-12-29"), 1)


def test_the_database_holds_what_the_files_say(shipped_calendar, shipped):
    assert Calendar.load() == shipped


def test_a_notice_without_days_does_not_make_a_year_known(shipped_calendar):
    CalendarNotice.objects.create(year=2027, title="空的安排")
    assert 2027 not in Calendar.load().years


# Changing a day.


def test_a_change_needs_a_reason(shipped_calendar):
    with pytest.raises(CalendarRefused, match="理由"):
        change_day(D("2026-03-02"), False, region=None, reason="  ")


def test_a_change_tells_before_and_after(shipped_calendar):
    before, after = change_day(D("2026-03-02"), False, region=None, reason="国办通知", name="临时放假")
    assert (before["working"], after["working"], after["reason"]) == (True, False, "国办通知")
    assert not Calendar.load().is_working(D("2026-03-02"))
    before, after = change_day(D("2026-03-02"), True, region=None, reason="通知撤回")
    assert (before["working"], after["working"], after["name"]) == (False, True, "临时放假")
    assert Calendar.load().is_working(D("2026-03-02"))
    assert SpecialDay.objects.filter(day="2026-03-02").count() == 1


def test_the_same_word_again_is_refused(shipped_calendar):
    with pytest.raises(CalendarRefused, match="没有变化"):
        change_day(D("2026-10-01"), False, region=None, reason="重复")


@pytest.mark.parametrize("place", [None, "长沙市"])
def test_a_single_day_does_not_pass_for_a_year(country, shipped_calendar, place):
    with pytest.raises(CalendarRefused, match="2027"):
        change_day(D("2027-01-04"), False, region=place and country[place], reason="元旦")
    assert not CalendarNotice.objects.filter(year=2027).exists()


def test_a_regional_change_leaves_the_nation_alone(country, shipped_calendar):
    change_day(D("2026-03-02"), False, region=country["长沙市"], reason="市政府公告")
    assert Calendar.load().is_working(D("2026-03-02"))
    assert Calendar.load(country["株洲市"]).is_working(D("2026-03-02"))
    assert not Calendar.load(country["橘子洲街道"]).is_working(D("2026-03-02"))
    assert str(CalendarNotice.objects.get(region=country["长沙市"])) == "长沙市2026年节假日补充安排"


def test_one_nation(country):
    assert nation(dt.date(2030, 1, 1)) == country["全国"]

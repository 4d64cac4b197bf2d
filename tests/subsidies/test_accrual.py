"""What a year's titles are worth: the highest one held on the cut-off day, once a lineage, however often it is run."""

import datetime as dt

import pytest
from django.core.management import call_command

from accreditation.models import Recognition
from regions import communities
from subsidies import accrual, ledger, rules
from subsidies.models import Accrual, Entry, MoneyEvent, RegionSum
from tests.subsidies.purse import YEAR, day

pytestmark = pytest.mark.django_db


def amounts(year=YEAR):
    return dict(Entry.objects.filter(fiscal_year=year, kind="accrual").values_list("community", "fen"))


def test_every_community_gets_the_amount_of_its_title(purse):
    purse.title(1, "provincial")
    purse.title(2, "national")
    (ran,) = purse.accrue()
    assert (ran.added, ran.fen) == (12, 10 * 1_000_000 + 2_000_000 + 3_000_000)
    found = amounts()
    assert [found[purse.community(n).pk] for n in (0, 1, 2)] == [1_000_000, 2_000_000, 3_000_000]


def test_only_the_highest_title_pays_whatever_came_first(purse):
    """Second control: without the ladder the first title, a city one, would pay 10,000."""
    purse.title(0, "national", granted_on=dt.date(2017, 5, 1))
    purse.title(0, "provincial", granted_on=dt.date(2014, 5, 1))
    purse.accrue()
    (entry,) = purse.entries(0)
    assert entry.fen == 3_000_000
    assert entry.recognition.money == "national"


@pytest.mark.parametrize(
    ("granted_on", "ended_on", "fen"),
    [
        (day(1, 1), None, 2_000_000),  # granted on the day itself: held
        (day(1, 2), None, 1_000_000),
        (dt.date(2016, 1, 1), day(1, 1), 1_000_000),  # ended on the day: no longer held
        (dt.date(2016, 1, 1), day(1, 2), 2_000_000),
    ],
)
def test_the_title_counts_that_is_held_on_the_cut_off_day(purse, granted_on, ended_on, fen):
    purse.title(0, "provincial", granted_on, ended_on)
    purse.accrue()
    assert [entry.fen for entry in purse.entries(0)] == [fen]


def test_the_cut_off_day_is_the_programme_s(purse):
    document = purse.load().data["subsidy"]
    purse.load(version="2023-2", subsidy={**document, "cut_off": "07-01"})
    purse.title(0, "provincial", day(5, 1))
    purse.accrue(on=day(7, 2))
    assert [entry.fen for entry in purse.entries(0)] == [2_000_000]


def test_no_title_no_money_and_a_level_without_an_amount_brings_none(purse):
    two = [purse.community(0), purse.community(1)]
    Recognition.objects.filter(community__in=two).update(ended_on=dt.date(2017, 6, 1))
    purse.title(1, "county")
    purse.accrue()
    assert purse.entries(0) == purse.entries(1) == []


def test_another_province_s_communities_are_not_its(purse):
    purse.load(key="gansu-2023", version="2023-9", source={**purse.load().data["source"], "place": {"level": "city", "name": "东市"}})  # fmt: skip
    purse.accrue()
    assert Entry.objects.count() == 8
    assert purse.entries(8) == []


def test_twice_changes_nothing_and_what_came_later_is_added(purse):
    purse.accrue()
    before = list(Entry.objects.order_by("pk").values())
    sums = list(RegionSum.objects.order_by("pk").values())
    (ran,) = purse.accrue(on=day(2, 1))
    assert (ran.added, ran.fen, ran.accrual.count) == (0, 0, 12)
    assert list(Entry.objects.order_by("pk").values()) == before
    assert list(RegionSum.objects.order_by("pk").values()) == sums
    assert MoneyEvent.objects.count() == 1
    late = purse.house.found("后来社区", purse.house.regions["一南街道"])
    purse.house.title([late])
    (ran,) = purse.accrue(on=day(3, 1))
    assert (ran.added, ran.accrual.count, ran.accrual.fen) == (1, 13, 13_000_000)


def test_a_higher_title_entered_later_does_not_pay_twice(purse):
    purse.accrue()
    purse.title(0, "national", dt.date(2015, 1, 1))
    assert purse.accrue()[0].added == 0
    assert [entry.fen for entry in purse.entries(0)] == [1_000_000]


def test_the_version_of_the_first_run_holds_for_its_year(purse):
    purse.accrue()
    section = purse.load().data["subsidy"]
    purse.load(version="2023-2", subsidy={**section, "amounts": {"city": 15_000}})
    late = purse.house.found("后来社区", purse.house.regions["一南街道"])
    purse.house.title([late])
    purse.accrue()
    assert set(amounts().values()) == {1_000_000}
    purse.accrue(YEAR + 1)
    assert set(amounts(YEAR + 1).values()) == {1_500_000}


def test_each_year_is_its_own(purse):
    purse.accrue(2018)
    purse.accrue(2019)
    assert [(e.fiscal_year, e.on) for e in purse.entries(0)] == [(2018, dt.date(2018, 1, 1)), (2019, dt.date(2019, 1, 1))]  # fmt: skip


def test_the_suppressed_titles_are_told(purse):
    purse.title(0, "provincial")
    held = rules.current()[0]
    assert {s.because for s in accrual.suppressed(purse.community(0), held, YEAR)} == {"本年度尚未计提。"}
    purse.accrue()
    (told,) = accrual.suppressed(purse.community(0), held, YEAR)
    assert told.title.money == "city"
    assert told.because == "按最高层级补助，已按“省级充分就业社区”计提，不重复享受。"


# One a lineage


def test_merged_before_the_cut_off_day_only_the_new_one_counts(purse):
    merged = communities.merge(
        [purse.community(0), purse.community(1)],
        on=day(1, 1),
        street=purse.house.regions["一南街道"],
        name="合并社区",
    )
    purse.house.title([merged])
    purse.accrue()
    found = amounts()
    assert purse.community(0).pk not in found and purse.community(1).pk not in found
    assert found[merged.pk] == 1_000_000


def test_merged_after_the_cut_off_day_the_new_one_waits_for_next_year(purse):
    purse.accrue()
    merged = communities.merge([purse.community(0), purse.community(1)], on=day(3, 1), name="合并社区")
    purse.house.title([merged])
    purse.accrue(on=day(4, 1))
    assert merged.pk not in amounts()
    purse.accrue(YEAR + 1)
    assert amounts(YEAR + 1)[merged.pk] == 1_000_000
    assert len(amounts(YEAR + 1)) == 11


def test_a_late_first_run_gives_what_an_early_one_gives(purse):
    merged = communities.merge([purse.community(0), purse.community(1)], on=day(3, 1), name="合并社区")
    purse.house.title([merged])
    purse.accrue(on=day(4, 1))
    found = amounts()
    assert len(found) == 12
    assert merged.pk not in found


def test_the_cut_off_day_moved_within_a_year_does_not_pay_a_lineage_twice(purse):
    """Control: without the lineage rule the merged community would get its own entry beside those it came from."""
    purse.accrue()
    merged = communities.merge([purse.community(0), purse.community(1)], on=day(3, 1), name="合并社区")
    purse.house.title([merged])
    Accrual.objects.update(cut_off=day(7, 1))
    purse.accrue(on=day(7, 2))
    assert merged.pk not in amounts()


def test_a_community_that_took_in_another_keeps_its_own(purse):
    communities.merge([purse.community(0)], on=day(3, 1), into=purse.community(1))
    purse.accrue(on=day(4, 1))
    assert len(amounts()) == 12


# One-off awards


def test_an_award_is_paid_once_beside_the_yearly_money(purse):
    purse.load("quangang-2016", "东市", version="2016-9")
    title = purse.title(0, "county", day(2, 3))
    Recognition.objects.filter(pk=title.pk).update(programme="quangang-2016")
    purse.accrue(YEAR)
    purse.accrue(YEAR)
    purse.accrue(YEAR + 1)
    award = Entry.objects.get(kind="award")
    assert (award.fen, award.fiscal_year, award.on, award.community_id) == (2_000_000, YEAR, day(2, 3), purse.community(0).pk)  # fmt: skip
    assert [entry.kind for entry in purse.entries(0)] == ["accrual", "award", "accrual"]


def test_a_title_carried_on_after_a_merger_is_not_rewarded_again(purse):
    purse.load("quangang-2016", "东市", version="2016-9")
    old, new = purse.title(0, "county", day(2, 3)), purse.title(1, "county", day(6, 1))
    Recognition.objects.filter(pk__in=(old.pk, new.pk)).update(programme="quangang-2016")
    Recognition.objects.filter(pk=new.pk).update(carries=old)
    communities.merge([purse.community(0)], on=day(3, 1), into=purse.community(1))
    purse.accrue(YEAR)
    assert [entry.community_id for entry in Entry.objects.filter(kind="award")] == [purse.community(0).pk]


# The command, the sums and the event


def test_the_command_says_what_it_added(purse, capsys):
    call_command("accrue", "2018")
    call_command("accrue", "2018")
    assert capsys.readouterr().out.splitlines() == [
        "gansu-2023 2018年度：本次新增 12 笔、120,000 元；累计 12 笔、120,000 元。",
        "gansu-2023 2018年度：本次新增 0 笔、0 元；累计 12 笔、120,000 元。",
    ]


def test_the_sums_of_every_region_follow(purse):
    purse.accrue()
    kept = {row.region.name: (row.fen, row.count) for row in RegionSum.objects.select_related("region")}
    assert kept["甲省"] == (12_000_000, 12)
    assert kept["东市"] == (8_000_000, 8)
    assert kept["三县"] == (4_000_000, 4)
    assert kept["一南街道"] == (2_000_000, 2)
    assert ledger.wrong_sums() == []
    RegionSum.objects.filter(region__name="东市").update(fen=1)
    assert [row[0] for row in ledger.wrong_sums()] == [purse.house.regions["东市"].pk]

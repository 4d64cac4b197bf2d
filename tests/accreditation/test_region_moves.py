"""A region gets another superior: what is finished goes with it, what is at work or booked keeps it where it is."""

import datetime as dt
import json

import pytest
from django.core.management import call_command

from accounts.models import Event, Role, User
from accreditation import filing, invariants, rechecks, region_moves, rounds, title_sums
from accreditation.models import (
    Application,
    Notice,
    Panel,
    Quota,
    RecheckEntry,
    Recognition,
    State,
    TitleSum,
)
from accreditation.refusals import NotReady
from regions import communities, divisions, loading
from regions.divisions import Occupied
from regions.models import Region
from tests.factories import acting, moment
from tests.titles.conftest import Titled

DAY = dt.date(2018, 3, 1)
AT = moment(DAY)


def move(house, name="二县", to="西市"):
    """The region reports to another city; the region as it then is."""
    return divisions.move_region(house.regions[name], house.regions[to], until=DAY, at=AT)


def refused(house, name="二县"):
    """The sentence that keeps a region where it is, and that nothing at all has changed."""
    before = list(Region.objects.order_by("pk").values()), positions()
    with pytest.raises(Occupied) as told:
        move(house, name)
    assert (list(Region.objects.order_by("pk").values()), positions()) == before
    assert not Event.objects.filter(action="move_region").exists()
    return str(told.value)


def positions():
    return [
        list(model._base_manager.order_by("pk").values_list("pk", "position"))
        for model in (*region_moves.KEPT_BY_POSITION, communities.Community)
    ]


def broken(at=AT):
    return [sentence for _, found in invariants.breaches(at) for sentence in found]


def sees(house, place, application):
    user = acting(User.objects.get(pk=house.officer(place, Role.APPROVER).pk))
    return Application.objects.visible_to(user).filter(pk=application.pk).exists()


def test_what_is_finished_goes_along(house):
    """Granted in 二县 below 东市: afterwards 西市 sees it and 东市 does not; the county as before."""
    granted = house.at(State.RECOGNISED, 4)
    declined = house.at(State.DECLINED, 5)  # by its street: no other office has it
    other = house.at(State.CITY_REVIEW, 0)
    assert [sees(house, place, granted) for place in ("二县", "东市", "西市")] == [True, True, False]
    county = move(house)
    assert [sees(house, place, granted) for place in ("二县", "东市", "西市")] == [True, False, True]
    assert sees(house, "二南街道", declined) and not sees(house, "西市", declined)
    for application in (granted, declined):
        assert house.fresh(application).position == house.fresh(application).community.position
    assert [sees(house, place, other) for place in ("一县", "东市", "西市")] == [True, True, False]
    titles = Recognition.objects.filter(community=granted.community)
    assert titles.count() == 2 and all(county.contains(title.position) for title in titles)
    assert county.contains(Notice.objects.get(office__region=county).position)
    # The city's own notice stays the city's.
    assert Notice.objects.get(office__region=house.regions["东市"]).position == house.regions["东市"].position
    assert broken() == []
    event = Event.objects.get(action="move_region")
    assert event.subject == "甲省 西市 二县" and event.at == AT
    told = json.loads(event.body)
    assert (told["before"], told["after"]) == ({"隶属": "甲省 东市"}, {"隶属": "甲省 西市"})


def test_the_sums_of_titles_are_counted_again(house):
    house.at(State.RECOGNISED, 4)
    title_sums.recount()
    move(house)
    assert not TitleSum.objects.exists()
    assert title_sums.recount() and broken() == []
    east, west = (title_sums.counted([house.regions[name]]).total() for name in ("东市", "西市"))
    assert (east, west) == (4, 9)  # city titles of 2015: four communities a county; one of 二县 is a star too


def test_what_is_at_work_keeps_the_region(house):
    application = house.at(State.CITY_REVIEW, 4)
    assert refused(house) == f"二县还有在办的申报（{application.number}），办结后再改变隶属。"
    house.drive.withdraw(application, AT, "不再申报。")
    move(house)
    assert broken() == []


def test_a_draft_keeps_it_only_while_it_can_be_filed(house):
    application = house.draft(4)
    assert application.number in refused(house)
    rounds.close_round(house.round, by=house.officer("甲省", Role.APPROVER), at=AT)
    move(house)
    assert house.fresh(application).position == house.fresh(application).community.position


def test_what_is_at_work_next_door_does_not(house):
    house.at(State.COUNTY_REVIEW, 0)
    move(house)
    assert broken() == []


@pytest.mark.parametrize(("model", "word"), [(Quota, "名额"), (Panel, "考核评估组")])
def test_places_and_panels_of_a_round_that_goes_on_keep_it(house, model, word):
    model.objects.create(
        round=house.round,
        region=house.regions["二县"],
        **({"tier": "star", "size": 1} if model is Quota else {}),
    )
    assert refused(house) == f"二县在尚未结束的批次“2017年认定”中已有{word}，批次结束后再改变隶属。"
    rounds.close_round(house.round, by=house.officer("甲省", Role.APPROVER), at=AT)
    move(house)


def test_an_open_recheck_keeps_it(house):
    titled = Titled(house)
    titled.open()
    assert (
        refused(house, "一县") == f"一县还有未办结的年度复查（{titled.titles[0].number}），办结后再改变隶属。"
    )


def test_settled_rechecks_go_along(house):
    titled = Titled(house)
    titled.open()
    for entry in RecheckEntry.objects.order_by("pk"):
        titled.confirm(titled.confirm(titled.check(entry)), "东市")
    county = move(house, "一县")
    assert all(county.contains(entry.position) for entry in RecheckEntry.objects.all())
    assert broken(moment(dt.date(2022, 2, 1))) == []
    # The next year's register is no longer 东市's to open.
    with pytest.raises(NotReady, match="东市没有需要参加 2022 年度复查的称号"):
        rechecks.open_round(
            titled.version, year=2022, name="2022年度复查", by=house.officer("东市", Role.APPROVER),
            at=moment(dt.date(2022, 12, 1)),
        )  # fmt: skip


def test_a_page_opened_before_starts_at_the_new_place(house):
    opened = house.community(4)
    county = move(house)
    made = house.drive.start(opened, moment(dt.date(2017, 8, 21)))
    assert county.contains(made.position)
    assert broken() == []


def test_a_community_that_is_gone_starts_nothing(house):
    opened = house.community(4)
    communities.abolish(house.community(4), on=dt.date(2017, 8, 18))
    with pytest.raises(NotReady, match="二南桂花社区已于 2017-08-18 撤并，不能申报。"):
        filing.start(
            house.round, "star", opened, by=acting(house.filer(opened)), at=moment(dt.date(2017, 8, 21))
        )
    assert not Application.objects.exists()


def test_whether_a_region_changed_its_superior_since_a_day(house):
    """By it `panels_hold` forgives an assessor whose county came to stand over a community only afterwards."""
    position = house.community(4).position
    assert not divisions.changed_superior(position, since=DAY)
    county = move(house)
    position = county.position + house.community(4).position - house.regions["二县"].position
    assert divisions.changed_superior(position, since=DAY)
    assert not divisions.changed_superior(position, since=DAY + dt.timedelta(days=1))
    assert not divisions.changed_superior(house.community(0).position, since=DAY)
    divisions.rename_region(county, "二区", until=dt.date(2019, 1, 1))
    assert not divisions.changed_superior(position, since=dt.date(2018, 12, 1)), (
        "a new name is no new superior"
    )


def test_a_list_that_moves_it_says_why_it_could_not(house, tmp_path, capsys):
    """The rest of the list is taken; the next load makes up for it."""
    application = house.filed(4)
    for name, code in (("东市", "990100"), ("西市", "990200"), ("二县", "990202")):
        Region.objects.filter(pk=house.regions[name].pk).update(code=code, code_system="mca")
    Region.objects.filter(pk=house.province.pk).update(code="990000", code_system="mca")
    path = tmp_path / "mca-2018-03-01.csv"
    path.write_text("code,name\n990000,甲省\n990100,东方市\n990200,西市\n990202,二县\n", encoding="utf-8")
    extra = tmp_path / "additions.csv"
    extra.write_text(",".join(loading.ADDITION_COLUMNS) + "\n", encoding="utf-8")
    call_command("load_regions", str(path), additions=str(extra))
    told = capsys.readouterr().out
    assert "更名 1 个" in told
    assert f"另有 1 个没有改变隶属：二县还有在办的申报（{application.number}），办结后再改变隶属。" in told
    assert Region.objects.get(code="990202").parent == house.regions["东市"]
    house.drive.withdraw(application, AT, "不再申报。")
    call_command("load_regions", str(path), additions=str(extra))
    assert "改变隶属 1 个" in capsys.readouterr().out
    assert Region.objects.get(code="990202").full_name == "甲省 西市 二县"
    assert broken() == []
    call_command("load_regions", str(path), additions=str(extra))
    assert "没有变化" in capsys.readouterr().out

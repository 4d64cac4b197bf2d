"""The registry of communities: names and streets change, history and successors stay."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from regions.communities import (
    RegistryRefused,
    abolish,
    create_community,
    current,
    merge,
    move,
    recode,
    rename,
    split,
)
from regions.models import Community, FormerCommunity, Succession

DAY = dt.date(2026, 3, 2)
LATER = dt.date(2026, 9, 1)


@pytest.fixture
def street(country):
    return country["橘子洲街道"]


@pytest.fixture
def abc(street):
    return [create_community(street, f"{letter}社区", since=dt.date(2010, 1, 1)) for letter in "ABC"]


def names(found):
    return sorted(one.name for one in found)


def test_a_new_community_knows_its_place(country, street):
    community = create_community(street, " 岳麓山社区 ", kind="village", code="430104001001", code_date=DAY)
    assert community.name == "岳麓山社区"
    assert community.full_name == "湖南省 长沙市 岳麓区 橘子洲街道 岳麓山社区"
    assert community.position == street.position
    for above in ("全国", "湖南省", "长沙市", "岳麓区", "橘子洲街道"):
        assert community in Community.objects.within(country[above])
    for elsewhere in ("河南省", "株洲市", "望月湖街道"):
        assert community not in Community.objects.within(country[elsewhere])


@pytest.mark.parametrize(
    ("place", "name", "told"),
    [
        ("岳麓区", "某社区", "不是乡镇（街道）"),
        ("橘子洲街道", "  ", "请填写社区名称"),
        ("橘子洲街道", "A社区", "已有名为“A社区”"),
    ],
)
def test_what_cannot_be_founded(country, abc, place, name, told):
    with pytest.raises(RegistryRefused, match=told):
        create_community(country[place], name)


def test_the_same_name_on_another_street_is_another_community(country, abc):
    assert create_community(country["望月湖街道"], "A社区").pk != abc[0].pk


def test_the_database_refuses_twins_too(street, abc):
    with pytest.raises(IntegrityError), transaction.atomic():
        Community.objects.create(name="A社区", street=street, position=street.position, place="")


def test_renaming_keeps_the_old_name(abc):
    renamed = rename(abc[0], "新A社区", on=DAY, document="民字1号")
    assert (renamed.pk, renamed.name, renamed.edition) == (abc[0].pk, "新A社区", 2)
    former = FormerCommunity.objects.get()
    assert (former.name, former.until, former.document) == ("A社区", DAY, "民字1号")
    assert former.place == "湖南省 长沙市 岳麓区 橘子洲街道"
    with pytest.raises(RegistryRefused, match="没有变化"):
        rename(abc[0], "新A社区", on=DAY)
    with pytest.raises(RegistryRefused, match="已有名为"):
        rename(abc[0], "B社区", on=DAY)
    rename(abc[1], "A社区", on=DAY)  # the old name is free again


def test_moving_keeps_position_and_place_in_step(country, abc):
    moved = move(abc[0], country["月塘街道"], on=DAY)
    assert moved.position == country["月塘街道"].position
    assert moved.place == "湖南省 株洲市 荷塘区 月塘街道"
    assert moved not in Community.objects.within(country["长沙市"])
    assert FormerCommunity.objects.get().street == country["橘子洲街道"]
    with pytest.raises(RegistryRefused, match="已经属于"):
        move(abc[0], country["月塘街道"], on=DAY)
    create_community(country["橘子洲街道"], "A社区")
    with pytest.raises(RegistryRefused, match="已有名为"):
        move(moved, country["橘子洲街道"], on=DAY)


def test_a_code_is_an_attribute_with_a_date(abc):
    recode(abc[0], "430104001001", code_date=DAY, on=DAY)
    assert not FormerCommunity.objects.exists()  # there was none before
    recode(abc[0], "430104001201", code_date=LATER, on=LATER)
    assert FormerCommunity.objects.get().code == "430104001001"


def test_merging_into_one_of_them(abc):
    a, b, c = abc
    assert merge([b, c], into=a, on=DAY, document="民字2号") == a
    assert names(Community.objects.standing()) == ["A社区"]
    for gone in (b, c):
        gone.refresh_from_db()
        assert gone.until == DAY
        assert current(gone) == [a]
    assert current(a) == [a]
    assert set(Succession.objects.values_list("kind", "successor", "document")) == {
        ("merged", a.pk, "民字2号")
    }


def test_merging_into_a_new_one_of_an_old_name(street, abc):
    a, b, _ = abc
    new = merge([a, b], name="A社区", street=street, on=DAY)
    assert new.pk not in (a.pk, b.pk)
    assert (new.name, new.since, new.kind) == ("A社区", DAY, "urban")
    a.refresh_from_db()
    assert current(a) == [new]


def test_splitting(abc):
    founded = split(abc[0], [{"name": "A社区"}, {"name": "D社区", "kind": "village"}], on=DAY)
    abc[0].refresh_from_db()
    assert current(abc[0]) == founded
    assert names(Community.objects.standing()) == ["A社区", "B社区", "C社区", "D社区"]
    with pytest.raises(RegistryRefused, match="至少"):
        split(abc[1], [{"name": "E社区"}], on=DAY)


def test_abolishing_leaves_no_successor(abc):
    gone = abolish(abc[0], on=DAY)
    assert current(gone) == []
    assert gone not in Community.objects.standing()
    assert Succession.objects.get().successor is None


def test_successors_through_generations(abc, django_assert_num_queries):
    a, b, c = abc
    new = merge([a, b], name="AB社区", on=DAY)
    founded = split(new, [{"name": "东社区"}, {"name": "西社区"}], on=LATER)
    last = merge([founded[0]], into=c, on=LATER)
    a.refresh_from_db()
    with django_assert_num_queries(3):
        assert names(current(a)) == ["C社区", "西社区"]
    assert last in current(a)


@pytest.mark.parametrize("change", [rename, move, abolish])
def test_what_has_ended_is_not_changed(country, abc, change):
    gone = abolish(abc[0], on=DAY)
    arguments = {rename: ["新名"], move: [country["月塘街道"]], abolish: []}[change]
    with pytest.raises(RegistryRefused, match="已于 2026-03-02 撤并"):
        change(gone, *arguments, on=LATER)


def test_refused_mergers_change_nothing(abc):
    a, b, _ = abc
    for wrong in (
        {"communities": [a, b], "into": a},
        {"communities": [a], "name": "新社区"},
        {"communities": [], "name": "新社区"},
        {"communities": [a, b], "name": "C社区"},
        {"communities": [a, b], "name": "新社区", "on": dt.date(2009, 1, 1)},
    ):
        with pytest.raises(RegistryRefused):
            merge(wrong.pop("communities"), **{"on": DAY} | wrong)
    assert Community.objects.standing().count() == 3
    assert not Succession.objects.exists()

"""Where regions stand: intervals, moves and names, on a small country."""

import datetime as dt

import pytest

from regions.communities import create_community
from regions.divisions import (
    NoRoom,
    add_region,
    close_region,
    move_region,
    place_of,
    region_of_code,
    rename_region,
)
from regions.models import FormerRegion, Region

TODAY = dt.date(2026, 3, 2)
AT = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


def below(region):
    """The region and its descendants, by walking the tree."""
    return {region} | {one for child in region.children.all() for one in below(child)}


def scopes_hold():
    for region in Region.objects.all():
        assert set(Region.objects.within(region)) == below(region), region
        assert all(region.contains(one.position) for one in below(region))


def test_scope_is_the_tree(country):
    scopes_hold()


def test_places_are_the_names_above(country):
    assert place_of(country["全国"]) == ""
    assert country["橘子洲街道"].path == "湖南省 长沙市 岳麓区"
    assert country["济源市"].full_name == "河南省 济源市"
    assert [one.name for one in Region.objects.above(country["岳麓区"])] == [
        "全国",
        "湖南省",
        "长沙市",
        "岳麓区",
    ]


def test_a_county_below_a_province_keeps_its_turn_and_its_span(country):
    zhengzhou, jiyuan = country["郑州市"], country["济源市"]
    assert jiyuan.position == zhengzhou.position + 10**7
    assert jiyuan.last - jiyuan.position == 10**4 - 1


@pytest.mark.parametrize(
    ("above", "level"), [("岳麓区", "city"), ("岳麓区", "county"), ("橘子洲街道", "street")]
)
def test_levels_go_down(country, above, level):
    with pytest.raises(NoRoom, match=above):
        add_region(country[above], "某地", level, code_date=TODAY)


def test_a_full_region_says_so(country):
    at = country["湖南省"].position + 999 * 10**7
    Region.objects.filter(pk=country["株洲市"].pk).update(position=at, last=at + 10**7 - 1)
    with pytest.raises(NoRoom, match="没有空号"):
        add_region(country["湖南省"], "某市", "city", code_date=TODAY)


def test_two_additions_without_a_code(country):
    for name in ("一区", "二区"):
        add_region(country["长沙市"], name, "county", code_date=TODAY)
    assert Region.objects.filter(code="", level="county").count() == 2


def test_renaming_reaches_everything_below(country):
    community = create_community(country["橘子洲街道"], "岳麓山社区")
    renamed = rename_region(country["岳麓区"], "岳麓新区", until=TODAY, document="国函1号")
    assert renamed.position == country["岳麓区"].position
    assert Region.objects.get(code="430104001").path == "湖南省 长沙市 岳麓新区"
    community.refresh_from_db()
    assert community.place == "湖南省 长沙市 岳麓新区 橘子洲街道"
    former = FormerRegion.objects.get()
    assert (former.name, former.until, former.document) == ("岳麓区", TODAY, "国函1号")


def test_moving_takes_everything_along(country):
    community = create_community(country["橘子洲街道"], "岳麓山社区")
    move_region(country["岳麓区"], country["株洲市"], until=TODAY, at=AT)
    scopes_hold()
    community.refresh_from_db()
    assert country["株洲市"].contains(community.position)
    assert not country["长沙市"].contains(community.position)
    assert community.place == "湖南省 株洲市 岳麓区 橘子洲街道"
    assert community.position == Region.objects.get(code="430104001").position
    assert FormerRegion.objects.get().parent == country["长沙市"]


def test_a_region_cannot_fall_under_itself(country):
    with pytest.raises(NoRoom, match="自己"):
        move_region(country["长沙市"], country["岳麓区"], until=TODAY, at=AT)


def test_closing_waits_for_those_below(country):
    community = create_community(country["橘子洲街道"], "岳麓山社区")
    with pytest.raises(NoRoom, match="社区"):
        close_region(country["橘子洲街道"], until=TODAY)
    with pytest.raises(NoRoom, match="区划"):
        close_region(country["株洲市"], until=TODAY)
    assert close_region(country["望月湖街道"], until=TODAY).until == TODAY
    assert community.street == country["橘子洲街道"]


def test_a_code_is_civil_affairs_first(country):
    add_region(country["株洲市"], "某园区", "county", "430104", code_system="stats", code_date=TODAY)
    assert region_of_code("430104") == country["岳麓区"]
    for code in ("999999", "", "430104'", "４３０１０４"):
        with pytest.raises(Region.DoesNotExist):
            region_of_code(code)

"""Communities found by a part of their names, old names too, and by the beginning of a code; rare and common texts alike."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regions import name_search
from regions.communities import create_community, recode, rename
from regions.models import Community, FormerCommunity, NameGram

DAY = dt.date(2026, 3, 2)


@pytest.fixture
def street(country):
    return country["橘子洲街道"]


@pytest.fixture(params=("few", "pairs", "common"))
def way(request, monkeypatch):
    """Each way of searching: the communities known at once, the kept pairs, or the names read one by one."""
    if request.param != "few":
        monkeypatch.setattr(name_search, "FEW", -1)
    if request.param == "common":
        monkeypatch.setattr(name_search, "COMMON", 0)
    return request.param


def names(found):
    return sorted(one.name for one in found)


def test_the_pairs_of_a_name():
    assert name_search.pairs_of("桂花社区") == {"桂花", "花社"}
    assert name_search.pairs_of("花") == name_search.pairs_of("") == name_search.pairs_of("居委会") == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("麓山", ["岳麓山社区"]),
        ("旧名", ["岳麓山社区"]),
        ("旧名社区", ["岳麓山社区"]),
        ("旧山", []),
        ("旧名山", []),
        ("名社区 ", ["岳麓山社区"]),
        ("山名", []),
        ("430104001", ["岳麓山社区"]),
        ("430104001001", ["岳麓山社区"]),
        ("4301040010011", []),
        ("001", []),  # a code is typed from its beginning
        ("100%", ["100%社区"]),
        ("10", ["100%社区"]),
        ("%", ["100%社区"]),
        ("_", []),
        ("\\", []),
        ("a", []),  # the case counts, on either engine
        ("A", ["A社区"]),
        ("a社", []),
        (" 社区 ", ["100%社区", "A社区", "岳麓山社区"]),
        ("区", ["100%社区", "A社区", "岳麓山社区"]),
        ("", ["100%社区", "A社区", "岳麓山社区"]),
        ("不存在", []),
        ("'; --", []),
        ("社区" * 40, []),
    ],
)
def test_search(street, way, text, found):
    hill = create_community(street, "旧名社区", code="430104001001")
    rename(hill, "岳麓山社区", on=DAY)
    create_community(street, "100%社区")
    create_community(street, "A社区")
    assert names(Community.objects.search(text)) == found


def test_a_former_code_finds_the_community(street, way):
    hill = recode(
        create_community(street, "山社区", code="430104001001"), "430104001201", code_date=DAY, on=DAY
    )
    assert list(Community.objects.search("430104001001")) == [hill]
    assert list(Community.objects.search("4301040012")) == [hill]


def test_no_row_twice_and_two_queries_at_most(street, django_assert_num_queries):
    community = create_community(street, "甲社区")
    for name in ("乙社区", "丙社区", "丁社区"):
        community = rename(community, name, on=DAY)
    with django_assert_num_queries(1):
        assert list(Community.objects.search("社区")) == [community]
    with django_assert_num_queries(2):
        assert list(Community.objects.search("乙社")) == [community]


@pytest.mark.parametrize("many", [2, 3, 4, 5])
def test_none_is_lost_where_few_become_many(street, monkeypatch, many):
    """At the border of what counts as few (3 here) every community is found, whichever way it is."""
    monkeypatch.setattr(name_search, "FEW", 3)
    made = [create_community(street, f"第{number}桂花社区") for number in range(many)]
    keys = sorted(one.pk for one in made)
    assert sorted(Community.objects.search("桂花").values_list("pk", flat=True)) == keys
    few = name_search.few_holding("桂花", NameGram.objects.all(), FormerCommunity.objects.all())
    assert few is None if many > 3 else sorted(few) == keys


def test_as_many_queries_for_one_as_for_many(street):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            list(Community.objects.search("桂花社区"))
        return len(queries)

    create_community(street, "桂花社区")
    one = cost()
    for number in range(20):
        create_community(street, f"第{number}桂花社区")
    assert cost() == one


def test_rows_written_in_bulk_are_found(street):
    rows = [
        Community(name=f"{letter}园社区", street=street, position=street.position, place="")
        for letter in "甲乙"
    ]
    first, _ = Community.objects.bulk_create(rows)
    FormerCommunity.objects.bulk_create(
        [FormerCommunity(community=first, name="丙里社区", street=street, place="", until=DAY)]
    )
    assert names(Community.objects.search("乙园")) == ["乙园社区"]
    assert names(Community.objects.search("丙里")) == ["甲园社区"]


def test_made_anew_they_are_the_same(street):
    hill = create_community(street, "旧名社区")
    rename(hill, "岳麓山社区", on=DAY)
    create_community(street, "桂花社区")
    kept = set(NameGram.objects.values_list("gram", "community"))
    assert {gram for gram, _ in kept} == {"旧名", "名社", "岳麓", "麓山", "山社", "桂花", "花社"}
    NameGram.objects.all().delete()
    call_command("rebuild_name_search")
    call_command("rebuild_name_search")
    assert set(NameGram.objects.values_list("gram", "community")) == kept
    Community.objects.filter(name="桂花社区").update(name="银杏社区")
    call_command("rebuild_name_search")
    assert names(Community.objects.search("银杏")) == ["银杏社区"]


def test_a_pair_left_over_finds_nothing(street, way):
    one = create_community(street, "桂花社区")
    Community.objects.filter(pk=one.pk).update(name="银杏社区")
    assert not Community.objects.search("桂花").exists()


def test_the_way_is_chosen_by_the_rarest_pair(street, monkeypatch):
    for letter in "甲乙丙":
        create_community(street, f"{letter}新村社区")
    monkeypatch.setattr(name_search, "COMMON", 2)
    monkeypatch.setattr(name_search, "FEW", 0)
    assert name_search.rarest_pair("甲新村", NameGram.objects.all()) == "甲新"
    assert name_search.rarest_pair("新村", NameGram.objects.all()) is None
    assert name_search.rarest_pair("社区", NameGram.objects.all()) is None
    assert name_search.rarest_pair("区", NameGram.objects.all()) is None

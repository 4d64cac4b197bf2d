"""Several score columns made into one, and rows of awards made into counts."""

import datetime as dt

import pytest

from scoring.awards import Award, count_awards
from scoring.columns import Columns
from scoring.points import UNIT, parse_points, show_points
from scoring.rubric import read_rubric
from tests.scoring.conftest import count, rubric_of, small_document

COLUMNS = [
    {"key": key, "title": title} for key, title in (("self", "自评分"), ("county", "县级"), ("city", "市级"))
]


def columns(combine, named=COLUMNS):
    document = small_document([{"kind": "per_unit", "figure": "n", "gain": "1"}], [count("n")])
    document["rubric"] |= {"columns": named, "combine": combine}
    return rubric_of(document).columns


def combined(way, values):
    totals = {key: None if value is None else parse_points(value) for key, value in values.items()}
    found = columns(way).combine(totals)
    return None if found.total is None else show_points(found.total)


@pytest.mark.parametrize(
    ("way", "values", "total"),
    [
        ({"way": "latest"}, {"self": "95", "county": "92.5", "city": None}, "92.5"),
        ({"way": "latest"}, {"self": "95"}, "95"),
        ({"way": "latest"}, {}, None),
        ({"way": "mean"}, {"self": "90", "county": "91", "city": "93"}, "91.33"),
        ({"way": "mean", "decimals": 0}, {"self": "90", "county": "91"}, "91"),  # 90.5, half up
        ({"way": "mean", "decimals": 1}, {"self": "90", "county": "91", "city": "93"}, "91.3"),
        ({"way": "mean"}, {"self": "0", "county": None}, "0"),
    ],
)
def test_columns_become_one(way, values, total):
    assert combined(way, values) == total


@pytest.mark.parametrize(
    ("way", "words"),
    [
        ({"way": "latest"}, "自评分、县级、市级；以最后填写的一栏为准"),
        ({"way": "mean"}, "自评分、县级、市级；取平均分，保留 2 位小数"),
        (
            {"way": "mean_without_extremes", "at_least": 6, "decimals": 1},
            "自评分、县级、市级；满 6 个评分时去掉最高和最低各一个，取平均分，保留 1 位小数",
        ),
    ],
)
def test_the_way_in_words(way, words):
    assert columns(way).words() == words


def test_weighted_columns():
    named = [{**one, "weight": weight} for one, weight in zip(COLUMNS, ("20", "30", "50"), strict=True)]
    found = columns({"way": "weighted"}, named)
    totals = {"self": 90 * UNIT, "county": 80 * UNIT, "city": 95 * UNIT}
    assert show_points(found.combine(totals).total) == "89.5"  # 18 + 24 + 47.5
    assert found.words() == "自评分 20%、县级 30%、市级 50%；按权重相加，保留 2 位小数"
    assert found.combine({**totals, "county": None}).because == "缺少县级，暂不能加权"


@pytest.mark.parametrize(
    ("scores", "total"),
    [
        ([90, 91, 92, 93], "91.5"),  # four: nothing is dropped
        ([10, 90, 91, 92, 100], "91"),  # five: 10 and 100 go
        ([90, 90, 90, 100, 100], "93.33"),  # only one of each
    ],
)
def test_extremes_are_dropped_from_five_on(scores, total):
    panel = Columns((), "mean_without_extremes")
    assert show_points(panel.mean([score * UNIT for score in scores]).total) == total
    assert show_points(panel.mean([score * UNIT for score in reversed(scores)]).total) == total


@pytest.mark.parametrize(
    ("combine", "named", "sentence"),
    [
        ({"way": "best"}, COLUMNS, "“way”没有“best”这种写法，可用的有 latest、mean"),
        ({}, COLUMNS, "缺少“way”"),
        ({"way": "latest", "decimals": 1}, COLUMNS, "没有“decimals”这个设置"),
        ({"way": "weighted"}, [{**one, "weight": "30"} for one in COLUMNS], "“weight”合计应为 100"),
        ({"way": "latest"}, [COLUMNS[0], COLUMNS[0]], "评分栏的“key”不能重复"),
    ],
)
def test_mistakes_in_columns(combine, named, sentence):
    document = small_document([{"kind": "per_unit", "figure": "n", "gain": "1"}], [count("n")])
    document["rubric"] |= {"columns": named, "combine": combine}
    assert any(sentence in error for error in read_rubric(document, "small.json")[1])


LEVELS = ("awards_county", "awards_city", "awards_province")


def award(matter, level, day=dt.date(2016, 6, 1)):
    return Award(matter, f"awards_{level}", day)


@pytest.mark.parametrize(
    ("awards", "counts"),
    [
        ([], (0, 0, 0)),
        ([award("甲", "county"), award("乙", "county")], (2, 0, 0)),
        ([award("甲", "county"), award("甲", "city")], (0, 1, 0)),
        ([award("甲", "city"), award("甲", "county")], (0, 1, 0)),
        ([award("甲", "city"), award("甲", "city", dt.date(2016, 7, 1))], (0, 1, 0)),
        ([award("“甲 ”", "city"), award("甲", "province"), award("甲", "county")], (0, 0, 1)),
        ([award("甲", "city"), award("甲乙", "city")], (0, 2, 0)),
        ([award("甲", "nation")], (0, 0, 0)),
    ],
)
def test_one_matter_counts_once_at_its_highest(awards, counts):
    for rows in (awards, awards[::-1]):
        found = count_awards(rows, LEVELS)
        assert tuple(found.counts.values()) == counts
        assert len(found.left_out) == len(awards) - sum(counts)


@pytest.mark.parametrize(
    ("day", "counted"),
    [
        (dt.date(2013, 12, 31), 0),
        (dt.date(2014, 1, 1), 1),
        (dt.date(2016, 12, 31), 1),
        (dt.date(2017, 1, 1), 0),
    ],
)
def test_only_awards_of_the_period_count(day, counted):
    found = count_awards(
        [award("甲", "city", day)], LEVELS, first=dt.date(2014, 1, 1), last=dt.date(2016, 12, 31)
    )
    assert found.counts["awards_city"] == counted
    assert [reason for _award, reason in found.left_out] == ["不在计分期间内"] * (1 - counted)


def test_what_is_left_out_says_why():
    low, high = award("甲", "county"), award("甲", "province", dt.date(2016, 1, 1))
    assert count_awards([low, high], LEVELS).left_out == ((low, "同一事项已按“awards_province”计一次"),)

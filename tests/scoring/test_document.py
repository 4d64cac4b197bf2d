"""Mistakes in a programme document: each gives a sentence with the place, the wrong word and the remedy."""

import pytest

from scoring.rubric import BadDocument, load_rubric, read_rubric
from tests.scoring.conftest import count, small_document, yesno

FILE = "hunan-star-2017.json"


def item(document, code):
    for category in document["rubric"]["categories"]:
        for project in category["projects"]:
            for indicator in project["indicators"]:
                if indicator["code"] == code:
                    return indicator
    raise KeyError(code)


def figure(document, key):
    return next(one for one in document["figures"] if one["key"] == key)


def rule(document, code, number=0):
    return item(document, code)["rules"][number]


MISTAKES = {
    "unknown kind of rule": (
        lambda d: rule(d, "H10").update(kind="per_caes"),
        "hunan-star-2017.json 第 10 项（H10）：没有计分规则“per_caes”，可用的有 threshold、",
    ),
    "rule without kind": (lambda d: rule(d, "H10").pop("kind"), "第 10 项（H10）：缺少“kind”"),
    "unknown figure": (
        lambda d: rule(d, "H10").update(figure="unemployed_half_year"),
        "第 10 项（H10）：“figure”指向的基础数据“unemployed_half_year”没有定义，相近的有 unemployed_over_half_year",
    ),
    "figure of the wrong type": (
        lambda d: rule(d, "H01").update(figure="awards_city"),
        "第 1 项（H01）：“figure”指向的“awards_city”类型是 count，这里只能用 yesno",
    ),
    "unknown setting": (
        lambda d: rule(d, "H04").update(loose="1"),
        "第 4 项（H04）：没有“loose”这个设置，可用的有 kind、rate、part、whole、nobody、rounding",
    ),
    "missing setting": (lambda d: rule(d, "H04").pop("lose"), "第 4 项（H04）：缺少“lose”"),
    "unknown rounding": (
        lambda d: rule(d, "H04").update(rounding="down"),
        "“rounding”没有“down”这种写法，可用的有 floor、ceil、prorata",
    ),
    "unknown policy for nobody": (
        lambda d: rule(d, "H04").update(nobody="skip"),
        "“nobody”没有“skip”这种写法，可用的有 full、zero、leave_out",
    ),
    "points as a number": (
        lambda d: rule(d, "H10").update(lose=0.5),
        '第 10 项（H10）：“lose”应为带引号的数，如 "2.5"，写的是“0.5”',
    ),
    "points with five decimals": (
        lambda d: rule(d, "H10").update(lose="0.50001"),
        "“lose”应为数字，小数不超过四位，写的是“0.50001”",
    ),
    "nothing to lose": (lambda d: rule(d, "H10").update(lose="0"), "“lose”应为大于 0 的数，写的是“0”"),
    "yes or no in words": (
        lambda d: rule(d, "H03").update(inclusive="yes"),
        "第 3 项（H03）：“inclusive”应为true 或 false，写的是“yes”",
    ),
    "both borders": (lambda d: rule(d, "H03").update(at_least="1"), "“at_least”和“at_most”只能写一个"),
    "maximum missing": (lambda d: item(d, "H05").pop("max"), "第 5 项（H05）：缺少“max”"),
    "sum of a project": (
        lambda d: item(d, "H05").update(max="4"),
        "项目“就业工作目标任务完成情况”：满分 30 分，各指标合计却是 31 分",
    ),
    "sum of a class": (
        lambda d: d["rubric"]["categories"][0].update(max="61"),
        "大类“就业工作情况”：满分 61 分，各项目合计却是 60 分",
    ),
    "sum of the sheet": (
        lambda d: d["rubric"].update(full="99"),
        "评分表：满分 99 分，各大类合计却是 100 分",
    ),
    "maximum out of reach": (
        lambda d: rule(d, "H12").update(points="0.5"),
        "第 12 项（H12）：各规则最多给 2.5 分，达不到满分 3 分",
    ),
    "code twice": (lambda d: item(d, "H05").update(code="H04"), "指标“H04”重复"),
    "code of another form": (lambda d: item(d, "H05").update(code="5号"), "代号“5号”应以大写字母开头"),
    "empty content": (lambda d: item(d, "H05").update(content=" "), "“content”应为文字，且不能为空"),
    "no rules": (lambda d: item(d, "H05").update(rules=[]), "第 5 项（H05）：“rules”应为非空的列表"),
    "unknown reading": (
        lambda d: item(d, "H05")["readings"].append("A99"),
        "指标“H05”引用的释义“A99”没有写在“readings”里",
    ),
    "reading twice": (
        lambda d: d["rubric"]["readings"].append(d["rubric"]["readings"][0]),
        "释义第 21 条：“A1”已经写过",
    ),
    "figure twice": (
        lambda d: d["figures"].append(figure(d, "aid_plan")),
        "基础数据第 72 项（aid_plan）：“aid_plan”已经定义过",
    ),
    "figure key with a space": (
        lambda d: d["figures"].append({"key": "aid plan", "label": "计划", "type": "yesno"}),
        "“aid plan”不能作名称，应由小写字母、数字和下划线组成",
    ),
    "figure key that would run": (
        lambda d: d["figures"].append({"key": "x;import_os", "label": "x", "type": "count"}),
        "“x;import_os”不能作名称",
    ),
    "figure type": (
        lambda d: figure(d, "aid_plan").update(type="bool"),
        "基础数据第 28 项（aid_plan）：“type”没有“bool”这种写法，可用的有 count、yesno、decimal、points",
    ),
    "figure nobody uses": (
        lambda d: d["figures"].append({"key": "spare", "label": "多余", "type": "count"}),
        "基础数据（spare）：没有一条规则用到它",
    ),
    "part of an unknown whole": (
        lambda d: figure(d, "hardship_reemployed").update(part_of="hardship"),
        "基础数据（hardship_reemployed）：“part_of”指向的“hardship”没有定义，或类型不同",
    ),
    "judged without maximum": (
        lambda d: figure(d, "economy_points").pop("max"),
        "类型为 points 的基础数据要写明“max”",
    ),
    "step that does not divide": (
        lambda d: figure(d, "economy_points").update(step="0.7"),
        "“max”应为“step”的整倍数",
    ),
    "no pass mark at all": (
        lambda d: d["rubric"].pop("pass_mark"),
        "缺少“pass_mark”；来源没有合格线的写 null",
    ),
    "pass mark above the sheet": (
        lambda d: d["rubric"]["pass_mark"].update(value="101"),
        "合格线 101 分高于满分 100 分",
    ),
    "period of an unknown item": (
        lambda d: d["rubric"]["later_period"]["indicators"].append("H99"),
        "时段引用的指标“H99”不存在",
    ),
    "later period without its desk": (
        lambda d: d["rubric"]["later_period"].pop("desk"),
        "评分表 later_period：缺少“desk”",
    ),
    "later period of no item": (
        lambda d: d["rubric"]["later_period"].pop("indicators"),
        "“indicators”应写明复核哪些指标",
    ),
    "a derived number": (
        lambda d: figure(d, "new_jobs_target").update(derived="holds_title"),
        "“derived”只用于 yesno 的基础数据",
    ),
    "a condition named like an item": (
        lambda d: d.update(
            criteria={
                "title": "条件",
                "source": "测试",
                "groups": [
                    {
                        "title": "组",
                        "criteria": [
                            {
                                "code": "H01",
                                "text": "条件",
                                "tests": [{"kind": "yes", "figure": "meets_city_standard"}],
                            }
                        ],
                    }
                ],
            }
        ),
        "条件“H01”与评分表的指标同名",
    ),
    "categories not a list": (
        lambda d: d["rubric"].update(categories={"a": 1}),
        "评分表：“categories”应为非空的列表",
    ),
    "rubric not an object": (lambda d: d.update(rubric=["H01"]), "评分表：应为 {…} 形式的一组设置"),
    "figures not a list": (lambda d: d.update(figures={}), "“figures”应为基础数据的列表"),
    "no version": (lambda d: d.pop("version"), "hunan-star-2017.json：缺少“version”"),
    "targets of different types": (
        lambda d: rule(d, "H02")["targets"][0].update(done="centre_area"),
        "各指标的目标数和完成数类型应相同",
    ),
    "rate of different types": (
        lambda d: rule(d, "H04").update(part="centre_area"),
        "“part”和“whole”的类型不同，不能相除",
    ),
    "left out with other rules": (
        lambda d: rule(d, "H08").update(nobody="leave_out"),
        "“leave_out”只能用在只有一条规则的指标上",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_place_word_and_choice(document, name):
    spoil, sentence = MISTAKES[name]
    spoil(document)
    rubric, errors = read_rubric(document, FILE)
    assert rubric is None, "nothing half-read"
    assert any(sentence in error for error in errors), errors
    assert all(error.startswith(FILE) and error.endswith("。") for error in errors), errors


def test_all_mistakes_are_told_at_once(document):
    for name in ("unknown rounding", "sum of a project", "figure nobody uses"):
        MISTAKES[name][0](document)
    _rubric, errors = read_rubric(document, FILE)
    for name in ("unknown rounding", "sum of a project", "figure nobody uses"):
        assert any(MISTAKES[name][1] in error for error in errors)


SMALL = {
    "bands out of order": (
        [
            {
                "kind": "tiers",
                "figure": "n",
                "bands": [
                    {"at_least": "90", "inclusive": True, "points": "5"},
                    {"at_least": "95", "inclusive": True, "points": "10"},
                ],
            }
        ],
        "分档“不低于 95 人”排在“不低于 90 人”之后，永远轮不到",
    ),
    "half above full": (
        [{"kind": "half_credit", "figure": "n", "at_least": "50", "half_at": "50", "points": "10"}],
        "“half_at”应小于“at_least”",
    ),
    "closed list longer than its figure": (
        [{"kind": "per_missing", "figure": "n", "items": ["甲", "乙"], "open": False, "lose": "1"}],
        "列表有 2 项，基础数据“n”的“max”也应为 2",
    ),
    "group of both families": (
        [
            {
                "kind": "group",
                "most": "5",
                "rules": [
                    {"kind": "per_case", "figure": "n", "lose": "1"},
                    {"kind": "per_unit", "figure": "n", "gain": "1"},
                ],
            }
        ],
        "一组内的规则要么都是得分，要么都是扣分",
    ),
    "wrong rule inside a group": (
        [{"kind": "group", "most": "5", "rules": [{"kind": "oops"}]}],
        "第 1 项（S1）：没有计分规则“oops”",
    ),
    "second rule of two": (
        [{"kind": "per_case", "figure": "n", "lose": "1"}, {"kind": "per_case", "figure": "m", "lose": "1"}],
        "第 1 项（S1）第 2 条规则：“figure”指向的基础数据“m”没有定义，已定义的有 n",
    ),
    "floor above the start": (
        [{"kind": "per_case", "figure": "n", "lose": "1"}],
        "“floor”、“start”和“max”应从小到大",
        {"floor": "11"},
    ),
}


@pytest.mark.parametrize("name", SMALL)
def test_mistakes_of_single_kinds(name):
    rules, sentence, *settings = SMALL[name]
    document = small_document(rules, [count("n")], **(settings[0] if settings else {}))
    rubric, errors = read_rubric(document, "small.json")
    assert rubric is None
    assert any(sentence in error for error in errors), errors


def test_an_optional_figure_cannot_be_scored():
    figures = [{**yesno("a"), "optional": True}]
    document = small_document([{"kind": "part", "figure": "a", "points": "10"}], figures)
    assert any("用于计分，不能是可不填的" in error for error in read_rubric(document, "small.json")[1])


def test_a_bonus_item_cannot_be_left_out():
    rule_ = {
        "kind": "rate_short",
        "rate": "率",
        "part": "n",
        "whole": ["n"],
        "nobody": "leave_out",
        "at_least": "95",
        "per": "1",
        "lose": "1",
        "rounding": "floor",
    }
    document = small_document([rule_], [count("n")])
    document["rubric"]["categories"][0]["bonus"] = True
    assert any("加分项不能用“leave_out”" in error for error in read_rubric(document, "small.json")[1])


@pytest.mark.parametrize("missing", [{"rubric": None}, {}, {"criteria": None}])
def test_a_document_without_rubric_waits_for_one(missing):
    document = {"key": "k", "version": "1", "title": "t", "figures": [], **missing}
    assert read_rubric(document, "k.json") == (None, [])
    assert load_rubric(document) is None


def test_loading_a_bad_document_raises_all_mistakes(document):
    document["rubric"]["full"] = "99"
    with pytest.raises(BadDocument) as caught:
        load_rubric(document)
    assert caught.value.errors == [
        "hunan-star-2017.json 评分表：满分 99 分，各大类合计却是 100 分，请核对后改成一致。"
    ]


@pytest.mark.parametrize("hostile", ["__import__('os')", "a\nb", "a);x=(1", "ａ", "A", "1a", "", "a" * 61])
def test_nothing_but_plain_keys_reaches_the_compiled_scorer(hostile):
    document = small_document([{"kind": "part", "figure": hostile, "points": "10"}], [yesno(hostile)])
    rubric, errors = read_rubric(document, "small.json")
    assert rubric is None and errors


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, True, 2.5, [[]], [None], [1]])
@pytest.mark.parametrize(
    "place", ["rubric", "figures", "categories", "indicators", "rules", "rule", "max", "pass_mark"]
)
def test_any_kind_of_value_anywhere_gives_sentences_not_a_crash(document, place, value):
    project = document["rubric"]["categories"][0]["projects"][0]
    target = {
        "rubric": (document, "rubric"),
        "figures": (document, "figures"),
        "categories": (document["rubric"], "categories"),
        "indicators": (project, "indicators"),
        "rules": (project["indicators"][0], "rules"),
        "rule": (project["indicators"][0]["rules"], 0),
        "max": (project["indicators"][0], "max"),
        "pass_mark": (document["rubric"], "pass_mark"),
    }[place]
    target[0][target[1]] = value
    rubric, errors = read_rubric(document, FILE)
    waiting = place in ("rubric", "pass_mark") and value is None
    assert waiting or (rubric is None and errors)

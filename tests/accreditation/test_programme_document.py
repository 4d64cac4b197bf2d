"""A document with mistakes is refused whole, each mistake named by file, item, wrong word and allowed words."""

import copy
import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from accreditation import programme_document, programmes
from accreditation.models import Programme, ProgrammeVersion
from regions.clock import SHANGHAI
from tests.factories import ROOT, document

AT = dt.datetime(2017, 8, 15, 9, tzinfo=SHANGHAI)


def put(path, value):
    """A change: set the item at a path such as ("route", 1, "state")."""

    def change(data):
        at = data
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = value

    return change


def drop(*path):
    def change(data):
        at = data
        for key in path[:-1]:
            at = at[key]
        del at[path[-1]]

    return change


MISTAKES = [
    (drop("source"), "缺少“source”"),
    (put(("source", "issued_on"), "2017年8月"), "来源（source）：“issued_on”应为 2017-09-25 这样的日期，写的是“2017年8月”"),
    (put(("source", "place", "level"), "town"), "适用地区（place）：“level”没有“town”这种写法，可用的有 nation、street、county、city、province"),
    (put(("tiers", 0, "money"), "gold"), "层级第 1 项：“money”没有“gold”这种写法，可用的有 national、provincial、city、county"),
    (put(("tiers", 0, "rank"), "high"), "层级第 1 项：“rank”应为1 到 9 的整数，写的是“high”"),
    (put(("tiers",), []), "“tiers”应为非空的列表"),
    (put(("route", 0, "state"), "village_review"), "流程第 1 步：“state”没有“village_review”这种写法，可用的有 street_review"),
    (put(("route", 1, "needs"), {"coffee": True}), "流程第 2 步（county_review） 的条件（needs）：没有条件“coffee”，可用的有 sheet_complete、criteria_met、panel_done、score_at_least"),
    (put(("route", 2, "workdays"), 0), "流程第 3 步（county_notice）：“workdays”应为1 到 60 的整数"),
    (put(("route", 3, "quotas"), ["galaxy"]), "“quotas”没有“galaxy”，可用的有 street、county、city、province"),
    (put(("route", 1, "state"), "street_review"), "“street_review”写了两次"),
    (put(("route", 3, "state"), "street_review"), "层级不能低于上一步“county_notice”"),
    (put(("route", 1, "colour"), "red"), "流程第 2 步（county_review）：没有“colour”这个设置"),
    (put(("eligibility", 0, "rule"), "handsome"), "申报条件第 1 项：“rule”没有“handsome”这种写法，可用的有 kind、established"),
    (put(("eligibility", 0, "allowed"), ["town"]), "“allowed”没有“town”，可用的有 urban、village"),
    (put(("eligibility", 1, "tiers"), ["gold"]), "没有层级“gold”，可用的有 star"),
    (put(("windows", "moon"), {}), "时限（windows）：流程中没有“moon”，可用的有 draft、street_review"),
    (put(("windows", "city_review", "until"), "10月25日"), "时限（windows） 的“city_review”：“until”应写作 2022-05-15（某一天）、11-25（每年的这一天）或 12-上旬（每年的一旬），写的是“10月25日”"),
    (put(("quotas", 2, "size"), -1), "名额第 3 行：“size”应为0 到 100000 的整数，写的是“-1”"),
    (put(("quotas", 0, "tier"), "gold"), "名额第 1 行：“tier”没有“gold”这种写法，可用的有 star"),
    (put(("basics", 0, "type"), "poem"), "基本情况第 1 项：“type”没有“poem”这种写法，可用的有 text、phone、count"),
    (put(("materials", 0, "required"), "yes"), "材料第 1 项：“required”应为true 或 false，写的是“yes”"),
    (put(("narrative", "limit"), "many"), "文字材料（narrative）：“limit”应为1 到 100000 的整数"),
    (drop("statements", 0, "text"), "承诺第 1 项：缺少“text”"),
    (put(("readings", 0, "article"), ""), "读法第 1 项：“article”应为文字，且不能为空"),
    (put(("colour",), "red"), "没有“colour”这个设置"),
    (put(("missing",), [{"what": "luck", "sentence": "x"}]), "待录入第 1 项：“what”没有“luck”这种写法，可用的有 rubric、pass_mark、criteria"),
]  # fmt: skip


def test_the_shipped_documents_have_no_mistake():
    for path in sorted((ROOT / "fixtures" / "programmes").glob("*.json")):
        assert programmes.check(programmes.read(path), path.name) == []


@pytest.mark.parametrize(("change", "sentence"), MISTAKES, ids=[s[:40] for _, s in MISTAKES])
def test_a_mistake_is_named_by_place_word_and_choice(change, sentence):
    data = copy.deepcopy(document())
    change(data)
    found = programme_document.check(data, "hunan-star-2017.json")
    assert any(one.startswith("hunan-star-2017.json") and sentence in one for one in found), found


def test_all_mistakes_come_at_once_and_nothing_is_loaded(db):
    data = copy.deepcopy(document())
    for change, _ in (MISTAKES[3], MISTAKES[8], MISTAKES[18]):
        change(data)
    with pytest.raises(ValidationError) as refused:
        programmes.load(data, "x.json", at=AT)
    assert len(refused.value.messages) >= 3
    assert not Programme.objects.exists()


def test_loading_twice_is_once_and_another_content_needs_another_version(db):
    first, new = programmes.load(document(), "x.json", at=AT)
    assert new and first.rubric is not None
    again, new = programmes.load(document(), "x.json", at=AT)
    assert (again, new) == (first, False)
    with pytest.raises(ValidationError) as refused:
        programmes.load(document(title="别的标题"), "x.json", at=AT)
    assert "请更换版本号" in refused.value.messages[0]
    assert ProgrammeVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "第 1 行第 2 列：JSON 写法有误"),
        (b"\xff\xfe", "文件应为 UTF-8 编码"),
        (None, "没有找到文件 broken.json"),
        (b"[]", "应为 {…} 形式的一组设置"),
    ],
)
def test_the_command_says_what_is_wrong_with_a_file(db, tmp_path, capsys, content, sentence):
    path = tmp_path / "broken.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SystemExit) as left:
        call_command("load_programme", str(path))
    assert left.value.code == 1
    assert sentence in capsys.readouterr().err
    assert not Programme.objects.exists()

"""Forty ways to spoil a programme document, frame and score sheet: each is refused with a sentence that names the file,
the place, the wrong word and what to write; nothing is half loaded.

The document spoiled is the sixth programme's (tests/sixth); the command loads it from a file as an office would.
"""

import copy
import json

import pytest
from django.core.management import call_command

from accreditation import programmes
from accreditation.models import Programme, ProgrammeVersion
from scoring.models import RubricVersion
from tests.accreditation.test_programme_document import drop, put
from tests.accreditation.test_sixth_programme import FILE

ITEM = ("rubric", "categories", 0, "indicators")
BANDS = (*ITEM, 0, "rules", 0, "bands")

# What is spoiled: (change, place, wrong word or setting, remedy). All stand in one sentence.
MISTAKES = {
    "no source": (drop("source"), "", "source", "缺少"),
    "no route": (put(("route",), []), "", "route", "非空的列表"),
    "unknown section": (put(("colour",), "red"), "", "colour", "没有“colour”这个设置"),
    "day in words": (put(("source", "issued_on"), "2017年6月"), "来源", "2017年6月", "2017-09-25 这样的日期"),
    "level of the place": (put(("source", "place", "level"), "town"), "适用地区", "town", "可用的有 nation"),
    "money of a tier": (put(("tiers", 0, "money"), "gold"), "层级第 1 项", "gold", "可用的有 national"),
    "rank in words": (put(("tiers", 0, "rank"), "high"), "层级第 1 项", "high", "1 到 9 的整数"),
    "issuer": (put(("tiers", 1, "issuer"), "town"), "层级第 2 项", "town", "可用的有 nation"),
    "tier twice": (put(("tiers", 1, "key"), "model"), "层级", "model", "写了两次"),
    "state": (put(("route", 0, "state"), "village_review"), "流程第 1 步", "village_review", "street_review"),
    "state twice": (put(("route", 1, "state"), "street_review"), "流程第 2 步", "street_review", "写了两次"),
    "order of steps": (put(("route", 2, "state"), "street_review"), "流程第 3 步", "county_review", "层级不能低于"),
    "no working days": (put(("route", 3, "workdays"), 0), "流程第 4 步", "workdays", "1 到 60 的整数"),
    "need": (put(("route", 1, "needs", "coffee"), True), "流程第 2 步", "coffee", "可用的有 sheet_complete"),
    "need in words": (put(("route", 2, "needs", "site_visit"), "yes"), "流程第 3 步", "yes", "true 或 false"),
    "mark of a desk": (put(("route", 2, "needs", "score_at_least"), 85), "流程第 3 步", "85", "带引号的数"),
    "level of quotas": (put(("route", 2, "quotas"), ["galaxy"]), "流程第 3 步", "galaxy", "可用的有 street"),
    "condition": (put(("eligibility", 0, "rule"), "handsome"), "申报条件第 1 项", "handsome", "可用的有 kind"),
    "kind of community": (put(("eligibility", 0, "allowed"), ["town"]), "申报条件第 1 项", "town", "urban、village"),
    "condition's tier": (put(("eligibility", 1, "tiers"), ["gold"]), "申报条件第 2 项", "gold", "model、leading"),
    "condition's setting": (put(("eligibility", 2, "points"), "85"), "申报条件第 3 项", "points", "没有“points”这个设置"),
    "stage of a window": (put(("windows", "moon"), {}), "时限", "moon", "可用的有 draft"),
    "day of a window": (put(("windows", "city_review", "until"), "10月25日"), "时限", "10月25日", "12-上旬"),
    "tier of a quota": (put(("quotas", 0, "tier"), "gold"), "名额第 1 行", "gold", "可用的有 model"),
    "size of a quota": (put(("quotas", 1, "size"), -1), "名额第 2 行", "-1", "0 到 100000 的整数"),
    "quota of no step": (put(("quotas", 0, "level"), "county"), "名额第 1 行", "county", "请在该步写明“quotas”"),
    "basic fact": (put(("basics", 0, "type"), "poem"), "基本情况第 1 项", "poem", "text、phone、count"),
    "material": (put(("materials", 0, "required"), "yes"), "材料第 1 项", "yes", "true 或 false"),
    "limit of a text": (put(("narrative", "limit"), "many"), "文字材料", "many", "1 到 100000 的整数"),
    "statement": (drop("statements", 0, "text"), "承诺第 1 项", "text", "缺少"),
    "what is missing": (
        put(("missing",), [{"what": "luck", "sentence": "x"}]),
        "待录入第 1 项",
        "luck",
        "rubric、pass_mark",
    ),
    "reading": (put(("readings", 0, "article"), ""), "读法第 1 项", "article", "不能为空"),
    "first day": (put(("notice", "first_day"), "counted"), "notice", "counted", "not_counted"),
    "type of a figure": (put(("figures", 0, "type"), "bool"), "基础数据第 1 项", "bool", "可用的有 count"),
    "figure of a rule": (put((*ITEM, 2, "rules", 0, "figure"), "ledger"), "D3", "ledger", "ledgers_missing"),
    "kind of rule": (put((*ITEM, 2, "rules", 0, "kind"), "per_mising"), "D3", "per_mising", "per_missing"),
    "points as a number": (put((*ITEM, 1, "rules", 0, "points"), 20), "D2", "20", "带引号的数"),
    "nobody": (put((*ITEM, 0, "rules", 0, "nobody"), "skip"), "D1", "skip", "full、zero、leave_out"),
    "bands out of order": (put((*BANDS, 2, "at_least"), "96"), "D1", "不低于 96%", "从最好的一档往下排"),
    "sum of a class": (put((*ITEM, 1, "max"), "21"), "就业状况", "61", "满分 60 分"),
    "weights": (put(("rubric", "columns", 0, "weight"), "30"), "", "weight", "合计应为 100"),
    "way to combine": (put(("rubric", "combine", "way"), "median"), "combine", "median", "latest"),
    "mark": (put(("rubric", "pass_mark", "value"), "eighty"), "", "eighty", "数"),
    "grades out of order": (put(("rubric", "grades", 1, "at_least"), "99"), "等次", "第 2 档", "从最高一档往下排"),
    "quota of a grade": (put(("rubric", "grades", 0, "quota"), "120"), "", "quota", "不能超过 100"),
    "effect of a condition": (
        put(("criteria", "groups", 0, "criteria", 0, "effect"), "veto"),
        "V1",
        "veto",
        "must、reason",
    ),
}  # fmt: skip
FIVE = ("money of a tier", "need", "day of a window", "kind of rule", "effect of a condition")


def spoiled(*names):
    data = copy.deepcopy(programmes.read(FILE))
    for name in names:
        MISTAKES[name][0](data)
    return data


def named(sentences, name):
    """The sentences that say this mistake: file, place, word and remedy in one."""
    _change, *parts = MISTAKES[name]
    return [one for one in sentences if one.startswith("d.json") and all(part in one for part in parts)]


def refused(data, tmp_path, capsys):
    """What the command says of a document in a file, one sentence a line; nothing of it may be kept."""
    path = tmp_path / "d.json"
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        call_command("load_programme", str(path))
    assert left.value.code == 1
    assert not Programme.objects.exists() and not ProgrammeVersion.objects.exists()
    assert not RubricVersion.objects.exists()
    return capsys.readouterr().err.splitlines()


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_a_sentence_with_place_word_and_remedy(db, name, tmp_path, capsys):
    said = refused(spoiled(name), tmp_path, capsys)
    assert named(said, name), said


def test_five_mistakes_are_five_sentences_at_once(db, tmp_path, capsys):
    said = refused(spoiled(*FIVE), tmp_path, capsys)
    assert all(named(said, name) for name in FIVE), said
    assert len({sentence for name in FIVE for sentence in named(said, name)}) == 5


def test_there_are_thirty_kinds():
    assert len(MISTAKES) >= 30

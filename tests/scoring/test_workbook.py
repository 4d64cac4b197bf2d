"""The annex in Excel: what is written is read back the same; what people type is understood; what is wrong is said."""

import datetime as dt
import io
import json
import zipfile

import pytest
from openpyxl import Workbook, load_workbook

from scoring.engine import score
from scoring.rubric import load_rubric
from scoring.workbook import read_workbook, write_workbook
from scoring.workbook_cells import number_text
from scoring.workbook_layout import INNER_COLUMNS, RULES, TABLES
from tests.scoring.conftest import (
    count,
    decimal,
    read_document,
    read_golden,
    rubric_of,
    small_document,
    yesno,
)
from tests.scoring.test_rules_page import EXAMPLE, PAGE, figure
from tests.scoring.workbooks import Book, frame, sheet_part

PROGRAMMES = ["hunan-star-2017", "quangang-2016", "zhoukou-2022"]


def canonical(document):
    return json.dumps(document, ensure_ascii=False, sort_keys=True)


def again(document):
    """The document after a trip through Excel."""
    read = read_workbook(write_workbook(sheet_part(document)), frame(document))
    assert [str(one) for one in read.mistakes] == []
    return read.document


# There and back


@pytest.mark.parametrize("key", [*PROGRAMMES, "gansu-2023"])
def test_a_shipped_document_comes_back_the_same(key):
    part = sheet_part(read_document(key))
    del part["tiers"]
    assert canonical(again(read_document(key))) == canonical(part)


@pytest.mark.parametrize("key", PROGRAMMES)
def test_the_hand_computed_cases_score_the_same(key):
    rubric, golden = rubric_of(again(read_document(key))), read_golden(key)
    ours = rubric_of(read_document(key))
    for case in golden["cases"]:
        figures, tier = {**golden["base"], **case["changes"]}, case.get("tier", "")
        theirs = score(rubric, figures, tier=tier)
        assert theirs == score(ours, figures, tier=tier) or (theirs.points, theirs.passed) == (
            score(ours, figures, tier=tier).points,
            score(ours, figures, tier=tier).passed,
        )
        assert {
            code: line.shown for code, line in theirs.lines.items() if code in case.get("points", {})
        } == (case.get("points", {}))


RULE_EXAMPLES = [(json.loads(found[1]), found[2]) for found in EXAMPLE.finditer(PAGE)]


@pytest.mark.parametrize(
    ("rule", "table"),
    RULE_EXAMPLES,
    ids=[f"{number}-{rule['kind']}" for number, (rule, _table) in enumerate(RULE_EXAMPLES)],
)
def test_every_rule_of_the_vocabulary(rule, table):
    heads, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    figures = [figure(rule, key, [row[place] for row in rows]) for place, key in enumerate(heads[:-1])]
    document = small_document([rule], figures, heads[-1].removeprefix("of "))
    assert canonical(again(document)) == canonical(document)


def test_every_word_of_the_rules_is_written_and_read():
    assert {rule.kind for rule in RULES} == {rule["kind"] for rule, _table in RULE_EXAMPLES}
    assert {rule.inner[0] for rule in RULES if rule.inner[0]} == set(INNER_COLUMNS)


WHOLE = {"rate": "率", "part": "done", "whole": ["due", "more"], "nobody": "leave_out"}
ODD = {
    "a class of bonus, nested groups, start and floor": small_document(
        [
            {"kind": "group", "most": "4", "rules": [
                {"kind": "per_unit", "figure": "done", "gain": "1"},
                {"kind": "group", "most": "2.5", "rules": [
                    {"kind": "part", "figure": "a", "points": "2", "when": False}, {"kind": "per_unit", "figure": "due", "gain": "0.25"}]},
                {"kind": "per_unit", "figure": "due", "gain": "1", "most": "3"}]},
            {"kind": "group", "most": "6", "rules": [{"kind": "per_unit", "figure": "more", "gain": "6"}]},
            {"kind": "penalty", "figure": "more", "lose": "0.5", "flag": "请核实"},
        ],
        [count("done"), count("due"), count("more"), yesno("a")], start="0", floor="-2", evidence="佐证\n两行", check="查",
    ),
    "rates of several figures, left out": small_document(
        [{"kind": "tiers", **WHOLE, "otherwise": "0.5", "bands": [
            {"at_least": "98.5", "inclusive": False, "points": "12"}, {"at_least": "95", "inclusive": True, "points": "10"}]}],
        [count("done", part_of="due"), count("due", min=1, max=99999), count("more", within="due")],
    ),
    "pro rata with a cap": small_document(
        [{"kind": "rate_over", **WHOLE, "nobody": "zero", "at_most": "4.5", "per": "0.1", "lose": "0.5", "rounding": "prorata",
          "decimals": 3, "most": "6"}],
        [count("done"), count("due"), count("more")],
    ),
    "decimals and open lists": small_document(
        [{"kind": "threshold", "figure": "area", "at_most": "32.5", "inclusive": False, "points": "10"},
         {"kind": "per_missing", "figure": "plans", "items": ["甲；乙", "丙"], "open": True, "lose": "1"}],
        [decimal("area"), count("plans")],
    ),
}  # fmt: skip
WHOLE_SHEET = {
    "sample": True,
    "pass_mark": {"value": "8.5", "inclusive": False, "reading": "A6"},
    "period": {
        "from": "2016-01-01",
        "to": "2016-12-31",
        "article": "注1",
        "reading": "A6",
        "indicators": ["S1"],
    },
    "grades": [
        {"title": "优秀", "at_least": "9.5", "inclusive": True, "quota": "20"},
        {"title": "良好", "at_least": "8", "inclusive": False},
    ],
    "columns": [
        {"key": "self", "title": "自评", "weight": "33.5"},
        {"key": "county", "title": "县评", "weight": "66.5"},
    ],
    "combine": {"way": "weighted", "decimals": 3},
    "notes": ["注一", "注二\n第二行"],
    "readings": [
        {"no": "A6", "article": "“以上”", "text": "含本数。"},
        {
            "no": "A1",
            "article": "第2项",
            "text": "只扣一次。",
            "open": {"setting": "missed", "choices": {"0": "只算不得分", "1.5": "另扣"}},
        },
    ],
}


@pytest.mark.parametrize("document", ODD.values(), ids=ODD)
def test_rare_settings(document):
    assert canonical(again(document)) == canonical(document)


@pytest.mark.parametrize(
    "combine",
    [
        {"way": "weighted", "decimals": 3},
        {"way": "mean"},
        {"way": "mean_without_extremes", "decimals": 1, "at_least": 6},
        {"way": "latest"},
    ],
    ids=lambda one: one["way"],
)
def test_everything_about_the_sheet_as_a_whole(combine):
    document = small_document(
        [{"kind": "per_unit", "figure": "n", "gain": "1"}], [count("n")], readings=["A1", "A6"]
    )
    document["rubric"] |= {**WHOLE_SHEET, "combine": combine}
    if combine["way"] != "weighted":
        document["rubric"]["columns"] = [
            {k: v for k, v in c.items() if k != "weight"} for c in WHOLE_SHEET["columns"]
        ]
    bonus = {"title": "加分项", "max": "5", "bonus": True, "projects": [
        {"title": title, "max": "5", "indicators": [
            {"code": code, "content": "奖", "standard": "每次 1 分", "max": "5", "rules": [
                {"kind": "awards", "levels": [{"figure": "n", "points": "1"}]}]}]}
        for title, code in (("奖励", "B1"), ("其他", "B2"))]}  # fmt: skip
    document["rubric"]["categories"].append(bonus)
    assert canonical(again(document)) == canonical(document)
    assert rubric_of(again(document)).title == "小评分表（演示用，非官方附件）"


def test_the_same_document_gives_the_same_bytes():
    part = sheet_part(read_document("quangang-2016"))
    assert write_workbook(part) == write_workbook(part)


def test_nothing_becomes_a_formula_or_a_link():
    document = small_document([{"kind": "part", "figure": "a", "points": "10"}], [yesno("a")])
    document["rubric"]["categories"][0]["indicators"][0] |= {
        "content": "=1+1",
        "standard": "http://x.example/",
    }
    document["figures"][0]["label"] = "+SUM(A1)"
    cells = [
        cell
        for sheet in load_workbook(io.BytesIO(write_workbook(document))).worksheets
        for row in sheet.iter_rows()
        for cell in row
    ]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert canonical(again(document)) == canonical(document)


def test_an_empty_template_has_every_sheet_and_head():
    blank = {"key": "x-2020", "version": "1", "title": "某方案"}
    book = load_workbook(io.BytesIO(write_workbook(blank)))
    assert book.sheetnames == ["填写说明", "基本信息", *TABLES, "规则一览"]
    assert [rule.word for rule in RULES] == [row[0].value for row in book["规则一览"].iter_rows(min_row=2)]
    assert book["基本信息"]["B2"].value == "x-2020"
    read = read_workbook(write_workbook(blank), blank)
    assert read.document is None
    assert ["工作表“评分表”：表里没有指标，“条件”表里也没有条件，请至少填写其中一张。"] == [
        str(m) for m in read.mistakes
    ]


# What people type


def understood(change, key="hunan-star-2017"):
    book = Book(key)
    change(book)
    read = book.read()
    assert [str(one) for one in read.mistakes] == []
    return read.document


def percent_cell(book):
    book.put("评分表", "H03", "界限值", 0.045)
    book.cell("评分表", "H03", "界限值").number_format = "0.0%"


TYPED = {
    "numbers as text, full width": lambda b: b.put("评分表", "H05", "分值", " ３．０ 分 "),
    "a percentage cell": percent_cell,
    "percent in words": lambda b: b.put("评分表", "H03", "界限值", "4.5%"),
    "another word for a border": lambda b: b.put("评分表", "H03", "界限", "以内"),
    "a sign for a border": lambda b: b.put("评分表", "H03", "界限", " ≤ "),
    "a figure by its label": lambda b: b.put("评分表", "H01", "数据", b.document["figures"][0]["label"]),
    "blanks and line breaks in a code": lambda b: b.put("评分表", "H05", "代号", " Ｈ05\n"),
    "classes repeated on every row": lambda b: b.put("评分表", "H02", "类别", "就业工作情况"),
    "a head with brackets and a star": lambda b: b["评分表"].__setitem__("O1", " 规 则（必填） *"),
    "another name of a head": lambda b: b["评分表"].__setitem__("I1", "标准分"),
    "a column of the office's own": lambda b: b["评分表"].__setitem__("BA1", "备注（核对人）"),
    "a sheet of the office's own": lambda b: b.book.create_sheet("备注1").append(["随便写"]),
    "an empty sheet": lambda b: b.book.create_sheet("Sheet1"),
    "title rows above the heads": lambda b: b["评分表"].insert_rows(1, 2),
    "a row of sums": lambda b: b.add("评分表", 类别="合计", 分值=100),
    "a date cell": lambda b: b.put("基本信息", "数据时段起", "填写", dt.datetime(2016, 1, 1)),
    "a date in words": lambda b: b.put("基本信息", "数据时段起", "填写", "2016年1月1日"),
    "yes as a mark": lambda b: b.put("基本信息", "合格线含本数", "填写", "√"),
    "hidden characters": lambda b: b.put("评分表", "H10", "规则", "\u200b按次扣分\ufeff"),
    "a hidden sheet": lambda b: setattr(b["基础数据"], "sheet_state", "hidden"),
    "merged classes": lambda b: b["评分表"].merge_cells("A2:A5"),
    "columns in another order": lambda b: b["评分表"].move_range("I1:I200", cols=60),
}  # fmt: skip


@pytest.mark.parametrize("change", TYPED.values(), ids=TYPED)
def test_what_people_type_is_understood(change):
    document = read_document("hunan-star-2017")
    found = understood(change)
    wanted = {name: value for name, value in sheet_part(document).items() if name != "tiers"}
    if change is TYPED["a figure by its label"]:
        wanted = json.loads(canonical(wanted))
        rule = wanted["rubric"]["categories"][0]["projects"][0]["indicators"][0]["rules"][0]
        rule["figure"] = document["figures"][0]["key"]
        found["figures"], wanted["figures"] = [], []
        assert canonical(found["rubric"]["categories"][0]) == canonical(wanted["rubric"]["categories"][0])
        return
    assert canonical(found) == canonical(wanted)


@pytest.mark.parametrize(
    ("value", "percent", "shown"),
    [
        (3, False, "3"),
        (0.1, False, "0.1"),
        (0.1 + 0.2, False, "0.3"),
        (1e-4, False, "0.0001"),
        (95.0, False, "95"),
        (0.945, True, "94.5"),
        (1, True, "100"),
        (1e16, False, "10000000000000000"),
    ],
)
def test_numbers_are_what_excel_shows(value, percent, shown):
    assert number_text(value, percent=percent) == shown


def test_a_formula_counts_with_the_value_it_last_had():
    """openpyxl writes no values of formulas, so one is put in by hand."""
    book = Book("quangang-2016")
    cell = book.cell("基本信息", "满分", "填写")
    cell.value = "=50+50"
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book.bytes())) as old, zipfile.ZipFile(data, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, part.replace(b"<f>50+50</f><v></v>", b"<f>50+50</f><v>100</v>").replace(
                b"<f>50+50</f><v />", b"<f>50+50</f><v>100</v>"))  # fmt: skip
    read = read_workbook(data.getvalue(), frame(book.document))
    assert read.mistakes == [] and read.document["rubric"]["full"] == "100"


def test_a_plain_list_of_conditions():
    """Code and words alone: every condition gets a yes/no figure of its own."""
    book = Workbook()
    info = book.active
    info.title = "基本信息"
    for row in (
        ("项目", "填写"),
        ("条件标题", "评定标准"),
        ("条件来源", "某文〔2020〕1号"),
        ("性质", "演示用，非官方附件"),
    ):
        info.append(row)
    sheet = book.create_sheet("条件")
    for row in (
        ("分组", "代号", "条文"),
        ("基础", "P1", "有专门机构。"),
        (None, "P2", "台账齐全；"),
        ("成效", "P3", "群众满意"),
    ):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    base = {"key": "x-2020", "version": "1", "title": "某方案", "figures": []}
    read = read_workbook(out.getvalue(), base)
    assert read.mistakes == []
    assert [(one["key"], one["label"], one["type"]) for one in read.document["figures"]] == [
        ("c_p1", "有专门机构", "yesno"),
        ("c_p2", "台账齐全", "yesno"),
        ("c_p3", "群众满意", "yesno"),
    ]
    rubric = load_rubric(read.document)
    assert rubric.criteria.title == "评定标准（演示用，非官方附件）" and rubric.label == "演示用，非官方附件"
    assert score(rubric, {"c_p1": True, "c_p2": True, "c_p3": False}).passed is False
    assert read_workbook(write_workbook(read.document), base).document == read.document


# Together with a programme's own part


def test_a_programme_keeps_its_conditions_and_figures():
    gansu = sheet_part(read_document("gansu-2023"))
    sheet = small_document(
        [
            {
                "kind": "threshold",
                "figure": "staff_with_degree",
                "at_least": "1",
                "inclusive": True,
                "points": "10",
            }
        ],
        [],
    )
    sheet["key"] = "gansu-2023"
    read = read_workbook(write_workbook(sheet), gansu)
    assert read.mistakes == []
    assert read.document["criteria"] == gansu["criteria"]
    assert read.document["figures"] == gansu["figures"]
    assert [item.code for item in rubric_of(read.document).indicators] == ["S1"]
    everything = read_workbook(write_workbook({**gansu, "rubric": sheet["rubric"]}), gansu)
    assert everything.document == read.document


def test_a_further_figure_comes_with_what_it_lies_within():
    gansu = sheet_part(read_document("gansu-2023"))
    sheet = small_document(
        [{"kind": "per_case", "figure": "late", "lose": "1"}],
        [count("late", part_of="hardship_total", unit="人")],
    )
    sheet["key"] = "gansu-2023"
    read = read_workbook(write_workbook(sheet), gansu)
    assert read.mistakes == []
    assert [one["key"] for one in read.document["figures"]] == [*(f["key"] for f in gansu["figures"]), "late"]


def test_a_sheet_in_place_of_the_programmes_own():
    hunan = sheet_part(read_document("hunan-star-2017"))
    own = next(one for one in hunan["figures"] if one["key"] == "hardship_reemployed")
    sheet = small_document([{"kind": "per_unit", "figure": "hardship_reemployed", "gain": "1"}], [])
    sheet["key"] = "hunan-star-2017"
    read = read_workbook(write_workbook(sheet), hunan)
    assert read.mistakes == []
    assert own["part_of"] == "hardship_total"
    del own["part_of"]  # nothing asks for the whole any more
    assert read.document["figures"] == [own]

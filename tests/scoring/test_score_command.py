"""manage.py score as outside scripts call it: what goes in, what comes out, with which status. No database."""

import csv
import io
import json
import os
import subprocess
import sys
import zipfile
from decimal import Decimal

import pytest
import xlsxwriter
from django.core.management import call_command
from python_calamine import load_workbook

from tests.scoring.conftest import (
    FULL_MARKS,
    HUNAN_RUBRIC,
    ROOT,
    count,
    read_document,
    read_golden,
    small_document,
    yesno,
)

KEYS = list(FULL_MARKS)


@pytest.fixture
def run(tmp_path, capsys):
    """Call the command; (status, what it printed, what it complained)."""

    def call(file, *arguments, programme="hunan-star-2017"):
        status = 0
        try:
            call_command("score", programme, str(file), *arguments)
        except SystemExit as end:
            status = end.code
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return call


@pytest.fixture
def answers(run, tmp_path):
    """Call the command with a JSON answer."""

    def call(file, *arguments, programme="hunan-star-2017"):
        out = tmp_path / "answer.json"
        status, _out, _err = run(file, "--output", str(out), *arguments, programme=programme)
        return status, json.loads(out.read_text(encoding="utf-8"))

    return call


@pytest.fixture
def put(tmp_path):
    """Write a file of sheets."""

    def write(content, name="sheets.json", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


def as_json(*sheets):
    return json.dumps(
        [{"community": name, "figures": figures} for name, figures in sheets], ensure_ascii=False
    )


def cell(value):
    return {True: "是", False: "否"}[value] if isinstance(value, bool) else str(value)


def as_csv(*rows, heads=("community", *KEYS)):
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(heads)
    table.writerows(rows)
    return text.getvalue()


def row(name, **changes):
    return [name, *(cell({**FULL_MARKS, **changes}[key]) for key in KEYS)]


def as_xlsx(path, rows, heads=("community", *KEYS)):
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for number, cells in enumerate([heads, *rows]):
        for column, value in enumerate(cells):
            if value is not None:
                sheet.write(number, column, value)
    book.close()
    return path


def test_json_in_json_out(answers, put):
    file = put(as_json(("春华社区", FULL_MARKS), ("石桥社区", {**FULL_MARKS, "certificate_errors": 1})))
    status, answer = answers(file)
    assert status == 0
    assert list(answer) == ["programme", "version", "results"]
    assert (answer["programme"], answer["version"]) == ("hunan-star-2017", HUNAN_RUBRIC.version)
    first, second = answer["results"]
    assert list(first) == ["community", "total", "passed", "indicators", "errors"]
    assert (first["community"], first["total"], first["passed"], first["errors"]) == (
        "春华社区",
        "100",
        True,
        [],
    )
    assert list(first["indicators"]) == [f"H{n:02d}" for n in range(1, 35)]
    assert second["indicators"]["H11"] == {
        "points": "1.5",
        "max": "2",
        "because": "证书发放有误 1 例，每例扣 0.5 分，扣 0.5 分",
    }
    assert second["total"] == "99.5"


def test_rows_in_error_keep_their_place_and_the_others_are_scored(answers, put):
    missing = {key: value for key, value in FULL_MARKS.items() if key != "aid_plan"}
    file = put(
        as_json(
            ("甲", FULL_MARKS),
            ("乙", missing),
            ("丙", {**FULL_MARKS, "new_jobs_done": -1, "odd": 2}),
            ("丁", FULL_MARKS),
        )
    )
    status, answer = answers(file)
    assert status == 1
    assert [one["community"] for one in answer["results"]] == ["甲", "乙", "丙", "丁"]
    assert [one["total"] for one in answer["results"]] == ["100", None, None, "100"]
    assert answer["results"][1] == {
        "community": "乙",
        "total": None,
        "passed": None,
        "indicators": {},
        "errors": [{"figure": "aid_plan", "reason": "缺少这项数据"}],
    }
    assert [error["figure"] for error in answer["results"][2]["errors"]] == ["new_jobs_done", "odd"]


def test_decimals_are_read_exactly_as_text_or_number(answers, put):
    text = as_json(
        ("甲", {**FULL_MARKS, "centre_area": 29.99999999999}), ("乙", {**FULL_MARKS, "centre_area": "30"})
    )
    _status, answer = answers(put(text))
    assert [one["total"] for one in answer["results"]] == ["99", "100"]
    assert "29.99999999999 平方米" in answer["results"][0]["indicators"]["H24"]["because"]
    text = text.replace("29.99999999999", "29.999999999999999999")  # more than a float could hold
    _status, answer = answers(put(text))
    assert answer["results"][0]["total"] == "99"


def test_the_reason_of_a_judged_figure_is_optional(answers, put):
    figures = {**FULL_MARKS, "economy_points": 2.5}
    status, answer = answers(
        put(as_json(("甲", figures), ("乙", {**figures, "economy_points_reason": "中游"})))
    )
    assert status == 0
    assert answer["results"][0]["indicators"]["H32"]["because"] == "评 2.5 分（满分 3 分），未写理由"
    assert answer["results"][1]["indicators"]["H32"]["because"] == "评 2.5 分（满分 3 分），理由：中游"


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ('"new_jobs_done": NaN', "new_jobs_done"),
        ('"new_jobs_done": Infinity', "new_jobs_done"),
        ('"new_jobs_done": 1e999999999', "new_jobs_done"),
        ('"new_jobs_done": ' + "9" * 5000, "new_jobs_done"),
        ('"new_jobs_done": "135"', "new_jobs_done"),
        ('"new_jobs_done": 135, "new_jobs_done": 135', "new_jobs_done"),
        ('"new_jobs_done": [135]', "new_jobs_done"),
        ('"new_jobs_done": 135.5', "new_jobs_done"),
        ('"new_jobs_done": true', "new_jobs_done"),
        ('"new_jobs_done": null', "new_jobs_done"),
    ],
)
def test_odd_numbers_in_json_are_row_errors(answers, put, text, figure):
    content = as_json(("甲", FULL_MARKS), ("乙", FULL_MARKS))
    status, answer = answers(put(content.replace('"new_jobs_done": 135', text, 1)))
    assert status == 1
    assert [error["figure"] for error in answer["results"][0]["errors"]] == [figure]
    assert answer["results"][1]["total"] == "100"


@pytest.mark.parametrize(
    ("item", "figure"),
    [
        ("5", "community"),
        ('"甲"', "community"),
        ("null", "community"),
        ('{"figures": {}}', "community"),
        ('{"community": "甲"}', "figures"),
        ('{"community": "甲", "figures": [1]}', "figures"),
        ('{"community": " ", "figures": {}}', "community"),
    ],
)
def test_items_that_are_no_sheets_are_row_errors(answers, put, item, figure):
    content = f"[{item}, {as_json(('乙', FULL_MARKS))[1:]}"
    status, answer = answers(put(content))
    assert status == 1
    assert answer["results"][0]["errors"][0]["figure"] == figure
    assert answer["results"][0]["total"] is None
    assert answer["results"][1]["total"] == "100"


@pytest.mark.parametrize(
    "text", ["", "{}", "[", "[}", "[1 2]", "[{]", '[{"community": "甲"', "[1] x", "不是 JSON"]
)
def test_a_file_that_is_no_list_is_refused_whole(run, put, tmp_path, text):
    out = tmp_path / "out.json"
    status, _out, err = run(put(text), "--output", str(out))
    assert status == 1
    assert "sheets.json" in err and err.strip().endswith("。")
    assert not out.exists(), "nothing half-written"
    assert list(tmp_path.iterdir()) == [tmp_path / "sheets.json"]


def test_long_json_is_read_in_pieces(answers, put):
    """Names and blanks put the ends of pieces at every place of an element."""
    sheets = [(f"{'长' * (n % 97)}社区{n}", FULL_MARKS) for n in range(150)]
    content = as_json(*sheets).replace("}}, {", "}}\n" + " " * 37 + ",\r\n\t{")
    status, answer = answers(put("\ufeff" + content))
    assert status == 0
    assert [one["community"] for one in answer["results"]] == [name for name, _figures in sheets]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_csv_in_every_encoding(answers, put, encoding):
    content = as_csv(row("春华社区"), row("石桥社区", new_jobs_done=119))
    status, answer = answers(put(content, "sheets.csv", encoding))
    assert status == 0
    assert [(one["community"], one["total"]) for one in answer["results"]] == [
        ("春华社区", "100"),
        ("石桥社区", "98"),
    ]


def test_csv_as_people_write_it(answers, put):
    heads = ["序号", " community ", *KEYS]
    rows = [
        [],
        ["", "", *[""] * len(KEYS)],
        ["", "甲", *row("", new_jobs_done="１，０１２", notice_board="1", centre_area="45.5平方米")[1:]],
    ]
    status, answer = answers(put(as_csv(*rows, heads=heads), "sheets.csv"))
    assert status == 1, "a column nobody knows is an unknown figure"
    assert answer["results"][0]["errors"] == [{"figure": "序号", "reason": "没有这项数据，请核对名称"}]
    rows[2] = rows[2][1:]
    rows[1] = rows[1][1:]
    status, answer = answers(put(as_csv(*rows, heads=heads[1:]), "sheets.csv"))
    assert (status, answer["results"][0]["total"], len(answer["results"])) == (0, "100", 1)


def test_the_reason_of_a_judged_figure_in_a_table(answers, put):
    cells = [*row("甲", economy_points="2.5"), "居区内中游"]
    content = as_csv(cells, heads=("community", *KEYS, "economy_points_reason"))
    _status, answer = answers(put(content, "sheets.csv"))
    assert answer["results"][0]["indicators"]["H32"]["because"] == "评 2.5 分（满分 3 分），理由：居区内中游"


def test_json_of_another_encoding_is_refused(run, put):
    status, _out, err = run(put(as_json(("甲", FULL_MARKS)), encoding="gbk"))
    assert status == 1 and "不是 UTF-8 编码" in err


def test_a_file_that_may_not_be_written_is_a_sentence(run, put, tmp_path):
    target = tmp_path / "out.json"
    target.mkdir()
    status, _out, err = run(put(as_json(("甲", FULL_MARKS))), "--output", str(target))
    assert status == 1 and "不能读取或写入文件" in err


def test_heads_may_stand_below_a_title_and_may_be_labels(answers, put):
    labels = [HUNAN_RUBRIC.figures[key].label for key in KEYS]
    content = "省级充分就业星级社区基础数据\r\n\r\n" + as_csv(row("甲"), heads=["社区名称（必填）", *labels])
    status, answer = answers(put(content, "sheets.csv"))
    assert (status, answer["results"][0]["total"]) == (0, "100")


def test_errors_of_a_table_name_the_line(answers, put):
    content = as_csv(row("甲"), row("乙", new_jobs_done="很多", notice_board="也许", aid_plan=""))
    status, answer = answers(put(content, "sheets.csv"))
    assert status == 1
    assert answer["results"][1]["errors"] == [
        {"figure": "new_jobs_done", "reason": "第 3 行：应填数字，写的是“很多”"},
        {"figure": "notice_board", "reason": "第 3 行：应填“是”或“否”（也可写 1 或 0），写的是“也许”"},
        {"figure": "aid_plan", "reason": "缺少这项数据"},
    ]


def test_a_line_longer_than_the_heads_is_an_error(answers, put):
    status, answer = answers(put(as_csv([*row("甲"), "多出来的"], row("乙")), "sheets.csv"))
    assert status == 1
    assert answer["results"][0]["errors"] == [{"figure": "community", "reason": "第 2 行的单元格比表头多"}]
    assert answer["results"][1]["total"] == "100"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (as_csv(row("甲"), heads=("community", *KEYS[:-1], KEYS[0])), "表头重复：meets_city_standard"),
        (as_csv(row("甲"), heads=("名称", *KEYS)), "没有找到表头"),
        ("", "没有找到表头"),
        (b"PK\x03\x04\0\0", "不是文字表格"),
        (b"community,\xff\xfe\xfd\n", "编码不能识别"),
        ('community,"' + "a" * 200_000, "不是有效的 CSV 表格"),
    ],
)
def test_tables_that_cannot_be_read_at_all(run, put, content, sentence):
    status, _out, err = run(put(content, "sheets.csv"))
    assert status == 1 and sentence in err


def test_xlsx_in(answers, tmp_path):
    numbers = [FULL_MARKS[key] for key in KEYS]
    numbers[KEYS.index("centre_area")] = 29.99
    file = as_xlsx(
        tmp_path / "sheets.xlsx", [["甲", *numbers], row("乙"), [None], row("丙", new_jobs_done=-4)]
    )
    status, answer = answers(file)
    assert status == 1
    assert [(one["community"], one["total"]) for one in answer["results"]] == [
        ("甲", "99"),
        ("乙", "100"),
        ("丙", None),
    ]
    assert "29.99 平方米" in answer["results"][0]["indicators"]["H24"]["because"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("disguised.xlsx", b"community,new_jobs_done\n"),
        ("old.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
        ("empty.xlsx", b""),
    ],
)
def test_what_is_no_workbook_is_refused(run, put, name, content):
    status, _out, err = run(put(content, name))
    assert status == 1 and "不是有效的 .xlsx 工作簿" in err


def spoiled_workbook(tmp_path, **parts):
    """A real workbook with parts replaced or added."""
    source = as_xlsx(tmp_path / "real.xlsx", [row("甲")])
    target = tmp_path / "spoiled.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename not in parts:
                new.writestr(info, old.read(info.filename))
        for name, content in parts.items():
            new.writestr(name, content)
    return target


SHEET = "xl/worksheets/sheet1.xml"
XML = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


@pytest.mark.parametrize(
    "parts",
    [
        {
            SHEET: XML.format(
                '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
            )
        },
        {"xl/media/bomb.bin": b"\0" * 90_000_000},
        {f"xl/media/{n}.txt": b"x" for n in range(300)},
    ],
    ids=["one cell at the far corner", "a part that unpacks a thousandfold", "hundreds of parts"],
)
def test_workbooks_made_to_exhaust_the_memory_are_refused(run, tmp_path, parts):
    status, _out, err = run(spoiled_workbook(tmp_path, **parts))
    assert status == 1 and "解开后太大" in err


def test_cells_without_a_place_are_refused(run, tmp_path):
    status, _out, err = run(spoiled_workbook(tmp_path, **{SHEET: XML.format("<row><c><v>1</v></c></row>")}))
    assert status == 1 and "没写位置的单元格" in err


def test_csv_out(run, put, tmp_path):
    out = tmp_path / "out.csv"
    sheets = [("=HYPERLINK(1)", FULL_MARKS), ("乙", {**FULL_MARKS, "new_jobs_done": -1})]
    status, _out, _err = run(put(as_json(*sheets)), "--output", str(out))
    assert status == 1
    assert out.read_bytes().startswith(b"\xef\xbb\xbf"), "spreadsheets need the mark to show Chinese"
    heads, first, second = csv.reader(io.StringIO(out.read_text(encoding="utf-8-sig")))
    assert heads[:6] == ["community", "total", "passed", "errors", "H01", "H02"]
    assert heads[38:40] == ["H01_because", "H02_because"]
    assert first[:6] == ["'=HYPERLINK(1)", "100", "是", "", "2", "6"]
    assert second[:5] == ["乙", "", "", "new_jobs_done：不能小于 0", ""]


def test_xlsx_out(run, put, tmp_path):
    out = tmp_path / "out.xlsx"
    sheets = [("=1+1", FULL_MARKS), ("@乙", {**FULL_MARKS, "certificate_errors": 1})]
    status, _out, _err = run(put(as_json(*sheets)), "--output", str(out))
    assert status == 0
    heads, first, second = load_workbook(str(out)).get_sheet_by_index(0).to_python()
    assert heads[:5] == ["community", "total", "passed", "errors", "H01"]
    assert first[:4] == ["=1+1", 100, "是", ""]
    assert second[:2] == ["@乙", 99.5]
    with zipfile.ZipFile(out) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml"), "text never becomes a formula"


def test_on_the_screen_an_aligned_table(run, put):
    sheets = [("春华社区", FULL_MARKS), ("A", {**FULL_MARKS, "certificate_errors": 1}), ("乙", {"x": 1})]
    status, out, err = run(put(as_json(*sheets)))
    lines = out.splitlines()
    assert status == 1
    assert lines[:3] == [
        "社区      总分    达标  说明",
        "春华社区     100  是",
        "A           99.5  是    失分：H11 1.5/2",
    ]
    assert lines[3].startswith("乙             —  —     数据有误：meets_city_standard 缺少这项数据")
    assert "共 3 个社区，已评 2 个，1 个数据有误未评。" in err


def test_communities_of_one_name_are_both_scored_and_mentioned(run, put):
    status, out, err = run(put(as_json(("甲", FULL_MARKS), ("甲", FULL_MARKS))))
    assert status == 0
    assert out.count("甲") == 2
    assert "有 1 行的社区名称与前面重复" in err


def test_a_name_that_cannot_be_written_does_not_break_the_answer(answers, put):
    status, answer = answers(put(as_json(("甲", FULL_MARKS)).replace("甲", "\\ud800甲\\u001b[31m")))
    assert status == 0 and "甲" in answer["results"][0]["community"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("hunan-2017", "sheets.json"), "没有方案“hunan-2017”，可用的有"),
        (("../hunan-star-2017", "sheets.json"), "没有方案“../hunan-star-2017”"),
        (("hunan-star-2017", "nowhere.json"), "没有找到文件"),
        (("hunan-star-2017", "sheets.txt"), "只接受 .json、.csv、.xlsx 文件"),
        (("hunan-star-2017", "sheets.json", "--output", "out.pdf"), "结果文件“out.pdf”的类型不支持"),
        (("hunan-star-2017", "sheets.json", "--output", "no/where.json"), "没有文件夹"),
        (("hunan-star-2017", "sheets.json", "--output", "sheets.json"), "不能与数据文件相同"),
        (("hunan-star-2017", "sheets.json", "--tier", "star"), "不分层级"),
    ],
)
def test_what_cannot_be_started_is_refused_with_a_sentence(
    run, put, tmp_path, monkeypatch, arguments, sentence
):
    monkeypatch.chdir(tmp_path)
    put(as_json(("甲", FULL_MARKS)))
    put("x", "sheets.txt")
    programme, file, *rest = arguments
    status, _out, err = run(file, *rest, programme=programme)
    assert status == 1 and sentence in err
    assert (tmp_path / "sheets.json").read_text(encoding="utf-8").startswith("[{")


@pytest.fixture
def programmes(tmp_path, settings):
    folder = tmp_path / "programmes"
    folder.mkdir()
    settings.PROGRAMME_DOCUMENTS = folder

    def write(document):
        (folder / f"{document['key']}.json").write_text(
            json.dumps(document, ensure_ascii=False), encoding="utf-8"
        )

    return write


def test_no_rubric_entered_yet(run, put, programmes):
    programmes({"key": "gansu-2023", "version": "1", "title": "甘肃", "figures": [], "rubric": None})
    status, out, err = run(put("[]"), programme="gansu-2023")
    assert status == 2 and out == ""
    assert "待录入" in err and err.strip().endswith("。")


@pytest.mark.parametrize("key", ["gansu-2023", "pingdingshan-2021"])
def test_the_programmes_that_wait_for_a_rubric(run, put, programmes, key):
    programmes(read_document(key))
    status, _out, err = run(put("[]"), programme=key)
    assert status == 2 and "待录入" in err


def test_a_criteria_programme_answers_each_criterion_and_overall(answers, put, programmes):
    programmes(read_document("zhoukou-2022"))
    base = read_golden("zhoukou-2022")["base"]
    file = put(
        as_json(
            ("东关社区", base),
            ("西关社区", {**base, "registered_unemployed_reemployed": 96}),
            ("南门社区", {}),
        )
    )
    status, answer = answers(file, "--tier", "star", programme="zhoukou-2022")
    assert status == 1
    first, second, third = answer["results"]
    assert (first["passed"], second["passed"], third["passed"]) == (True, False, None)
    assert first["total"] is None and first["indicators"] == {}
    assert list(first["criteria"])[-6:] == ["Zx1", "Zx2", "Zx3", "Zx4", "Zx5", "Zx6"]
    assert second["criteria"]["Zx4"] == {
        "met": False,
        "because": "登记失业人员就业率 = 96/100 = 96.00%，低于 97%",
    }
    assert third["criteria"] == {} and third["errors"][0] == {
        "figure": "six_in_place",
        "reason": "缺少这项数据",
    }


def test_criteria_in_a_table_and_on_the_screen(run, put, programmes, tmp_path):
    programmes(read_document("zhoukou-2022"))
    base = read_golden("zhoukou-2022")["base"]
    rows = [
        ["甲", *map(cell, base.values())],
        ["乙", *map(cell, {**base, "staff_certified": False}.values())],
    ]
    file = put(as_csv(*rows, heads=("community", *base)), "sheets.csv")
    status, out, _err = run(file, "--tier", "provincial", programme="zhoukou-2022")
    assert status == 0
    assert out.splitlines() == ["社区  达标  说明", "甲    是", "乙    否    Zp3 不符合"]
    target = tmp_path / "out.csv"
    run(file, "--tier", "provincial", "--output", str(target), programme="zhoukou-2022")
    heads, first, second = csv.reader(io.StringIO(target.read_text(encoding="utf-8-sig")))
    assert (heads[4], heads[6], first[6], second[6]) == ("Zp1", "Zp3", "是", "否")
    assert second[2] == "否"


@pytest.mark.parametrize("arguments", [(), ("--tier", "gold")])
def test_a_criteria_programme_wants_its_tier(run, put, programmes, arguments):
    programmes(read_document("zhoukou-2022"))
    status, _out, err = run(put("[]"), *arguments, programme="zhoukou-2022")
    assert status == 1 and "请用 --tier 写明层级，可用的有 provincial、star。" in err


def test_no_pass_mark_gives_neither_passed_nor_failed(answers, put, programmes):
    programmes(small_document([{"kind": "part", "figure": "a", "points": "10"}], [yesno("a")]))
    _status, answer = answers(put(as_json(("甲", {"a": True}))), programme="small-1")
    assert (answer["results"][0]["total"], answer["results"][0]["passed"]) == ("10", None)


def test_a_document_with_mistakes_is_told(run, put, programmes):
    programmes(small_document([{"kind": "oops"}], [count("a")]))
    status, _out, err = run(put("[]"), programme="small-1")
    assert status == 1 and "没有计分规则“oops”" in err


def test_no_rows_give_an_empty_answer(answers, put):
    assert answers(put("[]"))[1]["results"] == []


def test_the_command_runs_without_a_database(put, tmp_path):
    """As a process of its own, with a database that cannot be reached."""
    file = put(as_json(("甲", FULL_MARKS)))
    environment = {
        **os.environ,
        "PORTAL_DATABASE": "postgres://nobody@127.0.0.1:1/none",
        "PORTAL_VAR": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "score", "hunan-star-2017", str(file)],
        capture_output=True,
        env=environment,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert "甲" in done.stdout.decode()
    assert Decimal(done.stdout.decode().split()[-2]) == 100

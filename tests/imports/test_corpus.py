"""The bad-input corpus through the real view: every file is answered quickly, with a page, and no row goes unsaid."""

import datetime as dt
import io
import json
import time
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from accounts import jobs
from accounts.imports import reading, rows
from accounts.imports.communities import COLUMNS
from accounts.models import ImportBatch
from regions.models import Community
from regions.tables import BadTable
from tests.imports.conftest import HEADS, counts, press, upload, workbook
from tests.imports.old_excel import xls

GOOD = [HEADS, ["南街道", "甲社区", "社区", "", "", ""], ["北街道", "乙村", "行政村", "", "", ""]]
SLOW = 5  # seconds of the processor, since other work may share it


def remade(data: bytes, change=None, extra=(), leave_out=()) -> bytes:
    """The same workbook with parts changed (`change(name, text)`), added or left out."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            if entry.filename not in leave_out:
                text = source.read(entry.filename)
                target.writestr(entry.filename, change(entry.filename, text) if change else text)
        for name, text in extra:
            target.writestr(name, text)
    return out.getvalue()


def in_sheet(old: bytes, new: bytes):
    return lambda name, text: text.replace(old, new) if "sheet1.xml" in name else text


def declared(body: bytes, part: str):
    """A document type with entities put before a part."""

    def change(name, text):
        if name.endswith(part):
            head, _, rest = text.rpartition(b"?>")
            return (head + b"?>" if head else b"") + body + rest
        return text

    return change


LAUGHS = b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'


def bare(sheet: bytes) -> bytes:
    return remade(workbook(GOOD), lambda name, text: sheet if "sheet1.xml" in name else text)


def million() -> bytes:
    """A million rows of one cell."""
    rows_ = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, 1_000_001))
    return bare(
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + rows_
        + b"</sheetData></worksheet>"
    )


def many_parts():
    return remade(workbook(GOOD), extra=[(f"x/{n}", b"") for n in range(5000)])


def locked():
    """The mark of an encrypted part on every entry."""
    data = bytearray(workbook(GOOD))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + place] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


REFUSED = {
    "a cell far out": lambda: ("a.xlsx", workbook([*GOOD], lambda s: s.__setitem__("XFD1048576", "x")), "单元格远在"),
    "a million rows": lambda: ("a.xlsx", million(), "一次最多"),
    "a huge shared string": lambda: ("a.xlsx", remade(workbook(GOOD), extra=[("xl/sharedStrings.xml", b"<a>" + b"x" * 90_000_000)]), "解压后过大"),
    "a huge unused part": lambda: ("a.xlsx", remade(workbook(GOOD), extra=[("unused.bin", b"\0" * 90_000_000)]), "解压后过大"),
    "outside entity in the sheet": lambda: ("a.xlsx", remade(workbook(GOOD), declared(OUTSIDE, "sheet1.xml")), "不能接受的声明"),
    "outside entity in the workbook": lambda: ("a.xlsx", remade(workbook(GOOD), declared(OUTSIDE, "workbook.xml")), "不能接受的声明"),
    "billion laughs": lambda: ("a.xlsx", remade(workbook(GOOD), declared(LAUGHS, "styles.xml")), "不能接受的声明"),
    "laughs in content types": lambda: ("a.xlsx", remade(workbook(GOOD), declared(LAUGHS, "[Content_Types].xml")), "不能接受的声明"),
    "laughs in properties": lambda: ("a.xlsx", remade(workbook(GOOD), declared(LAUGHS, "core.xml")), "不能接受的声明"),
    "utf-16 part": lambda: ("a.xlsx", remade(workbook(GOOD), lambda n, t: t.decode().encode("utf-16") if "sheet1" in n else t), "不能接受的声明"),
    "old workbook renamed": lambda: ("a.xlsx", xls(GOOD), "旧格式"),
    "html renamed": lambda: ("a.xlsx", b"<html><table></table></html>", "扩展名一致"),
    "csv renamed": lambda: ("a.xlsx", "街道,社区名称\n".encode(), "扩展名一致"),
    "xlsx renamed": lambda: ("a.xls", workbook(GOOD), "扩展名一致"),
    "macros": lambda: ("a.xlsm", workbook(GOOD), "扩展名一致"),
    "no content types": lambda: ("a.xlsx", remade(workbook(GOOD), leave_out=["[Content_Types].xml"]), "无法读取"),
    "no workbook": lambda: ("a.xlsx", remade(workbook(GOOD), leave_out=["xl/workbook.xml"]), "无法读取"),
    "no sheet": lambda: ("a.xlsx", remade(workbook(GOOD), leave_out=["xl/worksheets/sheet1.xml"]), "无法读取"),
    "many parts": lambda: ("a.xlsx", many_parts(), "解压后过大"),
    "encrypted": lambda: ("a.xlsx", locked(), "损坏或设有密码"),
    "cut in half": lambda: ("a.xlsx", workbook(GOOD)[:2000], "损坏或设有密码"),
    "broken old workbook": lambda: ("a.xls", xls(GOOD)[:1500], "无法读取"),
    "a row number twice": lambda: ("a.xlsx", remade(workbook(GOOD), in_sheet(b'<row r="3">', b'<row r="2">')), "写了两次"),
    "cells of another row": lambda: ("a.xlsx", remade(workbook(GOOD), in_sheet(b'r="A3"', b'r="A2"')), "位置写错"),
    "cells without a place": lambda: ("a.xlsx", remade(workbook(GOOD), in_sheet(b'<c r="A3"', b"<c")), "位置写错"),
    "merged as a whole": lambda: ("a.xlsx", workbook([*GOOD, *[["x"]] * 9], lambda s: s.merge_cells("A1:CV3000")) , "没有找到表头"),
    "heads twice": lambda: ("a.xlsx", workbook([["街道", "社区", "社区名称"], *GOOD[1:]]), "请只保留一列"),
    "no heads": lambda: ("a.xlsx", workbook([["甲", "乙"], ["丙", "丁"]]), "没有找到表头"),
    "heads alone": lambda: ("a.xlsx", workbook([HEADS]), "没有可以读取的内容"),
    "a needed head is missing": lambda: ("a.xlsx", workbook([["街道", "类型"], ["南街道", "社区"]]), "缺少列：应有一行同时写着社区名称"),
    "empty": lambda: ("a.xlsx", b" ", "文件是空的"),
    "binary as csv": lambda: ("a.csv", b"\x00\x01\x02\xff", "CSV"),
    "no encoding": lambda: ("a.csv", b"\xff\xfe\xfd" + bytes(range(128, 256)) * 3, "CSV"),
    "a csv cell without end": lambda: ("a.csv", b'a,"' + b"x" * 300_000, "CSV"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_refused_with_a_sentence(desk, case):
    name, data, words = REFUSED[case]()
    start = time.process_time()
    batch = upload(desk, data, name)
    assert time.process_time() - start < SLOW
    if batch is None:
        assert desk.answer.status_code == 400
        sentence = "".join(desk.answer.context["form"].errors.get("file", []))
        assert not ImportBatch.objects.exists()
    else:  # a large one is looked at behind the pages
        jobs.run(jobs.take("worker"))
        sentence = json.loads(ImportBatch.objects.get(status="unreadable").notes)[0]
        assert sentence in desk.get(f"/imports/batches/{batch.key}/").content.decode()
    assert time.process_time() - start < 2 * SLOW
    assert words in sentence and sentence.endswith("。"), sentence


def checked(desk, data, name="名单.xlsx"):
    batch = upload(desk, data, name)
    assert batch is not None, desk.answer.context["form"].errors
    assert batch.filled == sum(counts(batch))
    return batch


READ = {
    "xlsx": ("a.xlsx", workbook(GOOD)),
    "old xls": ("a.xls", xls(GOOD)),
    "utf-8": ("a.csv", "\n".join(",".join(row) for row in GOOD).encode()),
    "utf-8 with mark": ("a.csv", "\n".join(",".join(row) for row in GOOD).encode("utf-8-sig")),
    "gbk": ("a.csv", "\r\n".join(",".join(row) for row in GOOD).encode("gbk")),
    "gb18030": ("a.csv", "\r\n".join(",".join(row) for row in [*GOOD[:2], ["北街道", "𠀀村", "行政村", "", "", ""]]).encode("gb18030")),
    "utf-16 with tabs": ("a.csv", "\r\n".join("\t".join(row) for row in GOOD).encode("utf-16")),
    "semicolons": ("A.CSV", "\n".join(";".join(row) for row in GOOD).encode()),
    "the dimension says less": ("a.xlsx", remade(workbook(GOOD), in_sheet(b'ref="A1:F3"', b'ref="A1:B2"'))),
    "names that climb": ("a.xlsx", remade(workbook(GOOD), extra=[("../../x", b"x")])),
    "a workbook inside": ("a.xlsx", remade(workbook(GOOD), extra=[("xl/embeddings/b.xlsx", workbook(GOOD))])),
    "title rows and two rows of heads": (
        "a.xlsx",
        workbook(
            [
                ["一县社区名单", "", "", "", "", ""],
                ["填报单位：一县", "", "", "", "", ""],
                ["所在地", "社 区\n名称（必填）*", "类别", "", "联系", ""],
                ["街道", "", "", "区划代码（12位）", "联系人", "电话"],
                *GOOD[1:],
            ],
            lambda s: (s.merge_cells("A1:F1"), s.merge_cells("B3:B4"), s.merge_cells("C3:C4"), s.merge_cells("E3:F3")),
        ),
    ),
    "columns in another order": ("a.xlsx", workbook([["办公电话", "名称", "所属街道"], ["", "甲社区", "南街道"], ["", "乙村", "北街道"]])),
    "a thousand empty rows": ("a.xlsx", workbook([*GOOD, *[[""] * 6] * 1000])),
    "spaces around": ("a.xlsx", workbook([HEADS, [" 南街道 ", "　甲社区　", "社区 "], ["北街道\n", "乙村", "行政村"]])),
}  # fmt: skip


@pytest.mark.parametrize("case", READ)
def test_what_people_have_is_read(desk, case):
    name, data = READ[case]
    batch = checked(desk, data, name)
    assert counts(batch) == (2, 0, 0, 0, 0), list(batch.lines.values_list("told", flat=True))
    press(desk, batch)
    assert Community.objects.filter(name="甲社区", street__name="南街道").exists()


def told(batch):
    return " ".join(batch.lines.values_list("told", flat=True)) + batch.notes


def test_a_hidden_row_is_read_and_told(desk):
    data = workbook(GOOD, lambda s: setattr(s.row_dimensions[3], "hidden", True))
    batch = checked(desk, data)
    assert batch.new == 2 and "第 3 行是隐藏的行，已一并读取" in batch.notes


def test_other_and_hidden_sheets_are_told(desk):
    def change(sheet):
        sheet.parent.create_sheet("第二页")["A1"] = "x"
        sheet.parent.create_sheet("藏").sheet_state = "hidden"
        sheet.parent.create_sheet("填写说明")

    batch = checked(desk, workbook(GOOD, change))
    assert "工作表“第二页”没有读取" in batch.notes and "隐藏的工作表“藏”" in batch.notes
    assert "填写说明" not in batch.notes


def test_the_first_visible_sheet_is_read(desk):
    def change(sheet):
        sheet.title = "藏"
        sheet.sheet_state = "hidden"
        for row in GOOD:
            other.append(row)

    book = Workbook()
    other = book.create_sheet("名单")
    change(book.active)
    out = io.BytesIO()
    book.save(out)
    assert checked(desk, out.getvalue()).new == 2


def test_merged_cells_are_filled_and_told(desk):
    data = workbook(
        [HEADS, ["南街道", "甲社区"], ["", "丙社区"], ["", "丁社区"]], lambda s: s.merge_cells("A2:A4")
    )
    batch = checked(desk, data)
    assert batch.new == 3 and "第 3–4 行有合并的单元格" in batch.notes


def test_formulas_without_a_result_and_errors_are_faults_of_their_cells(desk):
    data = workbook([HEADS, ["南街道", "=B1&B2"], ["南街道", "#REF!"], ["南街道", "丙社区"]])
    data = remade(data, in_sheet(b't="e"', b't="e" '))
    batch = checked(desk, data)
    assert (batch.new, batch.wrong) == (1, 2)
    assert "文件里没有它的结果" in told(batch) and "公式错误" in told(batch)


def test_a_column_that_is_not_understood_is_told(desk):
    batch = checked(desk, workbook([[*HEADS, "户籍人口"], [*GOOD[1], 1200], [*GOOD[2], ""]]))
    assert "第 G 列“户籍人口”不是要导入的内容，没有读取（有 1 行填了内容）" in batch.notes


def test_cells_beyond_the_heads_are_told(desk):
    batch = checked(desk, workbook([HEADS, [*GOOD[1], "", "写在外面"], GOOD[2]]))
    assert "第 2 行在没有表头的列里写有内容" in batch.notes


def test_the_total_and_what_follows_are_told(desk):
    batch = checked(desk, workbook([*GOOD, ["合 计", "2"], ["填表人：某某"]]))
    assert counts(batch) == (2, 0, 0, 0, 2) and batch.solid == 0
    assert "从这一行起没有读取" in told(batch)


def test_the_example_of_the_template_is_not_read(desk):
    book = desk.get("/imports/communities/template.xlsx").content
    assert upload(desk, book) is None
    assert "没有可以读取的内容" in str(desk.answer.context["form"].errors)


@pytest.mark.parametrize(
    ("cell", "day", "hint"),
    [
        (dt.date(2023, 8, 1), "2023-08-01", False),
        (45000, "2023-03-15", True),
        ("2023.8", "2023-08-01", True),
        (2023.8, "2023-08-01", True),
        ("2023年8月", "2023-08-01", True),
        ("2023/8/1", "2023-08-01", False),
        ("２０２３年８月１日", "2023-08-01", False),
        ("20230801", "2023-08-01", False),
        (20230801, "2023-08-01", False),
        (60, None, False),
        ("2023-02-29", None, False),
        ("12/31/24", None, False),
        ("民国113年", None, False),
        (2023.1, None, False),
    ],
)
def test_dates_as_people_type_them(desk, cell, day, hint):
    batch = checked(desk, workbook([["街道", "社区名称", "设立日期"], ["南街道", "甲社区", cell]]))
    assert bool(batch.wrong) == (day is None)
    assert ('"hints"' in told(batch)) == hint
    if day:
        press(desk, batch)
        assert Community.objects.get(name="甲社区").since.isoformat() == day


def test_a_serial_of_the_1904_system(desk):
    data = workbook([["街道", "社区名称", "设立日期"], ["南街道", "甲社区", 40000]])
    data = remade(
        data,
        lambda n, t: (
            t.replace(b"<workbookPr/>", b'<workbookPr date1904="1"/>') if n == "xl/workbook.xml" else t
        ),
    )
    batch = checked(desk, data)
    press(desk, batch)
    assert Community.objects.get(name="甲社区").since == dt.date(2013, 7, 7)


def test_numbers_that_a_spreadsheet_has_shortened(desk):
    heads = ["街道", "社区名称", "统一社会信用代码", "办公电话"]
    batch = checked(
        desk,
        workbook([heads, ["南街道", "甲社区", 1.10105194912e17, ""], ["南街道", "乙社区", "", 7318888000]]),
    )
    assert batch.wrong == 1 and "只保留 15 位" in told(batch)
    assert "开头的 0 可能已经丢失" in told(batch)


CELLS = st.one_of(
    st.sampled_from(
        [
            "南街道",
            "北街道",
            "甲社区",
            "乙社区",
            "社区",
            "行政村",
            "合计",
            "示例",
            "",
            None,
            "x",
            "430104001001",
            "是",
        ]
    ),
    st.integers(0, 10**6),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.text("甲乙丙社区村=+-@, \"'\t", max_size=8),
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(CELLS, max_size=7), max_size=12))
def test_rows_in_are_lines_and_reported(cells):
    """Whatever stands below the heads: each row with anything in it is a line or is reported, in a workbook and in text."""
    cells = [
        [cell if not isinstance(cell, str) or not cell.startswith("=") else f"'{cell}" for cell in row]
        for row in cells
    ]
    filled = [
        n for n, row in enumerate(cells, 2) if any(cell is not None and str(cell).strip() for cell in row)
    ]
    try:
        sheet = rows.lines_of(reading.read("a.xlsx", workbook([HEADS, *cells])), COLUMNS, most=1000)
    except BadTable as error:
        assert "没有可以读取的内容" in str(error)
        return
    assert sorted([*(line.row for line in sheet.lines), *(one.row for one in sheet.reported)]) == filled
    assert sheet.filled == len(filled)

"""An uploaded file as a table: every row of the first visible sheet, or a sentence that says why not.

.xlsx and .xls through calamine, .csv in UTF-8, GBK or UTF-16. An .xlsx is looked into before: what would exhaust the
memory is refused, what its cells do not show (hidden rows, formulas without a result, errors) is told, and the rows
that were read are counted against those the file holds.
"""

import csv
import datetime as dt
import io
import posixpath
import zipfile
from dataclasses import dataclass, field

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from accounts.imports import xlsx_parts
from accounts.imports.values import EPOCH, EPOCH_1904
from regions.tables import BadTable, panicked

MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 80 * 1024 * 1024
MOST_PARTS = 200
MOST_SHEETS = 50
MOST_MERGED, MOST_MERGED_CELLS = 20_000, 1_000_000
# Sheets that explain or offer choices, in the portal's own templates and in others'.
NOT_DATA = ("填写说明", "填表说明", "说明", "选项", "使用说明")
OLE, ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
SAVE_AS = "请在 Excel 或 WPS 中打开并另存后再传。"
UNREADABLE = f"无法读取这个工作簿，{SAVE_AS}"


@dataclass
class Table:
    """rows: the n-th is row n+1 of the sheet, merged cells filled with their upper left one. problems: (row, column), both
    from 1 → what is wrong with the cell itself. hidden: numbers of hidden rows. merged: numbers of rows filled from above.
    """

    rows: list[list]
    sheet: str = ""
    notes: list[str] = field(default_factory=list)
    problems: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    merged: set[int] = field(default_factory=set)
    epoch: dt.date = EPOCH


def read(name: str, data: bytes) -> Table:
    """The table in an uploaded file; raises BadTable with a sentence."""
    if len(data) > MOST_BYTES:
        raise BadTable(f"文件超过 {MOST_BYTES // 1024 // 1024} MB，请删去无关的工作表，或分成几个文件。")
    if not data.strip():
        raise BadTable("文件是空的。")
    ending = name.lower().rsplit(".", 1)[-1]
    if ending == "csv":
        return Table(_csv(data))
    if ending == "xlsx" and data.startswith(ZIP):
        return _xlsx(data)
    if ending == "xls" and data.startswith(OLE):
        return _calamine(data)
    if ending == "xlsx" and data.startswith(OLE):
        raise BadTable("这个 .xlsx 文件设有密码，或者是旧格式改了扩展名；请去掉密码，另存为 .xlsx 后再传。")
    raise BadTable(
        "请上传 .xlsx、.xls 或 .csv 文件；文件内容应与扩展名一致，可在 Excel 或 WPS 中另存后再传。"
    )


# CSV


def _csv(data):
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        first = text[: text.find("\n") if "\n" in text else len(text)]
        mark = max(",\t;", key=first.count)
        try:
            return list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
        except csv.Error:
            break
    raise BadTable("无法读取这个 CSV 文件，请存为 UTF-8 或 GBK 编码后再传。")


# Workbooks


def _calamine(data, scan=None, at=None):
    """The table as calamine reads it; `scan`: what the file's own text says of the sheet, `at`: the sheet's number."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [(one.name, one.visible == SheetVisibleEnum.Visible) for one in book.sheets_metadata]
        at = _pick(sheets) if at is None else at
        sheet = book.get_sheet_by_index(at)
        if sheet.end and (sheet.end[0] + 1) * (sheet.end[1] + 1) > xlsx_parts.MOST_CELLS:
            raise BadTable(_far(sheet.end[0] + 1, sheet.end[1] + 1))
        rows = sheet.to_python(skip_empty_area=False)
        merged = sheet.merged_cell_ranges or []
    except BadTable:
        raise
    except (CalamineError, IndexError, ValueError, OSError):
        raise BadTable(UNREADABLE) from None
    except BaseException as error:  # a broken file can make the reader panic, which is no Exception
        if panicked(error):
            raise BadTable(UNREADABLE) from None
        raise
    table = Table(rows, sheet=sheet.name, notes=_others(book, at))
    if scan is not None:
        _count(scan, rows)
        table.problems, table.hidden = scan.problems, scan.hidden
    _fill(table, merged)
    return table


def _far(row, column):
    return f"工作表里有一个单元格远在第 {row} 行、第 {column} 列，请删去多余的内容后再传。"


def _pick(sheets) -> int:
    """The number of the sheet to read: the first visible one that is not an explanation."""
    seen = [number for number, (name, visible) in enumerate(sheets) if visible]
    data = [number for number in seen if sheets[number][0].strip() not in NOT_DATA]
    if not seen:
        raise BadTable("工作簿里没有可见的工作表。")
    return (data or seen)[0]


def _others(book, at):
    notes = []
    for number, one in enumerate(book.sheets_metadata):
        if number == at or one.name.strip() in NOT_DATA:
            continue
        word = "工作表" if one.visible == SheetVisibleEnum.Visible else "隐藏的工作表"
        notes.append(f"工作簿里的{word}“{one.name[:40]}”没有读取；只读取“{book.sheet_names[at][:40]}”。")
    return notes[:10]


def _fill(table, merged):
    """Write the upper left cell of every merged range into all its cells."""
    if len(merged) > MOST_MERGED:
        raise BadTable(f"工作表里有 {len(merged)} 处合并的单元格，请取消合并后再传。")
    cells = 0
    for (top, left), (bottom, right) in merged:
        bottom = min(bottom, len(table.rows) - 1)
        if top >= len(table.rows) or left >= len(table.rows[top]):
            continue
        value = table.rows[top][left]
        right = min(right, len(table.rows[top]) - 1)
        cells += (bottom - top + 1) * (right - left + 1)
        if cells > MOST_MERGED_CELLS:
            raise BadTable("合并的单元格过大，请取消合并后再传。")
        if value == "":
            continue
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                table.rows[row][column] = value
            if row > top:
                table.merged.add(row + 1)


def _count(scan, rows):
    """Refuse a file of which not every row with contents was read."""
    lost = [
        number
        for number in scan.valued
        if (number > len(rows) or not any(cell != "" for cell in rows[number - 1]))
        and not xlsx_parts.may_be_blank(scan, number)
    ]
    if lost:
        raise BadTable(
            f"文件里有 {len(scan.valued)} 行内容，只能读出 {len(scan.valued) - len(lost)} 行"
            f"（第 {lost[0]} 行等没有读出），没有导入任何内容。{SAVE_AS}"
        )


def _xlsx(data):
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_parts(archive)
            sheets, base = _sheets(archive)
            at = _pick([(name, visible) for name, visible, _ in sheets])
            scan = xlsx_parts.scan(archive.read(sheets[at][2]))
    except BadTable:
        raise
    except (KeyError, ElementTree.ParseError, DefusedXmlException, ValueError):
        raise BadTable(UNREADABLE) from None
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, OSError, EOFError):
        raise BadTable("这个工作簿已损坏或设有密码，请在 Excel 或 WPS 中另存后再传。") from None
    table = _calamine(data, scan, at)
    table.epoch = base
    return table


def _check_parts(archive):
    """Refuse what unpacks too large, holds too many parts or declares entities; every part is read through once."""
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise BadTable("这个工作簿解压后过大，请只保留需要的工作表后再传。")
    for part in parts:
        with archive.open(part) as opened:
            first = True
            while piece := opened.read(1 << 20):
                if first and xlsx_parts.declares(piece):
                    raise BadTable("这个工作簿里含有不能接受的声明，请在 Excel 或 WPS 中另存后再传。")
                first = False


_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_LINKS = "{http://schemas.openxmlformats.org/package/2006/relationships}"


def _sheets(archive):
    """([(name, visible, part)] in the order of the tabs, what serial dates count from)."""
    if "[Content_Types].xml" not in archive.namelist():
        raise BadTable(UNREADABLE)
    root = ElementTree.fromstring(archive.read("xl/workbook.xml"), forbid_dtd=True)
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), forbid_dtd=True)
    targets = {link.get("Id"): link.get("Target", "") for link in links.iter(f"{_LINKS}Relationship")}
    found = []
    for sheet in list(root.iter(f"{_MAIN}sheet"))[:MOST_SHEETS]:
        target = targets[sheet.get(_ID)]
        part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        found.append((sheet.get("name", ""), sheet.get("state", "visible") == "visible", part))
    settings = root.find(f"{_MAIN}workbookPr")
    base = settings is not None and settings.get("date1904") in ("1", "true")
    return found, EPOCH_1904 if base else EPOCH

"""The cells of an uploaded workbook as exact text, sheet by sheet: .xlsx through openpyxl, never by floating point.

Numbers are what Excel shows of them (fifteen digits), percentages are numbers of percent, dates are ISO days, a formula
counts with the value it last had. What cannot be read is a sentence that says what to do.
"""

import datetime as dt
import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass, field
from decimal import Decimal

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from regions.tables import BadTable, check_workbook

MOST_BYTES = 2 * 1024 * 1024
MOST_UNPACKED = 10 * 1024 * 1024
MOST_SHEETS = 30
MOST_ROWS = 3000
MOST_COLUMNS = 100

_ODD = re.compile(r"[\u200b-\u200f\u2028-\u202e\u2060\ufeff]")


@dataclass
class Cells:
    """The filled cells of one sheet: rows by their number, cells by the number of their column, both from 1."""

    title: str
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    faults: list[tuple[int, int, str]] = field(default_factory=list)  # row, column, sentence


def open_cells(data: bytes) -> list[Cells]:
    """Every sheet of a workbook, hidden ones too; BadTable with a sentence for a file that is none."""
    if not data:
        raise BadTable("文件是空的，请重新选择。")
    if len(data) > MOST_BYTES:
        raise BadTable(f"文件超过 {MOST_BYTES // 1024 // 1024} MB，请删去图片和无关的工作表后再传。")
    if data[:4] != b"PK\x03\x04":
        raise BadTable("请上传 .xlsx 工作簿（不能设密码）；.xls、.csv 请在 Excel 中另存为 .xlsx 后再传。")
    check_workbook(data, MOST_UNPACKED)
    try:
        shown = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        typed = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        if len(shown.sheetnames) > MOST_SHEETS:
            raise BadTable(f"工作表超过 {MOST_SHEETS} 张，请删去无关的工作表后再传。")
        return [_cells(values, typed[values.title]) for values in shown.worksheets]
    except BadTable:
        raise
    except (
        AttributeError,
        KeyError,
        IndexError,
        OSError,
        SyntaxError,
        TypeError,
        ValueError,
        zipfile.BadZipFile,
    ):
        raise BadTable("无法读取这个工作簿，请在 Excel 或 WPS 中打开并另存为 .xlsx 后再传。") from None


def _cells(shown, typed) -> Cells:
    found = Cells(shown.title)
    shown.reset_dimensions()
    typed.reset_dimensions()
    pairs = zip(shown.iter_rows(), typed.iter_rows(), strict=True)
    for number, (values, formulas) in enumerate(pairs, 1):
        row = {}
        for column, (value, formula) in enumerate(zip(values, formulas, strict=True), 1):
            if formula.value is None:
                continue
            text, fault = _text(value, formula)
            if fault:
                found.faults.append((number, column, fault))
            if text or fault:
                row[column] = text
        if row:
            if number > MOST_ROWS:
                raise BadTable(f"工作表“{found.title}”超过 {MOST_ROWS} 行，请删去多余的内容后再传。")
            if (last := max(row)) > MOST_COLUMNS:
                raise BadTable(
                    f"工作表“{found.title}”第 {number} 行的 {get_column_letter(last)} 列还有内容，请删去多余的列后再传。"
                )
            found.rows[number] = row
    return found


def _text(cell, formula) -> tuple[str, str]:
    """(text, what is wrong with the cell or nothing)."""
    value = cell.value
    if value is None:
        return "", "单元格是公式，还没有算出结果，请在 Excel 中打开并保存，或改为直接填写"
    if cell.data_type == "e":
        return str(value), f"单元格是公式的错误值 {value}，请改为直接填写"
    if isinstance(value, bool):
        return "是" if value else "否", ""
    if isinstance(value, int | float):
        return number_text(value, percent="%" in (cell.number_format or "")), ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat(), ""
    return clean(str(value)), ""


def number_text(value: int | float, *, percent: bool = False) -> str:
    """A number as Excel shows it, in plain digits: 0.1 is "0.1", 95% is "95", 1e3 is "1000"."""
    exact = Decimal(value) if isinstance(value, int) else Decimal(f"{value:.15g}")
    if not exact.is_finite():
        return str(value)
    if percent:
        exact = exact.scaleb(2)
    shown = f"{exact:f}"
    if "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    return shown or "0"


def clean(text: str) -> str:
    """Without unseen characters and blanks at the ends of its lines; line breaks stay."""
    lines = _ODD.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).replace("\u00a0", " ").split("\n")
    return "\n".join(line.strip(" \t\u3000") for line in lines).strip("\n")


def narrow(text: str) -> str:
    """Full-width digits, letters and signs as ASCII, all blanks gone: for numbers, codes and heads."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))

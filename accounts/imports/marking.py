"""The same workbook back, with what is wrong in red and what should be looked at in yellow, each with a note.

An .xlsx keeps its sheets and formats; out of a .csv or .xls a new workbook is made.
"""

import io
import json
import re

from openpyxl import DEFUSEDXML, Workbook, load_workbook
from openpyxl.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from accounts.imports.reading import Table
from accounts.imports.values import as_text

if not DEFUSEDXML:  # pragma: no cover
    raise ImportError("openpyxl 须与 defusedxml 一同安装。")

RED = PatternFill("solid", fgColor="F8B4B4")
YELLOW = PatternFill("solid", fgColor="FDE68A")
AUTHOR = "充分就业社区评审平台"
MOST_MARKS = 5000
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def marked(data: bytes, name: str, table: Table, lines) -> bytes:
    """The workbook with marks. `lines`: the wrong and doubtful ImportLines of the batch."""
    book = load_workbook(io.BytesIO(data)) if name.lower().endswith(".xlsx") else _book_of(table)
    sheet = book[table.sheet] if table.sheet in book.sheetnames else book.active
    for line in lines[:MOST_MARKS]:
        told = json.loads(line.told)
        for marks, fill in ((told.get("hints", ()), YELLOW), (told.get("faults", ()), RED)):
            for place, _head, sentence in marks:
                _mark(sheet, line.row, 1 if place is None else place + 1, sentence, fill)
        if "why" in told:
            _mark(sheet, line.row, 1, f"没有读取：{told['why']}。", YELLOW)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _mark(sheet, row, column, sentence, fill):
    cell = sheet.cell(row=row, column=column)
    if isinstance(cell, MergedCell):
        cell = next(
            (
                sheet.cell(row=one.min_row, column=one.min_col)
                for one in sheet.merged_cells.ranges
                if cell.coordinate in one
            ),
            None,
        )
        if cell is None:
            return
        sentence = f"第 {row} 行：{sentence}"
    cell.fill = fill
    before = f"{cell.comment.text}\n" if cell.comment is not None and cell.comment.author == AUTHOR else ""
    note = Comment((before + sentence)[:1000], AUTHOR)
    note.width, note.height = 300, 40 + 20 * (len(note.text) // 20 + 1)
    cell.comment = note


def _book_of(table):
    book = Workbook()
    sheet = book.active
    sheet.title = (re.sub(r"[\[\]:*?/\\]", "", table.sheet) or "数据")[:31]
    for row, cells in enumerate(table.rows, 1):
        for column, value in enumerate(cells, 1):
            if value == "" or value is None:
                continue
            cell = sheet.cell(row=row, column=column)
            if isinstance(value, str):
                cell.value, cell.data_type, cell.number_format = _UNWRITABLE.sub("", value)[:32000], "s", "@"
            elif isinstance(value, int | float) and abs(value) < 1e15:
                cell.value = value
            else:
                cell.value, cell.number_format = as_text(value), "@"
    if not table.sheet:
        table.sheet = sheet.title
    return book

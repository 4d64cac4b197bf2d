"""One way to write a workbook: streamed in constant memory, text as text.

Nothing a person typed becomes a formula or a link; characters a workbook cannot hold are shown by their code point;
long numbers are text. Every export of the portal goes through `Book`.
"""

import inspect
import io
import re
from collections.abc import Iterable
from datetime import date, datetime
from types import SimpleNamespace

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from regions.clock import SHANGHAI

SHEET_ROWS = 1_048_575
CELL_CHARACTERS = 32_767
SHEET_NAME_CHARACTERS = 31
A4 = 9
# Control characters but tab and line feed, and halves of characters (Unicode Cc and Cs).
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# Excel counts days from here, right from March 1900 on.
DAY_NOUGHT, FIRST_RIGHT_DAY = date(1899, 12, 30).toordinal(), date(1900, 3, 1)
# Without the look at every call whether "A1" was meant: half of what a cell costs besides its text.
_write_text, _write_number = (inspect.unwrap(one) for one in (Worksheet.write_string, Worksheet.write_number))
FOOT = "&C第 &P 页 共 &N 页"


def safe_text(text: str) -> str:
    """The text as a cell can hold it: control characters and lone surrogates by their code point, cut at the limit."""
    if UNWRITABLE.search(text):
        text = UNWRITABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return text[:CELL_CHARACTERS]


def sheet_name(text: str) -> str:
    """The text as the name of a sheet: no character Excel refuses there, at most 31."""
    return re.sub(r"[\[\]:*?/\\\x00-\x1f']", " ", safe_text(text))[:SHEET_NAME_CHARACTERS].strip() or "表"


class Book:
    """A workbook being written row by row into a file object (a temporary file for large ones).

    made_at: the moment that stands in the file as its making; the same rows then give the same bytes.
    """

    def __init__(self, target=None, made_at: datetime | None = None):
        self.target = target if target is not None else io.BytesIO()
        self.book = xlsxwriter.Workbook(
            self.target,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "default_date_format": "yyyy-mm-dd hh:mm",
            },
        )
        if made_at is not None:
            self.book.set_properties({"created": made_at.astimezone(SHANGHAI).replace(tzinfo=None)})
        self.head = self.book.add_format(
            {"bold": True, "bg_color": "#EAEEF3", "border": 1, "text_wrap": True, "valign": "vcenter"}
        )
        self.points = self.book.add_format({"num_format": "0.0###"})
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = self.book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self.yuan = self.book.add_format({"num_format": "#,##0.00"})
        self.plain = SimpleNamespace(
            text=None, number=None, points=self.points, day=self.day, moment=self.moment, yuan=self.yuan
        )

    def sheet(self, title: str, columns: list[tuple[str, int]], rows: Iterable[Iterable]) -> int:
        """A sheet of (heading, width) columns and its rows; returns how many rows were written.

        Raises ValueError beyond the rows a sheet can hold: nothing is cut without a word.
        """
        sheet = self.book.add_worksheet(title)
        sheet.freeze_panes(1, 1)
        sheet.set_paper(A4)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_footer(FOOT)
        for number, (heading, width) in enumerate(columns):
            sheet.set_column(number, number, width)
            sheet.write_string(0, number, heading, self.head)
        count = 0
        for count, row in enumerate(rows, 1):
            if count > SHEET_ROWS:
                raise ValueError(f"“{title}”超过 {SHEET_ROWS} 行，请缩小查询范围后再导出。")
            for number, value in enumerate(row):
                self.cell(sheet, count, number, value)
        sheet.autofilter(0, 0, max(count, 1), len(columns) - 1)
        return count

    def cell(self, sheet, row, column, value, looks=None):
        """Write one value as what it is: text as text, whatever it begins with. `looks`: formats by kind, else the plain ones."""
        looks = looks or self.plain
        if type(value) is str and value:
            _write_text(sheet, row, column, safe_text(value), looks.text)
        elif value is None or value == "":
            if looks.text is not None:
                sheet.write_blank(row, column, None, looks.text)
        elif isinstance(value, bool):
            _write_text(sheet, row, column, "是" if value else "否", looks.text)
        elif isinstance(value, int):
            if abs(value) < 10**15:
                _write_number(sheet, row, column, value, looks.number)
            else:  # Excel keeps fifteen digits
                sheet.write_string(row, column, str(value), looks.text)
        elif isinstance(value, Points):
            _write_number(sheet, row, column, value.number, looks.points)
        elif isinstance(value, Yuan):
            sheet.write_number(row, column, value.number, looks.yuan)
        elif isinstance(value, datetime):
            shown = value.astimezone(SHANGHAI).replace(tzinfo=None)
            sheet.write_datetime(row, column, shown, looks.moment)
        elif isinstance(value, date) and value >= FIRST_RIGHT_DAY:
            _write_number(sheet, row, column, value.toordinal() - DAY_NOUGHT, looks.day)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, looks.day)
        else:
            sheet.write_string(row, column, safe_text(str(value)), looks.text)

    def close(self):
        """Finish the file; returns its object, rewound."""
        self.book.close()
        self.target.seek(0)
        return self.target


class Points:
    """Points for a cell: shown as a number, exact in the sheets of the portal (a cell holds what Excel can)."""

    def __init__(self, units: int):
        whole, rest = divmod(units, 10_000)
        self.number = whole if not rest else whole + rest / 10_000


class Yuan:
    """An amount for a cell, from whole fen: shown in yuan with two places."""

    def __init__(self, fen: int):
        self.number = fen / 100  # exact to the fen below Excel's fifteen digits


def points(units: int | None):
    """Scaled points as a cell, or an empty one."""
    return None if units is None else Points(units)

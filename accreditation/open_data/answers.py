"""The rows of a list as JSON, csv and xlsx: one after another, in constant memory, whatever their number."""

import csv
import json
import re
import tempfile
from collections.abc import Iterator

from accreditation.open_data.columns import cells, told
from accreditation.workbooks import Book, safe_text
from regions.clock import SHANGHAI

# What a spreadsheet program takes for a formula at the start of a csv cell.
FORMULA = re.compile(r"[\s\ufeff]*[=+\-@%|＝＋－＠]|[\t\r\n]")
TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def json_bytes(value) -> bytes:
    """A value as JSON in UTF-8; half a character that no encoding has is written by its code point."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


def page(columns, rows, *, base: str, following: str | None, today) -> bytes:
    """One page of a list: {"as_of", "data", "next"}; `following` is the address of the next page."""
    data = [told(columns, row, base) for row in rows]
    return json_bytes({"as_of": today.isoformat(), "data": data, "next": following})


def json_rows(columns, rows, *, base: str, today) -> Iterator[bytes]:
    """The whole list, as one page of any length."""
    yield b'{"as_of":"%s","data":[' % today.isoformat().encode()
    for number, row in enumerate(rows):
        yield (b",\n" if number else b"") + json_bytes(told(columns, row, base))
    yield b'],"next":null}'


class _Line:
    """What csv.writer writes into: gives back the line."""

    def write(self, text):
        return text


def csv_rows(columns, rows, *, base: str, today) -> Iterator[bytes]:
    """The whole list for Excel: UTF-8 with its mark, no cell a formula."""
    writer = csv.writer(_Line())
    yield b"\xef\xbb\xbf" + writer.writerow([column.label for column in columns]).encode()
    for row in rows:
        line = writer.writerow([csv_cell(value) for value in cells(columns, row, base)])
        yield line.encode("utf-8", "backslashreplace")


def csv_cell(value) -> str:
    """A value as text that no spreadsheet program runs: what looks like a formula stands behind an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if hasattr(value, "astimezone"):
        return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    if not isinstance(value, str):
        return str(value)
    return ("'" if FORMULA.match(value) else "") + safe_text(value)


def workbook(columns, rows, *, title: str, base: str, at):
    """The whole list as a workbook in a temporary file, rewound. ValueError beyond what a sheet holds."""
    file = tempfile.TemporaryFile()
    try:
        book = Book(file, made_at=at)
        head = [(column.label, column.width) for column in columns]
        book.sheet(title, head, (cells(columns, row, base) for row in rows))
        return book.close()
    except BaseException:
        file.close()
        raise

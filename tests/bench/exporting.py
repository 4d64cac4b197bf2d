"""A workbook through the portal's writer beside bare xlsxwriter and bare openpyxl (write-only) from memory."""

import io

import xlsxwriter
from openpyxl import Workbook

from accreditation.workbooks import Book
from tests.bench.timing import beside

ROWS, COLUMNS = 20_000, 15


def measure():
    rows = [[f"第{n}行第{c}列" if c % 3 else n * c for c in range(COLUMNS)] for n in range(ROWS)]
    heads = [(f"列{c}", 12) for c in range(COLUMNS)]

    def ours():
        book = Book()
        book.sheet("数据", heads, rows)
        book.close()

    def bare():
        book = xlsxwriter.Workbook(io.BytesIO(), {"constant_memory": True})
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        book.close()

    def other():
        book = Workbook(write_only=True)
        sheet = book.create_sheet("数据")
        for row in rows:
            sheet.append(row)
        book.save(io.BytesIO())

    work, limit, ratio = beside(ours, bare)
    _, openpyxl, of_openpyxl = beside(ours, other)
    print(
        f"\nxlsx {ROWS:,} × {COLUMNS}: {ROWS / work:,.0f} rows/s, bare xlsxwriter {ROWS / limit:,.0f} rows/s, ratio {ratio:.2f};"
        f" bare openpyxl {ROWS / openpyxl:,.0f} rows/s, ratio {of_openpyxl:.2f}"
    )

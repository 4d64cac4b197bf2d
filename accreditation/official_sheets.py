"""A table as an office prints it: title across, merged heads, borders, a signature line, A4 with its heads on every page.

`Table` says what stands where, `write` puts it into a `Book`, row by row. The cells of a merged head are written in
their rows' order (a workbook in constant memory never goes back) and joined afterwards.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from types import SimpleNamespace

from accreditation.workbooks import A4, FOOT, SHEET_ROWS, Book, safe_text, sheet_name

NOTHING = "（本表没有记录）"
TITLE_POINTS, TITLE_LINE = 20, 30  # size of the title, height of one of its lines
LINE, HEAD_LINE = 22, 20
WIDTH_OF_TITLE_CHARACTER = 3.4  # a character of the title in units of column width
WIDTH_OF_CHARACTER = 2.0  # of a head


@dataclass(frozen=True)
class Column:
    """A column: heading, width in characters, the merged head above it ("" for none), how its cells are set."""

    heading: str
    width: int
    group: str = ""
    align: str = "left"


@dataclass(frozen=True)
class Table:
    """One official table. The texts of `heads` (above) and of each line of `signatures` (below) are spread over its width.

    annex: "附件1" above the title. unit: "单位：元", at the right above the heads. notes: whole sentences at the foot.
    """

    name: str  # of the sheet
    title: str
    columns: tuple[Column, ...]
    annex: str = ""
    heads: tuple[str, ...] = ()
    unit: str = ""
    signatures: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()
    landscape: bool = False


def write(
    book: Book, table: Table, rows: Iterable[Sequence], total: Callable[[], Sequence] | None = None
) -> int:
    """A sheet with the table; returns how many rows it has. `total`: the cells of the last row, asked when all others are written.

    Raises ValueError beyond the rows a sheet can hold.
    """
    return _Writer(book, table).write(rows, total)


class _Writer:
    """One sheet on its way: which row comes next, and what is joined."""

    def __init__(self, book, table):
        self.book, self.table = book, table
        self.sheet = book.book.add_worksheet(sheet_name(table.name))
        self.last = len(table.columns) - 1
        self.row = 0
        self.looks = [_looks(book.book, column.align) for column in table.columns]
        self.strong = _looks(book.book, "center", font_name="黑体")
        add = book.book.add_format
        self.title = add({"font_name": "方正小标宋简体", "font_size": TITLE_POINTS, "align": "center", "valign": "vcenter", "text_wrap": True})  # fmt: skip
        self.head = add({"font_name": "黑体", "font_size": 12, "align": "center", "valign": "vcenter", "text_wrap": True, "border": 1})  # fmt: skip
        plain = {"font_name": "仿宋", "font_size": 12, "valign": "vcenter", "text_wrap": True}
        self.annex = add({**plain, "font_name": "黑体", "text_wrap": False})
        self.line = add(plain)
        self.unit = add({**plain, "align": "right"})
        self.note = add({**plain, "font_size": 10, "valign": "top"})

    def write(self, rows, total):
        table, sheet = self.table, self.sheet
        for number, column in enumerate(table.columns):
            sheet.set_column(number, number, column.width)
        if table.annex:
            self._across(table.annex, self.annex, LINE)
        self._across(table.title, self.title, TITLE_LINE * self._lines(table.title, WIDTH_OF_TITLE_CHARACTER))
        if table.heads:
            self._spread(table.heads, self.line)
        if table.unit:
            self._across(table.unit, self.unit, LINE)
        first = self.row
        self._heads()
        sheet.repeat_rows(first, self.row - 1)
        sheet.freeze_panes(self.row, 0)
        count = self._rows(rows)
        if total is not None and count:
            self._total(list(total()))
        for line in table.signatures:
            self._spread(line, self.line, HEAD_LINE * 2)
        for note in table.notes:
            self._across(note, self.note, HEAD_LINE * self._lines(note, WIDTH_OF_CHARACTER))
        self._page()
        return count

    def _rows(self, rows):
        first = self.row
        for cells in rows:
            if self.row >= SHEET_ROWS:
                raise ValueError(f"“{self.table.title}”超过一张工作表能容纳的行数，请缩小范围后再导出。")
            for number, (value, looks) in enumerate(zip(cells, self.looks, strict=True)):
                self.book.cell(self.sheet, self.row, number, value, looks)
            self.row += 1
        count = self.row - first
        if not count:
            self._across(NOTHING, self.head, LINE)
        return count

    def _heads(self):
        """One row of heads, or two where columns stand in groups; a column without a group takes both."""
        columns = self.table.columns
        deep = any(column.group for column in columns)
        top = self.row
        for number, column in enumerate(columns):
            self.sheet.write_string(top, number, safe_text(column.group or column.heading), self.head)
        self.sheet.set_row(top, self._height(columns, deep))
        self.row += 1
        if not deep:
            return
        for number, column in enumerate(columns):
            if column.group:
                self.sheet.write_string(self.row, number, safe_text(column.heading), self.head)
            else:
                self.sheet.write_blank(self.row, number, None, self.head)
                self._join(top, number, self.row, number)
        self.sheet.set_row(self.row, self._height(columns, False))
        self.row += 1
        start = 0
        for number in range(1, len(columns) + 1):
            if number == len(columns) or columns[number].group != columns[start].group:
                if columns[start].group and number - start > 1:
                    self._join(top, start, top, number - 1)
                start = number

    def _height(self, columns, group):
        """A head is as high as its longest heading needs in its column's width."""
        if group:
            return HEAD_LINE
        lines = [ceil(len(c.heading) * WIDTH_OF_CHARACTER / c.width) for c in columns]
        return HEAD_LINE * max(lines, default=1) + 4

    def _total(self, cells):
        """The last row, its label over the columns before the first sum."""
        upto = next((n for n, value in enumerate(cells[1:], 1) if value is not None), len(cells)) - 1
        for number, value in enumerate(cells):
            looks = self.strong if number <= upto else self.looks[number]
            self.book.cell(self.sheet, self.row, number, value, looks)
        if upto:
            self._join(self.row, 0, self.row, upto)
        self.row += 1

    def _across(self, text, look, height):
        """A text over the whole width."""
        self._span(text, 0, self.last, look)
        self.sheet.set_row(self.row, height)
        self.row += 1

    def _spread(self, texts, look, height=LINE):
        """Texts side by side, each over its share of the columns; over the whole width where there are fewer columns than texts."""
        if len(texts) > self.last + 1:
            texts = ("　　".join(texts),)
        widths = [column.width for column in self.table.columns]
        first, lines = 0, 1
        for number, text in enumerate(texts, 1):
            last = self._share(widths, first, number, len(texts))
            self._span(text, first, last, look)
            room = sum(widths[first : last + 1])
            lines = max(lines, ceil(len(text) * WIDTH_OF_CHARACTER * 1.1 / room))
            first = last + 1
        self.sheet.set_row(self.row, max(height, HEAD_LINE * lines))
        self.row += 1

    def _share(self, widths, first, number, count):
        """The last column of the number-th of `count` texts: where the width so far comes nearest to its share, one column left for each later text."""
        if number == count:
            return self.last
        wanted = sum(widths) * number / count
        places = range(first, self.last - (count - number) + 1)
        return min(places, key=lambda place: abs(sum(widths[: place + 1]) - wanted))

    def _span(self, text, first, last, look):
        self.sheet.write_string(self.row, first, safe_text(text), look)
        for number in range(first + 1, last + 1):
            self.sheet.write_blank(self.row, number, None, look)
        if last > first:
            self._join(self.row, first, self.row, last)

    def _join(self, top, left, bottom, right):
        # Worksheet.merge_range writes its cells again, which a row already on disk does not take; they are written by now.
        self.sheet.merge.append([top, left, bottom, right])

    def _lines(self, text, character):
        return max(1, ceil(len(text) * character / sum(column.width for column in self.table.columns)))

    def _page(self):
        sheet = self.sheet
        sheet.set_paper(A4)
        if self.table.landscape:
            sheet.set_landscape()
        else:
            sheet.set_portrait()
        sheet.set_margins(left=0.6, right=0.6, top=0.8, bottom=0.8)
        sheet.center_horizontally()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(FOOT)
        sheet.print_area(0, 0, max(self.row - 1, 0), self.last)


def _looks(book, align, font_name="仿宋"):
    """The formats of a column's cells, with borders."""
    base = {"font_name": font_name, "font_size": 11, "border": 1, "valign": "vcenter", "align": align, "text_wrap": True}  # fmt: skip
    return SimpleNamespace(
        text=book.add_format(base),
        number=book.add_format(base),
        points=book.add_format({**base, "num_format": "0.0###"}),
        day=book.add_format({**base, "num_format": "yyyy-mm-dd"}),
        moment=book.add_format({**base, "num_format": "yyyy-mm-dd hh:mm"}),
        yuan=book.add_format({**base, "num_format": "#,##0.00"}),
    )

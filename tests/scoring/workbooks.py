"""Workbooks to spoil: a document's workbook opened, a cell changed by sheet, code and head, and read again."""

import io

from openpyxl import load_workbook

from scoring.workbook import PART, read_workbook, write_workbook
from tests.scoring.conftest import read_document


def sheet_part(document):
    """The score-sheet part of a document with the names of its tiers."""
    part = {name: document[name] for name in PART if document.get(name)}
    return {**part, "tiers": {tier["key"]: tier["name"] for tier in document.get("tiers", [])}}


def frame(document):
    """What a programme is before it has any score sheet of its own."""
    return {
        name: value
        for name, value in sheet_part(document).items()
        if name in ("key", "version", "title", "tiers")
    }


class Book:
    """The workbook of a document."""

    def __init__(self, document):
        self.document = read_document(document) if isinstance(document, str) else document
        self.book = load_workbook(io.BytesIO(write_workbook(sheet_part(self.document))))

    def __getitem__(self, title):
        return self.book[title]

    def column(self, title, head):
        heads = [str(cell.value).removesuffix("（必填）") for cell in self.book[title][1]]
        return heads.index(head) + 1

    def row(self, title, code):
        """The row of a code (or, in 基本信息, of a name)."""
        named = {"基本信息": "项目", "读法": "编号", "等次": "名称"}
        place = self.column(title, named.get(title, "代号"))
        return next(cell.row for cell in self.book[title][self._letter(title, place)] if cell.value == code)

    def _letter(self, title, place):
        return self.book[title].cell(1, place).column_letter

    def cell(self, title, code, head="填写", below=0):
        return self.book[title].cell(self.row(title, code) + below, self.column(title, head))

    def put(self, title, code, head, value, below=0):
        self.cell(title, code, head, below).value = value

    def add(self, title, **cells):
        """A further row at the end, its cells by head."""
        row = self.book[title].max_row + 1
        for head, value in cells.items():
            self.book[title].cell(row, self.column(title, head)).value = value
        return row

    def bytes(self):
        out = io.BytesIO()
        self.book.save(out)
        return out.getvalue()

    def read(self, base=None):
        return read_workbook(self.bytes(), base if base is not None else frame(self.document))

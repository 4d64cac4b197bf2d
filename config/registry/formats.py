"""The files of the registry tables: xlsx and csv, written without formulas, read by the portal's own safe reader."""

import csv
import io
import re
import secrets
import time
from pathlib import Path

import tablib
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.html import conditional_escape, format_html
from import_export.formats import base_formats
from import_export.resources import Diff
from import_export.tmp_storages import BaseStorage

from accreditation.open_data.answers import FORMULA, csv_cell
from accreditation.workbooks import Book
from regions.tables import BadTable, read_table

WIDTH = 22
KEPT_SECONDS = 60 * 60
NAME = re.compile(r"[0-9a-f]{32}\Z")


class CannotRead(ValidationError):
    """A file that is no table; the sentence says what to do."""


def typed(value):
    """What stands in a cell, as the text somebody typed: whole numbers without a point, a guarded formula without its guard."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = "" if value is None else str(value).strip()
    guarded = text.startswith("'") and (FORMULA.match(text[1:]) or text.startswith("'\\u"))
    return text[1:] if guarded else text


def dataset_of(name: str, data: bytes) -> tablib.Dataset:
    """The first sheet of an uploaded file, every cell as text; raises CannotRead."""
    try:
        rows = [[typed(cell) for cell in row] for row in read_table(name, data)]
    except BadTable as error:
        raise CannotRead(str(error)) from None
    rows = [row for row in rows if any(row)]
    if not rows:
        raise CannotRead("文件里没有内容。")
    heads = rows[0]
    if len(set(heads)) != len(heads):
        raise CannotRead("首行有重复的列名，请按导出的样式整理后再传。")
    return tablib.Dataset(*((row + [""] * len(heads))[: len(heads)] for row in rows[1:]), headers=heads)


class Xlsx(base_formats.XLSX):
    """Through the portal's own writer and reader."""

    def export_data(self, dataset, **kwargs):
        book = Book()
        book.sheet("登记表", [(head, WIDTH) for head in dataset.headers], iter(dataset))
        return book.close().getvalue()

    def create_dataset(self, in_stream):
        return dataset_of("upload.xlsx", in_stream)


class Csv(base_formats.CSV):
    """UTF-8 with the mark that spreadsheet programs look for; read in UTF-8 or GBK."""

    def export_data(self, dataset, **kwargs):
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerows([[csv_cell(cell) for cell in row] for row in (dataset.headers, *dataset)])
        return "\ufeff" + out.getvalue()

    def create_dataset(self, in_stream, **kwargs):
        return dataset_of("upload.csv", in_stream)

    def get_read_mode(self):
        return "rb"


FORMATS = [Xlsx, Csv]


class Upload(BaseStorage):
    """An uploaded file between its dry run and its confirmation, under a name that nobody guesses; gone within the hour."""

    @property
    def folder(self) -> Path:
        return Path(settings.VAR) / "registry-uploads"

    def _path(self) -> Path:
        if not NAME.match(self.name or ""):
            raise CannotRead("检查结果已经过期，请重新上传。")
        return self.folder / self.name

    def save(self, data):
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in self.folder.iterdir():
            if time.time() - old.stat().st_mtime > KEPT_SECONDS:
                old.unlink(missing_ok=True)
        self.name = secrets.token_hex(16)
        self._path().write_bytes(data)

    def read(self):
        try:
            return self._path().read_bytes()
        except FileNotFoundError:
            raise CannotRead("检查结果已经过期，请重新上传。") from None

    def remove(self):
        self._path().unlink(missing_ok=True)


class Change(Diff):
    """What stood in a cell and what will: whole values, marked by tags alone (a strict content policy knows no styles)."""

    def as_html(self):
        found = []
        for before, after in zip(self.left, self.right, strict=False):
            before, after = ("" if value is None else str(value) for value in (before, after))
            if before == after:
                found.append(conditional_escape(after))
            elif self.new or not before:
                found.append(format_html("<ins>{}</ins>", after))
            else:
                found.append(format_html("<del>{}</del> <ins>{}</ins>", before, after))
        return found

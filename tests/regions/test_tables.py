"""Uploaded tables: what is read, and what would have cost the server its memory."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from regions.tables import BadTable, read_table


def workbook(**cells):
    book = Workbook()
    for place, value in cells.items():
        book.active[place] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def disguised(data, old, new):
    """The same workbook with bytes of its sheet replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for entry in source.infolist():
            target.writestr(entry, source.read(entry.filename).replace(old, new))
    return out.getvalue()


def test_a_table_is_read():
    assert read_table("a.xlsx", workbook(A1="姓名", B2=7)) == [["姓名", ""], ["", 7.0]]


@pytest.mark.parametrize("place", ["XFD1048576", "A1048576", "XFD1000"])
def test_one_far_cell_is_refused_or_read_but_never_fatal(place):
    data = workbook(A1="姓名", **{place: "x"})
    if place == "A1048576":
        assert len(read_table("a.xlsx", data)) == 1048576
    else:
        with pytest.raises(BadTable, match="单元格远在"):
            read_table("a.xlsx", data)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'r="XFD1048576"', b"r='XFD1048576'"),
        (b'r="XFD1048576"', b'r = "XFD1048576"'),
        (b'r="XFD1048576"', b'r="&#88;FD1048576"'),
        (b'r="XFD1048576"', b'r="XFD&#49;048576"'),
    ],
)
def test_a_far_cell_in_disguise_is_refused(old, new):
    with pytest.raises(BadTable):
        read_table("a.xlsx", disguised(workbook(A1="姓名", XFD1048576="x"), old, new))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.xlsx", b""),
        ("a.xlsx", b"PK\x03\x04 broken"),
        ("a.xlsx", b"<html></html>"),
        ("a.xls", b"PK\x03\x04"),
        ("a.xlsx", b"x" * (6 * 1024 * 1024)),
        ("a.exe", b"MZ"),
    ],
)
def test_what_is_no_table_is_refused(name, data):
    with pytest.raises(BadTable):
        read_table(name, data)

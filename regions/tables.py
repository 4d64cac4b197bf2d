"""Rows of an uploaded table: .xlsx and .xls through calamine, .csv in UTF-8 or GBK."""

import csv
import io
import re
import zipfile

from python_calamine import CalamineError, CalamineWorkbook

MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED = 100 * 1024 * 1024
# The reader makes room for every cell up to the last one used: one stray cell at XFD1048576 would take 500 GB.
MAX_CELLS = 3_000_000
# The attribute r of a row ("12") or a cell ("AB12"); the third group is one disguised by character references.
PLACE = re.compile(rb"""\br\s*=\s*["'](?:([A-Z]{0,3})([0-9]{1,7})["']|([^"']*&))""")


UNREADABLE = "无法读取这个工作簿，请在 Excel 中打开并另存后再传。"


class BadTable(ValueError):
    """A file that cannot be read as a table; the sentence says what to do."""


def read_table(name: str, data: bytes) -> list[list]:
    """The rows of the first sheet as lists of cells (text, number, date or ""); raises BadTable.

    A genuine old .xls is read, a file that only bears the ending is refused.
    """
    if len(data) > MAX_BYTES:
        raise BadTable(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请删去无关的工作表后再传。")
    if not data.strip():
        raise BadTable("文件是空的。")
    ending = name.lower().rsplit(".", 1)[-1]
    if ending == "csv":
        return _csv(data)
    if ending == "xlsx" and data[:4] == b"PK\x03\x04":
        check_workbook(data)
    elif ending != "xls" or data[:8] != b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise BadTable("请上传 .xlsx、.xls 或 .csv 文件；文件内容应与扩展名一致，可在 Excel 中另存后再传。")
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    except (CalamineError, IndexError, ValueError):
        raise BadTable(UNREADABLE) from None
    except BaseException as error:
        if panicked(error):
            raise BadTable(UNREADABLE) from None
        raise


def panicked(error: BaseException) -> bool:
    """Whether the reader of workbooks gave up over a broken file: its panic is no Exception."""
    return type(error).__name__ == "PanicException"


def _csv(data):
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        try:
            return list(csv.reader(io.StringIO(text, newline="")))
        except csv.Error:
            break
    raise BadTable("无法读取这个 CSV 文件，请存为 UTF-8 或 GBK 编码后再传。")


def check_workbook(data: bytes, most: int = MAX_UNPACKED):
    """Refuse (BadTable) a workbook that would unpack to more than `most` bytes, or whose cells lie too far out."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > most:
                raise BadTable("这个工作簿解压后过大，请只保留需要的工作表后再传。")
            for name in archive.namelist():
                _check_extent(archive.read(name))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, OSError, EOFError):
        raise BadTable("这个工作簿已损坏或设有密码，请在 Excel 中另存后再传。") from None


def _check_extent(part):
    """Refuse a sheet whose farthest cell lies so far out that its rectangle would not fit into memory.

    Every part of the workbook is looked at, since a workbook says itself where its sheets lie; and only the attributes
    `r` of rows and cells, several times faster than an XML parser.
    """
    if not part.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return
    row, farthest = 1, b""
    for letters, digits, disguised in PLACE.findall(part):
        if disguised:
            raise BadTable(UNREADABLE)
        row = max(row, int(digits))
        farthest = max(farthest, letters, key=lambda name: (len(name), name))
    column = 0
    for letter in farthest:
        column = column * 26 + letter - 64
    if row * max(1, column) > MAX_CELLS:
        raise BadTable(f"工作表里有一个单元格远在第 {row} 行、第 {column} 列，请删去多余的内容后再传。")

"""Sheets of figures out of .json, .csv and .xlsx files, one after the other.

JSON and CSV are read as a stream, however long. A workbook is looked at as a zip first, so that one made to exhaust
the memory is refused with a sentence.
"""

import codecs
import csv
import json
import numbers
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, load_workbook

from scoring.figures import Figure
from scoring.points import LONGEST
from scoring.reading import Read, read_figure
from scoring.structure import Rubric

ENDINGS = (".json", ".csv", ".xlsx")
COMMUNITY_HEADS = ("community", "社区", "社区名称")
HEAD_ROWS = 10  # a title may stand above the heads, within these

# A workbook larger than this, unpacked, belongs in a CSV file.
MOST_PARTS, MOST_BYTES, MOST_RATIO, MOST_CELLS = 200, 100_000_000, 100, 12_000_000
CHUNK, LONGEST_ROW, KEPT = 1 << 16, 1 << 20, 4096


class Unreadable(Exception):
    """The file cannot be read as a whole; the message is a sentence for the reader."""


@dataclass
class Row:
    """One community's sheet. problems: figure → sentence, for what could not even be read."""

    community: str | None
    figures: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def read_rows(path: Path, rubric: Rubric) -> Iterator[Row]:
    """The rows of a file in their order. Unreadable for a file that is not what its ending says."""
    ending = path.suffix.lower()
    if ending == ".json":
        return _json_rows(path)
    if ending == ".csv":
        return _table_rows(_csv_cells(path), rubric)
    if ending == ".xlsx":
        return _table_rows(_xlsx_cells(path), rubric)
    raise Unreadable(f"不能读取“{path.name}”：只接受 {'、'.join(ENDINGS)} 文件。")


# JSON


class _Object(dict[str, Any]):
    """A JSON object that remembers keys written twice."""

    repeated: tuple[str, ...] = ()


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    made = _Object(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _value in pairs]
        made.repeated = tuple(dict.fromkeys(key for key in keys if keys.count(key) > 1))
    return made


def _whole(text: str) -> int | str:
    """Numbers too long to be meant stay text, and are refused as figures."""
    return int(text) if len(text) <= LONGEST + 1 else text


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_whole, parse_float=Decimal, parse_constant=str
)
_BETWEEN = re.compile(r"[\s\ufeff]*")


def _json_rows(path: Path) -> Iterator[Row]:
    for number, value in enumerate(_json_values(path), 1):
        yield _json_row(number, value)


def _json_values(path: Path) -> Iterator[Any]:
    """The elements of the file's list, a piece of the file at a time."""
    with path.open(encoding="utf-8-sig", errors="strict") as file:
        try:
            yield from _elements(file, path.name)
        except UnicodeDecodeError as error:
            raise Unreadable(f"“{path.name}”不是 UTF-8 编码，请另存为 UTF-8 后再试。") from error


def _elements(file: Any, name: str) -> Iterator[Any]:
    text, place, count = file.read(CHUNK), 0, 0

    def more() -> bool:
        nonlocal text, place
        piece = file.read(max(CHUNK, len(text) - place))
        text, place = text[place:] + piece, 0
        return bool(piece)

    def skip() -> str:
        """The next character that is not a blank, "" at the end."""
        nonlocal place
        while True:
            found = _BETWEEN.match(text, place)
            place = found.end() if found else place
            if place < len(text):
                return str(text[place])
            if not more():
                return ""

    if skip() != "[":
        raise Unreadable(f"“{name}”的最外层应是一个列表，以 [ 开头。")
    place += 1
    if skip() == "]":
        place += 1
    else:
        while True:
            while True:
                skip()
                try:
                    value, end = _DECODER.raw_decode(text, place)
                except (json.JSONDecodeError, RecursionError) as error:
                    # Unless the piece ends within the element, it is written wrongly.
                    if len(text) - place <= LONGEST_ROW and more():
                        continue
                    raise Unreadable(f"“{name}”第 {count + 1} 项的 JSON 写法有误，请检查。") from error
                if end < len(text):
                    place = end
                    break
                # The piece ends with the element: a number may go on, and the list is not closed yet.
                if not more():
                    raise Unreadable(f"“{name}”在第 {count + 1} 项之后中断，列表没有以 ] 结尾。")
            count += 1
            yield value
            following = skip()
            place += 1
            if following == "]":
                break
            if following != ",":
                raise Unreadable(f"“{name}”第 {count} 项之后应是逗号或列表的结尾 ]。")
    if skip():
        raise Unreadable(f"“{name}”的列表结束后还有多余的内容。")


def _json_row(number: int, value: Any) -> Row:
    if not isinstance(value, _Object):
        return Row(None, problems={"community": f"第 {number} 项应为含 community 和 figures 的一组内容"})
    community, figures = value.get("community"), value.get("figures")
    row = Row(_name(community) if isinstance(community, str) else None)
    if not row.community:
        row.problems["community"] = f"第 {number} 项缺少社区名称 community"
    if not isinstance(figures, _Object):
        row.problems["figures"] = "缺少基础数据 figures，应为一组“名称: 数值”"
        return row
    row.figures = figures
    row.problems.update({key: "同一项数据写了两次" for key in figures.repeated})
    return row


def _name(text: str) -> str:
    return text.strip().strip("\ufeff\u200b").strip()


# Tables


@dataclass
class _Column:
    """A column of a table: its key, its figure, and what its cells were read as (most say the same few things)."""

    key: str
    figure: Figure | None
    known: dict[str, Read] = field(default_factory=dict)

    def read(self, text: str) -> Read:
        found = self.known.get(text)
        if found is None:
            if len(self.known) >= KEPT:
                self.known.clear()
            assert self.figure is not None
            found = self.known[text] = read_figure(self.figure, text)
        return found


def _table_rows(cells: Iterator[list[Any]], rubric: Rubric) -> Iterator[Row]:
    columns: list[_Column] = []
    for number, row in enumerate(cells, 1):
        texts = [_text(cell) for cell in row]
        if not any(texts):
            continue
        if not columns:
            columns = [_Column(key, rubric.figures.get(key)) for key in _heads(texts, rubric)]
            if not columns and number >= HEAD_ROWS:
                break
            continue
        yield _table_row(number, columns, texts)
    if not columns:
        raise Unreadable("没有找到表头：应有一行列名，其中一列是 community，其余是基础数据的名称。")


def _heads(texts: list[str], rubric: Rubric) -> list[str]:
    """The key of every column, "" for a column without a head; an empty list when this is not the row of heads."""
    labels = {figure.label: figure.key for figure in rubric.figures.values()}
    names = [re.sub(r"\s+|（必填）|\(必填\)", "", text) for text in texts]
    keys = ["community" if name in COMMUNITY_HEADS else labels.get(name, name) for name in names]
    if "community" not in keys:
        return []
    repeated = dict.fromkeys(key for key in keys if key and keys.count(key) > 1)
    if repeated:
        raise Unreadable(f"表头重复：{'、'.join(repeated)}。每一列只能出现一次。")
    return keys


def _table_row(number: int, columns: list[_Column], texts: list[str]) -> Row:
    made = Row("")
    for place, (column, text) in enumerate(zip(columns, texts, strict=False), 1):
        if column.figure is not None:
            value, problem = column.read(text)
            if value is not None:
                made.figures[column.key] = value
            elif text:
                made.problems[column.key] = f"第 {number} 行：{problem}"
        elif column.key == "community":
            made.community = _name(text)
        elif column.key or text:
            made.figures[column.key or f"第 {place} 列"] = text
    if any(texts[len(columns) :]):
        made.problems["community"] = f"第 {number} 行的单元格比表头多"
    if not made.community:
        made.community = None
        made.problems["community"] = f"第 {number} 行缺少社区名称"
    return made


_BLANKS = " \t\r\n\u3000\u00a0\ufeff\u200b"


def _text(cell: Any) -> str:
    """A cell as text; a workbook's number exactly as its shortest decimal."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell.strip(_BLANKS)
    if isinstance(cell, bool) or not isinstance(cell, numbers.Real):
        return "是" if cell is True else "否" if cell is False else str(cell)
    shown = f"{Decimal(repr(cell)):f}"
    return shown[:-2] if shown.endswith(".0") else shown


def _csv_cells(path: Path) -> Iterator[list[Any]]:
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline()
        file.seek(0)
        delimiter = next((mark for mark in ",\t;" if mark in first), ",")
        try:
            yield from csv.reader(file, delimiter=delimiter)
        except csv.Error as error:
            raise Unreadable(f"“{path.name}”不是有效的 CSV 表格，请用表格软件另存为 CSV 后再试。") from error


def _encoding(path: Path) -> str:
    """UTF-8 with or without a byte order mark, else GBK; found by reading the file once."""
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as file:
                while piece := file.read(CHUNK):
                    if b"\0" in piece:
                        raise Unreadable(f"“{path.name}”不是文字表格，请另存为 UTF-8 或 GBK 编码的 CSV。")
                    decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Unreadable(f"“{path.name}”的编码不能识别，请另存为 UTF-8 或 GBK 编码的 CSV。")


_CELL = re.compile(rb'<(?:[a-zA-Z0-9]{1,20}:)?c(?=[\s>/])(?:[^<>]{0,400}?\sr="([A-Z]{1,3})([0-9]{1,7})")?')


def _xlsx_cells(path: Path) -> Iterator[list[Any]]:
    _check_workbook(path)
    try:
        workbook = load_workbook(str(path))
        sheet = workbook.get_sheet_by_index(0)
        yield from sheet.iter_rows()
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise Unreadable(f"“{path.name}”不是有效的 Excel 工作簿，请另存为 .xlsx 后再试。") from error


def _check_workbook(path: Path) -> None:
    """Refuse what would not fit into memory, by its table of contents and the places of its cells."""
    too_large = f"“{path.name}”解开后太大，请删去多余的行列和工作表，或另存为 CSV。"
    try:
        with zipfile.ZipFile(path) as parts:
            infos = parts.infolist()
            unpacked = sum(info.file_size for info in infos)
            packed = sum(info.compress_size for info in infos)
            if (
                len(infos) > MOST_PARTS
                or unpacked > MOST_BYTES
                or unpacked > MOST_RATIO * max(packed, 10_000)
            ):
                raise Unreadable(too_large)
            for info in infos:
                if info.filename.startswith("xl/worksheets/") and info.filename.endswith(".xml"):
                    with parts.open(info) as part:
                        if _cells_spanned(part, info.file_size) > MOST_CELLS:
                            raise Unreadable(too_large)
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        zlib.error,
    ) as error:
        raise Unreadable(f"“{path.name}”不是有效的 .xlsx 工作簿，请另存为 .xlsx 后再试。") from error


def _cells_spanned(part: Any, promised: int) -> int:
    """Rows times columns of the smallest and largest cell of a sheet: what a reader would set aside."""
    rows, columns, seen, tail = [1 << 30, 0], [1 << 30, 0], 0, b""
    while piece := part.read(1 << 20):
        seen += len(piece)
        if seen > promised + CHUNK:
            raise zipfile.BadZipFile
        text = tail + piece
        cut = text.rfind(b"<")
        for letters, digits in _CELL.findall(text[:cut] if cut > 0 else b""):
            if not letters:
                raise Unreadable("工作表里有没写位置的单元格，请用 Excel 或 WPS 打开并另存后再试。")
            column = 0
            for letter in letters:
                column = column * 26 + letter - 64
            columns = [min(columns[0], column), max(columns[1], column)]
            rows = [min(rows[0], int(digits)), max(rows[1], int(digits))]
        tail = text[cut:] if cut >= 0 else text[-200:]
    return max(rows[1] - rows[0] + 1, 0) * max(columns[1] - columns[0] + 1, 0)

"""What the text of a sheet inside an .xlsx says that its cell values do not: which rows hold something, what is hidden,
which formulas have no result. Read with a few patterns over the bytes, several times faster than an XML parser.
"""

import re
from dataclasses import dataclass, field

from regions.tables import BadTable

MOST_CELLS = 3_000_000
MOST_ROWS = 200_000  # with contents
SAVE_AS = "请在 Excel 或 WPS 中打开并另存后再传。"

_ROW = re.compile(rb"<(?:\w{1,20}:)?row(?=[\s/>])")
_ROW_NUMBER = re.compile(rb"""[^>]{0,400}?\sr\s*=\s*["']([0-9]{1,7})["']""")
_HIDDEN = re.compile(rb"""^[^>]{0,400}?\shidden\s*=\s*["'](?:1|true)["']""")
_CELL = re.compile(rb"<(?:\w{1,20}:)?c(?=[\s/>])")
_REFERENCE = re.compile(
    rb"""<(?:\w{1,20}:)?c\s(?:[^<>]{0,400}?\s)?r\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']"""
)
_VALUE = re.compile(rb"<(?:\w{1,20}:)?(?:v|t)(?:\s[^>]{0,100})?>[^<]")
_FORMULA = re.compile(rb"<(?:\w{1,20}:)?f(?=[\s/>])")
_ERROR = re.compile(rb"""^[^>]{0,400}?\st\s*=\s*["']e["']""")
_SHARED = re.compile(rb"""^[^>]{0,400}?\st\s*=\s*["'](?:s|str|inlineStr)["']""")
_COLUMN = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3})""")
_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


@dataclass
class Scan:
    """valued: numbers of the rows that hold a value, in order."""

    part: bytes
    valued: list[int] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    problems: dict[tuple[int, int], str] = field(default_factory=dict)


def declares(piece: bytes) -> bool:
    """Whether the beginning of a part declares a document type or entities, or hides them in another encoding."""
    if (
        piece[:2] in (b"\xff\xfe", b"\xfe\xff")
        or piece[:4].count(b"\x00") >= 1
        and piece.lstrip(b"\x00")[:1] == b"<"
    ):
        return True
    return bool(_DECLARES.search(piece[:65536]))


def scan(part: bytes) -> Scan:
    """Look through a sheet's text; BadTable where rows or cells stand twice or lie too far out to be read."""
    found = Scan(part)
    pieces = _ROW.split(part)
    number, farthest = 0, 0
    for piece in pieces[1:]:
        told = _ROW_NUMBER.match(piece)
        before, number = number, int(told[1]) if told else number + 1
        if number <= before:
            raise BadTable(f"文件内部的第 {number} 行写了两次，读出来会丢失其中一行。{SAVE_AS}")
        references = _REFERENCE.findall(piece)
        if references:
            farthest = max(farthest, _look(found, number, piece, references))
            if len(found.valued) > MOST_ROWS:
                raise BadTable(f"工作表超过 {MOST_ROWS} 行，一次最多 {MOST_ROWS} 行，请分成几个文件。")
        if b"hidden" in piece and _HIDDEN.match(piece):
            found.hidden.add(number)
    last = found.valued[-1] if found.valued else 0
    if max(last, number if farthest else 0) * max(1, farthest) > MOST_CELLS:
        raise BadTable(f"工作表里有一个单元格远在第 {number} 行、第 {farthest} 列，请删去多余的内容后再传。")
    if not pieces[1:] and b"sheetData" not in part:
        raise BadTable(f"无法读取这个工作簿，{SAVE_AS}")
    return found


def _cells(piece):
    """How many cells the row has; the pattern is only asked where the plain spelling does not tell."""
    return piece.count(b"<c ") if b":c" not in piece and b"<c>" not in piece else len(_CELL.findall(piece))


def _look(found, number, piece, references) -> int:
    """One row: its cells stand once and in it; its number is kept where it holds a value. The index of its last column."""
    digits = b"%d" % number
    columns = {letters for letters, row in references if row == digits}
    if len(columns) != len(references) or len(references) != _cells(piece):
        raise BadTable(f"文件内部第 {number} 行的单元格位置写错或没有写，读出来会丢失内容。{SAVE_AS}")
    if _VALUE.search(piece):
        found.valued.append(number)
    if b"<f" in piece or b":f" in piece or b'"e"' in piece or b"'e'" in piece:
        _look_at_cells(found, number, piece)
    last = references[-1][0]
    return _index(last if len(columns) < 2 else max(columns, key=lambda name: (len(name), name)))


def _look_at_cells(found, number, piece):
    for cell in _CELL.split(piece)[1:]:
        reference = _COLUMN.search(cell)
        if _ERROR.match(cell):
            found.problems[(number, _index(reference[1]))] = (
                "单元格是公式错误，请改正公式，或改为数值后再传。"
            )
        elif _FORMULA.search(cell) and not _VALUE.search(cell):
            found.problems[(number, _index(reference[1]))] = (
                "单元格是公式，文件里没有它的结果；请在 Excel 或 WPS 中打开并保存，或改为数值后再传。"
            )


def may_be_blank(found: Scan, number: int) -> bool:
    """Whether a row with values may show nothing all the same: its cells are texts (perhaps empty ones) or errors."""
    start = re.search(rb"""<(?:\w{1,20}:)?row\s(?:[^<>]{0,400}?\s)?r\s*=\s*["']%d["']""" % number, found.part)
    if start is None:
        return False
    piece = _ROW.split(found.part[start.end() : start.end() + 1_000_000], maxsplit=1)[0]
    cells = [cell for cell in _CELL.split(piece)[1:] if _VALUE.search(cell)]
    return all(_SHARED.match(cell) or _ERROR.match(cell) for cell in cells)


def _index(letters: bytes) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return column

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
_REFERENCE = re.compile(rb"""<(?:\w{1,20}:)?c\s(?:[^>]{0,400}?\s)?r\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_VALUE = re.compile(rb"<(?:\w{1,20}:)?(?:v|t)(?:\s[^>]{0,100})?>[^<]")
_FORMULA = re.compile(rb"<(?:\w{1,20}:)?f(?=[\s/>])")
_ERROR = re.compile(rb"""^[^>]{0,400}?\st\s*=\s*["']e["']""")
_SHARED = re.compile(rb"""^[^>]{0,400}?\st\s*=\s*["'](?:s|str|inlineStr)["']""")
_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


@dataclass
class Scan:
    """valued: numbers of the rows that hold a value, in order; maybe_blank: those whose values may be empty texts."""

    valued: list[int] = field(default_factory=list)
    maybe_blank: set[int] = field(default_factory=set)
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
    found = Scan()
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
        if b"hidden" in piece and _HIDDEN.match(piece):
            found.hidden.add(number)
    if len(found.valued) > MOST_ROWS:
        raise BadTable(f"工作表有 {len(found.valued)} 行，一次最多 {MOST_ROWS} 行，请分成几个文件。")
    last = found.valued[-1] if found.valued else 0
    if max(last, number if farthest else 0) * max(1, farthest) > MOST_CELLS:
        raise BadTable(f"工作表里有一个单元格远在第 {number} 行、第 {farthest} 列，请删去多余的内容后再传。")
    if not pieces[1:] and b"sheetData" not in part:
        raise BadTable(f"无法读取这个工作簿，{SAVE_AS}")
    return found


def _look(found, number, piece, references) -> int:
    """One row: its cells stand once and in it; its number is kept where it holds a value. The index of its last column."""
    digits = b"%d" % number
    columns = {letters for letters, row in references if row == digits}
    if len(columns) != len(references) or len(references) != len(_CELL.findall(piece)):
        raise BadTable(f"文件内部第 {number} 行的单元格位置写错或没有写，读出来会丢失内容。{SAVE_AS}")
    if _VALUE.search(piece):
        found.valued.append(number)
    if b"<f" in piece or b":f" in piece or b'"e"' in piece or b"'e'" in piece or _only_texts(piece):
        _look_at_cells(found, number, piece)
    return max(_index(letters) for letters in columns)


def _only_texts(piece):
    """Whether no number stands in the row, so that all its texts may be empty ones."""
    return len(piece) < 400 and piece.count(b'"s"') + piece.count(b'"str"') + piece.count(b"inlineStr") > 0


def _look_at_cells(found, number, piece):
    texts = True
    for cell in _CELL.split(piece)[1:]:
        reference = re.search(rb"""\sr\s*=\s*["']([A-Z]{1,3})""", cell)
        place = (number, _index(reference[1]))
        if _ERROR.match(cell):
            found.problems[place] = "单元格是公式错误，请改正公式，或改为数值后再传。"
            if number not in found.valued[-1:]:
                found.valued.append(number)
            found.maybe_blank.add(number)
        elif _FORMULA.search(cell) and not _VALUE.search(cell):
            found.problems[place] = (
                "单元格是公式，文件里没有它的结果；请在 Excel 或 WPS 中打开并保存，或改为数值后再传。"
            )
        if _VALUE.search(cell) and not _SHARED.match(cell):
            texts = False
    if texts:
        found.maybe_blank.add(number)


def _index(letters: bytes) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return column

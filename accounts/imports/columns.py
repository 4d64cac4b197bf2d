"""The columns of a table that can be imported, and how a row of heads is found by its meaning.

Heads are compared without spaces, line breaks, brackets, asterisks and （必填）, in full or half width. Titles may stand
above them, they may take two rows with merged cells, and their order is free. What is not understood is reported.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from accounts.imports.values import Read, shown

HEAD_ROWS = 15  # the heads stand within so many rows
NUMBER = "number"  # the running number: read for the mark of an example, else ignored
NUMBER_HEADS = ("序号", "编号", "行号", "no", "no.", "№")
_MARKS = re.compile(r"[（(](?:必填|选填|必选|可选|可不填|下拉选择?)[）)]|[*＊★]")
_BRACKETED = re.compile(r"(?:[（(\[][^（(\[）)\]]*[）)\]]|[:：][^:：]{1,6})$")
_SIGNS = re.compile(r"[\s\u3000\u200b\ufeff（）()\[\]【】、，,:：;；/／·]+")


class BadHeads(ValueError):
    """No row of heads, or one that cannot be used; the sentence says what is missing."""


@dataclass(frozen=True)
class Column:
    """One column.

    key: the name the kind knows it by. head: what the template prints; also: other words people use for it.
    needed: every row must fill it. reads: from a cell to `values.Read`. hint: how to fill it, for the instructions.
    choices: words of the drop-down. text: kept as text in the template (codes, telephone numbers). example: a sample.
    """

    key: str
    head: str
    reads: Callable[[object], Read]
    also: tuple[str, ...] = ()
    needed: bool = False
    hint: str = ""
    choices: tuple[str, ...] = ()
    text: bool = True
    example: str = ""
    width: int = 16


@dataclass
class Heads:
    """Where each column stands. `last`: the index of the last row of heads; `unknown`: (column index, head) not understood."""

    last: int
    places: dict[str, int]
    unknown: list[tuple[int, str]] = field(default_factory=list)
    rows: int = 1


def plain(head) -> str:
    """A head without marks, signs and spaces, in half width and lower case."""
    text = unicodedata.normalize("NFKC", str(head or ""))
    return _SIGNS.sub("", _MARKS.sub("", text)).lower()


def _spellings(head) -> list[str]:
    """A head as compared: whole, and without what stands in brackets at its end (a unit, an explanation)."""
    text = _MARKS.sub("", unicodedata.normalize("NFKC", str(head or "")).strip()).strip()
    cut = _BRACKETED.sub("", text)
    return list(dict.fromkeys(one for one in (plain(text), plain(cut)) if one))


def meanings(columns) -> dict[str, str]:
    """Every spelling → the key of its column."""
    known = {plain(word): NUMBER for word in NUMBER_HEADS}
    for column in columns:
        for word in (column.head, *column.also):
            for spelling in _spellings(word):
                known.setdefault(spelling, column.key)
    for column in columns:  # a head itself stands above another column's further words
        known[plain(column.head)] = column.key
    return known


def find(rows: list[list], columns) -> Heads:
    """The heads of a table; raises BadHeads. `rows`: the first rows, merged cells filled."""
    known = meanings(columns)
    needed = [column.key for column in columns if column.needed]
    best, minimum = None, min(2, len(columns))
    for index in range(min(HEAD_ROWS, len(rows))):
        for depth in (1, 2):
            if index + depth > len(rows):
                continue
            found = _matched(rows, index, depth, known)
            keys = [key for key in found if key is not None]
            score = (len(set(keys)) + sum(key in keys for key in needed), -depth)
            if len(set(keys)) >= minimum and (best is None or score > best[0]):
                best = (score, index, depth, found)
    if best is None:
        raise BadHeads(_missing(needed, columns, "没有找到表头"))
    _score, index, depth, found = best
    heads = {column.key: column.head for column in columns}
    places = {}
    for place, key in enumerate(found):
        if key is None or key == NUMBER and key in places:
            continue
        if key in places:
            raise BadHeads(
                f"第 {letters(places[key])} 列和第 {letters(place)} 列都是“{heads.get(key, '序号')}”，请只保留一列。"
            )
        places[key] = place
    lacking = [key for key in needed if key not in places]
    if lacking:
        raise BadHeads(_missing(lacking, columns, f"第 {index + depth} 行的表头缺少列"))
    last = index + depth - 1
    unknown = [
        (place, _word(rows, index, depth, place))
        for place, key in enumerate(found)
        if key is None and _word(rows, index, depth, place)
    ]
    return Heads(last, places, unknown, depth)


def _missing(keys, columns, opening):
    words = "、".join(column.head for column in columns if column.key in keys)
    return f"{opening}：应有一行同时写着{words}。请核对工作表，或使用下载的模板。"


def _matched(rows, index, depth, known) -> list:
    """The key of each column, None where the head is not understood; for two rows also what both say together."""
    if depth == 1:
        return [_known(_spellings(cell), known) for cell in rows[index]]
    upper, lower = rows[index], rows[index + 1]
    width = max(len(upper), len(lower))
    found, parent = [], ""
    for place in range(width):
        above = _cell(upper, place)
        below = _cell(lower, place)
        parent = above or parent
        if not below or plain(below) == plain(above):
            found.append(_known(_spellings(above), known))
            continue
        joined = [plain(parent) + spelling for spelling in _spellings(below)]
        found.append(_known([*joined, *_spellings(below)], known))
    return found


def _known(spellings, known):
    return next((known[one] for one in spellings if one in known), None)


def _cell(row, place):
    return str(row[place] if row[place] is not None else "").strip() if place < len(row) else ""


def _word(rows, index, depth, place):
    words = [_cell(rows[index + step], place) for step in range(depth)]
    return shown(" ".join(dict.fromkeys(word for word in words if word)))


def letters(index: int) -> str:
    """The name of a column by its index from 0: A, B, …, AA."""
    name, index = "", index + 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name

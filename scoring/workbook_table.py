"""The tables of a workbook by their heads: rows whose cells are asked for by setting, and mistakes with their cell."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils import get_column_letter

from scoring.workbook_cells import Cells, narrow
from scoring.workbook_layout import INFO, NO, TABLES, YES, Column

HEAD_ROWS = 10
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,4})?", re.ASCII)
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?", re.ASCII)
_SUMS = ("合计", "总计", "小计")
_YES, _NO = ("是", "有", "√", "对", "Y", "YES", "TRUE", "1"), ("否", "无", "×", "N", "NO", "FALSE", "0")


@dataclass(frozen=True)
class Mistake:
    """One mistake: the sheet, its row, the head of the column ("" for the row as a whole), and what to do.

    place: the number of the column, from 1, 0 where there is none. Row 0 is the sheet (or, without one, the file).
    """

    sheet: str
    row: int
    column: str
    sentence: str
    place: int = 0

    @property
    def cell(self) -> str:
        """ "Q12", "" where the mistake is of no single cell."""
        return f"{get_column_letter(self.place)}{self.row}" if self.place and self.row else ""

    def __str__(self) -> str:
        where = f"工作表“{self.sheet}”" if self.sheet else "工作簿"
        where += f"第 {self.row} 行" if self.row else ""
        if self.column:
            where += f"“{self.column}”" if self.sheet == INFO else f"“{self.column}”列"
        where += f"（{self.cell}）" if self.cell else ""
        return f"{where}：{self.sentence}"


Spot = tuple[str, int, str]  # sheet, row, key of the column


class Placed(dict[str, Any]):
    """An object of the document that knows the cell of each of its settings, and the cell it begins at."""

    def __init__(self, home: Spot, **values: Any):
        super().__init__(values)
        self.home = home
        self.spots: dict[str, Spot] = {}

    def put(self, setting: str, value: Any, spot: Spot) -> None:
        """Set a setting, or only say where it would stand (value None)."""
        self.spots[setting] = spot
        if value is not None:
            self[setting] = value


@dataclass
class Sheet:
    """A table found in the workbook: which column holds which setting."""

    title: str
    columns: dict[str, int] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    head_row: int = 1
    rows: list["Row"] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)  # of 基本信息: what stands in a row


class Mistakes(list[Mistake]):
    """All that is wrong with a workbook, in the order it was found; one sentence a cell."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: dict[str, Sheet] = {}

    def say(self, spot: Spot, sentence: str) -> None:
        """Keep a mistake of a cell. Of a column that the sheet lacks, only that is said, once."""
        title, row, key = spot
        sheet = self.sheets.get(title, Sheet(title))
        place = sheet.columns.get(key, 0)
        head = sheet.names.get(row) or sheet.heads.get(key, "")
        if not head and key:
            head = next((one.head for one in TABLES.get(title, ()) if one.key == key), "")
        if key and not place and row:
            row, sentence = sheet.head_row, "表头缺少这一列，请补上"
        self.add(Mistake(title, row, head, f"{sentence.rstrip('。')}。", place))

    def add(self, found: Mistake) -> None:
        if not found.column or found.row == 0 or not self.of(found.sheet, found.row, found.column):
            self.append(found)

    def of(self, sheet: str, row: int, column: str) -> bool:
        """Whether something is said of this cell already."""
        return any((one.sheet, one.row, one.column) == (sheet, row, column) for one in self)

    def any_in(self, sheet: str, heads: Iterable[str]) -> bool:
        heads = set(heads)
        return any(one.sheet == sheet and one.column in heads for one in self)


class Row:
    """One filled row of a table."""

    def __init__(self, sheet: Sheet, number: int, texts: dict[str, str], mistakes: Mistakes):
        self.sheet, self.at, self.texts, self.mistakes = sheet, number, texts, mistakes

    def __contains__(self, key: str) -> bool:
        return bool(self.texts.get(key))

    def spot(self, key: str) -> Spot:
        return (self.sheet.title, self.at, key)

    def say(self, key: str, sentence: str) -> None:
        self.mistakes.say(self.spot(key), sentence)

    def text(self, key: str, *, needed: bool = False) -> str | None:
        """The cell, None when blank (and said, when needed)."""
        text = self.texts.get(key, "")
        if not text and needed:
            self.say(key, "没有填写，请补上")
        return text or None

    def code(self, key: str, *, needed: bool = False) -> str | None:
        """A code or a reference: full-width letters and blanks mended."""
        text = self.text(key, needed=needed)
        return narrow(text) if text else None

    def number(self, key: str, *, needed: bool = False) -> str | None:
        """A number as its shortest decimal text; "95%", "3分" and "1,000" are understood."""
        text = self.text(key, needed=needed)
        if text is None:
            return None
        plain = narrow(text)
        plain = re.sub(r"(分|%|个百分点|百分点)$", "", plain)
        if re.fullmatch(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", plain):
            plain = plain.replace(",", "")
        if not _NUMBER.fullmatch(plain):
            self.say(key, f"应填数字（小数不超过四位），写的是“{text[:30]}”，请改正")
            return None
        whole, dot, decimals = plain.partition(".")
        sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
        decimals = decimals.rstrip("0")
        return f"{sign}{int(digits)}{'.' + decimals if decimals else ''}"

    def whole(self, key: str, *, needed: bool = False) -> int | None:
        text = self.number(key, needed=needed)
        if text is None:
            return None
        if not text.isdigit():
            self.say(key, f"应填不小于 0 的整数，写的是“{text}”，请改正")
            return None
        return int(text)

    def flag(self, key: str, *, needed: bool = False) -> bool | None:
        text = self.code(key, needed=needed)
        if text is None:
            return None
        if text.upper() in _YES or text.upper() in _NO:
            return text.upper() in _YES
        self.say(key, f"应填“{YES}”或“{NO}”，写的是“{text[:20]}”，请改正")
        return None

    def choice(
        self, key: str, words: dict[str, Any], *, needed: bool = False, shown: Iterable[str] = ()
    ) -> Any:
        """What a word of a drop-down list stands for. `shown`: those to recommend, where other words are understood too."""
        text = self.code(key, needed=needed)
        if text is None:
            return None
        known = {narrow(word).upper(): value for word, value in words.items()}
        if text.upper() not in known:
            self.say(key, f"没有“{text[:20]}”这种写法，{among(text, shown or words)}")
            return None
        return known[text.upper()]

    def parts(self, key: str) -> list[str]:
        """Codes in one cell, split at 、 and other marks."""
        text = self.text(key) or ""
        return [narrow(part) for part in re.split(r"[、,，;；+＋\n]", text) if narrow(part)]

    def lines(self, key: str, *, needed: bool = False) -> list[str] | None:
        """The lines of a cell; in a single line the parts between semicolons."""
        text = self.text(key, needed=needed)
        if text is None:
            return None
        parts = text.split("\n") if "\n" in text else re.split(r"[;；]", text)
        return [part.strip() for part in parts if part.strip()]

    def day(self, key: str) -> str | None:
        """A day, written 2016-01-01; 2016年1月1日 and a date cell are understood."""
        text = self.text(key)
        if text is None:
            return None
        found = _DAY.fullmatch(narrow(text))
        if not found or not 1 <= int(found[2]) <= 12 or not 1 <= int(found[3]) <= 31:
            self.say(key, f"应填日期，如 2016-01-01，写的是“{text[:20]}”，请改正")
            return None
        return f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}"


def among(word: str, words: Iterable[str]) -> str:
    """The words to choose from; of many only those most like the wrong one."""
    words = list(dict.fromkeys(words))
    if len(words) > 6:
        words = difflib.get_close_matches(word, words, 4, 0)
        return f"相近的有“{'”“'.join(words)}”，请从下拉列表中选择"
    return f"可用的有“{'”“'.join(words)}”，请从下拉列表中选择"


def plain_head(text: str) -> str:
    """A head without blanks, brackets of 必填 and 选填, asterisks and colons."""
    return re.sub(r"\((必填|选填)\)|[*:]", "", narrow(text)).replace("(", "").replace(")", "").upper()


def read_table(cells: Cells, columns: tuple[Column, ...], mistakes: Mistakes) -> Sheet | None:
    """The table of a sheet: its row of heads among the first ten, then every filled row but sums. None with no heads."""
    names = {plain_head(head): one for one in columns for head in (one.head, *one.also)}
    sheet = Sheet(cells.title)
    mistakes.sheets[cells.title] = sheet
    best = 0
    for number, row in cells.rows.items():
        known = [one for text in row.values() if (one := names.get(plain_head(text)))]
        if number <= HEAD_ROWS and len(known) > best:
            best, sheet.head_row = len(known), number
    if best < 2:
        if cells.rows:
            heads = "、".join(one.head for one in columns if one.needed)
            mistakes.say(
                (cells.title, 0, ""), f"没有找到表头：前 10 行中应有一行写着{heads}等列名，请使用下载的模板"
            )
        return None
    _read_heads(cells, sheet, names, mistakes)
    for one in columns:
        if one.needed and one.key not in sheet.columns:
            mistakes.say((cells.title, sheet.head_row, one.key), "表头缺少这一列，请补上")
    faults = {(row, column): fault for row, column, fault in cells.faults}
    keys = {place: key for key, place in sheet.columns.items()}
    for number, row in cells.rows.items():
        if number <= sheet.head_row:
            continue
        texts = {keys[place]: text for place, text in row.items() if place in keys}
        for place, key in keys.items():
            if (number, place) in faults:
                mistakes.say((cells.title, number, key), faults[number, place])
                texts.pop(key, None)
        first = next(iter(row.values()), "")
        if not any(texts.values()) or (narrow(first) in _SUMS and not texts.get("code")):
            continue
        sheet.rows.append(Row(sheet, number, texts, mistakes))
    return sheet


def _read_heads(cells, sheet, names, mistakes):
    for place, text in cells.rows[sheet.head_row].items():
        one = names.get(plain_head(text))
        if one is not None and one.key in sheet.columns:
            sheet.heads[one.key] = one.head
            mistakes.add(
                Mistake(cells.title, sheet.head_row, one.head, "这一列出现了两次，请只保留一列。", place)
            )
        elif one is not None:
            sheet.columns[one.key] = place
            sheet.heads[one.key] = one.head
        elif not plain_head(text).startswith("备注"):
            likely = among(text, [one.head for one in names.values()])
            mistakes.add(
                Mistake(
                    cells.title,
                    sheet.head_row,
                    text[:20],
                    f"没有这一列，{likely.replace('请从下拉列表中选择', '请改正列名')}；自用的列请以“备注”开头。",
                    place,
                )
            )

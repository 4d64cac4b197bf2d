"""From a table to lines: the heads found, each cell read by its column, and every row accounted for.

What a table holds below its heads is a line, or it is reported: the example, the total, what stands behind the first
empty row. Nothing is left out without a word.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from accounts.imports.columns import HEAD_ROWS, NUMBER, BadHeads, Column, Heads, find, letters
from accounts.imports.reading import Table
from accounts.imports.values import EPOCH, Read, as_text, day, shown
from regions.tables import BadTable

TOTALS = ("合计", "总计", "共计", "小计")
PROGRESS_EVERY = 1000
LONGEST_LIST = 8  # row numbers named in a sentence


@dataclass
class Line:
    """One row. cells: key → as it stands; values: key → as read (nothing for an empty cell); faults and hints: (key,
    sentence), key "" for the row as a whole.
    """

    row: int
    cells: dict
    values: dict
    faults: list[tuple[str, str]] = field(default_factory=list)
    hints: list[tuple[str, str]] = field(default_factory=list)

    def wrong(self, key: str, sentence: str) -> None:
        self.faults.append((key, sentence))

    def get(self, key):
        return self.values.get(key)


@dataclass(frozen=True)
class Reported:
    """A row that was not read as a line, and why. solid: it looks like data, so that somebody must say it is not wanted."""

    row: int
    text: str
    why: str
    solid: bool = False


@dataclass
class Sheet:
    """What a table holds: lines, rows reported, and what the reader should know. `filled`: rows with anything below the heads."""

    columns: tuple[Column, ...]
    heads: Heads
    lines: list[Line]
    reported: list[Reported]
    notes: list[str]
    filled: int


def lines_of(
    table: Table, columns, *, most: int, progress: Callable[[int, int], None] | None = None
) -> Sheet:
    """Find the heads and read every row below; raises BadTable where that cannot be done as a whole."""
    columns = tuple(columns)
    try:
        heads = find(table.rows[: HEAD_ROWS + 1], columns)
    except BadHeads as error:
        raise BadTable(str(error)) from None
    sheet = Sheet(columns, heads, [], [], list(table.notes), 0)
    below = range(heads.last + 1, len(table.rows))
    readers = [
        _Reader(column, heads.places[column.key], table.epoch)
        for column in columns
        if column.key in heads.places
    ]
    stopped = ""
    for index in below:
        row = table.rows[index]
        if not any(cell != "" and cell is not None and str(cell).strip() for cell in row):
            if sheet.lines and not stopped:
                stopped = f"第 {index + 1} 行是空行，空行以后的内容没有读取"
            continue
        sheet.filled += 1
        if not stopped and (word := _total(row)):
            stopped = f"第 {index + 1} 行是“{word}”，从这一行起没有读取"
            sheet.reported.append(Reported(index + 1, _summary(row), "合计行"))
        elif stopped:
            solid = all(
                reader.place < len(row) and as_text(row[reader.place])
                for reader in readers
                if reader.column.needed
            )
            sheet.reported.append(Reported(index + 1, _summary(row), stopped, solid))
        elif _is_example(row, heads):
            sheet.reported.append(Reported(index + 1, _summary(row), "示例行"))
        else:
            sheet.lines.append(_line(index + 1, row, readers, table.problems))
            if len(sheet.lines) > most:
                raise BadTable(f"一次最多 {most} 行，这个文件超过了，请分成几个文件。")
            if progress and len(sheet.lines) % PROGRESS_EVERY == 0:
                progress(len(sheet.lines), len(below))
    if not sheet.lines:
        raise BadTable("表头下面没有可以读取的内容。")
    sheet.notes += _notes(table, sheet)
    return sheet


class _Reader:
    """One column of this file: reads its cells, each different content once."""

    def __init__(self, column: Column, place: int, epoch):
        self.column, self.place = column, place
        self.known: dict = {}
        self.reads = column.reads
        if column.reads is day and epoch != EPOCH:
            self.reads = lambda cell: day(cell, epoch=epoch)

    def read(self, cell) -> Read:
        key = (cell, type(cell))
        found = self.known.get(key)
        if found is None:
            if len(self.known) > 200_000:
                self.known.clear()
            found = self.known[key] = self.reads(cell)
        return found


def _line(number, row, readers, problems) -> Line:
    line = Line(number, {}, {})
    width = len(row)
    for reader in readers:
        key, place = reader.column.key, reader.place
        cell = row[place] if place < width else ""
        if problems and (number, place + 1) in problems:
            line.wrong(key, problems[(number, place + 1)])
            continue
        if cell == "" or cell is None:
            if reader.column.needed:
                line.wrong(key, f"请填写{reader.column.head}。")
            continue
        found = reader.read(cell)
        line.cells[key] = cell
        if found.problem:
            line.wrong(key, found.problem)
        elif found.value is not None:
            line.values[key] = found.value
            if found.hint:
                line.hints.append((key, found.hint))
        elif reader.column.needed:
            line.wrong(key, f"请填写{reader.column.head}。")
    return line


def _total(row) -> str:
    """The word of a total, where the row begins with it."""
    first = next((as_text(cell) for cell in row if as_text(cell)), "")
    word = "".join(first.split()).strip("：:")
    return next(
        (total for total in TOTALS if word == total or word.startswith((f"{total}：", f"{total}（"))), ""
    )


def _is_example(row, heads):
    place = heads.places.get(NUMBER)
    mark = as_text(row[place]) if place is not None and place < len(row) else as_text(row[0]) if row else ""
    return mark.startswith(("示例", "例：", "例:", "样例"))


def _summary(row):
    return shown("  ".join(as_text(cell) for cell in row if as_text(cell)))


def numbers(rows) -> str:
    """Row numbers as a phrase: 第 3、5–7 行."""
    runs = []
    for row in sorted(rows):
        if runs and runs[-1][1] == row - 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    told = [str(first) if first == last else f"{first}–{last}" for first, last in runs]
    more = f"等 {len(rows)}" if len(told) > LONGEST_LIST else ""
    return f"第 {'、'.join(told[:LONGEST_LIST])} {more}行".replace(" 行", " 行")


def _notes(table, sheet):
    notes = []
    for place, head in sheet.heads.unknown:
        filled = sum(
            place < len(row) and bool(as_text(row[place])) for row in table.rows[sheet.heads.last + 1 :]
        )
        notes.append(f"第 {letters(place)} 列“{head}”不是要导入的内容，没有读取（有 {filled} 行填了内容）。")
    taken = {line.row for line in sheet.lines}
    if hidden := table.hidden & taken:
        notes.append(f"{numbers(hidden)}是隐藏的行，已一并读取。")
    if merged := table.merged & taken:
        notes.append(f"{numbers(merged)}有合并的单元格，按合并处左上角的内容填入各行，请核对。")
    width = max(sheet.heads.places.values()) if sheet.heads.places else 0
    known = {*sheet.heads.places.values(), *(place for place, _ in sheet.heads.unknown)}
    stray = [
        line.row
        for line in sheet.lines
        if len(table.rows[line.row - 1]) > width + 1
        and any(
            as_text(cell)
            for place, cell in enumerate(table.rows[line.row - 1])
            if place > width and place not in known
        )
    ]
    if stray:
        notes.append(f"{numbers(stray)}在没有表头的列里写有内容，没有读取。")
    return notes

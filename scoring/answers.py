"""Scored sheets out to .json, .csv, .xlsx or the screen, one row at a time and never all in memory."""

import csv
import json
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import xlsxwriter

from scoring.engine import Result
from scoring.points import show_points
from scoring.structure import Rubric

ENDINGS = (".json", ".csv", ".xlsx")
# A cell beginning with one of these would be taken for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

Answer = dict[str, Any]


def answer(community: str | None, result: Result) -> Answer:
    """One row as outside scripts read it (docs/programmes.md): points as canonical decimal text."""
    row: Answer = {
        "community": community,
        "total": None if result.total is None else show_points(result.total),
        "passed": result.passed,
        "indicators": {
            code: {"points": line.shown or None, "max": show_points(line.max), "because": line.because}
            for code, line in result.lines.items()
        },
    }
    if result.rubric.criteria is not None:
        row["criteria"] = {
            code: {"met": verdict.met, "because": verdict.because}
            for code, verdict in result.criteria.items()
        }
    row["errors"] = [{"figure": error.figure, "reason": error.reason} for error in result.errors]
    return row


def columns(rubric: Rubric, tier: str) -> list[tuple[str, str]]:
    """The code columns of a table: (code, "indicators" or "criteria")."""
    codes = [(item.code, "indicators") for item in rubric.indicators]
    return codes + [(item.code, "criteria") for item in (rubric.criteria.of(tier) if rubric.criteria else ())]


def heads(rubric: Rubric, tier: str) -> list[str]:
    """Totals and errors first, then the points, then the reasons."""
    codes = [code for code, _part in columns(rubric, tier)]
    return ["community", "total", "passed", "errors", *codes, *(f"{code}_because" for code in codes)]


def cells(row: Answer, rubric: Rubric, tier: str) -> list[Any]:
    """The cells of a table row; points as Decimal, "" for none."""
    errors = "；".join(f"{error['figure']}：{error['reason']}" for error in row["errors"])
    found = [row.get(part, {}).get(code, {}) for code, part in columns(rubric, tier)]
    return [
        row["community"] or "",
        "" if row["total"] is None else Decimal(row["total"]),
        _yes(row["passed"]),
        errors,
        *(_yes(one["met"]) if "met" in one else _points(one) for one in found),
        *(one.get("because", "") for one in found),
    ]


def _points(line: dict[str, Any]) -> Any:
    return Decimal(line["points"]) if line.get("points") else ""


def _yes(value: bool | None) -> str:
    return {True: "是", False: "否", None: ""}[value]


def write(path: Path, rubric: Rubric, tier: str, rows: Iterator[Answer]) -> None:
    """Write all rows into a file by its ending."""
    {".json": _write_json, ".csv": _write_csv, ".xlsx": _write_xlsx}[path.suffix.lower()](
        path, rubric, tier, rows
    )


def _write_json(path: Path, rubric: Rubric, tier: str, rows: Iterator[Answer]) -> None:
    with path.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
        file.write(
            f'{{"programme": {json.dumps(rubric.key)}, "version": {json.dumps(rubric.version, ensure_ascii=False)}'
        )
        file.write(', "results": [')
        for number, row in enumerate(rows):
            file.write(",\n" if number else "\n")
            file.write(json.dumps(row, ensure_ascii=False))
        file.write("\n]}\n")


def _write_csv(path: Path, rubric: Rubric, tier: str, rows: Iterator[Answer]) -> None:
    """UTF-8 with a byte order mark, which spreadsheets need to show Chinese."""
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        table = csv.writer(file)
        table.writerow(heads(rubric, tier))
        for row in rows:
            table.writerow([_harmless(cell) for cell in cells(row, rubric, tier)])


def _harmless(cell: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def _write_xlsx(path: Path, rubric: Rubric, tier: str, rows: Iterator[Answer]) -> None:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("评分结果")
    bold = book.add_format({"bold": True})
    for column, head in enumerate(heads(rubric, tier)):
        sheet.write_string(0, column, head, bold)
    sheet.freeze_panes(1, 1)
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(cells(row, rubric, tier)):
            if isinstance(cell, Decimal):
                sheet.write_number(number, column, cell)
            elif cell:
                sheet.write_string(number, column, str(cell).encode("utf-8", "replace").decode())
    book.close()


# The screen

WIDEST, SAMPLE = 30, 500


def show(out: TextIO, rubric: Rubric, tier: str, rows: Iterator[Answer]) -> None:
    """An aligned table; the width of the names is taken from the first rows, so that a long list streams too."""
    first = list(islice(rows, SAMPLE))
    width = max([_width("社区"), *(_width(_short(row["community"] or "")) for row in first)])
    total = ["总分"] if rubric.has_points else []
    out.write(
        "  ".join([_pad("社区", width), *(_pad(word, 6) for word in total), _pad("达标", 4), "说明"]) + "\n"
    )
    for part in (first, rows):
        for row in part:
            out.write(_screen_line(row, width, rubric) + "\n")


def _screen_line(row: Answer, width: int, rubric: Rubric) -> str:
    parts = [_pad(_short(row["community"] or "（无名称）"), width)]
    if rubric.has_points:
        parts.append((row["total"] or "—").rjust(6))
    parts += [_pad(_yes(row["passed"]) or "—", 4), _remark(row)]
    return "  ".join(parts).rstrip()


def _remark(row: Answer) -> str:
    if row["errors"]:
        return "数据有误：" + "；".join(f"{error['figure']} {error['reason']}" for error in row["errors"])
    lost = [
        f"{code} {line['points'] or '—'}/{line['max']}"
        for code, line in row["indicators"].items()
        if line["points"] != line["max"]
    ]
    open_ = {True: "", False: "不符合", None: "待核对"}
    criteria = row.get("criteria", {}).items()
    lost += [f"{code} {open_[verdict['met']]}" for code, verdict in criteria if verdict["met"] is not True]
    return ("失分：" if row["indicators"] else "") + "、".join(lost) if lost else ""


def _short(name: str) -> str:
    """A name without what would break the line, cut to the widest column."""
    name = "".join(letter for letter in name if unicodedata.category(letter) not in ("Cc", "Cf", "Cs"))
    while _width(name) > WIDEST:
        name = name[:-1]
    return name


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))

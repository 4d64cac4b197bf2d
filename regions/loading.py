"""Reading a list of divisions and bringing the stored ones in line with it.

A list is a CSV of `code,name` (level and parent follow from the code) or of
`code_system,code,code_date,level,parent,name` (additions: who reports to whom is written out). Codes are matched within
their own code system only, since Civil Affairs and Statistics give one place two codes.
"""

import csv
import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.db import connection, transaction
from django.db.models import Max

from regions.divisions import (
    LEVELS,
    Occupied,
    interval,
    move_region,
    nation,
    number_of,
    place_of,
    recode_region,
    rename_region,
)
from regions.models import FormerRegion, Region

ADDITION_COLUMNS = ["code_system", "code", "code_date", "level", "parent", "name"]


class BadList(ValueError):
    """A list that cannot be loaded; the sentence names file and line."""


@dataclass(frozen=True)
class Row:
    """One division as a list gives it; `parent` is a code, empty below the nation."""

    code_system: str
    code: str
    code_date: dt.date
    level: str
    parent: str
    name: str
    where: str  # file and line, for errors


@dataclass
class Outcome:
    """What a load did, counted."""

    total: int = 0
    created: Counter = field(default_factory=Counter)  # by level
    renamed: int = 0
    moved: int = 0
    recoded: int = 0
    kept: int = 0  # differ, but were changed by an office after the list's date: left alone
    missing: int = 0  # Civil Affairs' own, in use, and not in the list: left alone
    waiting: list[str] = field(default_factory=list)  # would report to another, but cannot now: why

    @property
    def changed(self) -> bool:
        return bool(sum(self.created.values()) or self.renamed or self.moved or self.recoded)


def read_main(path: Path, code_date: dt.date) -> list[Row]:
    """The Civil Affairs list: `code,name`, the parent being the nearest code above that is in the list."""
    lines = _lines(path, ["code", "name"])
    codes = {line["code"] for _, line in lines}
    rows = []
    for number, line in lines:
        code, name, where = line["code"], line["name"], f"{path.name} 第 {number} 行"
        if not (code.isascii() and code.isdigit() and len(code) in (6, 9)):
            raise BadList(f"{where}：代码“{code}”应为 6 位或 9 位数字。")
        above = [code[:6]] if len(code) == 9 else []
        above += [code[:4] + "00", code[:2] + "0000"]
        parent = next((one for one in above if one != code and one in codes), "")
        if not parent and not code.endswith("0000"):
            raise BadList(f"{where}：清单中没有 {code}（{name}）的上级。")
        rows.append(Row("mca", code, code_date, _level_of(code), parent, name, where))
    return rows


def _level_of(code):
    if len(code) == 9:
        return "street"
    return "province" if code.endswith("0000") else "city" if code.endswith("00") else "county"


def read_additions(path: Path) -> list[Row]:
    """The additions: every column written out; a `mca` row tells whom a listed division really reports to."""
    rows = []
    for number, line in _lines(path, ADDITION_COLUMNS):
        where = f"{path.name} 第 {number} 行"
        if line["level"] not in LEVELS:
            raise BadList(f"{where}：层级“{line['level']}”应为 {'、'.join(LEVELS[1:])} 之一。")
        if line["code_system"] not in ("mca", "stats", "own"):
            raise BadList(f"{where}：代码来源“{line['code_system']}”应为 mca、stats、own 之一。")
        try:
            code_date = dt.date.fromisoformat(line["code_date"])
        except ValueError:
            raise BadList(f"{where}：日期“{line['code_date']}”应写作 2025-12-31。") from None
        rows.append(
            Row(
                line["code_system"],
                line["code"],
                code_date,
                line["level"],
                line["parent"],
                line["name"],
                where,
            )
        )
    return rows


def _lines(path, columns):
    """Numbered lines of a CSV whose head holds at least these columns, values stripped and none of them empty."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        lacking = [column for column in columns if column not in (reader.fieldnames or [])]
        if lacking:
            raise BadList(f"{path.name}：表头缺少 {'、'.join(lacking)}。")
        lines = []
        for number, line in enumerate(reader, start=2):
            line = {column: (line.get(column) or "").strip() for column in columns}
            empty = [column for column in columns if not line[column]]
            if empty:
                raise BadList(f"{path.name} 第 {number} 行：{'、'.join(empty)} 为空。")
            lines.append((number, line))
    return lines


def merge(rows: list[Row], additions: list[Row]) -> list[Row]:
    """One list of both, an addition under a listed code replacing that row; BadList on doubles and lost parents."""
    merged = {}
    for row in rows:
        if row.code in merged:
            raise BadList(f"{row.where}：代码 {row.code} 在清单中出现两次。")
        merged[row.code] = row
    for row in additions:
        listed = merged.get(row.code)
        if listed and listed.code_system != row.code_system:
            raise BadList(f"{row.where}：代码 {row.code} 已属于{listed.name}（{listed.code_system}）。")
        if row.code_system == "mca" and listed is None:
            raise BadList(f"{row.where}：民政部清单中没有代码 {row.code}。")
        merged[row.code] = replace(listed, parent=row.parent, where=row.where) if listed else row
    for row in merged.values():
        if row.parent and row.parent not in merged:
            raise BadList(f"{row.where}：上级 {row.parent} 不在清单中。")
        above = merged[row.parent].level if row.parent else "nation"
        if LEVELS.index(row.level) <= LEVELS.index(above):
            raise BadList(f"{row.where}：{row.name}的层级应低于上级 {row.parent}。")
    return sorted(merged.values(), key=lambda row: (row.code[:6].ljust(6, "0"), row.code))


@transaction.atomic
def load(rows: list[Row], *, at: dt.datetime) -> Outcome:
    """Bring the stored divisions in line with a merged list; nothing is ever deleted. `at`: the moment of the load.

    New divisions are placed, names, codes and superiors that differ are changed with their history kept, unless an
    office changed them later than the list's date. A second load of the same list writes nothing, but for divisions
    that could not get their new superior the first time (`waiting`).
    """
    if not rows:
        raise BadList("清单是空的。")
    top = nation(max(row.code_date for row in rows))
    regions = list(Region.objects.exclude(pk=top.pk))
    stored = {(one.code_system, one.code): one for one in regions if one.code}
    outcome = Outcome(total=len(rows), recoded=_recode(rows, stored))
    known = {row.code: stored.get((row.code_system, row.code)) for row in rows}
    _create(rows, known, [top, *regions], outcome)
    _change(rows, known, top, outcome, at)
    listed = {(row.code_system, row.code) for row in rows}
    outcome.missing = sum(
        one.code_system == "mca" and one.until is None and key not in listed for key, one in stored.items()
    )
    if outcome.created:
        _count_anew()
    return outcome


def _count_anew():
    """PostgreSQL plans by what it last counted: after the first load it would take the table for an empty one."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE regions_region")


def _recode(rows, stored):
    """Give a new code to what lost its old one while the same name stands under the same superior with another."""
    listed = {(row.code_system, row.code) for row in rows}
    lost = {
        (one.parent_id, one.name, one.level): one
        for key, one in stored.items()
        if key not in listed and one.code_system == "mca" and one.until is None
    }
    count = 0
    for row in rows if lost else ():
        parent = stored.get((row.code_system, row.parent))
        if (row.code_system, row.code) in stored or parent is None:
            continue
        one = lost.pop((parent.pk, row.name, row.level), None)
        if one:
            del stored[(one.code_system, one.code)]
            stored[(row.code_system, row.code)] = recode_region(
                one, row.code, code_date=row.code_date, until=row.code_date
            )
            count += 1
    return count


def _create(rows, known, regions, outcome):
    """Place what is not stored yet, generation by generation, each in one insert."""
    top = regions[0]
    by_pk = {one.pk: one for one in regions}
    taken = Counter()  # the highest number in use below each region
    for one in regions[1:]:
        taken[one.parent_id] = max(taken[one.parent_id], number_of(one, by_pk[one.parent_id]))
    waiting = [row for row in rows if known[row.code] is None]
    while waiting:
        ready = [row for row in waiting if not row.parent or known[row.parent]]
        born = []
        for row in ready:
            parent = known[row.parent] if row.parent else top
            taken[parent.pk] += 1
            position, last = interval(parent, taken[parent.pk], row.level)
            born.append(
                Region(
                    name=row.name,
                    level=row.level,
                    parent=parent,
                    code=row.code,
                    code_system=row.code_system,
                    code_date=row.code_date,
                    position=position,
                    last=last,
                    path=place_of(parent),
                )
            )
            outcome.created[row.level] += 1
        for one in Region.objects.bulk_create(born, batch_size=2000):
            known[one.code] = one
        waiting = [row for row in waiting if known[row.code] is None]


def _change(rows, known, top, outcome, at):
    """Names and superiors that differ from the list, from the top down; then the dates the codes stand for."""
    changed_on = dict(FormerRegion.objects.values_list("region").annotate(Max("until")))
    outdated = defaultdict(list)
    for row in sorted(rows, key=lambda row: LEVELS.index(row.level)):
        one = known[row.code]
        parent = known[row.parent] if row.parent else top
        if one.code_date < row.code_date:
            outdated[row.code_date].append(one.pk)
        if one.parent_id == parent.pk and one.name == row.name:
            continue
        if changed_on.get(one.pk, row.code_date) > row.code_date:
            outcome.kept += 1
            continue
        if one.parent_id != parent.pk:
            try:
                move_region(one, parent, until=row.code_date, at=at)
                outcome.moved += 1
            except Occupied as refusal:
                outcome.waiting.append(str(refusal))
        if one.name != row.name:
            rename_region(one, row.name, until=row.code_date)
            outcome.renamed += 1
    for code_date, keys in outdated.items():
        for start in range(0, len(keys), 500):
            Region.objects.filter(pk__in=keys[start : start + 500]).update(code_date=code_date)

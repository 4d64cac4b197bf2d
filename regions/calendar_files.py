"""A year's calendar as a file: JSON as shipped under fixtures/workdays, or a table from Excel or CSV.

Everything wrong with a file is said at once, each with its row.
"""

import datetime as dt
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from regions.tables import BadTable, read_table

WORDS = {
    "上班": True,
    "班": True,
    "调休上班": True,
    "工作日": True,
    "放假": False,
    "休": False,
    "休息": False,
}
HEADS = {"日期": "day", "安排": "working", "名称": "name"}
# Every notice since 2004 puts at least 16 weekdays off; far fewer is a fragment, not a year.
WHOLE_YEAR = 10


class BadCalendar(ValueError):
    """A file that is no calendar; `errors` holds one sentence per fault."""

    def __init__(self, errors: list[str]):
        self.errors = errors
        super().__init__("\n".join(errors))


@dataclass(frozen=True)
class Day:
    """One day that departs from Monday to Friday."""

    day: dt.date
    working: bool
    name: str = ""
    reason: str = ""


@dataclass(frozen=True)
class YearCalendar:
    """One notice's days."""

    year: int
    number: str
    title: str
    published_on: dt.date | None
    days: tuple[Day, ...]

    def dump(self) -> dict:
        """Plain values that `load_dump` reads back."""
        return json.loads(json.dumps(asdict(self), default=str))


def load_dump(values: dict) -> YearCalendar:
    """A calendar that was dumped after it had passed its checks."""
    return _of_json(values, regional=True)


def read_file(path: Path) -> YearCalendar:
    """A shipped or given JSON file; raises BadCalendar with the file's name."""
    try:
        return _of_json(json.loads(path.read_text(encoding="utf-8-sig")))
    except BadCalendar as error:
        raise BadCalendar([f"{path.name}：{one}" for one in error.errors]) from None
    except (ValueError, UnicodeDecodeError) as error:
        raise BadCalendar([f"{path.name}：不是可读的 JSON 文件（{error}）。"]) from None


def read_upload(
    name: str,
    data: bytes,
    *,
    year: int,
    number: str = "",
    title: str = "",
    published_on: dt.date | None = None,
    regional: bool = False,
) -> YearCalendar:
    """A calendar from an uploaded file (.json, .xlsx, .xls, .csv) with what the form adds; raises BadCalendar.

    A JSON file's own number, title and date stand where the form leaves them empty.
    """
    if name.lower().endswith(".json"):
        try:
            values = json.loads(data.decode("utf-8-sig"))
        except (ValueError, UnicodeDecodeError):
            raise BadCalendar(["这不是可读的 JSON 文件。"]) from None
        if not isinstance(values, dict):
            raise BadCalendar(["JSON 文件应是一个对象，含 year 和 days。"])
        if values.get("year") != year:
            raise BadCalendar([f"文件写的是 {values.get('year')} 年，表单选的是 {year} 年。"])
        extra = {"number": number, "title": title, "published_on": published_on and published_on.isoformat()}
        values |= {key: value for key, value in extra.items() if value}
        return _of_json(values, regional=regional)
    try:
        rows = read_table(name, data)
    except BadTable as error:
        raise BadCalendar([str(error)]) from None
    days = _of_table(rows, year)
    return _checked(YearCalendar(year, number, title, published_on, tuple(days)), regional)


def day_of(value, year: int | None = None) -> dt.date:
    """A date in any of the ways people type it; ValueError with a sentence otherwise.

    Without a year ("10月1日") the given one is taken.
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    full = re.fullmatch(r"([0-9]{4})(?:[-/.]|年)([0-9]{1,2})(?:[-/.]|月)([0-9]{1,2})日?", text)
    full = full or re.fullmatch(r"([0-9]{4})([0-9]{2})([0-9]{2})", text)
    short = re.fullmatch(r"([0-9]{1,2})月([0-9]{1,2})日", text) if year else None
    try:
        if full:
            return dt.date(*map(int, full.groups()))
        if short:
            return dt.date(year, *map(int, short.groups()))
    except ValueError:
        raise ValueError(f"“{text[:20]}”不是存在的日期。") from None
    raise ValueError(f"“{text[:20]}”不是日期，请写作 2026-10-01。")


def _of_table(rows, year):
    """Days from table rows under the heads 日期, 安排, 名称; collects every fault."""
    heads = [re.sub(r"\s|（必填）|\(必填\)", "", str(cell or "")) for cell in rows[0]] if rows else []
    columns = {HEADS[head]: index for index, head in enumerate(heads) if head in HEADS}
    if not {"day", "working"} <= columns.keys():
        raise BadCalendar(["第一行应是表头：日期、安排、名称（名称可以没有）。"])
    days, errors = [], []
    for number, row in enumerate(rows[1:], start=2):
        cells = {key: row[index] if index < len(row) else "" for key, index in columns.items()}
        if all(cell in ("", None) for cell in cells.values()):
            continue
        word = re.sub(r"\s", "", str(cells["working"] or ""))
        if word not in WORDS:
            errors.append(f"第 {number} 行：安排“{word[:20]}”应为“放假”或“上班”。")
            continue
        try:
            day = day_of(cells["day"], year)
        except ValueError as error:
            errors.append(f"第 {number} 行：{error}")
            continue
        days.append((number, Day(day, WORDS[word], str(cells.get("name") or "").strip()[:30])))
    if errors:
        raise BadCalendar(errors)
    seen = {}
    for number, one in days:
        if one.day in seen:
            errors.append(f"第 {number} 行：{one.day.isoformat()} 与第 {seen[one.day]} 行重复。")
        seen[one.day] = number
    if errors:
        raise BadCalendar(errors)
    return [one for _, one in days]


def _of_json(values, regional=False):
    errors, days, year = [], [], values.get("year")
    if not isinstance(year, int) or not 1949 <= year <= 2200:
        raise BadCalendar(["year 应为四位年份。"])
    if not isinstance(values.get("days"), list):
        raise BadCalendar(["days 应为列表。"])
    places = {}
    for number, item in enumerate(values["days"], start=1):
        if not isinstance(item, dict) or not isinstance(item.get("working"), bool):
            errors.append(f"第 {number} 项：应有 day 和 working（true 为上班，false 为放假）。")
            continue
        try:
            day = dt.date.fromisoformat(str(item.get("day")))
        except ValueError:
            errors.append(f"第 {number} 项：日期“{str(item.get('day'))[:20]}”应写作 2026-10-01。")
            continue
        if day in places:
            errors.append(f"第 {number} 项：{day.isoformat()} 与第 {places[day]} 项重复。")
        places[day] = number
        days.append(
            Day(day, item["working"], str(item.get("name", ""))[:30], str(item.get("reason", ""))[:200])
        )
    if errors:
        raise BadCalendar(errors)
    published = values.get("published_on")
    try:
        published = dt.date.fromisoformat(published) if published else None
    except (TypeError, ValueError):
        raise BadCalendar([f"published_on“{str(published)[:20]}”应写作 2026-10-01，或留空。"]) from None
    calendar = YearCalendar(
        year,
        str(values.get("number") or "")[:60],
        str(values.get("title") or "")[:120],
        published,
        tuple(days),
    )
    return _checked(calendar, regional)


def _checked(calendar, regional):
    """The calendar without needless weekend days off; BadCalendar where it cannot be that year's."""
    errors = []
    eve = dt.date(calendar.year - 1, 12, 25)  # a notice may begin in the last week of the year before
    for one in calendar.days:
        if not eve <= one.day <= dt.date(calendar.year, 12, 31):
            errors.append(f"{one.day.isoformat()} 不属于 {calendar.year} 年的安排。")
        elif one.working and one.day.weekday() < 5 and not regional:
            errors.append(
                f"{one.day.isoformat()} 是周{'一二三四五'[one.day.weekday()]}，本来就上班，请核对。"
            )
    kept = tuple(one for one in calendar.days if regional or one.working or one.day.weekday() < 5)
    off = sum(not one.working for one in kept)
    if not errors and not regional and off < WHOLE_YEAR:
        errors.append(
            f"只有 {off} 个工作日放假，看起来不是 {calendar.year} 年的全年安排；"
            "全国安排须整年载入，单日变更请在日历页面修改。"
        )
    if errors:
        raise BadCalendar(errors)
    title = calendar.title or f"国务院办公厅关于{calendar.year}年部分节假日安排的通知"
    return YearCalendar(calendar.year, calendar.number, title, calendar.published_on, kept)

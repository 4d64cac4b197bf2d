"""Dates of stages as the sources write them: a day, a day of each year, or a third of a month (上旬, 中旬, 下旬).

"2022-05-15" is one day; "11-25" that day in the round's year; "12-上旬" and "2022-04-下旬" the thirds: days 1–10,
11–20, 21 to the month's end (reading A27). Both ends belong to the window (A26).
"""

import calendar
import datetime as dt
import re

THIRDS = {"上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31)}
_FORM = re.compile(r"(?:(\d{4})-)?(\d{2})-(\d{2}|上旬|中旬|下旬)")
HOW = "应写作 2022-05-15（某一天）、11-25（每年的这一天）或 12-上旬（每年的一旬）"


def day_of_window(text: str, year: int, *, end: bool) -> dt.date:
    """The day a window begins or (end) closes on; `year` where the text names none. ValueError says how to write it."""
    found = _FORM.fullmatch(text)
    if not found:
        raise ValueError(HOW)
    year, month, part = int(found[1] or year), int(found[2]), found[3]
    if not 1 <= month <= 12:
        raise ValueError(HOW)
    if part not in THIRDS:
        try:
            return dt.date(year, month, int(part))
        except ValueError as error:
            raise ValueError(HOW) from error
    last = calendar.monthrange(year, month)[1]
    return dt.date(year, month, min(THIRDS[part][end], last))


def window_words(text: str) -> str:
    """The date as a sentence would have it: 2022年5月15日, 每年11月25日, 每年12月上旬."""
    found = _FORM.fullmatch(text)
    year = f"{found[1]}年" if found[1] else "每年"
    part = found[3] if found[3] in THIRDS else f"{int(found[3])}日"
    return f"{year}{int(found[2])}月{part}"


def day_words(day: dt.date) -> str:
    """One day as a sentence has it: 2022年5月15日."""
    return f"{day.year}年{day.month}月{day.day}日"


def month_later(day: dt.date, months: int) -> dt.date:
    """The last day of a period of calendar months that begins after `day` (reading A28): the same day, or the month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))

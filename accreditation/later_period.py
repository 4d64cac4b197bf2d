"""The figures of a later period, which one desk may look at beside the score sheet (湘人社函〔2017〕246号 附件2注1, A21).

The community may fill them in. They never count in the self score, no other desk sees them, and nothing is deducted by
itself: a deduction is the reviewer's own, with a reason.
"""

import datetime as dt
import json

from scoring.engine import Partial, score_partial
from scoring.figures import Figure
from scoring.loading import rubric_of
from scoring.structure import Period

TARGET = "later_figures"  # of remarks, and the key of the task


def period(application) -> Period | None:
    """The later period of the application's score sheet, or None where the programme has none."""
    sheet = rubric_of(application.round.rubric)
    return sheet.later_period if sheet else None


def name(later: Period) -> str:
    """What its figures are called: 2017年上半年数据, or with its days."""
    first, last = dt.date.fromisoformat(later.first), dt.date.fromisoformat(later.last)
    ends = (first.month, first.day, last.month, last.day)
    halves = {(1, 1, 6, 30): "上半年", (7, 1, 12, 31): "下半年", (1, 1, 12, 31): "全年"}
    if first.year == last.year and ends in halves:
        return f"{first.year}年{halves[ends]}数据"
    return f"{_day(first)}至{_day(last)}数据"


def _day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def title(later: Period) -> str:
    return f"{name(later)}（复核参考，不计入自评）"


def figures(application) -> dict:
    return json.loads(application.later_figures)


def asked(application) -> dict[str, Figure]:
    """The figures of the items that are looked at again, by key in the order of the sheet."""
    sheet = rubric_of(application.round.rubric)
    keys = dict.fromkeys(key for item in sheet.later_items for key in item.figures) if sheet else ()
    return {key: sheet.figures[key] for key in keys if not sheet.figures[key].derived}


def scored(application, values=None) -> Partial:
    """What the later figures would give, item by item."""
    sheet = rubric_of(application.round.rubric)
    return score_partial(sheet, figures(application) if values is None else values, tier=application.tier)


def task(application) -> tuple[str, str, list[tuple[str, str]], bool] | None:
    """(title, summary, gaps, whether it is empty) for the task list: only what cannot be is a gap, the page is optional."""
    later = period(application)
    if later is None:
        return None
    kept, wanted = figures(application), asked(application)
    gaps = []
    for key, sentence in scored(application).wrong.items() if kept else ():
        label = wanted[key].label if key in wanted else key
        told = sentence if sentence.startswith(label) else label + sentence
        gaps.append((f"{name(later)}：{told}。", key))
    filled = sum(1 for key in wanted if key in kept)
    return f"填写{title(later)}", f"选填 · 已填 {filled}/{len(wanted)} 项", gaps, not kept


def content(application) -> dict:
    """Its part of what is filed, for a programme that has one."""
    return {"later": figures(application)} if period(application) else {}

"""What the opener of a round decides where the source leaves it open: dates, pass mark, readings. As data, with its effect in words.

A document marks a reading as open with `open`: the setting it moves and the choices with their words. A reading of the
frame moves a step of the route ({"step", "setting", "choices"}); one of the score sheet moves that setting in every rule
of the items that cite it ({"setting", "choices"}), which makes a score sheet of its own, published and immutable as any.
"""

import copy
import hashlib
import json
from dataclasses import dataclass

from accounts.events import canonical
from accreditation.windows import day_of_window, window_words
from scoring.loading import rubric_of
from scoring.models import RubricVersion
from scoring.points import parse_points
from scoring.rubric import read_rubric


@dataclass(frozen=True)
class Choice:
    """An open reading: what the source says, how it may be read, and which way this round takes."""

    key: str
    article: str
    text: str
    reading: str
    choices: dict[str, str]  # value → what it means, in words
    default: str
    chosen: str

    @property
    def changed(self) -> bool:
        return self.chosen != self.default

    @property
    def effect(self) -> str:
        return self.choices[self.chosen]


def choices(version, rubric, chosen: dict) -> list[Choice]:
    """Every open reading of the document and of the score sheet; `chosen` is the round's settings."""
    picked = chosen.get("readings", {})
    found = []
    for reading in version.data.get("readings", []):
        if rule := reading.get("open"):
            default = _frame_value(version.data, rule)
            found.append(
                Choice(
                    reading["key"],
                    reading["article"],
                    reading["text"],
                    reading["reading"],
                    rule["choices"],
                    default,
                    picked.get(reading["key"], default),
                )
            )
    document = json.loads(rubric.document) if rubric else {}
    for reading in _sheet_readings(document):
        if rule := reading.get("open"):
            default = _sheet_value(document, reading["no"], rule["setting"])
            found.append(
                Choice(
                    reading["no"],
                    reading["article"],
                    reading["article"],
                    reading["text"],
                    rule["choices"],
                    default,
                    picked.get(reading["no"], default),
                )
            )
    return found


def as_value(text: str):
    """A choice's key as the value a document would hold: true, false, a whole number, or the word itself."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return text
    return value if isinstance(value, bool | int) else text


def _as_key(value) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _frame_value(document, rule) -> str:
    step = next(step for step in document["route"] if step["state"] == rule["step"])
    return _as_key(step.get(rule["setting"], False))


def _sheet_readings(document):
    for part in ("rubric", "criteria"):
        yield from (document.get(part) or {}).get("readings", [])


def _citing(document, no):
    """Every rule or test that stands in an item citing the reading, groups opened."""
    items = []
    for category in (document.get("rubric") or {}).get("categories", []):
        projects = category.get("projects") or [category]
        items += [i for p in projects for i in p.get("indicators", [])]
    for group in (document.get("criteria") or {}).get("groups", []):
        items += group["criteria"]
    for item in items:
        if no in item.get("readings", []):
            yield from _opened(item.get("rules", item.get("tests", [])))


def _opened(rules):
    for rule in rules:
        yield rule
        yield from _opened(rule.get("rules", []))


def _sheet_value(document, no, setting) -> str:
    return next((_as_key(rule[setting]) for rule in _citing(document, no) if setting in rule), "")


def route_steps(document: dict, chosen: dict) -> list[dict]:
    """The steps of the route with the round's choices in them."""
    steps = copy.deepcopy(document["route"])
    picked = chosen.get("readings", {})
    for reading in document.get("readings", []):
        rule = reading.get("open")
        if rule and reading["key"] in picked:
            step = next(step for step in steps if step["state"] == rule["step"])
            step[rule["setting"]] = as_value(picked[reading["key"]])
    return steps


def rubric_for(rubric: RubricVersion | None, chosen: dict) -> RubricVersion | None:
    """The score sheet with the round's readings in it: the same one where none differs, else a version of its own."""
    if rubric is None:
        return None
    document = json.loads(rubric.document)
    picked, marks = chosen.get("readings", {}), []
    for reading in _sheet_readings(document):
        rule = reading.get("open")
        value = picked.get(reading["no"])
        if not rule or value is None or value == _sheet_value(document, reading["no"], rule["setting"]):
            continue
        for setting in _citing(document, reading["no"]):
            if rule["setting"] in setting:
                setting[rule["setting"]] = as_value(value)
        reading["text"] += f"本批次按“{rule['choices'][value]}”计算。"
        marks.append(f"{reading['no']}={value}")
    if not marks:
        return rubric
    document["version"] = f"{document['version']}+{'+'.join(marks)}"[:40]
    if errors := read_rubric(document, "评分表")[1]:
        raise ValueError("；".join(errors))
    text = canonical(document)
    return RubricVersion.objects.get_or_create(
        checksum=hashlib.sha256(text.encode()).hexdigest(),
        defaults={
            "programme": rubric.programme,
            "version": document["version"],
            "document": text,
            "origin": rubric.origin,
            "sample": rubric.sample,
        },
    )[0]


def problems(version, rubric, settings: dict, year: int, *, amending=False) -> dict[str, str]:
    """What is wrong with settings an opener typed: place → sentence. Places: pass_mark, reading:KEY, window:STATE.

    What is missing is said when the round opens. `amending`: a document number stands behind the change, so dates that
    the source fixes may move.
    """
    wrong = {}
    if mark := settings.get("pass_mark"):
        wrong |= _wrong_mark(mark, rubric)
    known = {choice.key: choice for choice in choices(version, rubric, {})}
    for key, value in settings.get("readings", {}).items():
        if key not in known or value not in known[key].choices:
            wrong[f"reading:{key}"] = "请从列出的读法中选择一种。"
    for state, window in settings.get("windows", {}).items():
        if sentence := _wrong_window(version, state, window, year, amending):
            wrong[f"window:{state}"] = sentence
    return wrong


def _fixed_mark(rubric):
    sheet = rubric_of(rubric)
    return sheet.pass_mark if sheet else None


def _wrong_mark(text, rubric):
    if _fixed_mark(rubric) is not None:
        return {"pass_mark": "合格分数线由评分表规定，不能另行设定。"}
    try:
        mark = parse_points(text)
    except ValueError as error:
        return {"pass_mark": f"合格分数线{error}。"}
    full = rubric_of(rubric).full if rubric_of(rubric) and rubric_of(rubric).full else parse_points("100")
    if not 0 < mark <= full:
        return {"pass_mark": "合格分数线应大于 0，不超过满分。"}
    return {}


def _wrong_window(version, state, window, year, amending):
    fixed = version.data.get("windows", {}).get(state, {})
    if state != "draft" and state not in version.route:
        return "流程中没有这一环节。"
    days = {}
    for end in ("from", "until"):
        if not window.get(end):
            continue
        if fixed.get(end) and not amending:
            return f"原文已经规定为{window_words(fixed[end])}，不能另行设定。"
        try:
            days[end] = day_of_window(window[end], year, end=end == "until")
        except ValueError as error:
            return f"日期{error}。"
    if len(days) == 2 and days["from"] > days["until"]:
        return "截止日期不能早于开始日期。"
    return ""

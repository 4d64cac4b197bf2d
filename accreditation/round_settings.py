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
from accreditation.windows import day_of_window, day_words, window_words
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
                    ordered(rule["choices"], default),
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
                    ordered(rule["choices"], default),
                    default,
                    picked.get(reading["no"], default),
                )
            )
    return found


def ordered(ways: dict[str, str], default: str) -> dict[str, str]:
    """Ways to read, the document's own first, numbers by size (a stored document has its keys in the order of letters)."""
    keys = sorted(ways, key=lambda key: (key != default, int(key) if key.isdigit() else 0, key))
    return {key: ways[key] for key in keys}


def ways(document: dict, reading: dict) -> list[str]:
    """The words of the ways in which an open reading of the frame may be read; empty for a settled one."""
    rule = reading.get("open")
    return list(ordered(rule["choices"], _frame_value(document, rule)).values()) if rule else []


def as_value(text: str):
    """A choice's key as the value a step of the route would hold: true, false, a whole number, or the word itself."""
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


# What a desk lets go by its own score sheet: asked only where the desk has one.
BY_SHEET = ("sheet_complete", "score_at_least", "criteria_met")


def route_steps(document: dict, chosen: dict) -> list[dict]:
    """The steps of the route with the round's choices in them.

    A desk that a reading leaves without a score sheet is not asked for one either; one that gets a sheet must fill it.
    """
    steps = copy.deepcopy(document["route"])
    picked = chosen.get("readings", {})
    for reading in document.get("readings", []):
        rule = reading.get("open")
        if not rule or reading["key"] not in picked:
            continue
        step = next(step for step in steps if step["state"] == rule["step"])
        step[rule["setting"]] = value = as_value(picked[reading["key"]])
        if rule["setting"] == "scores":
            needs = step.get("needs", {})
            kept = {name: wanted for name, wanted in needs.items() if name not in BY_SHEET}
            step["needs"] = {"sheet_complete": True, **needs} if value else kept
    return steps


# How many decimals a deduction in proportion keeps where the rule does not say: as a rate is shown (reading A52).
PRORATA_DECIMALS = 2


def read_otherwise(document: dict, picked: dict) -> tuple[dict, list[str]]:
    """A score sheet's document with these readings in it, and the marks ("A2=ceil") of those that differ from its own.

    `picked`: reading → choice. The document given is left as it is. Raises ValueError where the sheet would not hold.
    """
    document, marks = copy.deepcopy(document), []
    for reading in _sheet_readings(document):
        rule, value = reading.get("open"), picked.get(reading["no"])
        if not rule or value is None or value == _sheet_value(document, reading["no"], rule["setting"]):
            continue
        for one in _citing(document, reading["no"]):
            if rule["setting"] in one:
                _take(one, rule["setting"], value)
        reading["text"] += f"本批次按“{rule['choices'][value]}”计算。"
        marks.append(f"{reading['no']}={value}")
    if marks:
        document["version"] = f"{document['version']}+{'+'.join(marks)}"[:40]
        if errors := read_rubric(document, "评分表")[1]:
            raise ValueError("；".join(errors))
    return document, marks


def mistakes(document: dict, file: str) -> list[str]:
    """What is wrong with the open readings of a score sheet whose rules are in order: every choice must make a sheet that holds."""
    found = []
    for reading in _sheet_readings(document):
        if not (rule := reading.get("open")):
            continue
        place, setting = f"{file} 释义“{reading['no']}”的选择（open）", rule["setting"]
        stands = {_as_key(one[setting]) for one in _citing(document, reading["no"]) if setting in one}
        if not stands:
            found.append(f"{place}：引用它的各项没有一条规则写了“{setting}”。")
        elif len(stands) > 1:
            found.append(f"{place}：引用它的各项写的不一致（{'、'.join(sorted(stands))}），请写成同一种。")
        elif not stands <= set(rule["choices"]):
            found.append(f"{place}：规则中写的“{stands.pop()}”不在各种读法之中。")
        else:
            found += _not_holding(document, reading, place)
    return found


def _not_holding(document, reading, place):
    for value in reading["open"]["choices"]:
        try:
            read_otherwise(document, {reading["no"]: value})
        except ValueError as error:
            yield f"{place}：按“{value}”评分表不能成立：{error}"


def _take(rule, setting, value):
    rule[setting] = value
    if setting == "rounding":
        if value == "prorata":
            rule.setdefault("decimals", PRORATA_DECIMALS)
        else:
            rule.pop("decimals", None)


def rubric_for(rubric: RubricVersion | None, chosen: dict) -> RubricVersion | None:
    """The score sheet with the round's readings in it: the same one where none differs, else a version of its own."""
    if rubric is None:
        return None
    document, marks = read_otherwise(json.loads(rubric.document), chosen.get("readings", {}))
    if not marks:
        return rubric
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


def tidy(version, settings: dict) -> dict:
    """Settings without what says nothing: empty dates, dates the document has already, the way back of an amendment."""
    kept = {
        key: value
        for key, value in settings.items()
        if key != "original" and value not in (None, "", {}, False)
    }
    fixed = version.data.get("windows", {})
    windows = {}
    for state, window in settings.get("windows", {}).items():
        own = {e: text for e, text in window.items() if text and text != fixed.get(state, {}).get(e)}
        if own:
            windows[state] = own
    kept.pop("windows", None)
    return {**kept, "windows": windows} if windows else kept


def originals(version, first: dict, old: dict, new: dict) -> dict:
    """What an amendment moves away from, kept in the settings: {"original": {state: {end: text}}}, "" where none was set.

    `first`: what earlier amendments have kept. An end that is back where it was is kept no longer.
    """
    fixed = version.data.get("windows", {})
    found = {}
    for state in ("draft", *(step.state for step in version.route.steps)):
        for end in ("from", "until"):
            stood, stands = (
                {**fixed.get(state, {}), **chosen.get("windows", {}).get(state, {})}.get(end, "")
                for chosen in (old, new)
            )
            original = first.get(state, {}).get(end, stood)
            if stands != original:
                found.setdefault(state, {})[end] = original
    return {"original": found} if found else {}


def problems(version, rubric, settings: dict, year: int, *, amending=False) -> dict[str, str]:
    """What is wrong with settings an opener typed: place → sentence. Places: pass_mark, reading:KEY, window:STATE.

    What is missing is said when the round opens. `amending`: a document number stands behind the change, so dates that
    the source fixes may move.
    """
    wrong = {}
    if mark := settings.get("pass_mark"):
        wrong |= _wrong_mark(mark, rubric)
    if settings.get("drop_extremes") and not version.data.get("panel"):
        wrong["drop_extremes"] = "本方案没有考核评估组。"
    known = {choice.key: choice for choice in choices(version, rubric, {})}
    for key, value in settings.get("readings", {}).items():
        if key not in known or value not in known[key].choices:
            wrong[f"reading:{key}"] = "请从列出的读法中选择一种。"
    for state, window in settings.get("windows", {}).items():
        if sentence := _wrong_window(version, state, window, year, amending):
            wrong[f"window:{state}"] = sentence
    if not any(place.startswith("window:") for place in wrong):
        wrong |= _out_of_order(version, settings.get("windows", {}), year)
    return wrong


def _out_of_order(version, windows, year):
    """A stage that would end before one that comes earlier: said at whichever of the two was typed."""
    fixed, last = version.data.get("windows", {}), None
    for state in ("draft", *(step.state for step in version.route.steps if not step.is_notice)):
        text = windows.get(state, {}).get("until") or fixed.get(state, {}).get("until")
        if not text:
            continue
        day = day_of_window(text, year, end=True)
        if last and day < last[1]:
            blamed = state if state in windows else last[0]
            if blamed in windows:
                days = f"前一环节为 {day_words(last[1])}，后一环节为 {day_words(day)}"
                return {f"window:{blamed}": f"各环节应依次截止（{days}）。"}
        last = (state, day)
    return {}


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
        if window.get(end) and fixed.get(end) and not amending:
            return f"原文已经规定为{window_words(fixed[end])}，不能另行设定。"
        if text := window.get(end) or fixed.get(end):
            try:
                days[end] = day_of_window(text, year, end=end == "until")
            except ValueError as error:
                return f"日期{error}。"
    if len(days) == 2 and days["from"] > days["until"]:
        return "截止日期不能早于开始日期。"
    return ""

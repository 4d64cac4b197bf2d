"""From what a person or a file gives to clean figures, with a sentence for everything that cannot be read.

`clean` takes the values of a stored sheet or of JSON and is strict about their types. `read_figure` takes what was
typed into a form or a table cell and is lenient about how people write numbers.
"""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from scoring.figures import Figure
from scoring.points import LONGEST, Number, parse_decimal, show_decimal, show_points

_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", re.ASCII)
_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_YES = frozenset(("是", "1", "有", "对", "true", "yes", "y", "√"))
_NO = frozenset(("否", "0", "无", "不", "false", "no", "n", "×"))
_SPACES = re.compile(r"[\s\u3000\u200b\u200e\u200f\ufeff]+")

BLANK = "未填写"


class Read(NamedTuple):
    """value: as a sheet keeps it (int, bool, or a decimal string); problem: why there is none, or ""."""

    value: int | bool | str | None
    problem: str


class Cleaned(NamedTuple):
    """value: int, bool, or a number scaled by UNIT; problem: a sentence, or ""."""

    value: Number | None
    problem: str


def read_figure(figure: Figure, raw: object) -> Read:
    """What was typed for a figure. Full-width digits, spaces, "1,012", "95%", 是/否 and 1/0 are understood.

    Not understood: "1_0", other scripts' digits, "1e5", words, numbers of more than 18 digits.
    """
    text = _SPACES.sub("", _half_width(str(raw))) if raw is not None else ""
    if isinstance(raw, bool):
        text = "是" if raw else "否"
    if not text:
        return Read(None, BLANK)
    if figure.type == "yesno":
        whole = figure.all_of and _number_text(figure, text)
        if whole and whole.isdigit() and whole not in ("0", "1"):
            return Read(int(whole), "") if len(whole) <= LONGEST else Read(None, TOO_LONG)
        if text.lower() in _YES:
            return Read(True, "")
        if text.lower() in _NO:
            return Read(False, "")
        return Read(None, f"应填“是”或“否”（也可写 1 或 0），写的是“{_shown(raw)}”")
    number = _number_text(figure, text)
    if number is None:
        return Read(None, f"应填数字，写的是“{_shown(raw)}”")
    if figure.type == "count":
        whole, _dot, decimals = number.partition(".")
        if decimals.strip("0"):
            return Read(None, f"应为整数，写的是“{_shown(raw)}”")
        cleaned = clean(figure, int(whole)) if len(whole) <= LONGEST + 1 else Cleaned(None, TOO_LONG)
        return Read(None, cleaned.problem) if cleaned.problem else Read(int(whole), "")
    cleaned = clean(figure, number)
    if cleaned.problem or cleaned.value is None:
        return Read(None, cleaned.problem)
    return Read(show_decimal(cleaned.value), "")


def _half_width(text: str) -> str:
    """Full-width letters, digits and signs as ASCII; nothing else is changed, so other scripts' digits stay out."""
    changed = []
    for letter in text:
        if "\uff01" <= letter <= "\uff5e":
            changed.append(chr(ord(letter) - 0xFEE0))
        else:
            changed.append({"。": ".", "，": ",", "−": "-", "－": "-"}.get(letter, letter))
    return "".join(changed)


def _number_text(figure: Figure, text: str) -> str | None:
    """Plain digits with an optional sign and decimals, or None."""
    if text.endswith("%") and figure.unit == "%":
        text = text[:-1]
    elif figure.unit and text.endswith(figure.unit):
        text = text[: -len(figure.unit)]
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    return text if _PLAIN.fullmatch(text) else None


def _shown(raw: object) -> str:
    """What was typed, short and harmless to print."""
    if isinstance(raw, int) and abs(raw) >= 10**LONGEST:
        return "很长的数字"
    text = "".join(letter for letter in str(raw) if unicodedata.category(letter)[0] not in "C")
    return text if len(text) <= 20 else f"{text[:20]}…"


TOO_LONG = f"数字太长，最多 {LONGEST} 位"


def clean(figure: Figure, value: object) -> Cleaned:
    """A value of a stored sheet or of JSON. Counts are whole numbers, yes/no true or false, decimals exact."""
    if value is None:
        return Cleaned(None, BLANK)
    if figure.type == "yesno":
        if isinstance(value, bool):
            return Cleaned(value, "")
        if figure.all_of and isinstance(value, int):
            return _within(figure, value) if abs(value) < 10**LONGEST else Cleaned(None, TOO_LONG)
        return Cleaned(None, f"应为 true 或 false（是或否），写的是“{_shown(value)}”")
    number = _count(value) if figure.type == "count" else _decimal(value)
    return number if number.value is None else _within(figure, number.value)


def _count(value: object) -> Cleaned:
    if isinstance(value, Decimal) and value.is_finite():
        if value.adjusted() >= LONGEST and value:
            return Cleaned(None, TOO_LONG)
        if not value or (value.adjusted() >= 0 and value == value.to_integral_value()):
            value = int(value) if value else 0
    if isinstance(value, bool) or not isinstance(value, int):
        wanted = "应为整数" if isinstance(value, Decimal) else "应为整数，不能是文字"
        return Cleaned(None, f"{wanted}，写的是“{_shown(value)}”")
    return Cleaned(value, "") if abs(value) < 10**LONGEST else Cleaned(None, TOO_LONG)


def _decimal(value: object) -> Cleaned:
    """Text such as "32.5", a whole number or an exact Decimal, scaled by UNIT."""
    if isinstance(value, Decimal) and value.is_finite() and -LONGEST <= value.adjusted() < LONGEST:
        text = f"{value:f}"
    elif isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        text = str(value) if not isinstance(value, int) or abs(value) < 10**LONGEST else "9" * 40
    else:
        return Cleaned(None, f"应为数字，写的是“{_shown(value)}”")
    if not _PLAIN.fullmatch(text):
        return Cleaned(None, f"应为数字，写的是“{_shown(value)}”")
    try:
        number = parse_decimal(text.lstrip("-"))
    except ValueError:
        return Cleaned(None, f"{TOO_LONG}，小数也一样")
    return Cleaned(-number if text.startswith("-") else number, "")


def _within(figure: Figure, value: Number) -> Cleaned:
    """The figure's own limits."""

    def say(limit: int) -> str:
        return str(limit) if figure.type == "count" else show_points(limit)

    unit = f" {figure.unit}" if figure.unit and figure.unit != "%" else figure.unit
    if value < (figure.least or 0):
        if not figure.least:
            return Cleaned(None, "不能小于 0")
        return Cleaned(None, f"不能小于 {say(figure.least)}{unit}")
    if figure.most is not None and value > figure.most:
        return Cleaned(None, f"不能大于 {say(figure.most)}{unit}")
    if figure.step and value % figure.step:
        return Cleaned(None, f"应以 {show_points(figure.step)} 为一档")
    return Cleaned(value, "")


def conflicts(figures: Mapping[str, Figure], values: Mapping[str, Number]) -> dict[str, str]:
    """Parts greater than their whole, by the part's key."""
    wrong: dict[str, str] = {}
    for key, value in values.items():
        figure = figures[key]
        whole = values.get(figure.part_of) if figure.part_of else None
        if whole is not None and value > whole:
            wrong[key] = (
                f"{figure.label}（{_typed(figure, value)}）不能大于"
                f"{figures[figure.part_of].label}（{_typed(figure, whole)}）"
            )
    return wrong


def hints(figures: Mapping[str, Figure], values: Mapping[str, Number]) -> dict[str, str]:
    """Oddities that are no error: a figure above the one it should lie within."""
    found: dict[str, str] = {}
    for key, value in values.items():
        figure = figures[key]
        whole = values.get(figure.within) if figure.within else None
        if whole is not None and value > whole:
            found[key] = (
                f"{figure.label}（{_typed(figure, value)}）大于"
                f"{figures[figure.within].label}（{_typed(figure, whole)}），请核对"
            )
    return found


def _typed(figure: Figure, value: Number) -> str:
    return str(value) if figure.type == "count" else show_decimal(value)


def unknown_keys(figures: Mapping[str, Figure], given: Mapping[str, Any]) -> list[str]:
    """Keys that are neither a figure nor the reason of a judged one."""
    reasons = {figure.reason_key for figure in figures.values() if figure.type == "points"}
    return [key for key in given if key not in figures and key not in reasons]

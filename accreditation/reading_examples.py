"""An open reading of the score sheet by example: one case that the engine scores in each of the ways it may be read.

The case is made from the rule's own border, so that the ways differ: 94.4% where 95% is wanted, nobody to serve, one
target missed. Nothing is said where no case tells them apart.
"""

import json
from dataclasses import dataclass
from functools import lru_cache

from accreditation.round_settings import read_otherwise
from scoring.items import Indicator
from scoring.measures import Figures, Rate
from scoring.points import UNIT, show_points
from scoring.rubric import Rubric, load_rubric

WHOLE = 1000


@dataclass(frozen=True)
class Example:
    """The item the case is of, and what comes out: (choice, points or 符合/不符合, why)."""

    code: str
    text: str
    outcomes: tuple[tuple[str, str, str], ...]

    def of(self, choice: str) -> tuple[str, str]:
        """(outcome, why) of one way to read it."""
        return next((found, why) for value, found, why in self.outcomes if value == choice)


def examples(rubric_version) -> dict[str, Example]:
    """Reading → example, for every open reading of a score sheet."""
    return _examples(rubric_version.document) if rubric_version else {}


@lru_cache(maxsize=32)
def _examples(text: str) -> dict[str, Example]:
    # A part that is still to be entered (null) leaves the other one to read by.
    document = {key: part for key, part in json.loads(text).items() if part is not None}
    found = {}
    for part in ("rubric", "criteria"):
        for reading in (document.get(part) or {}).get("readings", []):
            if rule := reading.get("open"):
                sheets = {
                    choice: load_rubric(read_otherwise(document, {reading["no"]: choice})[0])
                    for choice in rule["choices"]
                }
                if example := _example(sheets, reading["no"], rule["setting"]):
                    found[reading["no"]] = example
    return found


def _example(sheets: dict[str, Rubric], no: str, setting: str) -> Example | None:
    """The case that tells most ways apart, of the first item that has one."""
    best = None
    for item in _items(next(iter(sheets.values()))):
        if no not in item.readings:
            continue
        for case in CASES[setting](item):
            figures = Figures(case)
            outcomes = tuple(
                (choice, *_outcome(sheet, item.code, figures)) for choice, sheet in sheets.items()
            )
            apart = len({found for _, found, _ in outcomes})
            if apart > 1 and (best is None or apart > best[0]):
                words = item.content if isinstance(item, Indicator) else item.text
                best = (apart, Example(item.code, words, outcomes))
    return best[1] if best else None


def _items(sheet):
    yield from sheet.indicators
    if sheet.criteria:
        yield from sheet.criteria.items


def _outcome(sheet, code, figures):
    item = next(item for item in _items(sheet) if item.code == code)
    if isinstance(item, Indicator):
        weighed = item.weigh(figures)
        points = "不计分" if weighed.points is None else f"{show_points(weighed.points)} 分"
        return f"{points}（满分 {show_points(item.max)} 分）", weighed.because
    verdict = item.judge(figures)
    return ("符合" if verdict.met else "不符合"), verdict.because


def _rules(item):
    return item.rules if isinstance(item, Indicator) else item.tests


def _rates(item):
    """(rate, its border or None) of each rule or test of the item."""
    for rule in _rules(item):
        measure = getattr(rule, "measure", None) or getattr(rule, "compared", None)
        if isinstance(measure, Rate):
            yield rule, measure


def _good(item) -> Figures:
    """Figures with nothing to find fault with: every rate full, everything in place, every target reached."""
    figures = Figures(dict.fromkeys(item.figures, 1))
    for rule in item.rules if isinstance(item, Indicator) else ():
        if rule.family != "gives" and rule.measure is None:
            figures |= dict.fromkeys(rule.keys, int(getattr(rule, "when", True) is False))
        for target in getattr(rule, "targets", ()):
            figures |= dict.fromkeys((target.target, target.done), 10 * rule.scale)
    for _, rate in _rates(item):
        figures |= dict.fromkeys(rate.whole, 0) | {rate.whole[0]: WHOLE * rate.scale}
        figures[rate.part] = WHOLE * rate.scale
    return figures


def _short(item):
    """Six tenths of a percentage point on the wrong side of the border."""
    for rule, rate in _rates(item):
        if not hasattr(rule, "rounding"):
            continue
        off = (rule.border * WHOLE * rate.scale) // (100 * UNIT) + (6 if rule.above else -6) * rate.scale
        yield _good(item) | {rate.part: off}


def _nobody(item):
    """Nobody the rate could be of."""
    for _, rate in _rates(item):
        yield _good(item) | dict.fromkeys(rate.keys, 0)


def _missed(item):
    """One target of several missed."""
    for rule in _rules(item):
        for target in getattr(rule, "targets", ())[-1:]:
            yield _good(item) | {target.done: 9 * rule.scale}


CASES = {"rounding": _short, "nobody": _nobody, "missed": _missed}

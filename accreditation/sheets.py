"""A desk's own sheet beside the community's: points and conditions, what still needs a reason, what was corrected.

Reads only. The self score is worked out from the filed figures; a desk that corrects figures (each with its reason) is
measured against the lines the corrected figures give. Levels score afresh (reading A46).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from accreditation import filing_content
from scoring.criteria import Criterion, Verdict, all_met
from scoring.engine import Line, score_partial, total_of
from scoring.figures import Figure
from scoring.items import Indicator
from scoring.points import parse_points, show_points
from scoring.rubric import Rubric


@dataclass(frozen=True)
class Row:
    """One indicator: the self line, the line of the corrected figures (the same where nothing is corrected), ours."""

    item: Indicator
    filed: Line | None
    basis: Line | None
    points: int | None  # 1/10000 point, None while not given
    reason: str
    flagged: bool  # to be sent back for correction

    @property
    def left_out(self) -> bool:
        """Nobody to count: the item is out of this sheet and takes no points."""
        return self.basis is not None and self.basis.points is None

    @property
    def recomputed(self) -> bool:
        return self.basis != self.filed

    @property
    def reason_due(self) -> bool:
        """Points other than the figures give, and judged points below the maximum, need a reason."""
        if self.points is None or self.left_out:
            return False
        computed = self.basis.points if self.basis else None
        return self.points != computed or (self.item.judged and self.points < self.item.max)

    @property
    def missing_reason(self) -> bool:
        return self.reason_due and not self.reason

    @property
    def done(self) -> bool:
        return self.left_out or (self.points is not None and not self.missing_reason)


# What a desk finds of a condition: key of the sheet → word.
FINDINGS = {"yes": "符合", "no": "不符合", "na": "不适用"}
COMPUTED = {True: "yes", False: "no", None: ""}


@dataclass(frozen=True)
class Check:
    """One condition: what the filed figures say, what the corrected ones say, and what the desk finds.

    number: its place among those of the tier. met: yes, no, na (不适用) or "" while open.
    """

    item: Criterion
    number: int
    filed: Verdict
    basis: Verdict
    met: str
    reason: str
    flagged: bool

    @property
    def computed(self) -> str:
        """What the figures say: yes, no, or "" where one is not filled in."""
        return COMPUTED[self.basis.met]

    @property
    def recomputed(self) -> bool:
        return self.basis != self.filed

    @property
    def reason_due(self) -> bool:
        """Not applicable always needs a reason; so does what differs from the figures, and a missed one that only counts
        with its reason (A12)."""
        if self.met == "na":
            return True
        differs = bool(self.met and self.computed and self.met != self.computed)
        return differs or (self.met == "no" and self.item.effect == "reason")

    @property
    def missing_reason(self) -> bool:
        return self.reason_due and not self.reason

    @property
    def done(self) -> bool:
        return bool(self.met) and not self.missing_reason

    @property
    def holds(self) -> bool | None:
        """Whether it is met, with the reason that is due; None while that is open."""
        return self.met != "no" if self.done else None

    @property
    def word(self) -> str:
        return FINDINGS.get(self.met, "")


@dataclass(frozen=True)
class DeskSheet:
    """A desk's sheet as it stands. corrections: key → {"value", "reason", "filed"}; figures: filed ones, corrected."""

    rubric: Rubric
    rows: tuple[Row, ...]
    checks: tuple[Check, ...]
    corrections: dict[str, dict[str, Any]]
    filed: dict[str, Any]
    figures: dict[str, Any]
    wrong: dict[str, str]  # corrected figures that cannot be: key → sentence

    @cached_property
    def by_code(self) -> dict[str, Row | Check]:
        return {one.item.code: one for one in (*self.rows, *self.checks)}

    @cached_property
    def correctable(self) -> dict[str, Figure]:
        """The figures an officer may correct, in the order of the sheet: all of its rows but the judged ones."""
        keys = dict.fromkeys(key for one in self.by_code.values() for key in one.item.figures)
        figures = {key: self.rubric.figures[key] for key in keys}
        return {key: figure for key, figure in figures.items() if figure.type != "points"}

    @property
    def given(self) -> int:
        """How many items have their points."""
        return sum(1 for row in self.rows if row.left_out or row.points is not None)

    @property
    def checked(self) -> int:
        """How many conditions have their finding."""
        return sum(1 for check in self.checks if check.met)

    @property
    def unmet(self) -> int:
        """How many conditions the desk found not met."""
        return sum(1 for check in self.checks if check.met == "no")

    @cached_property
    def sum(self) -> int:
        """The points given so far, bonus classes capped, items left out scaled."""
        points: list[int | None] = []
        for category in self.rubric.categories:
            left = category.max if category.bonus else None
            for item in category.indicators:
                row = self.by_code[item.code]
                value = None if row.left_out else row.points or 0
                if left is not None and value is not None:
                    value = min(value, left)
                    left -= value
                points.append(value)
        return total_of(self.rubric, points)

    @cached_property
    def gaps(self) -> list[str]:
        """What is missing for the sheet to count, as sentences."""
        found = []
        if blank := [row.item.number for row in self.rows if not row.left_out and row.points is None]:
            found.append(f"还有 {len(blank)} 项没有评分：第 {_numbers(blank)} 项。")
        if silent := [row.item.number for row in self.rows if row.missing_reason]:
            found.append(
                f"第 {_numbers(silent)} 项的考核分与依据数据算出的得分不同，或主观评分低于标准分，请写明理由。"
            )
        return found + self._open_checks + self._silent_corrections

    @cached_property
    def _open_checks(self) -> list[str]:
        found = []
        if blank := [check.number for check in self.checks if not check.met]:
            found.append(f"还有 {len(blank)} 条没有核对：第 {_numbers(blank)} 条。")
        if silent := [check.number for check in self.checks if check.missing_reason]:
            found.append(
                f"第 {_numbers(silent)} 条的结论与依据数据得出的不同、为不适用，或不符合而须说明，请写明理由。"
            )
        return found

    @cached_property
    def _silent_corrections(self) -> list[str]:
        silent = [key for key, correction in self.corrections.items() if not correction["reason"]]
        return [f"更正“{self.rubric.figures[key].label}”，请写明理由。" for key in silent]

    @property
    def complete(self) -> bool:
        return not self.gaps

    @property
    def total(self) -> int | None:
        """The total once every line, every finding and every needed reason is in; None without points."""
        return self.sum if self.complete and self.rubric.has_points else None

    @property
    def passed(self) -> bool | None:
        """Whether every deciding condition is met; None while a finding or a reason is open, or without conditions."""
        if not self.checks or self._open_checks or self._silent_corrections:
            return None
        return all_met(check.holds for check in self.checks if check.item.effect == "must")

    @property
    def outcome(self) -> str:
        """What a whole sheet comes to, in words."""
        told = [f"总分 {show_points(self.sum)} 分"] if self.rubric.has_points else []
        if self.checks:
            told.append(f"不符合 {self.unmet} 条" if self.unmet else "各项条件均符合")
        return "，".join(told)


def _numbers(numbers: list[int]) -> str:
    """1, 2, 3, 5 → "1–3、5"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return "、".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def lay_out(application, lines: Mapping[str, dict], corrections: Mapping[str, dict]) -> DeskSheet:
    """The sheet of these lines and corrections on what the community filed.

    lines: code → {"points" or "met", "reason", "flag"}.
    """
    rubric = filing_content.rubric(application)
    filed = filing_content.figures(application)
    figures = {**filed, **{key: correction["value"] for key, correction in corrections.items()}}
    reasons = _judged_reasons(rubric, filing_content.judged(application))
    own = score_partial(rubric, {**filed, **reasons}, tier=application.tier)
    basis = score_partial(rubric, {**figures, **reasons}, tier=application.tier) if corrections else own
    rows = tuple(
        _row(item, own.lines[item.code], basis.lines[item.code], lines.get(item.code, {}))
        for item in rubric.indicators
    )
    checks = tuple(
        _check(item, number, own.criteria[item.code], basis.criteria[item.code], lines.get(item.code, {}))
        for number, item in enumerate(filing_content.conditions(application), 1)
    )
    wrong = {key: sentence for key, sentence in basis.wrong.items() if key not in own.wrong}
    return DeskSheet(rubric, rows, checks, dict(corrections), filed, figures, wrong)


def _judged_reasons(rubric, reasons) -> dict[str, str]:
    """The community's reasons of judged items under the keys the engine reads them by."""
    return {
        rubric.figures[key].reason_key: reasons[item.code]["reason"]
        for item in rubric.indicators
        if item.judged and reasons.get(item.code, {}).get("reason")
        for key in item.figures
        if rubric.figures[key].type == "points"
    }


def _row(item, filed, basis, line):
    points = parse_points(line["points"]) if line.get("points") else None
    return Row(item, filed, basis, points, line.get("reason", ""), bool(line.get("flag")))


def _check(item, number, filed, basis, line):
    return Check(
        item, number, filed, basis, line.get("met", ""), line.get("reason", ""), bool(line.get("flag"))
    )


def as_computed(sheet: DeskSheet) -> dict[str, dict]:
    """The lines of the conditions that are still open and that the figures show to be met: 符合 for each."""
    return {
        check.item.code: {"met": "yes", "reason": check.reason, "flag": check.flagged}
        for check in sheet.checks
        if not check.met and check.computed == "yes"
    }


def read(application, assessment) -> DeskSheet:
    """The desk's sheet as kept; an empty one where the desk (assessment None) has not begun."""
    sheet = assessment.sheet if assessment and assessment.sheet_id else None
    lines = json.loads(sheet.lines) if sheet else {}
    return lay_out(application, lines, json.loads(assessment.corrections) if assessment else {})


def after_resubmission(application, assessment) -> DeskSheet:
    """The sheet against the newly filed figures. Corrections of figures the community has changed itself lapse."""
    filed = filing_content.figures(application)
    corrections = {
        key: correction
        for key, correction in json.loads(assessment.corrections).items()
        if correction["filed"] == filed.get(key)
    }
    return lay_out(application, json.loads(assessment.sheet.lines), corrections)

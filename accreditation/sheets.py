"""A desk's own score sheet beside the self score: what is in, what still needs a reason, what was corrected.

Reads only. The self score is worked out from the filed figures; a desk that corrects figures (each with its reason) is
measured against the lines the corrected figures give. Levels score afresh (reading A46).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from accreditation import filing_content
from scoring.engine import Line, score_partial, total_of
from scoring.items import Indicator
from scoring.points import parse_points
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


@dataclass(frozen=True)
class DeskSheet:
    """A desk's sheet as it stands. corrections: key → {"value", "reason", "filed"}; figures: filed ones, corrected."""

    rubric: Rubric
    rows: tuple[Row, ...]
    corrections: dict[str, dict[str, Any]]
    filed: dict[str, Any]
    figures: dict[str, Any]
    wrong: dict[str, str]  # corrected figures that cannot be: key → sentence

    @cached_property
    def by_code(self) -> dict[str, Row]:
        return {row.item.code: row for row in self.rows}

    @property
    def given(self) -> int:
        """How many items have their points."""
        return sum(1 for row in self.rows if row.left_out or row.points is not None)

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
        for key, correction in self.corrections.items():
            if not correction["reason"]:
                found.append(f"更正“{self.rubric.figures[key].label}”，请写明理由。")
        return found

    @property
    def complete(self) -> bool:
        return not self.gaps

    @property
    def total(self) -> int | None:
        """The total once every line and every needed reason is in."""
        return self.sum if self.complete else None


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
    """The sheet of these lines (code → {"points", "reason", "flag"}) and corrections on what the community filed."""
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
    wrong = {key: sentence for key, sentence in basis.wrong.items() if key not in own.wrong}
    return DeskSheet(rubric, rows, dict(corrections), filed, figures, wrong)


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

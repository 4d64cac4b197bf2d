"""What stands in the boxes of a desk's sheet: the kept values, or, on a refused page, what was typed."""

from dataclasses import dataclass
from typing import Any

from accreditation import case_file, filing_changes, filing_content, later_period, sheets
from regions.wording import sentences
from scoring.points import show_points


@dataclass(frozen=True)
class FigureBox:
    """A figure of a row with its correction boxes; `told_at` is the row that has them when another row shares it.

    words: what the portal itself knows of it.
    """

    figure: Any
    filed: str
    value: str
    reason: str
    errors: list[str]
    words: str = ""
    told_at: Any = None

    @property
    def open(self):
        """Whether a correction is there or wrong: then its boxes stand open."""
        return bool(self.value or self.errors)


@dataclass(frozen=True)
class Later:
    """What the community filled in for the later period of an item: its figures in words, and what they would give."""

    figures: list[tuple[str, str]]
    line: Any


@dataclass(frozen=True)
class Box:
    """One row of the grid with what stands in its boxes. given: points of an item, the finding on a condition."""

    row: sheets.Row | sheets.Check
    place: str  # 第 4 项, 第 4 条
    given: str
    why: str
    flag: bool
    errors: list[str]
    why_errors: list[str]
    saved: str  # what is kept, where a refused page shows something else
    lower: list
    evidence: list
    figures: list[FigureBox]
    readings: tuple
    later: Later | None = None

    @property
    def code(self) -> str:
        return self.row.item.code

    @property
    def is_check(self) -> bool:
        return isinstance(self.row, sheets.Check)

    @property
    def first_id(self) -> str:
        """The box where a keyboard begins."""
        return f"id_met_{self.code}_{self.first_choice}" if self.is_check else f"id_score_{self.code}"

    @property
    def first_choice(self) -> str:
        """The finding that has the focus: the chosen one, else the first."""
        return self.given if self.given in sheets.FINDINGS else "yes"

    @property
    def choices(self):
        """(value, word, whether it is chosen) of a condition's findings."""
        return [(value, word, value == self.given) for value, word in sheets.FINDINGS.items()]


def boxes(user, application, form, laid, lower, evidence, at) -> list[Box]:
    """All rows of the sheet, items first.

    lower: the columns of lower desks this reader may see (accreditation.case_file). evidence: code → files.
    """
    first_row: dict[str, tuple] = {}
    known = filing_content.known(application, at)
    later = _later(user, application)
    found = []
    for row in (*laid.rows, *laid.checks):
        code, is_check = row.item.code, isinstance(row, sheets.Check)
        name = f"met_{code}" if is_check else f"score_{code}"
        kept = row.met if is_check else "" if row.points is None else show_points(row.points)
        given = _value(form, name, "" if is_check and form.is_bound else kept)
        place = f"第 {row.number} 条" if is_check else f"第 {row.item.number} 项"
        differs = form.is_bound and given != kept
        found.append(
            Box(
                row=row,
                place=place,
                given=given,
                why=_value(form, f"why_{code}", row.reason),
                flag=bool(form.data.get(f"flag_{code}")) if form.is_bound else row.flagged,
                errors=_errors(form, name),
                why_errors=_errors(form, f"why_{code}"),
                saved=(sheets.FINDINGS.get(kept, "") if is_check else kept) if differs else "",
                lower=[(column, column.given(code), column.reasons.get(code, "")) for column in lower],
                evidence=evidence.get(code, []),
                figures=[
                    _figure_box(form, laid, key, (code, place), first_row, known) for key in row.item.figures
                ],
                readings=laid.rubric.readings_of(row.item),
                later=later.get(code),
            )
        )
    return found


def _later(user, application) -> dict[str, Later]:
    """By item, what was filled in for the later period, at the one desk that looks at it."""
    period = later_period.period(application)
    if period is None or application.state != period.desk:
        return {}
    return {item.code: Later(figures, line) for item, figures, line in case_file.later(application, user)}


def _figure_box(form, laid, key, place, first_row, known):
    figure = laid.rubric.figures[key]
    shared = first_row.setdefault(key, place)
    filed = filing_changes.figure_text(figure, laid.filed.get(key))
    correction = laid.corrections.get(key, {})
    value = filing_changes.figure_text(figure, correction.get("value")) if correction else ""
    return FigureBox(
        figure,
        filed,
        _value(form, f"fix_{key}", value),
        _value(form, f"fixwhy_{key}", correction.get("reason", "")),
        _errors(form, f"fix_{key}") + _errors(form, f"fixwhy_{key}"),
        known[key][1] if key in known else "",
        None if shared == place else {"code": shared[0], "place": shared[1]},
    )


def _value(form, name, kept):
    return form.data.get(name, kept) if form.is_bound else kept


def _errors(form, name):
    return sentences(form[name]) if form.is_bound and name in form.errors else []


def projects(rubric, found: list[Box]) -> list[tuple]:
    """(class where it begins, project, boxes) of the items, in the order of the sheet."""
    by_code = {box.code: box for box in found}
    return [
        (category if number == 0 else None, project, [by_code[item.code] for item in project.indicators])
        for category in rubric.categories
        for number, project in enumerate(category.projects)
    ]


def groups(found: list[Box]) -> list[tuple[str, list[Box]]]:
    """(group's title, boxes) of the conditions, in the order of the source."""
    told: dict[str, list[Box]] = {}
    for box in found:
        if box.is_check:
            told.setdefault(box.row.item.group, []).append(box)
    return list(told.items())

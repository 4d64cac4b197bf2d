"""The score columns of an application made into one, where its score sheet has several (docs/rules.md)."""

from accreditation.routes import LEVELS
from scoring.columns import Combined
from scoring.loading import rubric_of
from scoring.structure import Rubric

SELF = "self"
KEYS = (SELF, *LEVELS)


def titles(sheet: Rubric | None) -> dict[str, str]:
    """What the document calls the columns of its levels."""
    return {one.key: one.title for one in sheet.columns.columns} if sheet and sheet.columns else {}


def filled(application) -> dict[str, int | None]:
    """Column → its total, None where it is still open; nothing for a sheet with a single column."""
    keys = titles(rubric_of(application.round.rubric))
    return {key: application.total(key) if key in KEYS else None for key in keys}


def combined(application) -> Combined | None:
    """The result of all columns with how it came about, None for a sheet with a single column."""
    sheet = rubric_of(application.round.rubric)
    return sheet.columns.combine(filled(application)) if sheet and sheet.columns else None

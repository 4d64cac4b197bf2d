"""Which desks' findings a reader sees: one rule for the file, the list and the workbook."""

from accounts.models import Role
from accreditation import later_period
from accreditation.models import State
from accreditation.routes import LEVELS
from scoring.loading import rubric_of


def in_line(user, application) -> bool:
    """Whether the application came up to the reader's own office: not for its community, nor for a panel's members."""
    acting = user.acting
    return acting is not None and acting.sees_below and acting.region.contains(application.position)


def shows(user, application, level: str) -> bool:
    """Whether this reader sees what a desk found: the own and lower ones always, a higher one once it has decided."""
    acting = user.acting
    if not in_line(user, application):
        return False
    if acting.role == Role.AUDITOR or acting.level not in LEVELS:
        return True
    theirs, own = LEVELS.index(level), LEVELS.index(acting.level)
    decided = application.reached > theirs + 1 or application.state == f"{level}_notice" or application.ended
    return theirs <= own or decided


def shows_visit(user, application, visit) -> bool:
    """Whether this reader sees a desk's visit and its photos: as its other findings; its community none of them.

    A member of a panel, who is in no line, has been shown those below by who may see the application.
    """
    if user.acting is None or user.acting.role == Role.FILER:
        return False
    level = visit.state.rsplit("_", 1)[0]
    return not in_line(user, application) or shows(user, application, level)


def shown_reason(user, application) -> str:
    """Why a desk left an application off its list, as far as this reader may see it; once it has ended, always."""
    level = application.state.rsplit("_", 1)[0]
    seen = level not in LEVELS or shows(user, application, level)
    return application.passed_over_reason if seen else ""


def shows_scores(user, application, level: str) -> bool:
    """Whether this reader sees a desk's scores and corrections: a lower desk's only once the own sheet is in (A46)."""
    if not shows(user, application, level):
        return False
    acting = user.acting
    if acting.role == Role.AUDITOR or acting.level not in LEVELS or level == acting.level:
        return True
    lower = LEVELS.index(level) < LEVELS.index(acting.level)
    return not (lower and _scores_apart(application, acting.level))


def shown_total(user, application, level: str) -> int | None:
    """A sheet's total as this reader may see it: the self score by `shows_self`, others by `shows_scores`."""
    total = application.total(level)
    if total is None:
        return None
    shown = shows_self(user, application) if level == "self" else shows_scores(user, application, level)
    return total if shown else None


def shows_self(user, application) -> bool:
    """Whether this reader sees the self score: a member of a panel does not where each level scores afresh (A46)."""
    own = user.acting is not None and user.acting.role == Role.FILER
    return own or in_line(user, application) or not _independent(application)


def shown_passed(user, application, level: str) -> bool | None:
    """Where a programme has no points: whether a sheet's conditions are met, as this reader may see it; else None.

    Reads the assessments with their sheets through .all(): a list prefetches them.
    """
    rubric = rubric_of(application.round.rubric)
    if rubric is None or rubric.has_points:
        return None
    if level == "self":
        return application.self_sheet.passed if application.self_sheet else None
    own = next((one for one in application.assessments.all() if one.level == level), None)
    if own is None or own.sheet is None or not shows_scores(user, application, level):
        return None
    return own.sheet.passed


def shows_later(user, application) -> bool:
    """Whether this reader sees the figures of a later period: the community, the one desk that looks at them, auditors."""
    later, acting = later_period.period(application), user.acting
    if later is None or acting is None:
        return False
    if acting.role in (Role.FILER, Role.AUDITOR):
        return True
    return acting.has_desk and f"{acting.level}_review" == later.desk


def tells(user, application, action: str, told: dict) -> bool:
    """Whether an event of the timeline is for this reader: a desk's scoring and proposing only with what it found."""
    level = (told["data"].get("state") or told["before"].get("state") or "").rsplit("_", 1)[0]
    if not in_line(user, application):
        return False
    rule = {
        "give_score": shows,
        "recuse": shows,
        "total_panel": shows,
        "assess": shows_scores,
        "propose": shows,
        "shortlist": shows,
        "unlist": shows,
        "pass_over": shows,
        "visit": shows,
    }.get(action)
    return rule is None or level not in LEVELS or rule(user, application, level)


def _scores_apart(application, level) -> bool:
    """Whether the desk of this level still has to score by itself."""
    state = f"{level}_review"
    if application.state != state and not (
        application.state == State.RETURNED and application.returned_from == state
    ):
        return False
    return (
        _independent(application)
        and application.route.step(state).scores
        and not sheet_is_in(application, state)
    )


def sheet_is_in(application, state) -> bool:
    """Whether the sheet of a desk is whole: its total stands, or, where there are no points, its finding on the conditions."""
    if application.total(state.rsplit("_", 1)[0]) is not None:
        return True
    rubric = rubric_of(application.round.rubric)
    if rubric is None or rubric.has_points:
        return False
    own = application.assessment_at(state)
    return own is not None and own.sheet is not None and own.sheet.passed is not None


def _independent(application) -> bool:
    readings = application.round.version.data.get("readings", [])
    return any(reading["key"] == "A46" for reading in readings)

"""What must hold before a desk lets go: one function a condition, each returning its sentence or nothing.

They read related rows through .all() or `assessment_at`, so that a list which prefetched them asks nothing more.

A programme's route names the conditions of each step with their settings (docs/programmes.md lists them).
"""

from accreditation.models import Assessment, Objection
from accreditation.score_columns import combined
from scoring.points import parse_points, show_points
from scoring.rubric import PassMark


def sheet_complete(application, step, wanted):
    """The desk's own score sheet has every line."""
    if wanted and application.total(step.level) is None:
        return "本级评分表尚未填完。"
    return ""


def criteria_met(application, step, wanted):
    """The desk found every deciding condition met on its own sheet, and gave a reason for each other one that is not."""
    if not wanted:
        return ""
    assessment = application.assessment_at(step.state)
    passed = assessment.sheet.passed if assessment and assessment.sheet_id else None
    if passed is None:
        return "认定条件尚未逐项核对完毕。"
    return "" if passed else "有认定条件不符合，不能上报。"


def panel_done(application, step, wanted):
    """The panel's scores are in and its mean stands as the desk's total."""
    if wanted and application.total(step.level) is None:
        return "考核评估组的评分尚未汇总。"
    return ""


def score_at_least(application, step, wanted):
    """The desk's own total reaches the mark (inclusive, 民法典 art. 1259). "pass_mark" takes the round's."""
    mark = application.round.pass_mark if wanted == "pass_mark" else PassMark(parse_points(wanted), True)
    total = application.total(step.level)
    if mark is None or total is None or mark.met(total):
        return ""  # sheet_complete says what is missing
    return f"本级评分 {show_points(total)} 分，未达到 {mark.words()}，不能上报。"


def combined_at_least(application, step, wanted):
    """What the score columns come to reaches the mark, inclusive. "pass_mark" takes the round's."""
    mark = application.round.pass_mark if wanted == "pass_mark" else PassMark(parse_points(wanted), True)
    result = combined(application)
    if mark is None or result is None:
        return ""
    if result.total is None:
        return f"综合得分尚不能算出：{result.because}。"
    if mark.met(result.total):
        return ""
    return f"综合得分 {show_points(result.total)} 分（{result.because}），未达到 {mark.words()}，不能上报。"


def site_visit(application, step, wanted):
    """A visit of this desk was recorded and passed."""
    if not wanted:
        return ""
    visits = [visit for visit in application.visits.all() if visit.state == step.state]
    if not visits:
        return "尚未登记实地考察。"
    return "" if visits[-1].passed else "实地考察未通过。"


def opinion(application, step, wanted):
    """A handler of this desk wrote an opinion and proposed to recommend."""
    if not wanted:
        return ""
    assessment = application.assessment_at(step.state)
    if assessment is None or not assessment.proposed_at:
        return "经办尚未提出处理意见。"
    if assessment.verdict != Assessment.Verdict.RECOMMEND:
        return f"经办意见为“{assessment.get_verdict_display()}”，不能按同意办理。"
    return ""


def no_open_objection(application, step, wanted):
    """No admitted objection to an entry of this application is unsettled (reading A34: none upheld, none open)."""
    if wanted and open_objections(application).exists():
        return "公示异议尚未处理完毕。"
    return ""


def open_objections(application):
    return Objection.objects.filter(
        entry__application=application, admitted_at__isnull=False, settled_at__isnull=True
    )


NEEDS = {
    f.__name__: f
    for f in (
        sheet_complete,
        criteria_met,
        panel_done,
        score_at_least,
        combined_at_least,
        site_visit,
        opinion,
        no_open_objection,
    )
}


# What a handler's own proposal does not wait for.
AFTER_PROPOSAL = ("opinion", "no_open_objection", "panel_done")


def unmet(application, step, apart=()) -> list[str]:
    """Every condition of the step that does not hold, as sentences; those named in `apart` are not asked."""
    wanted = {name: setting for name, setting in step.needs.items() if name not in apart}
    found = (NEEDS[name](application, step, setting) for name, setting in wanted.items())
    return [sentence for sentence in found if sentence]

"""A panel's scores and the total they come to (reading A45).

Members score blind: nobody sees another's points before the total stands, the desk included. The verbs lock and ask as
those of accreditation.panels do.
"""

from django.db import transaction

from accounts.events import record_all
from accreditation import moving, panel_pool
from accreditation.models import Application, ApplicationEvent, Panel, PanelScore
from accreditation.panel_results import Rule, result, words
from accreditation.panels import (
    hold_panel,
    lock_panel,
    open_scores,
    record_one,
    record_panel,
    refuse_closed,
    section,
)
from accreditation.permissions import why_not_score
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from scoring.points import UNIT, show_points

HUNDREDTH = UNIT // 100
FULL = 100 * UNIT
LONGEST_COMMENT = 300


@transaction.atomic
def give(score, points, comment, *, by, at, edition) -> PanelScore:
    """A member's points (1/10000, whole hundredths of a point, 0–100) and comment for one community; may be changed until
    the total stands. edition: of the page; None asks nothing."""
    panel = lock_panel(score.assessor.panel_id)
    moving.lock([score.application_id])
    joined = PanelScore.objects.select_related("assessor__user", "application__community")
    held = joined.select_for_update(of=("self",)).get(pk=score.pk)
    held.assessor.panel, held.application.round = panel, panel.round
    if reason := why_not_score(by, held):
        raise NotYours(reason)
    refuse_closed(panel.round)
    if panel.status != Panel.Status.DRAWN:
        raise NotReady("考核评估组目前不在评分中。")
    if edition is not None and edition != held.edition:
        raise AlreadyMoved("您在另一处保存过对该社区的评分。您填写的内容仍在页面上，请核对后重新保存。")
    comment = comment.strip()
    if problems := _giving(points, comment):
        raise NotReady(problems)
    before = {"points": show_points(held.points), "comment": held.comment} if held.edition else {}
    held.points, held.comment, held.given_at = points, comment, at
    held.edition += 1
    held.save(update_fields=["points", "comment", "given_at", "edition"])
    after = {"points": show_points(points), "comment": comment}
    data = {"state": panel.state, "member": held.assessor.code}
    record_one(held.application, "give_score", by=by, at=at, before=before, after=after, data=data)
    return held


def _giving(points, comment):
    problems = []
    if points is None or not 0 <= points <= FULL:
        problems.append("评分应在 0 到 100 之间。")
    elif points % HUNDREDTH:
        problems.append("评分最多保留两位小数。")
    if len(comment) > LONGEST_COMMENT:
        problems.append(f"评语不能超过 {LONGEST_COMMENT} 字，现有 {len(comment)} 字。")
    return problems


@transaction.atomic
def close(panel, *, by, at) -> list[Application]:
    """Work out the total of every application at the desk that has none yet, once every score is in."""
    held = hold_panel(panel, by)
    if held.status != Panel.Status.DRAWN:
        raise AlreadyMoved("考核评估组目前不在评分中，不能汇总。")
    applications = moving.lock(panel_pool.waiting(held).values_list("pk", flat=True))
    if problems := panel_pool.against_closing(held):
        raise NotReady(problems)
    rule = rule_of(held)
    told, totals = [], {}
    rows: dict[int, list[PanelScore]] = {}
    for score in open_scores(held):
        rows.setdefault(score.application_id, []).append(score)
    for application in applications:
        scores = rows[application.pk]
        points = [score.points for score in scores]
        found = result(points, rule)
        setattr(application, f"total_{held.region.level}", found.total)
        application.save(update_fields=[f"total_{held.region.level}"])
        totals[application.number] = show_points(found.total)
        told.append(_told(held, application, scores, points, found))
    held.status, held.closed_at = Panel.Status.CLOSED, at
    held.save(update_fields=["status", "closed_at"])
    events = record_all(told, by=by, at=at)
    ApplicationEvent.objects.bulk_create(
        ApplicationEvent(event=event, application=one)
        for event, one in zip(events, applications, strict=True)
    )
    record_panel(held, "close_panel", by=by, at=at, after={"total": totals})
    return applications


def rule_of(panel) -> Rule:
    """How the scores of this panel become one."""
    return Rule.of(section(panel.round), drop=panel.drop_extremes)


def _told(panel, application, scores, points, found):
    """The event of one total: every score with its member, the spread, outliers and what was dropped."""
    codes = [score.assessor.code for score in scores]
    return {
        "action": "total_panel",
        "subject": f"{application.number} {application.community.name}",
        "after": {"total": show_points(found.total)},
        "data": {
            "state": panel.state,
            "scores": {code: show_points(one) for code, one in zip(codes, points, strict=True)},
            "spread": show_points(found.spread),
            "outliers": [codes[n] for n in sorted(found.outliers)],
            "dropped": [codes[n] for n in sorted(found.dropped)],
            "because": words(points, found),
        },
    }

"""What must always hold, proved from the tables: a list of checks, each yielding a sentence for every breach.

A check only reads and never raises for what it finds. Run after every test module, nightly, and by `check_invariants`.
"""

import hashlib
import json

from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Count, F, Q

from accounts.events import broken_links
from accounts.models import ImportBatch
from accreditation import title_sums
from accreditation.models import (
    Application,
    ApplicationEvent,
    Attachment,
    Filing,
    Notice,
    NoticeEntry,
    Objection,
    Panel,
    PanelScore,
    ProgrammeVersion,
    Quota,
    Recognition,
    Round,
    State,
)
from accreditation.panel_results import Rule, result
from accreditation.paper.invariants import PAPER_CHECKS
from accreditation.region_moves import positions_match
from accreditation.routes import NOTICES, REVIEWS
from accreditation.title_invariants import TITLE_CHECKS
from regions import name_search
from regions.clock import end_of
from regions.divisions import changed_superior
from regions.models import NameGram
from scoring.models import RubricVersion

# Actions that move an application; each must tell the state it left and the one it reached.
MOVES = {
    "submit",
    "pass_on",
    "send_back",
    "resubmit",
    "decline",
    "withdraw",
    "publish",
    "close",
    "disqualify",
    "recognise",
}


def chain(at):
    """The chain of events is whole."""
    for _, sentence in broken_links():
        yield f"事件链：{sentence}"


def states_follow_events(at):
    """Each application's moves, replayed from its events, lead from draft to the state it is in."""
    last, steps = {}, {}
    rows = (
        ApplicationEvent.objects.filter(event__action__in=MOVES)
        .order_by("event_id")
        .values_list("application_id", "event__action", "event__body")
    )
    for pk, action, body in rows.iterator(chunk_size=2000):
        told = json.loads(body)
        before, after = told["before"].get("state"), told["after"].get("state")
        if last.get(pk, State.DRAFT) != before:
            yield f"申报 {pk}：事件 {action} 从“{before}”出发，而此前在“{last.get(pk, State.DRAFT)}”"
        last[pk] = after
        steps[pk] = steps.get(pk, 0) + 1
    for pk, state in Application.objects.values_list("pk", "state").iterator(chunk_size=2000):
        if last.get(pk, State.DRAFT) != state:
            yield f"申报 {pk}：现为“{state}”，事件止于“{last.get(pk, State.DRAFT)}”"


def every_application_started(at):
    """Every application has the event of its start."""
    without = Application.objects.annotate(
        starts=Count("events", filter=Q(events__event__action="start"))
    ).exclude(starts=1)
    for pk in without.values_list("pk", flat=True):
        yield f"申报 {pk}：没有（或有多条）开始申报的事件"


def states_on_route(at):
    """Nobody stands at a desk or notice its programme's route does not have."""
    pairs = (
        Application.objects.filter(state__in=(*REVIEWS, *NOTICES)).values_list("round_id", "state").distinct()
    )
    rounds = {r.pk: r for r in Round.objects.select_related("version")}
    for round_id, state in pairs:
        if state not in rounds[round_id].route:
            yield f"批次 {round_id}：有申报处于流程之外的环节“{state}”"


def documents_unaltered(at):
    """Every programme version and rubric is, byte for byte, what was loaded."""
    for kind, rows in (("方案", ProgrammeVersion.objects.all()), ("评分表", RubricVersion.objects.all())):
        for row in rows:
            if hashlib.sha256(row.document.encode()).hexdigest() != row.checksum:
                yield f"{kind} {row.pk}：内容与摘要不符"


def quotas_count(at):
    """used = places held, and never more than the size."""
    for quota in Quota.objects.annotate(held=Count("places")).filter(
        ~Q(used=F("held")) | Q(used__gt=F("size"))
    ):
        yield f"名额 {quota.pk}：记 {quota.used} 个，实占 {quota.held} 个，共 {quota.size} 个"


def places_have_holders(at):
    """A place is held only by an application that is listed, on its way up, or recognised."""
    gone = (State.DRAFT, State.RETURNED, State.DECLINED, State.WITHDRAWN, State.DISQUALIFIED)
    for pk in (
        Application.objects.filter(places__isnull=False, state__in=gone)
        .values_list("pk", flat=True)
        .distinct()
    ):
        yield f"申报 {pk}：已离开评审，仍占名额"


def filings_kept(at):
    """Every filed application has its filings, unaltered."""
    for filing in Filing.objects.iterator(chunk_size=500):
        if hashlib.sha256(filing.content.encode()).hexdigest() != filing.checksum:
            yield f"申报 {filing.application_id}：第 {filing.number} 次提交的内容与摘要不符"
    without = Application.objects.filter(filed_at__isnull=False, filings__isnull=True)
    for pk in without.values_list("pk", flat=True):
        yield f"申报 {pk}：已提交，但没有留存提交内容"


def notices_ended_rightly(at):
    """No notice ended early; nobody went on past an open objection; running entries stand in the notice's state."""
    for notice in Notice.objects.filter(ended_at__isnull=False):
        if notice.ended_at < end_of(notice.last_day):
            yield f"公示 {notice.pk}：结束于公示期满之前"
    open_ones = Objection.objects.filter(admitted_at__isnull=False, settled_at__isnull=True)
    for pk in open_ones.filter(entry__status=NoticeEntry.Status.CLEARED).values_list("entry_id", flat=True):
        yield f"公示条目 {pk}：异议未办结而已通过"
    wrong = NoticeEntry.objects.filter(status=NoticeEntry.Status.RUNNING).exclude(
        application__state=F("notice__state")
    )
    for pk in wrong.values_list("pk", flat=True):
        yield f"公示条目 {pk}：仍在公示，而申报已不在该环节"


def recognitions_match(at):
    """A recognised application has exactly one title; a title comes from a recognised one, from an import that stands, from
    the title it carries on, or was taken over by an event.
    """
    for pk in Application.objects.filter(state=State.RECOGNISED, recognition__isnull=True).values_list(
        "pk", flat=True
    ):
        yield f"申报 {pk}：已认定而没有称号记录"
    wrong = Recognition.objects.filter(application__isnull=False).exclude(
        application__state__in=(State.RECOGNISED, State.DISQUALIFIED)
    )
    for pk in wrong.values_list("pk", flat=True):
        yield f"称号 {pk}：申报并未认定"
    without = Recognition.objects.filter(application=None, batch=None, carries=None, events=None)
    for pk in without.values_list("pk", flat=True):
        yield f"称号 {pk}：没有来源，既不出自申报，也不出自导入或登记"
    undone = Recognition.objects.filter(batch__isnull=False).exclude(batch__status=ImportBatch.Status.APPLIED)
    for pk in undone.values_list("pk", flat=True):
        yield f"称号 {pk}：出自没有导入或已经撤销的文件"


def totals_match(at):
    """The totals kept for lists are those of the sheets."""
    rows = Application.objects.filter(self_sheet__isnull=False).values_list(
        "pk", "total_self", "self_sheet__total"
    )
    for pk, kept, total in rows.iterator(chunk_size=2000):
        if kept != total:
            yield f"申报 {pk}：自评分与评分表不一致"


def panels_hold(at):
    """A panel's totals are the mean of its standing scores, and nobody assesses a community of the county they come from."""
    for panel in Panel.objects.select_related("round__version__programme", "region"):
        if not (section := panel.round.version.data.get("panel")):
            yield f"考核评估组 {panel.pk}：批次的方案没有考核评估组"
            continue
        rule = Rule.of(section, drop=panel.drop_extremes)
        scores = PanelScore.objects.standing().filter(assessor__panel=panel)
        rows = {}
        for score in scores.select_related("application", "assessor__county").order_by(
            "application", "assessor"
        ):
            rows.setdefault(score.application, []).append(score)
            county = score.assessor.county
            if (
                county is not None
                and county.contains(score.application.position)
                and not changed_superior(score.application.position, since=panel.round.opens_on)
            ):
                yield f"申报 {score.application_id}：考核人员 {score.assessor.code} 考核了本县（市、区）的社区"
        for application, own in rows.items():
            total, points = application.total(panel.region.level), [score.points for score in own]
            if total is not None and (None in points or result(points, rule).total != total):
                yield f"申报 {application.pk}：考核得分与各人评分的平均数不符"


def files_exist(at):
    """Every attachment has its file."""
    for pk, name in Attachment.objects.values_list("pk", "file").iterator(chunk_size=2000):
        if not default_storage.exists(name):
            yield f"材料 {pk}：文件缺失"


def title_sums_match(at):
    """The kept sums of titles, as far as they are up to date, are what the titles add up to."""
    yield from title_sums.differences()


def names_searchable(at):
    """Every community is found by each part of its names and former names."""
    for pk in name_search.lacking(connection, NameGram.objects.all()):
        yield f"社区 {pk}：有名称不能检索，请运行 rebuild_name_search"


CHECKS = (
    chain,
    states_follow_events,
    every_application_started,
    states_on_route,
    documents_unaltered,
    quotas_count,
    places_have_holders,
    filings_kept,
    notices_ended_rightly,
    recognitions_match,
    totals_match,
    panels_hold,
    files_exist,
    title_sums_match,
    names_searchable,
    positions_match,
    *PAPER_CHECKS,
    *TITLE_CHECKS,
)


# What the floors above want proved with it.
ADDED = []


def checks():
    """Every check there is, from the ground up."""
    return (*CHECKS, *ADDED)


def breaches(at, chosen=None):
    """Run the checks (all, or those chosen); yield (check, sentences)."""
    for check in checks() if chosen is None else chosen:
        yield check, list(check(at))

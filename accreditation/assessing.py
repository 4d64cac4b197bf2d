"""What a handler keeps at a desk before anyone decides: the desk's own score sheet, and visits.

Neither moves a state. The sheet may be saved half filled as often as wanted; its total counts only when every line and
every needed reason is in. The event "assess" is written when the sheet becomes complete and when it changes afterwards,
so that saving while typing does not flood the chain.
"""

import json

from django.db import transaction

from accounts.events import canonical, record
from accreditation import filing_content, sheets
from accreditation.models import ApplicationEvent, Assessment, Attachment, SiteVisit
from accreditation.moving import hold
from accreditation.refusals import AlreadyMoved, NotReady
from regions.clock import day_of
from scoring.models import ScoreSheet
from scoring.points import parse_points, show_points
from scoring.reading import clean

LISTED = "该申报已列入推荐名单，请先由审核岗位移出名单，再作改动。"
LONGEST_REASON = 300


@transaction.atomic
def save_sheet(application, lines, corrections, *, by, at, seen, edition) -> Assessment:
    """Keep the given lines and corrections; the others stay. Returns the desk's assessment with its sheet.

    lines: indicator code → {"points": "2.5" (None or "" takes them away), "reason": text, "flag": to be sent back};
    criterion code → {"met": "yes", "no", "na" or "", "reason", "flag"}.
    corrections: figure key → {"value": as a sheet keeps it (None takes the correction away), "reason": text}.
    edition: of the sheet the page was printed with (0 where there was none); None asks nothing.
    A change after the handler's proposal takes the proposal back: it stood on other scores.
    """
    held = hold(application, by, seen, "assess")
    rubric = filing_content.rubric(held)
    if not held.step.scores or rubric is None:
        raise NotReady("本环节不评分。")
    if held.listed_at:
        raise NotReady(LISTED)
    assessment, _ = Assessment.objects.select_related("sheet", "handler").get_or_create(
        application=held, state=held.state
    )
    _refuse_old_page(assessment, edition)
    before = sheets.read(held, assessment)
    kept_lines, problems = _merged_lines(before, assessment, lines)
    kept_corrections, more = _merged_corrections(before, corrections)
    if problems := problems + more:
        raise NotReady(problems)
    after = sheets.lay_out(held, kept_lines, kept_corrections)
    if after.wrong:
        raise NotReady([f"更正后的数据不可能：{sentence}。" for sentence in after.wrong.values()])
    if assessment.sheet_id and after == before:
        return assessment
    _keep(held, assessment, after, kept_lines, by, at)
    if before.complete or after.complete:
        _record_sheet(held, before, after, by=by, at=at)
    return assessment


def _refuse_old_page(assessment, edition):
    have = assessment.sheet.edition if assessment.sheet_id else 0
    if edition is not None and edition != have:
        who = f"由{assessment.handler.name}" if assessment.handler else ""
        raise AlreadyMoved(f"这份评分表刚刚{who}在另一处保存过。您填写的内容仍在页面上，请核对后重新保存。")


def _merged_lines(before, assessment, lines):
    kept = json.loads(assessment.sheet.lines) if assessment.sheet_id else {}
    problems = []
    for code, line in lines.items():
        if code not in before.by_code:
            problems.append(f"评分表没有“{code[:10]}”这一项。")
            continue
        reason, row = (line.get("reason") or "").strip(), before.by_code[code]
        is_check = isinstance(row, sheets.Check)
        read, place = (_finding, f"第 {row.number} 条") if is_check else (_points, f"第 {row.item.number} 项")
        found, problem = read(before.rubric, code, line)
        if problem := problem or _too_long(reason):
            problems.append(f"{place}：{problem}。")
            continue
        flag = {"flag": True} if line.get("flag") else {}
        kept[code] = {**found, **({"reason": reason} if reason else {}), **flag}
    return {code: line for code, line in kept.items() if line}, problems


def _finding(rubric, code, line):
    """(what is kept of a finding, why it cannot be)."""
    met = line.get("met") or ""
    if met and met not in sheets.FINDINGS:
        return {}, f"结论应为{'、'.join(sheets.FINDINGS.values())}之一"
    return ({"met": met} if met else {}), ""


def _points(rubric, code, line):
    """(what is kept of points, why they cannot be)."""
    text = line.get("points") or ""
    try:
        problem = rubric.problem_with(code, parse_points(text)) if text else ""
    except ValueError as error:
        return {}, str(error)
    if problem:
        return {}, f"考核分{problem}"
    return ({"points": show_points(parse_points(text))} if text else {}), ""


def _too_long(reason):
    if len(reason) > LONGEST_REASON:
        return f"理由不能超过 {LONGEST_REASON} 字，现有 {len(reason)} 字"
    return ""


def _merged_corrections(before, corrections):
    kept, problems = dict(before.corrections), []
    for key, correction in corrections.items():
        figure = before.correctable.get(key)
        if figure is None:
            problems.append(f"没有可以更正的数据“{key[:40]}”。")
            continue
        value, reason = correction.get("value"), (correction.get("reason") or "").strip()
        if value is None or value == before.filed.get(key):
            kept.pop(key, None)
        elif problem := clean(figure, value).problem:
            problems.append(f"更正“{figure.label}”：{problem}。")
        elif len(reason) > LONGEST_REASON:
            problems.append(f"更正“{figure.label}”：理由不能超过 {LONGEST_REASON} 字。")
        else:
            kept[key] = {"value": value, "reason": reason, "filed": before.filed.get(key)}
    return kept, problems


def _keep(held, assessment, after, lines, by, at):
    sheet = assessment.sheet or ScoreSheet(rubric=held.round.rubric, edition=0)
    sheet.figures, sheet.lines = canonical(after.figures), canonical(lines)
    sheet.total, sheet.passed, sheet.saved_at = after.total, after.passed, at
    sheet.edition += 1
    sheet.save()
    assessment.sheet, assessment.handler = sheet, by
    assessment.corrections = canonical(after.corrections)
    assessment.verdict, assessment.proposed_at = "", None
    assessment.save(update_fields=["sheet", "handler", "corrections", "verdict", "proposed_at"])
    column = f"total_{held.step.level}"
    setattr(held, column, after.total)
    held.save(update_fields=[column])


def _record_sheet(held, before, after, *, by, at):
    """What changed: all lines when the sheet becomes complete, later the lines that differ."""
    codes = [
        code
        for code, row in after.by_code.items()
        if not before.complete or _told(row) != _told(before.by_code[code])
    ]
    event = record(
        "assess",
        by=by,
        at=at,
        subject=f"{held.number} {held.community.name}",
        before=_summary(before, codes) if before.complete else {},
        after=_summary(after, codes),
        data={"state": held.state},
    )
    ApplicationEvent.objects.create(event=event, application=held)


def _told(row):
    if isinstance(row, sheets.Check):
        return {"met": row.met, "reason": row.reason}
    return {"points": show_points(row.points) if row.points is not None else "", "reason": row.reason}


def _summary(sheet, codes):
    return {
        "total": show_points(sheet.total) if sheet.total is not None else None,
        **({"passed": sheet.passed} if sheet.checks else {}),
        "lines": {code: _told(sheet.by_code[code]) for code in codes},
        "corrections": sheet.corrections,
    }


@transaction.atomic
def save_visit(application, *, by, at, seen, on, inspectors, findings, passed, photos=()) -> SiteVisit:
    """Record a visit of this desk: the day, who went, what they found, passed or not, and photos.

    photos: checked uploads (accreditation.uploads). The last visit of a desk is the one that counts.
    """
    held = hold(application, by, seen, "visit")
    if held.listed_at:
        raise NotReady(LISTED)
    inspectors, findings = inspectors.strip(), findings.strip()
    missing = [
        sentence
        for lacks, sentence in (
            (on > day_of(at), "考察日期不能晚于今天。"),
            (not inspectors, "请填写考察人员。"),
            (not findings, "请填写考察情况。"),
        )
        if lacks
    ]
    if missing:
        raise NotReady(missing)
    visit = SiteVisit.objects.create(
        application=held,
        state=held.state,
        on=on,
        inspectors=inspectors,
        findings=findings,
        passed=passed,
        recorded_by=by,
        recorded_at=at,
    )
    attachments = [_photo(held, visit, checked, by, at) for checked in photos]
    event = record(
        "visit",
        by=by,
        at=at,
        subject=f"{held.number} {held.community.name}",
        after={"on": on.isoformat(), "passed": passed, "inspectors": inspectors},
        data={"state": held.state, "visit": visit.pk, "photos": [a.checksum for a in attachments]},
    )
    ApplicationEvent.objects.create(event=event, application=held)
    return visit


def _photo(held, visit, checked, by, at):
    return Attachment.objects.create(
        application=held,
        material="visit",
        visit=visit,
        file=checked.stored_name,
        name=checked.name,
        size=checked.size,
        content_type=checked.content_type,
        checksum=checked.checksum,
        uploaded_by=by,
        uploaded_at=at,
    )

"""The verbs of an application: who may, what must hold, what follows. The move itself is made by moving.py.

Every verb is one transaction: lock the row, ask again who and where, refuse a stale page, check what must hold, move,
take or give back places, and write the event last. Lock order: applications by key, quotas by key, event head.
"""

from typing import NamedTuple

from django.db import transaction

from accounts.events import canonical, record
from accreditation import eligibility, filing, filing_content, lists, needs, quotas, sheets
from accreditation.models import Application, ApplicationEvent, Assessment, Filing, Remark, Round
from accreditation.moving import ask_again, hold, lock, move, save_all, save_and_record, tell_all
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from regions.clock import day_of
from regions.rows import Statement, changed, stored

# The community


@transaction.atomic
def submit(application, *, by, at, seen):
    """To the first desk of the route, with every unmet condition said at once. The filed content is kept word for word."""
    application = hold(application, by, seen, "submit")
    _refuse_closed(application.round, at)
    filing.look_up(application, at)
    if missing := [
        *filing_content.missing_sentences(application),
        *eligibility.reasons_against(application, at),
    ]:
        raise NotReady(missing)
    before = move(application, "submit", at=at)
    application.filed_at = at
    filed = _file(application, by, at)
    return save_and_record(
        application, "submit", before, by=by, at=at, data={"filing": filed.checksum}, extra=["filed_at"]
    )


@transaction.atomic
def resubmit(application, *, by, at, seen):
    """Back to the desk that returned it, which sees what changed."""
    application = hold(application, by, seen, "resubmit")
    filing.look_up(application, at)
    if missing := [
        *filing_content.missing_sentences(application),
        *eligibility.reasons_against(application, at),
    ]:
        raise NotReady(missing)
    filed = _file(application, by, at)
    before = move(application, "resubmit", at=at)
    application.remarks.filter(answered_at=None).update(answered_at=at)
    # The desk looks again: what was proposed stood on the figures before the correction.
    application.assessments.filter(state=application.state).update(
        verdict="", proposed_at=None, approver=None, decided_at=None
    )
    extra = _weigh_again(application)
    return save_and_record(
        application, "resubmit", before, by=by, at=at, data={"filing": filed.checksum}, extra=extra
    )


def _weigh_again(application):
    """The desk's sheet stood on the figures before the correction: its total counts only while every reason still holds."""
    assessment = (
        application.assessments.select_related("sheet")
        .filter(state=application.state, sheet__isnull=False)
        .first()
    )
    if assessment is None:
        return []
    again = sheets.after_resubmission(application, assessment)
    assessment.corrections = canonical(again.corrections)
    assessment.save(update_fields=["corrections"])
    sheet = assessment.sheet
    sheet.figures, sheet.total, sheet.passed = canonical(again.figures), again.total, again.passed
    sheet.edition += 1
    sheet.save(update_fields=["figures", "total", "passed", "edition"])
    column = f"total_{assessment.level}"
    setattr(application, column, again.total)
    return [column]


def _refuse_closed(round_, at):
    day = day_of(at)
    if round_.status != Round.Status.OPEN or day < round_.opens_on:
        raise NotReady("本批次目前不接受申报。")
    if (until := round_.due("draft")) and day > until:
        raise NotReady(f"申报已于{until:%Y年%m月%d日} 24:00 截止。")


def _file(application, by, at):
    content = canonical(filing_content.content(application))
    return Filing.objects.create(
        application=application,
        number=application.filings.count() + 1,
        content=content,
        checksum=filing_content.checksum(content),
        filed_at=at,
        filed_by=by,
    )


@transaction.atomic
def withdraw(application, *, by, at, seen, reason=""):
    """By the community, until recognition. Places it held come free."""
    application = hold(application, by, seen, "withdraw")
    before = move(application, "withdraw", at=at)
    quotas.give_back(application)
    _leave_notice(application, at)
    return save_and_record(application, "withdraw", before, by=by, at=at, data={"reason": reason})


# The desks


@transaction.atomic
def propose(application, *, by, at, seen, verdict, opinion):
    """The handler's verdict and opinion, for another person of the office to decide. Moves nothing."""
    application = hold(application, by, seen, "propose")
    if application.listed_at:
        raise NotReady("该申报已列入推荐名单，请先由审核岗位移出名单。")
    if not opinion.strip():
        raise NotReady("请填写意见。")
    if verdict == Assessment.Verdict.RECOMMEND:
        if missing := needs.unmet(application, application.step, apart=needs.AFTER_PROPOSAL):
            raise NotReady(missing)
    assessment, _ = Assessment.objects.get_or_create(application=application, state=application.state)
    before = {"verdict": assessment.verdict, "opinion": assessment.opinion}
    assessment.verdict, assessment.opinion, assessment.handler, assessment.proposed_at = (
        verdict,
        opinion,
        by,
        at,
    )
    assessment.save(update_fields=["verdict", "opinion", "handler", "proposed_at"])
    event = record(
        "propose",
        by=by,
        at=at,
        subject=f"{application.number} {application.community.name}",
        before=before,
        after={"verdict": verdict, "opinion": opinion},
        data={"state": application.state},
    )
    ApplicationEvent.objects.create(event=event, application=application)
    return application


class Decided(NamedTuple):
    """Who decided: the statement that notes it at the desk's assessment, and what the event tells of it."""

    noted: Statement
    told: dict


def _decide(application, by, at) -> Decided:
    """Where a programme lets one clerk do both and one did, the event says so."""
    desk = {"application_id": application.pk, "state": application.state}
    noted = changed(Assessment, desk, {"approver": by.pk, "decided_at": at})
    if not application.step.one_clerk:
        return Decided(noted, {})
    assessment = application.assessment_at(application.state)
    return Decided(noted, {"one_clerk": True} if assessment and assessment.handler_id == by.pk else {})


@transaction.atomic
def pass_on(application, *, by, at, seen, remarks=""):
    """On to the next desk. Where the step has a list, only from the list."""
    application = hold(application, by, seen, "pass_on")
    step = application.step
    following = application.route.after(step.state)
    if following is None or following.is_notice:
        raise NotReady("本环节须以公示名单发布，不能逐件上报。")
    if step.listing and application.listed_at is None:
        raise NotReady("请先列入推荐名单，再上报。")
    if missing := needs.unmet(application, step):
        raise NotReady(missing)
    decided = _decide(application, by, at)
    data = {"remarks": remarks, **decided.told}
    before = move(application, "pass_on", at=at)
    return save_and_record(application, "pass_on", before, by=by, at=at, data=data, first=[decided.noted])


@transaction.atomic
def pass_on_list(round_, tier, state, *, by, at, seen) -> list[Application]:
    """The desk's whole list on to the next desk, where no notice lies between: all in one transaction, or none.

    `seen` is {application pk: moves} as the preview showed the list.
    """
    if by.acting is None or by.acting.office_id is None:
        raise NotYours()
    step, following = round_.route.step(state), round_.route.after(state)
    if not step.listing or following is None or following.is_notice:
        raise NotReady("本环节的名单不能整体上报。")
    region = by.acting.office.region
    listed = Application.objects.filter(
        round=round_,
        tier=tier,
        state=state,
        listed_at__isnull=False,
        position__range=(region.position, region.last),
    )
    held = [a for a in lock(listed.values_list("pk", flat=True)) if a.state == state and a.listed_at]
    if {a.pk: a.moves for a in held} != seen:
        raise AlreadyMoved("名单在您预览之后有变动，请重新预览后再上报。")
    for application in held:
        ask_again(application, by, None, "pass_on")
    if found := lists.findings(lists.desk_list(round_, tier, state, region, day=day_of(at)), step):
        raise NotReady([sentence for sentence, _ in found])
    moved = [(application, move(application, "pass_on", at=at)) for application in held]
    save_all(moved, "pass_on", by=by, at=at, data={"list": len(held)})
    return held


@transaction.atomic
def send_back(application, *, by, at, seen, remarks):
    """For correction, with remarks at named fields: [(target, text)]. A place on the list comes free."""
    application = hold(application, by, seen, "send_back")
    remarks = [(target, text.strip()) for target, text in remarks if text.strip()]
    if not remarks:
        raise NotReady("请至少指出一处需要补正的内容。")
    if unknown := [target for target, _ in remarks if target not in filing_content.remarkable(application)]:
        raise NotReady(f"没有这一处内容：{'、'.join(unknown)}。")
    decided = _decide(application, by, at)
    quotas.give_back(application)
    Remark.objects.bulk_create(
        Remark(
            application=application, state=application.state, target=target, text=text, author=by, made_at=at
        )
        for target, text in remarks
    )
    before = move(application, "send_back", at=at)
    data = {"remarks": [list(remark) for remark in remarks], **decided.told}
    return save_and_record(application, "send_back", before, by=by, at=at, data=data, first=[decided.noted])


@transaction.atomic
def decline(application, *, by, at, seen, reason):
    """Not recommended, with a reason the community reads. A place comes free."""
    application = hold(application, by, seen, "decline")
    if not reason.strip():
        raise NotReady("请写明不予推荐的理由。")
    return decline_held(application, by=by, at=at, reason=reason, decided=_decide(application, by, at))


def decline_held(application, *, by, at, reason, decided: Decided | None = None):
    """Decline an application the caller has locked and asked for (an upheld objection comes here too)."""
    before = move(application, "decline", at=at)
    quotas.give_back(application)
    _leave_notice(application, at)
    data = {"reason": reason, **(decided.told if decided else {})}
    first = [decided.noted] if decided else []
    return save_and_record(application, "decline", before, by=by, at=at, data=data, first=first)


@transaction.atomic
def shortlist(application, *, by, at, seen):
    """Onto the desk's list of recommendations, within every quota the step names. The state stays."""
    application = hold(application, by, seen, "shortlist")
    step = application.step
    if not step.listing:
        raise NotReady("本环节没有推荐名单。")
    if application.listed_at:
        raise AlreadyMoved("该申报已在推荐名单中。")
    if missing := needs.unmet(application, step):
        raise NotReady(missing)
    quotas.take(application, step)
    decided = _decide(application, by, at)
    application.listed_at = at
    application.passed_over_reason = ""
    return _listed(application, "shortlist", by=by, at=at, data=decided.told, first=[decided.noted])


@transaction.atomic
def unlist(application, *, by, at, seen):
    """Off the list again; its place comes free."""
    application = hold(application, by, seen, "unlist")
    if application.listed_at is None:
        raise AlreadyMoved("该申报不在推荐名单中。")
    quotas.give_back(application)
    application.listed_at = None
    return _listed(application, "unlist", by=by, at=at)


@transaction.atomic
def pass_over(application, *, by, at, seen, reason):
    """Why a better-ranked application is left off the list: kept with it and shown beside the list."""
    application = hold(application, by, seen, "pass_over")
    if application.listed_at:
        raise AlreadyMoved("该申报已在推荐名单中。")
    if not reason.strip():
        raise NotReady("请写明未列入名单的理由。")
    application.passed_over_reason = reason.strip()
    return _listed(application, "pass_over", by=by, at=at, data={"reason": reason.strip()})


def _listed(application, verb, *, by, at, data=None, first=()):
    application.moves += 1
    told = {
        "action": verb,
        "subject": f"{application.number} {application.community.name}",
        "after": {"listed": application.listed_at is not None, "moves": application.moves},
        "data": {"state": application.state, **(data or {})},
    }
    kept = stored(application, ["listed_at", "passed_over_reason", "moves"])
    tell_all([(application.pk, told)], by=by, at=at, first=[*first, kept])
    return application


@transaction.atomic
def disqualify(application, *, by, at, seen, reason, document=""):
    """Fraud found at any time ends the application (甘人社通〔2023〕287号 art. 16)."""
    application = hold(application, by, seen, "disqualify")
    if not reason.strip():
        raise NotReady("请写明弄虚作假的事实和依据。")
    before = move(application, "disqualify", at=at)
    quotas.give_back(application)
    _leave_notice(application, at)
    return save_and_record(
        application, "disqualify", before, by=by, at=at, data={"reason": reason, "document": document}
    )


def _leave_notice(application, at):
    """Off every running notice: its entries there are marked removed."""
    application.entries.filter(status="running").update(status="removed", settled_at=at)

"""Public notices: publish a list, hear objections, settle them, and let the notice end by itself."""

import datetime as dt
import secrets

from django.db import transaction

from accounts.events import record
from accounts.models import Role
from accreditation import lists, moving, personal_numbers, transitions
from accreditation.models import (
    Application,
    Notice,
    NoticeEntry,
    NoticeEvent,
    Objection,
    ObjectionFile,
    State,
)
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from regions.clock import SHANGHAI, day_of, end_of
from regions.workdays import Calendar, UnknownYear

ADMIT_WORKDAYS, CONCLUDE_WORKDAYS, EXTEND_WORKDAYS = 2, 10, 10


def _may_publish(user, region_level):
    posting = user.acting
    if posting is None or posting.role != Role.PUBLISHER or posting.level != region_level:
        raise NotYours("公示由本级的发布岗位发布。")
    return posting.office


def period(calendar, day: dt.date, workdays: int) -> tuple[dt.date, dt.date]:
    """First and last counted day of a notice published on `day`: the day of publication is not counted (民法典 art. 201).

    Raises UnknownYear where the period runs into a year without a calendar.
    """
    return day + dt.timedelta(days=1), calendar.notice_end(day, workdays)


def resting_days(calendar, first: dt.date, last: dt.date) -> list[dt.date]:
    """The days from first to last that are not working days: what a period leaves out. Raises UnknownYear."""
    days = ((last - first).days + 1) if last >= first else 0
    inside = (first + dt.timedelta(days=n) for n in range(days))
    return [day for day in inside if not calendar.is_working(day)]


def problems(desk, round_, state, at) -> list[str]:
    """What stands in the way of publishing this list, as sentences; empty when it may be published."""
    step, following = round_.route.step(state), round_.route.after(state)
    if following is None or not following.is_notice:
        return ["本环节不发布公示。"]
    return [sentence for sentence, _ in lists.findings(desk, step)]


def disclosing(texts) -> list[str]:
    """Sentences about numbers of persons in what everyone would read; empty when it may be published."""
    kinds = dict.fromkeys(kind for text in texts for kind in personal_numbers.told(text))
    return [f"公示内容里有{kind}，请删去后再发布：公示不得公开个人的{kind}。" for kind in kinds]


@transaction.atomic
def publish(round_, tier, state, *, by, at, seen, text) -> Notice:
    """Publish the desk's whole list as one notice.

    `seen` is {application pk: moves} as the preview showed the list; `text` has number, title, basis, process, contact,
    address. Every listed application moves to the notice in one transaction, or none does.
    """
    step = round_.route.step(state)
    office = _may_publish(by, step.level)
    region = office.region
    listed = Application.objects.filter(
        round=round_,
        tier=tier,
        state=state,
        listed_at__isnull=False,
        position__range=(region.position, region.last),
    )
    held = moving.lock(listed.values_list("pk", flat=True))
    held = [a for a in held if a.state == state and a.listed_at]
    if {a.pk: a.moves for a in held} != seen:
        raise AlreadyMoved("名单在您预览之后有变动，请重新预览后再发布。")
    for application in held:
        moving.ask_again(application, by, None, "publish")
    if found := disclosing([*text.values(), *(a.community.name for a in held)]):
        raise NotReady(found)
    if found := problems(lists.desk_list(round_, tier, state, region, day=day_of(at)), round_, state, at):
        raise NotReady(found)
    following = round_.route.after(state)
    try:
        first, last = period(Calendar.load(region), day_of(at), following.workdays)
    except UnknownYear as error:
        raise NotReady(str(error)) from error
    notice = Notice.objects.create(
        round=round_,
        tier=tier,
        state=following.state,
        office=office,
        position=region.position,
        published_at=at,
        published_by=by,
        first_day=first,
        last_day=last,
        workdays=following.workdays,
        **text,
    )
    held.sort(key=lambda a: (-(a.total(step.level) or a.total_self or 0), a.position, a.pk))
    NoticeEntry.objects.bulk_create(
        NoticeEntry(notice=notice, application=a, order=n, name=a.community.name, place=a.community.place)
        for n, a in enumerate(held, 1)
    )
    moved = [(a, moving.move(a, "publish", at=at)) for a in held]
    for application in held:
        application.due_on = last
    moving.save_all(moved, "publish", by=by, at=at, data={"notice": notice.pk})
    Application.objects.bulk_update(held, ["due_on"])
    event = record(
        "publish_notice",
        by=by,
        at=at,
        subject=notice.title,
        after={"first_day": first, "last_day": last, "entries": [a.number for a in held]},
        data={"notice": notice.pk},
    )
    NoticeEvent.objects.create(event=event, notice=notice)
    return notice


# Objections


@transaction.atomic
def object_to(entry, *, at, named, name, contact, text, files=()) -> Objection:
    """Raise an objection while the notice runs: wholly inside the period or refused.

    The application is locked first, as the closing of the notice locks it: neither slips past the other.
    """
    moving.lock([entry.application_id])
    entry = NoticeEntry.objects.select_related("notice__office__region", "notice").get(pk=entry.pk)
    if entry.status != NoticeEntry.Status.RUNNING or at >= end_of(entry.notice.last_day):
        raise NotReady("该名单的公示期已经结束，不再受理异议。")
    calendar = Calendar.load(entry.notice.office.region)
    objection = Objection.objects.create(
        entry=entry,
        code=secrets.token_hex(16),
        named=named,
        name=name if named else "",
        contact=contact if named else "",
        text=text,
        raised_at=at,
        admitted_at=at if named else None,
        due_on=_due(calendar, day_of(at)),
    )
    ObjectionFile.objects.bulk_create(
        ObjectionFile(
            objection=objection,
            file=upload.stored_name,
            name=upload.name,
            size=upload.size,
            content_type=upload.content_type,
            checksum=upload.checksum,
        )
        for upload in files
    )
    event = record(
        "object",
        by=None,
        at=at,
        subject=f"{entry.notice.title}：{entry.name}",
        data={"objection": objection.pk, "named": named, "files": len(files)},
    )
    NoticeEvent.objects.create(event=event, notice=entry.notice)
    return objection


def _due(calendar, day):
    try:
        return calendar.notice_end(day, CONCLUDE_WORKDAYS)
    except UnknownYear:
        return None  # the desk page says that the year's calendar is missing


def why_not_settle(user, objection) -> str:
    """Who may deal with an objection: the office that published the notice; approvers decide, handlers admit."""
    posting = user.acting
    if posting is None or posting.office_id != objection.entry.notice.office_id:
        return "异议由发布公示的单位办理。"
    if posting.role not in (Role.HANDLER, Role.APPROVER):
        return "异议由经办、审核岗位办理。"
    return ""


def _hold_objection(objection, user) -> Objection:
    moving.lock([objection.entry.application_id])
    held = Objection.objects.select_related("entry__notice__office", "entry__application").get(
        pk=objection.pk
    )
    if reason := why_not_settle(user, held):
        raise NotYours(reason)
    if held.settled_at:
        raise AlreadyMoved("该异议已经办结。")
    return held


@transaction.atomic
def admit(objection, *, by, at) -> Objection:
    """Admit an anonymous objection: from now on it holds its entry, or stands beside the title that has come of it."""
    held = _hold_objection(objection, by)
    if held.admitted_at:
        raise AlreadyMoved("该异议已经受理。")
    recognised = held.entry.application.state == State.RECOGNISED
    if held.entry.status != NoticeEntry.Status.RUNNING and not recognised:
        raise NotReady("该社区已离开本次公示，请直接办结。")
    held.admitted_at, held.admitted_by = at, by
    held.save(update_fields=["admitted_at", "admitted_by"])
    _objection_event(held, "admit", by=by, at=at)
    return held


@transaction.atomic
def extend(objection, *, by, at, reason) -> Objection:
    """One extension of ten working days, by an approver, with a reason."""
    held = _hold_objection(objection, by)
    if by.acting.role != Role.APPROVER:
        raise NotYours("延期由审核岗位批准。")
    if held.extended_reason:
        raise AlreadyMoved("该异议已经延期过一次，不能再延。")
    if not reason.strip():
        raise NotReady("请写明延期理由。")
    calendar = Calendar.load(held.entry.notice.office.region)
    held.extended_reason = reason.strip()
    held.due_on = calendar.notice_end(held.due_on or day_of(at), EXTEND_WORKDAYS)
    held.save(update_fields=["extended_reason", "due_on"])
    _objection_event(held, "extend", by=by, at=at, data={"reason": reason})
    return held


@transaction.atomic
def settle(objection, *, by, at, outcome, reply) -> Objection:
    """Decide an objection, with the answer its author reads by code.

    Upheld: the entry is removed and the application declined with the reply as reason. Otherwise the hold falls, and an
    entry whose notice has already ended goes on at once.
    """
    held = _hold_objection(objection, by)
    if by.acting.role != Role.APPROVER:
        raise NotYours("异议由审核岗位办结。")
    if outcome == Objection.Outcome.NOT_ADMITTED and (held.named or held.admitted_at):
        raise NotReady("已受理的异议须作出成立或不成立的结论。")
    if not reply.strip():
        raise NotReady("请填写答复内容。")
    held.outcome, held.reply, held.settled_at, held.settled_by = outcome, reply.strip(), at, by
    held.save(update_fields=["outcome", "reply", "settled_at", "settled_by"])
    application = moving.lock([held.entry.application_id])[0]
    standing = (
        held.entry.status == NoticeEntry.Status.RUNNING and application.state == held.entry.notice.state
    )
    if outcome == Objection.Outcome.UPHELD and standing:
        transitions.decline_held(application, by=by, at=at, reason=f"公示异议成立：{reply.strip()}")
    elif standing and at >= end_of(held.entry.notice.last_day):
        entry = NoticeEntry.objects.filter(pk=held.entry_id)
        _go_on(held.entry.notice, entry, moving.lock_standing([application.pk]), by=by, at=at)
    _objection_event(held, "settle", by=by, at=at, data={"outcome": outcome})
    return held


def _objection_event(objection, action, *, by, at, data=None):
    notice = objection.entry.notice
    event = record(
        action,
        by=by,
        at=at,
        subject=f"{notice.title}：{objection.entry.name}",
        data={"objection": objection.pk, **(data or {})},
    )
    NoticeEvent.objects.create(event=event, notice=notice)


# The end of a notice


def close_due(at, playing=None) -> list[tuple[Notice, int, int]]:
    """End every notice whose last day is over: never early, never past an open objection. Running it twice is once.

    `playing`: in a demonstration, only the notices of the place whose time this is.

    Returns (notice, entries closed, entries held) for each notice looked at.
    """
    running = Notice.objects.filter(
        entries__status=NoticeEntry.Status.RUNNING, last_day__lt=at.astimezone(SHANGHAI).date()
    ).distinct()
    if playing is not None:
        running = [notice for notice in running if playing.plays_at(notice.position)]
    return [close(notice, at=at) for notice in sorted(running, key=lambda notice: notice.pk)]


@transaction.atomic
def close(notice, *, at) -> tuple[Notice, int, int]:
    """Let the undisputed entries of an ended notice go on; the disputed ones stay until they are settled."""
    running = notice.entries.filter(status=NoticeEntry.Status.RUNNING)
    listed = moving.lock_standing(list(running.values_list("application_id", flat=True)))
    notice.refresh_from_db()
    if at < end_of(notice.last_day):
        raise NotReady("公示期尚未结束。")
    open_ = Objection.objects.filter(entry__in=running, admitted_at__isnull=False, settled_at__isnull=True)
    disputed = set(open_.values_list("entry_id", flat=True))
    undisputed = running.exclude(pk__in=disputed)
    clear = set(undisputed.values_list("application_id", flat=True))
    if clear:
        _go_on(notice, undisputed, [a for a in listed if a.pk in clear], by=None, at=at)
    if notice.ended_at is None:
        notice.ended_at = at
        notice.save(update_fields=["ended_at"])
        event = record(
            "end_notice",
            by=None,
            at=at,
            subject=notice.title,
            data={"notice": notice.pk, "cleared": len(clear), "held": len(disputed)},
        )
        NoticeEvent.objects.create(event=event, notice=notice)
    return notice, len(clear), len(disputed)


def _go_on(notice, entries, listed, *, by, at):
    """Mark entries clear and move their (locked) applications on; the last notice leaves them ready to recognise."""
    entries.update(status=NoticeEntry.Status.CLEARED, settled_at=at)
    listed = [standing for standing in listed if standing.state == notice.state]
    if notice.round.route.after(notice.state) is not None:
        moving.move_standing(listed, "close", by=by, at=at, data={"notice": notice.pk})
        return
    Application.objects.filter(pk__in=[standing.pk for standing in listed]).update(cleared_at=at)
    told = [
        (
            standing.pk,
            {
                "action": "clear",
                "subject": f"{standing.number} {standing.name}",
                "after": {"state": standing.state},
                "data": {"notice": notice.pk},
            },
        )
        for standing in listed
    ]
    moving.tell_all(told, by=by, at=at)


def recompute(at, region=None) -> list[Notice]:
    """After a calendar change: open notices get their new last day ("原定 / 调整为"); closed ones are never reopened."""
    changed = []
    for notice in (
        Notice.objects.filter(ended_at__isnull=True).select_related("office__region").order_by("pk")
    ):
        if region is not None and not region.contains(notice.position):
            continue
        with transaction.atomic():
            held = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
            day = day_of(held.published_at)
            last = Calendar.load(notice.office.region).notice_end(day, held.workdays)
            if held.ended_at or last == held.last_day:
                continue
            before = held.last_day
            held.original_last_day = held.original_last_day or before
            held.last_day = last
            held.save(update_fields=["last_day", "original_last_day"])
            Application.objects.filter(entries__notice=held, state=held.state).update(due_on=last)
            event = record(
                "recompute_notice",
                by=None,
                at=at,
                subject=held.title,
                before={"last_day": before},
                after={"last_day": last},
                data={"notice": held.pk},
            )
            NoticeEvent.objects.create(event=event, notice=held)
            changed.append(held)
    return changed

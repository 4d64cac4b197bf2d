"""How a title ends: before its time, proposed by one, decided by another of the level that granted it, told in public; or
by itself, when the validity that its programme gave it is over.

Fraud also bars the community from applying, for the time the decision sets (甘人社通〔2023〕287号 第十六条, A40). An ended
title is never taken back into force: a wrong decision is put right by a new title.
"""

import datetime as dt

from django.db import IntegrityError, transaction

from accounts.events import record
from accounts.models import Role
from accreditation.models import Bar, Ending, Recognition, RecognitionEvent, TitleEvent
from accreditation.refusals import AlreadyMoved, NotReady
from accreditation.title_permissions import ask, at_desk, personal
from regions.clock import day_of
from regions.communities import heirs

PROPOSABLE = (Ending.Kind.FRAUD, Ending.Kind.DECISION)


def why_not_propose(user, recognition) -> str:
    """The sentence that refuses this person to propose the end of a title, or ""."""
    if recognition.ended_on is not None:
        return "该称号已经终止。"
    return at_desk(user, recognition.issuer, recognition.position, Role.HANDLER, Role.APPROVER) or personal(
        user, recognition.community
    )


@transaction.atomic
def propose(recognition, *, kind, reason, by, at) -> Ending:
    """Put a title forward for its end. Raises NotYours, NotReady, AlreadyMoved (one is waiting already)."""
    held = _hold(recognition)
    ask(why_not_propose(by, held))
    if kind not in PROPOSABLE:
        raise NotReady({"kind": "请选择撤销的原因。"})
    if not reason.strip():
        raise NotReady({"reason": "请写明撤销的事由。"})
    try:
        with transaction.atomic():
            ending = Ending.objects.create(
                recognition=held, kind=kind, reason=reason.strip(), proposed_by=by, proposed_at=at,
                office=by.acting.office,
            )  # fmt: skip
    except IntegrityError as error:
        raise AlreadyMoved("该称号已有待决定的撤销建议。") from error
    _record(held, "propose_ending", by=by, at=at, data={"kind": kind, "reason": ending.reason})
    return ending


def why_not_decide(user, ending) -> str:
    """The sentence that refuses this person to decide about a proposal, or ""."""
    if ending.state != Ending.State.PROPOSED:
        return f"该建议现为“{ending.get_state_display()}”，不能再决定。"
    title = ending.recognition
    return (
        at_desk(user, title.issuer, title.position, Role.APPROVER)
        or personal(user, title.community)
        or ("提出与决定须由不同的人办理。" if ending.proposed_by_id == user.pk else "")
    )


@transaction.atomic
def decide(
    ending, *, document_number, on: dt.date, bar_until: dt.date | None = None, bar=False, by, at
) -> Ending:
    """The title ends on `on`. `bar`: the community may not apply, until `bar_until` (inclusive; None: until lifted)."""
    held = (
        Ending.objects.select_for_update(of=("self",))
        .select_related("recognition__community")
        .get(pk=ending.pk)
    )
    ask(why_not_decide(by, held))
    found = {} if document_number.strip() else {"document_number": "请填写决定的文号。"}
    if on > day_of(at):
        found["on"] = "生效日期不能晚于今天。"
    elif on < held.recognition.granted_on:
        found["on"] = f"生效日期不能早于认定日期 {held.recognition.granted_on:%Y-%m-%d}。"
    if bar and bar_until and bar_until <= on:
        found["bar_until"] = "不得申报的截止日期应晚于生效日期。"
    if found:
        raise NotReady(found)
    title = _hold(held.recognition)
    held.state, held.document_number, held.effective_on = Ending.State.DECIDED, document_number.strip(), on
    held.decided_by, held.decided_at, held.office = by, at, by.acting.office
    held.save()
    _end(title, held, by=by, at=at)
    if bar:
        bar_community(
            title.community, starts=on, ends=bar_until, reason=held.reason, document_number=document_number,
            ending=held, by=by, at=at,
        )  # fmt: skip
    return held


@transaction.atomic
def refuse(ending, *, reason, by, at) -> Ending:
    """The title stays; the proposal and the reason against it stay on record."""
    held = (
        Ending.objects.select_for_update(of=("self",))
        .select_related("recognition__community")
        .get(pk=ending.pk)
    )
    ask(why_not_decide(by, held))
    if not reason.strip():
        raise NotReady({"reason": "请写明不同意的理由。"})
    held.state, held.decided_by, held.decided_at = Ending.State.REFUSED, by, at
    held.save(update_fields=["state", "decided_by", "decided_at"])
    _record(held.recognition, "refuse_ending", by=by, at=at, data={"reason": reason.strip()})
    return held


def end(recognition, *, kind, reason, document_number, on, proposed_by, by, at) -> Ending:
    """End a title by a decision taken elsewhere (a recheck, a change of the community), in its transaction.

    Raises AlreadyMoved when it ended before.
    """
    title = _hold(recognition)
    if title.ended_on is not None:
        raise AlreadyMoved(f"{title.number} 已经终止。")
    Ending.objects.filter(recognition=title, state=Ending.State.PROPOSED).update(
        state=Ending.State.REFUSED, decided_by=by, decided_at=at
    )
    ending = Ending.objects.create(
        recognition=title, kind=kind, reason=reason.strip()[:500], document_number=document_number.strip(),
        effective_on=on, state=Ending.State.DECIDED, proposed_by=proposed_by or by, proposed_at=at, decided_by=by,
        decided_at=at, office=by.acting.office,
    )  # fmt: skip
    _end(title, ending, by=by, at=at)
    return ending


EXPIRED = "有效期届满"


def expire_due(at, playing=None) -> list[Recognition]:
    """End every title whose last day of validity is over; a proposal to end it falls. Running it twice is once.

    It ends on the day after its last one. `playing`: in a demonstration, only the titles of the place whose time this is.
    """
    rows = Recognition.objects.filter(ended_on__isnull=True, valid_until__lt=day_of(at)).order_by("pk")
    due = [title for title in rows if playing is None or playing.plays_at(title.position)]
    found = [_expire(title, at) for title in due]
    return [title for title in found if title is not None]


@transaction.atomic
def _expire(title, at):
    title = _hold(title)
    if title.ended_on is not None:
        return None
    Ending.objects.filter(recognition=title, state=Ending.State.PROPOSED).update(
        state=Ending.State.REFUSED, decided_at=at
    )
    title.ended_on, title.ended_reason = title.valid_until + dt.timedelta(days=1), EXPIRED
    title.status = Recognition.Status.EXPIRED
    title.save(update_fields=["ended_on", "ended_reason", "status"])
    data = {"valid_until": str(title.valid_until)}
    _record(title, "expire", by=None, at=at, data=data, after={"ended_on": str(title.ended_on)})
    return title


def _end(title, ending, *, by, at):
    title.ended_on, title.ended_reason = ending.effective_on, ending.get_kind_display()
    title.status = Recognition.Status.REVOKED
    title.save(update_fields=["ended_on", "ended_reason", "status"])
    data = {"kind": ending.kind, "reason": ending.reason, "document": ending.document_number}
    _record(title, "revoke", by=by, at=at, data=data, after={"ended_on": str(ending.effective_on)})


def _hold(recognition) -> Recognition:
    return (
        Recognition.objects.select_for_update(of=("self",)).select_related("community").get(pk=recognition.pk)
    )


def _record(title, action, *, by, at, data, after=None):
    event = record(
        action, by=by, at=at, subject=f"{title.number} {title.community.name}", after=after, data=data
    )
    RecognitionEvent.objects.create(event=event, recognition=title)


# Who may not apply


def bar_community(community, *, starts, ends, reason, document_number, ending=None, by, at) -> Bar:
    """Record that a community may not apply; in the transaction of the decision."""
    bar = Bar.objects.create(
        community=community, starts=starts, ends=ends, reason=reason.strip()[:200], ending=ending,
        document_number=document_number.strip(), office=by.acting.office, decided_by=by, decided_at=at,
    )  # fmt: skip
    event = record(
        "bar_community", by=by, at=at, subject=community.name,
        data={"until": str(ends) if ends else None, "reason": bar.reason, "document": bar.document_number},
    )  # fmt: skip
    TitleEvent.objects.create(event=event, bar=bar)
    return bar


@transaction.atomic
def lift(bar, *, document_number, by, at) -> Bar:
    """End a bar before its time, by decision of the office level that set it."""
    held = (
        Bar.objects.select_for_update(of=("self",))
        .select_related("office__region", "community")
        .get(pk=bar.pk)
    )
    ask(at_desk(by, held.office.region.level, held.community.position, Role.APPROVER))
    if held.lifted_on or (held.ends and held.ends < day_of(at)):
        raise AlreadyMoved("该限制已经解除或到期。")
    if not document_number.strip():
        raise NotReady({"document_number": "请填写解除的文号。"})
    held.lifted_on, held.lifted_document = day_of(at), document_number.strip()
    held.save(update_fields=["lifted_on", "lifted_document"])
    event = record(
        "lift_bar", by=by, at=at, subject=held.community.name, data={"document": held.lifted_document}
    )
    TitleEvent.objects.create(event=event, bar=held)
    return held


def barred(community, day: dt.date) -> Bar | None:
    """The bar that keeps a community from applying on a day: its own, or one of a community it came out of."""
    bars = (
        Bar.objects.select_related("community")
        .filter(starts__lte=day, lifted_on__isnull=True)
        .exclude(ends__lt=day)
    )
    if own := bars.filter(community=community).first():
        return own
    others = list(bars.filter(community__until__isnull=False))
    came = heirs([bar.community for bar in others])
    return next((bar for bar in others if community in came[bar.community_id]), None)

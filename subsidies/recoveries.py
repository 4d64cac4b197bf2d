"""What follows from a finding: money comes back by a day, and no further subsidy is paid until a decision lifts the stop.

甘人社通〔2023〕287号 第十四条; reading A39.
"""

import datetime as dt

from django.db import transaction

from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from regions.clock import day_of
from subsidies import ledger, permissions, reports
from subsidies.models import Entry, Kind, Recovery, Stop
from subsidies.money import yuan


@transaction.atomic
def order_recovery(finding, *, due_on: dt.date, document: str, by, at) -> Recovery:
    """Decide that a finding's money comes back by a day; the next fiscal year's subsidy is stopped (A39).

    An expense found wrong no longer counts as spent, by an entry of its own.
    """
    report = finding.report
    if sentence := permissions.why_not_decide(by, report.community):
        raise NotYours(sentence)
    grant = ledger.hold(report.community_id, report.programme, finding.fiscal_year)
    if Recovery.objects.filter(finding=finding).exists():
        raise AlreadyMoved("这一问题已经作出收回决定。")
    wrong = {}
    if not document.strip():
        wrong["document"] = "请填写决定文号。"
    if due_on < day_of(at):
        wrong["due_on"] = "限缴日期不能早于今天。"
    if wrong:
        raise NotReady(wrong)
    if finding.entry is None and finding.fen > grant.free:
        raise NotReady(f"这笔资金的结余只剩 {yuan(grant.free)} 元，少于认定的 {yuan(finding.fen)} 元。")
    recovery = Recovery.objects.create(
        finding=finding,
        community=report.community,
        programme=report.programme,
        fiscal_year=finding.fiscal_year,
        fen=finding.fen,
        due_on=due_on,
        document=document.strip(),
        at=at,
        by=by,
    )
    if finding.entry is not None:
        row = ledger.entry(
            grant, Kind.DISALLOWED, f"disallowed/{recovery.pk}", finding.fen,
            on=day_of(at), at=at, use=finding.entry.use, document=recovery.document,
        )  # fmt: skip
        ledger.post([row])
    stop = _stop(
        report.community, report.programme, report.year + 1, f"{finding.get_kind_display()}，收回 {yuan(finding.fen)} 元。",
        document, by=by, at=at, recovery=recovery,
    )  # fmt: skip
    reports.note(
        "order_recovery",
        report,
        by=by,
        at=at,
        after={"fen": recovery.fen, "due_on": due_on.isoformat(), "document": recovery.document},
        data={"first_year": stop.first_year},
    )
    return recovery


def back(recovery) -> int:
    """How much of a recovery came back, in fen."""
    return dict((row.pk, fen) for row, fen in ledger.owed([recovery.community_id]))[recovery.pk]


@transaction.atomic
def repay(recovery, *, fen: int, on: dt.date, voucher: str, by, at) -> Entry:
    """Register what came back of a recovery, whole or in parts, with its voucher."""
    community = recovery.community
    if sentence := permissions.why_not_register(by, community):
        raise NotYours(sentence)
    grant = ledger.hold(community.pk, recovery.programme, recovery.fiscal_year)
    left = recovery.fen - back(recovery)
    wrong = {}
    if not voucher.strip():
        wrong["voucher"] = "请填写收款凭证号。"
    if fen <= 0:
        wrong["fen"] = "金额应大于 0 元。"
    elif fen > left:
        wrong["fen"] = f"这项决定还应收回 {yuan(left)} 元，{yuan(fen)} 元超出了。"
    if not day_of(recovery.at) <= on <= day_of(at):
        wrong["on"] = "收款日期应在决定之后，且不能晚于今天。"
    if wrong:
        raise NotReady(wrong)
    own = Entry.objects.of_grant(community.pk, recovery.programme, recovery.fiscal_year)
    number = own.filter(
        kind=Kind.RECOVERY, reverses__isnull=True, key__startswith=f"recovery/{recovery.pk}/"
    ).count()
    key = f"recovery/{recovery.pk}/{number}"
    row = ledger.entry(grant, Kind.RECOVERY, key, fen, on=on, at=at, document=voucher.strip())
    (row,) = ledger.post([row])
    ledger.note(
        "repay",
        by=by,
        at=at,
        entry=row,
        after={"fen": fen},
        data={"voucher": voucher.strip(), "document": recovery.document},
    )
    return row


def _stop(community, programme, first_year, reason, document, *, by, at, recovery=None):
    return Stop.objects.create(
        community=community,
        programme=programme,
        recovery=recovery,
        first_year=first_year,
        reason=reason.strip(),
        document=document.strip(),
        at=at,
        by=by,
    )


@transaction.atomic
def order_stop(community, programme: str, *, first_year: int, reason: str, document: str, by, at) -> Stop:
    """No further subsidy from a fiscal year on, without a recovery."""
    if sentence := permissions.why_not_decide(by, community):
        raise NotYours(sentence)
    wrong = {}
    if not reason.strip():
        wrong["reason"] = "请写明停发的理由。"
    if not document.strip():
        wrong["document"] = "请填写停发文号。"
    if not day_of(at).year <= first_year <= day_of(at).year + 5:
        wrong["first_year"] = "停发的起始年度应是本年度或以后五年之内。"
    if wrong:
        raise NotReady(wrong)
    stop = _stop(community, programme, first_year, reason, document, by=by, at=at)
    ledger.note(
        "order_stop", by=by, at=at, community=community, after={"first_year": first_year},
        data={"reason": stop.reason, "document": stop.document},
    )  # fmt: skip
    return stop


@transaction.atomic
def lift_stop(stop, *, resumes_year: int, reason: str, document: str, on: dt.date, by, at) -> Stop:
    """A decision that subsidies are given again from a fiscal year on; what lies before stays stopped."""
    stop = (
        Stop.objects.select_for_update(of=("self",)).select_related("community", "recovery").get(pk=stop.pk)
    )
    if sentence := permissions.why_not_decide(by, stop.community):
        raise NotYours(sentence)
    if stop.lifted_at:
        raise AlreadyMoved(f"已决定自 {stop.resumes_year} 年度起恢复。")
    wrong = {}
    if not reason.strip():
        wrong["reason"] = "请写明恢复的理由。"
    if not document.strip():
        wrong["document"] = "请填写恢复文号。"
    if resumes_year < stop.first_year:
        wrong["resumes_year"] = f"恢复的年度不能早于停发的年度（{stop.first_year}）。"
    if not day_of(stop.at) <= on <= day_of(at):
        wrong["on"] = "决定日期应在停发之后，且不能晚于今天。"
    if wrong:
        raise NotReady(wrong)
    if stop.recovery and (left := stop.recovery.fen - back(stop.recovery)):
        raise NotReady(f"还有 {yuan(left)} 元没有收回，收回之后才能恢复补助。")
    stop.resumes_year, stop.lifted_reason, stop.lifted_document = (
        resumes_year,
        reason.strip(),
        document.strip(),
    )
    stop.lifted_on, stop.lifted_at, stop.lifted_by = on, at, by
    stop.save(
        update_fields=[
            "resumes_year",
            "lifted_reason",
            "lifted_document",
            "lifted_on",
            "lifted_at",
            "lifted_by",
        ]
    )
    ledger.note(
        "lift_stop", by=by, at=at, community=stop.community, before={"first_year": stop.first_year},
        after={"resumes_year": resumes_year}, data={"reason": stop.lifted_reason, "document": stop.lifted_document},
    )  # fmt: skip
    return stop

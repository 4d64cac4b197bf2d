"""A community's yearly report on its spending: filed by 20 December, late is recorded and not blocked.

甘人社通〔2023〕287号 第十四条. What is filed is kept byte for byte; a report that was returned is filed again as the next.
"""

import hashlib

from django.db import transaction

from accounts.events import canonical
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from regions.clock import day_of
from subsidies import ledger, permissions, rules, spending
from subsidies.models import Entry, Kind, SpendingReport

Stage = SpendingReport.Stage


def why_not_file(user, community, programme: str, year: int) -> str:
    """The sentence that refuses a year's report, or ""."""
    if sentence := permissions.why_not_keep_books(user, community):
        return sentence
    if not _grants(community, programme, year):
        return f"该社区没有 {year} 年度的补助资金，不需要上报。"
    standing = SpendingReport.objects.filter(community=community, programme=programme, year=year)
    if standing.exclude(stage=Stage.RETURNED).exists():
        return f"{year} 年度的使用情况已经上报。"
    return ""


def _grants(community, programme, year):
    """The community's grants that a year's report tells of: the year's own, and older ones with something left."""
    found = ledger.read(community.pk)
    return [
        grant
        for (key, of), grant in found.items()
        if key == programme and (of == year or (of < year and (grant.unspent or _spent_in(grant, year))))
    ]


def _spent_in(grant, year):
    entries = Entry.objects.of_grant(grant.community_id, grant.programme, grant.fiscal_year)
    return entries.filter(kind=Kind.SPENDING, on__year=year).exists()


def content(community, programme: str, year: int) -> dict:
    """What a report says now: each grant by year of origin with its uses, and every expense of the year."""
    grants = []
    for grant in _grants(community, programme, year):
        grants.append(
            {
                "fiscal_year": grant.fiscal_year,
                **{
                    name: getattr(grant, name)
                    for name in ("accrued", "paid", "received", "spent", "recovered", "unspent")
                },
                "uses": dict(sorted(grant.by_use.items())),
            }
        )
    rows = spending.standing_expenses().filter(
        entry__community=community, entry__programme=programme, entry__on__year=year
    )
    expenses = [
        {
            "entry": row.entry_id,
            "on": row.entry.on.isoformat(),
            "fiscal_year": row.entry.fiscal_year,
            "use": row.entry.use,
            "fen": row.entry.fen,
            "payee": row.payee,
            "item": row.item,
            "invoice": row.invoice,
            "warnings": row.warnings,
            "reason": row.reason,
        }
        for row in rows.select_related("entry").order_by("entry__on", "entry_id")
    ]
    return {"grants": grants, "expenses": expenses}


@transaction.atomic
def file_spending_report(
    community, programme: str, year: int, *, text: str, by, at, seen: str = ""
) -> SpendingReport:
    """File a year's report as it stands; late is recorded, not blocked. `seen`: the digest the page was printed with.

    Raises NotYours, NotReady (nothing written, a year that has not begun), AlreadyMoved (filed before, or an entry
    came meanwhile).
    """
    if sentence := permissions.why_not_keep_books(by, community):
        raise NotYours(sentence)
    ledger.hold_books(community.pk)
    if sentence := why_not_file(by, community, programme, year):
        raise AlreadyMoved(sentence)
    today = day_of(at)
    if year > today.year:
        raise NotReady(f"{year} 年度尚未开始，不能上报。")
    if not text.strip():
        raise NotReady({"text": "请填写使用情况说明。"})
    held = rules.of_year(programme, year)
    told = canonical(content(community, programme, year))
    checksum = hashlib.sha256(told.encode()).hexdigest()
    if seen and seen != checksum:
        raise AlreadyMoved("台账在您打开本页之后有变动，请核对后再上报。")
    number = SpendingReport.objects.filter(community=community, programme=programme, year=year).count() + 1
    report = SpendingReport.objects.create(
        community=community,
        position=community.position,
        programme=programme,
        year=year,
        number=number,
        text=text.strip(),
        content=told,
        checksum=checksum,
        filed_at=at,
        filed_by=by,
        due_on=held.report_by(year),
        level=held.audit_levels[0] if held.audit_levels else "",
        stage=Stage.FILED if held.audit_levels else Stage.DONE,
    )
    note(
        "file_spending_report",
        report,
        by=by,
        at=at,
        data={"year": year, "late": is_late(report), "checksum": checksum},
    )
    return report


def is_late(report) -> bool:
    """Whether it came after its due day."""
    return day_of(report.filed_at) > report.due_on


def note(action, report, *, by, at, before=None, after=None, data=None):
    """The event of a verb about a report."""
    ledger.note(
        action,
        by=by,
        at=at,
        community=report.community,
        subject=f"{report.community.full_name} {report.year}年度第{report.number}次报告",
        before=before,
        after=after,
        data=data,
        report=report,
    )

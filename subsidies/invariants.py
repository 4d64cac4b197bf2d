"""What must always hold of the money, proved from the tables; run with the other floors' checks by check_invariants.

A check only reads and never raises for what it finds; each yields a sentence for every breach.
"""

from collections import Counter, defaultdict

from django.core.files.storage import default_storage
from django.db.models import Count, F, Q

from subsidies import ledger, rules
from subsidies.models import (
    Accrual,
    Batch,
    Entry,
    ExpenseFile,
    Kind,
    Recovery,
    SpendingReport,
)
from subsidies.money import yuan

Stage = SpendingReport.Stage


def entries_reversed_rightly(at):
    """A reversal has its original's grant, kind and use, the opposite amount, and stands alone."""
    rows = Entry.objects.filter(reverses__isnull=False)
    same = Q(
        kind=F("reverses__kind"),
        use=F("reverses__use"),
        community=F("reverses__community"),
        programme=F("reverses__programme"),
        fiscal_year=F("reverses__fiscal_year"),
        position=F("reverses__position"),
        fen=-F("reverses__fen"),
        reverses__reverses__isnull=True,
    )
    for pk in rows.exclude(same).values_list("pk", flat=True):
        yield f"分录 {pk}：与被冲正的分录不符"
    twice = rows.values("reverses").annotate(n=Count("pk")).filter(n__gt=1)
    for pk in twice.values_list("reverses", flat=True):
        yield f"分录 {pk}：被冲正不止一次"


def sums_match(at):
    """The sums kept for every region are what its entries come to."""
    for region, year, programme, kind, use, kept, added in ledger.wrong_sums():
        name = " ".join(part for part in (programme, f"{year}年度", Kind(kind).label, use) if part)
        yield f"地区 {region} {name}：记 {yuan(kept[0])} 元 {kept[1]} 笔，实为 {yuan(added[0])} 元 {added[1]} 笔"


def grants_balance(at):
    """For every community and year: paid within accrued, arrived within paid, spent and recovered within arrived."""
    rows = Entry.objects.order_by("community", "programme", "fiscal_year").values_list(
        "community", "programme", "fiscal_year", "kind", "use", "fen"
    )
    grant = None
    for community, programme, year, kind, use, fen in rows.iterator(chunk_size=5000):
        if grant is None or (grant.community_id, grant.programme, grant.fiscal_year) != (
            community,
            programme,
            year,
        ):
            yield from _odd(grant)
            grant = ledger.Grant(community, programme, year, 0)
        grant.add(Entry(kind=kind, use=use, fen=fen))
    yield from _odd(grant)


def _odd(grant):
    if grant is not None and (sentence := grant.odd()):
        yield f"社区 {grant.community_id} {grant.programme} {grant.fiscal_year}年度：{sentence}"


def accrued_by_the_rules(at):
    """Every accrual has the amount of its title's level; a community has one standing entry a year, an award one ever."""
    for run in Accrual.objects.select_related("version"):
        amounts = rules.Rules(run.version).amounts
        rows = Entry.objects.filter(
            programme=run.programme,
            fiscal_year=run.fiscal_year,
            kind__in=ledger.OPENING,
            reverses__isnull=True,
        )
        wrong = rows.exclude(recognition__community=F("community"))
        for level, fen in amounts.items():
            wrong = wrong | rows.filter(recognition__money=level).exclude(fen=fen)
        wrong = wrong | rows.exclude(recognition__money__in=list(amounts))
        for pk in wrong.values_list("pk", flat=True).distinct():
            yield f"分录 {pk}：金额或社区与所依据的称号不符"
    for kind, per in ((Kind.ACCRUAL, ("community", "fiscal_year")), (Kind.AWARD, ("community", "programme"))):
        rows = Entry.objects.filter(kind=kind).order_by().values(*per)
        many = rows.annotate(
            up=Count("pk", filter=Q(reverses__isnull=True)),
            down=Count("pk", filter=Q(reverses__isnull=False)),
        ).filter(up__gt=F("down") + 1)
        for row in many:
            yield f"社区 {row['community']}：{Kind(kind).label}重复"


def runs_and_batches_count(at):
    """What a run or a batch says it posted is what stands in the ledger."""
    runs = defaultdict(lambda: [0, 0])
    openings = Entry.objects.filter(kind__in=ledger.OPENING, reverses__isnull=True)
    for row in openings.order_by().values_list("programme", "fiscal_year").annotate(n=Count("pk")):
        runs[row[:2]][0] = row[2]
    for run in Accrual.objects.all():
        if runs[run.programme, run.fiscal_year][0] != run.count:
            yield f"计提 {run.programme} {run.fiscal_year}年度：记 {run.count} 笔，实有 {runs[run.programme, run.fiscal_year][0]} 笔"
    paid: Counter = Counter()
    counted: Counter = Counter()
    for batch, fen in Entry.objects.filter(batch__isnull=False, reverses__isnull=True).values_list(
        "batch", "fen"
    ):
        paid[batch] += fen
        counted[batch] += 1
    for batch in Batch.objects.all():
        if (paid[batch.pk], counted[batch.pk]) != (batch.fen, batch.count):
            yield f"拨付批次 {batch.pk}：记 {yuan(batch.fen)} 元 {batch.count} 笔，实为 {yuan(paid[batch.pk])} 元 {counted[batch.pk]} 笔"


def spent_by_the_rules(at):
    """Expenses are of a permitted use, within its cap, of their year, and after the money arrived."""
    versions = {
        (run.programme, run.fiscal_year): rules.Rules(run.version)
        for run in Accrual.objects.select_related("version")
    }
    spenders = (
        Entry.objects.filter(kind=Kind.SPENDING).order_by("community").values_list("community", flat=True)
    )
    communities = list(spenders.distinct())
    for start in range(0, len(communities), 500):
        for community, grants in ledger.read_many(communities[start : start + 500]).items():
            for key, grant in grants.items():
                yield from _overspent(community, grant, versions.get(key))
    rows = Entry.objects.filter(kind=Kind.SPENDING, reverses__isnull=True)
    for pk, programme, year, use, on in rows.values_list(
        "pk", "programme", "fiscal_year", "use", "on"
    ).iterator():
        held = versions.get((programme, year))
        if held is None or use not in held.uses:
            yield f"支出 {pk}：用途“{use}”不在允许的范围内"
        elif not year <= on.year <= year + held.carry_years:
            yield f"支出 {pk}：不是 {year} 年度的支出"
    for pk in rows.filter(expense__isnull=True).values_list("pk", flat=True):
        yield f"支出 {pk}：没有收款人和发票"


def _overspent(community, grant, held):
    for use, spent in grant.by_use.items():
        cap = held.uses[use].cap(grant.accrued) if held and use in held.uses else None
        if cap is not None and spent > cap:
            yield f"社区 {community} {grant.fiscal_year}年度：{held.uses[use].name}支出 {yuan(spent)} 元，超过 {yuan(cap)} 元"


def signed_by_both(at):
    """An accepted report has every department's signature of every level, by different people; a returned one a reason."""
    reports = SpendingReport.objects.prefetch_related("signatures")
    for report in reports.iterator(chunk_size=1000):
        signed = list(report.signatures.all())
        passed = {(s.level, s.department) for s in signed if s.passed}
        held = rules.of_year(report.programme, report.year)
        wanted = {(level, department) for level in held.audit_levels for department in held.audit_by}
        if report.stage == Stage.DONE and passed != wanted:
            yield f"资金报告 {report.pk}：已通过而缺少签署"
        if len({s.by_id for s in signed}) != len(signed):
            yield f"资金报告 {report.pk}：同一人签署不止一次"
        if (report.stage == Stage.RETURNED) != any(not s.passed for s in signed):
            yield f"资金报告 {report.pk}：退回与签署不符"


def recoveries_within(at):
    """No more came back of a recovery than was ordered, and each stops what follows."""
    communities = Recovery.objects.order_by().values_list("community", flat=True).distinct()
    for recovery, back in ledger.owed(list(communities)):
        if not 0 <= back <= recovery.fen:
            yield f"收回决定 {recovery.pk}：应收 {yuan(recovery.fen)} 元，已收 {yuan(back)} 元"
    for pk in Recovery.objects.filter(stop__isnull=True).values_list("pk", flat=True):
        yield f"收回决定 {pk}：没有随之停发补助"


def every_entry_told(at):
    """Every entry has its event: its own, its batch's, its year's run, or its recovery's."""
    own = Entry.objects.exclude(
        kind__in=(*ledger.OPENING, Kind.PAYMENT, Kind.DISALLOWED)
    ) | Entry.objects.filter(reverses__isnull=False)
    for pk in own.filter(events__isnull=True).values_list("pk", flat=True):
        yield f"分录 {pk}：没有事件"
    for pk in Batch.objects.filter(events__isnull=True).values_list("pk", flat=True):
        yield f"拨付批次 {pk}：没有事件"
    for pk in Accrual.objects.filter(events__isnull=True).values_list("pk", flat=True):
        yield f"计提 {pk}：没有事件"
    known = set(Accrual.objects.values_list("programme", "fiscal_year"))
    openings = (
        Entry.objects.filter(kind__in=ledger.OPENING)
        .order_by()
        .values_list("programme", "fiscal_year")
        .distinct()
    )
    for programme, year in openings:
        if (programme, year) not in known:
            yield f"{programme} {year}年度：有分录而没有计提记录"
    for pk in Entry.objects.filter(kind=Kind.PAYMENT, batch__isnull=True).values_list("pk", flat=True):
        yield f"分录 {pk}：拨付不属于任何批次"


def money_files_exist(at):
    """Every paper of an expense has its file."""
    for pk, name in ExpenseFile.objects.values_list("pk", "file").iterator(chunk_size=2000):
        if not default_storage.exists(name):
            yield f"支出凭证 {pk}：文件缺失"


CHECKS = (
    entries_reversed_rightly,
    sums_match,
    grants_balance,
    accrued_by_the_rules,
    runs_and_batches_count,
    spent_by_the_rules,
    signed_by_both,
    recoveries_within,
    every_entry_told,
    money_files_exist,
)

# What each check proves, for the reader of a page.
WORDS = {
    entries_reversed_rightly: "冲正分录与原分录相符，每笔至多冲正一次",
    sums_match: "各级地区的合计等于其分录之和",
    grants_balance: "每个社区每个年度：拨付不超过应补助，到账不超过拨付，支出与收回不超过到账",
    accrued_by_the_rules: "计提金额与称号层级相符，每个社区每个年度只补助一次",
    runs_and_batches_count: "计提和拨付批次的笔数、金额与台账相符",
    spent_by_the_rules: "支出用途在允许范围内，不超过上限，属于本年度，并有收款人和发票",
    signed_by_both: "审核通过的报告各级两个部门均已签署，且由不同的人签署",
    recoveries_within: "收回的金额不超过决定的金额，并随之停发",
    every_entry_told: "每笔分录都有操作记录",
    money_files_exist: "支出凭证的文件都在",
}

"""甘肃省's money: 2023 accrued, paid, spent, reported and audited with a recovery and a stop; 2024 paid and being spent.

Everything goes through the verbs, as the finance officers, desks and communities would; the days are those of the story.
"""

import datetime as dt
from dataclasses import dataclass

from accounts.models import Role
from demonstration.driving import moment
from regions.models import Region
from subsidies import accrual, audits, ledger, payments, recoveries, reports, spending
from subsidies.models import Entry, Kind, SpendingReport

PROGRAMME = "gansu-2023"
# What communities buy: use, particulars, payee, least and most in yuan.
BOUGHT = (
    ("publicity", "就业政策宣传折页印制", "某印务有限公司", 300, 1400),
    ("publicity", "政策宣传栏和展板制作", "某广告装饰部", 600, 1500),
    ("events", "春风行动招聘会场地布置", "某会展服务部", 400, 1600),
    ("events", "就业援助月慰问走访物料", "某超市", 300, 900),
    ("entrepreneurship", "创业训练营讲师课酬", "某职业培训学校", 600, 1800),
    ("monitoring", "失业动态监测入户调查", "某信息咨询服务部", 300, 1200),
    ("it_network", "就业服务窗口打印机", "某电脑经营部", 900, 1900),
)


@dataclass
class Purse:
    """The people of the money: finance officers by region, and the stage with everybody else."""

    stage: object
    finance: dict

    def at(self, day):
        return moment(day, self.stage.rng)

    def hr(self, region):
        return self.stage.people.at_office(region, Role.APPROVER)


def fill(stage, province, cities, counties) -> Purse:
    """The year 2023, until its reports lie with the desks."""
    everywhere = [province, *cities.values(), *(one for found in counties.values() for one in found)]
    purse = Purse(stage, {region.pk: stage.people.finance(region) for region in everywhere})
    _year(purse, province, 2023, dt.date(2023, 1, 16), dt.date(2023, 3, 6), "甘财社〔2023〕31号")
    communities = _arrived(purse, 2023, dt.date(2023, 3, 10))
    for community in communities:
        _spend(purse, community, 2023, stage.rng.randrange(3, 7), dt.date(2023, 4, 3), 230)
    for number, community in enumerate(communities):
        if number % 13 != 12:
            late = number % 9 == 8
            _report(purse, community, 2023, dt.date(2023, 12, 22 if late else 11 + number % 8))
    for number, (name, city) in enumerate(cities.items()):
        for county in counties[name]:
            _audit(purse, city, county, whole=number < 2)
    return purse


def go_on(purse, province, cities, counties) -> None:
    """What came of the audits, and the year 2024 until June."""
    _recover(purse, next(iter(cities.values())), next(iter(counties.values()))[0])
    _year(purse, province, 2024, dt.date(2024, 1, 15), dt.date(2024, 3, 4), "甘财社〔2024〕18号")
    for community in _arrived(purse, 2024, dt.date(2024, 3, 8), but=3):
        _spend(purse, community, 2024, purse.stage.rng.randrange(0, 4), dt.date(2024, 3, 20), 75)


def _year(purse, province, year, accrued_on, paid_on, document):
    by = purse.finance[province.pk]
    accrual.accrue(year, by=by, at=purse.at(accrued_on), programme=PROGRAMME)
    shown = payments.preview(PROGRAMME, year, province)
    payments.pay(
        PROGRAMME, year, province, document=document, paid_on=paid_on, by=by, at=purse.at(paid_on), seen=shown.seen
    )  # fmt: skip


def _arrived(purse, year, day, but=0):
    """Every community confirms its money (but the last few); returns those that did."""
    paid = Entry.objects.filter(kind=Kind.PAYMENT, fiscal_year=year, programme=PROGRAMME).select_related(
        "community"
    )
    rows = list(paid.order_by("position", "pk"))
    rows = rows[: len(rows) - but]
    for number, payment in enumerate(rows):
        on = day + dt.timedelta(days=number % 9)
        by = purse.stage.people.filer(payment.community)
        payments.confirm_receipt(payment, on=on, by=by, at=purse.at(on))
    return [row.community for row in rows]


def _spend(purse, community, year, times, first, span):
    rng, by = purse.stage.rng, purse.stage.people.filer(community)
    days = sorted(rng.sample(range(span), times))
    for number, (use, item, payee, least, most) in enumerate(rng.sample(BOUGHT, min(times, len(BOUGHT)))):
        on = first + dt.timedelta(days=days[number])
        spending.spend(
            community, PROGRAMME, year, use=use, fen=rng.randrange(least, most) * 100 + rng.choice((0, 0, 50, 80)), on=on,
            payee=payee, item=item, invoice=f"{year % 100}62{community.pk:06d}{number:08d}", token=f"demo-{year}-{community.pk}-{number}",
            by=by, at=purse.at(on),
        )  # fmt: skip


def _report(purse, community, year, on):
    spent = ledger.read(community.pk)[PROGRAMME, year].spent // 100
    text = f"本年度共支出 {spent} 元，用于政策宣传、专项活动和动态监测等，均按规定用途使用，凭证齐全。"
    by = purse.stage.people.filer(community)
    reports.file_spending_report(community, PROGRAMME, year, text=text, by=by, at=purse.at(on))


def _waiting(region, level):
    return list(
        SpendingReport.objects.filter(level=level, position__range=(region.position, region.last)).order_by(
            "pk"
        )
    )


def _audit(purse, city, county, *, whole):
    """A county's desks sign what lies with them; where `whole`, both and then the city's, but for one sent back."""
    desks = [purse.finance[county.pk], purse.hr(county)]
    for number, report in enumerate(_waiting(county, "county")):
        at = purse.at(dt.date(2024, 1, 4))
        if not whole:
            if number % 2:
                audits.sign(report, passed=True, by=desks[number // 2 % 2], at=at)
            continue
        if number == 1:
            audits.sign(
                report, passed=False, remarks="第一笔支出缺少付款凭证，请补齐后重新上报。", by=desks[0], at=at
            )
            continue
        for desk in desks if number % 2 else reversed(desks):
            audits.sign(report, passed=True, by=desk, at=at)
    for number, report in enumerate(_waiting(county, "city") if whole else []):
        at = purse.at(dt.date(2024, 1, 9))
        audits.sign(report, passed=True, by=purse.finance[city.pk], at=at)
        if number:
            audits.sign(report, passed=True, by=purse.hr(city), at=at + dt.timedelta(hours=1))


def _recover(purse, city: Region, county: Region):
    """One expense of the county was not what the money is for: part of it comes back, and 2024 is stopped."""
    spent = Entry.objects.filter(
        kind=Kind.SPENDING, fiscal_year=2023, use="events", position__range=(county.position, county.last)
    )
    entry = spent.select_related("community").order_by("pk").first()
    report = SpendingReport.objects.filter(community=entry.community, year=2023).latest("number")
    finding = audits.find(
        report, kind="irregular", fen=entry.fen // 200 * 100, text="所附清单中有慰问品以外的招待用品，不属于专项活动支出。",
        entry=entry, by=purse.finance[county.pk], at=purse.at(dt.date(2024, 1, 10)),
    )  # fmt: skip
    recovery = recoveries.order_recovery(
        finding, due_on=dt.date(2024, 3, 29), document=f"{city.name[0]}财监〔2024〕2号", by=purse.finance[city.pk],
        at=purse.at(dt.date(2024, 1, 12)),
    )  # fmt: skip
    recoveries.repay(
        recovery, fen=recovery.fen // 2, on=dt.date(2024, 2, 27), voucher="0024-0117", by=purse.finance[county.pk],
        at=purse.at(dt.date(2024, 2, 27)),
    )  # fmt: skip

"""The small house with money in it: Gansu's rules placed in 甲省, finance officers, and the verbs of a year in order."""

import datetime as dt

from accounts.models import Role
from accreditation import programmes, recognitions
from accreditation.models import Recognition
from regions import clock
from subsidies import accrual, audits, ledger, payments, recoveries, reports, spending
from subsidies.models import Entry
from tests.factories import House, moment, placed

YEAR = 2018
PROGRAMME = "gansu-2023"


def day(month, number, year=YEAR):
    return dt.date(year, month, number)


class Purse:
    """Community 0 to 11 of the house; `money` is the fen a city-level title brings."""

    money = 10_000_00
    presses = 0

    def __init__(self, house=None, **changes):
        self.house = house or House()
        self.load(**changes)
        self.finance = {
            name: self.house.people.finance(self.house.regions[name])
            for name in ("甲省", "东市", "一县", "二县", "西市", "三县")
        }

    def load(self, key=PROGRAMME, place="甲省", **changes):
        """A programme document placed in a region of the house."""
        document = placed(key, self.house.regions[place], **changes)
        return programmes.load(document, f"{key}.json", at=moment(dt.date(2017, 1, 3)))[0]

    def title(self, number, money, granted_on=dt.date(2016, 5, 1), ended_on=None):
        """One more title of a community, taken over."""
        count = Recognition.objects.count()
        (title,) = recognitions.take_over(
            [self.house.community(number)],
            tier=money,
            tier_name={
                "national": "国家级充分就业社区",
                "provincial": "省级充分就业社区",
                "county": "区级充分就业社区",
            }.get(money, "市级充分就业社区"),
            issuer={"national": "nation", "provincial": "province", "county": "county"}.get(money, "city"),
            rank=1,
            money=money,
            issuer_name="测试",
            document_number="",
            granted_on=granted_on,
            code=f"T{count}",
            by=None,
            at=moment(dt.date(2017, 1, 3)),
        )
        if ended_on:
            Recognition.objects.filter(pk=title.pk).update(ended_on=ended_on)
        return title

    def community(self, number=0):
        return self.house.community(number)

    def accrue(self, year=YEAR, on=None):
        return accrual.accrue(year, by=None, at=moment(on or day(1, 8, year)))

    def entries(self, number=0, **what):
        return list(Entry.objects.filter(community=self.community(number), **what).order_by("pk"))

    # People

    def hr(self, region="一县", role=Role.APPROVER):
        return self.house.officer(region, role)

    def filer(self, number=0):
        return self.house.filer(self.community(number))

    # The verbs of a year

    def paid(self, region="甲省", year=YEAR, document="甲财社〔2018〕12号", on=None):
        """Accrue a year and pay everything below a region."""
        on = on or day(2, 1, year)
        self.accrue(year)
        shown = payments.preview(PROGRAMME, year, self.house.regions[region])
        return payments.pay(
            PROGRAMME,
            year,
            self.house.regions[region],
            document=document,
            paid_on=on,
            by=self.finance[region],
            at=moment(on),
            seen=shown.seen,
        )

    def received(self, number=0, on=None, year=YEAR):
        """A community whose money has arrived: its payment, confirmed."""
        if not Entry.objects.filter(kind="payment", fiscal_year=year).exists():
            self.paid(year=year)
        payment = Entry.objects.get(kind="payment", fiscal_year=year, community=self.community(number))
        on = on or day(3, 1, year)
        return payments.confirm_receipt(payment, on=on, by=self.filer(number), at=moment(on))

    def grant(self, number=0, year=YEAR):
        return ledger.read(self.community(number).pk)[PROGRAMME, year]

    def spend(self, yuan, number=0, use="publicity", on=None, year=YEAR, at=None, **changes):
        """An expense of the community, in yuan."""
        on = on or day(5, 10, year)
        self.presses += 1
        told = {
            "payee": "某文印店",
            "item": "政策宣传资料",
            "invoice": f"2418{self.presses:016d}",
            "token": f"t{self.presses}",
            "by": self.filer(number),
            "at": at or moment(on),
        }
        return spending.spend(
            self.community(number),
            PROGRAMME,
            year,
            use=use,
            fen=round(yuan * 100),
            on=on,
            **{**told, **changes},
        )

    def reported(self, number=0, year=YEAR, on=None):
        """The community's report of a year, filed."""
        on = on or day(12, 18, year)
        return reports.file_spending_report(
            self.community(number),
            PROGRAMME,
            year,
            text="全部按规定使用。",
            by=self.filer(number),
            at=moment(on),
        )

    def desks(self):
        """Who signs, in the order of the levels: county finance, county HR, city finance, city HR."""
        return [self.finance["一县"], self.hr("一县"), self.finance["东市"], self.hr("东市")]

    def signed(self, report, by, on=None, passed=True, remarks=""):
        return audits.sign(report, passed=passed, remarks=remarks, by=by, at=moment(on or day(12, 21)))

    def found(self, report, yuan, kind="irregular", by=None, **changes):
        """A finding of the county's finance office about the report."""
        told = {"text": "列支的物品与用途不符。", "at": moment(day(12, 21)), **changes}
        return audits.find(report, kind=kind, fen=round(yuan * 100), by=by or self.finance["一县"], **told)

    def ordered(self, finding, due_on=None, by=None):
        return recoveries.order_recovery(
            finding,
            due_on=due_on or day(1, 31, YEAR + 1),
            document="东财监〔2018〕7号",
            by=by or self.finance["东市"],
            at=moment(day(12, 25)),
        )


def walk_money(cast) -> dict:
    """The house with a provincial title for its first community, in January 2026, for people at a browser.

    `cast`: who plays whom at the desks, as tests/building.py tells it.
    """
    purse = Purse()
    purse.title(0, "provincial")
    clock.move(moment(dt.date(2026, 1, 9)), purse.house.province)
    told = cast(purse.house)
    for level, name in (("province", "甲省"), ("city", "东市"), ("county", "一县")):
        told["users"][f"{level} finance"] = purse.finance[name].username
    return told

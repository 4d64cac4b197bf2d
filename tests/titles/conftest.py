import datetime as dt

import pytest

from accounts.models import Role
from accreditation import programmes, rechecks, recognitions
from demonstration.driving import moment
from tests.factories import House, placed

YEAR = 2021
COUNTS = {
    "zero_employment_families": 2, "zero_employment_families_cleared": 2, "registered_unemployed_total": 40,
    "registered_unemployed_reemployed": 38, "hardship_total": 20, "hardship_reemployed": 19, "new_jobs": 15,
    "aid_targets": 6,
}  # fmt: skip


def on(month, day, year=2022):
    return moment(dt.date(year, month, day))


class Titled:
    """The small house with provincial titles of 2018 in 东市 and the recheck rules of 平顶山市, issued by 东市."""

    def __init__(self, house):
        self.house = house
        self.city = house.regions["东市"]
        self.version, _ = programmes.load(placed("pingdingshan-2021", self.city), "p.json", at=on(1, 3))
        self.titles = self.grant(range(4), dt.date(2018, 6, 1), "PT")

    def grant(self, numbers, day, code, money="provincial", issuer="province"):
        return recognitions.take_over(
            [self.house.community(n) for n in numbers], tier=money, tier_name="省级充分就业社区", issuer=issuer, rank=1,
            money=money, issuer_name="甲省人社厅", document_number="甲人社〔2018〕1号", granted_on=day, code=code, by=None,
            at=on(1, 2),
        )  # fmt: skip

    def who(self, place, role=Role.HANDLER):
        return self.house.officer(place, role)

    def open(self, year=YEAR, at=None):
        return rechecks.open_round(
            self.version, year=year, name=f"{year}年度复查", document_number="东人社办〔2021〕141号",
            by=self.who("东市", Role.APPROVER), at=at or on(1, 4),
        )  # fmt: skip

    def check(self, entry, passed=True, **more):
        return rechecks.check(
            entry, by=self.who("一县"), at=on(1, 5),
            **{"passed": passed, "reason": "" if passed else "登记台账长期未更新。", "figures": COUNTS, "seen": entry.moves, **more},
        )  # fmt: skip

    def confirm(self, entry, place="一县", **more):
        return rechecks.confirm(
            entry, by=self.who(place, Role.APPROVER), at=on(1, 6), **{"seen": entry.moves, **more}
        )


@pytest.fixture
def titled(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return Titled(House())

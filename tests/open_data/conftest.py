"""A house with notices of two counties and titles, built once a module; what a test changes is undone after it."""

import datetime as dt

import pytest
from django.db import transaction

from accounts.models import Role
from accreditation import endings, spot_checks, spot_pool
from accreditation.models import Ending, Recognition
from regions import clock
from tests.factories import House, moment

TODAY = dt.date(2017, 9, 5)


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker, tmp_path_factory):
    """一县 publishes two communities on 4 September, 三县 one: three entries on two running notices."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setattr("django.conf.settings.MEDIA_ROOT", tmp_path_factory.mktemp("files"))
        patch.setattr(clock, "now", lambda: moment(TODAY))
        house = House()
        for number in (0, 2, 8):
            ready = house.prepare(house.at("county_review", number))
            house.drive.shortlist(ready, moment(dt.date(2017, 9, 1)))
        for name in ("一县", "三县"):
            house.drive.publish(
                "county_review", house.regions[name], moment(dt.date(2017, 9, 4)), f"{name}公示"
            )
        yield house
        transaction.set_rollback(True)


def with_rows(name, house):
    """The house has something of every list but titles that ended and spot checks: there are three for those."""
    if name == "draws":
        region, at = house.regions["东市"], moment(dt.date(2017, 9, 1))
        people = spot_pool.inspectors_in(region, at.date())
        for number in range(3):
            spot_checks.freeze(
                region, name=f"抽查{number}", year=2017, money=["city"], share=50, least=1, reserves=1, each=1,
                seed_source="2017年9月4日某彩票开奖号码", people=people, by=house.officer("东市", Role.APPROVER), at=at,
            )  # fmt: skip
    if name == "endings":
        for number in (4, 5, 6):
            title = Recognition.objects.get(community=house.community(number))
            endings.end(
                title, kind=Ending.Kind.DECISION, reason="x", document_number="测试〔2017〕3号", on=dt.date(2017, 9, 1),
                proposed_by=None, by=house.officer("东市", Role.APPROVER), at=moment(dt.date(2017, 9, 1)),
            )  # fmt: skip


@pytest.fixture
def house(built, db, monkeypatch):
    """The house; the portal's clock stands at 9 o'clock of its day."""
    monkeypatch.setattr(clock, "now", lambda: moment(TODAY))
    return built

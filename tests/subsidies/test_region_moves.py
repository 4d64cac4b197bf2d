"""A region whose money is booked keeps its place: the ledger's entries stand where they were written."""

import pytest

from regions.divisions import Occupied, move_region
from regions.models import Community
from subsidies import ledger
from subsidies.models import Entry, RegionSum
from tests.factories import moment
from tests.subsidies.purse import day


def moved(purse, name, to):
    return move_region(
        purse.house.regions[name], purse.house.regions[to], until=day(3, 1), at=moment(day(3, 1))
    )


@pytest.mark.parametrize(("name", "to"), [("一县", "西市"), ("一南街道", "三县")])
def test_a_region_with_entries_stays(purse, name, to):
    purse.accrue()
    before = list(Entry.objects.values()), list(RegionSum.objects.order_by("pk").values())
    with pytest.raises(Occupied, match=f"^{name}已有补助资金台账，"):
        moved(purse, name, to)
    assert (list(Entry.objects.values()), list(RegionSum.objects.order_by("pk").values())) == before
    assert ledger.wrong_sums() == []


def test_a_region_without_goes(purse):
    county = moved(purse, "一县", "西市")
    purse.accrue()
    assert ledger.wrong_sums() == []
    inside = Community.objects.within(county).count()
    assert Entry.objects.filter(position__range=(county.position, county.last)).count() == inside == 4

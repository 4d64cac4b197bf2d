"""A region whose money is booked keeps its place: the ledger's entries stand where they were written."""

import pytest

from regions.divisions import Occupied, move_region
from regions.models import Community
from subsidies import ledger
from subsidies.models import Entry, RegionSum
from tests.factories import moment
from tests.subsidies.purse import day


def moved(purse, name, to="西市"):
    return move_region(
        purse.house.regions[name], purse.house.regions[to], until=day(3, 1), at=moment(day(3, 1))
    )


@pytest.mark.parametrize("name", ["一县", "一南街道"])
def test_a_region_with_entries_stays(purse, name):
    purse.accrue()
    before = list(Entry.objects.values()), list(RegionSum.objects.order_by("pk").values())
    with pytest.raises(Occupied, match=f"^{name}已有补助资金台账，"):
        moved(purse, name, "三县" if name == "一南街道" else "西市")
    assert (list(Entry.objects.values()), list(RegionSum.objects.order_by("pk").values())) == before
    assert ledger.wrong_sums() == []


def test_a_region_without_goes(purse):
    county = moved(purse, "一县")
    purse.accrue()
    assert ledger.wrong_sums() == []
    inside = Community.objects.within(county).count()
    assert Entry.objects.filter(position__range=(county.position, county.last)).count() == inside == 4

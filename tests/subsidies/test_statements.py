"""资金使用情况表 from the ledger: carried over, received, spent by use, given back, left, as Excel and as PDF."""

import io

import pikepdf
import pytest
from openpyxl import load_workbook

from accounts.models import Event
from regions import clock
from subsidies import rules, statements
from tests.factories import moment
from tests.subsidies.purse import PROGRAMME, YEAR, day

pytestmark = pytest.mark.django_db
NEXT = YEAR + 1


@pytest.fixture
def two_years(purse, monkeypatch):
    """Community 0: 3,500 of 20,000 spent in 2018; in 2019 20,000 more, 1,000 spent, 400 of it recovered."""
    purse.title(0, "provincial")
    purse.received()
    purse.spend(3500, use="it_network")
    purse.received(year=NEXT)
    purse.spend(1000.5, use="events", year=NEXT)
    monkeypatch.setattr(clock, "now", lambda: moment(day(12, 1, NEXT)))
    return purse


def row(purse, year):
    (found,) = statements.rows([purse.community().pk], PROGRAMME, year, rules.of_year(PROGRAMME, year))
    return found


def test_what_was_left_is_carried_over(two_years):
    first, second = row(two_years, YEAR), row(two_years, NEXT)
    assert (first.carried, first.received, sum(first.spent), first.returned, first.left) == (
        0,
        2_000_000,
        350_000,
        0,
        1_650_000,
    )
    assert (second.carried, second.received, second.spent, second.left) == (
        1_650_000,
        2_000_000,
        (0, 100_050, 0, 0, 0),
        3_549_950,
    )
    assert (first.county, first.street, first.community, first.title) == (
        "一县",
        "一南街道",
        "一南桂花社区",
        "省级",
    )


def test_what_was_disallowed_and_recovered(two_years):
    report = two_years.reported(year=NEXT, on=day(12, 1, NEXT))
    entry = two_years.entries(kind="spending", fiscal_year=NEXT)[0]
    from subsidies import recoveries

    at = moment(day(12, 2, NEXT))
    finding = two_years.found(report, 400, entry=entry, at=at)
    recovery = recoveries.order_recovery(
        finding, due_on=day(12, 30, NEXT), document="x", by=two_years.finance["东市"], at=at
    )
    recoveries.repay(
        recovery, fen=30_000, on=day(12, 2, NEXT), voucher="1", by=two_years.finance["一县"], at=at
    )
    found = row(two_years, NEXT)
    assert (found.spent[1], found.returned, found.left, found.note) == (60_050, 30_000, 3_559_950, "有核减")
    assert found.left == two_years.grant(year=NEXT).in_hand + two_years.grant(year=YEAR).in_hand


def test_the_total_adds_up(two_years):
    keys = statements.of_region(two_years.house.regions["一县"], PROGRAMME, NEXT)
    found = list(statements.rows(keys, PROGRAMME, NEXT, rules.of_year(PROGRAMME, NEXT)))
    assert len(found) == 4
    whole = statements.total(found)
    assert (whole.carried, whole.received, whole.left) == (1_650_000, 2_000_000, 3_549_950)


@pytest.mark.parametrize(
    "address", ["regions/{region}/statement/?year=2019", "communities/{community}/2019/statement/?"]
)
def test_as_excel_and_as_pdf(two_years, client, address):
    client.force_login(two_years.finance["一县"])
    where = address.format(region=two_years.house.regions["一县"].pk, community=two_years.community().pk)
    answer = client.get(f"/subsidies/{where}")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    texts = [cell.value for line in sheet.iter_rows() for cell in line if cell.value is not None]
    assert "一南桂花社区" in texts and 1000.5 in texts and 35499.5 in texts
    answer = client.get(f"/subsidies/{where}&as=pdf")
    with pikepdf.open(io.BytesIO(b"".join(answer.streaming_content))) as pdf:
        assert len(pdf.pages) == 1
    assert Event.objects.filter(action="export_statement").count() == 2


def test_a_foreign_community_has_none(two_years, client):
    client.force_login(two_years.finance["二县"])
    assert client.get(f"/subsidies/communities/{two_years.community().pk}/2019/statement/").status_code == 404

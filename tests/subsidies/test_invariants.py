"""check_invariants finds nothing in a sound year of money, and each seeded corruption by its own check (C10)."""

import pytest

from accreditation import invariants as proved
from subsidies import invariants, recoveries, spending
from tests.accreditation.test_invariants import unprotected
from tests.factories import moment
from tests.subsidies.purse import YEAR, day

pytestmark = pytest.mark.django_db
AT = moment(day(12, 31))


def wrong():
    return {check.__name__ for check, sentences in proved.breaches(AT, invariants.CHECKS) if sentences}


@pytest.fixture
def year(purse):
    """A year with everything in it: paid, spent, reversed, audited, found wrong, partly recovered."""
    purse.title(0, "provincial")
    purse.received()
    purse.spend(4000, use="it_network")
    gone = purse.spend(10)
    spending.take_back(gone.entry, by=purse.filer(), at=moment(day(5, 11)), reason="x")
    purse.spend(100, use="events")
    report = purse.reported()
    for desk in purse.desks():
        report = purse.signed(report, desk)
    expense = purse.entries(kind="spending", use="events")[0]
    recovery = purse.ordered(purse.found(report, 100, entry=expense, kind="irregular"))
    recoveries.repay(
        recovery, fen=5_000, on=day(12, 28), voucher="1", by=purse.finance["一县"], at=moment(day(12, 28))
    )
    return purse


def test_a_sound_year_breaks_nothing(year):
    found = {check.__name__: list(check(AT)) for check in proved.checks()}
    assert {name: said for name, said in found.items() if said} == {}
    assert set(invariants.CHECKS) < set(proved.checks())


CORRUPTIONS = {
    "UPDATE subsidies_entry SET fen = fen + 1 WHERE reverses_id IS NOT NULL": "entries_reversed_rightly",
    "UPDATE subsidies_regionsum SET fen = fen + 1 WHERE id = (SELECT MIN(id) FROM subsidies_regionsum)": "sums_match",
    "DELETE FROM subsidies_regionsum WHERE kind = 'recovery'": "sums_match",
    "UPDATE subsidies_entry SET fen = fen + 1 WHERE kind = 'payment'": "grants_balance",
    "UPDATE subsidies_entry SET fen = 3000000 WHERE kind = 'accrual' AND community_id = (SELECT MIN(community_id) FROM subsidies_entry)": "accrued_by_the_rules",
    "INSERT INTO subsidies_entry (key, kind, community_id, position, programme, fiscal_year, fen, \"use\", \"on\", at, document, recognition_id)"
    " SELECT 'x', kind, community_id, position, programme, fiscal_year, fen, \"use\", \"on\", at, document, recognition_id FROM subsidies_entry WHERE id = (SELECT MIN(id) FROM subsidies_entry)": "accrued_by_the_rules",
    "UPDATE subsidies_batch SET fen = fen + 1": "runs_and_batches_count",
    "UPDATE subsidies_accrual SET count = count + 1": "runs_and_batches_count",
    "UPDATE subsidies_entry SET \"use\" = 'it_network' WHERE \"use\" = 'events' AND kind = 'spending'": "spent_by_the_rules",
    "UPDATE subsidies_entry SET \"use\" = 'wages' WHERE \"use\" = 'events' AND kind = 'spending'": "spent_by_the_rules",
    "UPDATE subsidies_entry SET \"on\" = '2019-01-02' WHERE kind = 'spending'": "spent_by_the_rules",
    "DELETE FROM subsidies_expense WHERE payee <> ''": "spent_by_the_rules",
    "DELETE FROM subsidies_signature WHERE level = 'city' AND department = 'hr'": "signed_by_both",
    "UPDATE subsidies_spendingreport SET stage = 'returned'": "signed_by_both",
    "UPDATE subsidies_recovery SET fen = 4000": "recoveries_within",
    "DELETE FROM subsidies_stop": "recoveries_within",
    "DELETE FROM subsidies_moneyevent WHERE entry_id IS NOT NULL": "every_entry_told",
    "DELETE FROM subsidies_moneyevent WHERE batch_id IS NOT NULL": "every_entry_told",
    "INSERT INTO subsidies_expensefile (expense_id, file, name, size, content_type, checksum)"
    " SELECT entry_id, 'gone.pdf', 'x', 1, 'application/pdf', '' FROM subsidies_expense WHERE item <> ''": "money_files_exist",
}  # fmt: skip


@pytest.mark.parametrize("sql", CORRUPTIONS)
def test_each_corruption_is_found_by_its_check(year, sql):
    assert wrong() == set()
    unprotected(sql)
    assert CORRUPTIONS[sql] in wrong()


def test_every_check_has_a_corruption():
    assert set(CORRUPTIONS.values()) == {check.__name__ for check in invariants.CHECKS}
    assert YEAR == 2018

"""Production's database role may not change what only grows (docs/running.md): a whole year of money works under it all the same."""

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from accounts import append_only
from subsidies import accrual, ledger, recoveries, spending
from subsidies.models import Entry
from tests.factories import moment
from tests.subsidies.purse import YEAR, day

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no roles"),
]


@pytest.fixture
def role(purse):
    """Everything the test does runs as a role that owns nothing."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE portal_app")
        for what in ("ALL TABLES", "ALL SEQUENCES"):
            right = "SELECT, INSERT, UPDATE, DELETE" if what == "ALL TABLES" else "USAGE, SELECT"
            cursor.execute(f"GRANT {right} ON {what} IN SCHEMA public TO portal_app")
        cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {', '.join(append_only.TABLES)} FROM portal_app")
        cursor.execute("SET ROLE portal_app")
    yield purse
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def test_a_year_of_money_under_the_role(role):
    role.title(0, "provincial")
    role.received()
    role.spend(3500, use="it_network")
    gone = role.spend(10)
    spending.take_back(gone.entry, by=role.filer(), at=moment(day(5, 11)), reason="x")
    report = role.reported()
    for desk in role.desks():
        report = role.signed(report, desk)
    expense = role.entries(kind="spending", use="it_network")[0]
    recovery = role.ordered(role.found(report, 500, entry=expense, kind="irregular"))
    at = moment(day(12, 28))
    recoveries.repay(recovery, fen=50_000, on=day(12, 28), voucher="1", by=role.finance["一县"], at=at)
    recoveries.lift_stop(
        recovery.stop,
        resumes_year=YEAR + 1,
        reason="x",
        document="x",
        on=day(12, 28),
        by=role.hr("东市"),
        at=at,
    )
    assert accrual.accrue(YEAR + 1, by=None, at=at)[0].added == 12
    assert ledger.wrong_sums() == []


def test_control_the_role_cannot_change_an_entry(role):
    role.accrue()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Entry.objects.update(fen=1)

"""C: ledger and audit."""

from tests.proof.faults import Fault

MONEY = "tests/races/test_money.py"
LEDGER = "tests/subsidies/test_ledger.py"

FAULTS = [
    Fault(
        "C2",
        "The accrual or a payment order is killed half-way",
        "0 lost, 0 doubled, 0 half-visible after SIGKILL at 50 random points and a second run",
        tests=(f"{MONEY}::test_killed_at_random_points_nothing_is_lost_doubled_or_half_visible",),
        controls=(f"{MONEY}::test_control_entry_by_entry_a_kill_leaves_a_part",),
        counts="ledger",
    ),
    Fault(
        "C5",
        "A row of an append-only table is changed or taken away",
        "every route refused on both engines; under PostgreSQL also for the application's own role",
        tests=(f"{LEDGER}::test_no_route_changes_what_is_written",),
        controls=(f"{LEDGER}::test_control_without_the_triggers_the_same_routes_change_it",),
        counts="tampers",
    ),
]

"""C: ledger and audit."""

from tests.proof.faults import Fault

MONEY = "tests/races/test_money.py"
DESKS = "tests/races/test_desks.py"
LEDGER = "tests/subsidies/test_ledger.py"
BOOKS = "tests/proof/test_c_ledger.py"
TAMPERING = "tests/proof/test_c_tampering.py"

FAULTS = [
    Fault(
        "C1",
        "The accrual of a year runs twice, or eight times at once",
        "rows and sum of one run",
        tests=(
            f"{BOOKS}::test_the_same_year_three_times_is_the_same_as_once",
            f"{MONEY}::test_eight_accruals_at_once_come_to_one",
            f"{MONEY}::test_eight_payment_orders_at_once_pay_once",
        ),
        controls=(f"{BOOKS}::test_control_without_keys_a_second_run_doubles",),
        counts="ledger",
    ),
    Fault(
        "C2",
        "The accrual or a payment order is killed half-way",
        "0 lost, 0 doubled, 0 half-visible after SIGKILL at 50 random points and a second run",
        tests=(f"{MONEY}::test_killed_at_random_points_nothing_is_lost_doubled_or_half_visible",),
        controls=(f"{MONEY}::test_control_entry_by_entry_a_kill_leaves_a_part",),
        counts="ledger",
    ),
    Fault(
        "C3",
        "Amounts drift",
        "0 fen between the books and an independent calculation over 10,000 communities and ten years",
        tests=(f"{BOOKS}::test_the_books_are_what_the_titles_are_worth",),
        long=("tests/subsidies/test_recomputation.py::test_ten_years_of_ten_thousand_communities_agree_to_the_fen",),
        controls=(f"{BOOKS}::test_control_a_title_changed_beneath_the_books_is_found",),
    ),
    Fault(
        "C4",
        "An entry is corrected in place, or reversed twice (8 at once)",
        "1 reversal, sum 0",
        tests=(
            f"{MONEY}::test_a_reversal_raced_by_eight_stands_once",
            f"{LEDGER}::test_a_reversal_takes_off_exactly_its_original_and_stands_once",
        ),
        controls=(f"{BOOKS}::test_control_without_its_index_a_reversal_stands_twice",),
        counts="winners",
    ),
    Fault(
        "C5",
        "A row of an append-only table is changed or taken away",
        "every route refused on both engines; under PostgreSQL also for the application's own role",
        tests=(f"{LEDGER}::test_no_route_changes_what_is_written",),
        on_postgresql=("tests/subsidies/test_role.py",),
        controls=(f"{LEDGER}::test_control_without_the_triggers_the_same_routes_change_it",),
        counts="tampers",
    ),
    Fault(
        "C6",
        "A migration loses the triggers",
        "start-up refuses; every migrate lays them again",
        tests=(
            f"{BOOKS}::test_a_lost_trigger_stops_the_start_and_migrate_lays_it_again",
            f"{BOOKS}::test_every_table_that_only_grows_has_its_triggers",
        ),
        controls=(f"{BOOKS}::test_control_after_such_a_migration_rows_can_be_changed",),
    ),
    Fault(
        "C7",
        "Somebody with the database or the export in hand tampers with the chain",
        "every flipped byte of 200 events, every move, cut and rewriting seen; the first bad row named",
        tests=(
            f"{TAMPERING}::test_every_flipped_byte_is_seen_and_its_row_named",
            f"{TAMPERING}::test_what_is_moved_is_seen_and_the_first_bad_row_named",
            f"{TAMPERING}::test_a_cut_tail_and_a_new_chain_are_seen_by_the_anchor",
            f"{TAMPERING}::test_a_column_changed_in_the_database_is_seen",
            f"{TAMPERING}::test_ids_swapped_in_the_database_are_seen",
            "tests/accounts/test_anchors.py",
        ),
        controls=(f"{TAMPERING}::test_control_without_the_anchor_nobody_sees_them",),
        counts="tampers",
    ),
    Fault(
        "C8",
        "The chain forks under load",
        "16 processes × 20 events: one unbroken chain of 320, 0 retries",
        tests=(f"{DESKS}::test_one_chain_under_sixteen_writers",),
        controls=(f"{DESKS}::test_control_without_the_head_s_lock_writers_collide",),
        counts="ledger",
    ),
    Fault(
        "C9",
        "An action stands without its event, or an event without its action",
        "both or neither, for every verb",
        tests=(
            f"{BOOKS}::test_a_verb_and_its_event_stand_together_or_not_at_all",
            f"{BOOKS}::test_money_and_its_event_stand_together_or_not_at_all",
        ),
        controls=(f"{BOOKS}::test_control_without_one_transaction_the_action_stays_without_its_event",),
        counts="ledger",
    ),
    Fault(
        "C10",
        "An invariant is broken and nobody sees it",
        "each seeded corruption found by its own check; nothing found in a sound house",
        tests=(
            "tests/accreditation/test_invariants.py::test_a_sound_house_breaks_nothing",
            "tests/accreditation/test_invariants.py::test_every_check_has_a_corruption_that_it_finds",
            "tests/subsidies/test_invariants.py::test_a_sound_year_breaks_nothing",
            "tests/subsidies/test_invariants.py::test_every_check_has_a_corruption",
            "tests/titles/test_title_invariants.py::test_all_is_in_order",
        ),
        controls=(
            "tests/accreditation/test_invariants.py::test_a_seeded_corruption_is_found",
            "tests/subsidies/test_invariants.py::test_each_corruption_is_found_by_its_check",
            "tests/titles/test_title_invariants.py::test_a_corruption_is_found",
        ),
    ),
]  # fmt: skip

"""B: concurrency, workflow, quotas."""

from tests.proof.faults import Fault

RACES = "tests/races/test_approvals.py"
DESKS = "tests/races/test_desks.py"
FLOW = "tests/proof/test_b_workflow.py"
PATHS = "tests/proof/test_b_paths.py"

FAULTS = [
    Fault(
        "B1",
        "A form is sent twice (200 racing presses over HTTP, at once)",
        "1 row, 1 event; the others get the first one's result, or the limit of five objections an hour; 0 × 5xx",
        tests=(
            f"{DESKS}::test_the_same_form_pressed_two_hundred_times_is_one",
            f"{DESKS}::test_filing_pressed_two_hundred_times_files_once",
        ),
        controls=(f"{DESKS}::test_control_filing_without_the_lock_is_not_once",),
        counts="winners",
    ),
    Fault(
        "B2",
        "200 racing approvals of one application",
        "1 winner, 199 × 409, 0 × 5xx, 1 event",
        tests=(f"{RACES}::test_one_winner_of_two_hundred_approvals",),
        controls=(f"{RACES}::test_control_without_the_lock_there_is_more_than_one_winner",),
        counts="winners",
    ),
    Fault(
        "B3",
        "More places are taken than there are; one level and two, pressed in both orders",
        "exactly the size; stored number = places held; no deadlock",
        tests=(
            f"{RACES}::test_a_quota_is_filled_exactly",
            f"{DESKS}::test_two_levels_of_places_are_filled_exactly_without_deadlock",
        ),
        controls=(f"{RACES}::test_control_without_the_guard_the_quota_is_exceeded",),
        counts="winners",
    ),
    Fault(
        "B4",
        "Places are lowered while they are being taken; a region gets another superior while its communities begin",
        "used never above the size, or the change refused; nothing left at the old place, or the region stays",
        tests=(
            f"{DESKS}::test_places_lowered_while_they_are_taken",
            f"{DESKS}::test_a_region_gets_another_superior_while_communities_begin",
        ),
        controls=(
            f"{DESKS}::test_control_without_the_lock_places_go_wrong",
            f"{DESKS}::test_control_without_the_lock_applications_are_left_behind",
        ),
        counts="winners",
    ),
    Fault(
        "B5",
        "Two people save the same form; the second would overwrite the first",
        "the second gets the conflict with everything typed; 0 silent overwrites",
        tests=(
            f"{PATHS}::test_the_second_of_two_savers_is_told",
            "tests/accreditation/test_community_filing.py::test_an_old_page_is_refused_with_everything_typed_still_on_it",
            "tests/accreditation/test_moves.py::test_stale_pages_are_told",
        ),
        controls=(f"{PATHS}::test_control_without_the_edition_the_first_is_lost",),
        counts="winners",
    ),
    Fault(
        "B6",
        "Some order of verbs (filing, desks, notices, objections, places, titles, rechecks, spot checks, changes, money, audits) breaks an invariant",
        "0 broken invariants in 500 examples of 50 steps; the seed printed",
        tests=(f"{FLOW}::test_any_verb_at_any_moment_leaves_everything_in_order",),
        controls=(f"{FLOW}::test_control_a_broken_invariant_is_found",),
        counts="illegal",
    ),
    Fault(
        "B7",
        "A notice closes while an objection arrives",
        "each objection wholly inside or refused; nobody goes on past an open one",
        tests=(
            f"{DESKS}::test_a_notice_closes_while_objections_arrive",
            "tests/accreditation/test_objections.py::test_the_deadline_to_the_second",
        ),
        controls=(f"{DESKS}::test_control_without_the_lock_one_slips_past",),
        counts="illegal",
    ),
    Fault(
        "B8",
        "A fast path writes a state, a place, an entry or an event past the one file that may",
        "0 hits in the source",
        once=(
            f"{PATHS}::test_each_table_has_its_one_writer",
            "tests/accreditation/test_transitions.py::test_only_moving_writes_a_state",
        ),
        controls=(f"{PATHS}::test_control_a_write_elsewhere_is_found",),
    ),
]

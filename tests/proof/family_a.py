"""A: access."""

from tests.proof.faults import Fault

MATRIX = "tests/access/test_matrix.py"
CANARIES = "tests/access/test_canaries.py"
ACCESS = "tests/proof/test_a_access.py"
MOVES = "tests/proof/test_a_transitions.py"
FIELDS = "tests/proof/test_a_fields.py"

FAULTS = [
    Fault(
        "A1",
        "A role of some region opens an address, or learns of a thing, that is not theirs",
        "0 leaks, 0 addresses outside the matrix; a foreign thing answers byte for byte like a missing one",
        tests=(
            f"{MATRIX}::test_every_address_is_in_the_table_and_every_row_is_an_address",
            f"{MATRIX}::test_a_foreign_thing_is_like_a_missing_one",
            f"{MATRIX}::test_a_draft_is_its_community_s_alone",
            f"{MATRIX}::test_who_opens_what",
        ),
        long=(
            f"{MATRIX}::test_a_press_by_someone_else_changes_nothing",
            f"{MATRIX}::test_keys_that_cannot_be_are_missing",
        ),
        controls=(f"{ACCESS}::test_control_without_the_rule_foreign_files_and_lists_open",),
        counts="leaks",
    ),
    Fault(
        "A2",
        "What people wrote, or a number that counts it, stands in a list, search, count, export or dashboard of others",
        "0 canaries found, 0 numbers changed when something is added abroad",
        tests=(f"{ACCESS}::test_a_foreign_name_is_in_no_list_search_or_export",),
        long=(CANARIES,),
        controls=(f"{ACCESS}::test_control_without_the_rule_foreign_files_and_lists_open",),
        counts="leaks",
    ),
    Fault(
        "A3",
        "A file, certificate or export is fetched by its number, its stored name or an old link",
        "0 foreign files; no folder of files below a web root; an old link dies with the posting",
        tests=(
            f"{ACCESS}::test_every_file_by_everybody",
            f"{ACCESS}::test_no_address_leads_to_the_folder_of_files",
            f"{ACCESS}::test_an_old_link_dies_with_the_posting",
        ),
        controls=(f"{ACCESS}::test_control_without_the_rule_foreign_files_and_lists_open",),
        counts="leaks",
    ),
    Fault(
        "A4",
        "A transition is forged: any state × verb × person, by call and by POST",
        "accepted = the declared table, exactly; an illegal one leaves the row as it was",
        tests=(f"{MOVES}::test_what_is_accepted_is_the_declared_table", f"{MOVES}::test_forged_posts_change_nothing"),
        controls=(f"{MOVES}::test_control_without_the_rule_illegal_calls_are_accepted",),
        counts="illegal",
    ),
    Fault(
        "A5",
        "The same officer at two desks, or at the application of the own community",
        "0 accepted; each refusal logged",
        tests=(
            f"{ACCESS}::test_nobody_decides_where_they_stand_too_near",
            f"{ACCESS}::test_a_refusal_of_a_conflict_is_logged",
            "tests/accreditation/test_permissions.py::test_the_one_who_handled_does_not_decide",
            "tests/accreditation/test_permissions.py::test_own_staff_and_interested_officers_stand_aside",
        ),
        controls=(f"{ACCESS}::test_control_without_asking_for_conflicts_they_decide",),
        counts="illegal",
    ),
    Fault(
        "A6",
        "A form takes columns it does not show (state, position, amount, role)",
        "0 columns changed by any name of any model beside the form's own fields",
        tests=(f"{FIELDS}::test_no_form_takes_a_column_it_does_not_show",),
        controls=(f"{FIELDS}::test_control_a_naive_view_is_seen",),
        counts="leaks",
    ),
    Fault(
        "A7",
        "A posting ends, an account is switched off or a password changed while somebody is signed in",
        "in force with the next request, also after a move to another region",
        tests=(f"{ACCESS}::test_what_is_withdrawn_is_gone_with_the_next_request",),
        controls=(f"{ACCESS}::test_control_where_the_days_of_a_posting_are_not_asked_it_goes_on",),
        counts="leaks",
    ),
    Fault(
        "A8",
        "The Django admin as a back door",
        "0 writable columns of state, ledger, log or accounts; off in production unless asked for",
        tests=(
            f"{ACCESS}::test_no_admin_writes_state_ledger_or_log",
            "tests/config/test_registry.py::test_nothing_but_the_registry_is_registered",
            "tests/config/test_registry.py::test_production_has_none_unless_it_says_so",
            "tests/config/test_registry.py::test_rows_of_the_own_region_alone",
        ),
        controls=(f"{ACCESS}::test_control_a_naive_admin_is_found",),
    ),
    Fault(
        "A9",
        "Something is made under a foreign parent, by a key the form did not offer or by the address",
        "0 accepted",
        tests=(
            f"{ACCESS}::test_keys_that_were_not_offered_are_not_taken",
            f"{ACCESS}::test_an_attachment_and_an_import_under_a_foreign_parent_are_missing",
        ),
        controls=(f"{ACCESS}::test_control_without_the_scope_a_foreign_parent_is_taken",),
        counts="leaks",
    ),
]  # fmt: skip

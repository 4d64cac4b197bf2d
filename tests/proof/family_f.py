"""F: running."""

from tests.proof.faults import Fault

ENGINE = "tests/proof/test_f_engine.py"
FILES = "tests/proof/test_f_files.py"
KILLS = "tests/proof/long_kills.py"
QUERIES = "tests/proof/test_f_queries.py"
UPGRADES = "tests/proof/test_f_upgrades.py"
FLOORS = "tests/proof/test_f_floors.py"
LARGE = "tests/proof/test_f_large.py"
LONG = "tests/proof/long_f.py"
JUDGED = "tests/proof/test_f_long.py"
BACKUP = "tests/running/test_backup.py"
STARTING = "tests/running/test_starting.py"
WORKDAYS = "tests/regions/test_workdays.py"
BUSY = "tests/running/test_busy.py"
NO_DROP = (("sqlite", "a file has no connection that could drop"),)

FAULTS = [
    Fault(
        "F1",
        "The database is locked",
        "0 faults of mixed readers and writers; settings read back from the connection; a lock held too long: 503, nothing kept",
        tests=(
            f"{ENGINE}::test_what_is_really_in_force",
            f"{ENGINE}::test_readers_and_writers_at_once",
            BUSY,
        ),
        controls=(f"{ENGINE}::test_control_deferred_transactions_fail",),
    ),
    Fault(
        "F2",
        "Connections to the database drop, or its server restarts",
        "between requests: the next is answered; during: 503, nothing half-written",
        tests=(
            f"{ENGINE}::test_a_dropped_connection_is_taken_up_anew",
            f"{ENGINE}::test_dropped_in_the_middle_nothing_is_half_written",
            f"{ENGINE}::test_a_server_that_restarts_loses_nothing",
        ),
        controls=(f"{ENGINE}::test_control_without_health_checks_the_next_request_fails",),
        cannot=NO_DROP,
    ),
    Fault(
        "F3",
        "A web process is killed in the middle",
        "0 half states after SIGKILL at random moments of filing, uploading, passing on, publishing and exporting; pressed again each is done once; files left over are swept",
        long=(
            f"{KILLS}::test_killed_in_the_middle_nothing_is_half_done",
            f"{KILLS}::test_control_two_steps_without_a_transaction_are_torn",
        ),
        controls=(f"{KILLS}::test_control_two_steps_without_a_transaction_are_torn",),
    ),
    Fault(
        "F4",
        "The disk is full",
        "a sentence or 503, no part of a file, no row; works again without a restart",
        once=(f"{FILES}::test_a_full_disk_for_files", f"{FILES}::test_a_full_disk_for_the_database"),
        controls=(f"{FILES}::test_control_the_storage_alone_leaves_a_part",),
    ),
    Fault(
        "F5",
        "Files and rows lose each other",
        "0 files without a row after a day, 0 rows without a file untold",
        tests=(
            f"{FILES}::test_a_file_without_a_row_goes_after_a_day_and_no_other",
            f"{FILES}::test_a_row_without_its_file_is_told",
            f"{FILES}::test_rolled_back_after_storing_leaves_no_file",
        ),
        controls=(f"{FILES}::test_control_storing_without_care_leaves_an_orphan",),
    ),
    Fault(
        "F6",
        "A backup under writes loses or mixes commits",
        "0 lost, 0 inconsistent; restored, checked, files included",
        tests=(
            f"{BACKUP}::test_nothing_acknowledged_is_lost",
            f"{BACKUP}::test_a_backup_is_whole_or_none",
            f"{BACKUP}::test_what_came_after_is_replaced_only_when_said",
        ),
        controls=(f"{BACKUP}::test_control_a_copied_file_loses_commits",),
    ),
    Fault(
        "F7",
        "An upgrade loses data or the guards of the tables that only grow",
        "same contents and all triggers after going a step back and forward; no migration missing",
        tests=(f"{UPGRADES}::test_a_step_back_and_forward_keeps_everything",),
        long=(f"{LONG}::test_ten_thousand_applications_go_a_step_back_and_forward",),
        once=(f"{UPGRADES}::test_no_migration_is_missing",),
        controls=(
            f"{UPGRADES}::test_control_a_table_built_anew_loses_its_guards",
            f"{UPGRADES}::test_control_a_value_lost_on_the_way_is_seen",
        ),
    ),
    Fault(
        "F8",
        "Clock, time zone and working days",
        "over 60 hand-counted cases, 0 wrong; deadlines to the second in Shanghai; unknown years refused by name",
        once=(
            f"{WORKDAYS}::test_notice_ends",
            f"{WORKDAYS}::test_unknown_year_is_refused_by_name",
            f"{WORKDAYS}::test_make_up_days_are_those_of_the_notices",
            f"{WORKDAYS}::test_working_days_of_a_year",
            f"{UPGRADES}::test_the_clock_at_the_edges",
        ),
        tests=(
            "tests/accreditation/test_objections.py::test_the_deadline_to_the_second",
            f"{UPGRADES}::test_a_clock_set_back_an_hour_opens_nothing_again",
        ),
        controls=(f"{UPGRADES}::test_control_a_clock_of_another_zone_is_seen",),
    ),
    Fault(
        "F9",
        "Large inputs",
        "pages of 10,000 rows stay pages: under 200 kB and paged; exports and imports in pieces",
        tests=(
            f"{LARGE}::test_pages_of_ten_thousand_rows_stay_small",
            f"{LARGE}::test_pages_of_ten_thousand_objections_and_two_hundred_files_stay_small",
            f"{LARGE}::test_an_import_of_five_thousand_rows_stays_small",
        ),
        once=("tests/accreditation/test_list_exports.py::test_rows_are_read_as_they_are_written",),
        controls=(f"{LARGE}::test_control_a_page_of_everything_is_seen",),
    ),
    Fault(
        "F10",
        "Queries grow with the rows",
        "every list: as many for a hundred as for ten",
        tests=(f"{QUERIES}::test_every_list_costs_the_same_for_ten_and_for_a_hundred",),
        controls=(f"{QUERIES}::test_control_a_query_for_each_row_is_seen",),
    ),
    Fault(
        "F11",
        "Passing on counts applications",
        "0 COUNT over applications, titles, notices or places at filing, passing on and listing",
        tests=(f"{QUERIES}::test_nothing_is_counted_when_somebody_lets_go",),
        controls=(f"{QUERIES}::test_control_a_count_is_seen",),
    ),
    Fault(
        "F12",
        "One county's traffic slows everyone else's",
        "95th percentile of the others within a third, same total load, median of five",
        long=(f"{LONG}::test_one_hot_county",),
        controls=(f"{JUDGED}::test_control_a_slowed_half_is_seen",),
    ),
    Fault(
        "F13",
        "Memory, files or the log grow",
        "ten minutes of 50 people: under 1 MB a minute, no more open files, WAL under 64 MB",
        long=(f"{LONG}::test_a_soak_grows_nothing",),
        controls=(
            f"{JUDGED}::test_control_a_leak_is_seen",
            f"{JUDGED}::test_control_a_file_left_open_each_look_is_seen",
        ),
    ),
    Fault(
        "F14",
        "A dependency below its safe version",
        "every pin with its hash, none below the dated floor table",
        once=(
            f"{FLOORS}::test_no_package_is_below_its_floor",
            f"{FLOORS}::test_every_pin_has_its_hash",
            f"{FLOORS}::test_the_table_is_not_stale",
        ),
        controls=(f"{FLOORS}::test_control_an_old_version_is_seen",),
    ),
    Fault(
        "F15",
        "Tests that would not notice a change of the rules",
        "at least 90 % of the mutants of permissions, transitions, quotas and ledger are killed",
        long=(f"{LONG}::test_mutants_are_killed",),
        controls=(f"{JUDGED}::test_control_an_idle_test_kills_no_mutant",),
    ),
    Fault(
        "F16",
        "A production process starts with unsafe settings",
        "refuses to start, naming the setting",
        once=(
            f"{STARTING}::test_what_is_unsafe_is_refused_with_its_name",
            f"{STARTING}::test_production_serves_no_demonstration",
        ),
        controls=(f"{STARTING}::test_what_production_needs_is_enough",),
    ),
]

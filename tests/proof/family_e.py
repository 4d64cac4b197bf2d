"""E: web and accounts."""

from tests.proof.faults import Fault

WEB = "tests/proof/test_e_web.py"
RACES = "tests/proof/test_e_races.py"
LONG = "tests/proof/long_e.py"
ACCOUNTS = "tests/proof/test_e_accounts.py"
LOGS = "tests/proof/test_e_logs.py"
LOGIN = "tests/accounts/test_login.py"
SESSION = "tests/accounts/test_session.py"
CANARIES = "tests/access/test_canaries.py"
OBJECTIONS = "tests/accreditation/test_objections.py"

FAULTS = [
    Fault(
        "E1",
        "A press forged from another site",
        "403 for every address without or with a foreign token; reading changes nothing",
        tests=(
            f"{WEB}::test_every_press_needs_its_own_token",
            "tests/access/test_no_change_on_get.py::test_following_every_link_changes_nothing",
        ),
        controls=(
            f"{WEB}::test_control_the_same_press_with_its_token_is_taken",
            f"{WEB}::test_control_unchecked_presses_reach_the_views",
            "tests/access/test_no_change_on_get.py::test_the_digest_sees_a_change",
        ),
    ),
    Fault(
        "E2",
        "A redirect leads to another site",
        "0 off host, over sign-in, sign-out, display, language and posts",
        tests=(f"{WEB}::test_no_redirect_leads_away", f"{LOGIN}::test_it_goes_nowhere_else"),
        controls=(
            f"{WEB}::test_control_a_redirect_taken_as_it_comes_is_seen",
            f"{WEB}::test_control_without_the_question_redirects_lead_away",
        ),
    ),
    Fault(
        "E3",
        "A session is fixed, stolen or outlives its owner",
        "new key at sign-in, ended on the server, __Host-, Secure, HttpOnly, SameSite, 30 min idle, 8 h in all",
        tests=(
            f"{WEB}::test_cookies_of_production",
            f"{LOGIN}::test_the_session_key_changes",
            f"{LOGIN}::test_sign_out_ends_the_session_on_the_server",
            f"{SESSION}::test_idle_half_an_hour_ends_the_session",
            f"{SESSION}::test_eight_hours_end_it_however_busy",
        ),
        controls=(f"{WEB}::test_control_the_cookies_of_a_trial_site_are_seen",),
    ),
    Fault(
        "E4",
        "Passwords are guessed",
        "at most 5 real checks of 200 racing guesses, 50 over all accounts of a place; the owner signs in from a known place",
        tests=(
            f"{RACES}::test_five_real_checks_of_two_hundred_guesses",
            f"{LOGIN}::test_guesses_elsewhere_do_not_shut_out_a_known_place",
            f"{LOGIN}::test_an_invented_forwarding_header_changes_nothing",
        ),
        long=(
            f"{LONG}::test_the_right_password_among_the_guesses_opens_at_most_once_more",
            f"{LONG}::test_one_password_for_two_hundred_accounts",
        ),
        controls=(f"{RACES}::test_control_without_the_guard_every_guess_is_checked",),
    ),
    Fault(
        "E5",
        "Who has an account is found out by words or time",
        "same bytes, one hash on every path, median gap under 5 ms of the processor",
        tests=(
            f"{LOGIN}::test_wrong_unknown_locked_and_switched_off_look_alike",
            f"{LOGIN}::test_every_refusal_costs_one_hash",
            f"{ACCOUNTS}::test_wrong_unknown_and_locked_take_the_same_time",
        ),
        controls=(f"{ACCOUNTS}::test_control_a_path_without_a_hash_is_seen",),
    ),
    Fault(
        "E6",
        "Certificate numbers or query codes are walked",
        "0 hits of 10,000; 429 after 30; query codes of 128 bits",
        tests=(
            f"{ACCOUNTS}::test_ten_thousand_guesses_find_nothing",
            f"{ACCOUNTS}::test_guessing_ends_with_429",
            f"{ACCOUNTS}::test_query_codes_have_128_bits",
            "tests/paper/test_certificates.py::test_numbers_cannot_be_walked",
        ),
        controls=(f"{ACCOUNTS}::test_control_numbers_in_a_row_are_found",),
    ),
    Fault(
        "E7",
        "A flood of objections",
        "exactly 5 of 200 racing ones from a place, 200 to a notice; no 5xx",
        tests=(
            f"{RACES}::test_two_hundred_objections_from_one_place_are_five",
            f"{OBJECTIONS}::test_a_program_that_fills_every_box_is_refused",
        ),
        long=(f"{LONG}::test_objections_from_many_places_end_at_the_notice_s_limit",),
        controls=(f"{RACES}::test_control_without_the_guard_all_are_taken",),
    ),
    Fault(
        "E8",
        "Numbers of persons on a public page, in an export, a log or a fault's page",
        "0 in every public byte; 0 in the log",
        tests=(
            f"{CANARIES}::test_no_number_of_a_person_is_public",
            f"{CANARIES}::test_the_walk_reaches_every_public_address_and_kind",
        ),
        once=("tests/running/test_logs.py::test_a_trace_tells_where_and_of_what_kind_but_quotes_nobody",),
        controls=(f"{CANARIES}::test_the_scanners_see_what_they_look_for",),
    ),
    Fault(
        "E9",
        "A notice is published with numbers of persons in it",
        "refused with a sentence, nothing moved; what slips into older texts is masked",
        tests=(
            f"{ACCOUNTS}::test_numbers_of_persons_are_not_published",
            f"{ACCOUNTS}::test_a_community_s_name_with_a_number_is_not_published",
            "tests/accreditation/test_public_register.py::test_numbers_of_persons_are_masked",
        ),
        controls=(f"{ACCOUNTS}::test_control_an_office_s_own_numbers_are_published",),
    ),
    Fault(
        "E10",
        "An answer without its protecting headers",
        "policy without unsafe-inline, nosniff, frame-ancestors, a year of strict transport, no-store for those signed in: 0 lacking",
        tests=(f"{WEB}::test_headers_of_every_answer",),
        controls=(
            f"{WEB}::test_control_an_answer_without_headers_is_seen",
            f"{WEB}::test_control_without_the_policy_and_the_transport_both_are_missed",
        ),
    ),
    Fault(
        "E11",
        "A second line is written into the log",
        "1 event = 1 line for every hostile text",
        once=(
            f"{LOGS}::test_hostile_text_stays_in_its_line",
            f"{LOGS}::test_a_fault_with_its_trace_is_one_line",
        ),
        controls=(f"{LOGS}::test_control_an_ordinary_formatter_writes_two_lines",),
    ),
    Fault(
        "E12",
        "A refusal that nobody notes",
        "each kind of refusal 1 line with person, place, object and reason",
        tests=(
            f"{LOGS}::test_every_kind_of_refusal_is_one_line_with_who_where_and_what",
            f"{LOGS}::test_a_flood_that_is_stopped_is_in_the_log",
            f"{SESSION}::test_a_refusal_is_a_security_event",
        ),
        controls=(f"{LOGS}::test_control_an_answer_that_is_no_refusal_is_not_told",),
    ),
]

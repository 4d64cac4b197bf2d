"""D: input, files, export."""

from tests.proof.faults import Fault

CORPUS = "tests/imports/test_corpus.py"
UPLOADS = "tests/accreditation/test_uploads.py"
LISTS = "tests/accreditation/test_list_exports.py"
RENDERING = "tests/paper/test_rendering.py"
HOSTILE = "tests/proof/test_d_hostile_texts.py"
ODD = "tests/proof/test_d_odd_values.py"
PATTERNS = "tests/proof/test_d_patterns.py"
ENGINES = "tests/proof/test_d_engines.py"
IMPORTS = "tests/proof/test_d_imports.py"

FAULTS = [
    Fault(
        "D1",
        "A workbook made to burst memory or time is imported",
        "every bomb of the corpus refused with a sentence, each within 5 s of the processor and 200 MB, no 5xx",
        tests=(f"{CORPUS}::test_what_cannot_be_read_is_refused_with_a_sentence",),
        once=(f"{IMPORTS}::test_no_bomb_takes_memory_or_time",),
        controls=(f"{IMPORTS}::test_control_a_plain_reader_bursts",),
    ),
    Fault(
        "D2",
        "Entities in the parts of a workbook are followed",
        "declared entities refused in every part; nothing read from outside",
        tests=(f"{CORPUS}::test_what_cannot_be_read_is_refused_with_a_sentence",),
        once=(
            f"{IMPORTS}::test_entities_are_refused_in_every_part",
            f"{IMPORTS}::test_the_careful_parser_is_in_use",
        ),
        controls=(f"{IMPORTS}::test_control_a_plain_parser_follows_entities",),
    ),
    Fault(
        "D3",
        "Rows are lost without a word on import",
        "rows told = rows in the file, or refused with the place",
        tests=(
            f"{CORPUS}::test_what_people_have_is_read",
            f"{CORPUS}::test_a_hidden_row_is_read_and_told",
            f"{CORPUS}::test_other_and_hidden_sheets_are_told",
            f"{CORPUS}::test_merged_cells_are_filled_and_told",
            f"{CORPUS}::test_formulas_without_a_result_and_errors_are_faults_of_their_cells",
            f"{CORPUS}::test_rows_in_are_lines_and_reported",
        ),
        controls=(f"{IMPORTS}::test_control_a_reader_that_trusts_the_dimension_loses_rows",),
    ),
    Fault(
        "D4",
        "A text of an export is computed as a formula",
        "0 cells of formulas or links in every xlsx and csv of every reader, payloads in every free column",
        tests=(
            f"{HOSTILE}::test_no_cell_of_any_export_computes",
            f"{LISTS}::test_no_text_becomes_a_formula_and_nothing_is_lost",
            f"{LISTS}::test_a_payload_in_every_text_of_applications_and_people",
        ),
        once=(
            f"{LISTS}::test_workbooks_are_made_in_few_places",
            "tests/open_data/test_answers.py::test_no_cell_is_a_formula",
        ),
        controls=(f"{HOSTILE}::test_control_an_ordinary_writer_computes",),
    ),
    Fault(
        "D5",
        "A harmful or disguised file is uploaded and served",
        "re-encoded or refused; no script or place data stored; served as attachment, nosniff, in a sandbox",
        tests=(
            f"{UPLOADS}::test_what_is_disguised_or_broken_is_refused_and_leaves_no_file",
            f"{UPLOADS}::test_a_picture_loses_what_hangs_on_it",
            f"{UPLOADS}::test_a_pdf_loses_what_runs_and_what_it_carries",
            f"{UPLOADS}::test_the_name_is_only_for_reading",
            f"{IMPORTS}::test_stored_files_are_served_in_a_sandbox",
        ),
        controls=(f"{IMPORTS}::test_control_a_file_stored_as_it_came_carries_its_script",),
    ),
    Fault(
        "D6",
        "Floods of bytes, pixels, fields and files",
        "refused with 400, nothing stored, no file left",
        tests=(
            f"{ODD}::test_floods_of_fields_files_and_bytes",
            f"{UPLOADS}::test_a_flood_of_pixels_is_refused_before_it_is_drawn",
            f"{UPLOADS}::test_a_file_over_the_limit_is_refused_whatever_it_says_of_itself",
            f"{UPLOADS}::test_a_large_stream_is_not_unpacked",
        ),
        controls=(f"{ODD}::test_control_without_the_limits_every_flood_is_taken",),
    ),
    Fault(
        "D7",
        "Paper fetches from the network or reads a file",
        "0 requests, 0 attachments",
        once=(
            f"{RENDERING}::test_nothing_is_fetched_from_the_network",
            f"{RENDERING}::test_no_file_is_read_or_attached",
            "tests/paper/test_forms.py::test_whatever_is_typed_stays_text",
        ),
        tests=("tests/paper/test_printing.py::test_hostile_text_in_an_application_calls_nobody",),
        controls=(f"{RENDERING}::test_the_listener_would_have_noticed",),
    ),
    Fault(
        "D8",
        "Paper too large or nested too deep takes a worker down",
        "refused in words before it is laid out",
        once=(
            f"{RENDERING}::test_too_large_is_refused_in_words",
            "tests/paper/test_forms.py::test_long_names_and_texts_break_nothing",
        ),
        tests=("tests/paper/test_printing.py::test_a_print_too_large_is_refused_on_the_page",),
        controls=(f"{IMPORTS}::test_control_deep_nesting_without_the_limit_fails",),
    ),
    Fault(
        "D9",
        "A typed text runs in somebody's browser",
        "0 executions, 0 refusals of the policy, with and without it; text taken for HTML only in two named places",
        tests=(f"{HOSTILE}::test_no_page_has_anything_that_runs",),
        once=(
            f"{HOSTILE}::test_chromium_runs_nothing",
            f"{HOSTILE}::test_text_that_is_taken_for_html_stands_in_few_places",
        ),
        controls=(f"{HOSTILE}::test_control_chromium_runs_what_is_not_escaped",),
    ),
    Fault(
        "D10",
        "What a request says becomes a query",
        "0 places in the code; unknown orders and lookups change nothing or are refused",
        tests=(f"{ODD}::test_an_unknown_order_or_lookup_changes_nothing",),
        once=(f"{ODD}::test_no_query_is_made_of_what_a_request_says",),
        controls=(f"{ODD}::test_control_a_loose_query_is_seen",),
    ),
    Fault(
        "D11",
        "A regular expression takes long over hostile text",
        "each pattern of the code at most 50 ms of the processor over 50,000 characters",
        once=(
            f"{PATTERNS}::test_no_pattern_is_slow",
            f"{PATTERNS}::test_no_address_is_slow",
            f"{PATTERNS}::test_the_search_finds_the_patterns",
        ),
        controls=(f"{PATTERNS}::test_control_a_bad_pattern_is_seen",),
    ),
    Fault(
        "D12",
        "Half characters, NUL and other odd values are a fault",
        "every kind of form and every address with every odd value: no 5xx, on both engines",
        tests=(
            f"{ODD}::test_every_form_with_every_odd_value",
            f"{ODD}::test_every_address_with_every_odd_parameter",
        ),
        controls=(f"{ODD}::test_control_a_column_takes_no_half_characters",),
    ),
    Fault(
        "D13",
        "The engines answer differently",
        "same rows for every search, same refusals for every length",
        tests=(
            f"{ENGINES}::test_every_search_finds_the_same_on_both",
            f"{ENGINES}::test_lists_are_searched_alike",
        ),
        once=(
            f"{ENGINES}::test_every_typed_text_has_its_length",
            f"{ENGINES}::test_no_search_asks_the_engine_s_own_way",
        ),
        controls=(f"{ENGINES}::test_control_the_engines_own_search_differs",),
    ),
]

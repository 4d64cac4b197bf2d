"""The table itself: what counts as passed, what does not, and what is added up."""

from pathlib import Path

import pytest

from tests.proof import table
from tests.proof.__main__ import faults
from tests.proof.faults import Fault, covers
from tests.proof.recording import engine_of

FAULT = Fault("X1", "a fault", "0", tests=("t.py::test_a",), controls=("t.py::test_control",), counts="leaks")


def outcome(node, result="passed", engine="sqlite"):
    return {"kind": "outcome", "node": node, "engine": engine, "outcome": result}


def figure(value, name="leaks", engine="sqlite", node="t.py::test_a"):
    return {"kind": "figure", "node": node, "engine": engine, "fault": "X1", "name": name, "value": value}


GOOD = [outcome("t.py::test_a[1]"), outcome("t.py::test_control"), figure(0)]


def verdict(lines, fault=FAULT, engine="sqlite", short=False):
    found = table.row(fault, engine, table.Record(lines), short)
    return found["verdict"], found["why"]


def test_a_test_a_control_and_a_figure_pass():
    assert verdict(GOOD) == ("pass", "")


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        ([*GOOD, outcome("t.py::test_a[2]", "failed")], ("failed", "t.py::test_a[2]")),
        ([outcome("t.py::test_a"), figure(0)], ("not proven", "control did not run: t.py::test_control")),
        ([*GOOD[:1], outcome("t.py::test_control", "failed"), figure(0)], ("not proven", "control did not fail: t.py::test_control")),
        (GOOD[1:], ("not proven", "did not run: t.py::test_a")),
        ([outcome("t.py::test_a", "skipped"), *GOOD[1:]], ("not proven", "skipped: t.py::test_a")),
        (GOOD[:2], ("not proven", "no figure “leaks” was measured")),
    ],
)  # fmt: skip
def test_everything_else_does_not(lines, wanted):
    assert verdict(lines) == wanted


def test_the_other_engine_proves_nothing():
    assert verdict(GOOD, engine="postgresql")[0] == "not proven"


def test_without_a_control_nothing_is_proven():
    assert verdict(GOOD, Fault("X1", "a", "0", tests=("t.py::test_a",))) == ("not proven", "no control")


def test_what_cannot_run_says_why_and_is_not_passed():
    fault = Fault("X1", "a", "0", cannot=(("postgresql", "no roles here"),))
    assert verdict([], fault, "postgresql") == ("cannot run", "no roles here")


def test_what_knows_no_engine_counts_for_both():
    fault = Fault("X1", "a", "0", once=("t.py::test_a",), controls=("t.py::test_control",))
    assert verdict(GOOD, fault, "postgresql") == ("pass", "")


def test_a_short_run_leaves_the_long_walks_on_the_second_engine_to_make_prove():
    node, control = "tests/access/test_x.py::test_a", "t.py::test_control"
    fault = Fault("X1", "a", "0", tests=(node,), controls=(control,))
    lines = [outcome(node), outcome(control)]
    assert verdict(lines, fault, "sqlite", short=True) == ("pass", "")
    assert verdict(lines, fault, "postgresql", short=True) == ("in make prove", "")
    assert verdict(lines, fault, "postgresql")[0] == "not proven"


def test_totals_are_sums_over_all_rows():
    record = table.Record(
        [figure(2), figure(3, engine="postgresql"), figure(1, "tampers"), figure("x", "seed")]
    )
    assert table.totals(record) == {"leaks": 5, "illegal": 0, "winners": 0, "ledger": 0, "tampers": 1}


def test_names_and_engines():
    assert covers("t.py::test_a", "t.py::test_a[1]") and covers("t.py", "t.py::test_b")
    assert not covers("t.py::test_a", "t.py::test_ab")
    assert (
        engine_of("t.py::test_a[postgresql-8]") == engine_of("t.py::test_a[200-postgresql]") == "postgresql"
    )
    assert engine_of("t.py::test_a[sqlite]") == "sqlite"


def test_every_name_in_the_table_stands_in_its_file():
    root = Path(__file__).resolve().parents[2]
    for fault in faults():
        for named in fault.nodes(short=False):
            path, _, test = named.partition("::")
            assert (root / path).exists(), named
            assert not test or f"def {test.split('::')[-1].split('[')[0]}(" in (root / path).read_text(
                encoding="utf-8"
            ), named

"""Whole sheets worked out by hand from the annexes, in tests/golden: points, reasons, outcome."""

import pytest

from scoring.engine import score, score_partial, totals
from scoring.points import parse_points, show_points
from tests.scoring.conftest import GOLDEN, golden_rubric, read_golden
from tests.scoring.conftest import PROGRAMMES as DOCUMENTS

PROGRAMMES = sorted(path.stem for path in GOLDEN.glob("*.json"))
RUBRICS = {key: golden_rubric(key) for key in PROGRAMMES}
CASES = [
    pytest.param(key, golden["base"], case, id=f"{key}-{case['community']}")
    for key in PROGRAMMES
    for golden in [read_golden(key)]
    for case in golden["cases"]
    if RUBRICS[key].has_points
]


@pytest.mark.parametrize(("key", "base", "case"), CASES)
def test_hand_computed_sheet(key, base, case):
    rubric = RUBRICS[key]
    if mark := case.get("pass_mark"):
        rubric = rubric.with_pass_mark(parse_points(mark), inclusive=True)
    figures = {**base, **case["changes"]}
    result = score(rubric, figures)
    assert result.errors == ()
    expected = {item.code: show_points(item.max) for item in rubric.indicators} | case["points"]
    assert {code: line.shown for code, line in result.lines.items()} == expected
    assert show_points(result.total) == case["total"]
    assert result.passed is case["passed"]
    if "met" in case:
        expected = {item.code: True for item in rubric.criteria.items} | case["met"]
        assert {code: verdict.met for code, verdict in result.criteria.items()} == expected
    for code, because in case.get("because", {}).items():
        told = result.lines.get(code) or result.criteria[code]
        assert told.because == because
    flags = {code: list(line.flags) for code, line in result.lines.items() if line.flags}
    assert flags == case.get("flags", {})
    assert result.hints == case.get("hints", {})


@pytest.mark.parametrize(("key", "base", "case"), CASES)
def test_the_draft_and_the_total_alone_agree(key, base, case):
    rubric = RUBRICS[key]
    figures = {**base, **case["changes"]}
    draft = score_partial(rubric, figures)
    assert draft.complete
    assert draft.total == parse_points(case["total"])
    assert list(totals(rubric, [figures])) == [parse_points(case["total"])]


CRITERIA = [
    pytest.param(key, golden["base"], case, id=f"{key}-{case['tier']}-{case['community']}")
    for key in PROGRAMMES
    for golden in [read_golden(key)]
    for case in golden["cases"]
    if not RUBRICS[key].has_points
]


@pytest.mark.parametrize(("key", "base", "case"), CRITERIA)
def test_hand_judged_criteria(key, base, case):
    rubric = RUBRICS[key]
    result = score(rubric, {**base, **case["changes"]}, tier=case["tier"])
    assert result.errors == ()
    expected = {item.code: True for item in rubric.criteria.of(case["tier"])} | case["met"]
    assert {code: verdict.met for code, verdict in result.criteria.items()} == expected
    assert result.passed is case["passed"]
    for code, because in case.get("because", {}).items():
        assert result.criteria[code].because == because


@pytest.mark.parametrize("key", PROGRAMMES)
def test_everything_fails_in_some_case(key):
    """A golden file in which an item never fails could not tell when it is broken."""
    golden = read_golden(key)
    rubric = RUBRICS[key]
    assert len(golden["cases"]) >= 12
    assert {code for case in golden["cases"] for code in case.get("points", ())} == set(rubric.by_code)
    if rubric.criteria:
        judged = [(code, met) for case in golden["cases"] for code, met in case.get("met", {}).items()]
        assert {code for code, met in judged if met is False} == {item.code for item in rubric.criteria.items}


def test_every_programme_has_a_golden_file():
    assert PROGRAMMES == sorted(path.stem for path in DOCUMENTS.glob("*.json"))

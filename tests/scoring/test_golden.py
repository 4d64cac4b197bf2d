"""Whole sheets worked out by hand from the annexes, in tests/golden: points, reasons, outcome."""

import pytest

from scoring.engine import score, score_partial, totals
from scoring.points import parse_points, show_points
from tests.scoring.conftest import GOLDEN, read_document, read_golden, rubric_of

PROGRAMMES = sorted(path.stem for path in GOLDEN.glob("*.json"))
RUBRICS = {key: rubric_of(read_document(key)) for key in PROGRAMMES}
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
    figures = {**base, **case["changes"]}
    result = score(rubric, figures)
    assert result.errors == ()
    expected = {item.code: show_points(item.max) for item in rubric.indicators} | case["points"]
    assert {code: line.shown for code, line in result.lines.items()} == expected
    assert show_points(result.total) == case["total"]
    assert result.passed is case["passed"]
    for code, because in case.get("because", {}).items():
        assert result.lines[code].because == because
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


def test_every_item_of_hunan_loses_points_in_some_case():
    """A golden file in which an item never fails could not tell when it is broken."""
    golden = read_golden("hunan-star-2017")
    codes = {item.code for item in RUBRICS["hunan-star-2017"].indicators}
    assert len(golden["cases"]) >= 12
    assert codes == {code for case in golden["cases"] for code in case["points"]}

"""What a panel's scores come to, worked out by hand in tests/golden/pingdingshan-2021.json (reading A45)."""

import pytest

from accreditation.panel_results import Rule, result, words
from scoring.points import parse_points, show_points
from tests.factories import document
from tests.scoring.conftest import read_golden

KEY = "pingdingshan-2021"
SECTION = document(KEY)["panel"]
CASES = read_golden(KEY)["panels"]


@pytest.mark.parametrize("case", CASES, ids=["-".join(case["scores"]) for case in CASES])
def test_hand_computed_panel(case):
    points = [parse_points(text) for text in case["scores"]]
    found = result(points, Rule.of(SECTION, drop=case["drop"]))
    assert show_points(found.total) == case["total"]
    assert show_points(found.spread) == case["spread"]
    assert sorted(found.outliers) == case["outliers"]
    assert sorted(found.dropped) == case["dropped"]
    assert found.because == case["because"]
    told = words(points, found)
    assert all(text in told for text in case["scores"])
    assert told.count("（去掉）") == len(case["dropped"])


def test_the_order_of_the_scores_does_not_matter():
    for case in CASES:
        points = [parse_points(text) for text in case["scores"]]
        rule = Rule.of(SECTION, drop=case["drop"])
        there, back = result(points, rule), result(points[::-1], rule)
        assert (there.total, there.spread, there.because) == (back.total, back.spread, back.because)
        assert {points[n] for n in there.outliers} == {points[::-1][n] for n in back.outliers}


def test_every_setting_is_on_both_sides_of_its_border_in_some_case():
    """Dropped and not dropped, with an outlier and without, rounded up and down."""
    assert {bool(case["dropped"]) for case in CASES} == {True, False}
    assert {bool(case["outliers"]) for case in CASES} == {True, False}
    assert {(case["drop"], len(case["scores"]) >= SECTION["drop_extremes_from"]) for case in CASES} == {
        (drop, enough) for drop in (True, False) for enough in (True, False)
    }

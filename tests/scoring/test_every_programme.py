"""What must hold for the score sheet of every programme that has points, with the sheet its golden file was worked out by."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.answers import answer
from scoring.engine import score, totals
from tests.scoring.conftest import PROGRAMMES, golden_rubric, read_golden
from tests.scoring.test_properties import sheets

KEYS = sorted(path.stem for path in PROGRAMMES.glob("*.json"))
RUBRICS = {key: rubric for key in KEYS if (rubric := golden_rubric(key)).has_points}


def whole_numbers(value):
    """No float anywhere inside."""
    if isinstance(value, dict):
        return all(map(whole_numbers, value.values()))
    if isinstance(value, list | tuple):
        return all(map(whole_numbers, value))
    return not isinstance(value, float)


def test_more_than_hunan_has_points():
    assert len(RUBRICS) >= 3 and all(read_golden(key)["cases"] for key in RUBRICS)


@pytest.mark.parametrize("key", RUBRICS)
@settings(max_examples=40)
@given(data=st.data())
def test_lines_stay_within_bounds_add_up_and_come_out_the_same_again(key, data):
    rubric = RUBRICS[key]
    figures = data.draw(sheets(rubric))
    for name in rubric.figures:
        if name not in rubric.required:
            figures.pop(name, None)
    result = score(rubric, figures)
    assert result.errors == ()
    assert all(0 <= line.points <= line.max for line in result.lines.values())
    assert sum(line.points for line in result.lines.values()) == result.total <= rubric.full
    assert list(totals(rubric, [figures])) == [result.total]
    told = json.dumps(answer("社区", result), ensure_ascii=False)
    assert told == json.dumps(answer("社区", score(golden_rubric(key), figures)), ensure_ascii=False)
    assert whole_numbers(answer("社区", result)) and whole_numbers(result.points)

"""The table of goals: what a measure printed is found again and judged by the bound, on the right side of it."""

import pytest

from tests.bench import goals


@pytest.mark.parametrize(
    "key, value, verdict",
    [("1", 1.0, "met"), ("1", 1.01, "missed"), ("4", 0.30, "met"), ("4", 0.29, "missed")],
)
def test_a_value_is_judged_on_its_side_of_the_bound(capsys, key, value, verdict):
    goals.judge(key, value)
    assert capsys.readouterr().out.rstrip().endswith(verdict)


def test_the_table_tells_each_goal_once_with_what_was_measured_last(capsys):
    goals.judge("4", 0.25)
    goals.judge("6b", 0.04)
    table = goals.table(f"## moves\n\n```\n{capsys.readouterr().out}```\n")
    rows = {row.split(" | ")[0].strip("| "): row for row in table.splitlines()[2:]}
    assert list(rows) == list(goals.GOALS)
    assert rows["4"].endswith("| at least 0.3 | 0.25 | **missed** |")
    assert rows["6b"].endswith("| at most 0.45 | 0.04 | met |")
    assert rows["9"].endswith("|  | not measured |")

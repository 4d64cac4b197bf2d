"""The worked examples of docs/rules.md, run as they stand."""

import json
import re

import pytest

from scoring.engine import score
from scoring.rules import KINDS
from tests.scoring.conftest import ROOT, rubric_of, small_document

PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r'```json\n(\{"kind"(?:(?!```)[\s\S])*)\n```\n\n((?:\|.*\|\n)+)')


def examples():
    found_ones = []
    for number, found in enumerate(EXAMPLE.finditer(PAGE)):
        rule, table = (
            json.loads(found[1]),
            [[cell.strip() for cell in line.strip("|").split("|")] for line in found[2].splitlines()],
        )
        heads, rows = table[0], table[2:]
        found_ones.append(pytest.param(rule, heads, rows, id=f"{number}-{rule['kind']}"))
    return found_ones


def figure(rule, key, cells):
    if set(cells) <= {"是", "否"}:
        return {"key": key, "label": key, "type": "yesno"}
    if rule["kind"] == "judged":
        return {"key": key, "label": key, "type": "points", "max": "3", "step": "0.5"}
    limit = {"max": len(rule["items"])} if rule["kind"] == "per_missing" else {}
    return {"key": key, "label": key, "type": "count", **limit}


def value(cell):
    return {"是": True, "否": False}.get(cell) if cell in ("是", "否") else cell if "." in cell else int(cell)


@pytest.mark.parametrize(("rule", "heads", "rows"), examples())
def test_example(rule, heads, rows):
    *keys, full = heads
    figures = [figure(rule, key, [row[place] for row in rows]) for place, key in enumerate(keys)]
    rubric = rubric_of(small_document([rule], figures, full.removeprefix("of ")))
    for row in rows:
        result = score(rubric, dict(zip(keys, map(value, row), strict=False)))
        assert result.errors == ()
        assert result.lines["S1"].shown == row[-1], row
    assert len({row[-1] for row in rows}) > 1, "an example that cannot fail shows nothing"


def test_every_kind_has_an_example():
    assert {json.loads(found[1])["kind"] for found in EXAMPLE.finditer(PAGE)} == set(KINDS)

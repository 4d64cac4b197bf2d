"""Every leaf of every score sheet has an effect: each is changed, one at a time, and the outcome that changed is named.

refused: the document has a mistake now. points, reasons: some sheet is scored otherwise. texts: a page shows
something else. A setting of a rule must reach the points or reasons (or be refused): its words alone are not enough.
"""

import copy
import re

import pytest

from scoring.engine import score
from scoring.rubric import read_rubric
from scoring.structure import Rubric
from tests.scoring.conftest import read_document, read_golden
from tests.scoring.test_engine import REFUSED
from tests.scoring.test_hunan import CASES

# Of these only the text matters; everything else under `figures`, `rubric` and `criteria` decides something.
TEXTS = {
    *(
        "title",
        "source",
        "content",
        "standard",
        "evidence",
        "check",
        "text",
        "article",
        "notes",
        "definition",
    ),
    *("formula", "from", "to", "readings", "indicators", "no", "reading", "version", "key"),
    *("derived", "desk"),  # the portal's own: which fact of the register, which desk
}
ANOTHER = {"full": "zero", "floor": "ceil", "latest": "mean", "must": "reason", "reason": "must"}
PROGRAMMES = ["hunan-star-2017", "quangang-2016", "zhoukou-2022"]


def leaves(node, path=()):
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, (*path, key))
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield from leaves(value, (*path, place))
    else:
        yield path, node


def changed(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if value is None:
        return {"value": "99", "inclusive": True}
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", value):
        return "7" if value != "7" else "6"
    return ANOTHER.get(value, value + "甲")


def sheets(key, document):
    """Sheets on all sides of every border: the golden ones, each figure moved, and nobody at all."""
    golden = read_golden(key)
    base = golden["base"]
    tiers = sorted({case.get("tier", "") for case in golden["cases"]})
    found = [({**base, **case["changes"]}, case.get("tier", "")) for case in golden["cases"]]
    changes = nobody_at_all(document, base)
    if key == "hunan-star-2017":
        changes += [changed_ for _code, changed_, _points in CASES]
        changes += [changed_ for changed_, _figure, _reason in REFUSED]
        changes.append({"registered_unemployed_end": 0, "employed_end": 0})
    else:
        for figure, value in base.items():  # one more, one less, the opposite
            others = [not value] if isinstance(value, bool) else [str(value) + "1"]
            if isinstance(value, int) and not isinstance(value, bool):
                others = [value + 1, value - 1, 0]
            changes += [{figure: other} for other in others]
    if key == "quangang-2016":
        changes += [{"recommended_twice": True}, {"no_unemployed_over_year": True}]
    return found + [({**base, **one}, tier) for one in changes for tier in tiers]


def nobody_at_all(document, base):
    """For each whole: a sheet in which it and its parts are 0."""
    found = []
    for whole in base:
        linked = [one for one in document["figures"] if whole in (one.get("part_of"), one.get("within"))]
        parts = [one["key"] for one in linked if "part_of" in one]
        if linked:
            found.append(dict.fromkeys([whole, *parts], "0" if isinstance(base[whole], str) else 0))
    return found


def outcomes(rubric: Rubric, cases):
    results = [score(rubric, figures, tier=tier) for figures, tier in cases]
    points = [(result.points, result.passed, [error.figure for error in result.errors]) for result in results]
    met = [[verdict.met for verdict in result.criteria.values()] for result in results]
    reasons = [
        (
            [(line.because, line.flags) for line in result.lines.values()],
            [(verdict.because, verdict.flags, verdict.effect) for verdict in result.criteria.values()],
            result.errors,
            result.hints,
        )
        for result in results
    ]
    combined = rubric.columns.combine({"self": 10, "county": 21}) if rubric.columns else None
    combined_only_self = rubric.columns.combine({"self": 10}) if rubric.columns else None
    return {"points": (points, met), "reasons": (reasons, combined, combined_only_self)}


def texts(rubric: Rubric):
    """What pages read of a rubric besides scores."""
    return [
        (rubric.key, rubric.version, rubric.title, rubric.source, rubric.notes, rubric.readings),
        [(page.title, page.category.title, page.project.max) for page in rubric.pages],
        [
            (item.content, item.standard, item.words, item.readings, item.evidence, item.check)
            for item in rubric.indicators
        ],
        [
            (figure.label, figure.unit, figure.definition, figure.formula, figure.derived)
            for figure in rubric.figures.values()
        ],
        (rubric.pass_mark, rubric.period, rubric.later_period),
        rubric.criteria and (rubric.criteria.title, rubric.criteria.source),
        rubric.criteria and [(one.code, one.group, one.text, one.readings) for one in rubric.criteria.items],
        rubric.columns and [(column.key, column.title) for column in rubric.columns.columns],
    ]


@pytest.mark.parametrize("key", PROGRAMMES)
def test_every_leaf_has_an_effect(key):
    document = read_document(key)
    parts = {
        name: document[name]
        for name in ("key", "version", "figures", "rubric", "criteria")
        if name in document
    }
    parts["title"] = document["title"]  # the frame's; a sheet shows its own
    cases = sheets(key, document)
    rubric, errors = read_rubric(parts, f"{key}.json")
    assert errors == []
    before, shown = outcomes(rubric, cases), texts(rubric)
    idle, only_words = [], []
    for path, value in leaves(parts):
        if path == ("title",):
            continue
        other = copy.deepcopy(parts)
        node = other
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = changed(value)
        rubric, errors = read_rubric(other, f"{key}.json")
        if errors:
            continue  # refused
        if texts(rubric) != shown and {*path} & TEXTS and path[0] != "rules":
            continue
        after = outcomes(rubric, cases)
        if after == before:
            (only_words if texts(rubric) != shown else idle).append(path)
    decides = [path for path in only_words if {"rules", "tests"} & {*path}]
    assert [".".join(map(str, path)) for path in idle] == [], "no outcome changed"
    assert [".".join(map(str, path)) for path in decides] == [], "only the words changed"

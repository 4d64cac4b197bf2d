"""Every leaf of every score sheet has an effect: each is changed, one at a time, and the outcome that changed is named.

refused: the document has a mistake now. points, criteria, refusals, reasons, hints: some sheet is scored otherwise.
words: a text of the sheet reads otherwise, and tests/accreditation/test_leaves.py shows which page prints it. A setting
must reach more than the words, or be refused. Those few that only the portal reads are proven there as well.

`pytest tests/scoring/test_leaves.py -s` prints the table.
"""

import re

import pytest

from scoring.engine import score
from scoring.measures import Figures
from scoring.rubric import read_rubric
from scoring.structure import Rubric
from tests.leaves import PORTAL_READS, TEXTS, leaves, replaced, setting, tell, written
from tests.scoring.conftest import read_golden, sheet_document
from tests.scoring.test_engine import REFUSED
from tests.scoring.test_hunan import CASES

PROGRAMMES = ["gansu-2023", "hunan-star-2017", "pingdingshan-2021", "quangang-2016", "zhoukou-2022"]
SHEET = ("figures", "rubric", "criteria")

ANOTHER = {
    **{"full": "zero", "zero": "full", "leave_out": "full"},
    **{"floor": "ceil", "ceil": "floor", "half_up": "floor"},
    **{"latest": "mean", "mean": "latest", "weighted": "mean"},
    **{"must": "reason", "reason": "must", "yes": "border", "border": "yes"},
    **{"count": "decimal", "decimal": "count", "yesno": "count", "points": "decimal"},
    **{"threshold": "proportional", "per_case": "per_unit", "part": "once", "once": "part"},
}
# Texts that stand in no reason: that they are read otherwise is all they can do.
PLAIN_TEXTS = TEXTS - {"label", "unit", "flag", "name"}
REFERENCES = ("figure", "part", "whole", "part_of", "within", "all_of", "target", "done")


def changes(path, value, document):
    """What a leaf may sensibly be changed to: every one of them must have an effect or be refused."""
    name = setting(path)
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1]
    if value is None:
        return [{"value": "99", "inclusive": True}]
    if name in REFERENCES:
        types = {figure["key"]: figure["type"] for figure in document["figures"]}
        alike = [key for key in types if key != value and types[key] == types[value]]
        return [f"{value}_2", *alike[:1]]
    if name == "tiers":
        return [tier["key"] for tier in document["tiers"] if tier["key"] != value] or ["甲"]
    if name == "code":
        return ["X99"]
    if name in ("from", "to"):
        return ["2015-02-03", "2016年"]
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", value):
        return ["7" if value != "7" else "6"]
    return [ANOTHER.get(value, value + "甲")]


def sheets(key, document):
    """Two lots of sheets on all sides of every border: the golden ones; each figure moved, and nobody at all."""
    golden = read_golden(key)
    base = golden["base"]
    tiers = sorted({case.get("tier", "") for case in golden["cases"]})
    found = [({**base, **case["changes"]}, case.get("tier", "")) for case in golden["cases"]]
    moved = nobody_at_all(document, base)
    if key == "hunan-star-2017":
        moved += [changed_ for _code, changed_, _points in CASES]
        moved += [changed_ for changed_, _figure, _reason in REFUSED]
        moved.append({"registered_unemployed_end": 0, "employed_end": 0})
    else:
        for figure, value in base.items():  # one more, one less, the opposite
            others = [not value] if isinstance(value, bool) else [str(value) + "1"]
            if isinstance(value, int) and not isinstance(value, bool):
                others = [value + 1, value - 1, 0]
            moved += [{figure: other} for other in others]
    if key == "quangang-2016":
        moved += [{"recommended_twice": True}, {"no_unemployed_over_year": True}]
    for figure in document["figures"]:  # a number where yes or no is asked
        if whole := figure.get("all_of"):
            moved += [{figure["key"]: base[whole]}, {figure["key"]: base[whole] - 1}]
    return found, [({**base, **one}, tier) for one in moved for tier in tiers]


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
    """What the sheets come to, by kind of outcome: the first that differs is what a leaf decides."""
    results = [score(rubric, figures, tier=tier) for figures, tier in cases]
    combine = rubric.columns.combine if rubric.columns else lambda totals: None
    yield "points", [(list(result.lines), result.points, result.passed) for result in results]
    yield "pass mark", [result.total is not None and rubric.passed(result.total) for result in results]
    yield (
        "criteria",
        [[(code, one.met, one.effect) for code, one in result.criteria.items()] for result in results],
    )
    yield "refusals", [result.errors for result in results]
    yield "combined", [combine({"self": 10, "county": 21}), combine({"self": 10})]
    yield (
        "reasons",
        [
            (
                [(line.because, line.flags, line.max) for line in result.lines.values()],
                [(verdict.because, verdict.flags) for verdict in result.criteria.values()],
            )
            for result in results
        ],
    )
    yield "label", rubric.label
    yield "hints", [result.hints for result in results]
    yield "points an officer may give", [(item.floor, item.step) for item in rubric.indicators]
    yield "limits of figures", [(one.type, one.least, one.most, one.step) for one in rubric.figures.values()]


def words(rubric: Rubric):
    """What pages read of a rubric besides scores."""
    return [
        (rubric.key, rubric.version, rubric.title, rubric.source, rubric.notes, rubric.readings),
        [(page.title, page.category.title, page.project.max) for page in rubric.pages],
        [
            (item.content, item.standard, item.words, item.readings, item.evidence, item.check)
            for item in rubric.indicators
        ],
        [
            (figure.label, figure.unit, figure.definition, figure.formula)
            for figure in rubric.figures.values()
        ],
        (rubric.pass_mark, rubric.period, rubric.later_period, rubric.grades),
        rubric.criteria and (rubric.criteria.title, rubric.criteria.source),
        rubric.criteria and [(one.code, one.group, one.text, one.readings) for one in rubric.criteria.items],
        rubric.columns and [(column.key, column.title) for column in rubric.columns.columns],
    ]


def effect(path, rubric, errors, lots, before, shown):
    """The name of what a changed sheet does otherwise, "" for nothing."""
    if errors:
        return f"refused: {errors[0]}"
    read = words(rubric) != shown
    if read and setting(path) in PLAIN_TEXTS:
        return "words"
    for cases, were in zip(lots, before, strict=True):
        for (name, was), (_, now) in zip(were, outcomes(rubric, cases), strict=True):
            if was != now:
                return name
    return "words" if read else ""


@pytest.mark.parametrize("key", PROGRAMMES)
def test_every_leaf_has_an_effect(key):
    document = sheet_document(key)
    lots = sheets(key, document)
    rubric, errors = read_rubric(document, f"{key}.json")
    assert errors == []
    before, shown = [list(outcomes(rubric, cases)) for cases in lots], words(rubric)
    found = {}
    for path, value in leaves({name: document[name] for name in SHEET if name in document}):
        if PORTAL_READS & {*path}:
            continue
        effects = []
        for other in changes(path, value, document):
            rubric, errors = read_rubric(replaced(document, path, other), f"{key}.json")
            effects.append(effect(path, rubric, errors, lots, before, shown))
        found[path] = "" if "" in effects else min(effects, key=lambda one: one.startswith("refused"))
    tell(key, found)
    assert [written(path) for path, name in found.items() if not name] == [], "no outcome changed"
    only_words = [path for path, name in found.items() if name == "words" and setting(path) not in TEXTS]
    assert [written(path) for path in only_words] == [], "only the words changed"


def test_the_sheets_to_compare_by_score_at_all():
    """Outcomes of sheets that are all refused would never differ."""
    for key in PROGRAMMES:
        document = sheet_document(key)
        rubric, _ = read_rubric(document, key)
        results = [
            score(rubric, figures, tier=tier) for lot in sheets(key, document) for figures, tier in lot
        ]
        assert sum(not result.errors for result in results) > len(results) / 3
        assert any(result.errors for result in results) and isinstance(results[0].figures, dict | Figures)

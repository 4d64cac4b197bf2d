"""What must hold for every sheet and every rule, tried with generated ones."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.answers import answer
from scoring.document import Doc, Known
from scoring.engine import score, score_partial, totals
from scoring.measures import Figures
from scoring.reading import clean
from scoring.rubric import read_figures
from scoring.rules import read_rule
from tests.scoring.conftest import (
    HUNAN,
    HUNAN_RUBRIC,
    count,
    decimal,
    read_document,
    rubric_of,
    small_document,
    yesno,
)

COUNTS = st.one_of(st.integers(0, 12), st.integers(0, 2000))
BETTER_WITH_MORE = [
    *("new_jobs_done", "reemployed_done", "hardship_reemployed_done", "employed_end"),
    *("willing_workers_employed_end", "registered_unemployed_reemployed", "hardship_reemployed"),
    *(
        "zero_employment_families_cleared",
        "graduates_registered",
        "graduates_followed_up",
        "graduates_served",
    ),
    *("graduates_employed_or_preparing", "employed_registered_insured", "full_time_staff"),
    *("awards_county", "awards_city", "awards_province"),
]
WORSE_WITH_MORE = [
    *("new_jobs_target", "reemployed_target", "hardship_reemployed_target", "registered_unemployed_end"),
    *("willing_workers_end", "registered_unemployed_total", "hardship_total", "zero_employment_families"),
    *(
        "graduates_unemployed",
        "unemployed_over_half_year",
        "certificate_errors",
        "hardship_recognition_errors",
    ),
    *("employed_registered_total", "valid_complaints", "mass_incidents"),
]


@st.composite
def sheets(draw, rubric=HUNAN_RUBRIC):
    """A sheet that is in order: parts within their wholes."""
    figures = {}
    for key, figure in sorted(rubric.figures.items(), key=lambda pair: bool(pair[1].part_of)):
        if figure.type == "yesno":
            figures[key] = draw(st.booleans())
        elif figure.type == "points":
            figures[key] = draw(st.sampled_from(["0", "0.5", "1", "1.5", "2", "2.5", "3"]))
        elif figure.type == "decimal":
            figures[key] = str(draw(st.decimals(0, 200, places=draw(st.integers(0, 6)))))
        elif figure.part_of:
            figures[key] = draw(st.integers(0, figures[figure.part_of]))
        else:
            figures[key] = draw(COUNTS if figure.most is None else st.integers(0, figure.most))
    return figures


@given(sheets())
def test_points_stay_between_floor_and_maximum_and_add_up(figures):
    result = score(HUNAN_RUBRIC, figures)
    assert result.errors == ()
    assert list(result.lines) == [item.code for item in HUNAN_RUBRIC.indicators]
    assert all(0 <= line.points <= line.max for line in result.lines.values())
    assert sum(line.points for line in result.lines.values()) == result.total
    assert all(line.because for line in result.lines.values())


@given(sheets())
def test_the_compiled_sheet_agrees_with_its_rules(figures):
    """The fast way, the careful way, the rules' own way, the draft and the total are one answer."""
    result = score(HUNAN_RUBRIC, figures)
    cleaned = Figures({key: clean(HUNAN_RUBRIC.figures[key], value).value for key, value in figures.items()})
    by_rule = tuple(item.weigh(cleaned).points for item in HUNAN_RUBRIC.indicators)
    assert result.points == by_rule == HUNAN_RUBRIC.compiled.points(cleaned)
    assert HUNAN_RUBRIC.compiled.quick(figures) in (by_rule, None)
    assert (
        score_partial(HUNAN_RUBRIC, figures).total == result.total == list(totals(HUNAN_RUBRIC, [figures]))[0]
    )


QUANGANG = rubric_of(read_document("quangang-2016"))


@given(sheets(QUANGANG))
def test_quangangs_sheet_as_well(figures):
    del figures["recommended_twice"], figures["no_unemployed_over_year"]
    result = score(QUANGANG, figures)
    cleaned = Figures({key: clean(QUANGANG.figures[key], value).value for key, value in figures.items()})
    assert result.points == tuple(item.weigh(cleaned).points for item in QUANGANG.indicators)
    assert all(0 <= line.points <= line.max for line in result.lines.values())
    assert sum(line.points for line in result.lines.values()) == result.total
    assert QUANGANG.compiled.quick(figures) in (result.points, None)


@given(sheets(), st.sampled_from(BETTER_WITH_MORE), st.integers(1, 300))
def test_more_of_a_good_figure_never_costs_points(figures, key, more):
    whole = HUNAN_RUBRIC.figures[key].part_of
    raised = figures[key] + more
    changed = {**figures, key: min(raised, figures[whole]) if whole else raised}
    assert score(HUNAN_RUBRIC, changed).total >= score(HUNAN_RUBRIC, figures).total


@given(sheets(), st.sampled_from(WORSE_WITH_MORE), st.integers(1, 300))
def test_more_of_a_bad_figure_never_gains_points(figures, key, more):
    assert (
        score(HUNAN_RUBRIC, {**figures, key: figures[key] + more}).total <= score(HUNAN_RUBRIC, figures).total
    )


@given(sheets(), st.sampled_from([key for key, f in HUNAN_RUBRIC.figures.items() if f.type == "yesno"]))
def test_a_yes_is_good_except_for_extortion(figures, key):
    yes = score(HUNAN_RUBRIC, {**figures, key: True}).total
    no = score(HUNAN_RUBRIC, {**figures, key: False}).total
    assert (
        yes <= no if key == "extortion_found" else yes > no or key in ("work_rules_kept", "work_ethics_kept")
    )


def test_every_count_has_a_direction():
    """A figure in neither list would be monotone by omission."""
    counts = {key for key, figure in HUNAN_RUBRIC.figures.items() if figure.type == "count"}
    assert counts == {*BETTER_WITH_MORE, *WORSE_WITH_MORE}


@settings(max_examples=25)
@given(sheets())
def test_the_same_document_and_figures_give_the_same_bytes(figures):
    again = rubric_of(json.loads(json.dumps(HUNAN)))
    backwards = dict(reversed(figures.items()))
    first, second = score(HUNAN_RUBRIC, figures), score(again, backwards)
    assert json.dumps(answer("社区", first)).encode() == json.dumps(answer("社区", second)).encode()


# Any rule at all

FIGURES = [count("a"), count("b"), count("c"), yesno("y"), decimal("d"), decimal("e")]
AMOUNTS = st.sampled_from(["0.5", "1", "1.5", "2", "3", "7.5", "12"])
BORDERS = st.sampled_from(["0", "4.5", "50", "90", "94.25", "95", "100"])


def bounds(**fixed):
    return st.builds(
        lambda key, value, inclusive: {key: value, "inclusive": inclusive, **fixed},
        st.sampled_from(["at_least", "at_most"]),
        BORDERS,
        st.booleans(),
    )


def rates():
    wholes = st.sampled_from([("a", ["b"]), ("a", ["a", "c"]), ("a", ["b", "c"]), ("d", ["e"])])
    return st.builds(
        lambda keys, nobody: {"rate": "比率", "part": keys[0], "whole": keys[1], "nobody": nobody},
        wholes,
        st.sampled_from(["full", "zero"]),
    )


MEASURES = st.one_of(rates(), st.sampled_from([{"figure": "a"}, {"figure": "d"}]))


def joined(kind, *parts, **settings_):
    return st.tuples(*parts).map(
        lambda found: {"kind": kind, **settings_, **{k: v for p in found for k, v in p.items()}}
    )


def pair(key, values):
    return values.map(lambda value: {key: value})


def shortfall(kind, measure, border):
    roundings = st.sampled_from(
        [{"rounding": "floor"}, {"rounding": "ceil"}, {"rounding": "prorata", "decimals": 1}]
    )
    caps = st.sampled_from([{}, {"most": "3"}])
    per = pair("per", st.sampled_from(["1", "0.1", "2.5"]))
    return joined(kind, measure, pair(border, BORDERS), per, pair("lose", AMOUNTS), roundings, caps)


def bands():
    values = st.lists(st.sampled_from([0, 5, 50, 90, 95, 98]), min_size=1, max_size=3, unique=True)
    return values.map(
        lambda found: {
            "bands": [
                {"at_least": str(v), "inclusive": v != 95, "points": str(n)}
                for n, v in zip((11, 4, 2), sorted(found, reverse=True), strict=False)
            ]
        }
    )


SIMPLE = st.one_of(
    joined("threshold", MEASURES, bounds(), pair("points", AMOUNTS)),
    joined("tiers", MEASURES, bands(), pair("otherwise", st.sampled_from(["0", "1"]))),
    joined("half_credit", MEASURES, pair("points", AMOUNTS), at_least="95", half_at="50"),
    joined(
        "proportional",
        rates(),
        pair("points", AMOUNTS),
        pair("rounding", st.sampled_from(["floor", "half_up"])),
        pair("decimals", st.integers(0, 4)),
        full_at="95",
    ),
    joined("part", pair("when", st.booleans()), pair("points", AMOUNTS), figure="y"),
    joined("per_unit", pair("gain", AMOUNTS), st.sampled_from([{}, {"most": "4"}]), figure="c"),
    joined(
        "awards", pair("levels", st.just([{"figure": "a", "points": "1"}, {"figure": "c", "points": "2.5"}]))
    ),
    joined(
        "per_target",
        pair("points", AMOUNTS),
        pair("missed", st.sampled_from(["0", "2"])),
        targets=[{"name": "甲", "target": "a", "done": "b"}, {"name": "乙", "target": "c", "done": "b"}],
    ),
    shortfall("rate_short", rates(), "at_least"),
    shortfall("rate_over", rates(), "at_most"),
    shortfall("count_short", st.sampled_from([{"figure": "a"}, {"figure": "d"}]), "at_least"),
    shortfall("count_over", st.sampled_from([{"figure": "a"}, {"figure": "d"}]), "at_most"),
    joined("per_case", pair("lose", AMOUNTS), st.sampled_from([{}, {"most": "4"}]), figure="c"),
    joined("per_missing", pair("lose", AMOUNTS), figure="c", items=["甲"], open=True),
    joined("once", pair("when", st.booleans()), pair("lose", AMOUNTS), figure="y"),
    joined("penalty", pair("lose", AMOUNTS), pair("figure", st.sampled_from(["y", "c"])), flag="请核实"),
)
TAKES = ("rate_short", "rate_over", "count_short", "count_over", "per_case", "per_missing", "once")


def group(takes):
    """The rules of one family out of a list, under one cap."""

    def keep(rules):
        kept = [one for one in rules if one["kind"] != "penalty" and (one["kind"] in TAKES) is takes]
        other = {"kind": "once", "figure": "y", "when": True, "lose": "1"}
        return {"kind": "group", "most": "4", "rules": kept or [other]}

    return keep


GROUPS = st.builds(
    lambda takes, rules: group(takes)(rules), st.booleans(), st.lists(SIMPLE, min_size=1, max_size=3)
)


VALUES = st.fixed_dictionaries(
    {
        "a": COUNTS,
        "b": COUNTS,
        "c": COUNTS,
        "y": st.booleans(),
        "d": st.sampled_from(["0", "4.5", "29.99", "95", "94.999999"]),
        "e": st.sampled_from(["0", "5", "100", "100.000001"]),
    }
)


@settings(max_examples=1500)
@given(st.one_of(SIMPLE, GROUPS), VALUES)
def test_the_code_of_a_rule_is_what_it_weighs(data, values):
    """Without an item's floor and maximum, which would hide a difference."""
    errors = []
    known = read_figures(FIGURES, "x", errors)
    rule = read_rule(data, Doc({}, "x", errors, Known(known)), "", 100_000)
    assert errors == []
    figures = Figures({key: clean(known[key], value).value for key, value in values.items()})
    names = {f"f_{key}": value for key, value in figures.items()}
    assert rule.weigh(figures).amount == eval(rule.code(), names)
    if rule.most is not None:
        assert rule.weigh(figures).amount <= rule.most
    assert rule.weigh(figures).amount >= rule.least


@settings(max_examples=400)
@given(
    st.lists(st.one_of(SIMPLE, GROUPS), min_size=1, max_size=4),
    VALUES,
    st.sampled_from([{}, {"start": "5"}, {"floor": "-3"}]),
)
def test_any_composite_is_compiled_as_its_rules_say(rules, figures, item):
    """Every kind, alone and together, with every setting: compiled and step by step, within floor and maximum."""
    filler = [  # so that every figure is used and the maximum can be reached
        {"kind": "per_unit", "figure": key, "gain": "0.0001", "most": "0.0001"} for key in ("a", "b", "c")
    ]
    filler += [{"kind": "part", "figure": "y", "points": "10"}]
    filler += [
        {"kind": "threshold", "figure": key, "at_least": "50", "inclusive": True, "points": "0.5"}
        for key in "de"
    ]
    rubric = rubric_of(small_document([*rules, *filler], FIGURES, **item))
    line = score(rubric, figures).lines["S1"]
    weighed = rubric.by_code["S1"].weigh(
        Figures({key: clean(rubric.figures[key], value).value for key, value in figures.items()})
    )
    assert line.points == weighed.points
    assert rubric.by_code["S1"].floor <= line.points <= line.max
    assert "None" not in line.because and "%s" not in line.because
    assert rubric.by_code["S1"].words

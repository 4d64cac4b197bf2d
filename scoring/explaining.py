"""Every rule of a sheet in words, with cases on both sides of its borders scored by the engine itself.

Whoever checks a sheet sees what it will do: "就业率 = 949/1000 = 94.90%，低于 95%，差 0 个整百分点，不扣分 → 3 分".
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scoring.comparing import HalfCredit, Proportional, Threshold, Tiers
from scoring.criteria import Criterion, Yes
from scoring.giving import Awards, Judged, Part, PerTarget, PerUnit
from scoring.items import Indicator
from scoring.measures import Bound, Figures, Measure, Rate
from scoring.points import UNIT, show_points
from scoring.rules import Group
from scoring.taking import Once, Penalty, PerCase, PerMissing, Shortfall
from scoring.weighing import Rule

Given = dict[str, int]
REASON = "（写明理由）"
# Wholes to show a rate by: the smallest in which every border is a whole number.
WHOLES = (1000, 10_000, 100_000, 1_000_000)


@dataclass(frozen=True)
class Case:
    """What one rule says of one example, and what the item comes to: points, or 符合 and 不符合."""

    because: str
    outcome: str


@dataclass(frozen=True)
class Explained:
    """One rule (or test) in words, with its cases."""

    words: str
    cases: tuple[Case, ...]


def explain_item(item: Indicator) -> tuple[Explained, ...]:
    """Each rule of an item; the other rules are at their best in every case."""
    whole = _whole([value for rule in _opened(item.rules) for value in _values(rule)])
    base = Figures(dict.fromkeys(item.figures, 0))
    for rule in _opened(item.rules):
        base.update(_best(rule, base, whole, item.max))
    found = []
    for rule in item.rules:
        cases: dict[str, Case] = {}
        for inner in _opened([rule]):
            for given in _cases(inner, whole, item.max):
                figures = _figures(base, given, item)
                weighed = item.weigh(figures)
                points = "不计入总分" if weighed.points is None else f"{show_points(weighed.points)} 分"
                because = rule.weigh(figures).because
                cases.setdefault(because, Case(because, points))
        found.append(Explained(rule.words(), tuple(cases.values())))
    return tuple(found)


def explain_criterion(criterion: Criterion) -> tuple[Explained, ...]:
    """Each test of a condition; a plain one needs no example."""
    found = []
    for test in criterion.tests:
        if isinstance(test, Yes):
            found.append(Explained(f"{test.label}：核对为“是”的符合", ()))
            continue
        words = f"{test.compared.label}{test.bound.words()}的符合"
        whole = _whole([test.bound.value])
        cases = []
        for given in _about(test.compared, [test.bound], whole):
            met, because, _empty = test.judge(Figures(dict.fromkeys(test.keys, 0) | given))
            cases.append(Case(because, "符合" if met else "不符合"))
        found.append(Explained(words, tuple(cases)))
    return tuple(found)


def _figures(base: Figures, given: Given, item: Indicator) -> Figures:
    figures = Figures(base | given)
    figures.reasons = dict.fromkeys(item.figures, REASON)
    return figures


def _opened(rules: Iterable[Rule]) -> Iterator[Rule]:
    """Rules with those of groups in place of the group."""
    for rule in rules:
        if isinstance(rule, Group):
            yield from _opened(rule.rules)
        else:
            yield rule


def _best(rule: Rule, base: Figures, whole: int, full: int) -> Given:
    """The figures that the rule likes best."""
    found: list[tuple[int, Given]] = []
    for given in _cases(rule, whole, full):
        amount = rule.weigh(Figures(base | given)).amount
        found.append((amount if rule.family == "gives" else -amount, given))
    return max(found, key=lambda one: one[0])[1]


def _bounds(rule: Rule) -> list[Bound]:
    if isinstance(rule, Threshold):
        return [rule.bound]
    if isinstance(rule, Tiers):
        return [bound for bound, _points in rule.bands]
    if isinstance(rule, HalfCredit):
        return [rule.full_at, rule.half_at]
    if isinstance(rule, Proportional):
        return [Bound(True, rule.full_at, True, "%")]
    return [rule.bound] if isinstance(rule, Shortfall) else []


def _values(rule: Rule) -> list[int]:
    """The percentages that a rule compares a rate with."""
    if not isinstance(rule.measure, Rate):
        return []
    steps = [rule.per] if isinstance(rule, Shortfall) else []
    return [bound.value for bound in _bounds(rule)] + steps


def _whole(values: Iterable[int]) -> int:
    """One whole for all the rates of an item, in which every one of these percentages is a whole number."""
    values = list(values)
    fitting = (whole for whole in WHOLES if not any(value * whole % (100 * UNIT) for value in values))
    return next(fitting, WHOLES[-1])


def _cases(rule: Rule, whole: int, full: int) -> list[Given]:
    """Examples of figures for one rule, on both sides of whatever it asks."""
    if isinstance(rule, Shortfall):
        return _shortfall(rule, whole)
    if rule.measure is not None:
        return _about(rule.measure, _bounds(rule), whole)
    if isinstance(rule, Part | Once):
        return [{rule.figure: 1}, {rule.figure: 0}]
    if isinstance(rule, PerTarget):
        wanted = {target.target: 100 * rule.scale for target in rule.targets}
        met = wanted | {target.done: 100 * rule.scale for target in rule.targets}
        return [met, met | {rule.targets[-1].done: 99 * rule.scale}]
    if isinstance(rule, PerUnit):
        top = full if rule.cap is None else rule.cap
        return [{rule.counted.key: count} for count in dict.fromkeys((top // rule.gain + 1, 1, 0))]
    if isinstance(rule, Awards):
        keys = [value.key for value, _points in rule.levels]
        return [
            dict.fromkeys(keys, 1),
            *(dict.fromkeys(keys, 0) | {key: 1} for key in keys[:-1]),
            dict.fromkeys(keys, 0),
        ]
    if isinstance(rule, Judged):
        return [{rule.figure: rule.full}, {rule.figure: rule.full - rule.step}]
    if isinstance(rule, PerCase):
        top = full if rule.cap is None else rule.cap
        return [{rule.counted.key: count} for count in dict.fromkeys((0, 1, top // rule.lose + 1))]
    if isinstance(rule, PerMissing):
        return [{rule.figure: count} for count in dict.fromkeys((0, 1, len(rule.items)))]
    if isinstance(rule, Penalty):
        return [{rule.counted.key: count} for count in (0, 1)]
    raise TypeError(rule.kind)


def _at(measure: Measure, value: int, whole: int, *, least: bool = True) -> int:
    """The figure (or the part of a rate) at a border; the next one on its good side where none lies on it."""
    times = whole * measure.scale if isinstance(measure, Rate) else measure.scale
    of = 100 * UNIT if isinstance(measure, Rate) else UNIT
    return -(-value * times // of) if least else value * times // of


def _given(measure: Measure, figure: int, whole: int) -> Given:
    if not isinstance(measure, Rate):
        return {measure.key: max(figure, 0)}
    part, rest = max(figure, 0), whole * measure.scale
    others = [key for key in measure.whole if key != measure.part]
    if len(others) < len(measure.whole):  # the part is counted in the whole
        rest = max(rest - part, 0)
    return dict.fromkeys(measure.whole, 0) | dict.fromkeys(others[:1], rest) | {measure.part: part}


def _grain(measure: Measure) -> int:
    """The smallest step to show: one of a count, a tenth of a decimal."""
    return 1 if measure.scale == 1 else measure.scale // 10


def _about(measure: Measure, bounds: list[Bound], whole: int) -> list[Given]:
    """At each border and next to it on its other side; and a rate over nobody."""
    values: list[int] = []
    for bound in bounds:
        at, step = _at(measure, bound.value, whole, least=bound.least), _grain(measure)
        other = -step if bound.least is bound.inclusive else step
        values += [at, at + other]
    found = [_given(measure, value, whole) for value in dict.fromkeys(max(value, 0) for value in values)]
    return found + _nobody(measure)


def _shortfall(rule: Shortfall, whole: int) -> list[Given]:
    """At the border, next to it, and one and two whole steps away."""
    measure = rule.compared
    at, step = _at(measure, rule.border, whole, least=not rule.above), _at(measure, rule.per, whole)
    away = 1 if rule.above else -1
    values = (at, at + away * _grain(measure), at + away * step, at + away * 2 * step)
    found = [_given(measure, value, whole) for value in dict.fromkeys(max(value, 0) for value in values)]
    return found + _nobody(measure)


def _nobody(measure: Measure) -> list[Given]:
    return [dict.fromkeys(measure.keys, 0)] if isinstance(measure, Rate) else []

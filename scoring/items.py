"""An item of a rubric (评分指标): its words from the source, its rules, and what they make of one sheet."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import gcd
from operator import itemgetter
from typing import NamedTuple

from scoring.measures import NOBODY_FLAG, Figures
from scoring.points import show_points
from scoring.weighing import Rule

# How many answers an item remembers: many sheets share their yes/no parts and small counts.
KEPT = 512


class Weighed(NamedTuple):
    """points: after floor and maximum, None when the item is left out; raw: before both (A5)."""

    points: int | None
    raw: int
    because: str
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Indicator:
    """One row. `content` and `standard` are the source's own words; `evidence` and `check` are the portal's hints."""

    code: str
    number: int
    content: str
    standard: str
    max: int
    rules: tuple[Rule, ...]
    start: int
    floor: int
    category: str
    project: str
    readings: tuple[str, ...] = ()
    evidence: str = ""
    check: str = ""

    @cached_property
    def figures(self) -> tuple[str, ...]:
        """The keys of the figures its rules read, in their order."""
        return tuple(dict.fromkeys(key for rule in self.rules for key in rule.keys))

    @cached_property
    def judged(self) -> bool:
        """Whether a person judges it: then points below the maximum need a reason."""
        return any(rule.kind == "judged" for rule in self.rules)

    @cached_property
    def step(self) -> int:
        """The points an officer may give are multiples of this (scaled): the common divisor of all amounts."""
        return gcd(self.max, self.start, self.floor, *(n for rule in self.rules for n in rule.amounts))

    @cached_property
    def words(self) -> str:
        """The rule in plain Chinese, drawn from its settings, to stand beside the source's sentence."""
        sentence = "；".join(rule.words() for rule in self.rules)
        if any(rule.family != "gives" for rule in self.rules):
            ending = "扣完为止" if not self.floor else f"最低 {show_points(self.floor)} 分"
            return f"{sentence}；满分 {show_points(self.max)} 分，{ending}"
        return f"{sentence}；最多 {show_points(self.max)} 分"

    @cached_property
    def _case(self) -> Callable[[Figures], object]:
        return itemgetter(*self.figures)

    @cached_property
    def _weighed(self) -> dict[object, Weighed]:
        return {}

    def weigh(self, figures: Figures) -> Weighed:
        """Points and reason, rule by rule; the same figures give the same answer, so recent ones are kept."""
        case: object = self._case(figures)
        if self.judged:
            case = (case, *(figures.reasons.get(key) for key in self.figures))
        found = self._weighed.get(case)
        if found is None:
            if len(self._weighed) >= KEPT:
                self._weighed.clear()
            found = self._weighed[case] = self._weigh(figures)
        return found

    def _weigh(self, figures: Figures) -> Weighed:
        """Start, plus what is given, less what is taken, one floor and one cap; then the overrides."""
        outcomes = [(rule, rule.weigh(figures)) for rule in self.rules]
        reasons = [outcome.because for _rule, outcome in outcomes]
        flags = tuple(dict.fromkeys(flag for _rule, outcome in outcomes for flag in outcome.flags))
        given = self.start + sum(outcome.amount for rule, outcome in outcomes if rule.family == "gives")
        taken = sum(outcome.amount for rule, outcome in outcomes if rule.family == "takes")
        penalty = sum(outcome.amount for rule, outcome in outcomes if rule.family == "overrides")
        raw = given - taken
        points = max(self.floor, min(self.max, raw))
        if raw > self.max:
            reasons.append(f"合计 {show_points(raw)} 分，本项最高 {show_points(self.max)} 分")
        if penalty:
            raw, points = points - penalty, max(self.floor, points - penalty)
        if raw < self.floor:
            floor = "扣完为止" if not self.floor else f"本项最低 {show_points(self.floor)} 分"
            several = f"应扣 {show_points(taken + penalty)} 分，" if len(outcomes) > 1 else ""
            reasons.append(f"{several}{floor}")
        if len(outcomes) > 1 or raw != points:
            reasons.append(f"本项得 {show_points(points)} 分")
        if self.left_out(figures):
            return Weighed(None, raw, "；".join(reasons[: len(outcomes)]), (NOBODY_FLAG,))
        return Weighed(points, raw, "；".join(reasons), flags)

    @cached_property
    def may_be_left_out(self) -> bool:
        return any(rule.measure is not None and rule.measure.nobody == "leave_out" for rule in self.rules)

    def left_out(self, figures: Figures) -> bool:
        """Whether a rate over nobody takes the item out of the sheet (`nobody`: "leave_out")."""
        return any(
            rule.measure is not None and rule.measure.nobody == "leave_out" and rule.measure.is_empty(figures)
            for rule in self.rules
        )

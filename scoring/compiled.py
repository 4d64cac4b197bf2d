"""A rubric written out as one Python function of whole-number arithmetic: the fast way to a sheet's points.

The reasons are written by the rules themselves, and only when someone asks; a property test keeps the two in step.
Nothing of a document enters the function's text but numbers and figure keys, which scoring.document holds to
lower-case letters, digits and underscores.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

from scoring.figures import Figure
from scoring.items import Indicator
from scoring.measures import Figures, variable
from scoring.points import UNIT, Number, parse_decimal, show_points
from scoring.weighing import Rule

Points = tuple[int | None, ...]


@dataclass(frozen=True)
class Compiled:
    """points: clean figures → points of every item in order. quick: raw figures → the same, None when unsure.

    total: as quick, but their sum alone; None as well for a rubric whose items may be left out.
    """

    points: Callable[[Figures], Points]
    quick: Callable[[Mapping[str, Any]], Points | None]
    total: Callable[[Mapping[str, Any]], int | None]
    source: str


@lru_cache(maxsize=4096, typed=True)
def scaled(value: object) -> Number:
    """A decimal figure as it stands in a sheet, for the quick way; ValueError sends the sheet the careful way."""
    if type(value) is str:
        return parse_decimal(value)
    if type(value) is int and 0 <= value < 10**18:
        return value * UNIT
    raise ValueError


Section = tuple[tuple[Indicator, ...], int | None]


def compile_sections(
    name: str, sections: Sequence[Section], figures: Mapping[str, Figure], required: Sequence[str]
) -> Compiled:
    """Write and build the two functions of a rubric.

    sections: the items of each class in order, with the class's own maximum where it is a bonus class.
    required: the keys of the figures the items read.
    """
    body = [line for items, cap in sections for line in _section(items, cap)]
    # Counts first: one slice holds them all.
    required = sorted(required, key=lambda key: figures[key].type != "count")
    names = [variable(key) for key in required]
    indicators = [item for items, _cap in sections for item in items]
    read = ["    row = get(figures)", f"    ({', '.join(names)},) = row"]
    guards = _guards(figures, required)
    points = [f"p_{item.code}" for item in indicators]
    left_out = any(item.may_be_left_out for item in indicators)
    total = "None" if left_out else " + ".join(points)
    source = "\n".join(
        [
            *("def points(figures):", *read, *body, f"    return ({', '.join(points)},)", ""),
            *("def quick(figures):", *read, *guards, *body, f"    return ({', '.join(points)},)", ""),
            *("def total(figures):", *read, *guards, *body, f"    return {total}"),
        ]
    )
    getter = itemgetter(*required)
    scope: dict[str, Any] = {
        "get": getter if len(required) > 1 else lambda figures: (getter(figures),),
        "scaled": scaled,
        "INT": {int},
        "KNOWN": frozenset(_known(figures)),
        "STEPS": {key: _steps(figures[key]) for key in required},
    }
    exec(compile(source, f"<{name}>", "exec"), scope)  # numbers and checked keys only
    return Compiled(scope["points"], scope["quick"], scope["total"], source)


def _section(items: tuple[Indicator, ...], cap: int | None) -> list[str]:
    lines = [line for item in items for line in _item(item)]
    if cap is not None and sum(item.max for item in items) > cap:
        lines.append(f"    left = {cap}")
        for item in items:
            lines += [
                f"    if p_{item.code} > left: p_{item.code} = left",
                f"    left -= p_{item.code}",
            ]
    return lines


def _item(item: Indicator) -> list[str]:
    """The lines that set p_<code>; clamps only where the rules could pass them."""
    name = f"p_{item.code}"
    gives = [rule for rule in item.rules if rule.family == "gives"]
    takes = [rule for rule in item.rules if rule.family == "takes"]
    overrides = [rule for rule in item.rules if rule.family == "overrides"]
    terms = [str(item.start)] if item.start or not gives else []
    text = " + ".join([*terms, *(rule.code() for rule in gives)])
    text += "".join(f" - {rule.code()}" for rule in takes)
    lines = [f"    {name} = {text}"]
    most = _most(gives)
    if most is None or item.start + most > item.max:
        lines.append(f"    if {name} > {item.max}: {name} = {item.max}")
    loss, least = _most(takes), item.start + sum(rule.least for rule in gives)
    if loss is None or least - loss < item.floor:
        lines.append(f"    if {name} < {item.floor}: {name} = {item.floor}")
    if overrides:
        lines += [
            f"    {name} -= {' + '.join(rule.code() for rule in overrides)}",
            f"    if {name} < {item.floor}: {name} = {item.floor}",
        ]
    if item.may_be_left_out and (measure := item.rules[0].measure):
        lines.append(f"    if {measure.empty_code()}: {name} = None")
    return lines


def _most(rules: list[Rule]) -> int | None:
    limits = [rule.most for rule in rules]
    return None if None in limits else sum(limit for limit in limits if limit is not None)


def _known(figures: Mapping[str, Figure]) -> list[str]:
    judged = [figure.reason_key for figure in figures.values() if figure.type == "points"]
    return [*figures, *judged]


def _steps(figure: Figure) -> dict[str, int]:
    """The texts a judged figure may have, with their points."""
    if figure.type != "points" or not figure.step or figure.most is None:
        return {}
    every = range(figure.least or 0, figure.most + 1, figure.step)
    return {show_points(points): points for points in every}


def _guards(figures: Mapping[str, Figure], required: Sequence[str]) -> list[str]:
    """Lines that return None for a sheet that is not plainly in order: the careful way then says what is wrong."""
    used = [figures[key] for key in required]
    reasons = [figure.reason_key for figure in used if figure.type == "points"]
    lines = []
    if len(figures) == len(used):
        extra = "".join(f" - ({key!r} in figures)" for key in reasons)
        lines.append(
            f"    if len(figures) != {len(used)} and len(figures){extra} != {len(used)}: return None"
        )
    else:
        lines.append("    if not figures.keys() <= KNOWN: return None")
    lines += [f"    if type(figures.get({key!r}, '')) is not str: return None" for key in reasons]
    counts = [variable(figure.key) for figure in used if figure.type == "count"]
    answers = [variable(figure.key) for figure in used if figure.type == "yesno"]
    if counts:
        # A negative count makes the union negative; another type cannot be united or shows among the types.
        lines.append(f"    if {{*map(type, row[:{len(counts)}])}} != INT: return None")
        lines.append(f"    if not 0 <= ({' | '.join(counts)}) < {10**18}: return None")
    if answers:
        # Only booleans unite to a boolean.
        lines.append(f"    if type({' | '.join(answers)}) is not bool: return None")
    for figure in used:
        name = variable(figure.key)
        if figure.type == "decimal":
            lines.append(f"    {name} = scaled({name})")
        if figure.type == "points":
            lines.append(f"    {name} = STEPS[{figure.key!r}][{name}]")
    for figure in used:
        name = variable(figure.key)
        if figure.type in ("count", "decimal") and figure.least:
            lines.append(f"    if {name} < {figure.least}: return None")
        if figure.type in ("count", "decimal") and figure.most is not None:
            lines.append(f"    if {name} > {figure.most}: return None")
        if figure.part_of:
            known = figure.part_of in required
            lines.append(
                f"    if {name} > {variable(figure.part_of)}: return None" if known else "    return None"
            )
    return lines

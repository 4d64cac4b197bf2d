"""What a rule looks at: one figure, or a rate of figures. Both compare exactly and show what they compared.

A rate over nobody follows the `nobody` setting (reading A10): `full` counts as met and is flagged, `zero` counts as
not met, `leave_out` takes the item out of the sheet, which is then scaled up to its full points.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import gcd

from scoring.document import Doc
from scoring.points import UNIT, Number, show_decimal, show_points
from scoring.rates import show_percent

NOBODY = ("full", "zero", "leave_out")
NOBODY_FLAG = "无此类对象"
COUNTED = ("count", "decimal")
NUMBERS = ("count", "decimal", "points")


class Figures(dict[str, Number]):
    """Clean figures: counts as int, yes/no as bool, decimals and points scaled by UNIT; and the reasons written."""

    reasons: Mapping[str, str] = {}


def variable(key: str) -> str:
    """The name a figure has inside the compiled scorer."""
    return f"f_{key}"


def scale_of(type_: str) -> int:
    return 1 if type_ == "count" else UNIT


def show_figure(value: Number, scale: int) -> str:
    """A clean figure as it was typed."""
    return str(value) if scale == 1 else show_decimal(value)


@dataclass(frozen=True)
class Bound:
    """A border and on which side of it lies "met"; `inclusive` says whether the border itself does (民法典 1259)."""

    least: bool  # True: at least the value; False: at most
    value: int  # scaled
    inclusive: bool
    unit: str

    @property
    def operator(self) -> str:
        return (">" if self.least else "<") + ("=" if self.inclusive else "")

    def holds(self, left: Number, right: Number) -> bool:
        if left == right:
            return self.inclusive
        return left > right if self.least else left < right

    @property
    def shown(self) -> str:
        return f"{show_points(self.value)}{self.unit}"

    def words(self) -> str:
        """ "不低于 95%" """
        if self.inclusive:
            return f"{'不低于' if self.least else '不超过'} {self.shown}"
        return f"{'高于' if self.least else '低于'} {self.shown}"

    def verdict(self, met: bool) -> str:
        """What the officer reads: "达到 95%", "低于 95%"."""
        if met:
            return self.words() if not (self.least and self.inclusive) else f"达到 {self.shown}"
        if self.inclusive:
            return f"{'低于' if self.least else '超过'} {self.shown}"
        return f"{'未高于' if self.least else '未低于'} {self.shown}"


def read_bound(doc: Doc, unit: str) -> Bound:
    """`at_least` or `at_most` (exactly one) and `inclusive`."""
    if doc.has("at_most") and not doc.has("at_least"):
        return Bound(False, doc.points("at_most"), doc.flag("inclusive"), unit)
    if doc.has("at_least") and doc.has("at_most"):
        doc.say("“at_least”和“at_most”只能写一个", "at_most")
    return Bound(True, doc.points("at_least"), doc.flag("inclusive"), unit)


@dataclass(frozen=True)
class Value:
    """One figure as it stands."""

    key: str
    label: str
    unit: str
    scale: int
    nobody = "full"

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key,)

    @property
    def bound_unit(self) -> str:
        return f" {self.unit}" if self.unit not in ("%", "") else self.unit

    def is_empty(self, figures: Figures) -> bool:
        return False

    def empty_code(self) -> str:
        return ""

    def show(self, figures: Figures) -> str:
        return f"{self.label} {show_figure(figures[self.key], self.scale)}{self.bound_unit}"

    def meets(self, figures: Figures, bound: Bound) -> bool:
        return bound.holds(figures[self.key] * UNIT, bound.value * self.scale)

    def code(self, bound: Bound) -> str:
        left, right = _reduced(UNIT, bound.value * self.scale)
        return f"{_times(left, variable(self.key))} {bound.operator} {right}"

    def against(self, figures: Figures, value: int, per: int) -> tuple[Number, Number]:
        """(how far the figure is below `value`, one step of `per`), on one scale; negative when above."""
        return value * self.scale - figures[self.key] * UNIT, per * self.scale

    def against_code(self, value: int, per: int, sign: int) -> tuple[str, str]:
        """Code for the shortfall (sign 1) or the excess (-1) and for one step of `per`."""
        common = gcd(value * self.scale, UNIT, per * self.scale)
        own = _times(UNIT // common, variable(self.key))
        return _difference(str(value * self.scale // common), own, sign), str(per * self.scale // common)


@dataclass(frozen=True)
class Rate:
    """part / whole in percent; a whole of several figures is their sum."""

    label: str
    part: str
    whole: tuple[str, ...]
    nobody: str
    scale: int = 1

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.whole, self.part)))

    bound_unit = "%"

    def total(self, figures: Figures) -> Number:
        return sum((figures[key] for key in self.whole), 0)

    def is_empty(self, figures: Figures) -> bool:
        return not self.total(figures)

    def _whole_code(self) -> str:
        names = " + ".join(variable(key) for key in self.whole)
        return f"({names})" if len(self.whole) > 1 else names

    def empty_code(self) -> str:
        return f"not {self._whole_code()}"

    def show(self, figures: Figures) -> str:
        """ "就业率 = 95/101 = 94.06%"; the figures as typed."""
        whole = self.total(figures)
        parts = [show_figure(figures[key], self.scale) for key in self.whole]
        below = f"({'+'.join(parts)})" if len(parts) > 1 else parts[0]
        shown = f"{self.label} = {show_figure(figures[self.part], self.scale)}/{below}"
        return f"{shown} = {show_percent(figures[self.part], whole)}" if whole else shown

    def meets(self, figures: Figures, bound: Bound) -> bool:
        if self.is_empty(figures):
            return self.nobody != "zero"
        return bound.holds(100 * UNIT * figures[self.part], bound.value * self.total(figures))

    def code(self, bound: Bound) -> str:
        left, right = _reduced(100 * UNIT, bound.value)
        compared = f"{_times(left, variable(self.part))} {bound.operator} {_times(right, self._whole_code())}"
        return (
            f"(not {self._whole_code()} or {compared})"
            if self.nobody != "zero"
            else (f"({self._whole_code()} and {compared})")
        )

    def against(self, figures: Figures, value: int, per: int) -> tuple[Number, Number]:
        """(percentage points below `value`, one step of `per`), both times the whole; negative when above."""
        whole = self.total(figures)
        return value * whole - 100 * UNIT * figures[self.part], per * whole

    def against_code(self, value: int, per: int, sign: int) -> tuple[str, str]:
        common = gcd(value, 100 * UNIT, per)
        whole = self._whole_code()
        own = _times(100 * UNIT // common, variable(self.part))
        return _difference(_times(value // common, whole), own, sign), _times(per // common, whole)


Measure = Value | Rate


def _reduced(left: int, right: int) -> tuple[int, int]:
    common = gcd(left, right) or 1
    return left // common, right // common


def _times(factor: int, name: str) -> str:
    return name if factor == 1 else f"{factor} * {name}"


def _difference(bound: str, own: str, sign: int) -> str:
    return f"{bound} - {own}" if sign > 0 else f"{own} - {bound}"


def read_measure(doc: Doc) -> Measure:
    """`figure`, or `rate` (its name) with `part`, `whole` and `nobody`."""
    if doc.has("figure"):
        key = doc.figure("figure", NUMBERS)
        found = doc.defined(key)
        return Value(key, found.label, found.unit, scale_of(found.type))
    return read_rate(doc)


def read_rate(doc: Doc) -> Rate:
    label, part, whole = doc.text("rate"), doc.figure("part", COUNTED), doc.figures("whole", COUNTED)
    rate = Rate(label, part, whole, doc.choice("nobody", NOBODY), scale_of(doc.defined(part).type))
    if len({doc.defined(key).type for key in rate.keys if key}) > 1:
        doc.say("“part”和“whole”的类型不同，不能相除", "whole")
    return rate

"""Rules that take points off. Each class is one kind: its docstring is the rule, `read` its settings."""

from dataclasses import dataclass
from typing import ClassVar

from scoring.document import Doc
from scoring.measures import Bound, Figures, Measure, Rate, Value, read_rate, scale_of, variable
from scoring.points import UNIT, show_points
from scoring.rates import ROUNDINGS, half_up, steps
from scoring.weighing import Outcome, Rule, over_nobody, spaced, taken


@dataclass(frozen=True)
class Shortfall(Rule):
    """A deduction for each `per` below (or above) a border that itself costs nothing.

    rounding (reading A2): floor counts whole steps only, ceil started ones, prorata in proportion to `decimals`.
    """

    family: ClassVar[str] = "takes"
    above: ClassVar[bool] = False
    compared: Measure
    border: int
    per: int
    lose: int
    rounding: str
    decimals: int
    cap: int | None
    full: int

    @classmethod
    def read(cls, doc: Doc, full: int) -> "Shortfall":
        measure = cls.read_compared(doc)
        rounding = doc.choice("rounding", ROUNDINGS)
        return cls(
            measure,
            doc.points("at_most" if cls.above else "at_least"),
            doc.points("per", above=0),
            doc.points("lose", above=0),
            rounding,
            doc.whole("decimals", most=4) if rounding == "prorata" else 0,
            doc.points("most", above=0) if doc.has("most") else None,
            full,
        )

    @classmethod
    def read_compared(cls, doc: Doc) -> Measure:
        raise NotImplementedError

    @property
    def keys(self) -> tuple[str, ...]:
        return self.compared.keys

    @property
    def measure(self) -> Measure:
        return self.compared

    @property
    def bound(self) -> Bound:
        return Bound(not self.above, self.border, True, self.compared.bound_unit)

    @property
    def most(self) -> int | None:
        return self.cap

    @property
    def _all(self) -> int:
        """What a rate over nobody costs where it counts as not met: the whole item, or the rule's own cap."""
        return self.full if self.cap is None else min(self.full, self.cap)

    @property
    def _grain(self) -> int:
        return int(UNIT // 10**self.decimals)

    @property
    def amounts(self) -> tuple[int, ...]:
        own = self._grain if self.rounding == "prorata" else self.lose
        return (own,) if self.cap is None else (own, self.cap)

    @property
    def _step_words(self) -> str:
        """ "整百分点", "整 0.1 百分点", "整 人" """
        size = "" if self.per == UNIT else f" {show_points(self.per)} "
        unit = "百分点" if isinstance(self.compared, Rate) else self.compared.unit
        return f"{'整' if self.rounding == 'floor' else ''}{size}{unit}"

    def weigh(self, figures: Figures) -> Outcome:
        if self.compared.is_empty(figures):
            return over_nobody(self.compared, figures, 0, self._all, taken)
        below, step = self.compared.against(figures, self.border, self.per)
        short = -below if self.above else below
        because = f"{self.compared.show(figures)}，{self.bound.verdict(short <= 0)}，"
        if short <= 0:
            return Outcome(0, because + taken(0))
        if self.rounding == "prorata":
            lost = half_up(self.lose * short, self._grain * step) * self._grain
            because += f"按比例（每{self._step_words} {show_points(self.lose)} 分）"
        else:
            count = steps(short, step, self.rounding)
            lost = self.lose * count
            started = "（不足一个的按一个计）" if self.rounding == "ceil" else ""
            because += f"{'超出' if self.above else '差'} {count} 个{self._step_words}{started}，"
            if count:
                because += f"每个扣 {show_points(self.lose)} 分，"
        if self.cap is not None and lost > self.cap:
            because += f"应扣 {show_points(lost)} 分，最多"
            lost = self.cap
        return Outcome(lost, because + taken(lost))

    def code(self) -> str:
        short, step = self.compared.against_code(self.border, self.per, -1 if self.above else 1)
        if self.rounding == "floor":
            lost = f"{self.lose} * (short // ({step}))"
        elif self.rounding == "ceil":
            lost = f"{self.lose} * -(-short // ({step}))"
        else:
            whole = f"{self._grain} * ({step})"
            lost = f"(2 * {self.lose} * short + {whole}) // (2 * {whole}) * {self._grain}"
        if self.cap is not None:
            lost = f"min({lost}, {self.cap})"
        empty = self.compared.empty_code()
        lost = f"({lost} if (short := {short}) > 0 else 0)"
        if empty and (self.above or self.compared.nobody == "zero"):
            return f"({self._all if self.compared.nobody == 'zero' else 0} if {empty} else {lost})"
        return lost

    def words(self) -> str:
        side = "超过" if self.above else "低于"
        how = {"floor": "", "ceil": "，不足一个的按一个计", "prorata": "，按比例折算"}[self.rounding]
        cap = "" if self.cap is None else f"，最多扣 {show_points(self.cap)} 分"
        verb = "超出" if self.above else "减少"
        return (
            f"{self.compared.label}{side} {spaced(self.bound.shown)}的，每{verb}一个{self._step_words}"
            f"扣 {show_points(self.lose)} 分{how}{cap}"
        )


@dataclass(frozen=True)
class RateShort(Shortfall):
    """A rate below the border: points off for each percentage point short (reading A3: of a point, not a percent)."""

    kind: ClassVar[str] = "rate_short"

    @classmethod
    def read_compared(cls, doc: Doc) -> Measure:
        return read_rate(doc)


@dataclass(frozen=True)
class RateOver(RateShort):
    """A rate above the border: points off for each percentage point in excess."""

    kind: ClassVar[str] = "rate_over"
    above: ClassVar[bool] = True


@dataclass(frozen=True)
class CountShort(Shortfall):
    """A figure below the border: points off for each unit (or each `per` units) missing."""

    kind: ClassVar[str] = "count_short"

    @classmethod
    def read_compared(cls, doc: Doc) -> Measure:
        found = doc.defined(doc.figure("figure", ("count", "decimal")))
        return Value(found.key, found.label, found.unit, scale_of(found.type))


@dataclass(frozen=True)
class CountOver(CountShort):
    """A figure above the border: points off for each unit (or each `per` units) in excess."""

    kind: ClassVar[str] = "count_over"
    above: ClassVar[bool] = True


@dataclass(frozen=True)
class PerCase(Rule):
    """A fixed deduction for each case, until the item (or `most`, where it is set) is used up."""

    kind: ClassVar[str] = "per_case"
    family: ClassVar[str] = "takes"
    counted: Value
    lose: int
    cap: int | None

    @classmethod
    def read(cls, doc: Doc, full: int) -> "PerCase":
        found = doc.defined(doc.figure("figure", ("count",)))
        cap = doc.points("most", above=0) if doc.has("most") else None
        return cls(Value(found.key, found.label, found.unit, 1), doc.points("lose", above=0), cap)

    @property
    def keys(self) -> tuple[str, ...]:
        return self.counted.keys

    @property
    def most(self) -> int | None:
        return self.cap

    @property
    def amounts(self) -> tuple[int, ...]:
        return (self.lose,) if self.cap is None else (self.lose, self.cap)

    def weigh(self, figures: Figures) -> Outcome:
        cases = int(figures[self.counted.key])
        lost = cases * self.lose
        because = f"{self.counted.show(figures)}，"
        if cases:
            because += f"每{self.counted.unit or '个'}扣 {show_points(self.lose)} 分，"
        if self.cap is not None and lost > self.cap:
            because += f"应扣 {show_points(lost)} 分，最多"
            lost = self.cap
        return Outcome(lost, because + taken(lost))

    def code(self) -> str:
        lost = f"{self.lose} * {variable(self.counted.key)}"
        return f"({lost})" if self.cap is None else f"min({lost}, {self.cap})"

    def words(self) -> str:
        cap = "" if self.cap is None else f"，最多扣 {show_points(self.cap)} 分"
        return f"{self.counted.label}，每{self.counted.unit or '个'}扣 {show_points(self.lose)} 分{cap}"


@dataclass(frozen=True)
class PerMissing(Rule):
    """A fixed deduction for each missing item of a list. The count cannot exceed the list unless it is `open` (等)."""

    kind: ClassVar[str] = "per_missing"
    family: ClassVar[str] = "takes"
    figure: str
    items: tuple[str, ...]
    open: bool
    lose: int

    @classmethod
    def read(cls, doc: Doc, full: int) -> "PerMissing":
        found = doc.defined(doc.figure("figure", ("count",)))
        items, open_list = doc.texts("items"), doc.flag("open")
        if not open_list and found.most != len(items):
            doc.say(f"列表有 {len(items)} 项，基础数据“{found.key}”的“max”也应为 {len(items)}", "items")
        return cls(found.key, items, open_list, doc.points("lose", above=0))

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.figure,)

    @property
    def most(self) -> int | None:
        return None if self.open else self.lose * len(self.items)

    @property
    def amounts(self) -> tuple[int, ...]:
        return (self.lose,)

    @property
    def _list(self) -> str:
        return "、".join(self.items) + ("等" if self.open else "")

    def weigh(self, figures: Figures) -> Outcome:
        missing = int(figures[self.figure])
        lost = missing * self.lose
        each = f"每项扣 {show_points(self.lose)} 分，" if missing else ""
        return Outcome(lost, f"{self._list}，缺 {missing} 项，{each}{taken(lost)}")

    def code(self) -> str:
        return f"({self.lose} * {variable(self.figure)})"

    def words(self) -> str:
        return f"{self._list}，每少一项扣 {show_points(self.lose)} 分"


@dataclass(frozen=True)
class Once(Rule):
    """A single deduction when a yes/no figure is `when`, however often it happened (reading A14)."""

    kind: ClassVar[str] = "once"
    family: ClassVar[str] = "takes"
    figure: str
    label: str
    when: bool
    lose: int

    @classmethod
    def read(cls, doc: Doc, full: int) -> "Once":
        found = doc.defined(doc.figure("figure", ("yesno",)))
        return cls(found.key, found.label, doc.flag("when"), doc.points("lose", above=0))

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.figure,)

    @property
    def most(self) -> int:
        return self.lose

    @property
    def amounts(self) -> tuple[int, ...]:
        return (self.lose,)

    def weigh(self, figures: Figures) -> Outcome:
        answer = bool(figures[self.figure])
        lost = self.lose if answer is self.when else 0
        return Outcome(lost, f"{self.label}：{'是' if answer else '否'}，{taken(lost)}")

    def code(self) -> str:
        name = variable(self.figure)
        return f"({self.lose} if {name} else 0)" if self.when else f"(0 if {name} else {self.lose})"

    def words(self) -> str:
        return f"{self.label}为“{'是' if self.when else '否'}”的扣 {show_points(self.lose)} 分"


@dataclass(frozen=True)
class Penalty(Rule):
    """An override inside the item: taken after its maximum was applied, with a flag for the reviewer (A17).

    A yes/no figure costs `lose` once, a count costs it for each case.
    """

    kind: ClassVar[str] = "penalty"
    family: ClassVar[str] = "overrides"
    counted: Value
    yesno: bool
    lose: int
    flag: str

    @classmethod
    def read(cls, doc: Doc, full: int) -> "Penalty":
        found = doc.defined(doc.figure("figure", ("yesno", "count")))
        value = Value(found.key, found.label, found.unit, 1)
        return cls(value, found.type == "yesno", doc.points("lose", above=0), doc.text("flag"))

    @property
    def keys(self) -> tuple[str, ...]:
        return self.counted.keys

    @property
    def most(self) -> int | None:
        return self.lose if self.yesno else None

    @property
    def amounts(self) -> tuple[int, ...]:
        return (self.lose,)

    def weigh(self, figures: Figures) -> Outcome:
        cases = int(figures[self.counted.key])
        lost = cases * self.lose
        if self.yesno:
            shown = f"{self.counted.label}：{'是' if cases else '否'}"
        else:
            shown = self.counted.show(figures)
        each = (
            f"每{self.counted.unit or '个'}扣 {show_points(self.lose)} 分，"
            if cases and not self.yesno
            else ""
        )
        return Outcome(lost, f"{shown}，{each}{taken(lost)}", (self.flag,) if cases else ())

    def code(self) -> str:
        name = variable(self.counted.key)
        return f"({self.lose} if {name} else 0)" if self.yesno else f"({self.lose} * {name})"

    def words(self) -> str:
        each = "" if self.yesno else f"，每{self.counted.unit or '个'}"
        return f"{self.counted.label}{each}扣 {show_points(self.lose)} 分"


TAKING: tuple[type[Rule], ...] = (
    RateShort,
    RateOver,
    CountShort,
    CountOver,
    PerCase,
    PerMissing,
    Once,
    Penalty,
)

"""Rules that give points for parts done, targets, units, awards or by judgement. Each class is one kind."""

from dataclasses import dataclass
from typing import ClassVar

from scoring.document import Doc
from scoring.measures import Figures, Value, scale_of, show_figure, variable
from scoring.points import UNIT, show_points
from scoring.weighing import Outcome, Rule, given

REASON_DUE = "低于满分，须写明理由"


@dataclass(frozen=True)
class Part(Rule):
    """A yes/no part: done gives its points, not done none (reading A20: no half of a part)."""

    kind: ClassVar[str] = "part"
    figure: str
    label: str
    when: bool
    points: int

    @classmethod
    def read(cls, doc: Doc, full: int) -> "Part":
        key = doc.figure("figure", ("yesno",))
        return cls(key, doc.defined(key).label, doc.flag("when", True), doc.points("points", above=0))

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.figure,)

    @property
    def most(self) -> int:
        return self.points

    @property
    def amounts(self) -> tuple[int, ...]:
        return (self.points,)

    def weigh(self, figures: Figures) -> Outcome:
        answer = bool(figures[self.figure])
        amount = self.points if answer is self.when else 0
        return Outcome(amount, f"{self.label}：{'是' if answer else '否'}，{given(amount)}")

    def code(self) -> str:
        name = variable(self.figure)
        return f"({self.points} if {name} else 0)" if self.when else f"(0 if {name} else {self.points})"

    def words(self) -> str:
        return f"{self.label}{'' if self.when else '为“否”'}得 {show_points(self.points)} 分"


@dataclass(frozen=True)
class Target:
    name: str
    target: str
    done: str


@dataclass(frozen=True)
class PerTarget(Rule):
    """Points for each target reached, `missed` points off for each one missed (reading A1: "0" loses them once)."""

    kind: ClassVar[str] = "per_target"
    targets: tuple[Target, ...]
    points: int
    missed: int
    scale: int

    @classmethod
    def read(cls, doc: Doc, full: int) -> "PerTarget":
        targets = []
        for number, data in enumerate(doc.many("targets"), 1):
            part = doc.inner(data, f"第 {number} 个指标")
            numbers = ("count", "decimal")
            targets.append(
                Target(part.text("name"), part.figure("target", numbers), part.figure("done", numbers))
            )
            part.close()
        types = {doc.defined(key).type for target in targets for key in (target.target, target.done) if key}
        if len(types) > 1:
            doc.say("各指标的目标数和完成数类型应相同")
        scale = scale_of(types.pop() if types else "count")
        return cls(tuple(targets), doc.points("points", above=0), doc.points("missed"), scale)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(key for target in self.targets for key in (target.target, target.done))

    @property
    def most(self) -> int:
        return self.points * len(self.targets)

    @property
    def least(self) -> int:
        return -self.missed * len(self.targets)

    @property
    def amounts(self) -> tuple[int, ...]:
        return (self.points, self.missed)

    def weigh(self, figures: Figures) -> Outcome:
        shown, reached = [], 0
        for target in self.targets:
            done, wanted = figures[target.done], figures[target.target]
            reached += done >= wanted
            pair = f"{show_figure(done, self.scale)}/{show_figure(wanted, self.scale)}"
            shown.append(f"{target.name} {pair} {'达标' if done >= wanted else '未达标'}")
        lost = self.missed * (len(self.targets) - reached)
        amount = self.points * reached - lost
        count = f"{len(self.targets)} 项，达标 {reached} 项，得 {show_points(self.points * reached)} 分"
        if lost:
            count += f"，未达标扣 {show_points(lost)} 分"
        return Outcome(amount, "；".join([*shown, count]))

    def code(self) -> str:
        each = (
            f"({self.points} if {variable(one.done)} >= {variable(one.target)} else {-self.missed})"
            for one in self.targets
        )
        return f"({' + '.join(each)})"

    def words(self) -> str:
        names = "、".join(target.name for target in self.targets)
        missed = f"，每不达标 1 个扣 {show_points(self.missed)} 分" if self.missed else "，不达标的不得分"
        return f"{names}共 {len(self.targets)} 个指标，每达标 1 个得 {show_points(self.points)} 分{missed}"


@dataclass(frozen=True)
class PerUnit(Rule):
    """Points for each unit of a count, up to `most` where it is set."""

    kind: ClassVar[str] = "per_unit"
    counted: Value
    gain: int
    cap: int | None

    @classmethod
    def read(cls, doc: Doc, full: int) -> "PerUnit":
        key = doc.figure("figure", ("count",))
        found = doc.defined(key)
        cap = doc.points("most", above=0) if doc.has("most") else None
        return cls(Value(key, found.label, found.unit, 1), doc.points("gain", above=0), cap)

    @property
    def keys(self) -> tuple[str, ...]:
        return self.counted.keys

    @property
    def most(self) -> int | None:
        return self.cap

    @property
    def amounts(self) -> tuple[int, ...]:
        return (self.gain,) if self.cap is None else (self.gain, self.cap)

    def weigh(self, figures: Figures) -> Outcome:
        earned = int(figures[self.counted.key]) * self.gain
        amount = earned if self.cap is None else min(earned, self.cap)
        because = (
            f"{self.counted.show(figures)}，每{self.counted.unit or '个'}得 {show_points(self.gain)} 分，"
        )
        if amount < earned:
            because += f"应得 {show_points(earned)} 分，最多 {show_points(amount)} 分，"
        return Outcome(amount, because + given(amount))

    def code(self) -> str:
        earned = f"{self.gain} * {variable(self.counted.key)}"
        return f"({earned})" if self.cap is None else f"min({earned}, {self.cap})"

    def words(self) -> str:
        cap = "" if self.cap is None else f"，最多 {show_points(self.cap)} 分"
        return f"{self.counted.label}每{self.counted.unit or '个'}得 {show_points(self.gain)} 分{cap}"


@dataclass(frozen=True)
class Awards(Rule):
    """Points for each award by its level. The counts are after duplicates of one matter were removed (A19)."""

    kind: ClassVar[str] = "awards"
    levels: tuple[tuple[Value, int], ...]

    @classmethod
    def read(cls, doc: Doc, full: int) -> "Awards":
        levels = []
        for number, data in enumerate(doc.many("levels"), 1):
            level = doc.inner(data, f"第 {number} 级")
            key = level.figure("figure", ("count",))
            found = level.defined(key)
            levels.append((Value(key, found.label, found.unit, 1), level.points("points", above=0)))
            level.close()
        return cls(tuple(levels))

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(value.key for value, _points in self.levels)

    @property
    def most(self) -> None:
        return None

    @property
    def amounts(self) -> tuple[int, ...]:
        return tuple(points for _value, points in self.levels)

    def weigh(self, figures: Figures) -> Outcome:
        amount = sum(int(figures[value.key]) * points for value, points in self.levels)
        shown = "，".join(f"{value.show(figures)}×{show_points(points)} 分" for value, points in self.levels)
        return Outcome(amount, f"{shown}，{given(amount)}")

    def code(self) -> str:
        return f"({' + '.join(f'{points} * {variable(value.key)}' for value, points in self.levels)})"

    def words(self) -> str:
        levels = "、".join(f"{value.label}每次 {show_points(points)} 分" for value, points in self.levels)
        return f"{levels}，同一事项只按最高一级计一次"


@dataclass(frozen=True)
class Judged(Rule):
    """Points a person judges, 0 to the figure's maximum in its steps; below the maximum a reason is due (A18)."""

    kind: ClassVar[str] = "judged"
    figure: str
    full: int
    step: int

    @classmethod
    def read(cls, doc: Doc, full: int) -> "Judged":
        key = doc.figure("figure", ("points",))
        found = doc.defined(key)
        return cls(key, found.most or 0, found.step or UNIT)

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.figure,)

    @property
    def most(self) -> int:
        return self.full

    @property
    def amounts(self) -> tuple[int, ...]:
        return (self.full, self.step)

    def weigh(self, figures: Figures) -> Outcome:
        amount = int(figures[self.figure])
        shown = f"评 {show_points(amount)} 分（满分 {show_points(self.full)} 分）"
        reason = figures.reasons.get(self.figure, "").strip()
        if amount >= self.full:
            return Outcome(amount, f"{shown}，理由：{reason}" if reason else shown)
        if reason:
            return Outcome(amount, f"{shown}，理由：{reason}")
        return Outcome(amount, f"{shown}，未写理由", (REASON_DUE,))

    def code(self) -> str:
        return variable(self.figure)

    def words(self) -> str:
        top, step = show_points(self.full), show_points(self.step)
        return f"酌情计分，0 到 {top} 分，以 {step} 分为一档，低于 {top} 分须写明理由"


GIVING: tuple[type[Rule], ...] = (Part, PerTarget, PerUnit, Awards, Judged)

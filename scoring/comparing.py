"""Rules that compare a figure or a rate with borders and give points. Each class is one kind."""

from dataclasses import dataclass
from typing import ClassVar

from scoring.document import Doc
from scoring.measures import Bound, Figures, Measure, Rate, read_bound, read_measure, read_rate, variable
from scoring.points import UNIT, show_points
from scoring.rates import half_up
from scoring.weighing import Outcome, Rule, given, over_nobody, spaced

SHARES = ("floor", "half_up")


@dataclass(frozen=True)
class Comparing(Rule):
    """A rule about one figure or rate."""

    compared: Measure

    @property
    def keys(self) -> tuple[str, ...]:
        return self.compared.keys

    @property
    def measure(self) -> Measure:
        return self.compared


@dataclass(frozen=True)
class Threshold(Comparing):
    """All or nothing: the figure or rate reaches the border and gets the points, or does not and gets none."""

    kind: ClassVar[str] = "threshold"
    bound: Bound
    points: int

    @classmethod
    def read(cls, doc: Doc, full: int) -> "Threshold":
        measure = read_measure(doc)
        return cls(measure, read_bound(doc, measure.bound_unit), doc.points("points", above=0))

    @property
    def most(self) -> int:
        return self.points

    @property
    def amounts(self) -> tuple[int, ...]:
        return (self.points,)

    def weigh(self, figures: Figures) -> Outcome:
        if self.compared.is_empty(figures):
            return over_nobody(self.compared, figures, self.points, 0, given)
        met = self.compared.meets(figures, self.bound)
        amount = self.points if met else 0
        return Outcome(amount, f"{self.compared.show(figures)}，{self.bound.verdict(met)}，{given(amount)}")

    def code(self) -> str:
        return f"({self.points} if {self.compared.code(self.bound)} else 0)"

    def words(self) -> str:
        return (
            f"{self.compared.label}{spaced(self.bound.words())}得 {show_points(self.points)} 分，否则不得分"
        )


@dataclass(frozen=True)
class Tiers(Comparing):
    """A table of bands; the first band met from the top gives its points, `otherwise` below the last.

    Every band states its own inclusive side. A band may give more than the item: the item's maximum cuts it (A5).
    """

    kind: ClassVar[str] = "tiers"
    bands: tuple[tuple[Bound, int], ...]
    otherwise: int

    @classmethod
    def read(cls, doc: Doc, full: int) -> "Tiers":
        measure = read_measure(doc)
        bands = []
        for number, data in enumerate(doc.many("bands"), 1):
            band = doc.inner(data, f"第 {number} 档")
            bands.append((read_bound(band, measure.bound_unit), band.points("points")))
            band.close()
        _check_order(doc, [bound for bound, _points in bands])
        return cls(measure, tuple(bands), doc.points("otherwise", "0"))

    @property
    def most(self) -> int:
        return max(self.amounts)

    @property
    def amounts(self) -> tuple[int, ...]:
        return (*(points for _bound, points in self.bands), self.otherwise)

    def weigh(self, figures: Figures) -> Outcome:
        if self.compared.is_empty(figures):
            return over_nobody(self.compared, figures, self.bands[0][1], self.otherwise, given)
        for bound, points in self.bands:
            if self.compared.meets(figures, bound):
                return Outcome(
                    points, f"{self.compared.show(figures)}，{bound.verdict(True)}，{given(points)}"
                )
        last = self.bands[-1][0].verdict(False)
        return Outcome(self.otherwise, f"{self.compared.show(figures)}，{last}，{given(self.otherwise)}")

    def code(self) -> str:
        branches = (f"{points} if {self.compared.code(bound)} else " for bound, points in self.bands)
        return f"({''.join(branches)}{self.otherwise})"

    def words(self) -> str:
        bands = "；".join(
            f"{spaced(bound.words())}得 {show_points(points)} 分" for bound, points in self.bands
        )
        return f"{self.compared.label}{bands}；其余得 {show_points(self.otherwise)} 分"


def _check_order(doc: Doc, bounds: list[Bound]) -> None:
    """Bands go from the best to the worst, all in one direction, or a later one could never be reached."""
    for upper, lower in zip(bounds, bounds[1:], strict=False):
        wider = upper.value > lower.value if upper.least else upper.value < lower.value
        looser = upper.value == lower.value and lower.inclusive and not upper.inclusive
        if upper.least is not lower.least or not (wider or looser):
            doc.say(f"分档“{lower.words()}”排在“{upper.words()}”之后，永远轮不到，请从最好的一档往下排")


@dataclass(frozen=True)
class HalfCredit(Comparing):
    """Full points at the border, half of them at `half_at`, none below; both borders count as reached."""

    kind: ClassVar[str] = "half_credit"
    full_at: Bound
    half_at: Bound
    points: int

    @classmethod
    def read(cls, doc: Doc, full: int) -> "HalfCredit":
        measure = read_measure(doc)
        unit = measure.bound_unit
        top, half = doc.points("at_least"), doc.points("half_at")
        if half >= top:
            doc.say("“half_at”应小于“at_least”", "half_at")
        points = doc.points("points", above=0)
        if points % 2:
            doc.say("“points”的一半超过四位小数", "points")
        return cls(measure, Bound(True, top, True, unit), Bound(True, half, True, unit), points)

    @property
    def most(self) -> int:
        return self.points

    @property
    def amounts(self) -> tuple[int, ...]:
        return (self.points, self.points // 2)

    def weigh(self, figures: Figures) -> Outcome:
        if self.compared.is_empty(figures):
            return over_nobody(self.compared, figures, self.points, 0, given)
        for bound, points in ((self.full_at, self.points), (self.half_at, self.points // 2)):
            if self.compared.meets(figures, bound):
                return Outcome(
                    points, f"{self.compared.show(figures)}，{bound.verdict(True)}，{given(points)}"
                )
        return Outcome(0, f"{self.compared.show(figures)}，{self.half_at.verdict(False)}，{given(0)}")

    def code(self) -> str:
        top, half = self.compared.code(self.full_at), self.compared.code(self.half_at)
        return f"({self.points} if {top} else {self.points // 2} if {half} else 0)"

    def words(self) -> str:
        return (
            f"{self.compared.label}{spaced(self.full_at.words())}得 {show_points(self.points)} 分，"
            f"{spaced(self.half_at.words())}得 {show_points(self.points // 2)} 分，否则不得分"
        )


@dataclass(frozen=True)
class Proportional(Comparing):
    """Points in proportion to the rate, full from `full_at` percent, to `decimals` places (floor or half_up)."""

    kind: ClassVar[str] = "proportional"
    compared: Rate
    full_at: int
    points: int
    rounding: str
    decimals: int

    @classmethod
    def read(cls, doc: Doc, full: int) -> "Proportional":
        rate = read_rate(doc)
        return cls(
            rate,
            doc.points("full_at", above=0),
            doc.points("points", above=0),
            doc.choice("rounding", SHARES),
            doc.whole("decimals", most=4),
        )

    @property
    def most(self) -> int:
        return self.points

    @property
    def _grain(self) -> int:
        return int(UNIT // 10**self.decimals)

    @property
    def amounts(self) -> tuple[int, ...]:
        return (self.points, self._grain)

    def weigh(self, figures: Figures) -> Outcome:
        if self.compared.is_empty(figures):
            return over_nobody(self.compared, figures, self.points, 0, given)
        share = 100 * UNIT * self.points * figures[self.compared.part]
        whole = self.full_at * self.compared.total(figures) * self._grain
        grains = half_up(share, whole) if self.rounding == "half_up" else int(share // whole)
        amount = min(grains * self._grain, self.points)
        return Outcome(
            amount, f"{self.compared.show(figures)}，满分线 {show_points(self.full_at)}%，{given(amount)}"
        )

    def code(self) -> str:
        part, whole = variable(self.compared.part), " + ".join(map(variable, self.compared.whole))
        share = f"{100 * UNIT * self.points} * {part}"
        whole_code = f"{self.full_at * self._grain} * ({whole})"
        grains = f"{share} // ({whole_code})"
        if self.rounding == "half_up":
            grains = f"(2 * {share} + {whole_code}) // (2 * {whole_code})"
        empty = 0 if self.compared.nobody == "zero" else self.points
        return f"(int(min({grains} * {self._grain}, {self.points})) if {whole} else {empty})"

    def words(self) -> str:
        return f"按{self.compared.label}的比例得分，达到 {show_points(self.full_at)}% 得满分 {show_points(self.points)} 分"


COMPARING: tuple[type[Rule], ...] = (Threshold, Tiers, HalfCredit, Proportional)

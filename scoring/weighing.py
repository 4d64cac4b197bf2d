"""What every kind of rule has in common."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from scoring.measures import NOBODY_FLAG, Figures, Measure
from scoring.points import show_points


@dataclass(frozen=True)
class Outcome:
    """What one rule says of one sheet: an amount in scaled points, why, and what a reviewer should look at."""

    amount: int
    because: str
    flags: tuple[str, ...] = ()


class Rule:
    """One rule of an item. `family` says what its amount does to the item's points.

    gives: added; takes: taken off; overrides: taken off after the item's maximum was applied.
    A row that only takes starts from its maximum, one that gives starts from 0.
    """

    kind: ClassVar[str]
    family: ClassVar[str] = "gives"

    @property
    def keys(self) -> tuple[str, ...]:
        """The figures it reads."""
        raise NotImplementedError

    @property
    def measure(self) -> Measure | None:
        """The rate or figure it compares, where it compares one."""
        return None

    @property
    def most(self) -> int | None:
        """The largest amount, None when there is no limit but the item's."""
        raise NotImplementedError

    @property
    def least(self) -> int:
        """The smallest amount; below 0 only where a missed target costs points."""
        return 0

    @property
    def amounts(self) -> tuple[int, ...]:
        """The points it is made of: an item's step is their greatest common divisor."""
        raise NotImplementedError

    def weigh(self, figures: Figures) -> Outcome:
        """The amount and why, step by step as an officer would."""
        raise NotImplementedError

    def code(self) -> str:
        """The same amount as a Python expression over the variables f_<key>, for the compiled scorer."""
        raise NotImplementedError

    def words(self) -> str:
        """The rule as a Chinese sentence without its full stop."""
        raise NotImplementedError


def given(points: int) -> str:
    return f"得 {show_points(points)} 分"


def taken(points: int) -> str:
    return f"扣 {show_points(points)} 分" if points else "不扣分"


def spaced(words: str) -> str:
    """A percent sign wants a blank before the next Chinese word."""
    return f"{words} " if words.endswith("%") else words


def over_nobody(
    measure: Measure, figures: Figures, met: int, missed: int, say: Callable[[int], str]
) -> Outcome:
    """What a rate over nobody comes to (A10); `say` puts the amount into words."""
    how = {"full": "按达标计", "zero": "按未达标计", "leave_out": "不计入总分"}[measure.nobody]
    amount = missed if measure.nobody == "zero" else met
    because = f"{measure.show(figures)}，{NOBODY_FLAG}，{how}"
    if measure.nobody != "leave_out":
        because += f"，{say(amount)}"
    return Outcome(amount, because, (NOBODY_FLAG,))

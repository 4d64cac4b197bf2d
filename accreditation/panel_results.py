"""What a panel's scores come to: the mean, the spread, and the scores that lie far from the others. Exact integers.

Points are in 1/10000. A score is an outlier when it lies further from the median than the programme's distance (the
median of an even number is the middle of the two in the middle; exactly at the distance is not an outlier). Outliers
are shown, never taken out. Extremes are dropped only where the round says so and there are enough scores (reading A45).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.columns import Columns
from scoring.points import parse_points, show_points


@dataclass(frozen=True)
class Rule:
    """decimals: of the mean; outlier: distance from the median in units; drop_from: how many scores it takes to drop."""

    decimals: int
    outlier: int
    drop: bool
    drop_from: int

    @classmethod
    def of(cls, section: dict, *, drop: bool) -> "Rule":
        """From the "panel" section of a programme document and the round's choice."""
        return cls(section["decimals"], parse_points(section["outlier"]), drop, section["drop_extremes_from"])


@dataclass(frozen=True)
class Result:
    """total: the mean; spread: highest less lowest; outliers and dropped: places in the given row of scores."""

    total: int
    because: str
    spread: int
    outliers: frozenset[int]
    dropped: frozenset[int]


def result(points: Sequence[int], rule: Rule) -> Result:
    """The result of at least one score."""
    way = "mean_without_extremes" if rule.drop else "mean"
    combined = Columns((), way, rule.decimals, rule.drop_from).mean(points)
    row = sorted(range(len(points)), key=lambda place: (points[place], place))
    dropped = frozenset({row[0], row[-1]} if rule.drop and len(row) >= rule.drop_from else ())
    middle = points[row[(len(row) - 1) // 2]] + points[row[len(row) // 2]]  # twice the median
    outliers = frozenset(n for n, one in enumerate(points) if abs(2 * one - middle) > 2 * rule.outlier)
    return Result(combined.total, combined.because, points[row[-1]] - points[row[0]], outliers, dropped)


def words(points: Sequence[int], found: Result) -> str:
    """How a total came about, in one line: every score, what was dropped, the spread."""
    shown = "、".join(
        f"{show_points(one)}{'（去掉）' if n in found.dropped else ''}" for n, one in enumerate(points)
    )
    return f"各人评分 {shown}；{found.because}；最高与最低相差 {show_points(found.spread)} 分"

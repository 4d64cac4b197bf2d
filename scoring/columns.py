"""Several scores of one sheet made into one: the columns of a programme and the way they are combined."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scoring.document import Doc
from scoring.points import UNIT, show_points
from scoring.rates import half_up

WAYS = ("latest", "mean", "mean_without_extremes", "weighted")


@dataclass(frozen=True)
class Column:
    """One column of scores. weight: percent, scaled; only for the weighted way."""

    key: str
    title: str
    weight: int = 0


@dataclass(frozen=True)
class Combined:
    """total: scaled, None when there is not enough to combine; because: how it came about."""

    total: int | None
    because: str


@dataclass(frozen=True)
class Columns:
    """The score columns in their order and how they become one result (domain shape 21, reading A45)."""

    columns: tuple[Column, ...]
    way: str
    decimals: int = 2
    at_least: int = 5

    def words(self) -> str:
        """Which columns there are and how they become one, as a sentence without its full stop."""
        names = "、".join(column.title for column in self.columns)
        if self.way == "latest":
            return f"{names}；以最后填写的一栏为准"
        if self.way == "weighted":
            names = "、".join(f"{column.title} {show_points(column.weight)}%" for column in self.columns)
            return f"{names}；按权重相加，保留 {self.decimals} 位小数"
        dropping = (
            f"满 {self.at_least} 个评分时去掉最高和最低各一个，"
            if self.way == "mean_without_extremes"
            else ""
        )
        return f"{names}；{dropping}取平均分，保留 {self.decimals} 位小数"

    def combine(self, totals: Mapping[str, int | None]) -> Combined:
        """The result of column key → total (scaled, None where not filled). Keys of no column are not asked."""
        filled = [(column, totals.get(column.key)) for column in self.columns]
        there = [(column, total) for column, total in filled if total is not None]
        if not there:
            return Combined(None, "尚无评分")
        if self.way == "latest":
            column, total = there[-1]
            return Combined(total, f"以{column.title}为准，{show_points(total)} 分")
        if self.way == "weighted":
            return self._weighted(there)
        return self.mean([total for _column, total in there])

    def mean(self, totals: Sequence[int]) -> Combined:
        """The mean of any number of scores, extremes dropped where the way says so."""
        counted = sorted(totals)
        dropped = self.way == "mean_without_extremes" and len(counted) >= self.at_least
        if dropped:
            counted = counted[1:-1]
        if not counted:
            return Combined(None, "尚无评分")
        grain = int(UNIT // 10**self.decimals)
        total = half_up(sum(counted), len(counted) * grain) * grain
        how = f"去掉最高和最低各一个，其余 {len(counted)} 个" if dropped else f"{len(counted)} 个评分"
        return Combined(total, f"{how}的平均分，{show_points(total)} 分")

    def _weighted(self, there: Sequence[tuple[Column, int]]) -> Combined:
        missing = [column.title for column in self.columns if column not in [one for one, _total in there]]
        if missing:
            return Combined(None, f"缺少{'、'.join(missing)}，暂不能加权")
        grain = int(UNIT // 10**self.decimals)
        total = half_up(sum(column.weight * total for column, total in there), 100 * UNIT * grain) * grain
        shown = " + ".join(f"{show_points(total)}×{show_points(column.weight)}%" for column, total in there)
        return Combined(total, f"{shown} = {show_points(total)} 分")


def read_columns(doc: Doc) -> Columns | None:
    """`columns` and `combine` of a score sheet; None where it has a single column."""
    if not doc.has("columns"):
        return None
    how = doc.inner(doc.data.get("combine", {}), " combine")
    doc.has("combine")
    way = how.choice("way", WAYS)
    columns = []
    for number, data in enumerate(doc.many("columns"), 1):
        one = doc.inner(data, f" 第 {number} 个评分栏")
        weight = one.points("weight", above=0) if way == "weighted" else 0
        columns.append(Column(one.text("key"), one.text("title"), weight))
        one.close()
    if len({column.key for column in columns}) < len(columns):
        doc.say("评分栏的“key”不能重复", "column_key")
    if way == "weighted" and sum(column.weight for column in columns) != 100 * UNIT:
        doc.say("各评分栏的“weight”合计应为 100", "weight")
    averaged = way != "latest"
    decimals = how.whole("decimals", 2, most=4) if averaged else 2
    at_least = how.whole("at_least", 5, least=3) if way == "mean_without_extremes" else 5
    how.close()
    return Columns(tuple(columns), way, decimals, at_least)

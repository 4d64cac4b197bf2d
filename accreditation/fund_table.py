"""资金使用情况表: what each community received, spent by use, and has left, as it goes to the reviewing departments.

The layout alone; the rows come from whoever keeps the ledger. Amounts are whole fen in, yuan with two places out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from accreditation.official_sheets import Column, Table, write
from accreditation.workbooks import Book, Yuan

TEXTS = 5  # columns before the first amount


@dataclass(frozen=True)
class FundRow:
    """One community and year. `spent` in the order of the table's uses; all amounts in fen."""

    county: str
    street: str
    community: str
    title: str  # the tier it is subsidised for
    carried: int  # from the years before
    received: int  # this year
    spent: tuple[int, ...] = field(default=())
    returned: int = 0  # given back or recovered
    note: str = ""

    @property
    def left(self) -> int:
        return self.carried + self.received - sum(self.spent) - self.returned


def fund_table(
    book: Book,
    *,
    year: int,
    place: str,
    unit: str,
    uses: Iterable[str],
    rows: Iterable[FundRow],
    article: str = "",
) -> int:
    """A sheet with the table; returns how many communities it has.

    place: whose communities (the title begins with it). unit: who fills it in. uses: the names of the uses the programme
    allows, in its order. article: where it says so, for the note.
    """
    uses = tuple(uses)
    columns = (
        Column("序号", 6, align="center"), Column("县（市、区）", 13), Column("街道（乡镇）", 15), Column("社区（村）", 18),
        Column("补助层级", 14, align="center"), *(Column(head, 12, "资金来源", "right") for head in ("上年结转", "本年补助", "小计")),
        *(Column(use, 13, "支出", "right") for use in (*uses, "小计")), Column("退回或收回", 12, align="right"),
        Column("结余", 12, align="right"), Column("备注", 14),
    )  # fmt: skip
    notes = ("结余 = 上年结转 + 本年补助 - 支出小计 - 退回或收回。",)
    if article:
        notes += (f"支出范围依据：{article}。",)
    table = Table(
        "资金使用情况表", f"{place}{year}年充分就业社区补助资金使用情况表", columns, unit="单位：元",
        heads=(f"填报单位（盖章）：{unit}", "填表人：", "填表时间：　　年　月　日"),
        signatures=(
            ("县（区）财政部门审核（盖章）：", "县（区）人力资源社会保障部门审核（盖章）："),
            ("市（州）财政部门复核（盖章）：", "市（州）人力资源社会保障部门复核（盖章）："),
        ),
        notes=notes, landscape=True,
    )  # fmt: skip
    sums = [0] * (3 + len(uses) + 3)

    def lines():
        for number, row in enumerate(rows, 1):
            if len(row.spent) != len(uses):
                raise ValueError("a row has an amount for each use")
            amounts = [
                row.carried, row.received, row.carried + row.received, *row.spent, sum(row.spent), row.returned, row.left,
            ]  # fmt: skip
            for place, amount in enumerate(amounts):
                sums[place] += amount
            yield [number, row.county, row.street, row.community, row.title, *map(Yuan, amounts), row.note]

    return write(book, table, lines(), lambda: ["合计", *[None] * (TEXTS - 1), *map(Yuan, sums), None])

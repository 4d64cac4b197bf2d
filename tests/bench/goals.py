"""The goals of speed, and the line by which a measure says how it stands to one: docs/performance.md makes its table of them."""

import re
from dataclasses import dataclass

AT_MOST, AT_LEAST = "at most", "at least"


@dataclass(frozen=True)
class Goal:
    """Always a ratio to a reference of the same run, or a number that is no time (queries, an exponent)."""

    key: str
    words: str
    way: str
    bound: float

    def met(self, value: float) -> bool:
        return value <= self.bound if self.way == AT_MOST else value >= self.bound


GOALS = {
    goal.key: goal
    for goal in (
        Goal(
            "1",
            "list of 100,000 applications, 95th percentile, of the stock admin's change list",
            AT_MOST,
            1.0,
        ),
        Goal("1b-deep", "its last page, of its first", AT_MOST, 1.25),
        Goal("1b-search", "its search by two characters, of its first page", AT_MOST, 1.25),
        Goal("2-list", "growth exponent of the list, county to country", AT_MOST, 0.05),
        Goal("2-deep", "… of its last page", AT_MOST, 0.05),
        Goal("2-state", "… of the list of one state", AT_MOST, 0.05),
        Goal("2-file", "… of the file of an application", AT_MOST, 0.05),
        Goal("2-search", "… of the search", AT_MOST, 0.10),
        Goal("2-progress", "… of progress by region", AT_MOST, 0.10),
        Goal("2-standing", "… of standing and coverage", AT_MOST, 0.10),
        Goal("3-list", "queries of the list", AT_MOST, 8),
        Goal("3-file", "queries of the file of an application with 34 indicators", AT_MOST, 12),
        Goal("3-board", "queries of the list for the notice", AT_MOST, 10),
        Goal(
            "4", "state changes of the whole service, of the same five statements in pgbench", AT_LEAST, 0.30
        ),
        Goal("4b", "a notice of 3,000 closed, of set-based SQL with the same chaining", AT_LEAST, 0.8),
        Goal("5", "points of a sheet, of the compiled arithmetic alone", AT_LEAST, 0.4),
        Goal("6", "accrual, of one bare INSERT … SELECT with the same constraints", AT_LEAST, 0.70),
        Goal("6b", "replay of a finished year, of its first run", AT_MOST, 0.45),
        Goal("7", "a list of 200,000 × 15 to xlsx, of bare xlsxwriter from memory", AT_LEAST, 0.65),
        Goal("7-memory", "its peak memory at 200,000 rows, of that at 20,000", AT_MOST, 1.10),
        Goal("7b", "import read and checked, of bare calamine", AT_LEAST, 0.10),
        Goal("8", "certificates, of bare warm WeasyPrint", AT_LEAST, 0.90),
        Goal("9", "search of a rare pair over 600,000 names, of an unindexed LIKE", AT_MOST, 1 / 30),
        Goal("10", "who may see it, counted, of a bare range of positions", AT_MOST, 1.6),
    )
}
LINE = re.compile(r"^goal ([\w-]+): (\S+) ", re.MULTILINE)


def judge(key: str, value: float) -> None:
    """Print how a measured value stands to its goal, in a line that `table` finds again."""
    goal = GOALS[key]
    verdict = "met" if goal.met(value) else "missed"
    print(f"goal {key}: {value:.3f} ({goal.words}; {goal.way} {goal.bound:.3g}) {verdict}")


def table(text: str) -> str:
    """The goals in their order with what was last measured of each, as Markdown; text: all sections of the page."""
    told = {key: float(value) for key, value in LINE.findall(text)}
    rows = ["| goal | what | bound | measured | |", "|---|---|---|---|---|"]
    for goal in GOALS.values():
        value = told.get(goal.key)
        verdict = "not measured" if value is None else "met" if goal.met(value) else "**missed**"
        shown = "" if value is None else f"{value:.3g}"
        rows.append(f"| {goal.key} | {goal.words} | {goal.way} {goal.bound:.3g} | {shown} | {verdict} |")
    return "\n".join(rows) + "\n"

"""Sheets of the Hunan rubric a second: points alone beside a hand-written prototype, and with every reason written."""

import json
import random
from pathlib import Path

from demonstration.hunan_figures import figures
from scoring.engine import score, totals
from scoring.points import parse_decimal
from scoring.rubric import load_rubric
from tests.bench import hunan_prototype
from tests.bench.goals import judge
from tests.bench.timing import beside, seconds

DOCUMENT = Path(__file__).resolve().parents[2] / "fixtures" / "programmes" / "hunan-star-2017.json"
SHEETS = 20_000


def measure():
    rubric = load_rubric(json.loads(DOCUMENT.read_text(encoding="utf-8")))
    rng = random.Random("bench")
    rows = [figures(rng, rng.random()) for _ in range(SHEETS)]
    if list(totals(rubric, rows)) != [hunan_prototype.total(row) for row in rows]:
        raise AssertionError("the prototype and the engine do not agree")
    engine, bare, ratio = beside(
        lambda: list(totals(rubric, rows)), lambda: [hunan_prototype.total(row) for row in rows]
    )
    ready = [_whole(rubric, row) for row in rows]
    arithmetic = rubric.compiled.points
    if [sum(arithmetic(row)) for row in ready] != list(totals(rubric, rows)):
        raise AssertionError("the arithmetic alone and the engine do not agree")
    _, alone, of_alone = beside(
        lambda: list(totals(rubric, rows)), lambda: [sum(arithmetic(row)) for row in ready]
    )
    careful = 2000 / seconds(lambda: [score(rubric, row).lines for row in rows[:2000]])
    print(
        f"\nscoring hunan-star-2017: {SHEETS / engine:,.0f} sheets/s beside {SHEETS / bare:,.0f} of a hand-written"
        f" prototype with the same totals ({ratio:.2f} of it) and {SHEETS / alone:,.0f} of the compiled whole-number"
        f" arithmetic alone, on figures nobody checks ({of_alone:.2f} of it);"
        f" {careful:,.0f} sheets/s with every reason written"
    )
    judge("5", of_alone)


def _whole(rubric, row):
    """The figures as whole numbers, as the arithmetic takes them."""
    scaled = [
        key for key in row if key in rubric.figures and rubric.figures[key].type in ("decimal", "points")
    ]
    return {**row, **{key: parse_decimal(str(row[key])) for key in scaled}}

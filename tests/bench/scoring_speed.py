"""Sheets of the Hunan rubric a second: points alone, and with every reason written."""

import json
import random
from pathlib import Path

from demonstration.hunan_figures import figures
from scoring.engine import score, totals
from scoring.rubric import load_rubric
from tests.bench.timing import seconds

DOCUMENT = Path(__file__).resolve().parents[2] / "fixtures" / "programmes" / "hunan-star-2017.json"
SHEETS = 20_000


def measure():
    rubric = load_rubric(json.loads(DOCUMENT.read_text(encoding="utf-8")))
    rng = random.Random("bench")
    rows = [figures(rng, rng.random()) for _ in range(SHEETS)]
    fast = SHEETS / seconds(lambda: list(totals(rubric, rows)))
    careful = 2000 / seconds(lambda: [score(rubric, row).lines for row in rows[:2000]])
    print(
        f"\nscoring hunan-star-2017: {fast:,.0f} sheets/s, {careful:,.0f} sheets/s with every reason written"
    )

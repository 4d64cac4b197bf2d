"""Run all measures, print them and write docs/performance.md. Nothing here passes or fails: it is read."""

import argparse
import datetime as dt
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from tests.bench import (  # noqa: E402
    desk,
    exporting,
    importing,
    list_exporting,
    money,
    moves,
    pages,
    papers,
    public_speed,
    report,
    scoring_speed,
)

MEASURES = {
    "pages": pages.measure,
    "desk": desk.measure,
    "moves": moves.measure,
    "public": public_speed.measure,
    "scoring": scoring_speed.measure,
    "money": money.measure,
    "exports": exporting.measure,
    "imports": importing.measure,
    "lists": list_exporting.measure,
    "paper": papers.measure,
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="tests.bench")
    parser.add_argument("only", nargs="*", choices=[*MEASURES, []])
    chosen = parser.parse_args().only or MEASURES
    report.run({name: MEASURES[name] for name in chosen}, dt.date.today())

"""docs/performance.md: what the measures printed, with the machine, the goals and how to repeat it."""

import contextlib
import datetime as dt
import io
import os
import platform
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

from tests import postgres
from tests.bench import goals

FILE = Path(__file__).resolve().parent.parent.parent / "docs" / "performance.md"
HEAD = """# Speed, measured

Written by `make bench` (`python -m tests.bench`); `python -m tests.bench NAME …` measures some and leaves the rest of
this page as it was. Each figure stands beside its bare limit, taken in the same run; ratios count, milliseconds are this
machine's. Data sets are built anew in throw-away databases (`tests/bench/sets.py`, `large.py`): a county of 100
communities, a province of 30,000 with 8,000 applications, the country with 620,000, 120,000 titles, 100,000 applications.
Ratios are medians of interleaved rounds. What the goals leave unjudged (scoring 600,000 sheets in memory or from database to
database by a second engine) the portal has no second engine for; `scoring` tells its one engine's rate.

"""
SECTION = re.compile(r"^## (\w+) \(", re.MULTILINE)


class _Both(io.TextIOBase):
    """Writes to the terminal and keeps a copy."""

    def __init__(self, terminal):
        self.terminal, self.kept = terminal, io.StringIO()

    def write(self, text):
        self.terminal.write(text)
        self.terminal.flush()
        return self.kept.write(text)


def machine() -> str:
    """One sentence: cores, memory, kernel and versions; nothing that names the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    try:
        server = subprocess.run(
            [str(postgres.binaries() / "postgres"), "--version"], capture_output=True, text=True, check=True
        ).stdout.split()[2]
    except RuntimeError:
        server = "none"
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}, PostgreSQL {server},"
        f" SQLite {sqlite3.sqlite_version}"
    )


def run(measures: dict, today: dt.date) -> None:
    """Run measures (name → function that prints) and put what each printed into its section of the page."""
    sections = _sections()
    for name, measure in measures.items():
        both = _Both(sys.stdout)
        load = os.getloadavg()[0]
        with contextlib.redirect_stdout(both):
            measure()
        told = f"{today.isoformat()}, {machine()}; load before it began {load:.1f}"
        sections[name] = f"## {name} ({told})\n\n```\n{both.kept.getvalue().strip()}\n```\n"
        _write(sections)


def _sections() -> dict:
    """The sections of the page as it is: name → text."""
    if not FILE.exists():
        return {}
    text = FILE.read_text(encoding="utf-8")
    found = list(SECTION.finditer(text))
    ends = [one.start() for one in found[1:]] + [len(text)]
    return {one[1]: text[one.start() : end].rstrip() + "\n" for one, end in zip(found, ends, strict=True)}


def _write(sections):
    told = [sections[name] for name in sorted(sections)]
    FILE.write_text("\n".join([HEAD + goals.table("\n".join(told)), *told]), encoding="utf-8")

"""The ledger at size, on PostgreSQL: accrual beside one bare INSERT … SELECT, a replay, the ledger pages of it all."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import postgres
from tests.bench.goals import judge
from tests.servers import ROOT, environment

TITLES = int(os.environ.get("BENCH_TITLES", 600_000))
YEARS = int(os.environ.get("BENCH_YEARS", 10))
ALLOWED = "PORTAL_ALLOWED_HOSTS"


def measure():
    with postgres.running() as (folder, where), tempfile.TemporaryDirectory() as var:
        postgres.create(folder, "portal")
        env = environment(Path(var), where, **{ALLOWED: "testserver,localhost"})
        run = subprocess.run(
            [sys.executable, "-m", "tests.bench.money_run", str(TITLES), str(YEARS)],
            cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
    told = json.loads(run.stdout.splitlines()[-1])
    rows = told["rows"]
    rate = statistics.median(row["bare"] / row["accrue"] for row in rows)
    again = statistics.median(row["again"] / row["accrue"] for row in rows)
    first, least = (statistics.median(row[name] for row in rows) for name in ("accrue", "bare"))
    print(
        f"accrual of {TITLES:,} titles: {first:.2f} s, one bare INSERT … SELECT {least:.2f} s: {rate:.2f} of its rate"
    )
    print(f"replay of a finished year: {again:.2f} of the first run")
    judge("6", rate)
    judge("6b", again)
    for name, page in told["pages"].items():
        print(
            f"ledger page of a {name}, {told['entries']:,} entries: median {page['median'] * 1000:.0f} ms, "
            f"slowest of 15 {page['late'] * 1000:.0f} ms, {page['queries']} queries (goal 500 ms)"
        )

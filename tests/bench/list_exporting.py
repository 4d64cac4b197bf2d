"""A list of 200,000 × 15 from the database to a file beside bare xlsxwriter from memory (goal 7), and its peak memory.

Each run is a process of its own, so that a peak belongs to one export; runs of the two alternate.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.goals import judge

SMALL, LARGE, ROUNDS = 20_000, 200_000, 5


def measure():
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite://{Path(folder) / 'bench.sqlite3'}"
        environment = os.environ | {"PORTAL_VAR": folder, "PORTAL_DATABASE": database}

        def run(*arguments):
            command = [sys.executable, *arguments]
            return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

        def child(work, rows):
            return json.loads(run("-m", "tests.bench.list_run", work, str(rows)))

        run("manage.py", "migrate")
        child("fill", LARGE)
        pairs = [(child("list", LARGE), child("bare", LARGE)) for _ in range(ROUNDS)]
        ours = statistics.median(mine["seconds"] for mine, _ in pairs)
        limit = statistics.median(bare["seconds"] for _, bare in pairs)
        ratio = statistics.median(bare["seconds"] / mine["seconds"] for mine, bare in pairs)
        rest, small = child("rest", 0)["peak_mib"], child("list", SMALL)["peak_mib"]
        large = max(mine["peak_mib"] for mine, _ in pairs)
    print(
        f"\nlist {LARGE:,} × 15, database to xlsx: {LARGE / ours:,.0f} rows/s in {ours:.1f} s,"
        f" bare xlsxwriter from memory {LARGE / limit:,.0f} rows/s, ratio {ratio:.2f}"
    )
    print(
        f"peak memory: {small} MiB at {SMALL:,} rows, {large} MiB at {LARGE:,} (goal under 100);"
        f" the process without an export {rest} MiB"
    )
    judge("7", ratio)
    judge("7-memory", large / small)

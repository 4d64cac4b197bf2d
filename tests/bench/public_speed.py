"""The public pages and the search by name at full size, on SQLite and, where it is installed, PostgreSQL."""

import subprocess
import sys
import tempfile
from pathlib import Path

from tests import postgres
from tests.servers import ROOT, environment


def measure():
    with tempfile.TemporaryDirectory() as folder:
        _run(Path(folder), f"sqlite://{folder}/portal.sqlite3")
    try:
        with tempfile.TemporaryDirectory() as folder, postgres.running() as (socket, address):
            postgres.create(socket, "portal")
            _run(Path(folder), address)
    except RuntimeError as missing:
        print(f"\npostgresql: {missing}")


def _run(folder, address):
    command = [sys.executable, "-m", "tests.bench.large"]
    run = subprocess.run(
        command, cwd=ROOT, env=environment(folder, address), stdout=subprocess.PIPE, text=True, check=True
    )
    print(run.stdout)

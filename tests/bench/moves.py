"""State changes a second by the whole service, four clients, beside the same five statements in pgbench (goal 4)."""

import json
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import postgres
from tests.bench.goals import judge
from tests.servers import ROOT, environment

CLIENTS, ROUNDS, SECONDS, ROWS = 4, 5, 4, 4000
TABLES = f"""
CREATE TABLE bench_row (id int PRIMARY KEY, state varchar(20) NOT NULL, moves int NOT NULL);
INSERT INTO bench_row SELECT g, 'street_review', 0 FROM generate_series(1, {ROWS}) g;
CREATE TABLE bench_head (id int PRIMARY KEY, number bigint NOT NULL, hash char(64) NOT NULL);
INSERT INTO bench_head VALUES (1, 0, repeat('0', 64));
CREATE TABLE bench_event (id bigserial PRIMARY KEY, number bigint UNIQUE, previous char(64) UNIQUE, body text NOT NULL);
"""
# Lock the row, change it, lock the head of the chain, write the audit row, move the head; then commit.
SCRIPT = rf"""
\set id random(1, {ROWS})
BEGIN;
SELECT state, moves FROM bench_row WHERE id = :id FOR UPDATE;
UPDATE bench_row SET state = 'county_review', moves = moves + 1 WHERE id = :id;
SELECT number, hash FROM bench_head WHERE id = 1 FOR UPDATE;
INSERT INTO bench_event (number, previous, body) SELECT number + 1, encode(sha256((number::text)::bytea), 'hex'), repeat('x', 600) FROM bench_head WHERE id = 1;
UPDATE bench_head SET number = number + 1, hash = encode(sha256((number::text)::bytea), 'hex') WHERE id = 1;
COMMIT;
"""


def measure():
    with postgres.running() as (socket, where), tempfile.TemporaryDirectory() as var:
        postgres.create(socket, "portal")
        env = environment(Path(var), where)
        _run(env, "build")
        script = Path(var) / "five.sql"
        script.write_text(SCRIPT)
        pairs = []
        _tables(socket, var)
        for _ in range(ROUNDS):
            ours = json.loads(_run(env, "go").splitlines()[-1])
            pairs.append((ours["rate"], _pgbench(socket, script)))
        batch = json.loads(_run(env, "close").splitlines()[-1])
    mine, limit = statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)
    ratio = statistics.median(a / b for a, b in pairs)
    print(
        f"\nstate changes with permission, needs, chained event, {CLIENTS} clients: {mine:,.0f}/s;"
        f" the same five statements in pgbench {limit:,.0f}/s: {ratio:.2f} of it"
    )
    judge("4", ratio)
    rate, bare = (statistics.median(row[name] for row in batch) for name in ("rate", "bare"))
    ratio = statistics.median(row["rate"] / row["bare"] for row in batch)
    print(
        f"a notice of {batch[0]['entries']:,} closed: {rate:,.0f} applications/s, an event each;"
        f" set-based SQL with the same chaining {bare:,.0f}/s: {ratio:.2f} of it"
    )
    judge("4b", ratio)


def _run(env, what):
    command = [sys.executable, "-m", "tests.bench.moves_run", what]
    return subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=True).stdout


def _tables(socket, var):
    made = Path(var) / "tables.sql"
    made.write_text(TABLES)
    binary = postgres.binaries() / "psql"
    subprocess.run(
        [str(binary), "-q", "-h", str(socket), "-U", postgres.USER, "-f", str(made), "portal"], check=True
    )


def _pgbench(socket, script) -> float:
    """Transactions a second."""
    run = subprocess.run(
        [
            str(postgres.binaries() / "pgbench"),
            *(
                "-n",
                "-h",
                str(socket),
                "-U",
                postgres.USER,
                "-c",
                str(CLIENTS),
                "-j",
                "2",
                "-T",
                str(SECONDS),
            ),
            *("-f", str(script), "portal"),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(re.search(r"tps = ([\d.]+)", run.stdout)[1])

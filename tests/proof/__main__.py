"""`python -m tests.proof [--short] [--only A1,C7] [--resume]`: run the proof on both engines and print the table.

--short runs only what the record of the same `make test` does not hold already, without the long tests. --resume goes on
with a long run that was broken off, as long as the source is the same. The table goes to the screen and to
var/proof.json; the exit code is 1 when a row failed or is not proven, or one of the five totals is not nought.
"""

import argparse
import hashlib
import importlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.proof import table
from tests.proof.faults import WALKS, Fault, covers
from tests.proof.recording import VARIABLE

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = ROOT / "var"
RECORD = VAR / "proof.jsonl"
OF_SOURCE = VAR / "proof-source.txt"
NO_SOURCE = {"var", "docs", "staticfiles", "demo-accounts.json"}
FAMILIES = "abcdef"
# What a long run asks of the tests that can do more than a short one.
LONG = {"PROOF_KILLS": "50", "PROOF_EXAMPLES": "500", "PROOF_STEPS": "50", "PROOF_LONG": "1"}
APART = "browser or race"  # one at a time, and they bring their databases themselves


def faults(only=()) -> list[Fault]:
    """The rows of all families that there are, in order."""
    found = []
    for family in FAMILIES:
        if (Path(__file__).parent / f"family_{family}.py").exists():
            found += importlib.import_module(f"tests.proof.family_{family}").FAULTS
    return [fault for fault in found if not only or fault.id in only]


def source() -> str:
    """One number for everything that is run: what was recorded for another source proves nothing about this one."""
    digest = hashlib.sha256()
    for path in sorted(ROOT.rglob("*")):
        inside = path.relative_to(ROOT).parts
        if inside[0] in NO_SOURCE or inside[0].startswith(".") or "__pycache__" in inside:
            continue
        if path.is_file():
            digest.update("/".join(inside).encode() + path.read_bytes())
    return digest.hexdigest()


def begin(resume: bool) -> None:
    """An empty record, unless one of the same source is gone on with. ValueError when that is of another source."""
    now = source()
    if resume and OF_SOURCE.exists() and RECORD.exists():
        if OF_SOURCE.read_text(encoding="utf-8") != now:
            raise ValueError("the source has changed since that run: begin anew, without --resume")
        return
    RECORD.unlink(missing_ok=True)
    OF_SOURCE.write_text(now, encoding="utf-8")


def collected(nodes: set[str]) -> set[str]:
    """The tests that exist among those named. (pytest runs nothing at all when one name is unknown.)"""
    files = sorted({node.split("::")[0] for node in nodes if (ROOT / node.split("::")[0]).exists()})
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-o", "addopts=--strict-markers", "--collect-only", "-q", *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if run.returncode:
        sys.stdout.write(run.stdout[-3000:] + run.stderr[-3000:])
    there = {line for line in run.stdout.splitlines() if "::" in line}
    return {node for node in there if any(covers(named, node) for named in nodes)}


def run(nodes, marks, *, postgresql=False, processes=1, long=False) -> None:
    """One pytest run that records; its own output goes to the screen."""
    if not nodes:
        return
    listed = VAR / "proof-nodes.txt"
    listed.write_text("\n".join(sorted(nodes)), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-o", "addopts=--strict-markers --no-header -q",
               "-p", "tests.proof.recording", "-m", marks, f"@{listed}"]  # fmt: skip
    if processes > 1:
        command += ["-n", str(processes), "--dist", "loadscope"]
    if postgresql:
        command = [sys.executable, "-m", "tests.postgres", *command]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **(LONG if long else {}), VARIABLE: str(RECORD)})


def prove(rows, *, short, processes) -> None:
    """Run what is not in the record yet: on SQLite, on PostgreSQL, and what must be alone."""
    named = {node for fault in rows for node in fault.nodes(short)}
    once = {node for fault in rows for node in fault.once}
    there = collected(named)
    have = table.Record.read(RECORD).outcomes
    on = {engine: {node for node, where in have if where == engine} for engine in table.ENGINES}
    either = on["sqlite"] | on["postgresql"]
    cannot = {node for fault in rows if fault.why_not("postgresql") for node in there
              if any(covers(n, node) for n in fault.nodes(short))}  # fmt: skip
    alone = {node for node in there if any(covers(name, node) for name in once)}
    options = {"processes": processes, "long": not short}
    run(there - on["sqlite"], f"not ({APART})", **options)
    walks = {node for node in there if short and node.startswith(WALKS)}
    run(there - on["postgresql"] - alone - cannot - walks, f"not ({APART})", postgresql=True, **options)
    run(there - either, APART, long=not short)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.proof")
    parser.add_argument(
        "--short", action="store_true", help="without the long tests; reads this run's record"
    )
    parser.add_argument("--only", default="", help="ids, with commas between")
    parser.add_argument("--resume", action="store_true", help="what a broken-off run recorded stands")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    rows = faults(set(filter(None, asked.only.split(","))))
    VAR.mkdir(exist_ok=True)
    if not asked.short:
        begin(asked.resume)
    began = time.monotonic()
    prove(rows, short=asked.short, processes=asked.processes)
    record = table.Record.read(RECORD)
    lines, sums = table.table(rows, record, asked.short), table.totals(record)
    sys.stdout.write(table.told(lines, sums) + f"\n{time.monotonic() - began:.0f} s\n")
    (VAR / "proof.json").write_text(
        json.dumps({"rows": lines, "totals": sums}, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    # What cannot run says why and is counted apart; a short run is not asked for what it leaves out.
    enough = {table.PASS, table.CANNOT, *([table.LATER] if asked.short else [])}
    good = all(line["verdict"] in enough for line in lines) and not any(sums.values())
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

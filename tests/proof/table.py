"""From what was recorded to the table: one row for a fault and an engine, and the five totals."""

import json
from collections import defaultdict
from pathlib import Path

from tests.proof.faults import ENGINES, TOTALS, Fault, covers

PASS, FAILED, NOT_PROVEN, CANNOT = "pass", "failed", "not proven", "cannot run"
LATER = "in make prove"  # a short run leaves it out


class Record:
    """What a run left: outcomes by (node, engine), figures by (fault, engine)."""

    def __init__(self, lines=()):
        self.outcomes, self.words = {}, {}
        self.figures = defaultdict(dict)
        for line in lines:
            key = (line["node"], line["engine"])
            if line["kind"] == "outcome":
                self.outcomes[key] = line["outcome"]
                self.words[key] = line.get("words", "")
            else:
                self.figures[line["fault"], line["engine"]][line["node"], line["name"]] = line["value"]

    @classmethod
    def read(cls, path: Path) -> "Record":
        if not path.exists():
            return cls()
        return cls(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())

    def of(self, named: str, engine: str, once=False) -> dict:
        """Node → outcome of what a name of the table means, on an engine (on any, for what knows none)."""
        return {
            node: outcome
            for (node, on), outcome in self.outcomes.items()
            if (once or on == engine) and covers(named, node)
        }


def row(fault: Fault, engine: str, record: Record, short: bool) -> dict:
    """One line of the table: its verdict, why, and what was measured."""
    told = {"id": fault.id, "fault": fault.fault, "engine": engine, "target": fault.target}
    figures = record.figures[fault.id, engine]
    if fault.once and not fault.tests:  # it knows no engine: what it measured holds for both
        figures = {key: value for on in ENGINES for key, value in record.figures[fault.id, on].items()}
    measured = _measured(figures)
    if reason := fault.why_not(engine):
        return {**told, "verdict": CANNOT, "why": reason, "measured": measured}
    if short and fault.long and not (fault.tests or fault.once or fault.on_postgresql):
        return {**told, "verdict": LATER, "why": "", "measured": measured}
    if short and engine == "postgresql" and fault.walks():
        return {**told, "verdict": LATER, "why": "", "measured": measured}
    verdict, why = _judge(fault, engine, record, short)
    if verdict == PASS and fault.counts and fault.counts not in {name for _, name in figures}:
        verdict, why = NOT_PROVEN, f"no figure “{fault.counts}” was measured"
    return {**told, "verdict": verdict, "why": why, "measured": measured}


def _judge(fault, engine, record, short):
    wanted = [(named, False) for named in fault.tests] + [(named, True) for named in fault.once]
    if engine == "postgresql":
        wanted += [(named, False) for named in fault.on_postgresql]
    if not short:
        # A long test may know no engine: then it ran once.
        wanted += [(named, not record.of(named, engine)) for named in fault.long]
    absent = []
    for named, once in wanted:
        found = record.of(named, engine, once)
        if bad := [node for node, outcome in found.items() if outcome == "failed"]:
            return FAILED, bad[0]
        if not found:
            absent.append(f"did not run: {named}")
        absent += [f"skipped: {node}" for node, outcome in found.items() if outcome != "passed"]
    if not wanted:
        absent.append("no test")
    if not fault.controls:
        absent.append("no control")
    for named in fault.controls:
        found = record.of(named, engine) or record.of(named, engine, once=True)
        if not found:
            absent.append(f"control did not run: {named}")
        absent += [f"control did not fail: {n}" for n, outcome in found.items() if outcome != "passed"]
    return (NOT_PROVEN, absent[0]) if absent else (PASS, "")


def _measured(figures) -> str:
    """`name value` pairs; the same name of several tests is added up where it is a number."""
    told = {}
    for (_, name), value in figures.items():
        both_numbers = isinstance(value, int | float) and isinstance(told.get(name), int | float)
        told[name] = told[name] + value if both_numbers else value
    return ", ".join(f"{name} {value}" for name, value in told.items())


def totals(record: Record) -> dict:
    """The five sums, over every figure recorded under their names, whatever the row."""
    sums = dict.fromkeys(TOTALS, 0)
    for figures in record.figures.values():
        for (_, name), value in figures.items():
            if name in sums:
                sums[name] += value
    return sums


def table(faults, record: Record, short: bool) -> list[dict]:
    return [row(fault, engine, record, short) for fault in faults for engine in ENGINES]


def told(rows: list[dict], sums: dict) -> str:
    """The table and the totals as text."""
    lines = []
    for one in rows:
        verdict = one["verdict"] + (f": {one['why']}" if one["why"] else "")
        lines.append(
            f"{one['id']:<4} {one['engine']:<11} {verdict}\n"
            f"     {one['fault']}\n     target: {one['target']}\n     measured: {one['measured'] or '—'}"
        )
    counted = {verdict: sum(1 for one in rows if one["verdict"] == verdict) for verdict in
               (PASS, FAILED, NOT_PROVEN, CANNOT, LATER)}  # fmt: skip
    lines.append("")
    lines.append(", ".join(f"{verdict} {number}" for verdict, number in counted.items()))
    whole = {one["id"] for one in rows} - {one["id"] for one in rows if one["verdict"] != PASS}
    lines.append(f"faults with a green row on both engines: {len(whole)} of {len({o['id'] for o in rows})}")
    lines += [f"{TOTALS[name]}: {value}" for name, value in sums.items()]
    return "\n".join(lines)

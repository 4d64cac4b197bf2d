"""A pytest plugin (`-p tests.proof.recording`): one line of JSON for every test, in the file PROOF_RECORD names."""

import json
import os
import re

VARIABLE = "PROOF_RECORD"
_OWN_ENGINE = re.compile(r"\[(?:.*-)?(sqlite|postgresql)(?:-.*)?\]$")


def engine_of(node: str) -> str:
    """A test that brings its databases itself says the engine in its parameters; others run on the run's engine."""
    if found := _OWN_ENGINE.search(node):
        return found[1]
    return "postgresql" if os.environ.get("PORTAL_DATABASE", "").startswith("postgres") else "sqlite"


def write(line: dict) -> None:
    """Append one line; processes may write at the same time."""
    if path := os.environ.get(VARIABLE):
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def figure(node: str, fault: str, name: str, value) -> None:
    """A measured figure of a test."""
    write(
        {
            "kind": "figure",
            "node": node,
            "engine": engine_of(node),
            "fault": fault,
            "name": name,
            "value": value,
        }
    )


class Outcomes:
    """Keeps the worst of a test's phases and writes it when the test is over."""

    def __init__(self):
        self.seen = {}

    def pytest_runtest_logreport(self, report):
        node = report.nodeid
        outcome, seconds, words = self.seen.get(node, ("passed", 0.0, ""))
        if report.outcome != "passed" and outcome != "failed":
            outcome = report.outcome
            words = str(report.longrepr)[-600:] if report.longrepr else ""
        self.seen[node] = (outcome, seconds + report.duration, words)
        if report.when == "teardown":
            outcome, seconds, words = self.seen.pop(node)
            write(
                {
                    "kind": "outcome", "node": node, "engine": engine_of(node), "outcome": outcome,
                    "seconds": round(seconds, 2), "words": words,
                }
            )  # fmt: skip


def pytest_configure(config):
    if os.environ.get(VARIABLE) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Outcomes(), "proof-outcomes")

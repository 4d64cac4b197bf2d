"""What a row of the proof table is, and the five totals that must be nought."""

from dataclasses import dataclass

ENGINES = ("sqlite", "postgresql")

# Figures recorded under these names (`measure(fault, name, value)`) are added up over all rows.
TOTALS = {
    "leaks": "leaks",
    "illegal": "illegal transitions accepted",
    "winners": "double winners",
    "ledger": "ledger rows lost or doubled",
    "tampers": "undetected tampers",
}

# What walks every page as every person for minutes: a short run does it on SQLite alone.
WALKS = ("tests/access/",)


@dataclass(frozen=True)
class Fault:
    """One fault of the list, and the tests that show that it does not happen.

    tests, controls: pytest node ids, a whole file, or a function for all its parameters; they run on both engines.
    once: tests that know no engine (source code, browsers, pure functions); they run once and count for both.
    on_postgresql: tests of what that engine alone has (roles, TRUNCATE); they need not run on SQLite.
    long: tests of `make prove` alone, left out by --short.
    counts: the total its figure belongs to; a row that has one must have measured it.
    control: a control passes when, with the protection off, the fault appeared. A row without one is "not proven".
    cannot: engine → why it cannot run there ("" stands for both).
    """

    id: str
    fault: str
    target: str
    tests: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    on_postgresql: tuple[str, ...] = ()
    long: tuple[str, ...] = ()
    counts: str = ""
    cannot: tuple[tuple[str, str], ...] = ()

    def why_not(self, engine: str) -> str:
        """Why it cannot run on an engine; empty when it can."""
        reasons = dict(self.cannot)
        return reasons.get(engine) or reasons.get("", "")

    def walks(self) -> bool:
        """Whether it names any of those walks."""
        return any(node.startswith(WALKS) for node in self.nodes(short=True))

    def nodes(self, short: bool) -> tuple[str, ...]:
        """Everything it names, less what a short run leaves out."""
        named = (*self.tests, *self.controls, *self.once, *self.on_postgresql, *self.long)
        return tuple(node for node in named if not (short and node in self.long))


def covers(named: str, node: str) -> bool:
    """Whether a name of the table means this test: the test itself, all its parameters, or a whole file."""
    return node == named or node.startswith((f"{named}[", f"{named}::"))

"""Every event the portal writes has a Chinese word in the log, and can be asked for there."""

import ast
from pathlib import Path

from accounts.account_events import WORDS

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("regions", "accounts", "accreditation", "subsidies", "demonstration")
# The functions that write an event, and where among their arguments its action stands.
WRITERS = {
    "record": 0,
    "note": 0,
    "_record": 1,
    "_save_and_record": 1,
    "_objection_event": 1,
    "_record_titles": 1,
}


def actions():
    """Actions written as a plain string in a call that writes an event: {action: file}."""
    found = {}
    for floor in FLOORS:
        for path in (ROOT / floor).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(call, ast.Call):
                    continue
                name = getattr(call.func, "id", getattr(call.func, "attr", ""))
                place = WRITERS.get(name)
                if place is None or len(call.args) <= place:
                    continue
                action = call.args[place]
                if isinstance(action, ast.Constant) and isinstance(action.value, str):
                    found[action.value] = path.name
    return found


def test_every_event_has_a_word():
    found = actions()
    assert len(found) > 30
    assert {action: file for action, file in found.items() if action not in WORDS} == {}

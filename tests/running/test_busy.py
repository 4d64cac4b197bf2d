"""The database is busy for longer than anyone should wait: 503, a plain sentence, nothing saved, and the same press works later."""

import contextlib
import sqlite3

import psycopg2
import pytest

from tests.servers import Client, serving

pytestmark = pytest.mark.race
HURRIED = {"DJANGO_SETTINGS_MODULE": "tests.proof.hurried_settings", "workers": 1, "threads": 2}
ROWS = "SELECT 1 FROM accreditation_application, django_session FOR UPDATE"


@contextlib.contextmanager
def held(portal):
    """Somebody else's transaction that holds the application and the session (on SQLite: the one lock that there is)."""
    address = portal.env["PORTAL_DATABASE"]
    if address.startswith("sqlite"):
        other = sqlite3.connect(address.removeprefix("sqlite://"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
    else:
        other = psycopg2.connect(address)
        other.cursor().execute(ROWS)
    try:
        yield
    finally:
        other.rollback()
        other.close()


# SQLite knows one time for both: how long it waits.
@pytest.mark.parametrize("hurry", ["lock", "statement"])
def test_a_lock_held_too_long_is_told_and_nothing_is_kept(databases, tmp_path, hurry, measure):
    """`lock`: PostgreSQL gives up waiting (LockNotAvailable); `statement`: it ends the statement (QueryCanceled)."""
    template = databases.template("street_desk")
    with serving(databases, template, tmp_path, PROOF_HURRY=hurry, **HURRIED) as portal:

        def press():
            address = f"/applications/{template['pk']}/pass-on/"
            return Client(portal, template["session"]).post(address, {"seen": template["moves"]})

        with held(portal):
            answer = press()
        again = press()
        found = portal.run("outcome")
    measure("F1", f"answer while the {hurry} is held", answer.status)
    assert answer.status == 503, answer.body[-500:]
    assert "没有保存" in answer.body and "可能" not in answer.body and "再试" in answer.body
    assert answer.headers["Retry-After"] == "30"
    # The same page pressed again: it is not stale, so the first press moved nothing.
    assert (again.status, found["states"], found["breaches"]) == (302, ["county_review"], [])
    assert found["events"]["pass_on"] == 1


def test_a_session_that_cannot_be_marked_is_no_fault_of_the_reader(databases, tmp_path):
    """The mark of when somebody was last here waits for a lock too: 503, not 400, and without a word of what was not done."""
    template = databases.template("street_desk")
    with serving(databases, template, tmp_path, **HURRIED) as portal:
        portal.run("proof", "seen_long_ago", template["session"])
        with held(portal):
            answer = Client(portal, template["session"]).get("/desk/")
        again = Client(portal, template["session"]).get("/desk/")
    assert answer.status == 503, answer.body[-500:]
    assert "可能没有保存" in answer.body and answer.headers["Retry-After"] == "30"
    assert again.status == 200

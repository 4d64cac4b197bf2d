"""B1, B3, B4, B7, C8 and registers on both engines: pressed twice, two levels of places, a notice that closes, one chain."""

import json
import subprocess
import sys

import pytest

from tests.servers import ROOT, Client, environment, race, serving, statuses

pytestmark = pytest.mark.race
PRESSES = 200
# A control is thrown until the fault appears: on some machines one throw may happen to go in turn.
THROWS = 4
DEMO = {"PORTAL_MODE": "demo"}  # where the clock may be set


def until_it_appears(throw):
    """throw(number) → (whether the fault appeared, what was seen); fails when it never does."""
    seen = []
    for number in range(THROWS):
        appeared, told = throw(number)
        seen.append(told)
        if appeared:
            return told
    pytest.fail(f"the fault did not appear: {seen}")


@pytest.fixture
def ask(databases, tmp_path):
    """ask(template, driver, *arguments) → what tests/races/desks.py tells, in a fresh copy of the template."""
    asked = []

    def run(template, *args, **extra):
        folder = tmp_path / str(len(asked))
        asked.append(args)
        made = databases.template(*template, **{name: extra[name] for name in DEMO if name in extra})
        env = environment(folder, databases.copy(made, folder), **extra)
        command = [sys.executable, "-m", "tests.races.desks", *args]
        found = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
        assert found.returncode == 0, found.stderr[-3000:]
        return json.loads(found.stdout.splitlines()[-1])

    return run


def test_the_same_form_pressed_two_hundred_times_is_one(databases, tmp_path, measure):
    """An objection by its token, over HTTP: one row and event, one receipt for all who are not over the limit; never a 500."""
    template = databases.template("double_press", PORTAL_MODE="demo")
    with serving(databases, template, tmp_path, PORTAL_MODE="demo") as portal:
        said = {"text": "请核实。", "named": "no", "name": "", "contact": "", "website": "", "token": "t1"}
        clients = [Client(portal) for _ in range(PRESSES)]
        answers = race(lambda c=client: c.post(template["objection"], said) for client in clients)
        late = Client(portal).post(template["objection"], said)
        found = portal.run("pressed", str(template["draft"]))
    measure("B1", "objection: answers", statuses(answers))
    measure("B1", "winners", max(0, found["objections"] - 1))
    assert set(statuses(answers)) <= {302, 429}, statuses(answers)
    places = {answer.headers["Location"] for answer in [*answers, late] if answer.status == 302}
    assert late.status == 302 and len(places) == 1
    assert (found["objections"], found["receipts"], found["object_events"]) == (1, 1, 1)
    assert found["breaches"] == []


def test_filing_pressed_two_hundred_times_files_once(databases, tmp_path, measure):
    template = databases.template("double_press", PORTAL_MODE="demo")
    address = f"/applications/{template['draft']}/submit/"
    with serving(databases, template, tmp_path, PORTAL_MODE="demo") as portal:
        clients = [Client(portal, template["session"]) for _ in range(PRESSES)]
        answers = race(lambda c=client: c.post(address, {"seen": template["moves"]}) for client in clients)
        found = portal.run("pressed", str(template["draft"]))
    measure("B1", "filing: answers", statuses(answers))
    measure("B1", "winners", max(0, found["submit_events"] - 1))
    assert set(statuses(answers)) <= {302, 409}, statuses(answers)
    assert sum(1 for a in answers if a.headers.get("Location", "").endswith("/receipt/")) == 1
    assert (found["submit_events"], found["filings"]) == (1, 1)
    assert found["breaches"] == []


def test_control_filing_without_the_lock_is_not_once(databases, tmp_path, measure):
    template = databases.template("double_press", PORTAL_MODE="demo")
    address = f"/applications/{template['draft']}/submit/"
    switched = {"PORTAL_MODE": "demo", "PORTAL_TEST_SWITCH": "no_lock"}

    def throw(number):
        with serving(databases, template, tmp_path / str(number), **switched) as portal:
            clients = [Client(portal, template["session"]) for _ in range(PRESSES)]
            answers = race(
                lambda c=client: c.post(address, {"seen": template["moves"]}) for client in clients
            )
            found = portal.run("pressed", str(template["draft"]))
        # PostgreSQL files it several times or meets the unique number; SQLite's deferred transactions are locked out.
        wrong = found["submit_events"] > 1 or set(statuses(answers)) & {500, 503} or found["breaches"]
        return wrong, [found["submit_events"], statuses(answers)]

    measure("B1", "control: events, answers", until_it_appears(throw))


CITY, COUNTY, EACH = 20, 12, 20


def test_two_levels_of_places_are_filled_exactly_without_deadlock(databases, tmp_path, measure):
    """Forty of two counties race for 20 places of the city and 12 of each county, the last pressed first."""
    template = databases.template("two_levels", str(EACH), str(CITY), str(COUNTY))
    with serving(databases, template, tmp_path) as portal:
        actions = []
        for number, (pk, moves) in enumerate(template["pks"] * 2):
            client = Client(portal, template["session"])
            press = lambda c=client, pk=pk, m=moves: c.post(f"/applications/{pk}/shortlist/", {"seen": m})  # noqa: E731
            actions.insert(0 if number % 2 else len(actions), press)
        answers = race(actions)
        found = portal.run("outcome")
    held = {
        name: found["quotas"][str(pk)] for name, pk in template["quotas"].items()
    }  # [used, size, places held]
    measure("B3", "two levels [used, size, held]", list(held.values()))
    measure("B3", "winners", max(0, found["listed"] - CITY))
    assert set(statuses(answers)) <= {302, 409}, statuses(answers)
    assert held["东市"] == [CITY, CITY, CITY] and found["listed"] == CITY
    for name in ("一县", "二县"):
        used, size, places = held[name]
        assert used == places <= size
    assert held["一县"][0] + held["二县"][0] == CITY
    assert found["breaches"] == []


def test_places_lowered_while_they_are_taken(ask, measure):
    told = ask(("city_desk", "200", "50"), "quota_lowered", "8")
    measure("B4", "[used, size] from 50", [told["used"], told["size"]])
    measure("B4", "winners", max(0, told["used"] - told["size"]))
    assert 4 not in told["codes"], told
    assert (
        told["used"] == told["places"] <= told["size"] <= 50
    )  # lowered, or refused where they were taken first
    assert told["breaches"] == []


def test_control_without_the_lock_places_go_wrong(ask, measure):
    def throw(_):
        told = ask(("city_desk", "200", "50"), "quota_lowered", "8", PORTAL_TEST_SWITCH="no_lock")
        broken = told.get("codes", [4]).count(4)
        wrong = broken or told["used"] != told["places"] or told["used"] > told["size"] or told["breaches"]
        return wrong, [told.get("used"), told.get("places"), told.get("size"), broken]

    measure("B4", "control: [used, held, size, broken]", until_it_appears(throw))


LEADS = (0, 15, 40, 2000)  # milliseconds from the change to the first start: with the last it is done by then


def test_a_region_gets_another_superior_while_communities_begin(ask, measure):
    told = [ask(("nothing",), "region_moved_under_starts", str(lead)) for lead in LEADS]
    measure(
        "B4",
        "regions that moved, stayed",
        [sum(one["moved"] for one in told), sum(one["stayed"] for one in told)],
    )
    measure("B4", "winners", sum(len(one["left behind"]) for one in told))
    assert told[-1]["moved"], told
    for one in told:
        assert (one["broken"], one["drafts"]) == (0, 16), told
        assert one["stayed"] == (not one["moved"]), told
        assert (one["left behind"], one["breaches"]) == ([], []), told


def test_control_without_the_lock_applications_are_left_behind(ask, measure):
    def throw(number):
        found = ask(
            ("nothing",), "region_moved_under_starts", str(LEADS[-1 - number]), PORTAL_TEST_SWITCH="no_lock"
        )
        return found.get("left behind") or found["broken"], [
            found.get("moved"),
            found.get("left behind"),
            found["broken"],
        ]

    measure("B4", "control: [moved, left behind, broken]", until_it_appears(throw))


NOTICES = 24


def test_a_notice_closes_while_objections_arrive(ask, measure):
    """Each objection is wholly inside, and holds its entry, or is refused; nobody goes on past an open one."""
    told = ask(("on_notice", str(NOTICES)), "close_against_objections", "6")
    measure("B7", "[objections in time, entries held]", [told["taken"], told["held"]])
    measure("B7", "illegal", told["past an open objection"])
    assert told["broken"] == 0
    assert told["taken"] == told["held"]
    assert told["past an open objection"] == 0
    assert told["breaches"] == []


def test_control_without_the_lock_one_slips_past(ask, measure):
    def throw(_):
        found = ask(
            ("on_notice", str(NOTICES)), "close_against_objections", "6", PORTAL_TEST_SWITCH="no_lock"
        )
        slipped = found.get("past an open objection", 0)
        wrong = slipped or found["broken"] or found["breaches"]
        return wrong, [slipped, found["broken"]]

    measure("B7", "control: [past an open objection, broken]", until_it_appears(throw))


def test_a_register_opens_while_years_are_left_out(ask):
    """Four titles, four years: each has a line in the register or its authorised gap, and all are in one of them."""
    told = ask(("walk_titles",), "register_against_gaps", **DEMO)
    assert 4 not in told["codes"], told
    assert (told["both"], told["lines"] + told["gaps"]) == (0, 16)
    assert told["breaches"] == []


def test_control_without_the_lock_one_title_has_both(ask):
    def throw(_):
        told = ask(("walk_titles",), "register_against_gaps", PORTAL_TEST_SWITCH="no_lock", **DEMO)
        return told.get("both", 1) or 4 in told.get("codes", [4]) or told["breaches"], told

    until_it_appears(throw)


def test_one_chain_under_sixteen_writers(ask, measure):
    told = ask(("nothing",), "chain", "16", "20")
    locked = told["locked"]
    measure("C8", "[events, rows, seconds] of 320", [locked["new"], locked["rows"], locked["seconds"]])
    measure("C8", "ledger", abs(320 - locked["rows"]))
    assert locked["codes"] == {"0": 16}
    assert locked["new"] == locked["rows"] == 320
    assert locked["broken"] == []


def test_control_without_the_head_s_lock_writers_collide(ask, measure):
    def throw(_):
        told = ask(("nothing",), "chain", "16", "20", PORTAL_TEST_SWITCH="no_lock")
        naive = told.get("naive", {"codes": {"4": 16}, "rows": 0})
        return naive["codes"].get("4", 0) > 0 or naive["rows"] < 320, [naive["rows"], naive["codes"]]

    measure("C8", "control: rows of 320, outcomes", until_it_appears(throw))

"""E4, E7: the longer races of `make prove` (no file of `make test`: its name begins otherwise)."""

import random

import pytest

from tests.proof.test_e_races import RACERS, guessing, objecting, tries
from tests.servers import Client, race, serving, statuses

pytestmark = pytest.mark.race


def test_the_right_password_among_the_guesses_opens_at_most_once_more(databases, tmp_path, measure):
    """Hidden at a random place: found only when it is among the five, and then five more guesses are free again."""
    seed = random.SystemRandom().randrange(10**6)
    place = random.Random(seed).randrange(RACERS)
    template, hashes, portal_of = guessing(databases, tmp_path)
    with portal_of as portal:
        passwords = ["wrong password"] * RACERS
        passwords[place] = template["password"]

        def press(client, password):
            return lambda: client.post("/login/", {"username": template["username"], "password": password})

        answers = race(press(Client(portal), password) for password in passwords)
    opened = statuses(answers).get(302, 0)
    measure("E4", "real checks with the right one hidden", hashes.stat().st_size)
    assert set(statuses(answers)) <= {200, 302} and opened <= 1, (seed, statuses(answers))
    assert hashes.stat().st_size <= 5 + 6 * opened, seed


def test_one_password_for_two_hundred_accounts(databases, tmp_path, measure):
    """A place may try fifty times in all."""
    template, hashes, portal_of = guessing(databases, tmp_path)
    with portal_of as portal:
        answers = tries(portal, [f"person{n}" for n in range(template["others"])])
    measure("E4", "real checks over 200 accounts", hashes.stat().st_size)
    assert statuses(answers) == {200: RACERS}
    assert hashes.stat().st_size <= 50


def test_objections_from_many_places_end_at_the_notice_s_limit(databases, tmp_path, measure):
    template = databases.template("proof", "running_notice", PORTAL_MODE="demo")
    with serving(databases, template, tmp_path, PORTAL_MODE="demo", PORTAL_TRUSTED_PROXIES="1") as portal:
        answers = objecting(portal, template, 220, from_many=True)
        found = portal.run("proof", "objections")
    measure("E7", "accepted of 220 from many", found["objections"])
    assert statuses(answers) == {302: 200, 429: 20}
    assert found == {"objections": 200, "breaches": []}

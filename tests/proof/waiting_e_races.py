"""E4, E7: 200 at one moment guess a password or raise an objection, over real HTTP, on both engines."""

import random

import pytest

from tests.servers import Client, race, serving, statuses

pytestmark = pytest.mark.race
RACERS = 200
COUNTED = {"DJANGO_SETTINGS_MODULE": "tests.proof.counted_settings"}


def guessing(databases, folder, **extra):
    template = databases.template("proof", "guessed", str(RACERS), **COUNTED)
    hashes = folder / "hashes"
    hashes.touch()
    return (
        template,
        hashes,
        serving(databases, template, folder / "run", PROOF_HASHES=str(hashes), **COUNTED, **extra),
    )


def tries(portal, names, password="wrong password", **headers):
    def press(client, name):
        return lambda: client.post("/login/", {"username": name, "password": password}, **headers)

    return race(press(Client(portal), name) for name in names)


def test_five_real_checks_of_two_hundred_guesses(databases, tmp_path, measure):
    """One account; the right password comes after them and finds the door shut; another account's door is open."""
    template, hashes, portal_of = guessing(databases, tmp_path)
    with portal_of as portal:
        answers = tries(portal, [template["username"]] * RACERS)
        checked = hashes.stat().st_size
        late = Client(portal).post(
            "/login/", {"username": template["username"], "password": template["password"]}
        )
        spoofed = Client(portal).post(
            "/login/",
            {"username": template["username"], "password": template["password"]},
            **{"X-Forwarded-For": "10.9.8.7"},
        )
        other = Client(portal).post("/login/", {"username": "person7", "password": template["password"]})
    measure("E4", "real checks of 200 guesses", checked)
    assert statuses(answers) == {200: RACERS}
    assert checked == 5
    assert (late.status, spoofed.status, other.status) == (200, 200, 302)


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


def test_control_without_the_guard_every_guess_is_checked(databases, tmp_path):
    template, hashes, portal_of = guessing(databases, tmp_path, PORTAL_TEST_SWITCH="no_limit_guard")
    with portal_of as portal:
        tries(portal, [template["username"]] * 60)
    assert hashes.stat().st_size > 20


# E7


def objecting(portal, template, racers, from_many=False):
    address = f"/notices/{template['notice']}/entries/{template['entry']}/object/"

    def press(client, number):
        fields = {
            "text": f"情况{number}。",
            "named": "no",
            "name": "",
            "contact": "",
            "website": "",
            "token": f"{number:032d}",
        }
        headers = {"X-Forwarded-For": f"10.1.{number // 250}.{number % 250}"} if from_many else {}
        return lambda: client.post(address, fields, **headers)

    return race(press(Client(portal), number) for number in range(racers))


def test_two_hundred_objections_from_one_place_are_five(databases, tmp_path, measure):
    template = databases.template("proof", "running_notice", PORTAL_MODE="demo")
    with serving(databases, template, tmp_path, PORTAL_MODE="demo") as portal:
        answers = objecting(portal, template, RACERS)
        found = portal.run("proof", "objections")
        one = {"text": "长" * 400_000, "named": "no", "token": "t" * 32}
        address = f"/notices/{template['notice']}/entries/{template['entry']}/object/"
        flood = Client(portal).post(address, one)
    measure("E7", "accepted of 200 from one place", found["objections"])
    assert statuses(answers) == {302: 5, 429: RACERS - 5}
    assert found == {"objections": 5, "breaches": []}
    assert flood.status == 400


def test_objections_from_many_places_end_at_the_notice_s_limit(databases, tmp_path, measure):
    template = databases.template("proof", "running_notice", PORTAL_MODE="demo")
    with serving(databases, template, tmp_path, PORTAL_MODE="demo", PORTAL_TRUSTED_PROXIES="1") as portal:
        answers = objecting(portal, template, 220, from_many=True)
        found = portal.run("proof", "objections")
    measure("E7", "accepted of 220 from many", found["objections"])
    assert statuses(answers) == {302: 200, 429: 20}
    assert found == {"objections": 200, "breaches": []}


def test_control_without_the_guard_all_are_taken(databases, tmp_path):
    template = databases.template("proof", "running_notice", PORTAL_MODE="demo")
    with serving(
        databases, template, tmp_path, PORTAL_MODE="demo", PORTAL_TEST_SWITCH="no_limit_guard"
    ) as portal:
        objecting(portal, template, 60)
        found = portal.run("proof", "objections")
    assert found["objections"] > 5

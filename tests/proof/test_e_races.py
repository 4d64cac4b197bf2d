"""E4, E7: 200 at one moment guess a password or raise an objection, over real HTTP, on both engines."""

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


def test_control_without_the_guard_every_guess_is_checked(databases, tmp_path):
    """Control: sixty guesses, and all but a few are looked at."""
    template, hashes, portal_of = guessing(
        databases, tmp_path, workers=2, PORTAL_TEST_SWITCH="no_limit_guard"
    )
    with portal_of as portal:
        tries(portal, [template["username"]] * 60)
    assert hashes.stat().st_size > 50


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


def test_control_without_the_guard_all_are_taken(databases, tmp_path):
    template = databases.template("proof", "running_notice", PORTAL_MODE="demo")
    switched = {"PORTAL_MODE": "demo", "PORTAL_TEST_SWITCH": "no_limit_guard"}
    with serving(databases, template, tmp_path, workers=2, **switched) as portal:
        answers = objecting(portal, template, 30)
        found = portal.run("proof", "objections")
    assert statuses(answers) == {302: 30}
    assert found["objections"] == 30

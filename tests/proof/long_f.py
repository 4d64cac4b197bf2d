"""F7, F12, F13, F15: the long tests of `make prove` (no file of `make test`: its name begins otherwise)."""

import pytest

from tests.proof import hot_county, mutants, soak
from tests.proof.walking import there_and_back

APPLICATIONS = 10_000


@pytest.mark.race
def test_ten_thousand_applications_go_a_step_back_and_forward(databases, tmp_path, measure):
    """The copies have no events, so some invariants are broken before: none is afterwards that was not."""
    found = there_and_back(databases, tmp_path, "proof", "many", str(APPLICATIONS))
    measure("F7", "rows of ten thousand applications", found["rows"])
    measure("F7", "seconds for all apps to go forward again", found["seconds"])
    assert (found["different"], found["missing"], found["breaches"]) == ([], [], [])
    assert found["rows"] > 6 * APPLICATIONS


@pytest.mark.race
def test_one_hot_county(databases, tmp_path, measure):
    """Nine tenths of the same load from one county: the others' 95th percentile within a third, median of five."""
    ratio, told = hot_county.compare(databases, tmp_path)
    measure("F12", "others' 95th percentile, hot against even", round(ratio, 2))
    measure("F12", "rounds", told)
    assert hot_county.fair(ratio), told


@pytest.mark.race
def test_a_soak_grows_nothing(databases, tmp_path, measure):
    found = soak.run(databases, tmp_path)
    for name, value in found.items():
        measure("F13", name, value)
    assert soak.steady(found), found


@pytest.mark.race
def test_mutants_are_killed(measure):
    """Of the permissions, the transitions, the quotas and the ledger."""
    killed, made, alive = mutants.run()
    measure("F15", "mutants", made)
    measure("F15", "killed", killed)
    measure("F15", "alive", "; ".join(alive)[:600])
    assert killed >= 0.9 * made

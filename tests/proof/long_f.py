"""F12, F13, F15: the long tests of `make prove` (no file of `make test`: its name begins otherwise)."""

import pytest

from tests.proof import hot_county, mutants, soak


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

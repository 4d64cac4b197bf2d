"""The controls of the long tests (tests/proof/long_f.py): what they would call a fault is seen, quickly."""

from tests.proof import hot_county, mutants, soak

RULE = """
def may(role, level, used, size):
    if role != "approver":
        return False
    if used >= size:
        raise ValueError("full")
    return level == "county" and used + 1 <= size
"""


def thorough(source) -> bool:
    """A test that looks at every branch and edge: says whether it fails."""
    names = {}
    exec(source, names)  # noqa: S102 - our own text above
    may = names["may"]
    try:
        assert may("approver", "county", 0, 1) is True
        assert may("handler", "county", 0, 1) is False
        assert may("approver", "city", 0, 1) is False
        assert may("approver", "county", 3, 5) is True
        try:
            may("approver", "county", 1, 1)
        except ValueError:
            return False
        raise AssertionError
    except (AssertionError, ValueError, TypeError):
        return True


def test_control_an_idle_test_kills_no_mutant():
    made = mutants.mutants_of(RULE)
    assert len(made) >= 10
    assert not thorough(RULE)
    assert len(mutants.survivors(made, lambda source: False)) == len(made), "a test that asserts nothing"
    # The only one alive changes nothing: whoever gets there has room.
    assert mutants.survivors(made, thorough) == ["7: Add turned"]


def test_every_subject_has_mutants():
    for path, tests in mutants.SUBJECTS.items():
        made = mutants.mutants_of((mutants.ROOT / path).read_text(encoding="utf-8"))
        assert len(made) > 10, path
        assert all((mutants.ROOT / test).exists() for test in tests)


def test_control_a_slowed_half_is_seen():
    even = [0.10, 0.11, 0.10, 0.12, 0.10]
    assert hot_county.fair(hot_county.ratio_of([0.11, 0.12, 0.13, 0.12, 0.11], even))
    assert not hot_county.fair(hot_county.ratio_of([0.20, 0.15, 0.21, 0.12, 0.19], even))
    assert hot_county.percentile(list(range(100))) == 95


def test_control_a_leak_is_seen():
    flat = [(minute, 200 + (minute % 2) * 0.2) for minute in range(10)]
    assert abs(soak.slope(flat)) < 0.1
    assert soak.slope([(minute, 200 + 3 * minute) for minute in range(10)]) == 3
    good = {"memory, MB a minute": 0.2, "open files, more": 0, "WAL, MB": 5.0, "faults": 0, "log, kB": 2.0}
    assert soak.steady(good)
    for name, bad in (
        ("memory, MB a minute", 2.0),
        ("open files, more", 50),
        ("WAL, MB", 80.0),
        ("faults", 1),
        ("log, kB", 9000.0),
    ):
        assert not soak.steady({**good, name: bad})


def test_control_a_file_left_open_each_look_is_seen():
    leaking, busy_once = [100 + look for look in range(14)], [100] * 13 + [107]
    good = {"memory, MB a minute": 0.2, "WAL, MB": 5.0, "faults": 0, "log, kB": 2.0}
    assert not soak.steady({**good, "open files, more": soak.more_at_the_end(leaking)})
    assert soak.steady({**good, "open files, more": soak.more_at_the_end(busy_once)})

"""E1: reading changes nothing. Whoever follows every link leaves every table as it was, but for sessions, counters, events."""

import pytest

from tests.access.conftest import PEOPLE
from tests.access.crawl import walk
from tests.access.tables import contents

STARTS = (
    "/",
    "/home/",
    "/account/",
    "/applications/",
    "/applications/export/",
    "/rounds/",
    "/progress/",
    "/workdays/",
)
MORE = {
    "sysadmin": ("/people/", "/people/new/", "/imports/officers/", "/offices/"),
    "secadmin": ("/security/",),
    "audadmin": ("/audit-log/",),
}
DESK = ("/desk/", "/lists/", "/desk/notices/", "/desk/objections/", "/desk/batch/")


def starts_of(name):
    return (*STARTS, *MORE.get(name, DESK))


@pytest.mark.parametrize("name", ["nobody", *PEOPLE])
def test_following_every_link_changes_nothing(world, name):
    before = world.fingerprint()
    found = walk(world.clients[name], starts_of(name))
    assert len(found) > 10
    assert world.differs(before) == []


def test_the_digest_sees_a_change(world):
    """Control: one figure of one row is enough."""
    before = contents()
    world.house.round.__class__.objects.filter(pk=world.house.round.pk).update(code="Z")
    assert world.differs(before) == ["accreditation_round"]

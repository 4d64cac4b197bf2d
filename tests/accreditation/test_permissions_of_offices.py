"""Who organises a round, who reads inside it and who runs a panel: every office and role against a table by hand. No database."""

import itertools

import pytest

from accounts.models import Department, Office, Posting, Role, User
from accreditation.permissions import may_organise, may_read_inside, may_read_panel, may_run_panel
from regions.models import Community, Region

# Two cities of one province; 一县 and 二县 in 东市. (position, last) as regions/models.py spans them.
PLACES = {
    "甲省": Region(pk=1, name="甲省", level="province", position=0, last=999),
    "东市": Region(pk=2, name="东市", level="city", position=100, last=199),
    "西市": Region(pk=3, name="西市", level="city", position=200, last=299),
    "一县": Region(pk=4, name="一县", level="county", position=110, last=119),
    "二县": Region(pk=5, name="二县", level="county", position=120, last=129),
    "一街": Region(pk=6, name="一街", level="street", position=111, last=111),
}
DESKS = {Role.HANDLER, Role.APPROVER, Role.PUBLISHER}
# Which offices' desks, and which auditors, read what 东市 and the offices below it tell each other.
INSIDE_DESKS, INSIDE_AUDITORS = {"东市", "一县", "二县", "一街"}, {"甲省", "东市", "一县", "二县", "一街"}
PANEL_AUDITORS = {"甲省", "东市"}
NO_OFFICE = {
    "no posting": None,
    "a filer": Posting(pk=9, role=Role.FILER, community=Community(pk=1, name="桂花社区", position=111)),
}


def officer(place, role, department=Department.HR):
    user = User(pk=1, name="甲")
    user.acting = Posting(
        pk=1, user=user, role=role, office=Office(pk=1, region=PLACES[place], department=department)
    )
    return user


OFFICE_ROLES = [role for role in Role if role != Role.FILER]


@pytest.mark.parametrize(("place", "role"), list(itertools.product(PLACES, OFFICE_ROLES)))
def test_what_each_office_may_of_the_city(place, role):
    city, user = PLACES["东市"], officer(place, role)
    at_city = place == "东市"
    assert may_organise(user, city) is (at_city and role == Role.APPROVER)
    inside = place in (INSIDE_AUDITORS if role == Role.AUDITOR else INSIDE_DESKS if role in DESKS else ())
    assert may_read_inside(user, city) is inside
    panel = place in PANEL_AUDITORS if role == Role.AUDITOR else at_city and role in DESKS
    assert may_read_panel(user, city) is panel
    assert may_run_panel(user, city) is (at_city and role == Role.APPROVER)


@pytest.mark.parametrize("department", list(Department))
def test_only_departments_with_a_desk_organise_read_and_run(department):
    city, user = PLACES["东市"], officer("东市", Role.APPROVER, department)
    desk = department in (Department.HR, Department.PLATFORM)
    asked = (may_organise, may_read_inside, may_read_panel, may_run_panel)
    assert [may(user, city) for may in asked] == [desk] * 4
    # An auditor reads from whatever department; neither organises nor runs.
    user = officer("东市", Role.AUDITOR, department)
    assert [may(user, city) for may in asked] == [False, True, True, False]


@pytest.mark.parametrize("who", NO_OFFICE)
def test_without_an_office_nothing_of_it(who):
    user = User(pk=1, name="甲")
    user.acting = NO_OFFICE[who]
    for may in (may_organise, may_read_inside, may_read_panel, may_run_panel):
        assert may(user, PLACES["东市"]) is False, may.__name__

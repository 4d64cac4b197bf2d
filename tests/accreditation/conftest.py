import datetime as dt

import pytest

from regions import clock
from tests.factories import House, moment


@pytest.fixture
def house(db, settings, tmp_path):
    """The small house of tests.factories, fresh for each test."""
    settings.MEDIA_ROOT = tmp_path
    return House()


@pytest.fixture
def at(monkeypatch):
    """at(day or moment) sets the portal's clock and gives the moment."""

    def set_(when):
        when = when if isinstance(when, dt.datetime) else moment(when)
        monkeypatch.setattr(clock, "now", lambda: when)
        return when

    return set_


@pytest.fixture
def as_(client, house):
    """as_("东市", Role.APPROVER) → the client, signed in there."""

    def sign_in(place, role):
        client.force_login(house.officer(place, role))
        return client

    return sign_in


@pytest.fixture
def standing(house):
    """standing("county_review", 0, 1, …) → those communities' applications at the desk, ready to be listed."""

    def walk(state, *numbers):
        return [house.prepare(house.at(state, number)) for number in numbers]

    return walk

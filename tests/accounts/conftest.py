"""A province with two cities; people at every level, the neighbour always present."""

import datetime as dt

import pytest
from django.test import Client

from accounts.models import Department, EventHead, Office, Posting, Role, User
from regions.divisions import add_region, nation
from regions.models import Community

CODED = dt.date(2017, 1, 1)
STARTS = dt.date(2010, 1, 1)
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def quick(settings):
    """A fast hash, and the portal's addresses with stand-ins for what the floor above serves."""
    settings.PASSWORD_HASHERS = [
        "tests.accounts.hashing.QuickHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
    settings.ROOT_URLCONF = "tests.accounts.urls"


@pytest.fixture
def chain(db):
    """The start of the chain of events, also where migrations are not run."""
    return EventHead.objects.get_or_create(pk=1, defaults={"seq": 0, "digest": "0" * 64})[0]


class Place:
    """Regions, communities and people by name; `person` makes one more."""

    def __init__(self):
        self.regions = {"全国": nation(CODED)}
        for above, name, level in (
            ("全国", "甲省", "province"),
            ("甲省", "东市", "city"),
            ("甲省", "西市", "city"),
            ("东市", "一县", "county"),
            ("东市", "二县", "county"),
            ("西市", "三县", "county"),
            ("一县", "南街道", "street"),
            ("一县", "北街道", "street"),
            ("二县", "河街道", "street"),
            ("三县", "山街道", "street"),
        ):
            self.regions[name] = add_region(self.regions[above], name, level, "", code_date=CODED)
        self.communities = {}
        for street, name in (
            ("南街道", "桂花社区"),
            ("南街道", "银杏社区"),
            ("河街道", "柳树社区"),
            ("山街道", "松树社区"),
        ):
            region = self.regions[street]
            self.communities[name] = Community.objects.create(
                name=name, street=region, position=region.position, place=region.full_name
            )

    def office(self, region, department=Department.HR):
        return Office.objects.get_or_create(
            region=self.regions[region], department=department, defaults={"name": f"{region}人社局"}
        )[0]

    def post(self, user, role, where, **fields):
        target = (
            {"community": self.communities[where]}
            if where in self.communities
            else {"office": self.office(where, fields.pop("department", Department.HR))}
        )
        return Posting.objects.create(user=user, role=role, **{"starts": STARTS, **fields}, **target)

    def person(self, username, role=None, where=None, **fields):
        """An account with the common password and, where given, a posting; `acting` is set as the middleware would."""
        user = User.objects.create_user(
            username, PASSWORD, **{"name": username, "must_change_password": False, **fields}
        )
        if role:
            user.acting = self.post(user, role, where)
        return user

    def sysadmin(self, where):
        return self.person(f"{where}系统", Role.SYSADMIN, where)

    def client(self, user):
        """A browser in which this person is signed in."""
        browser = Client()
        browser.force_login(user)
        return browser


@pytest.fixture
def place(chain):
    return Place()


@pytest.fixture
def county(place):
    """The system administrator of 一县: below are its streets, beside it 二县 and 三县, above 东市."""
    return place.sysadmin("一县")


@pytest.fixture
def browser(place, county):
    """A browser in which the county's system administrator is signed in."""
    return place.client(county)


@pytest.fixture
def below(place):
    return place.person("南街经办", Role.HANDLER, "南街道")


@pytest.fixture
def foreign(place):
    """A person of the neighbouring county."""
    return place.person("河街经办", Role.HANDLER, "河街道")

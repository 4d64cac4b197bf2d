"""D13: SQLite and PostgreSQL answer every search alike, and take texts of the same length. Runs on both engines."""

import re

import pytest
from django import forms
from django.apps import apps
from django.db import connection
from django.db.models import Q

from accounts.models import Event, Office, User
from accreditation.models import Application
from regions.models import Community, Region
from tests.factories import ROOT, House

NAMES = (
    "abc社区",
    "ABC社区",
    "É社区",
    "é社区",
    "Ａ社区",
    "ａ社区",
    "桂花_社区",
    "桂花%社区",
    "桂花社区一",
    "张社区",
    "張社区",
    "𠀀社区",
    "Я社区",
    "я社区",
)
# What is typed → which of NAMES are found: A to Z as a to z, nothing else taken for anything else. By hand.
FOUND = {
    "abc": {"abc社区", "ABC社区"}, "ABC": {"abc社区", "ABC社区"}, "é": {"é社区"}, "É": {"É社区"}, "Ａ": {"Ａ社区"}, "ａ": {"ａ社区"}, "_": {"桂花_社区"},
    "%": {"桂花%社区"}, "桂花": {"桂花_社区", "桂花%社区", "桂花社区一"}, "张": {"张社区"}, "𠀀": {"𠀀社区"}, "я": {"я社区"}, "a_c": set(), "\\": set(), "'": set(),
    "\x00": set(), "": set(NAMES),
}  # fmt: skip


@pytest.mark.django_db
def test_every_search_finds_the_same_on_both():
    street = House().regions["一南街道"]
    Community.objects.bulk_create(
        Community(name=name, street=street, position=street.position, place=street.full_name)
        for name in NAMES
    )
    mine = Community.objects.filter(name__in=NAMES)
    for typed, names in FOUND.items():
        assert set(mine.filter(name__holds=typed).values_list("name", flat=True)) == names, typed
    # The public search of names keeps capital letters apart (regions/name_search.py): also alike on both.
    for typed, names in {
        "abc": {"abc社区"},
        "ABC": {"ABC社区"},
        "é": {"é社区"},
        "_": {"桂花_社区"},
        "%": {"桂花%社区"},
        "𠀀": {"𠀀社区"},
    }.items():
        assert set(mine.search(typed).values_list("name", flat=True)) == names, typed


def test_lists_are_searched_alike(world):
    """The lists' own boxes: offices, people, applications, the logs."""
    Office.objects.filter(region=world.house.regions["二县"]).update(name="ABC局É")
    User.objects.filter(pk=world.house.filer(world.house.community(3)).pk).update(name="Abcé")
    admin = world.clients["sysadmin"]
    for typed, number in (("abc", 1), ("ABC局", 1), ("É", 1), ("é", 0), ("_", 0), ("%", 0), ("\x00", 0)):
        assert len(admin.get("/offices/", {"q": typed}).context["page"].object_list) == number, typed
    for typed, number in (("ABC", 1), ("é", 1), ("É", 0), ("%", 0)):
        assert len(admin.get("/people/", {"q": typed}).context["page"].object_list) == number, typed
    mine = world.application.number
    for typed in (mine, mine.lower()):
        found = (
            world.clients["county approver"].get("/applications/", {"q": typed}).context["page"].object_list
        )
        assert [one.number for one in found] == [mine]
    assert Event.objects.filter(subject__holds="%").count() == sum(
        "%" in subject for subject in Event.objects.values_list("subject", flat=True)
    )
    assert Application.objects.filter(Q(number__holds="_")).count() == 0


def test_no_search_asks_the_engine_s_own_way():
    """LIKE and UPPER of the engines differ: texts that people type are searched with `holds` or by the name search."""
    own = re.compile(r"__(i?contains|i?startswith|i?endswith|iexact|i?regex)=")
    found = {}
    for app in ("regions", "accounts", "accreditation", "subsidies", "config"):
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts and (hits := own.findall(path.read_text(encoding="utf-8"))):
                found[path.relative_to(ROOT).as_posix()] = hits
    # Our own words: a mark in our own JSON or subject, the beginning of a key; names of regions have no small and capital letters.
    allowed = {
        "accounts/views/imports.py": {"contains"},
        "accounts/limits.py": {"startswith"},
        "accreditation/made_behind.py": {"endswith"},
        "accreditation/public/places.py": {"startswith"},
        "subsidies/payments.py": {"startswith"},
        "subsidies/recoveries.py": {"startswith"},
    }
    assert {path: hits for path, hits in found.items() if set(hits) - allowed.get(path, set())} == {}


def _forms(above=forms.BaseForm):
    for one in above.__subclasses__():
        yield one
        yield from _forms(one)


def test_every_typed_text_has_its_length():
    """SQLite would store what is too long for a column and PostgreSQL refuse it: so every box says how long."""
    import config.urls  # noqa: F401 - loads every form

    without, columns = [], {}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if getattr(field, "max_length", None) and model._meta.app_label in (
                "accounts",
                "accreditation",
                "regions",
                "subsidies",
            ):
                columns.setdefault(field.name, []).append(field.max_length)
    for form in set(_forms()):
        if not form.__module__.startswith(("accounts", "accreditation", "subsidies", "regions")):
            continue
        for name, field in form.base_fields.items():
            if type(field) is forms.CharField and field.max_length is None and name in columns:
                without.append((form.__qualname__, name))
    assert without == []


@pytest.mark.django_db
def test_control_the_engines_own_search_differs():
    """Control: Django's `icontains` finds É for é on PostgreSQL alone, `contains` finds ABC for abc on SQLite alone."""
    Region.objects.create(
        name="ABCÉ", level="nation", code="", path="", position=1, last=2, code_date="2017-01-01"
    )
    sqlite = connection.vendor == "sqlite"
    assert Region.objects.filter(name__contains="abc").exists() is sqlite
    assert Region.objects.filter(name__icontains="é").exists() is not sqlite

"""Every text of every score sheet is printed on a page: each one marked with a number of its own, the pages then read.

`pytest tests/accreditation/test_sheet_texts.py -s` prints where each is first read.
"""

import re

import pytest
from django.urls import reverse

from accounts.models import Role
from accreditation.models import Application
from tests.accreditation.leaf_probes import AT, World
from tests.leaves import TEXTS, leaves, replaced, setting, tell, written
from tests.scoring.conftest import read_document, read_golden, sheet_document

PROGRAMMES = ["gansu-2023", "hunan-star-2017", "quangang-2016", "zhoukou-2022"]
SHEET = ("figures", "rubric", "criteria")


def marked(key):
    """(the document with every text of its sheet marked, mark → path). What only the demonstration's sheet has is not."""
    own, whole, marks = read_document(key), sheet_document(key), {}
    for path, value in leaves({name: own[name] for name in SHEET if own.get(name)}):
        if setting(path) in TEXTS - {"reading"} and isinstance(value, str):
            mark = f"〔{len(marks)}号〕"
            whole, marks[mark] = replaced(whole, path, value + mark), path
    return {**own, **whole, "missing": []}, marks


def pages(world, client, tiers):
    """(name, html) of the pages that print a score sheet, as those who read them."""

    def get(user, name, *args):
        client.force_login(user)
        page = client.get(reverse(name, args=args))
        assert page.status_code == 200, name
        return page.content.decode()

    filer = world.people.filer(world.draft.community)
    key, officer = world.document["key"], world.officer(Role.APPROVER)
    yield "rules for everyone", client.get(reverse("programme", args=[key])).content.decode()
    sheets = get(officer, "accreditation:score_sheets", key)
    for number in set(re.findall(rf"{key}/score-sheets/(\d+)/", sheets)):
        yield "rules for offices", get(officer, "accreditation:score_sheet", key, number)
    yield "settings of a round", get(officer, "accreditation:round", world.round.pk)
    for tier in tiers:
        one = Application.objects.get(pk=world.draft.pk)
        Application.objects.filter(pk=one.pk).update(state="draft", tier=tier, reached=0)
        one = Application.objects.with_round().get(pk=one.pk)
        for page in world.sheet_pages(one):
            yield f"filing, page {page}", get(filer, "accreditation:figures", one.pk, page)
        Application.objects.filter(pk=one.pk).update(state="county_review", reached=2)
        handler = world.officer(Role.HANDLER, "county")
        yield "sheet of a desk", get(handler, "accreditation:sheet", one.pk)
        yield "file", get(handler, "accreditation:application", one.pk)


@pytest.mark.parametrize("key", PROGRAMMES)
def test_every_text_of_a_sheet_is_read_somewhere(db, client, at, key):
    at(AT)
    document, marks = marked(key)
    world = World(document)
    # With what an officer is asked to look at.
    asked = {"extortion_found": True, "mass_incidents": 1} if key == "hunan-star-2017" else {}
    world.fill({**read_golden(key)["base"], **asked})
    found = dict.fromkeys(marks.values(), "")
    for name, html in pages(world, client, [tier["key"] for tier in document["tiers"]]):
        for mark in set(re.findall("〔[0-9]+号〕", html)):
            if mark in marks:
                found[marks[mark]] = found[marks[mark]] or name
    tell(f"{key}, texts of the sheet", found)
    assert [written(path) for path, name in found.items() if not name] == []

"""The OpenAPI document: current in docs/, sound in itself, and true of every answer."""

import json
import re

import pytest
from django.urls import resolve

from accreditation import public
from accreditation.models import Notice
from accreditation.open_data import openapi
from accreditation.open_data.lists import LISTS, TITLE_STATES
from accreditation.open_data.things import THINGS
from tests.factories import ROOT
from tests.open_data.conftest import with_rows
from tests.open_data.schemas import faults, found


def every(value):
    """The value and everything in it."""
    yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from every(one)


def test_the_document_in_docs_is_current():
    """Else: manage.py open_data_document > docs/openapi.json."""
    kept = (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8")
    assert kept == openapi.text()


def test_the_document_is_sound():
    document = json.loads(openapi.text())
    assert document["openapi"] == "3.1.0" and document["info"]["version"] == "1.0.0"
    refs = [one["$ref"] for one in every(document) if isinstance(one, dict) and "$ref" in one]
    assert len(refs) > 50 and all(found(document, ref) for ref in refs)
    operations = [path["get"] for path in document["paths"].values()]
    assert all(set(path) == {"get"} for path in document["paths"].values())
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names)) == 10 * 4 + 3 + 1
    tags = {tag["name"] for tag in document["tags"]}
    for address, operation in ((a, p["get"]) for a, p in document["paths"].items()):
        assert set(operation["tags"]) <= tags and operation["responses"]["200"]["description"]
        told = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"}
        assert told == set(re.findall(r"{(\w+)}", address))
        resolve(address.replace("{pk}", "1").replace("{key}", "x"))


@pytest.mark.parametrize("name", LISTS)
def test_every_page_and_file_is_as_the_document_says(house, client, name):
    document = openapi.document()
    with_rows(name, house)
    schema = found(document, f"#/components/schemas/{openapi.list_schema(name)}")
    page = client.get(f"/api/v1/{name}/").json()
    whole = json.loads(b"".join(client.get(f"/api/v1/{name}.json").streaming_content))
    assert list(faults(schema, page, document)) == list(faults(schema, whole, document)) == []
    assert page == whole and page["data"]


def test_every_thing_is_as_the_document_says(house, client):
    document = openapi.document()
    keys = {
        "notices": Notice.objects.first().pk,
        "communities": house.community(0).pk,
        "programmes": "hunan-star-2017",
    }
    for name in THINGS:
        answer = client.get(f"/api/v1/{name}/{keys[name]}/").json()
        schema = found(document, f"#/components/schemas/{openapi.thing_schema(name)}")
        assert list(faults(schema, answer, document)) == []
        assert answer["data"]


def test_the_validator_finds_faults():
    """Control: one wrong value of each kind."""
    document = openapi.document()
    schema = found(document, "#/components/schemas/notices_list")
    row = {"id": "1", "state": "gone", "first_day": "2017-9-4", "page": "/x", "extra": 1}
    told = " ".join(faults(schema, {"as_of": "2017-09-05", "data": [row], "next": None}, document))
    for word in (
        "'1' is not",
        "'gone' is none",
        "'2017-9-4' is no",
        "'/x' is no",
        "extra is not in",
        "title is missing",
    ):
        assert word in told


def test_every_state_of_a_title_has_its_word_here():
    assert set(public.WORDS) == set(TITLE_STATES)

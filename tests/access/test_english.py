"""The English catalogue: on a page for everyone no Chinese is left but names, numbers of documents and quoted rules."""

import gettext
import html
import re
from pathlib import Path

import pytest

from accounts.models import Office
from accreditation.models import Draw, Notice, Programme, ProgrammeVersion, Recognition, Round
from config.language import COOKIE
from regions.models import Community, FormerCommunity, Region
from tests.access.test_matrix import MATRIX, address

ROOT = Path(__file__).resolve().parents[2]
CHINESE = re.compile(r"[\u3400-\u9fff]+")
# Pages whose text is the rule itself, quoted; and what is no page.
QUOTED = ("programmes/<str:key>/",)
PAGES = [
    route
    for route, row in MATRIX.items()
    if "nobody" in row.opens and not route.startswith(("api/v1", "healthz", "readyz", "login"))
]


def _english(client):
    client.cookies[COOKIE] = "en"
    return client


def _names():
    """Everything on a page that is a name: of places, communities, offices, notices, programmes, documents."""
    yield from ("中文", "长沙市")
    for model, *fields in (
        (Region, "name", "path"), (Community, "name", "place"), (FormerCommunity, "name", "place"), (Office, "name", "address"),
        (Notice, "title", "number", "basis", "process", "contact", "address"), (Round, "name"), (Programme, "title"),
        (Recognition, "tier_name", "number", "document_number", "issuer_name"), (Draw, "name"),
    ):  # fmt: skip
        for field in fields:
            yield from (value for value in model.objects.values_list(field, flat=True) if value)
    for version in ProgrammeVersion.objects.all():
        yield from (value for value in version.data["source"].values() if isinstance(value, str) and value)


def _left(body, names):
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", body, flags=re.S)
    body = re.sub(
        r'<(\w+)\b[^>]*\blang="zh-CN"[^>]*>.*?</\1>',
        " ",
        body.replace('<html lang="en"', "<html"),
        flags=re.S,
    )
    spoken = re.findall(r'(?:aria-label|title|alt|placeholder|data-l|content)="([^"]*)"', body)
    text = html.unescape(" ".join([re.sub(r"<[^>]+>", " ", body), *spoken]))
    for name in sorted(set(names), key=len, reverse=True):
        text = text.replace(name, " ")
    return CHINESE.findall(text)


@pytest.mark.parametrize("route", PAGES)
def test_no_chinese_is_left_but_names_and_quoted_rules(world, route):
    answer = _english(world.clients["nobody"]).get(address(route, world))
    if "html" not in answer["Content-Type"]:
        return
    body = answer.content.decode()
    assert '<html lang="en"' in body
    if route in QUOTED:
        assert "Procedure" in body and "Score sheet" not in _left(body, _names())
        return
    assert _left(body, _names()) == []


def test_chinese_comes_first_whatever_the_browser_asks_for(world):
    page = world.clients["nobody"].get("/", headers={"accept-language": "en-GB,en;q=0.9"}).content.decode()
    assert '<html lang="zh-CN"' in page and "首页" in page


def test_the_reader_switches_and_stays_on_the_page(world):
    client = world.clients["nobody"]
    answer = client.post("/display/", {"lang": "en", "next": "/notices/?year=2017"})
    assert answer["Location"] == "/notices/?year=2017" and client.cookies[COOKIE].value == "en"
    page = client.get("/notices/?year=2017")
    assert "Notices" in page.content.decode() and "Cookie" in page["Vary"]
    client.post("/display/", {"lang": "zh-hans", "next": "/"})
    assert "首页" in client.get("/").content.decode()
    client.post("/display/", {"lang": "fr", "next": "/"})
    assert client.cookies[COOKIE].value == "zh-hans"


def test_what_offices_do_stays_chinese(world):
    client = _english(world.clients["county handler"])
    assert "待办" in client.get("/desk/").content.decode()


def test_the_compiled_catalogue_is_that_of_the_source():
    folder = ROOT / "locale" / "en" / "LC_MESSAGES"
    with open(folder / "django.mo", "rb") as file:
        compiled = gettext.GNUTranslations(file)
    source = (folder / "django.po").read_text(encoding="utf-8")
    pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', source, flags=re.M)
    assert len(pairs) > 300
    for chinese, english in pairs:
        told = (
            text.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\") for text in (chinese, english)
        )
        wanted, given = told
        assert compiled.gettext(wanted) == given

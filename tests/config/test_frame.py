"""The frame round every page: display modes, error pages, menus."""

import pytest
from django.test import RequestFactory
from django.urls import path

from accounts.models import ADMINISTRATORS, DESK_ROLES, Role
from config import chrome, errors


def get(url="/", **cookies):
    request = RequestFactory().get(url)
    request.COOKIES.update(cookies)
    return request


def test_display_sets_the_cookie_and_goes_back(client):
    answer = client.post("/display/", {"care": "1", "next": "/notices/?page=2"})
    assert (answer.status_code, answer["Location"]) == (302, "/notices/?page=2")
    assert answer.cookies["care"].value == "1" and "contrast" not in answer.cookies
    assert client.post("/display/", {"care": "0"}).cookies["care"].value == "0"


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""]
)
def test_display_never_leads_away(client, target):
    assert client.post("/display/", {"contrast": "1", "next": target})["Location"] == "/"


def test_display_changes_nothing_on_get(client):
    answer = client.get("/display/?care=1")
    assert answer.status_code == 405 and not answer.cookies


def test_styleguide_is_for_demonstrations_only(client, settings, db):
    settings.DEBUG = settings.DEMO = False
    assert client.get("/styleguide/").status_code == 404
    settings.DEMO = True
    assert client.get("/styleguide/").status_code == 200


def test_not_found_says_nothing_about_what_was_asked():
    pages = {errors.not_found(get(url)).content for url in ("/applications/1/", "/nothing?secret=1")}
    assert len(pages) == 1
    assert b"csrf" not in pages.pop()


def test_server_error_gives_the_number_the_log_has(caplog):
    page = errors.server_error(get()).content.decode()
    number = caplog.records[-1].getMessage().split("number ")[1].split(",")[0]
    assert number in page and len(number) == 6


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (errors.bad_request(get()), 400, "没有读懂"),
        (
            errors.forbidden(get(), PermissionError("这件申报由另一单位办理。")),
            403,
            "这件申报由另一单位办理。",
        ),
        (errors.csrf_failure(get(session="x")), 403, "后退"),
        (errors.csrf_failure(get()), 403, "Cookie"),
        (errors.too_many(get(), 5), 429, "请过 5 分钟再试"),
        (errors.unavailable(get(), "18:00"), 503, "预计 18:00 恢复"),
    ],
)
def test_error_pages(answer, status, words):
    assert answer.status_code == status and words in answer.content.decode()


def test_error_pages_keep_the_display_mode():
    assert 'class="care contrast"' in errors.not_found(get(care="1", contrast="1")).content.decode()
    assert 'class=""' in errors.not_found(get()).content.decode()


class Acting:
    def __init__(self, role, level, desk=True, on_panel=False):
        self.role, self.level, self.on_panel = role, level, on_panel
        self.has_desk = desk and role in DESK_ROLES
        self.community_id = 1 if role == Role.FILER else None


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("level", ["street", "county", "city", "province"])
@pytest.mark.parametrize("on_panel", [False, True])
def test_no_menu_has_more_than_six_entries(role, level, on_panel):
    entries = chrome.entries_of(Acting(role, level, on_panel=on_panel))
    assert 1 <= len(entries) <= 6
    assert len({name for _, name in entries}) == len(entries)
    offices = role != Role.FILER and role not in ADMINISTRATORS
    assert (chrome.ASSESSING in entries) == (on_panel and offices)


@pytest.mark.parametrize("role", sorted(DESK_ROLES))
def test_an_office_without_a_desk_has_its_panel_alone(role):
    entries = chrome.entries_of(Acting(role, "city", desk=False))
    assert (
        entries[0] == chrome.ASSESSING and chrome.QUEUE not in entries and chrome.APPLICATIONS not in entries
    )


@pytest.mark.parametrize("level", ["county", "city", "province"])
def test_who_decides_objections_finds_them_in_the_menu(level):
    for role in (Role.HANDLER, Role.APPROVER, Role.PUBLISHER):
        assert chrome.OBJECTIONS in chrome.entries_of(Acting(role, level))


def _nothing(request):
    raise AssertionError


urlpatterns = [
    path("", _nothing, name="public_home"),
    path("notices/", _nothing, name="notices"),
    path("recognised/", _nothing, name="recognised"),
]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("where", "label"), [("/", "首页"), ("/notices/", "公示"), ("/notices/7/", "公示"), ("/login/", None)]
)
def test_the_menu_shows_where_the_reader_is_and_leaves_out_missing_pages(where, label):
    entries = chrome.menu(None, where)
    assert [entry["label"] for entry in entries] == ["首页", "公示", "认定名录"]
    assert [entry["label"] for entry in entries if entry["current"]] == ([label] if label else [])

"""E1, E2, E3, E10: tokens, redirects, cookies and headers of every address there is."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver

from accreditation import public
from tests.access.conftest import PEOPLE, signed_in
from tests.access.test_matrix import MATRIX, address, undone
from tests.accounts.conftest import PASSWORD
from tests.proof.production import settings_of_production

# E1: what is posted without a token, and why.
EXEMPT = {"display/": "只记字体大小，公众页面不因此带上会变的字节"}
READERS = ("nobody", "filer", "county approver", "sysadmin")
REFUSED = "没有提交成功"  # on the page of a press without its token, and on no other page of a refusal


def exempt(patterns, prefix=""):
    """The addresses whose views ask for no token."""
    for one in patterns:
        if isinstance(one, URLPattern):
            if getattr(one.callback, "csrf_exempt", False):
                yield prefix + str(one.pattern)
        else:
            yield from exempt(one.url_patterns, prefix + str(one.pattern))


def checked(world, name) -> Client:
    """A browser whose presses are checked, with a token of its own in its cookie already."""
    client = Client(enforce_csrf_checks=True)
    if name != "nobody":
        client = signed_in(world.house, PEOPLE[name], enforce_csrf_checks=True)
    own_token(client)
    return client


def own_token(client) -> str:
    """The token of a form that the portal shows this browser."""
    page = client.get("/login/", follow=True).content.decode()
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]


def fields(world) -> dict:
    """What presses ask for most."""
    return {
        "seen": world.application.moves,
        "edition": world.application.edition,
        "reason": "理由",
        "opinion": "意见",
        "verdict": "recommend",
    }


def test_every_press_needs_its_own_token(world, measure):
    """Every address of the resolver × everyone × no token, another session's token: 403, and nothing is different."""
    assert set(exempt(get_resolver().url_patterns)) == set(EXEMPT)
    clients = {name: checked(world, name) for name in READERS}
    stolen = own_token(Client())
    before = world.fingerprint()
    accepted, asked = [], 0
    for name, client in clients.items():
        for route in MATRIX.keys() - EXEMPT.keys():
            for extra in ({}, {"csrfmiddlewaretoken": stolen}):
                asked += 1
                answer = client.post(address(route, world), {**fields(world), **extra})
                if answer.status_code != 403 or REFUSED not in answer.content.decode():
                    accepted.append((name, route, answer.status_code))
    measure("E1", "presses", asked)
    measure("E1", "accepted", len(accepted))
    assert accepted == []
    assert world.differs(before) == []


def test_control_the_same_press_with_its_token_is_taken(world):
    """Control: with the session's own token, or where nothing is checked, the very same press changes rows."""
    path, before = f"/applications/{world.application.pk}/withdraw/", world.fingerprint()
    filer = checked(world, "filer")
    for client, extra in (
        (filer, {"csrfmiddlewaretoken": own_token(filer)}),
        (world.clients["filer"], {}),  # the test client does not check unless told to
    ):
        with undone():
            assert client.post(path, {**fields(world), **extra}).status_code == 302
            assert "accreditation_application" in world.differs(before)


def test_control_unchecked_presses_reach_the_views(world):
    """Control: where nothing is checked, none of the same presses at the same addresses has that page for an answer."""
    for route in MATRIX.keys() - EXEMPT.keys():
        with undone():
            answer = world.clients["county approver"].post(address(route, world), fields(world))
            assert b"".join(answer).decode(errors="ignore").find(REFUSED) < 0, route


# E2

OFF_HOST = (
    "//evil.example", "/\\evil.example", "https:evil.example", "https://evil.example/", "http:///evil.example", "///evil.example",
    "javascript:alert(1)", "\tjavascript:alert(1)", "/\t/evil.example", "/%09/evil.example", "/%5cevil.example", "/\n/evil.example",
    "/\u202e/x", "evil.example", "@evil.example", "/\x00/", "//evil.example@testserver/", "https://testserver@evil.example/", "\\\\evil.example",
    "/%2f/evil.example", "data:text/html,x", "/\r\nLocation: //evil.example",
)  # fmt: skip
LOCAL = re.compile(r"/(?![/\\\s]|%09|%0a|%0d|%5c)[^\\\s]*", re.IGNORECASE)


def is_local(location: str) -> bool:
    """Whether a browser stays on this site: a path, with nothing in it that some browser drops or turns round."""
    return bool(LOCAL.fullmatch(location)) and not location.lower().startswith(("/%0", "/%5c"))


def led_away(world) -> list:
    """Signing in, the second page of posts, display and language, passwords: wherever the asker says where to go next."""
    led = []
    for evil in OFF_HOST:
        client = Client()
        user = world.house.filer(world.house.community(1))
        user.set_password(PASSWORD)
        user.save()
        answers = {
            "login": client.post("/login/", {"username": user.username, "password": PASSWORD, "next": evil}),
            "signed in": client.get("/login/", {"next": evil}),
            "display": client.post("/display/", {"care": "1", "next": evil}),
            "language": client.post("/display/", {"lang": "en", "next": evil}),
            "post": client.post("/account/post/", {"posting": user.postings.get().pk, "next": evil}),
            "post shown": client.get("/account/post/", {"next": evil}),
            "logout": client.post("/logout/", {"next": evil}),
            "asks to sign in": client.get("/account/", {"next": evil}),
        }
        for where, answer in answers.items():
            if answer.status_code in (301, 302) and not is_local(answer["Location"]):
                led.append((where, evil, answer["Location"]))
        assert answers["login"].status_code == answers["display"].status_code == 302
    return led


def test_no_redirect_leads_away(world, measure):
    led = led_away(world)
    measure("E2", "forms tried", len(OFF_HOST) * 8)
    measure("E2", "off host", len(led))
    assert led == []


@pytest.mark.parametrize(
    "evil",
    ["//evil.example", "https://evil.example/", "/\\evil.example", "/%09/evil.example", "evil.example"],
)
def test_control_a_redirect_taken_as_it_comes_is_seen(evil):
    assert not is_local(evil)
    assert is_local("/account/?q=1") and is_local("/")


def test_control_without_the_question_redirects_lead_away(world, monkeypatch):
    """Control: where the asker's address is taken as it comes, the same walk finds it at sign-in and at display."""
    monkeypatch.setattr("accounts.sign_in.url_has_allowed_host_and_scheme", lambda *given, **more: True)
    led = led_away(world)
    assert {where for where, _, _ in led} >= {"login", "display"}


# E3


@pytest.fixture(scope="module")
def production(tmp_path_factory):
    """What the settings of a production process say."""
    return settings_of_production(tmp_path_factory.mktemp("production"))


@pytest.fixture
def real(settings, production):
    """This process with production's cookies, transport and hosts."""
    for name, value in production.items():
        setattr(settings, name, tuple(value) if name == "SECURE_PROXY_SSL_HEADER" else value)
    return {
        "secure": True,
        "HTTP_HOST": "portal.example",
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_REFERER": "https://portal.example/",
    }


def test_cookies_of_production(world, real, production):
    """`__Host-`, Secure, HttpOnly, SameSite, the whole site and no other host; a new key at sign-in, gone at sign-out."""
    user = world.house.filer(world.house.community(0))
    user.set_password(PASSWORD)
    user.save()
    client = Client()
    answer = client.post("/login/", {"username": user.username, "password": PASSWORD}, **real)
    assert answer.status_code == 302, answer.content[:300]
    session = answer.cookies["__Host-session"]
    assert session["secure"] and session["httponly"] and session["samesite"] == "Lax"
    assert session["path"] == "/" and not session["domain"]
    client.get("/account/password/", **real)
    token = client.cookies["__Host-csrf"]
    assert (
        token["secure"]
        and token["httponly"]
        and token["samesite"] == "Lax"
        and token["path"] == "/"
        and not token["domain"]
    )
    assert production["SESSION_IDLE_SECONDS"] == 30 * 60 and production["SESSION_COOKIE_AGE"] == 8 * 60 * 60
    key = session.value
    client.post("/logout/", **real)
    stale = Client()
    stale.cookies["__Host-session"] = key
    assert stale.get("/account/", **real).status_code == 302


def test_control_the_cookies_of_a_trial_site_are_seen(world):
    """Control: without production's settings the same look finds an open cookie."""
    user = world.house.filer(world.house.community(0))
    user.set_password(PASSWORD)
    user.save()
    answer = Client().post("/login/", {"username": user.username, "password": PASSWORD})
    assert "__Host-session" not in answer.cookies and not answer.cookies["session"]["secure"]


# E10


def wanting(answer, *, signed_in: bool) -> list[str]:
    """The protections that an answer lacks."""
    policy = answer.get("Content-Security-Policy", "")
    scripts = re.search(r"(?:script-src|default-src) ([^;]*)", policy)
    lacking = []
    if not policy or not scripts or "unsafe" in scripts[1]:
        lacking.append(f"policy {policy!r}")
    if "frame-ancestors" not in policy and "sandbox" not in policy:
        lacking.append("frame-ancestors")
    if answer.get("X-Content-Type-Options") != "nosniff":
        lacking.append("nosniff")
    seconds = re.search(r"max-age=(\d+)", answer.get("Strict-Transport-Security", ""))
    if not seconds or int(seconds[1]) < 31_536_000:
        lacking.append("strict transport")
    if signed_in and "no-store" not in answer.get("Cache-Control", ""):
        lacking.append("no-store")
    if answer.get("Referrer-Policy") not in ("same-origin", "no-referrer"):
        lacking.append("referrer")
    return lacking


def test_headers_of_every_answer(world, real, measure, monkeypatch):
    """Every address × some of everyone, with what is missing, refused, broken and static; redirects too."""
    lacking, asked = [], 0
    strays = (
        "/favicon.ico",
        "/nowhere/",
        "/applications/999999999/",
        "/people/999999999/",
        "/static/portal.css",
        "/login/?next=//x",
    )
    for name in ("nobody", "county handler"):
        client = world.clients[name]
        if name != "nobody":
            client.cookies["__Host-session"] = client.cookies["session"].value
            assert client.get("/account/", **real).status_code == 200, "signed in as production would have it"
        for path in [*(address(route, world) for route in MATRIX if route != "account/stay/"), *strays]:
            answer = client.get(path, **real)
            asked += 1
            # Public data too is kept by nobody when somebody signed in asks for it; only static files know no session.
            private = name != "nobody" and not path.startswith("/static/")
            if found := wanting(answer, signed_in=private):
                lacking.append((name, path, answer.status_code, found))
    monkeypatch.setattr(public, "notices", None)
    broken = Client(raise_request_exception=False).get("/notices/", **real)
    assert broken.status_code == 500
    lacking += [("500", wanting(broken, signed_in=False))] if wanting(broken, signed_in=False) else []
    measure("E10", "answers", asked + 1)
    measure("E10", "lacking", len(lacking))
    assert lacking == []


def test_control_without_the_policy_and_the_transport_both_are_missed(world, real, settings):
    """Control: the first page, served without the middlewares that say so, lacks what they say."""
    gone = ("csp.middleware.CSPMiddleware", "django.middleware.security.SecurityMiddleware")
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if one not in gone]
    lacking = wanting(Client().get("/", **real), signed_in=False)
    assert lacking == ["policy ''", "frame-ancestors", "nosniff", "strict transport", "referrer"]


def test_control_an_answer_without_headers_is_seen():
    assert len(wanting(HttpResponse("x"), signed_in=True)) == 6

"""E11, E12: one event is one line whatever was sent; every refusal is one line with who, from where, what and why."""

import json
import logging

import pytest
from django.test import Client

from accreditation.models import Notice
from config.logs import OneLine
from tests.access.conftest import PEOPLE, signed_in

HOSTILE = {
    "line feed": "a\nb", "carriage return": "a\rb", "both": "a\r\n{\"level\": \"INFO\"}", "colours": "a\x1b[31mred\x1b[0m", "right to left": "a\u202egnp.exe",
    "isolate": "a\u2066b\u2069", "line separator": "a\u2028b", "paragraph separator": "a\u2029b", "nul": "a\x00b", "backspace": "abc\x08\x08",
    "next line": "a\x85b", "half a character": "a\ud800b", "zero width": "a\u200bb", "vertical tab": "a\x0bb\x0cc",
}  # fmt: skip


def lines(record) -> list[str]:
    return OneLine().format(record).splitlines()


def record(message, *args, **more):
    return logging.LogRecord(
        "portal.security", logging.WARNING, __file__, 1, message, args, more.get("exc_info")
    )


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_text_stays_in_its_line(case):
    text = HOSTILE[case]
    (line,) = lines(record("refused %s %s user=%s agent=%s", 404, f"/x/{text}", text, text))
    told = json.loads(line)
    assert set(told) == {"at", "level", "logger", "message"} and told["level"] == "WARNING"
    assert not any(ord(c) < 32 or c in "\u202e\u2066\u2069\u2028\u2029\u200b\x7f\x85" for c in line)


def test_a_fault_with_its_trace_is_one_line():
    try:
        raise ValueError("a\nb\u202e")
    except ValueError as error:
        (line,) = lines(record("failed", exc_info=(type(error), error, error.__traceback__)))
    assert "ValueError" in json.loads(line)["trace"]


def test_control_an_ordinary_formatter_writes_two_lines():
    """Control: the formatter of the standard library lets the second line through."""
    assert (
        len(logging.Formatter("%(message)s").format(record("refused %s", HOSTILE["both"])).splitlines()) == 2
    )


def refusals(caplog):
    return [one.getMessage() for one in caplog.records if one.name == "portal.security"]


@pytest.fixture
def refused(world, caplog):
    """What one press or look leaves in the security log."""

    def press(client, method, path, **more):
        caplog.clear()
        with caplog.at_level("INFO", "portal.security"):
            answer = getattr(client, method)(path, **more)
        return answer.status_code, refusals(caplog)

    return press


def test_every_kind_of_refusal_is_one_line_with_who_where_and_what(world, refused, measure):
    """Role, region, foreign object, missing token, wrong method of another, guessed certificate, sign-in refused."""
    strict = signed_in(world.house, PEOPLE["filer"], enforce_csrf_checks=True)
    own, far = f"/applications/{world.application.pk}/", world.clients["far filer"]
    cases = {
        "role": (world.clients["filer"], "get", "/people/", 403),
        "region": (far, "get", own, 404),
        "press of a stranger": (far, "post", f"{own}withdraw/", 404),
        "file of others": (far, "get", f"/files/{world.attachment.pk}/", 404),
        "missing token": (strict, "post", f"{own}withdraw/", 403),
        "log of others": (world.clients["sysadmin"], "get", "/audit-log/", 403),
        "certificate that is none": (Client(), "get", "/certificates/HN2017-0001-AAAAAA/", 404),
        "foreign person": (world.clients["secadmin"], "get", "/people/999999999/", 404),
    }
    wrong = []
    for case, (client, method, path, status) in cases.items():
        got, told = refused(client, method, path)
        whole = len(told) == 1 and all(
            word in told[0]
            for word in (str(status), method.upper(), path, "user=", "ip=127.0.0.1", "reason=")
        )
        if got != status or not whole:
            wrong.append((case, got, told))
    measure("E12", "kinds", len(cases))
    measure("E12", "unlogged", len(wrong))
    assert wrong == []


def test_a_flood_that_is_stopped_is_in_the_log(world, refused):
    """429: too many guesses from one place."""
    client = Client()
    for _ in range(30):
        client.get("/certificates/HN2017-0001-AAAAAA/")
    status, told = refused(client, "get", "/certificates/HN2017-0001-AAAAAA/")
    assert status == 429 and len(told) == 1 and "429" in told[0]


def test_control_an_answer_that_is_no_refusal_is_not_told(world, refused):
    assert refused(Client(), "get", f"/notices/{Notice.objects.first().pk}/") == (200, [])
    assert refused(world.clients["county handler"], "get", "/desk/") == (200, [])

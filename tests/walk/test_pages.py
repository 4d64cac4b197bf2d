"""Every page type of the demonstration, as the role that uses it: accessible in both types and widths (pairwise), without
script, by keyboard, and in the oldest browser found on office desktops."""

import json
import subprocess

import pytest

from tests.browsing import ROOT, Person, breaks

pytestmark = pytest.mark.browser
ENGINE = ROOT / "var" / "chromium69" / "bin" / "python"
# Pairwise over width and type; the full product adds nothing that axe could see.
MODES = [(1366, {}), (320, {"care": "1"}), (320, {}), (1366, {"care": "1", "contrast": "1"})]


def cookies(template, role):
    return {"session": template["sessions"][role]} if role else {}


@pytest.mark.parametrize(
    ("width", "mode"), MODES, ids=["wide", "narrow large", "narrow", "wide large contrast"]
)
def test_axe_finds_nothing_and_nothing_overflows(town, browser, width, mode):
    portal, template = town
    found = []
    for role in dict.fromkeys(role for role, _ in template["pages"]):
        person = Person(browser, portal.url, width=width, **cookies(template, role), **mode)
        for path in (path for who, path in template["pages"] if who == role):
            person.go(path)
            found += [(role, path, *rule) for rule in breaks(person.page)]
            if person.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                found.append((role, path, "wider than the window"))
            found += [(role, path, problem) for problem in person.problems]
            person.problems.clear()
        person.close()
    assert found == []


def test_every_page_is_read_without_script(town, browser):
    portal, template = town
    for role in dict.fromkeys(role for role, _ in template["pages"]):
        person = Person(browser, portal.url, script=False, **cookies(template, role))
        for path in (path for who, path in template["pages"] if who == role):
            answer = person.page.goto(portal.url + path)
            assert answer.status == 200, (role, path, answer.status)
            assert person.page.locator("h1").first.is_visible(), (role, path)
        person.close()


def test_every_page_loads_in_chromium_69(town, tmp_path):
    portal, template = town
    wrong = []
    for role in dict.fromkeys(role for role, _ in template["pages"]):
        urls = [portal.url + path for who, path in template["pages"] if who == role]
        cookie = ["--cookie", f"session={template['sessions'][role]}"] if role else []
        ran = subprocess.run(
            [ENGINE, ROOT / "tests/chromium69/load.py", *cookie, *urls],
            capture_output=True,
            timeout=300,
            check=False,
        )
        for page in json.loads(ran.stdout):
            signed_out = role and page["title"].startswith("登录")
            if signed_out or not page["ok"] or page["overflow"] or page["errors"]:
                wrong.append((role, page["url"], page["errors"], page["styles"]))
    assert wrong == []


def test_few_stops_to_the_main_task(town, browser):
    """At most fifteen presses of Tab from the top of the score desk to the first score; from the queue to its first file."""
    portal, template = town
    sheet = next(path for role, path in template["pages"] if path.endswith("/sheet/"))
    person = Person(browser, portal.url, **cookies(template, "handler"))
    person.go(sheet)
    for _ in range(15):
        person.press("Tab")
        if person.page.evaluate("document.activeElement.classList.contains('score')"):
            break
    else:
        pytest.fail("more than fifteen stops to the first score")
    person.close()

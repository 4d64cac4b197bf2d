"""Every component in a real browser: accessible, never wider than the window, usable by keyboard."""

import json
import subprocess

import pytest
from django.conf import settings as configured

from accreditation.word_count import word_count

pytestmark = pytest.mark.browser
ENGINE = configured.BASE_DIR / "var" / "chromium69" / "bin" / "python"

MODES = [
    (1366, {}),
    (320, {}),
    (1366, {"care": "1"}),
    (320, {"care": "1", "contrast": "1"}),
    (1366, {"contrast": "1"}),
    (720, {"care": "1"}),
]


@pytest.fixture(autouse=True)
def demonstration(settings):
    settings.DEMO = True


@pytest.mark.parametrize(("width", "cookies"), MODES)
@pytest.mark.parametrize("path", ["/styleguide/", "/styleguide/?errors=1"])
def test_styleguide_is_accessible_in_every_mode(open_page, axe, path, width, cookies):
    page = open_page(path, width=width, **cookies)
    assert axe(page) == []
    assert page.problems == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_targets_are_large_in_large_type(open_page):
    page = open_page("/styleguide/", care="1")
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, .btn, nav a, .tools a, summary, select, input:not([type=hidden])")]
        .filter(e => e.offsetParent && !e.closest(".menu-body") && !e.matches(".btn-link"))
        .map(e => ({text: e.textContent.trim() || e.name, height: (e.closest("label") || e).getBoundingClientRect().height}))
        .filter(e => e.height < 59.5)"""
    )
    assert small == []


def test_errors_take_the_focus_and_the_title(open_page):
    page = open_page("/styleguide/?errors=1")
    assert page.title().startswith("错误：")
    assert page.evaluate("document.activeElement.id") == "errors"
    page.click("#errors a >> nth=0")
    assert page.evaluate("document.activeElement.id") == "id_number"


def test_scoring_by_keyboard(open_page):
    page = open_page("/styleguide/")
    page.focus("#score-H01")
    for key in ("6", "Enter", "4", "ArrowDown", "="):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.keyboard.insert_text("２。５")  # full-width, as an input method leaves it
    page.keyboard.press("Enter")
    page.keyboard.press("9")
    assert page.inner_text("tr[data-item=H05] [data-odd]") == "最高 3 分"
    page.keyboard.press("3")  # 93, still too much
    page.fill("#score-H05", "3")
    assert page.inner_text("[data-total]") == "18.5"
    assert page.inner_text("[data-done]") == "5/5"
    assert page.inner_text("tr[data-item=H01] [data-diff]") == "▲ +2"
    page.focus("#score-H04")
    assert page.input_value("#score-H04") == "2.5"
    assert page.is_visible("#about-H04") and not page.is_visible("#about-H01")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.id") == "score-H03"
    page.evaluate(
        "document.querySelector('[data-next]').addEventListener('click', () => document.title = 'next')"
    )
    page.keyboard.press("PageDown")
    assert page.title() == "next"


def test_the_focus_is_always_seen(open_page):
    page = open_page("/styleguide/")
    hidden = []
    for _ in range(200):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => { const e = document.activeElement; if (e === document.body) return null;
            const b = e.getBoundingClientRect(), s = getComputedStyle(e);
            const t = document.elementFromPoint(b.left + Math.min(b.width / 2, 20), b.top + b.height / 2);
            return [e.outerHTML.slice(0, 80), Boolean(t) && (t === e || e.contains(t) || t.contains(e)), s.outlineStyle]; }"""
        )
        if seen is None:
            break
        if not seen[1] or seen[2] == "none":
            hidden.append(seen)
    assert hidden == []


@pytest.mark.parametrize(
    "text", ["", "就业率95.5%，达标。", "don't a/b 2017-09-12", "《办法》第三条　３０ 户", "a_b@c.cn：12:30"]
)
def test_characters_are_counted_as_on_the_server(open_page, text):
    page = open_page("/styleguide/")
    page.fill("#id_story", text)
    assert page.inner_text("[data-count-for=id_story]").startswith(f"已写 {word_count(text)} 字，")


def test_everything_can_be_read_without_script(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site + "/styleguide/")
    assert page.is_visible("#about-H05") and page.is_visible("text=最多 1500 字")
    assert page.is_visible("[data-no-script]")
    context.close()


@pytest.mark.skipif(not ENGINE.exists(), reason="tests/chromium69/install.sh has not been run")
@pytest.mark.parametrize("cookie", ["care=0", "care=1"])
def test_chromium_69_shows_it(site, cookie):
    load = configured.BASE_DIR / "tests" / "chromium69" / "load.py"
    ran = subprocess.run(
        [ENGINE, load, "--cookie", cookie, site + "/styleguide/"],
        capture_output=True,
        timeout=120,
        check=False,
    )
    (page,) = json.loads(ran.stdout)
    assert page["ok"] and not page["overflow"], page
    assert "Chrome/69" in page["agent"]

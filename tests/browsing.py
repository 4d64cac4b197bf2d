"""A person at a browser: signs in, presses, types, and is counted doing so; every page seen is checked and kept as a picture."""

import os
import re
from pathlib import Path

import axe_playwright_python

ROOT = Path(__file__).resolve().parent.parent
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LAUNCH = {
    "executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium"),
    "args": [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
    ],
}


def breaks(page) -> list[tuple[str, list]]:
    """The axe rules a page breaks, each with the elements that break it."""
    page.evaluate(AXE)
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)
    return [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found["violations"]]


class Person:
    """One browser context with its counters: loads, clicks, keys. `problems` are console errors and failed loads."""

    def __init__(self, browser, base, *, pictures=None, width=1366, height=768, script=True, **cookies):
        self.base, self.pictures, self.seen = base, pictures, 0
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", java_script_enabled=script
        )
        self.context.add_cookies([{"name": k, "value": v, "url": base} for k, v in cookies.items()])
        self.page = self.context.new_page()
        self.loads = self.clicks = self.keys = 0
        self.problems: list[str] = []
        self.page.on("load", self._loaded)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._console)

    def _loaded(self, _page):
        self.loads += 1

    def _console(self, line):
        # A refused form answers 409 on purpose; the browser notes every such answer.
        if line.type == "error" and not re.search(r"status of (40[0-9]|429)", line.text):
            self.problems.append(f"{self.page.url}: {line.text}")

    def go(self, path):
        self.page.goto(self.base + path)
        return self

    def click(self, text, *, role=None, exact=False):
        """Press the link or button with these words."""
        self.clicks += 1
        found = (
            self.page.get_by_role(role, name=text, exact=exact)
            if role
            else self.page.locator(f"a:visible:has-text('{text}'), button:visible:has-text('{text}')")
        )
        return self.follow(found.first)

    def follow(self, found):
        """Press what leads to another page, and wait until that page is there."""
        with self.page.expect_navigation():
            found.click()
        return self

    def press(self, key):
        self.keys += 1
        self.page.keyboard.press(key)

    def type(self, text):
        self.keys += len(text)
        self.page.keyboard.type(text)

    def fill(self, label, value):
        """Type into the field with this label."""
        self.page.get_by_label(label).first.fill(value)
        return self

    def sign_in(self, username, password):
        self.go("/login/")
        self.page.locator("#id_username").fill(username)
        self.page.locator("#id_password").fill(password)
        self.follow(
            self.page.locator(
                "form:has(#id_password) button[type=submit], form:has(#id_password) button:not([type])"
            ).first
        )
        return self

    def picture(self, name):
        """Keep the whole page as a picture, numbered in the order seen."""
        self.seen += 1
        if self.pictures:
            self.pictures.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(self.pictures / f"{self.seen:02d}-{name}.png"), full_page=True)
        return self

    def text(self):
        return self.page.inner_text("body")

    def close(self):
        self.context.close()

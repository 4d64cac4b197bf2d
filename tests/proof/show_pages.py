"""Shows pages in Chromium and prints what ran, what was refused to run, and what led elsewhere, as JSON.

`python -m tests.proof.show_pages PAGES.json`, a list of {"path", "body", "policy"}. Nothing leaves the machine: every
request is answered here, the portal's own static files from the source.
"""

import json
import sys
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

from tests.browsing import LAUNCH, ROOT

BASE = "http://portal.example"


def show(pages) -> list:
    found, now = [], {}

    def answer(route):
        path = route.request.url.removeprefix(BASE)
        if path == "/page":
            headers = {"Content-Type": "text/html; charset=utf-8"}
            if now["policy"]:
                headers["Content-Security-Policy"] = now["policy"]
            return route.fulfill(body=now["body"], headers=headers)
        if route.request.is_navigation_request() and route.request.frame.parent_frame is None:
            found.append([now["path"], f"led to {route.request.url[:80]}"])
        own = ROOT / path.lstrip("/").split("?")[0]
        if path.startswith("/static/") and own.is_file():
            return route.fulfill(path=str(own))
        return route.fulfill(status=404, body="")

    def fresh(browser):
        """A tab whose requests are answered here and whose dialogs and refusals are written down."""
        tab = browser.new_page()
        tab.route("**/*", answer)
        tab.on("dialog", lambda dialog: (found.append([now["path"], "dialog"]), dialog.dismiss()))
        tab.on(
            "console",
            lambda line: (
                found.append([now["path"], line.text[:200]])
                if "Content Security Policy" in line.text
                else None
            ),
        )
        return tab

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**LAUNCH)
        tab = None
        for one in pages:
            now.update(one)
            seen, tab = len(found), tab or fresh(browser)
            try:
                tab.goto(f"{BASE}/page", wait_until="load")
                if tab.evaluate("() => window.__xss"):
                    found.append([now["path"], "ran"])
            except Error as error:
                found.append([now["path"], f"led elsewhere: {str(error)[:80]}"])
            if len(found) > seen:  # what still runs in it is not the next page's
                tab.close()
                tab = None
        browser.close()
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(show(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))

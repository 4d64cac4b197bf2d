"""Load pages in Chromium 69 and say what went wrong there. Run with the Python of var/chromium69, not the project's.

    load.py [--cookie NAME=VALUE …] [--shots FOLDER] [--full] [--width 1366] [--height 768] URL …

Standard output: a JSON list, one object a page: url, ok, title, errors (messages of the console), overflow (true when the
page scrolls sideways), styles (computed values of a few elements, null where an element is missing), shot.
Exit 1 when a page did not load, wrote an error or lost its styles.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
os.environ.setdefault(
    "QTWEBENGINE_CHROMIUM_FLAGS", "--no-sandbox --disable-gpu --disable-background-networking"
)
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="chromium69-"))

from PyQt5.QtCore import QEventLoop, QTimer, QUrl  # noqa: E402
from PyQt5.QtWebEngineWidgets import QWebEnginePage, QWebEngineProfile, QWebEngineView  # noqa: E402
from PyQt5.QtWidgets import QApplication  # noqa: E402

# selector, property, what it must not be: the value of a page whose stylesheet was lost.
WATCHED = [
    ("body", "background-color", "rgba(0, 0, 0, 0)"),
    ("body", "font-family", ""),
    (".top", "background-color", "rgba(0, 0, 0, 0)"),
    (".top .in", "display", "block"),
    (".btn", "background-color", "rgb(239, 239, 239)"),
    (".tag", "background-color", "rgba(0, 0, 0, 0)"),
    ("thead th", "background-color", "rgba(0, 0, 0, 0)"),
    (".bar", "position", "static"),
]
ASK = """(function () {
  var watched = WATCHED;
  var styles = watched.map(function (row) {
    var node = document.querySelector(row[0]);
    return [row[0], row[1], node ? getComputedStyle(node).getPropertyValue(row[1]) : null];
  });
  var root = document.documentElement;
  return JSON.stringify({title: document.title, styles: styles, agent: navigator.userAgent,
    overflow: root.scrollWidth > window.innerWidth, ready: document.readyState, height: root.scrollHeight});
})()""".replace("WATCHED", json.dumps([row[:2] for row in WATCHED]))


class Page(QWebEnginePage):
    """Keeps what the console says."""

    def __init__(self, profile):
        super().__init__(profile)
        self.errors = []

    def javaScriptConsoleMessage(self, level, message, line, source):
        if level == QWebEnginePage.ErrorMessageLevel or "Uncaught" in message:
            self.errors.append(f"{message} ({source}:{line})")


def wait(milliseconds=None, connect=None, limit=30000):
    """Let the browser work for a time, or until a signal with one value came; returns the value."""
    loop, got = QEventLoop(), []
    if connect:
        connect(lambda *values: (got.append(values[0] if values else None), loop.quit()))
    QTimer.singleShot(milliseconds or limit, loop.quit)
    loop.exec_()
    return got[0] if got else None


def look(view, url, shots, full):
    """One page: load, ask, photograph."""
    page = view.page()
    page.errors = []
    finished = []

    def connect(done):
        page.loadFinished.connect(done)
        finished.append(done)
        page.load(QUrl(url))

    loaded = wait(connect=connect)
    page.loadFinished.disconnect(finished[0])
    wait(400)
    answer = wait(connect=lambda done: page.runJavaScript(ASK, done), limit=10000)
    told = (
        json.loads(answer)
        if answer
        else {"title": "", "styles": [], "overflow": None, "agent": "", "height": 0}
    )
    lost = [
        f"{selector} {name}: {value}"
        for (selector, name, bad), (_, _, value) in zip(WATCHED, told["styles"], strict=False)
        if value is not None and value == bad
    ]
    shot = ""
    if shots:
        if full:
            size = view.size()
            view.resize(size.width(), min(told["height"], 12000))
            wait(500)
        name = QUrl(url).path().strip("/").replace("/", "-") or "home"
        shot = str(Path(shots) / f"{name}-{view.width()}.png")
        view.grab().save(shot)
        if full:
            view.resize(size)
    return {
        "url": url,
        "ok": bool(loaded) and not page.errors and not lost,
        "title": told["title"],
        "errors": page.errors,
        "lost": lost,
        "overflow": told["overflow"],
        "styles": {f"{selector} {name}": value for selector, name, value in told["styles"]},
        "agent": told["agent"],
        "shot": shot,
    }


def give_cookies(page, pairs, origin):
    """Set by the origin itself: the cookie store of this engine keeps none for an address in numbers."""
    if not pairs:
        return
    page.load(origin.resolved(QUrl("/healthz")))
    wait(1500)
    for pair in pairs:
        page.runJavaScript(f"document.cookie = {json.dumps(pair + '; path=/')}")
    wait(300)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("urls", nargs="+")
    parser.add_argument("--cookie", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--shots", default="", metavar="FOLDER")
    parser.add_argument("--full", action="store_true", help="photograph the whole page, not the window")
    parser.add_argument("--width", type=int, default=1366)
    parser.add_argument("--height", type=int, default=768)
    asked = parser.parse_args()
    app = QApplication(sys.argv[:1])  # noqa: F841 - must outlive the pages
    profile = QWebEngineProfile()  # without a name: nothing is kept
    if asked.shots:
        Path(asked.shots).mkdir(parents=True, exist_ok=True)
    view = QWebEngineView()
    view.setPage(Page(profile))
    view.resize(asked.width, asked.height)
    view.show()
    wait(100)
    give_cookies(view.page(), asked.cookie, QUrl(asked.urls[0]))
    found = [look(view, url, asked.shots, asked.full) for url in asked.urls]
    json.dump(found, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
    sys.stdout.flush()
    # The engine's own clean-up order crashes at exit in this version; everything is written by now.
    os._exit(0 if all(page["ok"] for page in found) else 1)


main()

"""D4, D9: hostile texts stand in every free column; no page runs them, no workbook or csv computes them."""

import csv
import io
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.template import engines
from openpyxl import Workbook, load_workbook

from tests.access import conftest as access
from tests.access.crawl import SHEET
from tests.factories import ROOT, moment
from tests.proof import planting

READERS = ("nobody", "filer", "county handler", "county approver", "county publisher", "province approver", "province auditor",
           "sysadmin", "secadmin", "audadmin")  # fmt: skip
RUNS = re.compile(r"[\s\ufeff]*[=+\-@|%＝＋－＠]|[\t\r\n]")


@pytest.fixture(scope="module")
def planted(django_db_setup, django_db_blocker, tmp_path_factory):
    """The world of the access tests with everything planted, and every answer; undone at the end."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        folder = tmp_path_factory.mktemp("files")
        patch.setattr("django.conf.settings.MEDIA_ROOT", folder)
        patch.setattr("django.conf.settings.VAR", folder)
        patch.setattr(
            "django.conf.settings.PASSWORD_HASHERS", ["django.contrib.auth.hashers.MD5PasswordHasher"]
        )
        patch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)
        patch.setattr("regions.clock.now", lambda: moment(access.TODAY))
        world = access.world.__wrapped__(None, SimpleNamespace(), folder, None)
        filled = planting.plant(world)
        yield SimpleNamespace(filled=filled, seen=planting.look(world, READERS))
        transaction.set_rollback(True)


# D4


def formulas(content: bytes) -> list[str]:
    """The cells of a workbook that compute or lead away."""
    book = load_workbook(io.BytesIO(content))
    return [
        f"{sheet.title}!{cell.coordinate}: {cell.value!r}"
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f" or cell.hyperlink
    ]


def running_cells(content: bytes) -> list[str]:
    """The cells of a csv that a spreadsheet program would compute."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    return [cell for row in rows for cell in row if RUNS.match(cell)]


def test_no_cell_of_any_export_computes(planted, measure):
    books = [one for one in planted.seen if one.kind == SHEET]
    found = [(one.path, cell) for one in books for cell in formulas(one.body)]
    tables = [one for one in planted.seen if one.kind == "text/csv"]
    found += [(one.path, cell) for one in tables for cell in running_cells(one.body)]
    measure("D4", "workbooks", len(books))
    measure("D4", "csv files", len(tables))
    measure("D4", "formulas", len(found))
    assert found == []
    assert len(books) > 40 and len(tables) >= 8
    told = b"".join(one.body for one in tables).decode("utf-8-sig")
    assert "'=1+1" in told, "the payloads are there"


def test_control_an_ordinary_writer_computes(db):
    """Control: openpyxl as it comes writes a formula, and a plain csv a cell that computes."""
    book = Workbook()
    book.active.append(["=1+1", "+1+1"])
    out = io.BytesIO()
    book.save(out)
    assert len(formulas(out.getvalue())) == 1
    assert running_cells(b"a,=1+1\r\n") == ["=1+1"]


# D9


class Running(HTMLParser):
    """What of a page would run, or send or lead elsewhere."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.found += [
            f"<{tag} {name}>"
            for name in given
            if name.startswith("on") or name in ("style", "srcdoc", "autofocus=")
        ]
        if tag == "script" and not (given.get("src") or "").startswith(("/static/", "/admin/jsi18n/")):
            self.found.append(f"<script {given}>")
        if tag in ("style", "base", "iframe", "embed", "marquee", "math", "audio", "video"):
            self.found.append(f"<{tag}>")
        if tag == "meta" and (given.get("http-equiv") or "").lower() == "refresh":
            self.found.append("<meta refresh>")
        if tag == "object" and not re.match(
            r"/\w", given.get("data") or ""
        ):  # our own page of a print shows its PDF
            self.found.append("<object>")
        for name in ("href", "src", "action", "formaction", "data"):
            value = re.sub(r"[\s\x00-\x20]", "", given.get(name) or "").lower()
            if value.startswith(("javascript:", "data:text", "vbscript:", "//", "http://x.example")):
                self.found.append(f"<{tag} {name}={value[:40]}>")


def running(page: str) -> list[str]:
    parser = Running()
    parser.feed(page)
    return parser.found


def test_no_page_has_anything_that_runs(planted, measure):
    pages = [one for one in planted.seen if one.kind == "text/html"]
    found = [(one.name, one.path, what) for one in pages for what in running(one.body.decode())]
    measure("D9", "pages", len(pages))
    measure("D9", "columns", len(planting.free_columns()))
    measure("D9", "cells filled", planted.filled)
    measure("D9", "things that run", len(found))
    assert found == []
    assert len(pages) > 200 and planted.filled > 300
    whole = b"".join(one.body for one in pages)
    shown = [script for script in planting.SCRIPTS if _escaped(script).encode() in whole]
    assert len(shown) > len(planting.SCRIPTS) * 0.8, "the payloads are there"
    assert [one.path for one in planted.seen if one.status >= 500] == []


def _escaped(text):
    return (
        text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        .replace("'", "&#x27;")
    )


def test_text_that_is_taken_for_html_stands_in_few_places():
    """Nothing that a person typed is marked as safe: the places are these, and each is of the portal's own words."""
    allowed = {"regions/templatetags/portal.py": 2}
    found = {}
    for app in (
        "regions",
        "accounts",
        "scoring",
        "accreditation",
        "subsidies",
        "demonstration",
        "config",
        "templates",
    ):
        for path in [
            *(ROOT / app).rglob("*.py"),
            *(ROOT / app).rglob("*.html"),
            *(ROOT / app).rglob("*.xml"),
        ]:
            number = len(
                re.findall(
                    r"\|\s*safe\b|mark_safe\(|autoescape off|SafeString\(|__html__",
                    path.read_text(encoding="utf-8"),
                )
            )
            if number:
                found[path.relative_to(ROOT).as_posix()] = number
    assert found == allowed


def shown(folder, pages, policy=True) -> list:
    """What ran, or was refused to run, when Chromium shows the pages (in a process of its own: tests/proof/show_pages.py)."""
    told = [
        {"path": one.path, "body": one.body.decode(), "policy": one.policy if policy else ""} for one in pages
    ]
    listed = folder / "pages.json"
    listed.write_text(json.dumps(told), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "tests.proof.show_pages", listed], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr[-2000:]
    return json.loads(run.stdout)


def each_once(planted):
    """Every address once, as its first reader sees it."""
    pages = [one for one in planted.seen if one.kind == "text/html" and one.status == 200]
    return list({re.sub(r"\?.*", "", one.path): one for one in reversed(pages)}.values())


def test_chromium_runs_nothing(planted, tmp_path, measure):
    """The browser runs in a process of its own (show_pages.py). Without the policy escaping alone holds; with it nothing even tries."""
    pages = each_once(planted)
    found = shown(tmp_path, pages, policy=False) + shown(tmp_path, pages)
    measure("D9", "pages in the browser", len(pages))
    measure("D9", "executions", len(found))
    assert found == []
    assert len(pages) > 100


def test_control_chromium_runs_what_is_not_escaped(tmp_path):
    """Control: the same texts marked as safe run, and the parser sees them too; with the policy they are refused aloud."""
    template = engines["django"].from_string("<!doctype html><title>x</title><p>{{ text|safe }}</p>")
    csp = "default-src 'self'"
    pages = [
        planting.Seen("", script, 200, "text/html", template.render({"text": script}).encode(), csp)
        for script in planting.SCRIPTS
    ]
    assert len(shown(tmp_path, pages, policy=False)) > 10
    assert len(shown(tmp_path, pages)) > 10
    assert len([one for one in pages if running(one.body.decode())]) > 30

"""A real server with an empty database, for the tests of the frame in a browser."""

import pytest

from tests.browsing import breaks
from tests.servers import Databases, serving


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The address of a demonstration without data."""
    folder = tmp_path_factory.mktemp("frame")
    databases = Databases("sqlite", folder)
    template = databases.template("nothing", PORTAL_MODE="demo")
    with serving(databases, template, folder / "run", workers=1, threads=4, PORTAL_MODE="demo") as portal:
        yield portal.url


@pytest.fixture
def open_page(browser, site):
    """open_page(path, width=1366, care="1") → a loaded page whose console errors are in page.problems."""
    contexts = []

    def opened(path, width=1366, height=768, **cookies):
        context = browser.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        context.add_cookies([{"name": name, "value": value, "url": site} for name, value in cookies.items()])
        page = context.new_page()
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda line: line.type == "error" and page.problems.append(line.text))
        page.goto(site + path)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def axe():
    """axe(page) → the ids of the rules it breaks with the elements that break them."""
    return breaks

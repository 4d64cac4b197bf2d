import pytest
from playwright.sync_api import sync_playwright

from tests.browsing import LAUNCH
from tests.servers import Databases


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**LAUNCH)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """Databases of the walks, on SQLite as the demonstration runs."""
    return Databases("sqlite", tmp_path_factory.mktemp("walks"))

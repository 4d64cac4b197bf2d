"""What every test shares: a real SQLite file (or PostgreSQL) as in production, fast hashes, files in a folder of its own."""

import pytest
from playwright.sync_api import sync_playwright
from xdist.scheduler import LoadScopeScheduling

from accreditation.kept import forget
from tests.browsing import LAUNCH
from tests.proof import recording

# Files that build for minutes what all their tests read: the tests of each are run by one process.
TOGETHER = ("tests/access/test_canaries.py", "tests/proof/test_d_hostile_texts.py")


def pytest_xdist_make_scheduler(config, log):
    """Every test goes where a process is free, but for those that belong together. (Marks of xdist do not reach pytest 9.2.)"""

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = nodeid.split("::")[0]
            return file if file in TOGETHER else nodeid

    return Together(config, log)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, tmp_path_factory):
    """SQLite tests run on a file: an in-memory database has another journal and other locks."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"] = {
            **database.get("TEST", {}),
            "NAME": str(tmp_path_factory.mktemp("db") / "test.sqlite3"),
        }


@pytest.fixture(autouse=True)
def _quick_and_apart(settings, tmp_path):
    """Hashing is slow by design; files of a test go with it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.ANCHORS, settings.ANCHOR_KEY = tmp_path / "anchors.txt", "k" * 40
    forget()  # a test takes back its events, so that the next one's have the same numbers


@pytest.fixture(scope="session")
def browser():
    """One headless Chromium for all tests that drive one; contexts keep them apart."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**LAUNCH)
        yield browser
        browser.close()


@pytest.fixture
def measure(request):
    """measure("C7", "tampers", 0) keeps a figure for the proof table (tests/proof/faults.py names the totals)."""
    return lambda fault, name, value: recording.figure(request.node.nodeid, fault, name, value)

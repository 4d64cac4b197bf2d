import pytest

from tests.servers import Databases, serving


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """Databases of the walks, on SQLite as the demonstration runs."""
    return Databases("sqlite", tmp_path_factory.mktemp("walks"))


@pytest.fixture(scope="session")
def town(files, tmp_path_factory):
    """The whole demonstration, served; with a session for each kind of reader and the pages each uses."""
    template = files.template("demonstration", PORTAL_MODE="demo")
    folder = tmp_path_factory.mktemp("town")
    with serving(files, template, folder, workers=1, threads=4, PORTAL_MODE="demo") as portal:
        yield portal, template

import pytest

from tests import postgres
from tests.servers import Databases


@pytest.fixture(scope="session")
def postgresql():
    with postgres.running() as (folder, _):
        yield folder


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def databases(request, tmp_path_factory):
    """The templates of one engine; every race runs on both."""
    folder = tmp_path_factory.mktemp(request.param)
    socket = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    return Databases(request.param, folder, socket)

import os

import pytest

from tests import postgres
from tests.servers import Databases

# So many applications at one city's desk race for so many places; they all get there by the verbs, which takes its time.
COMPETITORS, PLACES = (200, 50) if os.environ.get("PROOF_LONG") else (80, 20)
CITY_DESK = ("city_desk", str(COMPETITORS), str(PLACES))


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

"""Fixtures of other folders that the proof uses: the world of the access matrix, the purse, templates of both engines."""

from tests.access.conftest import today, world  # noqa: F401
from tests.races.conftest import databases, postgresql  # noqa: F401
from tests.subsidies.conftest import purse  # noqa: F401

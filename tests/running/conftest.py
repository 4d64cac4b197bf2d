"""Fixtures of the tests of running: the templates of both engines, as for the races."""

from tests.races.conftest import databases, postgresql  # noqa: F401

import pytest

from tests.factories import House


@pytest.fixture
def house(db, settings, tmp_path):
    """The small house of tests.factories, fresh for each test."""
    settings.MEDIA_ROOT = tmp_path
    return House()

import pytest

from tests.subsidies.purse import Purse


@pytest.fixture
def purse(db, settings, tmp_path):
    """The small house with Gansu's rules of money in its province; every community holds a city-level title."""
    settings.MEDIA_ROOT = tmp_path
    return Purse()

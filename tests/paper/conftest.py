"""The small house, its clock, and a way to print."""

import pytest

from accreditation.models import Application
from accreditation.paper import forms, printing
from regions import clock
from tests.accreditation.conftest import as_, at, house  # noqa: F401 - fixtures
from tests.factories import acting


@pytest.fixture
def printed():
    """printed(application, "hunan_3", by) → the print, as this person prints it now."""

    def make(application, key, by):
        whole = printing.with_findings(Application.objects).get(pk=application.pk)
        return printing.print_paper(
            whole,
            forms.FORMS[key],
            by=acting(by),
            at=clock.now(),
            address=lambda code: f"https://portal.test/papers/{code}/",
        )

    return make

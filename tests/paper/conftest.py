"""The small house, its clock, and a way to print."""

import http.server
import threading

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


@pytest.fixture
def listener():
    """A local server that counts who asks."""
    hits = []

    class Counting(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            hits.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Counting)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", hits
    server.shutdown()
    server.server_close()

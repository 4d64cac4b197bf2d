"""A PDF as an answer: shown in the browser or saved, kept by nobody unless it is public."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

# A PDF shown in the browser needs its viewer.
VIEWER = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def pdf_answer(content: bytes, name: str, *, download: bool = False, public: bool = False) -> HttpResponse:
    """name: what it is saved as, without .pdf. Public ones may be kept by the decorator of their view."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(download, f"{name}.pdf")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = VIEWER
    if not public:
        response["Cache-Control"] = "private, no-store"
    return response

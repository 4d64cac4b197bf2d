"""Handing out a stored private file after the view has asked who is looking.

The portal sends the bytes itself, or names the file to the proxy before it (PORTAL_FILES_BY_PROXY), which no browser can
do: nginx keeps that address to itself (`internal`, tools/deploy/nginx.conf).
"""

from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse


def served(stored_name: str, content_type: str) -> HttpResponse:
    """The file as an answer that nobody keeps and nobody sniffs at; Http404 where it is gone."""
    if settings.FILES_BY_PROXY:
        if not default_storage.exists(stored_name):
            raise Http404
        response = HttpResponse(content_type=content_type)
        response["X-Accel-Redirect"] = settings.FILES_BY_PROXY + quote(stored_name)
    else:
        try:
            response = FileResponse(default_storage.open(stored_name), content_type=content_type)
        except FileNotFoundError:
            raise Http404 from None
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response

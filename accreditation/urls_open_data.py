"""Addresses of the open data: every list, its files, single things, the document and the feed."""

from django.urls import path

from accreditation.open_data.answers import TYPES
from accreditation.open_data.lists import LISTS
from accreditation.open_data.things import THINGS
from accreditation.views import open_data

urlpatterns = [
    path("api/", open_data.about, name="open_data"),
    path("api/v1/openapi.json", open_data.document, name="open_data_document"),
    *(path(f"api/v1/{name}/", open_data.list_page(name), name=f"open_{name}") for name in LISTS),
    *(
        path(f"api/v1/{name}.{ending}", open_data.list_file(name, ending), name=f"open_{name}_{ending}")
        for name in LISTS
        for ending in TYPES
    ),
    *(
        path(f"api/v1/{name}/<{one.key}>/", open_data.thing(name), name=f"open_{name}_one")
        for name, one in THINGS.items()
    ),
    path("notices/feed/", open_data.notice_feed, name="notice_feed"),
]

"""Addresses of the working-day calendar."""

from django.urls import path

from accreditation.views import workdays

app_name = "workdays"
urlpatterns = [
    path("", workdays.list_, name="list"),
    path("day/", workdays.edit, name="edit"),
    path("import/", workdays.import_, name="import_"),
]

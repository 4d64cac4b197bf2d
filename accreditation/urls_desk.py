"""Addresses of a desk: its queue, the score sheet, visits, and the moves of one application or of many."""

from django.urls import path

from accreditation.views import desk, moving, scoring

urlpatterns = [
    path("desk/", desk.queue, name="queue"),
    path("desk/batch/", desk.batch, name="batch"),
    # One application
    path("applications/<int:pk>/sheet/", scoring.sheet, name="sheet"),
    path("applications/<int:pk>/visit/", scoring.visit, name="visit"),
    path("applications/<int:pk>/propose/", moving.propose, name="propose"),
    path("applications/<int:pk>/pass-on/", moving.pass_on, name="pass_on"),
    path("applications/<int:pk>/send-back/", moving.send_back, name="send_back"),
    path("applications/<int:pk>/decline/", moving.decline, name="decline"),
    path("applications/<int:pk>/disqualify/", moving.disqualify, name="disqualify"),
]

"""Addresses of rounds, quotas, progress and the list of all one may see."""

from django.urls import path

from accreditation.views import rounds

urlpatterns = [
    path("applications/", rounds.applications, name="applications"),
    path("applications/export/", rounds.export, name="export"),
    path("rounds/", rounds.rounds, name="rounds"),
    path("rounds/<int:pk>/", rounds.round_, name="round"),
    path("rounds/<int:pk>/open/", rounds.open_round, name="open_round"),
    path("rounds/<int:pk>/quotas/", rounds.quotas, name="quotas"),
    path("progress/", rounds.progress, name="progress"),
]

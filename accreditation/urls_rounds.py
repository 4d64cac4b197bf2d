"""Addresses of programmes and rounds for offices, progress and the list of all one may see."""

from django.urls import path

from accreditation.views import list_exports, organising, programmes, rounds

urlpatterns = [
    path("applications/", rounds.applications, name="applications"),
    path("applications/export/", rounds.export, name="export"),
    path("exports/", list_exports.ask_list, name="list_export"),
    path("progress/", rounds.progress, name="progress"),
    # /rounds/programmes/
    path("rounds/programmes/", programmes.desk_programmes, name="desk_programmes"),
    path("rounds/programmes/<str:key>/", programmes.desk_programme, name="desk_programme"),
    path("rounds/programmes/<str:key>/prepare/", programmes.prepare_round, name="prepare_round"),
    # /rounds/
    path("rounds/", organising.list_rounds, name="rounds"),
    path("rounds/<int:pk>/", organising.show_round, name="round"),
    path("rounds/<int:pk>/settings/", organising.settle_round, name="settle_round"),
    path("rounds/<int:pk>/open/", organising.open_round, name="open_round"),
    path("rounds/<int:pk>/close/", organising.close_round, name="close_round"),
    path("rounds/<int:pk>/quotas/", organising.quotas, name="quotas"),
    path("rounds/<int:pk>/amendments/", organising.amendments, name="amendments"),
    path("rounds/<int:pk>/amend/", organising.amend_round, name="amend_round"),
]

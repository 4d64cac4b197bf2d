"""Addresses of what leaves as files: official tables, of the workbook of a whole round, and of packets of papers."""

from django.urls import path

from accreditation.views import official_tables, packing

urlpatterns = [
    path(
        "lists/<int:round_pk>/<str:tier>/recommended.xlsx",
        official_tables.recommendation_table,
        name="recommendation_table",
    ),
    path(
        "lists/<int:round_pk>/<str:tier>/recognised.xlsx",
        official_tables.recognition_table,
        name="recognition_table",
    ),
    path("notices/<int:pk>/office-list.xlsx", official_tables.notice_table, name="notice_table"),
    path("rounds/<int:pk>/quotas.xlsx", official_tables.quota_workbook, name="quota_workbook"),
    path("rechecks/<int:year>/register.xlsx", official_tables.recheck_table, name="recheck_table"),
    # Made behind the pages
    path("rounds/<int:pk>/book/", packing.round_book, name="round_book"),
    path("rounds/<int:pk>/packets/<str:tier>/", packing.list_packet, name="list_packet"),
    path("applications/<int:pk>/packet/", packing.packet, name="packet"),
]

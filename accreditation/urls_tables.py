"""Addresses of what leaves as files: official tables, of the workbook of a whole round, and of packets of papers."""

from django.urls import path

from accreditation.views import official_tables

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
]

"""Addresses of a programme's score sheets: their versions, the workbook in and out, publishing."""

from django.urls import path

from accreditation.views import score_sheets as views

urlpatterns = [
    path("rounds/programmes/<str:key>/score-sheets/", views.score_sheets, name="score_sheets"),
    path(
        "rounds/programmes/<str:key>/score-sheets/template.xlsx",
        views.score_sheet_template,
        name="score_sheet_template",
    ),
    path(
        "rounds/programmes/<str:key>/score-sheets/sample.xlsx",
        views.score_sheet_sample,
        name="score_sheet_sample",
    ),
    path(
        "rounds/programmes/<str:key>/score-sheets/import/",
        views.import_score_sheet,
        name="import_score_sheet",
    ),
    path(
        "rounds/programmes/<str:key>/score-sheets/publish/",
        views.publish_score_sheet,
        name="publish_score_sheet",
    ),
    path("rounds/programmes/<str:key>/score-sheets/<int:sheet>/", views.score_sheet, name="score_sheet"),
    path(
        "rounds/programmes/<str:key>/score-sheets/<int:sheet>/workbook.xlsx",
        views.score_sheet_workbook,
        name="score_sheet_workbook",
    ),
    path("rounds/<int:pk>/score-sheet/", views.choose_score_sheet, name="choose_score_sheet"),
]

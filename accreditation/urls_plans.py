"""Addresses of what a programme asks of a whole place: the streets' plans, and how far its coverage has come."""

from django.urls import path

from accreditation.views import coverage, plans

urlpatterns = [
    path("rounds/<int:pk>/plans/", plans.street_plans, name="street_plans"),
    path("rounds/<int:pk>/plans/file/", plans.file_plan, name="file_plan"),
    path("rounds/<int:pk>/plans/export/", plans.export_plans, name="export_plans"),
    path("plans/<int:pk>/", plans.street_plan, name="street_plan"),
    path("plans/<int:pk>/file/", plans.street_plan_file, name="street_plan_file"),
    path("rounds/<int:pk>/coverage/", coverage.coverage, name="coverage"),
    path("rounds/<int:pk>/coverage/export/", coverage.export_coverage, name="export_coverage"),
    path("rounds/<int:pk>/coverage/communities/", coverage.coverage_communities, name="coverage_communities"),
]

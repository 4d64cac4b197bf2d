"""Addresses of the signed-in side, by who reads the page."""

from accreditation import (
    urls_community,
    urls_desk,
    urls_documents,
    urls_lists,
    urls_panels,
    urls_paper,
    urls_plans,
    urls_rounds,
    urls_rubrics,
    urls_spot_checks,
    urls_tables,
    urls_titles,
)

app_name = "accreditation"
urlpatterns = [
    *urls_community.urlpatterns,  # the community's own file
    *urls_desk.urlpatterns,  # a desk: queue, file, score sheet, verbs
    *urls_paper.urlpatterns,  # printing the forms, stamped scans
    *urls_lists.urlpatterns,  # a desk's list, notices, objections, recognition
    *urls_documents.urlpatterns,  # official documents, certificates
    *urls_panels.urlpatterns,  # panels: the desk that runs one, and its members
    *urls_rounds.urlpatterns,  # rounds, quotas, progress, exports
    *urls_plans.urlpatterns,  # the streets' plans, coverage
    *urls_rubrics.urlpatterns,  # score sheets from Excel
    *urls_tables.urlpatterns,  # official tables, the workbook of a round, packets
    *urls_titles.urlpatterns,  # titles, their endings, yearly rechecks
    *urls_spot_checks.urlpatterns,  # spot checks: pool, seed, draw, findings
]

"""Addresses of paper: printing the forms of an application, what comes back stamped."""

from django.urls import path

from accreditation.views import prints, register_paper, scans

urlpatterns = [
    path("applications/<int:pk>/papers/", prints.papers, name="papers"),
    path("applications/<int:pk>/papers/<str:form>/print/", prints.print_paper, name="print_paper"),
    path("prints/<int:pk>/", scans.printed, name="printed"),
    path("prints/<int:pk>/paper.pdf", prints.print_pdf, name="print_pdf"),
    path("prints/<int:pk>/scan/", scans.attach_scan, name="attach_scan"),
    path("prints/<int:pk>/copies/", scans.receive_copies, name="receive_copies"),
    path("scans/<int:pk>/", scans.scan, name="scan"),
    path("rechecks/<int:year>/register.pdf", register_paper.recheck_paper, name="recheck_paper"),
]

"""Addresses of the community's own file, and of the files in it."""

from django.urls import path

from accreditation.views import community, figures, files, filling, later_figures
from accreditation.views.application import application

urlpatterns = [
    path("rounds/<int:pk>/apply/<str:tier>/", community.start, name="start"),
    path("applications/<int:pk>/", application, name="application"),
    # Writing
    path("applications/<int:pk>/basics/", filling.basics, name="basics"),
    path("applications/<int:pk>/figures/<int:page>/", figures.figures, name="figures"),
    path("applications/<int:pk>/later-figures/", later_figures.later_figures, name="later_figures"),
    path("applications/<int:pk>/narrative/", filling.narrative, name="narrative"),
    path("applications/<int:pk>/exception/", filling.exception, name="exception"),
    path("applications/<int:pk>/statements/", filling.statements, name="statements"),
    # Files
    path("applications/<int:pk>/evidence/", files.evidence, name="evidence"),
    path("applications/<int:pk>/attach/", files.attach, name="attach"),
    path("files/<int:pk>/remove/", files.detach, name="detach"),
    path("files/<int:pk>/", files.attachment, name="attachment"),
    # Filing
    path("applications/<int:pk>/check/", community.check, name="check"),
    path("applications/<int:pk>/submit/", community.submit, name="submit"),
    path("applications/<int:pk>/resubmit/", community.resubmit, name="resubmit"),
    path("applications/<int:pk>/receipt/", community.receipt, name="receipt"),
    path("applications/<int:pk>/withdraw/", community.withdraw, name="withdraw"),
    path("applications/<int:pk>/changes/", community.changes, name="changes"),
]

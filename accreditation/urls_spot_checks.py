"""Addresses of spot checks for offices; the pages for everyone are in urls_public."""

from django.urls import path

from accreditation.views import spot_check_verbs as verbs
from accreditation.views import spot_checks

urlpatterns = [
    path("spot-checks/", spot_checks.spot_checks, name="spot_checks"),
    path("spot-checks/mine/", spot_checks.my_spot_checks, name="my_spot_checks"),
    path("spot-checks/new/", verbs.freeze_draw, name="freeze_draw"),
    path("spot-checks/<int:pk>/", spot_checks.spot_check, name="spot_check"),
    path("spot-checks/<int:pk>/seed/", verbs.seed_draw, name="seed_draw"),
    path("spot-checks/<int:pk>/draw/", verbs.draw, name="draw"),
    path("spot-checks/<int:pk>/void/", verbs.void_draw, name="void_draw"),
    path("spot-checks/<int:pk>/again/", verbs.redraw, name="redraw"),
    path("spot-checks/inspectors/<int:pk>/recuse/", verbs.recuse_inspector, name="recuse_inspector"),
    path("spot-checks/targets/<int:pk>/find/", verbs.find_in_draw, name="find_in_draw"),
]

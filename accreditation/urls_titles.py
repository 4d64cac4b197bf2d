"""Addresses of what comes after a title: the titles, their endings, communities' changes, the yearly rechecks."""

from django.urls import path

from accreditation.views import changes, rechecks, standing, titles

urlpatterns = [
    # /titles/
    path("titles/", titles.titles, name="titles"),
    path("titles/<int:pk>/", titles.title, name="title"),
    path("titles/<int:pk>/propose-ending/", titles.propose_ending, name="propose_ending"),
    path("titles/<int:pk>/decide-ending/", titles.decide_ending, name="decide_ending"),
    path("titles/<int:pk>/refuse-ending/", titles.refuse_ending, name="refuse_ending"),
    path("titles/<int:pk>/gap/", titles.authorise_gap, name="authorise_gap"),
    path("titles/bars/<int:pk>/lift/", titles.lift_bar, name="lift_bar"),
    # /standing/
    path("standing/", standing.standing, name="standing"),
    path("standing/<int:pk>/", standing.standing, name="standing_of"),
    path("standing/<int:pk>/rechecks/", standing.recheck_due_list, name="recheck_due"),
    # /changes/
    path("changes/", changes.changes_list, name="changes"),
    path("changes/report/", changes.report_change, name="report_change"),
    path("changes/<int:pk>/", changes.change, name="change"),
    path("changes/<int:pk>/check/", changes.check_change, name="check_change"),
    path("changes/<int:pk>/decide/", changes.decide_change, name="decide_change"),
    path("changes/<int:pk>/refuse/", changes.refuse_change, name="refuse_change"),
    # /rechecks/
    path("rechecks/", rechecks.recheck_rounds, name="recheck_rounds"),
    path("rechecks/open/<str:key>/", rechecks.open_recheck, name="open_recheck"),
    path("rechecks/<int:pk>/", rechecks.recheck_round, name="recheck_round"),
    path("rechecks/<int:pk>/confirm/", rechecks.confirm_rechecks, name="confirm_rechecks"),
    path("rechecks/<int:pk>/close/", rechecks.close_recheck, name="close_recheck"),
    path("rechecks/entries/<int:pk>/", rechecks.recheck_entry, name="recheck_entry"),
    path("rechecks/entries/<int:pk>/check/", rechecks.check_entry, name="check_entry"),
    path("rechecks/entries/<int:pk>/confirm/", rechecks.confirm_entry, name="confirm_entry"),
    path("rechecks/entries/<int:pk>/return/", rechecks.return_entry, name="return_entry"),
    path("rechecks/entries/<int:pk>/decide/", rechecks.decide_entry, name="decide_entry"),
]

"""Addresses of a desk's list, notices, objections and recognition."""

from django.urls import path

from accreditation.views import lists, notices, objections, recognitions

urlpatterns = [
    # /lists/
    path("lists/", lists.lists, name="lists"),
    path("lists/<int:round_pk>/<str:tier>/", lists.desk_list, name="desk_list"),
    path("lists/<int:round_pk>/<str:tier>/publish/", lists.publish, name="publish"),
    path("lists/<int:round_pk>/<str:tier>/recognise/", recognitions.recognise, name="recognise"),
    path("applications/<int:pk>/shortlist/", lists.shortlist, name="shortlist"),
    path("applications/<int:pk>/unlist/", lists.unlist, name="unlist"),
    path("applications/<int:pk>/pass-over/", lists.pass_over, name="pass_over"),
    # /desk/
    path("desk/notices/", notices.notice_desk, name="notice_desk"),
    path("desk/objections/", objections.objection_desk, name="objection_desk"),
    path("desk/objections/<int:pk>/", objections.objection, name="objection"),
    path("desk/objections/<int:pk>/admit/", objections.admit, name="admit"),
    path("desk/objections/<int:pk>/extend/", objections.extend, name="extend"),
    path("desk/objections/<int:pk>/settle/", objections.settle, name="settle"),
    path("desk/objections/<int:pk>/files/<int:file>/", objections.objection_file, name="objection_file"),
]

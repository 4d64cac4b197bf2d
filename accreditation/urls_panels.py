"""Addresses of the panels: the desk that runs one, and the people who assess."""

from django.urls import path

from accreditation.views import panel_tasks, panels

urlpatterns = [
    # /panels/: the desk
    path("panels/", panels.list_panels, name="panels"),
    path("panels/rounds/<int:round_pk>/form/", panels.form_panel, name="form_panel"),
    path("panels/<int:pk>/", panels.panel, name="panel"),
    path("panels/<int:pk>/appoint/", panels.appoint, name="appoint"),
    path("panels/<int:pk>/members/<int:member>/dismiss/", panels.dismiss, name="dismiss"),
    path("panels/<int:pk>/draw/", panels.draw, name="draw_panel"),
    path("panels/<int:pk>/assign/", panels.assign_new, name="assign_new"),
    path("panels/<int:pk>/scores/<int:score>/recuse/", panels.recuse, name="recuse"),
    path("panels/<int:pk>/close/", panels.close, name="close_panel"),
    path("panels/<int:pk>/export/", panels.export, name="export_panel"),
    # /panels/tasks/: a member
    path("panels/tasks/", panel_tasks.tasks, name="panel_tasks"),
    path("applications/<int:pk>/panel/", panel_tasks.task, name="panel_task"),
    path("applications/<int:pk>/panel/recuse/", panel_tasks.recuse_own, name="recuse_own"),
]

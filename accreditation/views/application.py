"""One address for an application: its community finds the task list, an office the file view, a panel's member their task."""

from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from accounts.models import Role
from accreditation.disclosure import in_line
from accreditation.models import Application
from accreditation.views import community, desk, filling


@require_safe
def application(request, pk):
    """The application as this reader works with it; a missing or foreign one is 404."""
    if request.user.acting.role == Role.FILER:
        return community.task_list(request, filling.own(request, pk))
    found = get_object_or_404(
        Application.objects.visible_to(request.user).with_round().select_related("self_sheet"), pk=pk
    )
    if not in_line(request.user, found):  # a member of a panel reads it where it is assessed
        return redirect("accreditation:panel_task", pk=pk)
    return desk.file_view(request, found)

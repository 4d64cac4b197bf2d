"""One address for an application: its community finds the task list, an office the file view."""

from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.models import Role
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
    return desk.file_view(request, found)

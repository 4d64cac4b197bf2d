"""Is the process alive; is it ready to serve. Never behind sign-in, redirect or session."""

import shutil

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse

from accreditation.paper import fonts

FREE_BYTES = 200 * 1024 * 1024


@login_not_required
def healthz(request):
    """200 while the process answers at all."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
def readyz(request):
    """200 when the database answers, its migrations are applied and the disk has room and paper has fonts;

    else 503 with what is not, in a word for programs and, where a person must act, a sentence.
    """
    wrong = []
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            wrong.append("migrations")
    except DatabaseError:
        wrong.append("database")
    if shutil.disk_usage(settings.VAR).free < FREE_BYTES:
        wrong.append("disk")
    answer = {"ready": not wrong, "wrong": wrong}
    if fonts.missing_characters():
        wrong.append("fonts")
        answer |= {"ready": False, "fonts": f"{fonts.NO_FONT}{fonts.HINT}"}
    return JsonResponse(answer, status=503 if wrong else 200, json_dumps_params={"ensure_ascii": False})

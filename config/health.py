"""Is the process alive; is it ready to serve. Never behind sign-in, redirect or session."""

import shutil

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse

FREE_BYTES = 200 * 1024 * 1024


@login_not_required
def healthz(request):
    """200 while the process answers at all."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
def readyz(request):
    """200 when the database answers, its migrations are applied and the disk has room; else 503 with what is not."""
    wrong = []
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            wrong.append("migrations")
    except DatabaseError:
        wrong.append("database")
    if shutil.disk_usage(settings.VAR).free < FREE_BYTES:
        wrong.append("disk")
    return JsonResponse({"ready": not wrong, "wrong": wrong}, status=503 if wrong else 200)

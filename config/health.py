"""Is the process alive; is it ready to serve. Never behind sign-in, redirect or session; nothing of it tells versions or paths."""

import datetime as dt
import shutil
import time
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.utils import timezone

from accounts import append_only, signs
from accounts.models import Anchor
from accreditation.backups.making import MARK
from accreditation.paper import fonts

FREE_BYTES = 200 * 1024 * 1024
BACKUP_SECONDS = 26 * 60 * 60  # a nightly backup, and two hours
ANCHOR_AGE = dt.timedelta(hours=26)


@login_not_required
def healthz(request):
    """200 while the process answers at all."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@login_not_required
def readyz(request):
    """200 when the database answers with its migrations and append-only triggers, disks have room and paper has fonts;

    else 503 with what is `wrong`, in a word for programs and, where a person must act, a sentence. `late` names what
    somebody should look at while pages can still be served: the worker, the timer, the nightly backup, the day's anchor.
    """
    wrong, late = [], []
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            wrong.append("migrations")
        else:
            late = signs.late(timezone.now())
            if settings.PRODUCTION and not Anchor.objects.filter(at__gt=timezone.now() - ANCHOR_AGE).exists():
                late.append("anchor")
        if append_only.missing(connection):
            wrong.append("triggers")
    except DatabaseError:
        wrong.append("database")
    if any(shutil.disk_usage(_there(path)).free < FREE_BYTES for path in (settings.VAR, settings.MEDIA_ROOT)):
        wrong.append("disk")
    if settings.PRODUCTION and _backup_is_old():
        late.append("backup")
    answer = {"ready": not wrong, "wrong": wrong, "late": late}
    if fonts.missing_characters():
        wrong.append("fonts")
        answer |= {"ready": False, "fonts": f"{fonts.NO_FONT}{fonts.HINT}"}
    response = JsonResponse(answer, status=503 if wrong else 200, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "no-store"
    return response


def _there(path) -> Path:
    """The folder, or the nearest one above it that exists."""
    path = Path(path).absolute()
    return next(one for one in (path, *path.parents) if one.exists())


def _backup_is_old():
    try:
        return time.time() - (Path(settings.VAR) / MARK).stat().st_mtime > BACKUP_SECONDS
    except FileNotFoundError:
        return True

"""The pages of refusals and faults. They need no database, session or menu, and 404 is the same for all addresses."""

import logging
import secrets
import sys

from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import InterfaceError, OperationalError
from django.shortcuts import render

from config import display

log = logging.getLogger("portal")
# After how long a press is worth another try when the database was busy.
RETRY_SECONDS = 30


def _page(request, name: str, status: int, **context):
    """A plain page in the reader's display mode; the same bytes whoever asks and whatever was asked for."""
    modes = {mode: display.chosen(request, mode) == "1" for mode in ("care", "contrast")}
    # Not RequestContext: no context processor may touch a database that is perhaps the fault.
    return render(None, f"{name}.html", {**modes, **context}, status=status)


def bad_request(request, exception=None):
    """400; 503 where the session could not be kept because the database is busy (Django makes a 400 of that)."""
    if isinstance(exception, SessionInterrupted) and (fault := _of_database(exception)):
        return database_away(request, fault, answered=True)
    return _page(request, "400", 400)


def forbidden(request, exception=None):
    """403; the exception's own sentence (who refuses what) is shown when it has one."""
    return _page(request, "403", 403, reason=str(exception or ""))


def not_found(request, exception=None):
    return _page(request, "404", 404)


def csrf_failure(request, reason=""):
    """The page was open too long, or cookies are off; what was typed is still in the page before."""
    return _page(request, "errors/403_csrf", 403, cookies=bool(request.COOKIES))


def too_many(request, wait_minutes: int = 0):
    """429: too many presses from one place; `wait_minutes` says when to come back (0: not said)."""
    response = _page(request, "errors/429", 429, wait_minutes=wait_minutes)
    if wait_minutes:
        response["Retry-After"] = str(60 * wait_minutes)
    return response


def unavailable(request, until: str = ""):
    """503: maintenance; `until` is a time as people write it."""
    response = _page(request, "errors/503", 503, until=until)
    response["Retry-After"] = "600"
    return response


def database_away(request, fault, answered=False):
    """503: the database is busy, full or gone; the page says whether it is sure that nothing was kept.

    `fault` is Django's error. A database that refuses (a lock, a statement or the disk) has undone the transaction; of
    one that went away nobody knows. `answered`: the page itself was done already, only its session could not be kept.
    """
    log.error("database away, %s %s", request.method, request.path, exc_info=fault)
    response = _page(request, "errors/503_database", 503, undone=_refused(fault) and not answered)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def _of_database(error):
    """The error of the database that this one comes from; None where it comes from something else."""
    while error and not isinstance(error, OperationalError | InterfaceError):
        error = error.__cause__ or error.__context__
    return error


def _refused(fault) -> bool:
    """Whether the database itself said no: SQLite always, PostgreSQL with a code that is not of a shutdown (class 57P)."""
    code = getattr(fault.__cause__, "pgcode", None)
    return hasattr(fault.__cause__, "sqlite_errorcode") or bool(code and not code.startswith("57P"))


def server_error(request):
    """500 with a number to read out; the same number stands in the log beside the trace. 503: see `database_away`."""
    fault = sys.exc_info()[1]
    if isinstance(fault, OperationalError | InterfaceError):
        return database_away(request, fault)
    number = secrets.token_hex(3).upper()
    log.error("page failed, number %s, %s %s", number, request.method, request.path, exc_info=sys.exc_info())
    return _page(request, "500", 500, number=number)

"""Work behind the pages: asked for by a person, done by `manage.py work`, never twice.

A job is a row. A worker takes it by one conditional UPDATE (somebody got there first: no row), holds it by a lease that
it renews, and does it in a process of its own, so that neither memory nor a crash stays in the worker. A job whose
worker died is taken up again; what it had finished lies in `Work.folder` and need not be done once more. Who asked is
asked again when the work begins: a posting that ended makes nothing.
"""

import datetime as dt
import hashlib
import json
import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.events import canonical
from accounts.models import Job
from accounts.permissions import postings_of
from regions import clock

LEASE = dt.timedelta(seconds=60)  # a worker that did not renew for so long is dead
TRIES = 5
KEPT = dt.timedelta(days=7)  # then the file goes; the row stays as a record
MOST_WAITING = 10  # of one person
PROGRESS_EVERY = 0.5  # seconds between two writes of progress
OPEN = (Job.State.WAITING, Job.State.RUNNING)


class Lost(Exception):
    """The job was cancelled, or another worker holds it now: stop without a trace."""


def ask(kind: str, arguments: dict, *, by, at: dt.datetime, title: str) -> Job:
    """The job for this work: a new one, or the one that the same person asked for and that is still to be had.

    `kind` is a key of settings.PORTAL_JOBS, `arguments` plain JSON. What is done is kept as long as its file; ask
    `renew` for a fresh one. Raises ValidationError when the person has too many waiting.
    """
    if kind not in settings.PORTAL_JOBS:
        raise ValueError(f"no such kind of job: {kind}")
    posting = by.acting
    told = canonical(arguments)
    once = hashlib.sha256(f"{kind}\n{told}\n{by.pk}\n{posting.pk}".encode()).hexdigest()
    if found := Job.objects.filter(once=once).first():
        return found
    if Job.objects.filter(by=by, state__in=OPEN).count() >= MOST_WAITING:
        raise ValidationError(f"您已有 {MOST_WAITING} 项任务在等待处理，请等其中一项完成后再提出。")
    try:
        with transaction.atomic():
            return Job.objects.create(
                key=secrets.token_urlsafe(16), kind=kind, title=title[:200], arguments=told, by=by, posting=posting,
                once=once, at=at,
            )  # fmt: skip
    except IntegrityError:  # a second press was faster
        return Job.objects.get(once=once)


def renew(job: Job, *, by, at: dt.datetime) -> Job:
    """The same work asked anew by the same person after it ended (with today's data): a new job, the old keeps its file."""
    Job.objects.filter(pk=job.pk).exclude(state__in=OPEN).update(once=None)
    return ask(job.kind, json.loads(job.arguments), by=by, at=at, title=job.title)


def cancel(job: Job) -> bool:
    """Stop a job that is not done; False when it had ended."""
    stopped = Job.objects.filter(pk=job.pk, state__in=OPEN).update(
        state=Job.State.CANCELLED, once=None, ended_at=timezone.now()
    )
    return stopped == 1


def take(worker: str) -> Job | None:
    """The next job for this worker: the oldest that waits, or whose worker died. None when there is nothing to do."""
    now = timezone.now()
    free = Q(state=Job.State.WAITING) | Q(state=Job.State.RUNNING, beat_at__lt=now - LEASE)
    for job in Job.objects.filter(free).order_by("pk")[:20]:
        held = Job.objects.filter(free, pk=job.pk, worker=job.worker, tries=job.tries)
        if job.tries >= TRIES:
            held.update(
                state=Job.State.FAILED, once=None, ended_at=now, sentence="多次处理都中断，请联系系统管理员。"
            )
        elif held.update(state=Job.State.RUNNING, worker=worker, beat_at=now, tries=job.tries + 1) == 1:
            return Job.objects.get(pk=job.pk)
    return None


def beat(job: Job) -> bool:
    """Renew the lease; False when the job is no longer this worker's."""
    return _own(job).update(beat_at=timezone.now()) == 1


def let_go(job: Job) -> None:
    """Give back what was not finished (its process died): another try follows at once."""
    _own(job).update(state=Job.State.WAITING, worker="")


def _own(job):
    return Job.objects.filter(pk=job.pk, worker=job.worker, state=Job.State.RUNNING)


class Work:
    """One job being done. `by` acts under the posting it was asked with; `at` is the portal's moment it was asked at."""

    def __init__(self, job: Job, by):
        self.job, self.by, self.at = job, by, job.at
        self.arguments = json.loads(job.arguments)
        self.folder = folder_of(job)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._told = 0.0

    def progress(self, done: int, total: int | None = None) -> None:
        """Say how far it is. Raises Lost when the job was cancelled or taken over; call it often, it writes rarely."""
        now = time.monotonic()
        if now - self._told < PROGRESS_EVERY and done != total:
            return
        self._told = now
        if _own(self.job).update(done=done, total=total, beat_at=timezone.now()) != 1:
            raise Lost

    def finish(self, path: Path, name: str, sentence: str = "") -> None:
        """Hand over the result, a file, under the name it is downloaded by. The job is done; a second finish does nothing."""
        with open(path, "rb") as opened:
            stored = default_storage.save(
                f"jobs/{secrets.token_urlsafe(16)}{Path(name).suffix}", File(opened)
            )
        done = _own(self.job).update(
            state=Job.State.DONE, stored_name=stored, file_name=name[:200], size=Path(path).stat().st_size,
            sentence=sentence[:500], ended_at=timezone.now(),
        )  # fmt: skip
        if done != 1:
            default_storage.delete(stored)
            raise Lost

    def finish_without_file(self, sentence: str) -> None:
        """The work is done and left no file (an import); `sentence` says what came of it."""
        done = _own(self.job).update(
            state=Job.State.DONE, once=None, sentence=sentence[:500], ended_at=timezone.now()
        )
        if done != 1:
            raise Lost


def folder_of(job: Job) -> Path:
    """Where the parts of a job lie until it ends; the same after a restart."""
    return Path(settings.VAR) / "jobs" / hashlib.sha256(job.key.encode()).hexdigest()[:32]


def run(job: Job) -> None:
    """Do a job that this process holds. What goes wrong is told on the job; Lost ends silently."""
    try:
        _do(job, import_string(settings.PORTAL_JOBS[job.kind]))
    except Lost:
        return
    except ValidationError as error:
        _fail(job, " ".join(error.messages))
    except Exception:
        _fail(job, "处理时出了差错，系统已记录，请稍后重新提出；再次出错请联系系统管理员。")
        raise
    finally:
        if not Job.objects.filter(pk=job.pk, state__in=OPEN).exists():
            shutil.rmtree(folder_of(job), ignore_errors=True)


def _do(job, make: Callable):
    by = job.by
    by.postings_today = postings_of(by, clock.day_of(max(job.at, clock.now())))
    by.acting = next((one for one in by.postings_today if one.pk == job.posting_id), None)
    if by.acting is None or not by.is_active:
        raise ValidationError("提出这项任务的岗位已经结束，没有生成文件。")
    make(Work(job, by))


def _fail(job, sentence):
    _own(job).update(state=Job.State.FAILED, once=None, sentence=sentence[:500], ended_at=timezone.now())


def sweep(now: dt.datetime) -> None:
    """Files past their time, folders of jobs that ended."""
    old = Job.objects.exclude(stored_name="").filter(ended_at__lt=now - KEPT)
    for job in old.iterator():
        Job.objects.filter(pk=job.pk).update(stored_name="", once=None)
        default_storage.delete(job.stored_name)  # after its row: a backup finds no row without its file


def may_download(job: Job, user) -> bool:
    """Whether the file is still this person's to have: what it holds may have left their scope since it was made."""
    guard = settings.PORTAL_JOB_GUARDS.get(job.kind)
    return guard is None or import_string(guard)(job, user)


def of(user) -> QuerySet:
    """The jobs a person may see: the own ones, asked for under the posting that acts."""
    return Job.objects.filter(by=user, posting=user.acting).order_by("-pk")

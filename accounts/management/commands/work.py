"""manage.py work: does what people asked for behind the pages, one job after the other, each in a process of its own."""

import contextlib
import secrets
import signal
import subprocess
import sys
import time

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import OperationalError, close_old_connections

from accounts import jobs, signs
from accounts.models import Job

BEAT_SECONDS = 5
IDLE_SECONDS = 1
LONGEST_SECONDS = 60 * 60  # then a job is stopped and tried again


class Command(BaseCommand):
    help = "处理后台任务（导出、打包、导入）。一直运行；--until-empty 处理完就结束。"

    def add_arguments(self, parser):
        parser.add_argument("--until-empty", action="store_true", help="没有等待的任务时结束")
        parser.add_argument("--job", type=int, help="（内部）在本进程处理这一项")
        parser.add_argument("--worker", default="", help="（内部）占用该任务的处理者")

    def handle(self, *args, **options):
        if options["job"]:
            if job := Job.objects.filter(
                pk=options["job"], worker=options["worker"], state="running"
            ).first():
                jobs.run(job)
            return
        self.child = None
        self.worker = secrets.token_hex(16)
        self.seen = -signs.EVERY.total_seconds()
        signal.signal(signal.SIGTERM, self._stop)
        while True:
            close_old_connections()
            self._give_sign()
            job = self._next()
            if job:
                self._do(job)
            elif options["until_empty"]:
                return
            else:
                time.sleep(IDLE_SECONDS)

    def _give_sign(self):
        if time.monotonic() - self.seen < signs.EVERY.total_seconds():
            return
        self.seen = time.monotonic()
        with contextlib.suppress(OperationalError):
            signs.give(signs.WORK)

    def _next(self):
        try:
            return jobs.take(self.worker)
        except OperationalError:  # the database is busy or away: another round
            return None

    def _do(self, job):
        """Run the job's process and renew the lease while it lives."""
        command = [
            sys.executable,
            str(settings.BASE_DIR / "manage.py"),
            "work",
            "--job",
            str(job.pk),
            "--worker",
            self.worker,
        ]
        self.child = subprocess.Popen(command)  # noqa: S603 (our own command)
        started = time.monotonic()
        while True:
            try:
                self.child.wait(BEAT_SECONDS)
                break
            except subprocess.TimeoutExpired:
                self._give_sign()
                if not self._beat(job) or time.monotonic() - started > LONGEST_SECONDS:
                    self.child.kill()
        self.child = None
        jobs.let_go(job)  # does nothing where the job ended

    def _beat(self, job):
        try:
            return jobs.beat(job)
        except OperationalError:
            return True

    def _stop(self, *_):
        """Asked to end: the job's process ends too, and its job is free at once for the next worker."""
        if self.child:
            self.child.kill()
            self.child.wait()
            Job.objects.filter(worker=self.worker, state=Job.State.RUNNING).update(
                state=Job.State.WAITING, worker=""
            )
        sys.exit(0)

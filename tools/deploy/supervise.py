"""Everything of one machine under one process, where there is no systemd: `supervise.py DIR CODE USER`.

Starts the database, two web processes, the worker and the proxy in this order, starts again what dies (waiting longer
each time), calls `manage.py tick` every five minutes, and ends all in reverse order on SIGTERM. The process ids lie in
DIR/run; nothing is ever ended by name.
"""

import os
import pwd
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

TICK_SECONDS = 300
LONGEST_WAIT = 30
PATIENCE = 40  # seconds a process has to end by itself


@dataclass
class Child:
    """One process to keep alive."""

    name: str
    command: list[str]
    user: str | None = None  # None: as whoever runs this
    stop: int = signal.SIGTERM
    ready: Path | None = None  # wait for it before the next is started
    process: subprocess.Popen | None = None
    failures: int = 0
    again_at: float = field(default=0.0)


def settings_of(path: Path) -> dict[str, str]:
    """NAME=value lines, as systemd's EnvironmentFile reads them."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


class Supervisor:
    def __init__(self, folder: Path, code: Path, user: str):
        self.folder, self.code, self.user = folder, code, user
        self.ending = False
        clean = {
            key: value for key, value in os.environ.items() if not key.startswith(("PORTAL_", "DEPLOY_"))
        }
        self.environment = {**clean, **settings_of(folder / "etc" / "portal.env")}
        python = str(code / ".venv" / "bin" / "python")
        self.tick = [python, "manage.py", "tick"]
        self.ticking: subprocess.Popen | None = None
        self.tick_at = time.monotonic() + 10
        run = folder / "run"
        self.children = [
            *self._database(run),
            *(
                Child(
                    f"web{number}",
                    [
                        python, "-m", "gunicorn", "config.wsgi", "--bind", f"unix:{run}/web{number}.sock",
                        "--workers", "1", "--threads", "8", "--timeout", "120", "--log-level", "warning",
                        "--no-control-socket",
                    ],
                    user,
                    ready=run / f"web{number}.sock",
                )
                for number in (1, 2)
            ),
            Child("work", [python, "manage.py", "work"], user),
            Child(
                "proxy",
                ["/usr/sbin/nginx", "-c", str(folder / "etc" / "nginx.conf"), "-g", "daemon off;"],
                stop=signal.SIGQUIT,
            ),
        ]  # fmt: skip

    def _database(self, run):
        """A cluster of our own below the folder, when deploy.sh made one."""
        data = self.folder / "pg"
        if not (data / "PG_VERSION").exists():
            return []
        server = f"/usr/lib/postgresql/{(data / 'PG_VERSION').read_text().strip()}/bin/postgres"
        owner = pwd.getpwuid(data.stat().st_uid).pw_name
        return [
            Child("database", [server, "-D", str(data)], owner, signal.SIGINT, run / "pg" / ".s.PGSQL.5432")
        ]

    def start(self, child: Child) -> None:
        if child.ready:
            child.ready.unlink(missing_ok=True)
        apart, environment = {}, self.environment
        if os.geteuid() == 0 and child.user:
            known = pwd.getpwnam(child.user)
            apart = {"user": known.pw_uid, "group": known.pw_gid, "extra_groups": []}
            environment = {**environment, "HOME": known.pw_dir, "USER": child.user, "LOGNAME": child.user}
        with open(self.folder / "log" / f"{child.name}.log", "ab") as log:
            child.process = subprocess.Popen(  # noqa: S603 - our own programs
                child.command, cwd=self.code, env=environment, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, umask=0o027, start_new_session=True, **apart,
            )  # fmt: skip
        (self.folder / "run" / f"{child.name}.pid").write_text(f"{child.process.pid}\n")
        end = time.monotonic() + 60
        while child.ready and not child.ready.exists() and child.process.poll() is None:
            if time.monotonic() > end or self.ending:
                return
            time.sleep(0.1)

    def keep(self) -> None:
        """Start what is not there, again and again, until told to end."""
        while not self.ending:
            now = time.monotonic()
            for child in self.children:
                if self.ending:
                    return
                if child.process and child.process.poll() is None:
                    continue
                if child.process:
                    child.failures += 1
                    child.process = None
                    child.again_at = now + min(2 ** min(child.failures, 5) - 1, LONGEST_WAIT)
                if now >= child.again_at:
                    self.start(child)
            self._tick(now)
            time.sleep(0.5)

    def _tick(self, now):
        if self.ticking and self.ticking.poll() is not None:
            self.ticking = None
            (self.folder / "run" / "tick.pid").unlink(missing_ok=True)
        if now >= self.tick_at and self.ticking is None:
            child = Child("tick", self.tick, self.user)
            self.start(child)
            self.ticking = child.process
            self.tick_at = now + TICK_SECONDS

    def end(self) -> None:
        """End everything in reverse order, each by its own process id."""
        ticking = [Child("tick", self.tick, process=self.ticking)] if self.ticking else []
        for child in [*ticking, *reversed(self.children)]:
            if child.process and child.process.poll() is None:
                child.process.send_signal(child.stop)
                try:
                    child.process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    child.process.kill()
                    child.process.wait()
            (self.folder / "run" / f"{child.name}.pid").unlink(missing_ok=True)

    def told_to_end(self, *_):
        self.ending = True


def main(folder, code, user):
    supervisor = Supervisor(Path(folder), Path(code), user)
    signal.signal(signal.SIGTERM, supervisor.told_to_end)
    signal.signal(signal.SIGINT, supervisor.told_to_end)
    pid = Path(folder) / "run" / "supervisor.pid"
    pid.write_text(f"{os.getpid()}\n")
    try:
        supervisor.keep()
    finally:
        supervisor.end()
        pid.unlink(missing_ok=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

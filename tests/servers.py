"""A real portal under gunicorn against a database of its own, and many clients released at one moment.

The database is copied from a template built once for the session by a script run inside Django (`tests/building.py`):
a file on SQLite, CREATE DATABASE … TEMPLATE on PostgreSQL. Nothing here uses Django in this process.
"""

import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path

from tests import postgres

ROOT = Path(__file__).resolve().parent.parent
ENGINES = ("sqlite", "postgresql")


def environment(folder: Path, database: str, **extra) -> dict:
    """The environment of a portal process of its own."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PORTAL_")}
    return {
        **clean,
        "PORTAL_VAR": str(folder),
        "PORTAL_FILES": str(folder / "files"),
        "PORTAL_DATABASE": database,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": str(ROOT),
        **extra,
    }


def build(folder: Path, database: str, what: str, *args: str, **extra) -> dict:
    """Migrate the database and run one builder of tests/building.py in it; returns what it printed as JSON."""
    env = environment(folder, database, **extra)
    run = subprocess.run(
        [sys.executable, "-m", "tests.building", what, *args],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
    )
    if run.returncode:
        raise RuntimeError(f"{what} failed:\n{run.stdout[-2000:]}\n{run.stderr[-4000:]}")
    return json.loads(run.stdout.splitlines()[-1])


@dataclass
class Databases:
    """Templates of one engine, and fresh copies of them."""

    engine: str
    folder: Path
    socket: Path | None = None
    _made: dict[str, dict] = field(default_factory=dict)
    _copies: int = 0

    def template(self, what: str, *args: str, **extra) -> dict:
        """Build a template once; returns what its builder told."""
        name = "_".join((what, *args)).replace("-", "_")
        if name not in self._made:
            self._begin(name)
            told = build(self.folder / name, self._address(name), what, *args, **extra)
            self._made[name] = {"name": name, **told}
        return self._made[name]

    def _begin(self, name):
        """A template begins as a copy of a migrated database: migrating each anew would take ten seconds."""
        bare = None if name == "nothing" else self.template("nothing")["name"]
        if self.engine == "postgresql":
            postgres.create(self.socket, name, bare or "template0")
        elif bare:
            (self.folder / name).mkdir(parents=True)
            shutil.copy(self.folder / bare / "portal.sqlite3", self.folder / name / "portal.sqlite3")

    def copy(self, template: dict, folder: Path) -> str:
        """The address of a fresh copy; the files of the template are copied into `folder`."""
        self._copies += 1
        source = self.folder / template["name"]
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("files", "secret-key"):
            if (source / name).is_dir():
                shutil.copytree(source / name, folder / name)
            elif (source / name).exists():
                shutil.copy(source / name, folder / name)
        if self.engine == "sqlite":
            shutil.copy(source / "portal.sqlite3", folder / "portal.sqlite3")
            return f"sqlite://{folder}/portal.sqlite3"
        copy = f"{template['name']}_{self._copies}"
        postgres.create(self.socket, copy, template["name"])
        return postgres.address(self.socket, copy)

    def _address(self, name):
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        if self.engine == "sqlite":
            return f"sqlite://{folder}/portal.sqlite3"
        return postgres.address(self.socket, name)


@dataclass
class Portal:
    """A running portal: its address, environment and template's told facts."""

    port: int
    env: dict
    told: dict
    log: Path
    process: subprocess.Popen

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, what: str, *args: str) -> dict:
        """Run a builder of tests/building.py in this portal's database (a question, or more data)."""
        run = subprocess.run(
            [sys.executable, "-m", "tests.building", what, *args],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
        )
        if run.returncode:
            raise RuntimeError(f"{what} failed:\n{run.stderr[-4000:]}")
        return json.loads(run.stdout.splitlines()[-1])

    def command(self, *args: str) -> subprocess.CompletedProcess:
        """manage.py in this portal's database."""
        return subprocess.run(
            [sys.executable, "manage.py", *args], cwd=ROOT, env=self.env, capture_output=True, text=True
        )


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def serving(databases: Databases, template: dict, folder: Path, *, workers=4, threads=16, **extra):
    """A portal on loopback against a fresh copy of the template; stopped by its process id."""
    address = databases.copy(template, folder)
    env = environment(folder, address, **extra)
    port, log = free_port(), folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "gunicorn",
                "config.wsgi",
                "--bind",
                f"127.0.0.1:{port}",
                "--workers",
                str(workers),
                "--threads",
                str(threads),
                "--timeout",
                "120",
                "--log-level",
                "warning",
                "--backlog",
                "512",
            ],  # fmt: skip
            cwd=ROOT,
            env=env,
            stdout=output,
            stderr=output,
        )
    portal = Portal(port, env, template, log, process)
    try:
        _wait_until_ready(portal)
        yield portal
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _wait_until_ready(portal):
    for _ in range(300):
        if portal.process.poll() is not None:
            raise RuntimeError(f"the server stopped:\n{portal.log.read_text()[-4000:]}")
        with contextlib.suppress(OSError):
            if Client(portal).get("/healthz").status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"the server does not answer:\n{portal.log.read_text()[-4000:]}")


@dataclass
class Answer:
    status: int
    body: str
    headers: dict


class Client:
    """One browser-like client: a kept connection, cookies, and the form token of the portal."""

    TOKEN = "a" * 32
    IDLE = 1.0  # seconds; a server may hang up on a connection that rests for two

    def __init__(self, portal: Portal, session: str = ""):
        self.portal = portal
        self.cookies = {"csrftoken": self.TOKEN}
        if session:
            self.cookies["session"] = session
        self.connection = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=120)
        self.used = time.monotonic()

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, data: dict | list | None = None, **headers) -> Answer:
        pairs = list(data.items()) if isinstance(data, dict) else list(data or [])
        body = urllib.parse.urlencode([*pairs, ("csrfmiddlewaretoken", self.TOKEN)])
        return self._ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded", **headers})

    def _ask(self, method, path, body=None, headers=None):
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if time.monotonic() - self.used > self.IDLE:
            self.connection.close()  # the next request opens it anew
        self.connection.request(method, path, body, {"Cookie": cookie, **(headers or {})})
        response = self.connection.getresponse()
        body = response.read().decode("utf-8", "replace")
        self.used = time.monotonic()
        return Answer(response.status, body, dict(response.getheaders()))


def race(actions) -> list[Answer]:
    """Run the actions (callables that give an Answer) at one moment, each in a thread of its own."""
    actions = list(actions)
    barrier = threading.Barrier(len(actions))
    answers: list = [None] * len(actions)

    def go(number, action):
        barrier.wait()
        try:
            answers[number] = action()
        except Exception as error:  # noqa: BLE001 - a broken connection is a result of the race, and is counted
            answers[number] = Answer(0, repr(error), {})

    threads = [threading.Thread(target=go, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def statuses(answers) -> dict[int, int]:
    """How many answers had each status."""
    counted: dict[int, int] = {}
    for answer in answers:
        counted[answer.status] = counted.get(answer.status, 0) + 1
    return counted

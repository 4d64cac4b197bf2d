"""A throw-away PostgreSQL on a private socket, for a test run.

`python -m tests.postgres COMMAND …` runs the command with PORTAL_DATABASE pointing to it; `running()` is the same as a
context manager. The server runs as an unprivileged user, syncs to disk (races and kills must be real), and is stopped
by its own process id.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

USER = "postgres"


def binaries() -> Path:
    """The newest server on this machine; RuntimeError where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if not found:
        raise RuntimeError(
            "PostgreSQL server binaries are missing: install Debian's postgresql (make test does)."
        )
    return found[-1].parent


def _as_user() -> list[str]:
    return ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []


def _control(folder) -> list[str]:
    """The command that starts and stops the server of a folder and waits for it; its words go to the folder's log."""
    data, log = str(folder / "data"), str(folder / "log")
    return [*_as_user(), str(binaries() / "pg_ctl"), "-D", data, "-l", log, "-w"]


@contextlib.contextmanager
def running(name="portal"):
    """Yields (folder of the socket, address for PORTAL_DATABASE)."""
    found = binaries()
    folder = Path(tempfile.mkdtemp(prefix="portal-pg-"))
    if os.geteuid() == 0:
        owner = pwd.getpwnam(USER)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        folder.chmod(0o755)
    run = [
        *_as_user(),
        str(found / "initdb"),
        "-D",
        str(folder / "data"),
        "-A",
        "trust",
        "-U",
        USER,
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    ]
    subprocess.run(run, check=True, stdout=subprocess.DEVNULL)
    settings = f"-k {folder} -c listen_addresses='' -c max_connections=300 -c shared_buffers=256MB"
    subprocess.run([*_control(folder), "-o", settings, "start"], check=True, stdout=subprocess.DEVNULL)
    try:
        yield folder, address(folder, name)
    finally:
        subprocess.run([*_control(folder), "-m", "immediate", "stop"], check=False, stdout=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)


def restart(folder) -> None:
    """Stop a running server as an administrator would, ending every connection, and start it again; it is up on return."""
    subprocess.run([*_control(folder), "-m", "fast", "restart"], check=True, stdout=subprocess.DEVNULL)


def address(folder, name) -> str:
    return f"postgres://{USER}@/{name}?host={folder}"


def create(folder, name, template="template0") -> None:
    """CREATE DATABASE from a template nobody is connected to."""
    subprocess.run(
        [str(binaries() / "createdb"), "-h", str(folder), "-U", USER, "-T", template, name], check=True
    )


if __name__ == "__main__":
    with running() as (folder, where):
        create(folder, "portal")
        sys.exit(
            subprocess.run(sys.argv[1:], env={**os.environ, "PORTAL_DATABASE": where}, check=False).returncode
        )

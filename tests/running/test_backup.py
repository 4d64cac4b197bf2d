"""Backups taken while two people write without pause, restored into an empty portal: nothing acknowledged is lost (F6).

Beside it the controls: the SQLite file copied as a file loses commits that were acknowledged before the copy began; tables
of PostgreSQL read one after the other do not belong together.
Two backups are taken under load, twenty in a long proof (PROOF_LONG).
"""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import postgres
from tests.servers import ROOT, environment

pytestmark = pytest.mark.race
ROUNDS = 20 if os.environ.get("PROOF_LONG") else 2
LONGEST = 60
COPIES = 20  # of the control, at most


def manage(env, *args):
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, args)], cwd=ROOT, env=env, capture_output=True, text=True
    )


def ask(env, what):
    run = subprocess.run(
        [sys.executable, "-m", "tests.building", what], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout.splitlines()[-1])


@pytest.fixture
def portal(databases, tmp_path):
    """A portal with two drafts: its folder, environment and told facts."""
    told = databases.template("two_drafts")
    folder = tmp_path / "portal"
    return folder, environment(folder, databases.copy(told, folder)), told


@pytest.fixture
def fresh(databases, tmp_path):
    """A function giving the environment of one more portal without any table; the key is the first one's."""
    made = []

    def give():
        folder = tmp_path / f"fresh{len(made)}"
        folder.mkdir()
        shutil.copy(tmp_path / "portal" / "secret-key", folder)
        made.append(folder)
        if databases.engine == "sqlite":
            return environment(folder, f"sqlite://{folder}/portal.sqlite3")
        name = f"fresh_{tmp_path.name}_{len(made)}".replace("-", "_").lower()[-60:]
        postgres.create(databases.socket, name)
        return environment(folder, postgres.address(databases.socket, name))

    return give


class Writers:
    """Two processes that write, and what each has been promised so far."""

    def __init__(self, folder, env, applications):
        self.outputs = [folder / f"writer{pk}" for pk in applications]
        self.processes = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.running.writing", str(pk)],
                cwd=ROOT,
                env=env,
                stdout=output.open("wb"),
                stderr=subprocess.PIPE,
            )
            for pk, output in zip(applications, self.outputs, strict=True)
        ]

    def promised(self):
        """Key → file of every row whose commit was told; a line not yet ended is not told."""
        lines = [line for output in self.outputs for line in output.read_text().split("\n")[:-1]]
        return {int(line.split()[0]): line.split()[1] for line in lines}

    def wait_for(self, count):
        end = time.monotonic() + LONGEST
        while len(self.promised()) < count:
            for process in self.processes:
                assert process.poll() is None, process.stderr.read().decode()[-3000:]
            assert time.monotonic() < end, "the writers got nowhere"
            time.sleep(0.02)

    def end(self):
        for process in self.processes:
            process.kill()
            process.communicate()


@contextlib.contextmanager
def writing(portal):
    folder, env, told = portal
    writers = Writers(folder, env, told["drafts"])
    try:
        writers.wait_for(20)
        yield writers
    finally:
        writers.end()


def test_nothing_acknowledged_is_lost(portal, fresh, tmp_path, measure):
    _, env, _ = portal
    promised, lost = [], 0
    with writing(portal) as writers:
        for number in range(ROUNDS):
            writers.wait_for(len(writers.promised()) + 10)
            promised.append(writers.promised())
            run = manage(env, "backup", tmp_path / f"backup{number}")
            assert run.returncode == 0, run.stderr
            assert "备份完成" in run.stdout
        assert len(writers.promised()) > len(promised[-1]), "nobody wrote while the backup was made"
        final = writers.promised()
    for number, before in enumerate(promised):
        env = fresh()
        run = manage(env, "restore", tmp_path / f"backup{number}")
        assert run.returncode == 0, run.stdout + run.stderr
        assert "，0 处不符。" in run.stdout and "恢复完成" in run.stdout
        there = {int(pk): name for pk, name in ask(env, "attachments")["files"].items()}
        lost += len(before.items() - there.items())
        assert lost == 0, "an acknowledged commit is not in the backup"
        beyond = set(there) - set(final)
        assert len(beyond) <= 2, "more rows than were promised and under way"
        for name in there.values():
            assert (Path(env["PORTAL_FILES"]) / name).stat().st_size > 50
    measure("F6", "backups under load", len(promised))
    measure("F6", "acknowledged commits lost", lost)


def test_control_a_copied_file_loses_commits(portal, databases, tmp_path, measure):
    folder, env, _ = portal
    lost = 0
    with writing(portal) as writers:
        for number in range(COPIES):
            if databases.engine == "sqlite":
                lost = _lost_by_copying(folder / "portal.sqlite3", tmp_path / f"copy{number}", writers)
            else:
                lost = ask(env, "table_by_table")["apart"]
            if lost:
                break
            writers.wait_for(len(writers.promised()) + 5)
    measure("F6", "lost or torn by the control", lost)
    assert lost, "the copy lost nothing: the drill above would prove nothing"


def _lost_by_copying(database, copy, writers):
    before = writers.promised()
    shutil.copy(database, copy)
    with contextlib.closing(sqlite3.connect(copy)) as opened:
        try:
            there = {row[0] for row in opened.execute("SELECT id FROM accreditation_attachment")}
        except sqlite3.DatabaseError:  # torn in the middle of a checkpoint: all of it
            there = set()
    return len(set(before) - there)


def test_a_backup_is_whole_or_none(portal, fresh, tmp_path):
    _, env, _ = portal
    folder = tmp_path / "backup"
    assert manage(env, "backup", folder).returncode == 0
    told = json.loads((folder / "manifest.json").read_text())
    assert (
        told["engine"] in ("sqlite", "postgresql")
        and told["database"]["tables"]["accreditation_application"] == 2
    )
    assert ["accounts", "0001_initial"] in told["database"]["migrations"]
    assert not [path for path in tmp_path.iterdir() if ".part-" in path.name]
    assert folder.stat().st_mode & 0o077 == 0, "others may read it"
    again = manage(env, "backup", folder)
    assert again.returncode == 1 and "已有内容" in again.stderr

    occupied = manage(env, "restore", folder)
    assert occupied.returncode == 1 and "--replace" in occupied.stderr
    assert "Traceback" not in again.stderr + occupied.stderr

    empty = fresh()
    database = folder / "database"
    content = database.read_bytes()
    database.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    run = manage(empty, "restore", folder)
    assert run.returncode == 1 and "database 与校验值不符" in run.stderr
    database.write_bytes(content)

    (folder / "manifest.json").rename(folder / "manifest")
    run = manage(empty, "restore", folder)
    assert run.returncode == 1 and "没有完整的备份" in run.stderr
    (folder / "manifest").rename(folder / "manifest.json")

    told["database"]["migrations"].append(["accounts", "9999_from_the_future"])
    (folder / "manifest.json").write_text(json.dumps(told))
    run = manage(empty, "restore", folder)
    assert run.returncode == 1 and "更新的版本" in run.stderr
    assert manage(empty, "backup", tmp_path / "of-nothing").returncode == 1


def test_what_came_after_is_replaced_only_when_said(portal, tmp_path):
    folder, env, told = portal
    with writing(portal):
        pass
    assert manage(env, "backup", tmp_path / "backup").returncode == 0
    before = ask(env, "attachments")["files"]
    with writing(portal):
        pass
    assert len(ask(env, "attachments")["files"]) > len(before)
    run = manage(env, "restore", tmp_path / "backup", "--replace")
    assert run.returncode == 0, run.stdout + run.stderr
    assert ask(env, "attachments")["files"] == before
    there = {p.relative_to(folder / "files").as_posix() for p in (folder / "files").rglob("*") if p.is_file()}
    assert there >= set(before.values())
    aside = [p for p in folder.glob("files-replaced-*/**/*") if p.is_file()]
    assert aside and not {p.name for p in aside} & {Path(name).name for name in there}
    assert ask(env, "sessions_left") == {"sessions": 0}
    assert told["session"]

"""A packet whose worker is killed again and again: in the end every paper is there exactly once, and the event too.

A real `manage.py work` on a file database, ended with SIGKILL after the first application, after every second one from
there, and while the zip is written. The control takes the lists of finished parts away: then they are made again.
"""

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile

import pytest

from tests.servers import ROOT, Databases, environment

pytestmark = pytest.mark.race
APPLICATIONS = 6
KILLS = 3
LONGEST = 300  # seconds until a worker must have got somewhere: a machine may be very busy


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    databases = Databases("sqlite", tmp_path_factory.mktemp("packets"))
    return databases, databases.template("packet_waiting", str(APPLICATIONS))


class Portal:
    """A database of its own, workers that can be killed, questions."""

    def __init__(self, template, folder):
        databases, told = template
        self.folder = folder
        self.env = environment(folder, databases.copy(told, folder))

    def start(self):
        return subprocess.Popen(
            [sys.executable, "manage.py", "work", "--until-empty"], cwd=ROOT, env=self.env, start_new_session=True
        )  # fmt: skip

    def ask(self, what, *args):
        run = subprocess.run(
            [sys.executable, "-m", "tests.building", what, *args], cwd=ROOT, env=self.env, capture_output=True, text=True
        )  # fmt: skip
        assert run.returncode == 0, run.stderr[-3000:]
        return json.loads(run.stdout.splitlines()[-1])

    def parts(self):
        return sorted(self.folder.glob("jobs/*/*/done.json"))

    def until(self, process, wanted):
        """Wait until so many parts are done, then end the worker and its process without a word."""
        end = time.monotonic() + LONGEST
        while len(self.parts()) < wanted and process.poll() is None:
            assert time.monotonic() < end, "the worker got nowhere"
            time.sleep(0.02)
        killed = process.poll() is None
        if killed:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return killed

    def finish(self):
        process = self.start()
        assert process.wait(LONGEST) == 0
        return self.ask("packet_outcome")


def test_killed_again_and_again_it_is_whole_in_the_end(template, tmp_path):
    portal = Portal(template, tmp_path)
    for number in range(KILLS):
        assert portal.until(portal.start(), 1 + 2 * number), "it was done before it could be killed"
        portal.ask("lease_over")
    kept = {path: path.stat().st_mtime_ns for path in portal.parts()}
    assert 0 < len(kept) < APPLICATIONS + 1
    found = portal.finish()
    assert found["state"] == "done" and found["tries"] == KILLS + 1, found["sentence"]
    assert found["sentence"].startswith(f"共 {APPLICATIONS} 件申报")
    assert found["events"] == {"export_packet": 1}
    assert found["prints"] == 2 * APPLICATIONS == found["print_events"]
    content = (tmp_path / "files" / found["stored"]).read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        assert archive.testzip() is None and len(set(names)) == len(names)
        assert (
            len([name for name in names if name.endswith("省级充分就业星级社区申报表.pdf")]) == APPLICATIONS
        )
        assert len({name.split("/")[0] for name in names if "/" in name}) == APPLICATIONS
        for line in archive.read("校验.txt").decode().splitlines():
            checksum, path = line.split("  ", 1)
            assert hashlib.sha256(archive.read(path)).hexdigest() == checksum
    assert list((tmp_path / "files" / "jobs").iterdir()) == [tmp_path / "files" / found["stored"]]
    assert not portal.parts(), "the parts go with the job"


def _killed_while_writing(portal, folder):
    """Whether the worker was caught with the zip half-written: on a busy machine it may be done before we look."""
    process = portal.start()
    end = time.monotonic() + LONGEST
    while process.poll() is None:
        assert time.monotonic() < end, "the worker got nowhere"
        if list(folder.glob("jobs/*/packet.zip")):
            os.killpg(process.pid, signal.SIGKILL)
            return process.wait() == -signal.SIGKILL
        time.sleep(0.001)
    return False


def test_killed_while_the_zip_is_written(template, tmp_path):
    for throw in range(5):
        folder = tmp_path / str(throw)
        folder.mkdir()
        portal = Portal(template, folder)
        if _killed_while_writing(portal, folder):
            break
    else:
        pytest.fail("the worker was always done before it could be killed")
    portal.ask("lease_over")
    found = portal.finish()
    assert found["state"] == "done" and found["events"] == {"export_packet": 1}
    with zipfile.ZipFile(folder / "files" / found["stored"]) as archive:
        assert archive.testzip() is None


def test_control_without_the_lists_of_parts_the_work_is_done_again(template, tmp_path):
    portal = Portal(template, tmp_path)
    assert portal.until(portal.start(), 3)
    done = portal.parts()
    before = {path.parent.name: path.stat().st_mtime_ns for path in done}
    for path in done:
        path.unlink()
    portal.ask("lease_over")
    process = portal.start()
    portal.until(process, len(before) + 1)
    after = {path.parent.name: path.stat().st_mtime_ns for path in portal.parts()}
    assert any(after[name] != stamp for name, stamp in before.items() if name in after)

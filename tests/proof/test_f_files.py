"""F4, F5: a full disk, and files and rows that lost each other."""

import datetime as dt
import json
import os
import subprocess
import sys

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import transaction

from accreditation import filing, stored_files, uploads
from accreditation.models import Attachment
from demonstration.driving import scan
from tests.factories import ROOT, House, moment

DAY = dt.date(2017, 8, 21)


@pytest.fixture
def draft(db):
    house = House()
    return house.drive.fill(house.draft(0), 0.9, moment(DAY)), house


def old(name):
    """The file has lain there for two days."""
    before = dt.datetime.now().timestamp() - 2 * 24 * 3600
    os.utime(default_storage.path(name), (before, before))


def test_a_file_without_a_row_goes_after_a_day_and_no_other(draft, measure):
    """What a killed process left behind; one of today may still get its row."""
    mine = {one.file.name for one in Attachment.objects.all()}
    for name in mine:
        old(name)
    left = default_storage.save("ab/left.pdf", ContentFile(b"x"))
    fresh = default_storage.save("cd/fresh.pdf", ContentFile(b"x"))
    old(left)
    assert list(stored_files.without_row()) == [left]
    call_command("sweep_files")
    assert not default_storage.exists(left) and default_storage.exists(fresh)
    assert all(default_storage.exists(name) for name in mine)
    assert list(stored_files.without_file()) == []
    measure("F5", "orphans left", len(list(stored_files.without_row())))


def test_a_row_without_its_file_is_told(draft, capsys):
    gone = Attachment.objects.order_by("pk").first()
    default_storage.delete(gone.file.name)
    with pytest.raises(SystemExit):
        call_command("sweep_files")
    assert f"accreditation_attachment 第 {gone.pk} 行" in capsys.readouterr().err


def test_rolled_back_after_storing_leaves_no_file(draft):
    """The row's transaction fails: the file is gone too."""
    application, house = draft
    before = sorted(stored_files._stored())
    with pytest.raises(RuntimeError), transaction.atomic(), uploads.kept(scan("x")) as checked:
        filing.attach(
            application,
            checked,
            material=house.version.data["materials"][0]["key"],
            by=house.filer(application.community),
            at=moment(DAY),
        )
        raise RuntimeError
    assert sorted(stored_files._stored()) == before


def test_control_storing_without_care_leaves_an_orphan(draft):
    """Control: the storage alone keeps what the transaction gave up, and the look finds it."""
    with pytest.raises(RuntimeError), transaction.atomic():
        default_storage.save("ef/careless.pdf", ContentFile(b"x"))
        raise RuntimeError
    assert list(stored_files.without_row(older_than=dt.timedelta(0))) == ["ef/careless.pdf"]


# F4: a file system of two megabytes, mounted where only one process sees it.

FULL = [sys.executable, "-m", "tests.proof.full_disk"]


def on_a_small_disk(what, tmp_path):
    """What tests/proof/full_disk.py found on a file system of its own; a machine that cannot mount says so and fails."""
    run = subprocess.run(
        ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"]), *FULL, what, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, env={k: v for k, v in os.environ.items() if k != "PORTAL_DATABASE"},
    )  # fmt: skip
    assert run.returncode == 0, f"{run.stdout[-500:]}\n{run.stderr[-3000:]}"
    return json.loads(run.stdout.splitlines()[-1])


def test_a_full_disk_for_files(tmp_path, measure):
    """A sentence, no row, no part of a file; once there is room the same press is taken, in the same process."""
    found = on_a_small_disk("files", tmp_path)
    measure("F4", "files", json.dumps(found))
    assert found == {"sentence": True, "left": 0, "rows": 0, "afterwards": 1}


def test_a_full_disk_for_the_database(tmp_path, measure):
    """503 and nothing half-written; the file is sound and takes writes again when there is room."""
    found = on_a_small_disk("database", tmp_path)
    measure("F4", "database", json.dumps(found))
    assert found == {"status": 503, "integrity": "ok", "kept": False, "afterwards": 302}


def test_control_the_storage_alone_leaves_a_part(tmp_path):
    """Control: without the care of uploads the storage leaves a cut file."""
    found = on_a_small_disk("careless", tmp_path)
    assert found["failed"] and found["left"] > 0

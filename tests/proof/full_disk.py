"""`unshare --mount python -m tests.proof.full_disk files|database|careless FOLDER`: what the portal does on a full file system.

Mounts a small tmpfs over a folder of its own (seen by this process alone) and prints one line of JSON.
"""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def mount(folder: Path, megabytes: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(folder)], check=True)
    return folder


def fill(folder: Path, leave: int = 0) -> Path:
    """Fill the file system up to some bytes."""
    block, stone = b"0" * 65536, folder / "stone"
    with stone.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(block)
        except OSError:
            pass
    if leave:
        os.truncate(stone, max(0, stone.stat().st_size - leave))
    return stone


def _files_left(folder, stone):
    return sum(1 for path in folder.rglob("*") if path.is_file() and path != stone)


def files(base: Path) -> dict:
    from django.core.exceptions import ValidationError
    from django.core.files.uploadedfile import SimpleUploadedFile

    from accreditation import uploads

    folder = mount(base / "files", 2)
    stone = fill(folder, leave=20_000)
    large = SimpleUploadedFile("大.png", _noise())
    rows = 0
    try:
        with uploads.kept(large):
            rows += 1
        sentence = False
    except ValidationError as refusal:
        sentence = "存储空间不足" in refusal.messages[0]
    left = _files_left(folder, stone)
    stone.unlink()
    with uploads.kept(SimpleUploadedFile("大.png", _noise())):
        afterwards = _files_left(folder, stone)
    return {"sentence": sentence, "left": left, "rows": rows, "afterwards": afterwards}


def _noise():
    """A picture that does not shrink: several hundred kilobytes."""
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.frombytes("RGB", (400, 400), os.urandom(400 * 400 * 3)).save(out, "PNG")
    return out.getvalue()


def careless(base: Path) -> dict:
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    folder = mount(base / "files", 2)
    stone = fill(folder, leave=20_000)
    try:
        default_storage.save("a.bin", ContentFile(_noise()))
        failed = False
    except OSError:
        failed = True
    return {"failed": failed, "left": _files_left(folder, stone)}


def database(base: Path) -> dict:
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from accounts.models import Event, User

    call_command("migrate", verbosity=0)
    User.objects.create_user("测试人", "correct horse battery", name="测试")
    before = Event.objects.count()
    stone = fill(base / "var")
    client = Client(raise_request_exception=False, HTTP_HOST="localhost")
    client.get("/login/")
    statuses = {
        client.post("/login/", {"username": "测试人", "password": "correct horse battery"}).status_code
        for _ in range(3)
    }
    kept = Event.objects.count() != before
    stone.unlink()
    connection.close()
    afterwards = client.post(
        "/login/", {"username": "测试人", "password": "correct horse battery"}
    ).status_code
    connection.close()
    with sqlite3.connect(base / "var" / "portal.sqlite3") as plain:
        (integrity,) = plain.execute("PRAGMA integrity_check").fetchone()
    return {
        "status": statuses.pop() if len(statuses) == 1 else sorted(statuses),
        "integrity": integrity,
        "kept": kept,
        "afterwards": afterwards,
    }


def main(what, folder):
    base = Path(folder)
    if what == "database":
        mount(base / "var", 12)
        os.environ["PORTAL_VAR"] = str(base / "var")
    else:
        os.environ["PORTAL_VAR"], os.environ["PORTAL_FILES"] = str(base), str(base / "files")
    import django

    django.setup()
    sys.stdout.write(
        json.dumps({"files": files, "database": database, "careless": careless}[what](base)) + "\n"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])

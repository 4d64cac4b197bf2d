"""Making a backup while people work.

Files first, then the database, then the files that came meanwhile. A row is written after its file, and a file goes only
after its row: so every row of the copied state has its file, whole. Half a file taken in the first pass was being
written; it is taken again. The folder gets its name in one step at the end.
"""

import datetime as dt
import os
import shutil
import tempfile
import time
import tomllib
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from accreditation.backups import engines, manifest
from accreditation.backups.manifest import BackupError

LEFTOVER_SECONDS = 24 * 60 * 60  # what a broken-off backup left is swept by the next one after a day
MARK = "last-backup"  # in PORTAL_VAR: its time is that of the last whole backup (config/health.py)


def make(target: Path) -> dict:
    """Write a backup as the folder `target` (absent or empty); returns its manifest. BackupError leaves nothing behind."""
    target = target.absolute()
    if target.is_dir() and any(target.iterdir()):
        raise BackupError(f"{target} 已有内容。每次备份请用一个新的文件夹。")
    if target.exists() and not target.is_dir():
        raise BackupError(f"{target} 是一个文件，备份需要一个文件夹。")
    target.parent.mkdir(parents=True, exist_ok=True)
    source = Path(settings.MEDIA_ROOT)
    if target.is_relative_to(source.absolute()):
        raise BackupError("备份不能放在私有文件的文件夹里面。")
    _room(target.parent, source)
    _sweep(target)
    part = Path(tempfile.mkdtemp(prefix=f".{target.name}.part-", dir=target.parent))
    try:
        told = _write(part, source)
        os.sync()
        part.rename(target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    _sync_folder(target.parent)
    (Path(settings.VAR) / MARK).write_text(f"{told['made_at']}\n")
    return told


def _write(part, source):
    started = time.monotonic()
    files = part / manifest.FILES
    files.mkdir()
    taken: dict[str, tuple] = {}
    sums: dict[str, str] = {}
    _take(source, files, taken, sums)
    facts = engines.dump(part / manifest.DATABASE)
    state_at = timezone.now()
    _take(source, files, taken, sums)
    manifest.write_sums(part, sums)
    told = {
        "made_at": state_at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "seconds": round(time.monotonic() - started, 1),
        "portal": version(),
        "engine": engines.connection.vendor,
        "key": manifest.key_mark(settings.SECRET_KEY),
        "database": {
            "size": (part / manifest.DATABASE).stat().st_size,
            "sha256": manifest.digest(part / manifest.DATABASE),
            **facts,
        },
        "files": {
            "count": len(sums),
            "size": sum(stamp[0] for stamp in taken.values()),
            "sha256": manifest.digest(part / manifest.SUMS),
        },
    }
    manifest.write(part, told)
    return told


def version() -> str:
    """The version of the code, as in pyproject.toml."""
    with open(settings.BASE_DIR / "pyproject.toml", "rb") as opened:
        return tomllib.load(opened)["project"]["version"]


def _take(source, files, taken, sums):
    """Copy every file that was not yet taken as it is now."""
    for path in sorted(source.rglob("*")) if source.is_dir() else ():
        name = path.relative_to(source).as_posix()
        try:
            stamp = (path.stat().st_size, path.stat().st_mtime_ns)
            if not path.is_file() or path.is_symlink() or taken.get(name) == stamp:
                continue
            copy = files / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        except FileNotFoundError:
            continue  # went with its row meanwhile
        taken[name], sums[name] = stamp, manifest.digest(copy)


def _room(parent, source):
    files = sum(path.stat().st_size for path in source.rglob("*") if path.is_file()) if source.is_dir() else 0
    wanted, free = engines.size() + files, shutil.disk_usage(parent).free
    if free < wanted * 1.1:
        raise BackupError(f"磁盘空间不足：备份约需 {wanted >> 20} MB，{parent} 只剩 {free >> 20} MB。")


def _sweep(target):
    for left in target.parent.glob(f".{target.name}.part-*"):
        if time.time() - left.stat().st_mtime > LEFTOVER_SECONDS:
            shutil.rmtree(left, ignore_errors=True)


def _sync_folder(folder):
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

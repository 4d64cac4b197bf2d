"""Putting a backup back: checked before anything is touched, files before rows, and proved afterwards."""

import os
import shutil
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts import append_only
from accreditation.backups import engines, manifest
from accreditation.backups.manifest import BackupError

ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def restore(source: Path, *, replace: bool, say) -> None:
    """Put the backup in `source` into the database and the files of the settings, and tell `say` each step.

    BackupError before anything was changed: the backup is not whole, comes from another engine or a newer version, or
    the target is not empty and `replace` was not said. Afterwards sign-ins are ended, missing migrations applied and the
    append-only triggers laid; whoever calls checks the invariants.
    """
    told = manifest.read(source)
    say(f"备份完整：{told['made_at']}，版本 {told['portal']}，{told['files']['count']} 个文件。")
    if told["engine"] != connection.vendor:
        names = [ENGINES.get(name, name) for name in (told["engine"], connection.vendor)]
        raise BackupError(f"备份来自 {names[0]}，现在设置的数据库是 {names[1]}，请用与备份相同的数据库恢复。")
    _known(told["database"]["migrations"])
    files = Path(settings.MEDIA_ROOT)
    occupied = not engines.is_empty() or (files.is_dir() and any(files.iterdir()))
    if occupied and not replace:
        raise BackupError("目标数据库或文件夹里已有内容，没有恢复。确认要全部替换时加上 --replace。")
    sums = manifest.read_sums(source)
    _copy(source / manifest.FILES, files, sums)
    facts = {key: told["database"][key] for key in ("tables", "migrations", "events")}
    engines.load(source / manifest.DATABASE, facts)
    say(f"数据库已恢复：{len(facts['tables'])} 张表，{sum(facts['tables'].values())} 行。")
    if aside := _set_aside(files, sums):
        say(f"不属于这份备份的文件移到了 {aside}，确认后可以删除。")
    if pending():
        call_command("migrate", verbosity=0, interactive=False)
        say("备份比程序旧，已升级数据库结构。")
    append_only.install(connection)
    Session.objects.all().delete()
    say("只增不改的保护已检查，所有人需要重新登录。")
    if told["key"] != manifest.key_mark(settings.SECRET_KEY):
        say("注意：PORTAL_SECRET_KEY 与备份时不同，此前证书上的核验码将不能核验。请换回原来的密钥。")
    if connection.vendor == "postgresql":
        say("如果网站用另一个数据库角色运行，请再运行 manage.py grant_role 角色名。")


def pending() -> list:
    """Migrations of this code that the database has not got."""
    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


def _known(migrations):
    ours = set(MigrationExecutor(None).loader.disk_migrations)
    apps = {app for app, _ in ours}
    for app, name in migrations:
        if app in apps and (app, name) not in ours:
            raise BackupError(
                f"备份来自更新的版本（程序里没有 {app}.{name}），请用备份时的版本或更新的版本恢复。"
            )


def _copy(kept, files, sums):
    """Every file of the backup to its place, each whole or not at all."""
    for name in sums:
        place = files / name
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_name(f".{place.name}.part")
        shutil.copyfile(kept / name, part)
        part.chmod(settings.FILE_UPLOAD_PERMISSIONS)
        part.rename(place)
    os.sync()


def _set_aside(files, sums):
    """Move what no row knows any more beside the folder; returns where to, None when there was nothing."""
    others = [
        path for path in files.rglob("*") if path.is_file() and path.relative_to(files).as_posix() not in sums
    ]
    aside = files.with_name(f"{files.name}-replaced-{timezone.now():%Y%m%d%H%M%S}")
    for path in others:
        place = aside / path.relative_to(files)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, place)
    return aside if others else None

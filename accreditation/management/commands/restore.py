"""manage.py restore DIR: a backup into an empty portal (or, said so, in place of what is there), then the invariants."""

import sys
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand

from accreditation.backups import restoring
from accreditation.backups.manifest import BackupError


class Command(BaseCommand):
    help = "从备份文件夹恢复数据库和私有文件，并核对全部不变量。请先停止网站和后台任务。"

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help="manage.py backup 写好的文件夹")
        parser.add_argument("--replace", action="store_true", help="替换现有的数据库内容和文件")

    def handle(self, *args, folder, replace, **options):
        try:
            restoring.restore(folder, replace=replace, say=self.stdout.write)
        except (BackupError, OSError) as error:
            self.stderr.write(f"恢复没有完成：{error}")
            sys.exit(1)
        call_command("check_invariants", stdout=self.stdout, stderr=self.stderr)
        self.stdout.write("恢复完成。")

"""manage.py backup DIR: database and private files as one folder, while people work."""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from accreditation.backups import making
from accreditation.backups.manifest import BackupError


class Command(BaseCommand):
    help = "把数据库和私有文件备份到一个新的文件夹。网站不必停止。"

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help="新的文件夹（不存在，或是空的）")

    def handle(self, *args, folder, **options):
        try:
            told = making.make(folder)
        except (BackupError, OSError) as error:
            self.stderr.write(f"备份没有完成：{error}")
            sys.exit(1)
        self.stdout.write(
            f"备份完成：{folder}，数据库 {told['database']['size']} 字节，"
            f"文件 {told['files']['count']} 个，用时 {told['seconds']} 秒。"
        )

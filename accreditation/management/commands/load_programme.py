"""manage.py load_programme FILE: one programme document into an immutable version, once or twice with the same result."""

import sys
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand

from accreditation import programmes
from regions import clock


class Command(BaseCommand):
    help = "载入方案文件。内容有误时逐条说明，什么也不载入。"

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE")

    def handle(self, *args, files, **options):
        failed = False
        for name in files:
            path = Path(name)
            try:
                version, new = programmes.load(programmes.read(path), path.name, at=clock.now())
            except ValidationError as error:
                failed = True
                for sentence in error.messages:
                    self.stderr.write(sentence)
                continue
            self.stdout.write(f"{version}：{'已载入' if new else '内容相同，未作改动'}。")
        if failed:
            sys.exit(1)

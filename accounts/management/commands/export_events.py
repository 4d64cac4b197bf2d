"""manage.py export_events FILE: the whole chain, one JSON object a line, for tools/verify_events.py."""

from django.core.management.base import BaseCommand

from accounts.events import export_lines


class Command(BaseCommand):
    help = "把整条事件链导出为文件，每行一条，可用 tools/verify_events.py 独立核对。"

    def add_arguments(self, parser):
        parser.add_argument("file")

    def handle(self, *args, file, **options):
        with open(file, "w", encoding="utf-8", newline="\n") as out:
            count = 0
            for line in export_lines():
                out.write(line + "\n")
                count += 1
        self.stdout.write(f"已导出 {count} 条事件。")

"""manage.py demo_accounts: the accounts of the demonstration as a table."""

import json
import unicodedata

from django.conf import settings
from django.core.management.base import BaseCommand


def wide(text: str, width: int) -> str:
    """The text padded to a width in columns; a Chinese character takes two."""
    columns = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
    return text + " " * max(1, width - columns)


class Command(BaseCommand):
    help = "列出演示账号。"

    def handle(self, *args, **options):
        path = settings.BASE_DIR / "demo-accounts.json"
        if not path.exists():
            self.stderr.write("还没有演示账号，请先运行 make demo。")
            return
        accounts = json.loads(path.read_text(encoding="utf-8"))
        self.stdout.write(wide("用户名", 16) + wide("岗位", 12) + wide("单位", 62) + "说明")
        for a in accounts:
            self.stdout.write(
                wide(a["username"], 16) + wide(a["role"], 12) + wide(a["region"], 62) + a["note"]
            )
        self.stdout.write(f"密码都是 {accounts[0]['password']}")

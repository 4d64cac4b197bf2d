"""manage.py demo: fill the demonstration, always the same, through the public verbs with the clock moved."""

import json
import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from accounts.models import User
from accreditation.models import Round
from demonstration import gansu, hunan, pingdingshan, quangang, zhoukou
from demonstration.driving import moment
from regions import clock
from regions.models import DemonstrationClock

# In the order of their years, so that the chain of events runs forward.
STORIES = {story.PROGRAMME: story.fill for story in (quangang, hunan, pingdingshan, zhoukou, gansu)}
# Whom the table of accounts shows first, and whose day the public pages have until a reader chooses another.
FIRST = hunan


class Command(BaseCommand):
    help = "填充演示数据；已经填充过的不再改动。"

    def handle(self, *args, **options):
        if not settings.DEMO:
            raise CommandError("演示数据只能放进演示环境（PORTAL_MODE=demo）。")
        path = settings.BASE_DIR / "demo-accounts.json"
        if DemonstrationClock.objects.exists():
            self.stdout.write("演示数据已经存在，保持不变。")
            return
        if Round.objects.exists() or User.objects.exists():
            raise CommandError("数据库里有未完成的或真实的数据，不能填充。请运行 make reset-demo。")
        started = time.monotonic()
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute(
                    "PRAGMA synchronous=OFF"
                )  # this fill can be repeated; the site itself runs FULL
        clock.move(moment(FIRST.TODAY), FIRST.place())
        by_programme = {key: fill(self.stdout.write)["accounts"] for key, fill in STORIES.items()}
        accounts = by_programme.pop(FIRST.PROGRAMME) + [row for rows in by_programme.values() for row in rows]
        path.write_text(json.dumps(accounts, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        self.stdout.write(f"演示数据已填充，用时 {time.monotonic() - started:.0f} 秒。")

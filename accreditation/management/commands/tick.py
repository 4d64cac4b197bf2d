"""manage.py tick: what time alone brings about. Safe to run twice, at once, and at any hour."""

from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts import anchors, jobs, limits, signs
from accounts.imports import batches
from accreditation import endings, notices, title_sums
from regions import clock


class Command(BaseCommand):
    help = "结束到期的公示和有效期已满的称号，清理过期的登录和计数，每天一次核对并存证事件链。可以重复运行。"

    def handle(self, *args, **options):
        limits.sweep(timezone.now())
        jobs.sweep(timezone.now())
        batches.sweep()
        Session.objects.filter(expire_date__lt=timezone.now()).delete()
        for playing, at in clock.moments():
            self._at(playing, at)
        title_sums.recount()
        if (found := anchors.daily(timezone.now())) and found.faults:
            self.stderr.write(f"事件链有 {found.faults} 处不符，请立即查看审计日志：{found.told}")
        signs.give(signs.TICK)  # last: a timer whose work fails is late

    def _at(self, playing, at):
        """What is due at a moment; in a demonstration only for what plays at its place."""
        region = playing.region if playing else None
        for notice in notices.recompute(
            at, region
        ):  # a calendar change whose process died before it came to this
            self.stdout.write(f"{notice.title}：公示结束日期调整为 {notice.last_day:%Y-%m-%d}。")
        for notice, closed, held in notices.close_due(at, playing):
            self.stdout.write(f"{notice.title}：{closed} 个社区公示结束，{held} 个因异议暂缓。")
        for title in endings.expire_due(at, playing):
            self.stdout.write(f"{title.number}：有效期已满，称号终止。")

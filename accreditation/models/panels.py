"""A cross-assessment panel: who assesses, in which group, which communities, and what each one gave."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import ADMINISTRATORS, Department, Role, User
from accounts.permissions import FACTS
from accreditation.models.applications import Application
from accreditation.models.rounds import Round
from regions.models import Region


class PanelQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Panels of the reader's own desk; auditors those below them as well. (Members see their own tasks.)"""
        posting = user.acting
        if posting is None or posting.office_id is None:
            return self.none()
        region = posting.region
        if posting.role == Role.AUDITOR:
            return self.filter(region__position__range=(region.position, region.last))
        return self.filter(region=region) if posting.has_desk else self.none()


class Panel(models.Model):
    """The panel of one city (or other level) in one round: members, a draw, then scores."""

    class Status(models.TextChoices):
        FORMING = "forming", "组建中"
        DRAWN = "drawn", "评分中"
        CLOSED = "closed", "已汇总"

    round = models.ForeignKey(Round, models.PROTECT, related_name="panels")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.FORMING)
    groups = models.PositiveSmallIntegerField("分组数", default=1)
    least = models.PositiveSmallIntegerField("每个社区至少几人评分", default=2)
    drop_extremes = models.BooleanField("五人以上时去掉最高分和最低分", default=False)
    seed = models.CharField("抽签种子", max_length=64, blank=True)
    drawn_at = models.DateTimeField(null=True)
    drawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    objects = PanelQuerySet.as_manager()

    class Meta:
        verbose_name = "考核评估组"
        constraints = [models.UniqueConstraint(fields=["round", "region"], name="panel_once")]

    def __str__(self):
        return f"{self.region} {self.round}"

    @property
    def state(self) -> str:
        """The desk whose total the panel gives."""
        return f"{self.region.level}_review"


class Assessor(models.Model):
    """A member of a panel. `county` is the one a county officer comes from and never assesses (reading A44)."""

    panel = models.ForeignKey(Panel, models.PROTECT, related_name="assessors")
    user = models.ForeignKey(User, models.PROTECT, related_name="panels")
    organisation = models.CharField("所在单位", max_length=80)
    source = models.CharField("来源", max_length=10, choices=Department.choices)
    county = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")
    group = models.PositiveSmallIntegerField("组别", null=True)
    appointed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    appointed_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    left_reason = models.CharField("退出原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "考核评估人员"
        ordering = ["panel", "group", "id"]
        constraints = [models.UniqueConstraint(fields=["panel", "user"], name="assessor_once")]

    def __str__(self):
        return f"{self.user.name}（{self.organisation}）"

    @property
    def code(self) -> str:
        """What the member is called in the draw's printed lists."""
        return f"K{self.pk}"


def _on_panel():
    """Whether the person of a posting is a member of a panel at work."""
    return Exists(Assessor.objects.filter(user=OuterRef("user"), left_at=None, panel__status="drawn"))


# Known with the acting posting of every request: most people are on no panel, and their pages ask nothing more.
FACTS["on_panel"] = _on_panel


class PanelScoreQuerySet(models.QuerySet):
    def standing(self):
        """Those that count: not given back."""
        return self.filter(recused_at=None)

    def tasks_of(self, user):
        """What this person still assesses or has assessed, as a member and in an office's posting."""
        posting = user.acting
        if posting is None or posting.role in ADMINISTRATORS or posting.community_id:
            return self.none()
        return self.standing().filter(assessor__user=user, assessor__left_at=None)


class PanelScore(models.Model):
    """One assessor's task for one application, and the points (1/10000) once given. Recused ones stay on record."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="panel_scores")
    assessor = models.ForeignKey(Assessor, models.PROTECT, related_name="scores")
    points = models.BigIntegerField("评分", null=True)
    comment = models.CharField("评语", max_length=300, blank=True)
    edition = models.PositiveIntegerField(default=0)
    given_at = models.DateTimeField(null=True)
    recused_at = models.DateTimeField(null=True)
    recused_reason = models.CharField("回避原因", max_length=200, blank=True)

    objects = PanelScoreQuerySet.as_manager()

    class Meta:
        verbose_name = "考核评分"
        ordering = ["application", "assessor"]
        constraints = [
            models.UniqueConstraint(fields=["application", "assessor"], name="panel_score_once"),
            models.CheckConstraint(
                condition=Q(points__isnull=True) | Q(points__gte=0, points__lte=1_000_000),
                name="panel_score_range",
            ),
        ]

"""Rounds: one run of a programme, and the places each region may fill in it."""

import datetime as dt
import json
from functools import cached_property

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accreditation import round_settings
from accreditation.models.programmes import ProgrammeVersion
from accreditation.routes import Route
from accreditation.windows import day_of_window
from regions.models import Region
from scoring.loading import rubric_of
from scoring.models import RubricVersion
from scoring.points import parse_points
from scoring.rubric import PassMark


class RoundQuerySet(models.QuerySet):
    def open_on(self, day: dt.date):
        return self.filter(status=Round.Status.OPEN, opens_on__lte=day)

    def over(self, position: int):
        """Rounds whose organiser's region holds this position."""
        return self.filter(region__position__lte=position, region__last__gte=position)


class Round(models.Model):
    """A round pins one version of its programme; what the source leaves open is set here before it opens."""

    class Status(models.TextChoices):
        PREPARING = "preparing", "准备中"
        OPEN = "open", "进行中"
        CLOSED = "closed", "已结束"

    version = models.ForeignKey(ProgrammeVersion, models.PROTECT, related_name="rounds")
    region = models.ForeignKey(Region, models.PROTECT, related_name="rounds")
    name = models.CharField("名称", max_length=80)
    year = models.PositiveSmallIntegerField("年度")
    code = models.CharField("编号前缀", max_length=12, unique=True)
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.PREPARING)
    opens_on = models.DateField("开始申报")
    # JSON of what the source leaves open: {"windows": {state: {"from", "until"}}, "pass_mark": "90",
    # "readings": {key: choice}, "drop_extremes": true}; what the document fixes is not repeated. Amendments keep in
    # "original" the dates they moved. See accreditation.round_settings.
    settings = models.TextField(default="{}")
    rubric = models.ForeignKey(RubricVersion, models.PROTECT, null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    edition = models.PositiveIntegerField(default=1)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = "批次"
        ordering = ["-opens_on", "id"]

    def __str__(self):
        return self.name

    @cached_property
    def chosen(self) -> dict:
        return json.loads(self.settings)

    @cached_property
    def route(self) -> Route:
        """The programme's route with what this round chose for the readings the source leaves open."""
        if not self.chosen.get("readings"):
            return self.version.route
        return Route(round_settings.route_steps(self.version.data, self.chosen))

    def due(self, state: str) -> dt.date | None:
        """The last day of a stage (inclusive, 24:00; reading A26), or None where nobody set one."""
        return self._window(state, "until")

    def begins(self, state: str) -> dt.date | None:
        """The first day of a stage, for information: only the end blocks (reading A27)."""
        return self._window(state, "from")

    def first_due(self, state: str) -> dt.date | None:
        """The last day of a stage before amendments moved it; None where none did, or where there was no date before."""
        text = self.chosen.get("original", {}).get(state, {}).get("until")
        return day_of_window(text, self.year, end=True) if text else None

    def _window(self, state, end):
        window = {
            **self.version.data.get("windows", {}).get(state, {}),
            **self.chosen.get("windows", {}).get(state, {}),
        }
        return day_of_window(window[end], self.year, end=end == "until") if window.get(end) else None

    @property
    def pass_mark(self) -> PassMark | None:
        """The mark the opener entered where the source gives none, else the score sheet's own; both inclusive or not."""
        if entered := self.chosen.get("pass_mark"):
            return PassMark(parse_points(entered), True)
        rubric = rubric_of(self.rubric)
        return rubric.pass_mark if rubric else None


class Quota(models.Model):
    """How many a region may list in a round at a tier. `used` is raised and lowered only under the row's lock."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="quotas")
    tier = models.CharField("层级", max_length=20)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    size = models.PositiveIntegerField("名额")
    used = models.PositiveIntegerField("已用", default=0)

    class Meta:
        verbose_name = "名额"
        ordering = ["round", "tier", "region__position"]
        constraints = [
            models.UniqueConstraint(fields=["round", "tier", "region"], name="quota_once"),
            models.CheckConstraint(condition=Q(used__lte=F("size")), name="quota_never_exceeded"),
        ]


class Amendment(models.Model):
    """A recorded change of a live round: the only way to change one. Never edited (append-only)."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="amendments")
    number = models.PositiveSmallIntegerField("第几次调整")
    document_number = models.CharField("调整文号", max_length=60)
    reason = models.TextField("调整理由")
    before = models.TextField()  # JSON of the settings before and after
    after = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "批次调整"
        ordering = ["round", "number"]
        constraints = [models.UniqueConstraint(fields=["round", "number"], name="amendment_number")]

"""What the database keeps of scoring: rubrics as published, and sheets of figures and points."""

from django.db import models

from scoring.criteria import SAMPLE_LABEL
from scoring.points import show_points

# Whether every deciding condition is met, in words; None says nothing.
PASSED = {True: "符合", False: "不符合", None: ""}
CHECKED = {True: "条件核对通过", False: "条件核对未通过"}


def outcome(total: int | None, passed: bool | None) -> str:
    """What a sheet comes to, for a cell: its points, or without points whether the conditions are met; "" while open."""
    return PASSED[passed] if total is None else show_points(total)


class RubricVersion(models.Model):
    """One rubric document, immutable. `document` is the canonical JSON the checksum covers."""

    programme = models.CharField("方案", max_length=40)
    version = models.CharField("版本", max_length=40)
    document = models.TextField()
    checksum = models.CharField(max_length=64, unique=True)
    origin = models.CharField("来源", max_length=200, blank=True)
    sample = models.BooleanField("演示用，非官方附件", default=False)

    class Meta:
        verbose_name = "评分表版本"

    def __str__(self):
        return f"{self.programme} {self.version}"

    @property
    def label(self) -> str:
        """What stands beside everything made from a sheet of the demonstration, "" for a genuine one."""
        return SAMPLE_LABEL if self.sample else ""


class ScoreSheet(models.Model):
    """Figures and points of one assessment. It does not know whose it is.

    `figures`: JSON object, figure key → value as entered (whole numbers, true/false, decimals as strings).
    `lines`: JSON object, indicator code → {"points": "2.5", "reason": "…"}; points as canonical decimal strings.
    `lines` of a sheet of criteria: criterion code → {"met": "yes", "no" or "na", "reason": "…"}.
    `total` is in units of 1/10000 point (scoring.points.UNIT), None until every line is there (and without points).
    `passed` says whether every deciding criterion is met, None while one is open or where there are none. On a desk's
    sheet it also waits for the reasons that the others need (A12).
    """

    rubric = models.ForeignKey(RubricVersion, models.PROTECT, null=True)
    figures = models.TextField(default="{}")
    lines = models.TextField(default="{}")
    total = models.BigIntegerField("总分", null=True)
    passed = models.BooleanField("符合全部条件", null=True)
    edition = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "评分表"

    @property
    def outcome(self) -> str:
        return outcome(self.total, self.passed)

    @property
    def words(self) -> str:
        """What it comes to: "91.5 分，条件核对通过"; "" while it is open."""
        told = [] if self.total is None else [f"{show_points(self.total)} 分"]
        if self.passed is not None:
            told.append(CHECKED[self.passed])
        return "，".join(told)

"""The yearly report, the signatures of two departments at each level, and what follows from a finding."""

from django.db import models
from django.db.models import Q

from accounts.models import Department, User
from regions.models import Community, Region
from subsidies.models.ledger import Entry


class SpendingReport(models.Model):
    """A community's report on a year's spending, as filed: `content` is what was reported, byte for byte.

    A report that was returned stays; the next filing has the next number.
    """

    class Stage(models.TextChoices):
        FILED = "filed", "审核中"
        RETURNED = "returned", "退回补正"
        DONE = "done", "审核通过"

    community = models.ForeignKey(Community, models.PROTECT, related_name="spending_reports")
    position = models.BigIntegerField(db_index=True)
    programme = models.CharField("方案", max_length=40)
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveSmallIntegerField("第几次上报")
    text = models.TextField("使用情况说明")
    content = models.TextField()
    checksum = models.CharField(max_length=64)
    filed_at = models.DateTimeField("上报时间")
    filed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    due_on = models.DateField("应报日期")
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.FILED)
    # The level whose departments are to sign now; empty once all have, or one returned it.
    level = models.CharField(max_length=10, blank=True)

    class Meta:
        verbose_name = "资金使用情况报告"
        ordering = ["-year", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "programme", "year", "number"], name="report_number_once"
            ),
            # One report under way or accepted at a time.
            models.UniqueConstraint(
                fields=["community", "programme", "year"],
                condition=~Q(stage="returned"),
                name="report_standing_once",
            ),
        ]
        indexes = [models.Index(fields=["level", "position"], name="report_desk")]


class Signature(models.Model):
    """One department's word on a report at one level. Written once."""

    report = models.ForeignKey(SpendingReport, models.PROTECT, related_name="signatures")
    level = models.CharField(max_length=10)
    department = models.CharField("部门", max_length=10, choices=Department.choices)
    passed = models.BooleanField("审核通过")
    remarks = models.CharField("意见", max_length=500, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "审核签署"
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["report", "level", "department"], name="signature_once"),
            # Different people: nobody signs a report twice.
            models.UniqueConstraint(fields=["report", "by"], name="signature_person_once"),
            models.CheckConstraint(condition=Q(passed=True) | ~Q(remarks=""), name="signature_return_says"),
        ]


class Finding(models.Model):
    """What an audit found wrong, and how much money it is about."""

    class Kind(models.TextChoices):
        IRREGULAR = "irregular", "使用不规范"
        INSUFFICIENT = "insufficient", "使用不充分"
        INEFFECTIVE = "ineffective", "使用效果不好"

    report = models.ForeignKey(SpendingReport, models.PROTECT, related_name="findings")
    kind = models.CharField("问题类型", max_length=12, choices=Kind.choices)
    fiscal_year = models.PositiveSmallIntegerField("资金所属年度")
    fen = models.BigIntegerField("涉及金额（分）")
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="findings")
    text = models.CharField("事实和依据", max_length=500)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "审核问题"
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(fen__gt=0), name="finding_amount")]


class Recovery(models.Model):
    """An order to give money back by a day; what came back stands in the ledger with its voucher."""

    finding = models.OneToOneField(Finding, models.PROTECT, related_name="recovery")
    community = models.ForeignKey(Community, models.PROTECT, related_name="recoveries")
    programme = models.CharField(max_length=40)
    fiscal_year = models.PositiveSmallIntegerField("资金所属年度")
    fen = models.BigIntegerField("应收回（分）")
    due_on = models.DateField("限缴日期")
    document = models.CharField("决定文号", max_length=60)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "收回决定"
        ordering = ["due_on", "id"]
        constraints = [models.CheckConstraint(condition=Q(fen__gt=0), name="recovery_amount")]


class StopQuerySet(models.QuerySet):
    def in_force(self, fiscal_year):
        """Orders that keep a community from this fiscal year's subsidy (reading A39)."""
        return self.filter(first_year__lte=fiscal_year).filter(
            Q(resumes_year__isnull=True) | Q(resumes_year__gt=fiscal_year)
        )


class Stop(models.Model):
    """No further subsidy from a fiscal year on, until a decision says from which year it is given again (A39)."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="stops")
    programme = models.CharField(max_length=40)
    recovery = models.OneToOneField(Recovery, models.PROTECT, null=True, related_name="stop")
    first_year = models.PositiveSmallIntegerField("自哪一年度起停发")
    reason = models.CharField("理由", max_length=300)
    document = models.CharField("停发文号", max_length=60)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    resumes_year = models.PositiveSmallIntegerField("自哪一年度起恢复", null=True)
    lifted_reason = models.CharField("恢复理由", max_length=300, blank=True)
    lifted_document = models.CharField("恢复文号", max_length=60, blank=True)
    lifted_on = models.DateField("恢复决定日期", null=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = StopQuerySet.as_manager()

    class Meta:
        verbose_name = "停发决定"
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(resumes_year__isnull=True, lifted_at__isnull=True)
                | (Q(resumes_year__isnull=False, lifted_at__isnull=False) & ~Q(lifted_document="")),
                name="stop_lifted_by_decision",
            )
        ]

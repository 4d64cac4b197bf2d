"""The ledger: entries that only grow, the runs and batches that posted them, and the sums kept for each region.

A grant is what a community gets from a programme for a fiscal year: (community, programme, fiscal_year). Its entries
are all that ever happened to it. Amounts are whole fen.
"""

from django.db import models
from django.db.models import F, Q

from accounts.models import Event, User
from accreditation.models import ProgrammeVersion, Recognition
from regions.models import Community, Region


class Kind(models.TextChoices):
    ACCRUAL = "accrual", "应补助"
    AWARD = "award", "一次性奖补"
    PAYMENT = "payment", "拨付"
    RECEIPT = "receipt", "到账"
    SPENDING = "spending", "支出"
    DISALLOWED = "disallowed", "核减支出"
    REFUND = "refund", "缴回"
    RECOVERY = "recovery", "收回"


class Accrual(models.Model):
    """That a programme's money was accrued for a fiscal year, under the version and cut-off day of the first run."""

    programme = models.CharField("方案", max_length=40)
    fiscal_year = models.PositiveSmallIntegerField("年度")
    version = models.ForeignKey(ProgrammeVersion, models.PROTECT, related_name="+")
    cut_off = models.DateField("基准日")
    count = models.PositiveIntegerField("笔数", default=0)
    fen = models.BigIntegerField("金额（分）", default=0)
    first_at = models.DateTimeField("首次计提时间")
    last_at = models.DateTimeField("最近计提时间")

    class Meta:
        verbose_name = "计提"
        ordering = ["-fiscal_year", "programme"]
        constraints = [models.UniqueConstraint(fields=["programme", "fiscal_year"], name="accrual_once")]


class Batch(models.Model):
    """One payment order: its document number pays every community it lists. Written whole, never changed."""

    programme = models.CharField("方案", max_length=40)
    fiscal_year = models.PositiveSmallIntegerField("年度")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    document = models.CharField("文号", max_length=60)
    paid_on = models.DateField("拨付日期")
    count = models.PositiveIntegerField("笔数")
    fen = models.BigIntegerField("金额（分）")
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "拨付批次"
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "document", "programme", "fiscal_year"], name="batch_document_once"
            )
        ]

    def __str__(self):
        return self.document


class EntryQuerySet(models.QuerySet):
    def of_grant(self, community_id, programme, fiscal_year):
        """Every entry of one grant."""
        return self.filter(community=community_id, programme=programme, fiscal_year=fiscal_year)


class Entry(models.Model):
    """One movement of money. `key` says what it is for and is unique; a correction is a reversal and a new entry.

    A reversal has its original's kind and use and the opposite amount, so that sums by kind need no other rule.
    `position` is where the community lay when the grant was accrued: a grant stays in the books of its place.
    """

    key = models.CharField(max_length=90)
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    community = models.ForeignKey(Community, models.PROTECT, related_name="+", db_index=False)
    position = models.BigIntegerField()
    programme = models.CharField("方案", max_length=40)
    fiscal_year = models.PositiveSmallIntegerField("年度")
    fen = models.BigIntegerField("金额（分）")
    use = models.CharField("用途", max_length=20, blank=True)
    on = models.DateField("日期")
    at = models.DateTimeField("记账时间")
    document = models.CharField("文号或凭证号", max_length=100, blank=True)
    recognition = models.ForeignKey(Recognition, models.PROTECT, null=True, related_name="+", db_index=False)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="entries", db_index=False)
    reverses = models.ForeignKey("self", models.PROTECT, null=True, related_name="reversals", db_index=False)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = "台账分录"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["community", "fiscal_year"], name="entry_grant"),
            models.Index(fields=["position", "fiscal_year"], name="entry_place"),
            models.Index(fields=["batch"], condition=Q(batch__isnull=False), name="entry_batch"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="entry_key_once"),
            models.UniqueConstraint(
                fields=["reverses"], condition=Q(reverses__isnull=False), name="entry_reversed_once"
            ),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True, fen__gt=0) | Q(reverses__isnull=False, fen__lt=0),
                name="entry_sign",
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="entry_kind"),
            models.CheckConstraint(
                condition=Q(use="") | Q(kind__in=(Kind.SPENDING, Kind.DISALLOWED)), name="entry_use"
            ),
        ]


class Release(models.Model):
    """A decision that a merged community's grant is paid after all: its successor goes on with these books (A41)."""

    entry = models.OneToOneField(Entry, models.PROTECT, related_name="release")
    successor = models.ForeignKey(Community, models.PROTECT, related_name="+")
    reason = models.CharField("理由", max_length=300)
    document = models.CharField("决定文号", max_length=60)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "续拨决定"


class RegionSum(models.Model):
    """What the entries at or below a region come to, by programme, year, kind and use: kept as they are posted.

    Pages of any size read these rows and never the entries; `check_invariants` adds the entries up again.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    programme = models.CharField(max_length=40)
    fiscal_year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    use = models.CharField(max_length=20, blank=True)
    fen = models.BigIntegerField(default=0)
    count = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "地区合计"
        constraints = [
            models.UniqueConstraint(
                fields=["region", "fiscal_year", "programme", "kind", "use"], name="region_sum_once"
            )
        ]


class MoneyEvent(models.Model):
    """Ties an event to the money it is about."""

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True, related_name="money_link")
    community = models.ForeignKey(Community, models.PROTECT, null=True, related_name="money_events")
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="events")
    accrual = models.ForeignKey(Accrual, models.PROTECT, null=True, related_name="events")
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="events")
    report = models.ForeignKey("subsidies.SpendingReport", models.PROTECT, null=True, related_name="events")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(community__isnull=False) | Q(accrual__isnull=False) | Q(batch__isnull=False),
                name="money_event_object",
            )
        ]
        indexes = [models.Index(F("community"), F("event"), name="money_event_community")]

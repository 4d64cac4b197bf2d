"""Titles: who holds which tier, since when, under which number and document."""

import datetime as dt

from django.db import models
from django.db.models import Q

from accounts.models import Event, ImportBatch
from accreditation.models.applications import Application
from regions.models import Community


def in_force_on(day: dt.date, prefix="") -> Q:
    """Titles in force on a day, the first and the last day of their validity included."""
    ended, until = f"{prefix}ended_on", f"{prefix}valid_until"
    return (
        Q(**{f"{prefix}granted_on__lte": day})
        & (Q(**{f"{ended}__isnull": True}) | Q(**{f"{ended}__gt": day}))
        & (Q(**{f"{until}__isnull": True}) | Q(**{f"{until}__gte": day}))
    )


class RecognitionQuerySet(models.QuerySet):
    def held_on(self, day: dt.date):
        """Titles in force on a day (`in_force_on`)."""
        return self.filter(in_force_on(day))

    def visible_to(self, user):
        """Whose certificate a person may print: a community its own, desks, finance officers and auditors those below."""
        posting = user.acting
        if posting is None or not (posting.community_id or posting.sees_below):
            return self.none()
        if posting.community_id:
            return self.filter(community=posting.community_id)
        region = posting.office.region
        return self.filter(position__range=(region.position, region.last))

    def public(self):
        """What anyone may read: every title this portal granted or took over, with its state."""
        return self.select_related("community")


class Recognition(models.Model):
    """A title held by a community. The money level, not the tier's key, decides eligibility and subsidy."""

    class Money(models.TextChoices):
        NATIONAL = "national", "国家级"
        PROVINCIAL = "provincial", "省级"
        CITY = "city", "市级"
        COUNTY = "county", "县级"

    class Status(models.TextChoices):
        VALID = "valid", "有效"
        REVOKED = "revoked", "已撤销"
        EXPIRED = "expired", "已到期"

    community = models.ForeignKey(Community, models.PROTECT, related_name="recognitions")
    position = models.BigIntegerField(db_index=True)
    application = models.OneToOneField(Application, models.PROTECT, null=True, related_name="recognition")
    # Entered from a table (accreditation/imports/titles.py); one without application or batch was taken over by an event.
    batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, related_name="titles")
    programme = models.CharField("方案", max_length=40, blank=True)
    tier = models.CharField(max_length=20)
    tier_name = models.CharField("称号", max_length=60)
    issuer = models.CharField(
        max_length=10,
        choices=[("province", "省级"), ("city", "市级"), ("county", "县级"), ("nation", "国家级")],
    )
    rank = models.PositiveSmallIntegerField()  # within the issuer's ladder
    money = models.CharField(max_length=10, choices=Money.choices)
    number = models.CharField("证书编号", max_length=40, unique=True)
    document_number = models.CharField("认定文号", max_length=60)
    year = models.PositiveSmallIntegerField("认定年度")
    granted_on = models.DateField("认定日期")
    valid_until = models.DateField("有效期至", null=True)
    ended_on = models.DateField("终止日期", null=True)
    ended_reason = models.CharField("终止原因", max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.VALID)
    issuer_name = models.CharField("认定单位", max_length=80)
    # The title of a merged or split community that this one goes on with, after it was looked at again (A41).
    carries = models.OneToOneField("self", models.PROTECT, null=True, related_name="carried_by")

    objects = RecognitionQuerySet.as_manager()

    class Meta:
        verbose_name = "认定"
        ordering = ["position", "-granted_on", "id"]
        indexes = [
            models.Index(fields=["position", "year", "id"], name="recognition_place_year"),
            models.Index(fields=["community", "granted_on"], name="recognition_community"),
            # The register's order, in which its pages follow one another.
            models.Index(fields=["position", "community", "id"], name="recognition_register"),
            # What ended, the latest first; what has an end ahead of it.
            models.Index(
                fields=["-ended_on", "-id"], condition=Q(ended_on__isnull=False), name="recognition_ended"
            ),
            models.Index(
                fields=["valid_until"],
                condition=Q(ended_on__isnull=True, valid_until__isnull=False),
                name="recognition_expiry",
            ),
        ]

    def __str__(self):
        return f"{self.community} {self.tier_name}"


class RecognitionEvent(models.Model):
    event = models.OneToOneField(Event, models.PROTECT, primary_key=True)
    recognition = models.ForeignKey(Recognition, models.PROTECT, related_name="events")


class Recheck(models.Model):
    """The outcome of one year's recheck of a title. A year without one breaks a run of passes unless authorised (A22)."""

    recognition = models.ForeignKey(Recognition, models.PROTECT, related_name="rechecks")
    year = models.PositiveSmallIntegerField("复查年度")
    passed = models.BooleanField("是否合格", null=True)  # None: the year was left out with authority
    authorised_reason = models.CharField("缺年批准理由", max_length=200, blank=True)
    document_number = models.CharField("依据文号", max_length=60, blank=True)
    decided_on = models.DateField("确认日期")

    class Meta:
        verbose_name = "年度复查"
        ordering = ["recognition", "year"]
        constraints = [
            models.UniqueConstraint(fields=["recognition", "year"], name="recheck_once"),
            models.CheckConstraint(
                condition=Q(passed__isnull=False) | ~Q(authorised_reason=""), name="recheck_gap_has_reason"
            ),
        ]


class TitleSum(models.Model):
    """How many titles of one kind, day and state there are below one city: the register's figures add these up.

    Kept by accreditation/title_sums.py. stamp: the last event of a title they count in; older than the latest, they are
    passed over until `manage.py tick` counts again.
    """

    slot = models.IntegerField()  # the city's: its position in units of a city's span
    programme = models.CharField(max_length=40)
    tier = models.CharField(max_length=20)
    tier_name = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    granted_on = models.DateField()
    valid_until = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    status = models.CharField(max_length=10)
    titles = models.PositiveIntegerField()
    stamp = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["slot"], name="title_sum_slot")]

    def __str__(self):
        return f"{self.slot} {self.tier_name} {self.year}"

"""Plans that the streets file for the year (泉港人社〔2016〕151号 四、（二）): one dated document a street and round."""

from django.db import models

from accounts.models import Role, User
from accreditation.models.rounds import Round
from regions.models import Region


class StreetPlanQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A street's own; those below a desk between the street and the organiser; those below an auditor."""
        posting = user.acting
        if posting is None or posting.office_id is None:
            return self.none()
        region = posting.region
        below = self.filter(region__position__range=(region.position, region.last))
        if posting.role == Role.AUDITOR:
            return below
        if not posting.has_desk:
            return self.none()
        return below.filter(
            round__region__position__lte=region.position, round__region__last__gte=region.last
        )


class StreetPlan(models.Model):
    """A street's implementation plan as filed; a later one takes its place and the earlier stays readable."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="plans")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField("第几稿")
    title = models.CharField("标题", max_length=120)
    dated_on = models.DateField("成文日期")
    text = models.TextField("实施方案")
    urban_goal = models.PositiveIntegerField("本年创建社区数")
    village_goal = models.PositiveIntegerField("本年创建村数")
    file = models.FileField(upload_to="", blank=True)
    name = models.CharField("文件名", max_length=150, blank=True)
    size = models.PositiveIntegerField(default=0)
    content_type = models.CharField(max_length=60, blank=True)
    checksum = models.CharField(max_length=64, blank=True)
    filed_at = models.DateTimeField("报送时间")
    filed_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = StreetPlanQuerySet.as_manager()

    class Meta:
        verbose_name = "街道实施方案"
        ordering = ["region__position", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["round", "region", "number"], name="street_plan_number")
        ]

    def __str__(self):
        return self.title

"""Public notices, their entries, and the objections raised against an entry."""

from django.db import models
from django.db.models import F, Q

from accounts.models import Event, Office, User
from accreditation.models.applications import Application
from accreditation.models.rounds import Round


class Notice(models.Model):
    """A list shown to the public for a number of working days. The first day is not counted (民法典 art. 201)."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="notices")
    tier = models.CharField("层级", max_length=20)
    state = models.CharField(max_length=20)  # county_notice, city_notice or province_notice
    office = models.ForeignKey(Office, models.PROTECT, related_name="notices")
    position = models.BigIntegerField(db_index=True)
    number = models.CharField("文号", max_length=60, blank=True)
    title = models.CharField("标题", max_length=150)
    basis = models.TextField("依据")
    process = models.TextField("评审经过")
    contact = models.CharField("受理单位及电话", max_length=200)
    address = models.CharField("地址", max_length=150, blank=True)
    published_at = models.DateTimeField("发布时间")
    published_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    first_day = models.DateField("公示开始")  # the first counted day
    last_day = models.DateField("公示结束")
    original_last_day = models.DateField("原定结束", null=True)
    workdays = models.PositiveSmallIntegerField("工作日数")
    ended_at = models.DateTimeField("公示结束处理时间", null=True)

    class Meta:
        verbose_name = "公示"
        ordering = ["-published_at", "-id"]
        indexes = [models.Index(fields=["ended_at", "last_day"], name="notice_running")]
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="notice_period")
        ]

    def __str__(self):
        return self.title


class NoticeEntry(models.Model):
    """One community on a notice, as it was named that day."""

    class Status(models.TextChoices):
        RUNNING = "running", "公示中"
        CLEARED = "cleared", "公示无异议"
        REMOVED = "removed", "已移出"

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="entries")
    application = models.ForeignKey(Application, models.PROTECT, related_name="entries")
    order = models.PositiveSmallIntegerField("序号")
    name = models.CharField("社区", max_length=60)
    place = models.CharField("所在地", max_length=200)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.RUNNING)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "公示名单"
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["notice", "application"], name="notice_entry_once")]


class Objection(models.Model):
    """What someone raises against an entry. The identity is for the publishing office alone.

    A named objection holds its entry at once; an anonymous one when the office admits it.
    """

    class Outcome(models.TextChoices):
        UPHELD = "upheld", "异议成立"
        DISMISSED = "dismissed", "异议不成立"
        NOT_ADMITTED = "not_admitted", "不予受理"

    entry = models.ForeignKey(NoticeEntry, models.PROTECT, related_name="objections")
    code = models.CharField("查询码", max_length=64, unique=True)
    named = models.BooleanField("实名")
    name = models.CharField("姓名", max_length=60, blank=True)
    contact = models.CharField("联系方式", max_length=80, blank=True)
    text = models.TextField("异议内容")
    raised_at = models.DateTimeField()
    admitted_at = models.DateTimeField("受理时间", null=True)
    admitted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    due_on = models.DateField("办理期限", null=True)
    extended_reason = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    reply = models.TextField("答复", blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "异议"
        ordering = ["id"]
        indexes = [models.Index(fields=["entry", "settled_at"], name="objection_open")]


class ObjectionFile(models.Model):
    objection = models.ForeignKey(Objection, models.PROTECT, related_name="files")
    file = models.FileField(upload_to="")
    name = models.CharField(max_length=150)
    size = models.PositiveIntegerField()
    content_type = models.CharField(max_length=60)
    checksum = models.CharField(max_length=64)


class NoticeEvent(models.Model):
    event = models.OneToOneField(Event, models.PROTECT, primary_key=True)
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="events")

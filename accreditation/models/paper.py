"""Prints of official forms with the data they show, the stamped scans that come back, and paper copies received."""

from django.db import models

from accounts.models import Posting, User
from accreditation.models.applications import Application
from accreditation.routes import LEVELS

COMMUNITY = "community"
STAMPERS = [
    (COMMUNITY, "社区"),
    *zip(LEVELS, ("街道（乡镇）", "县级", "市级", "省级"), strict=True),
]


class PrintQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Prints of the applications the reader sees; whose findings stand on one is asked of `printing.may_open`."""
        return self.filter(application__in=Application.objects.visible_to(user))


class Print(models.Model):
    """One version of a form as it was printed. The same data has the same row and code, however often it is printed."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="prints")
    form = models.CharField("表格", max_length=20)
    levels = models.CharField(
        max_length=40, blank=True
    )  # whose scores or opinions stand on it: "county city"
    data = models.TextField()  # canonical JSON of exactly what the form shows
    fingerprint = models.CharField(max_length=64)  # SHA-256 of `data`
    code = models.CharField("查验码", max_length=12, unique=True)  # 60 bits in Crockford's letters
    pages = models.PositiveSmallIntegerField("页数")
    printed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    posting = models.ForeignKey(Posting, models.PROTECT, null=True, related_name="+")
    printed_at = models.DateTimeField("打印时间")

    objects = PrintQuerySet.as_manager()

    class Meta:
        verbose_name = "打印件"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["application", "form", "fingerprint"], name="print_once")
        ]

    def __str__(self):
        return self.shown_code

    @property
    def shown_code(self) -> str:
        """The code as it stands on paper: 7K3M-9QTX-2B4D."""
        return "-".join(self.code[place : place + 4] for place in range(0, 12, 4))

    @property
    def level_list(self) -> list[str]:
        return self.levels.split()


class ScanQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Scans of the applications the reader sees; whose findings stand on one is asked of `printing.may_open_scan`."""
        return self.filter(print__application__in=Application.objects.visible_to(user))


class Scan(models.Model):
    """A stamped print, scanned. A later one of the same stamp takes its place; the earlier stays on record."""

    print = models.ForeignKey(Print, models.PROTECT, related_name="scans")
    stamper = models.CharField("盖章单位", max_length=10, choices=STAMPERS)
    file = models.FileField(upload_to="")
    name = models.CharField("文件名", max_length=150)
    size = models.PositiveIntegerField()
    content_type = models.CharField(max_length=60)
    checksum = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    objects = ScanQuerySet.as_manager()

    class Meta:
        verbose_name = "盖章扫描件"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["print", "stamper", "checksum"], name="scan_once"),
            models.CheckConstraint(
                condition=models.Q(stamper__in=[key for key, _ in STAMPERS]), name="scan_stamper_known"
            ),
        ]


class PaperCopies(models.Model):
    """How many stamped copies on paper an office has received of a print (已收纸质 n 份); a later count takes its place."""

    print = models.ForeignKey(Print, models.PROTECT, related_name="copies")
    level = models.CharField(max_length=10)
    posting = models.ForeignKey(Posting, models.PROTECT, related_name="+")
    copies = models.PositiveSmallIntegerField("已收纸质份数")
    noted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        verbose_name = "纸质件签收"
        ordering = ["-id"]

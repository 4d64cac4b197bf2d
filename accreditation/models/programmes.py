"""Programmes: one policy document's rules as immutable, versioned data."""

import json
from functools import cached_property

from django.db import models

from accounts.models import User
from accreditation.routes import Route
from regions.models import Region
from scoring.models import RubricVersion

# Parsed documents by checksum: a pure function of an immutable text, so one process may remember them.
_parsed: dict[str, dict] = {}


class Programme(models.Model):
    key = models.CharField("方案代号", max_length=40, unique=True)
    title = models.CharField("名称", max_length=120)

    class Meta:
        verbose_name = "方案"
        ordering = ["key"]

    def __str__(self):
        return self.title


class ProgrammeVersion(models.Model):
    """One loaded document. Never edited: a correction is a new version."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="versions")
    version = models.CharField("版本", max_length=40)
    document = models.TextField()
    checksum = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()
    rubric = models.ForeignKey(RubricVersion, models.PROTECT, null=True, blank=True)

    class Meta:
        verbose_name = "方案版本"
        ordering = ["programme", "-loaded_at"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "version"], name="programme_version_once")
        ]

    def __str__(self):
        return f"{self.programme} {self.version}"

    @property
    def data(self) -> dict:
        """The parsed document, for reading only. Callers may defer `document`: it is only read the first time."""
        if self.checksum not in _parsed:
            _parsed[self.checksum] = json.loads(self.document)
        return _parsed[self.checksum]

    @cached_property
    def route(self) -> Route:
        return Route(self.data["route"])

    def tier(self, key: str) -> dict:
        """The tier's entry in the ladder; KeyError for a key the document does not have."""
        return {tier["key"]: tier for tier in self.data["tiers"]}[key]


class RubricPublication(models.Model):
    """A score sheet or list of criteria that an office entered where the source has none, published as a version."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="publications")
    rubric = models.OneToOneField(RubricVersion, models.PROTECT, related_name="publication")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    document_number = models.CharField("依据文号", max_length=60)
    workbook = models.CharField("工作簿", max_length=150, blank=True)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "评分表发布"
        ordering = ["-published_at", "-id"]

"""The ground floor: administrative divisions, communities, working days and the clock's one row.

Scope is a number. Every region owns the closed interval [position, last]; everything below it (regions by their
`position`, communities by that of their street) lies inside. "Below this office" is therefore one indexed range
comparison, whatever the depth, and follows who reports to whom, not the digits of a code.
"""

from django.db import models
from django.db.models import F, Q

from regions import lookups, name_search  # noqa: F401 - registers `holds`

# How many positions a region of each level spans. The n-th child stands n slots behind its parent, a slot being the
# span of the level just below the parent; a child of a deeper level (济源市 under 河南省) spans only its own level.
# Room: 99 provinces, 999 cities, 999 counties, 9,999 streets; communities share the position of their street.
SPAN = {"nation": 10**12, "province": 10**10, "city": 10**7, "county": 10**4, "street": 1}


class RegionQuerySet(models.QuerySet):
    def within(self, region):
        """The region itself and everything below it."""
        return self.filter(position__range=(region.position, region.last))

    def above(self, region):
        """The region itself and everything above it, the nation first."""
        return self.filter(position__lte=region.position, last__gte=region.last).order_by("position")

    def standing(self):
        """Regions that have not been closed."""
        return self.filter(until__isnull=True)


class Region(models.Model):
    """An administrative division at the level it reports at (兰州新区 is a city, because it reports to the province)."""

    class Level(models.TextChoices):
        NATION = "nation", "全国"
        PROVINCE = "province", "省级"
        CITY = "city", "市级"
        COUNTY = "county", "县级"
        STREET = "street", "乡镇（街道）"

    name = models.CharField("名称", max_length=60)
    level = models.CharField("层级", max_length=10, choices=Level.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    code = models.CharField("代码", max_length=12, blank=True, db_index=True)
    code_system = models.CharField(
        "代码来源",
        max_length=5,
        choices=[("mca", "民政部"), ("stats", "国家统计局"), ("own", "本系统")],
        default="mca",
    )
    code_date = models.DateField("代码截止日期")
    position = models.BigIntegerField(unique=True)
    last = models.BigIntegerField()
    # "湖南省 长沙市 岳麓区": what a page prints before the name, kept so that no list needs a join per level.
    path = models.CharField("上级名称", max_length=200, blank=True)
    since = models.DateField("启用日期", null=True, blank=True)
    until = models.DateField("停用日期", null=True, blank=True)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = "行政区划"
        ordering = ["position"]
        indexes = [
            models.Index(fields=["level", "position"], name="region_level_position"),
            models.Index(fields=["parent", "name"], name="region_parent_name"),
        ]
        constraints = [
            # An addition of an office's own may have no code at all.
            models.UniqueConstraint(
                fields=["code_system", "code", "level"], condition=~Q(code=""), name="region_code_once"
            ),
            models.CheckConstraint(condition=Q(last__gte=F("position")), name="region_interval"),
        ]

    def __str__(self):
        return self.name

    @property
    def full_name(self):
        return f"{self.path} {self.name}".strip()

    def contains(self, position):
        """Whether a position (of a region or a community) lies at or below this region."""
        return self.position <= position <= self.last


class FormerRegion(models.Model):
    """What a region was called, coded and ruled by until a day; kept for old papers."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="former")
    name = models.CharField(max_length=60)
    code = models.CharField(max_length=12, blank=True)
    parent = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    until = models.DateField()
    document = models.CharField(max_length=100, blank=True)


class CommunityQuerySet(models.QuerySet):
    def within(self, region):
        return self.filter(position__range=(region.position, region.last))

    def standing(self):
        """Communities that exist today (neither abolished nor merged away)."""
        return self.filter(until__isnull=True)

    def search(self, text):
        """Communities whose name, former name or code holds the text; an empty text keeps all (regions/name_search.py)."""
        text = text.strip()
        return self.filter(held_by_name(text)) if text else self

    def bulk_create(self, objs, *args, **kwargs):
        """As Django's; the names can be found at once."""
        made = super().bulk_create(objs, *args, **kwargs)
        name_search.keep(NameGram.objects, ((one.pk, one.name) for one in made))
        return made


class Community(models.Model):
    """A 社区 or 行政村: the portal's own registry. Identity is the key; code and name are dated attributes."""

    class Kind(models.TextChoices):
        URBAN = "urban", "社区"
        VILLAGE = "village", "行政村"

    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类型", max_length=10, choices=Kind.choices, default=Kind.URBAN)
    street = models.ForeignKey(Region, models.PROTECT, related_name="communities")
    position = models.BigIntegerField(db_index=True)  # the street's: scope without a join
    place = models.CharField("所在地", max_length=200)  # "湖南省 长沙市 岳麓区 橘子洲街道", as Region.path
    code = models.CharField("统计用区划代码", max_length=12, blank=True, db_index=True)
    code_date = models.DateField("代码截止日期", null=True, blank=True)
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    county_approved = models.BooleanField("经县级人民政府批准设立", default=True)
    civil_affairs_filed = models.BooleanField("已报民政部门备案", default=True)
    similar_services = models.BooleanField("具有与社区相近的服务功能（行政村）", default=False)
    contact = models.CharField("联系人", max_length=30, blank=True)
    office_phone = models.CharField("办公电话", max_length=30, blank=True)
    address = models.CharField("办公地址", max_length=120, blank=True)
    since = models.DateField("设立日期", null=True, blank=True)
    until = models.DateField("撤并日期", null=True, blank=True)
    edition = models.PositiveIntegerField(default=1)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = "社区（村）"
        ordering = ["position", "id"]
        indexes = [
            models.Index(fields=["position", "id"], name="community_position_id"),
            models.Index(fields=["name"], name="community_name"),
        ]
        # Of those standing: a merged community often passes its name on to the new one.
        constraints = [
            models.UniqueConstraint(
                fields=["street", "name"], condition=Q(until__isnull=True), name="community_name_once"
            )
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        """A name can be found as soon as it is written; pairs of a former one stay, since it is still found by it."""
        super().save(*args, **kwargs)
        written = kwargs.get("update_fields")
        if written is None or "name" in written:
            name_search.keep(NameGram.objects, [(self.pk, self.name)])

    @property
    def full_name(self):
        return f"{self.place} {self.name}"


class FormerCommunityQuerySet(models.QuerySet):
    def bulk_create(self, objs, *args, **kwargs):
        """As Django's; the former names can be found at once."""
        made = super().bulk_create(objs, *args, **kwargs)
        name_search.keep(NameGram.objects, ((one.community_id, one.name) for one in made))
        return made


class FormerCommunity(models.Model):
    """The name and street a community had until a day."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="former")
    name = models.CharField(max_length=60)
    street = models.ForeignKey(Region, models.PROTECT, related_name="+")
    place = models.CharField(max_length=200)
    code = models.CharField(max_length=12, blank=True)
    until = models.DateField()
    document = models.CharField(max_length=100, blank=True)

    objects = FormerCommunityQuerySet.as_manager()

    class Meta:
        ordering = ["until"]
        indexes = [
            models.Index(fields=["name"], name="former_community_name"),
            models.Index(fields=["code"], name="former_community_code"),
        ]

    def save(self, *args, **kwargs):
        """The community is still found by this name."""
        super().save(*args, **kwargs)
        name_search.keep(NameGram.objects, [(self.community_id, self.name)])


class NameGram(models.Model):
    """Two neighbouring characters of a name that a community has or had: what the search looks up."""

    gram = models.CharField(max_length=2)
    community = models.ForeignKey(Community, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gram", "community"], name="name_gram_once")]

    def __str__(self):
        return self.gram


def held_by_name(text: str, to: str = "") -> Q:
    """The condition that the community of a row is found by a text; `to` as in name_search.condition."""
    return name_search.condition(
        text, grams=NameGram.objects.all(), former=FormerCommunity.objects.all(), to=to
    )


class Succession(models.Model):
    """A community became (part of) another: merge n→1, split 1→n, abolish 1→0 (no successor)."""

    class Kind(models.TextChoices):
        MERGED = "merged", "合并"
        SPLIT = "split", "拆分"
        ABOLISHED = "abolished", "撤销"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    predecessor = models.ForeignKey(Community, models.PROTECT, related_name="successions")
    successor = models.ForeignKey(Community, models.PROTECT, null=True, related_name="predecessions")
    on = models.DateField()
    document = models.CharField(max_length=100, blank=True)


class CalendarNotice(models.Model):
    """The yearly notice that fixes a year's days off, nationally (region empty) or as a regional addition."""

    year = models.PositiveSmallIntegerField("年份")
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True)
    number = models.CharField("文号", max_length=60, blank=True)  # empty where nobody has it on paper
    title = models.CharField("标题", max_length=120)
    published_on = models.DateField("发布日期", null=True, blank=True)

    class Meta:
        verbose_name = "放假安排通知"
        ordering = ["-year", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["year"], condition=Q(region__isnull=True), name="calendar_national_year_once"
            )
        ]

    def __str__(self):
        return f"{self.title}（{self.number}）" if self.number else self.title


class SpecialDay(models.Model):
    """A day that departs from Monday-to-Friday: a weekday off, or a weekend day worked. Keyed by date, not by notice.

    A regional row stands above the national one of the same day, a lower region's above a higher one's.
    """

    day = models.DateField("日期")
    working = models.BooleanField("上班")
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True)
    name = models.CharField("名称", max_length=30, blank=True)
    notice = models.ForeignKey(CalendarNotice, models.PROTECT, related_name="days")
    reason = models.CharField("变更理由", max_length=200, blank=True)

    class Meta:
        verbose_name = "节假日与调休"
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(
                fields=["day"], condition=Q(region__isnull=True), name="special_day_national_once"
            ),
            models.UniqueConstraint(
                fields=["day", "region"], condition=Q(region__isnull=False), name="special_day_region_once"
            ),
        ]


class DemonstrationClock(models.Model):
    """The moment of one demonstration and the region it plays in; the table is empty on a real site.

    Demonstrations play in different years. The innermost region decides, so that a city's lies within a province's.
    """

    title = models.CharField("演示", max_length=60)
    region = models.OneToOneField(Region, models.PROTECT, related_name="+")
    moment = models.DateTimeField()

    class Meta:
        ordering = ["id"]


def few_by_name(text: str) -> list[int] | None:
    """The keys of the communities a text finds where they are few (name_search.COMMON at most); None where they are many."""
    if name_search.rarest_pair(text, NameGram.objects.all()) is None:
        return None
    found = Community.objects.search(text).order_by().values_list("pk", flat=True)
    keys = list(found[: name_search.COMMON + 1])
    return keys if len(keys) <= name_search.COMMON else None

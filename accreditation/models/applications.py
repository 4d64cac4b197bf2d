"""An application, what was filed with it, and what each desk found."""

import json
from functools import cached_property

from django.db import models
from django.db.models import Q
from django_fsm import RETURN_VALUE, FSMField, transition

from accounts.models import ADMINISTRATORS, Event, Role, User
from accreditation.models.rounds import Quota, Round
from accreditation.routes import LEVELS, NOTICES, REVIEWS, STEP_STATES
from regions import name_search, rows
from regions.models import Community, NameGram
from scoring.models import ScoreSheet


class State(models.TextChoices):
    DRAFT = "draft", "填报中"
    STREET_REVIEW = "street_review", "街道审核"
    COUNTY_REVIEW = "county_review", "县级评审"
    COUNTY_NOTICE = "county_notice", "县级公示"
    CITY_REVIEW = "city_review", "市级评审"
    CITY_NOTICE = "city_notice", "市级公示"
    PROVINCE_REVIEW = "province_review", "省级评审"
    PROVINCE_NOTICE = "province_notice", "省级公示"
    RECOGNISED = "recognised", "已认定"
    RETURNED = "returned", "退回补正"
    DECLINED = "declined", "未入选"
    WITHDRAWN = "withdrawn", "已撤回"
    DISQUALIFIED = "disqualified", "取消申报资格"


ENDED = (State.RECOGNISED, State.DECLINED, State.WITHDRAWN, State.DISQUALIFIED)


def on_panel(user) -> bool:
    """Whether the person is a member of a panel at work: known with the posting of a request, else asked."""
    known = getattr(user.acting, "on_panel", None)
    return user.panels.filter(left_at=None, panel__status="drawn").exists() if known is None else known


def _assigned(user):
    """Keys of the applications the person assesses in a panel at work, those given back left out."""
    tasks = user.panels.filter(
        left_at=None, panel__status="drawn", scores__recused_at=None, scores__isnull=False
    )
    return tasks.values("scores__application")


def _in_line_of(posting) -> Q:
    if posting.community_id:
        return Q(community=posting.community_id)
    if not posting.sees_below:
        return Q(pk__in=[])
    region = posting.office.region
    seen = Q(position__range=(region.position, region.last))
    if posting.role == Role.AUDITOR or region.level == "nation":
        return seen & Q(reached__gte=1)
    return seen & Q(reached__gte=LEVELS.index(region.level) + 1)


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The only visibility rule: what is in line of the reader's posting (`in_line_of`), and for a member of a panel

        what the draw gave them to assess, until the panel is closed.
        """
        posting = user.acting
        if posting is None or posting.role in ADMINISTRATORS or posting.community_id or not on_panel(user):
            return self.in_line_of(user)
        return self.filter(_in_line_of(posting) | Q(pk__in=_assigned(user)))

    def in_line_of(self, user):
        """The part of it that lists, queues and workbooks show: a community's own, an office's what came up to it."""
        posting = user.acting
        if posting is None or posting.role in ADMINISTRATORS:
            return self.none()
        return self.filter(_in_line_of(posting))

    def with_round(self):
        """With round, programme, rubric and community at hand; the two long documents are left until someone reads them."""
        joined = self.select_related("round__version__programme", "round__rubric", "community")
        return joined.defer("round__version__document", "round__rubric__document")

    def at_desk(self, state):
        return self.filter(state=state)

    def named(self, text):
        """By a part of the community's name or of the number. The one place where applications are searched.

        Numbers are ASCII alone: another text is looked for in names, by its pairs first (regions/name_search.py), which tell
        capital letters from small ones.
        """
        held = Q(community__name__holds=text)
        if text.isascii():
            return self.filter(held | Q(number__holds=text))
        if not any(letter.isascii() and letter.isalpha() for letter in text):
            for pair in sorted(name_search.pairs_of(text)):
                held &= name_search.having(pair, NameGram.objects.all(), "community")
        return self.filter(held)


class Application(models.Model):
    """One application of a community for a tier in a round. Only accreditation.moving moves its state."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="applications")
    tier = models.CharField("申报层级", max_length=20)
    community = models.ForeignKey(Community, models.PROTECT, related_name="applications")
    position = models.BigIntegerField()  # the community's: scope in one comparison
    number = models.CharField("编号", max_length=30, unique=True, null=True)
    state = FSMField("状态", max_length=20, choices=State.choices, default=State.DRAFT)
    moves = models.PositiveIntegerField(default=0)  # how often the state moved: what `seen` is compared with
    reached = models.PositiveSmallIntegerField(default=0)  # 0 draft, 1 street … 4 province
    created_at = models.DateTimeField()
    filed_at = models.DateTimeField("提交时间", null=True)
    arrived_at = models.DateTimeField("到达本环节时间", null=True)
    due_on = models.DateField("本环节期限", null=True)
    returned_from = models.CharField(max_length=20, blank=True)  # the desk that sent it back
    # What the community writes. JSON objects as text; `edition` is raised by every save.
    basics = models.TextField(default="{}")
    narrative = models.TextField("创建工作情况", blank=True)
    exception_reason = models.TextField("破格申报理由", blank=True)
    # JSON: figures of the later reference period (湘人社函〔2017〕246号 附件2注1); never part of the self score.
    later_figures = models.TextField(default="{}")
    statements = models.TextField(default="{}")
    edition = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(null=True)
    self_sheet = models.OneToOneField(ScoreSheet, models.PROTECT, null=True, related_name="+")
    # Totals of each sheet in 1/10000 point, kept for lists and ranks.
    total_self = models.BigIntegerField("自评分", null=True)
    total_street = models.BigIntegerField(null=True)
    total_county = models.BigIntegerField("县级评分", null=True)
    total_city = models.BigIntegerField("市级评分", null=True)
    total_province = models.BigIntegerField("省级评分", null=True)
    # The desk's list: on it since, and why a better-ranked one was passed over.
    listed_at = models.DateTimeField(null=True)
    passed_over_reason = models.CharField(max_length=200, blank=True)
    # The last notice ended without an upheld objection: ready to be recognised.
    cleared_at = models.DateTimeField(null=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = "申报"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["state", "position", "id"], name="application_desk"),
            models.Index(fields=["position", "reached", "id"], name="application_scope"),
            models.Index(fields=["round", "state", "position", "reached"], name="application_round"),
            models.Index(fields=["community", "id"], name="application_community"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["round", "tier", "community"], name="application_once"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="application_state_known"),
        ]

    def __str__(self):
        return f"{self.community} {self.number}"

    @property
    def route(self):
        return self.round.route

    @property
    def step(self):
        """The step of the route it stands at, or None (draft, returned, ended)."""
        return self.route.step(self.state) if self.state in STEP_STATES else None

    def assessment_at(self, state):
        """The desk's own assessment, or None; without a query where a list read them ahead (prefetch_related)."""
        ahead = getattr(self, "_prefetched_objects_cache", {})
        if "assessments" in ahead:
            return next((one for one in ahead["assessments"] if one.state == state), None)
        return rows.find(Assessment, {"application_id": self.pk, "state": state})

    @property
    def ended(self):
        return self.state in ENDED

    @property
    def tier_name(self) -> str:
        """The title it applies for, as this kind of community would hold it."""
        tiers = self.round.version.data["tiers"]
        tier = next((one for one in tiers if one["key"] == self.tier), {"name": self.tier})
        return tier.get("name_by_kind", {}).get(self.community.kind, tier["name"])

    @cached_property
    def basic_facts(self) -> dict:
        return json.loads(self.basics)

    @property
    def reason_title(self) -> str:
        """What the written reason of its own is called, on forms and in files."""
        return "以行政村申报的理由" if self.community.kind == "village" else "破格申报理由"

    def total(self, level: str) -> int | None:
        """The total of one sheet in units: self, street, county, city or province."""
        return getattr(self, f"total_{level}")

    # The graph. Each method names the edge and returns the target the route gives; moving.py calls them under the
    # lock with all its checks, and nobody else does.
    @transition(state, source=State.DRAFT, target=RETURN_VALUE(*REVIEWS))
    def submit(self):
        return self.route.first.state

    @transition(state, source=REVIEWS, target=RETURN_VALUE(*REVIEWS))
    def pass_on(self):
        return self.route.after(self.state).state

    @transition(state, source=REVIEWS, target=State.RETURNED)
    def send_back(self):
        self.returned_from = self.state

    @transition(state, source=State.RETURNED, target=RETURN_VALUE(*REVIEWS))
    def resubmit(self):
        return self.returned_from

    @transition(state, source=(*REVIEWS, *NOTICES), target=State.DECLINED)
    def decline(self):
        pass

    @transition(state, source=(State.DRAFT, State.RETURNED, *STEP_STATES), target=State.WITHDRAWN)
    def withdraw(self):
        pass

    @transition(state, source=REVIEWS, target=RETURN_VALUE(*NOTICES))
    def publish(self):
        return self.route.after(self.state).state

    @transition(state, source=NOTICES, target=RETURN_VALUE(*REVIEWS))
    def close(self):
        return self.route.after(self.state).state

    @transition(state, source=(State.RETURNED, *STEP_STATES, State.RECOGNISED), target=State.DISQUALIFIED)
    def disqualify(self):
        pass

    @transition(state, source=(*REVIEWS, *NOTICES), target=State.RECOGNISED)
    def recognise(self):
        pass


class QuotaPlace(models.Model):
    """A place of a quota held by an application; a place comes free when its holder leaves."""

    quota = models.ForeignKey(Quota, models.PROTECT, related_name="places")
    application = models.ForeignKey(Application, models.PROTECT, related_name="places")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["quota", "application"], name="quota_place_once")]


class Filing(models.Model):
    """What was filed, word for word, at a submission or resubmission; never changed."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="filings")
    number = models.PositiveSmallIntegerField()
    content = models.TextField()  # canonical JSON of basics, figures, narrative, statements, attachments
    checksum = models.CharField(max_length=64)
    filed_at = models.DateTimeField()
    filed_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["application", "number"], name="filing_once")]


class Assessment(models.Model):
    """One desk's own sheet, opinion and proposal on an application."""

    class Verdict(models.TextChoices):
        RECOMMEND = "recommend", "同意上报"
        SEND_BACK = "send_back", "退回补正"
        DECLINE = "decline", "不予推荐"

    application = models.ForeignKey(Application, models.PROTECT, related_name="assessments")
    state = models.CharField(max_length=20, choices=[(s, State(s).label) for s in REVIEWS])
    sheet = models.OneToOneField(ScoreSheet, models.PROTECT, null=True, related_name="+")
    # JSON: figure key → {"value": …, "reason": "…"}: a reviewer's corrections; the filed figure stays visible.
    corrections = models.TextField(default="{}")
    verdict = models.CharField("处理建议", max_length=10, choices=Verdict.choices, blank=True)
    opinion = models.TextField("意见", blank=True)
    handler = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    approver = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    edition = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "评审"
        constraints = [models.UniqueConstraint(fields=["application", "state"], name="assessment_once")]
        indexes = [models.Index(fields=["state", "decided_at", "application"], name="assessment_decided")]

    @property
    def level(self):
        return self.state.rsplit("_", 1)[0]


class Remark(models.Model):
    """What a desk asks to be corrected, at a named field, figure, indicator or material."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="remarks")
    state = models.CharField(max_length=20)  # the desk that sent it back
    target = models.CharField(
        max_length=60
    )  # "figure:…", "indicator:H05", "material:…", "basics:…", "narrative"
    text = models.CharField("补正要求", max_length=500)
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]


class SiteVisit(models.Model):
    """A visit of a desk: who went, when, what they found, passed or not."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="visits")
    state = models.CharField(max_length=20)
    on = models.DateField("考察日期")
    inspectors = models.CharField("考察人员", max_length=100)
    findings = models.TextField("考察情况")
    passed = models.BooleanField("是否通过")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]


class Attachment(models.Model):
    """A private file of an application; removed ones stay on record."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="attachments")
    material = models.CharField(max_length=60)  # a material's key, "evidence", or "visit"
    indicator = models.CharField(max_length=10, blank=True)
    visit = models.ForeignKey(SiteVisit, models.PROTECT, null=True, related_name="photos")
    file = models.FileField(upload_to="")
    name = models.CharField("文件名", max_length=150)
    size = models.PositiveIntegerField()
    content_type = models.CharField(max_length=60)
    checksum = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["application", "material"], name="attachment_material")]


class ApplicationEvent(models.Model):
    """Ties an event to its application by a real foreign key."""

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True)
    application = models.ForeignKey(Application, models.PROTECT, related_name="events")

    class Meta:
        ordering = ["event_id"]
        indexes = [models.Index(fields=["application", "event"], name="application_event")]


class RoundEvent(models.Model):
    event = models.OneToOneField(Event, models.PROTECT, primary_key=True)
    round = models.ForeignKey(Round, models.PROTECT, related_name="events")

"""What happens to a title after it was granted: rechecks by year, endings, changes of its community."""

from django.db import models
from django.db.models import Q

from accounts.models import Event, Office, User
from accreditation.models.programmes import ProgrammeVersion
from accreditation.models.recognitions import Recognition
from regions.models import Community, Region


class RecheckRound(models.Model):
    """One year's recheck below an organiser, by the recheck rules of one programme document."""

    class Status(models.TextChoices):
        OPEN = "open", "进行中"
        CLOSED = "closed", "已结束"

    version = models.ForeignKey(ProgrammeVersion, models.PROTECT, related_name="recheck_rounds")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField("复查年度")
    name = models.CharField("名称", max_length=120)
    document_number = models.CharField("通知文号", max_length=60, blank=True)
    due_on = models.DateField("报送期限", null=True)
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.OPEN)
    opened_at = models.DateTimeField("开启时间")
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = "年度复查"
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "region", "year"], name="recheck_round_once")
        ]

    def __str__(self):
        return self.name


class RecheckEntryQuerySet(models.QuerySet):
    def within(self, region):
        return self.filter(position__range=(region.position, region.last))

    def waiting(self):
        """Lines that have not come to an outcome."""
        return self.filter(state__in=RecheckEntry.WAITING)

    def visible_to(self, user):
        """What lies in the region of a desk or an auditor; a community's own."""
        posting = user.acting
        if posting is None:
            return self.none()
        if posting.community_id:
            return self.filter(recognition__community=posting.community_id)
        return self.within(posting.region) if posting.sees_below else self.none()


class RecheckEntry(models.Model):
    """A line of the register: one title in one year's recheck, at the desk of `level`.

    check: its handler looks and says; confirm: approvers say so upwards, level by level; decide: it failed, and the
    level that may end the title has it.
    """

    class State(models.TextChoices):
        CHECK = "check", "待复查"
        CONFIRM = "confirm", "待确认"
        DECIDE = "decide", "不合格，待批准"
        PASSED = "passed", "合格"
        FAILED = "failed", "不合格，称号终止"
        KEPT = "kept", "不合格，未批准终止"

    WAITING = (State.CHECK, State.CONFIRM, State.DECIDE)

    round = models.ForeignKey(RecheckRound, models.PROTECT, related_name="entries")
    recognition = models.ForeignKey(Recognition, models.PROTECT, related_name="recheck_entries")
    position = models.BigIntegerField()
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.CHECK)
    level = models.CharField("所在环节", max_length=10)
    figures = models.TextField(default="{}")  # canonical JSON of plain counts (`rechecks.FIGURES`)
    visited_on = models.DateField("实地查看日期", null=True)
    passed = models.BooleanField("是否合格", null=True)
    reason = models.CharField("情况说明", max_length=500, blank=True)
    remark = models.CharField("退回意见", max_length=200, blank=True)
    handled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    handled_at = models.DateTimeField(null=True)
    directed = models.BooleanField("由抽查转来", default=False)
    moves = models.PositiveIntegerField(default=0)

    objects = RecheckEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "复查登记"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "recognition"], name="recheck_entry_once"),
            models.CheckConstraint(
                condition=Q(state="check") | Q(passed__isnull=False), name="recheck_entry_found"
            ),
        ]
        indexes = [models.Index(fields=["round", "position", "id"], name="recheck_entry_place")]


class Ending(models.Model):
    """A title's end: proposed by one, decided by another of the level that granted it; append what follows, edit nothing."""

    class Kind(models.TextChoices):
        RECHECK = "recheck", "复查不合格"
        FRAUD = "fraud", "弄虚作假"
        ABOLISHED = "abolished", "社区撤销"
        MERGED = "merged", "社区合并，复核后未保留"
        SPLIT = "split", "社区拆分，复核后未保留"
        CARRIED = "carried", "社区变更，称号由继任社区承接"
        DECISION = "decision", "其他决定"

    class State(models.TextChoices):
        PROPOSED = "proposed", "待决定"
        DECIDED = "decided", "已决定"
        REFUSED = "refused", "未同意"

    recognition = models.ForeignKey(Recognition, models.PROTECT, related_name="endings")
    kind = models.CharField("原因", max_length=10, choices=Kind.choices)
    reason = models.CharField("事由", max_length=500)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    document_number = models.CharField("决定文号", max_length=60, blank=True)
    effective_on = models.DateField("生效日期", null=True)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    office = models.ForeignKey(Office, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "称号终止"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["recognition"], condition=Q(state="decided"), name="title_ends_once"
            ),
            models.UniqueConstraint(
                fields=["recognition"], condition=Q(state="proposed"), name="title_end_proposed_once"
            ),
        ]


class Bar(models.Model):
    """A community that may not apply for a time, by decision (reading A40: stored with its end; empty until lifted)."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="bars")
    starts = models.DateField("起")
    ends = models.DateField("止", null=True)
    reason = models.CharField("事由", max_length=200)
    document_number = models.CharField("决定文号", max_length=60)
    ending = models.ForeignKey(Ending, models.PROTECT, null=True, related_name="bars")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    lifted_on = models.DateField("解除日期", null=True)
    lifted_document = models.CharField("解除文号", max_length=60, blank=True)

    class Meta:
        verbose_name = "取消申报资格"
        ordering = ["-id"]


class ChangeReport(models.Model):
    """A community reported as abolished, merged, renamed, moved or split, and what was decided about it.

    甘人社通〔2023〕287号 第十一条: within one month; late is recorded, never blocked (A42).
    """

    class Kind(models.TextChoices):
        ABOLISHED = "abolished", "撤销"
        MERGED = "merged", "合并"
        RENAMED = "renamed", "更名"
        MOVED = "moved", "划转"
        SPLIT = "split", "拆分"

    class State(models.TextChoices):
        REPORTED = "reported", "待办理"
        CHECKED = "checked", "已核实，待决定"
        DECIDED = "decided", "已办结"
        REFUSED = "refused", "未同意"

    community = models.ForeignKey(Community, models.PROTECT, related_name="change_reports")
    position = models.BigIntegerField(db_index=True)
    kind = models.CharField("变更", max_length=10, choices=Kind.choices)
    happened_on = models.DateField("变更日期")
    document_number = models.CharField("民政批复文号", max_length=60, blank=True)
    details = models.TextField(default="{}")  # canonical JSON: name, street, into, others, parts
    explanation = models.CharField("说明", max_length=500, blank=True)
    due_on = models.DateField("报告期限", null=True)
    reported_at = models.DateTimeField("报告时间")
    reported_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    late = models.BooleanField("逾期报告", default=False)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.REPORTED)
    level = models.CharField("所在环节", max_length=10)
    checked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    finding = models.CharField("核实意见", max_length=500, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField("决定", max_length=500, blank=True)
    decision_document = models.CharField("决定文号", max_length=60, blank=True)
    moves = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "社区变更报告"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["community"], condition=Q(state__in=("reported", "checked")), name="change_open_once"
            )
        ]


class Draw(models.Model):
    """A spot check drawn so that anyone can repeat it: the pool is fixed and its hash told before there is a seed."""

    class State(models.TextChoices):
        FROZEN = "frozen", "抽查对象已固定，待抽取"
        DRAWN = "drawn", "已抽取"
        VOID = "void", "已作废"

    office = models.ForeignKey(Office, models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    version = models.ForeignKey(ProgrammeVersion, models.PROTECT, null=True, related_name="+")
    name = models.CharField("名称", max_length=120)
    year = models.PositiveSmallIntegerField("年度")
    state = models.CharField(max_length=10, choices=State.choices, default=State.FROZEN)
    pool = models.TextField()  # the published file, byte for byte
    pool_hash = models.CharField(max_length=64)
    rules = models.TextField()  # canonical JSON: strata, share, least, reserves, inspectors each, algorithm
    nonce_hash = models.CharField(max_length=64)
    nonce = models.CharField(max_length=64)  # told after the draw
    seed_source = models.CharField("公开种子的来源", max_length=200)
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    public_seed = models.CharField("公开种子", max_length=200, blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    drawn_at = models.DateTimeField(null=True)
    drawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    result = models.TextField(blank=True)  # canonical JSON
    void_reason = models.CharField(max_length=200, blank=True)
    void_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    moves = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "随机抽查"
        ordering = ["-id"]

    def __str__(self):
        return self.name


class DrawTarget(models.Model):
    """A title to be looked at: drawn (with its place in the order) or directed (named for a risk, shown apart)."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="targets")
    recognition = models.ForeignKey(Recognition, models.PROTECT, related_name="+")
    directed_reason = models.CharField("定向检查的理由", max_length=200, blank=True)
    order = models.PositiveIntegerField(default=0)
    visited_on = models.DateField("检查日期", null=True)
    passed = models.BooleanField("是否合格", null=True)
    finding = models.CharField("检查情况", max_length=500, blank=True)
    found_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["draw", "order", "id"]
        constraints = [models.UniqueConstraint(fields=["draw", "recognition"], name="draw_target_once")]


class DrawInspector(models.Model):
    """Who looks at a target; one who steps back stays on record with the reason, and the next in the order follows."""

    target = models.ForeignKey(DrawTarget, models.PROTECT, related_name="inspectors")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    recused_reason = models.CharField(max_length=200, blank=True)
    recused_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["target", "user"], name="draw_inspector_once")]


class TitleEvent(models.Model):
    """Ties an event to the thing of this file it is about; exactly one of the links is set."""

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True)
    round = models.ForeignKey(RecheckRound, models.PROTECT, null=True, related_name="events")
    entry = models.ForeignKey(RecheckEntry, models.PROTECT, null=True, related_name="events")
    change = models.ForeignKey(ChangeReport, models.PROTECT, null=True, related_name="events")
    draw = models.ForeignKey(Draw, models.PROTECT, null=True, related_name="events")
    bar = models.ForeignKey(Bar, models.PROTECT, null=True, related_name="events")

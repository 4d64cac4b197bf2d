"""Users, offices, the postings that give a user a role, and the append-only chain of events."""

import datetime as dt
import unicodedata

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from regions.models import Community, Region


class UserManager(BaseUserManager):
    def create_user(self, username, password=None, **fields):
        """A new account; its password must be changed at the first sign-in unless said otherwise."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username):
        return self.get(username=username)


class User(AbstractBaseUser):
    """A person. What they may do comes from postings alone; there is no super-user."""

    username = models.CharField("用户名", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=30)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("下次登录须修改密码", default=True)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    # Set by the middleware: the posting this request acts under.
    acting: "Posting | None" = None

    class Meta:
        verbose_name = "用户"
        ordering = ["username"]

    def __str__(self):
        return self.name

    @classmethod
    def normalize_username(cls, username):
        """One spelling of a username, stored and compared: NFKC, folded, without surrounding space."""
        return unicodedata.normalize("NFKC", username or "").casefold().strip()

    def get_full_name(self):
        return self.name

    def get_short_name(self):
        return self.name


class Department(models.TextChoices):
    HR = "hr", "人力资源和社会保障部门"
    FINANCE = "finance", "财政部门"
    AUDIT = "audit", "审计部门"
    UNIVERSITY = "university", "高等院校"
    PLATFORM = "platform", "公共就业服务平台"


class Office(models.Model):
    """An office of a region: who publishes, whose phone stands on a notice, whether it asks for a second factor."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="offices")
    department = models.CharField("部门", max_length=10, choices=Department.choices, default=Department.HR)
    name = models.CharField("单位名称", max_length=80)
    phone = models.CharField("办公电话", max_length=30, blank=True)
    address = models.CharField("办公地址", max_length=120, blank=True)
    postcode = models.CharField("邮政编码", max_length=6, blank=True)
    email = models.CharField("电子邮箱", max_length=80, blank=True)
    otp_required = models.BooleanField("登录须使用动态口令", default=False)

    class Meta:
        verbose_name = "单位"
        ordering = ["region__position", "department"]
        constraints = [models.UniqueConstraint(fields=["region", "department"], name="office_once")]

    def __str__(self):
        return self.name


class Role(models.TextChoices):
    FILER = "filer", "社区申报员"
    HANDLER = "handler", "经办"
    APPROVER = "approver", "审核"
    PUBLISHER = "publisher", "发布"
    FINANCE = "finance", "财政"
    AUDITOR = "auditor", "审计"
    SYSADMIN = "sysadmin", "系统管理员"
    SECADMIN = "secadmin", "安全管理员"
    AUDADMIN = "audadmin", "审计管理员"


ADMINISTRATORS = frozenset({Role.SYSADMIN, Role.SECADMIN, Role.AUDADMIN})
DESK_ROLES = frozenset({Role.HANDLER, Role.APPROVER, Role.PUBLISHER})
# Whose offices have a desk; people of other departments come in as members of a panel.
DESK_DEPARTMENTS = frozenset({Department.HR, Department.PLATFORM})


class PostingQuerySet(models.QuerySet):
    def on(self, day: dt.date):
        """Postings in force on a day, both ends included."""
        return self.filter(starts__lte=day).filter(Q(ends__isnull=True) | Q(ends__gte=day))


class Posting(models.Model):
    """A user's role at an office, or for a community, from a day to a day (both included)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="postings")
    role = models.CharField("岗位", max_length=10, choices=Role.choices)
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="postings")
    community = models.ForeignKey(Community, models.PROTECT, null=True, blank=True, related_name="postings")
    starts = models.DateField("起")
    ends = models.DateField("止", null=True, blank=True)

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = "任职"
        ordering = ["user", "starts", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role="filer", community__isnull=False, office__isnull=True)
                | (~Q(role="filer") & Q(community__isnull=True, office__isnull=False)),
                name="posting_office_or_community",
            ),
        ]

    def __str__(self):
        return f"{self.place} · {self.get_role_display()}"

    @property
    def place(self):
        return self.community.name if self.community_id else self.office.name

    @property
    def position(self) -> int:
        """Where it lies in the tree of regions."""
        return self.community.position if self.community_id else self.office.region.position

    @property
    def has_desk(self) -> bool:
        """Whether it works at a desk: handler, approver or publisher of an HR department or a service platform."""
        return self.role in DESK_ROLES and self.office.department in DESK_DEPARTMENTS

    @property
    def sees_below(self) -> bool:
        """Whether it sees what has come up to its office: desks, finance officers and auditors."""
        return self.role in (Role.FINANCE, Role.AUDITOR) or self.has_desk

    @property
    def region(self):
        """The region the posting looks down from; None for a community's own staff."""
        return self.office.region if self.office_id else None

    @property
    def level(self):
        return self.office.region.level if self.office_id else "community"


class DeclaredInterest(models.Model):
    """An officer's declared interest in a community: they neither handle nor approve its applications."""

    user = models.ForeignKey(User, models.PROTECT, related_name="interests")
    community = models.ForeignKey(Community, models.PROTECT, related_name="+")
    reason = models.CharField("事由", max_length=200)
    declared_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "community"], name="interest_once")]


class Event(models.Model):
    """One thing that happened. Written once, in the transaction of what it tells; chained by hash.

    `body` is the canonical JSON that the hash covers, byte for byte; the other columns repeat it for queries, and the
    verifier compares them. Objects are tied to events by link tables of the floors above (real foreign keys).
    """

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    posting = models.ForeignKey(Posting, models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    previous = models.CharField(max_length=64, unique=True)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = "事件"
        ordering = ["seq"]
        indexes = [
            models.Index(fields=["actor", "seq"], name="event_actor"),
            models.Index(fields=["action", "seq"], name="event_action"),
        ]


class AccountEvent(models.Model):
    """Ties an event to the account somebody else did it to: whose sign-in failed, whose password was reset."""

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True, related_name="account_link")
    account = models.ForeignKey(User, models.PROTECT, related_name="account_events")

    class Meta:
        indexes = [models.Index(fields=["account", "event"], name="account_event")]


class EventHead(models.Model):
    """The one row every writer of events locks last: the end of the chain."""

    seq = models.BigIntegerField()
    digest = models.CharField(max_length=64)


class Anchor(models.Model):
    """The end of the chain as it was told outside the database on a day (accounts/anchors.py)."""

    day = models.DateField("日期", unique=True)
    at = models.DateTimeField()
    seq = models.BigIntegerField("事件数")
    digest = models.CharField("末条摘要", max_length=64)
    line = models.CharField(max_length=200, blank=True)  # as it stands in the file; empty until it does
    mailed_at = models.DateTimeField("寄出时间", null=True)

    class Meta:
        verbose_name = "存证"
        ordering = ["-day"]


class ChainCheck(models.Model):
    """One walk of the whole chain, and what it found. `by` None: the daily one."""

    at = models.DateTimeField("核对时间")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    seq = models.BigIntegerField("事件数")
    anchors = models.PositiveIntegerField("存证数")
    faults = models.PositiveIntegerField("不符之处")
    told = models.TextField(blank=True)

    class Meta:
        ordering = ["-pk"]


class Bucket(models.Model):
    """How often something was done in a window, counted in the database so that all processes agree."""

    key = models.CharField(max_length=120, unique=True)
    used = models.PositiveIntegerField(default=0)
    window_ends = models.DateTimeField(db_index=True)


class FormReceipt(models.Model):
    """A form that was carried out: its token is unique, so a second press finds the first one's result."""

    token = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, models.PROTECT, null=True)
    address = models.CharField(max_length=200)
    result = models.CharField(max_length=300)
    at = models.DateTimeField()


class Job(models.Model):
    """Work that a person asked for and a worker does behind the pages (accounts/jobs.py): a packet, a large export.

    `at` is the moment of the portal's clock it was asked at; the lease (`beat_at`, `worker`) runs on real time.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "等待处理"
        RUNNING = "running", "正在处理"
        DONE = "done", "已完成"
        FAILED = "failed", "未能完成"
        CANCELLED = "cancelled", "已取消"

    key = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=30)
    title = models.CharField("事项", max_length=200)
    arguments = models.TextField()  # canonical JSON
    by = models.ForeignKey(User, models.PROTECT, related_name="jobs")
    posting = models.ForeignKey(Posting, models.PROTECT, related_name="+")
    # Digest of what was asked by whom; empty once it may be asked anew. The same asked twice is one job.
    once = models.CharField(max_length=64, null=True, unique=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    sentence = models.CharField(max_length=500, blank=True)
    stored_name = models.CharField(max_length=200, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    size = models.BigIntegerField(default=0)
    at = models.DateTimeField("提出时间")
    ended_at = models.DateTimeField("结束时间", null=True)
    worker = models.CharField(max_length=32, blank=True)
    beat_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "后台任务"
        indexes = [models.Index(fields=["state", "id"], name="job_waiting")]


class Sign(models.Model):
    """When something that must happen again and again was last seen at it: the worker, the timer (accounts/signs.py)."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()


class ImportBatch(models.Model):
    """A file that was imported, or looked at for that (accounts/imports/). What was checked is kept, and applied as checked.

    `of`: the row of an upper floor that the kind is about (a round, an application), or empty.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "等待检查"
        UNREADABLE = "unreadable", "无法读取"
        CHECKED = "checked", "已检查，未导入"
        APPLIED = "applied", "已导入"
        UNDONE = "undone", "已撤销"

    key = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=30)
    of = models.BigIntegerField(null=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="imports")
    posting = models.ForeignKey(Posting, models.PROTECT, related_name="+")
    stored_name = models.CharField(max_length=200)
    file_name = models.CharField("文件", max_length=120)
    checksum = models.CharField(max_length=64)  # SHA-256 of the file
    asked = models.TextField(
        default="{}"
    )  # JSON of what the form asked besides the file: a document, a reason
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.WAITING)
    plan = models.CharField(max_length=64, blank=True)  # digest of what the check found would happen
    new = models.PositiveIntegerField("新增", default=0)
    changed = models.PositiveIntegerField("变更", default=0)
    unchanged = models.PositiveIntegerField("不变", default=0)
    wrong = models.PositiveIntegerField("有误", default=0)
    reported = models.PositiveIntegerField("未读取", default=0)
    filled = models.PositiveIntegerField(default=0)  # rows below the heads with anything in them
    solid = models.PositiveIntegerField(default=0)  # rows not read that look like data
    notes = models.TextField(default="[]")  # JSON list of sentences about the file as a whole
    uploaded_at = models.DateTimeField("上传时间")
    applied_at = models.DateTimeField("导入时间", null=True)
    undone_at = models.DateTimeField("撤销时间", null=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = "导入"
        indexes = [models.Index(fields=["kind", "id"], name="import_kind")]


class ImportLine(models.Model):
    """One row of an imported file and what comes of it. `target`: the key of the row it became or changed."""

    class Outcome(models.TextChoices):
        NEW = "new", "新增"
        CHANGED = "changed", "变更"
        UNCHANGED = "unchanged", "不变"
        WRONG = "wrong", "有误"
        REPORTED = "reported", "未读取"

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="lines")
    row = models.PositiveIntegerField("行")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    title = models.CharField(max_length=120)
    # JSON: "changes" [[head, from, to]], "faults" and "hints" [[column index, head, sentence]].
    told = models.TextField()
    target = models.BigIntegerField(null=True)
    # JSON of the fields written, as they were and as they became: what an undo compares and puts back.
    before = models.TextField(default="{}")
    after = models.TextField(default="{}")

    class Meta:
        ordering = ["row"]
        indexes = [models.Index(fields=["batch", "outcome", "row"], name="import_line")]

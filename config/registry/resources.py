"""What the registry tables look like as files, and what an import of them does: the registry's own verbs, nothing else."""

import datetime as dt

from django.core.exceptions import ValidationError
from import_export import fields, resources, widgets

from accounts.account_events import note
from accounts.models import Department, Office
from accounts.offices import DETAILS, save_office
from accounts.people import ask_again
from config.registry.formats import Change
from regions import clock
from regions.divisions import NoRoom, rename_region
from regions.models import (
    CalendarNotice,
    Community,
    FormerCommunity,
    FormerRegion,
    Region,
    SpecialDay,
    Succession,
)


class YesNo(widgets.Widget):
    """是 or 否."""

    def clean(self, value, row=None, **kwargs):
        if value not in ("是", "否"):
            raise ValueError("请填写“是”或“否”。")
        return value == "是"

    def render(self, value, obj=None, **kwargs):
        return "是" if value else "否"


class Choice(widgets.Widget):
    """A choice by its word."""

    def __init__(self, choices):
        super().__init__()
        self.words = dict(choices)

    def render(self, value, obj=None, **kwargs):
        return self.words.get(value, value)


def column(attribute, head, *, widget=None, read_only=True) -> fields.Field:
    return fields.Field(
        attribute=attribute, column_name=head, widget=widget or widgets.CharWidget(), readonly=read_only
    )


class Table(resources.ModelResource):
    """A registry table for reading; the columns are declared, never taken over from the model."""

    def __init__(self, **kwargs):
        super().__init__()
        self.by, self.ip = kwargs.get("by"), kwargs.get("ip")

    def get_diff_class(self):
        return Change


class Imported(Table):
    """A table that can be imported: rows are found by their number, none is made or deleted, a verb does the change.

    Several rows go in one transaction (settings: IMPORT_EXPORT_USE_TRANSACTIONS); one fault takes all of them back.
    """

    def get_instance(self, instance_loader, row):
        """The row's object within the administrator's region; a sentence for one that is not there."""
        number = row.get("序号", "")
        rows = self.get_queryset()
        found = (
            rows.filter(pk=int(number)).first()
            if number.isascii() and number.isdigit() and len(number) < 19
            else None
        )
        if found is None:
            raise ValidationError(
                f"没有序号为“{number}”的登记，或者不在您的管理范围内；请先导出，再在导出的表上修改。"
            )
        return found

    def before_import(self, dataset, **kwargs):
        missing = [head for head in self.needed if head not in (dataset.headers or [])]
        if missing:
            raise ValidationError(f"缺少列：{'、'.join(missing)}。请先导出，再在导出的表上修改。")

    def skip_row(self, instance, original, row, import_validation_errors=None):
        return not import_validation_errors and not self.changed(instance, original, row)

    def do_instance_save(self, instance, is_create):
        self.change(instance)


def scoped(queryset, region, path="position"):
    """Rows at or below the administrator's region."""
    return queryset.filter(**{f"{path}__range": (region.position, region.last)})


class Regions(Imported):
    """Divisions: an import renames them from a day on, by a document; everything else is for reading."""

    number = column("pk", "序号")
    name = column("name", "名称", read_only=False)
    level = column("level", "层级", widget=Choice(Region.Level.choices))
    path = column("path", "上级名称")
    code = column("code", "代码")
    code_system = column(
        "code_system", "代码来源", widget=Choice(Region._meta.get_field("code_system").choices)
    )
    code_date = column("code_date", "代码截止日期", widget=widgets.DateWidget())
    since = column("since", "启用日期", widget=widgets.DateWidget())
    until = column("until", "停用日期", widget=widgets.DateWidget())
    on = fields.Field(column_name="更名日期", readonly=True)
    document = fields.Field(column_name="更名文号", readonly=True)
    needed = ("序号", "名称", "更名日期")

    class Meta:
        model = Region
        import_id_fields = ("number",)
        fields = (
            "number", "name", "level", "path", "code", "code_system", "code_date", "since", "until", "on", "document",
        )  # fmt: skip
        skip_unchanged = report_skipped = True

    def get_queryset(self):
        return scoped(Region.objects.all(), self.by.acting.region) if self.by else Region.objects.all()

    def changed(self, instance, original, row):
        instance.said_on, instance.said_document = row.get("更名日期", ""), row.get("更名文号", "")[:100]
        instance.was = original.name
        return instance.name != original.name

    def change(self, instance):
        at = clock.now()
        ask_again(self.by, at)
        try:
            on = dt.date.fromisoformat(instance.said_on[:10].replace("/", "-"))
        except ValueError:
            raise ValidationError("更名须填写更名日期，写作 2017-09-01。") from None
        if on > clock.day_of(at):
            raise ValidationError("更名日期不能晚于今天，请在更名当日或之后登记。")
        if instance.until is not None:
            raise ValidationError(f"{instance.was}已停用，不能更名。")
        name = " ".join(instance.name.split())
        if not 0 < len(name) <= 60:
            raise ValidationError("名称应为 1 至 60 个字。")
        siblings = Region.objects.standing().filter(
            parent=instance.parent_id, level=instance.level, name=name
        )
        if siblings.exclude(pk=instance.pk).exists():
            raise ValidationError(f"同级已有“{name}”。")
        try:
            rename_region(Region.objects.get(pk=instance.pk), name, until=on, document=instance.said_document)
        except NoRoom as refusal:
            raise ValidationError(str(refusal)) from None
        note(
            "rename_region", account=None, by=self.by, at=at, ip=self.ip, subject=f"{instance.path} {name}".strip(),
            before={"名称": instance.was}, after={"名称": name},
            data={"document": instance.said_document, "on": on.isoformat()},
        )  # fmt: skip


class Offices(Imported):
    """Offices: an import changes their details, each with its event, as the page of the office does."""

    number = column("pk", "序号")
    region = column("region__full_name", "地区")
    department = column("department", "部门", widget=Choice(Department.choices))
    name = column("name", "单位名称", read_only=False)
    phone = column("phone", "办公电话", read_only=False)
    address = column("address", "办公地址", read_only=False)
    postcode = column("postcode", "邮政编码", read_only=False)
    email = column("email", "电子邮箱", read_only=False)
    otp_required = column("otp_required", "登录须使用动态口令", widget=YesNo(), read_only=False)
    needed = ("序号", *DETAILS.values())

    class Meta:
        model = Office
        import_id_fields = ("number",)
        fields = (
            "number", "region", "department", "name", "phone", "address", "postcode", "email", "otp_required",
        )  # fmt: skip
        skip_unchanged = report_skipped = clean_model_instances = True

    def get_queryset(self):
        rows = Office.objects.select_related("region")
        return scoped(rows, self.by.acting.region, "region__position") if self.by else rows

    def changed(self, instance, original, row):
        return any(getattr(instance, name) != getattr(original, name) for name in DETAILS)

    def change(self, instance):
        details = {name: getattr(instance, name) for name in DETAILS}
        held = Office.objects.select_related("region").get(pk=instance.pk)
        save_office(held, by=self.by, at=clock.now(), details=details, ip=self.ip)


def _read(name, model, columns) -> type[Table]:
    """A table for reading alone: {name of the column: (attribute, head) or (attribute, head, widget)}."""
    found = {
        key: column(told[0], told[1], widget=told[2] if told[2:] else None) for key, told in columns.items()
    }
    meta = type("Meta", (), {"model": model, "fields": tuple(columns)})
    return type(Table)(name, (Table,), {**found, "Meta": meta, "__module__": __name__})


DAY = widgets.DateWidget()
FormerRegions = _read("FormerRegions", FormerRegion, {
    "name": ("name", "原名称"), "code": ("code", "原代码"), "parent": ("parent__full_name", "原上级"),
    "region": ("region__full_name", "现为"), "until": ("until", "使用至", DAY), "document": ("document", "文号"),
})  # fmt: skip
Communities = _read("Communities", Community, {
    "number": ("pk", "序号"), "name": ("name", "名称"), "kind": ("kind", "类型", Choice(Community.Kind.choices)),
    "place": ("place", "所在地"), "code": ("code", "统计用区划代码"), "code_date": ("code_date", "代码截止日期", DAY),
    "credit_code": ("credit_code", "统一社会信用代码"), "county_approved": ("county_approved", "经县级人民政府批准设立", YesNo()),
    "civil_affairs_filed": ("civil_affairs_filed", "已报民政部门备案", YesNo()), "office_phone": ("office_phone", "办公电话"),
    "address": ("address", "办公地址"), "since": ("since", "设立日期", DAY), "until": ("until", "撤并日期", DAY),
})  # fmt: skip
FormerCommunities = _read("FormerCommunities", FormerCommunity, {
    "name": ("name", "原名称"), "place": ("place", "原所在地"), "code": ("code", "原代码"),
    "community": ("community__full_name", "现为"), "until": ("until", "使用至", DAY), "document": ("document", "文号"),
})  # fmt: skip
Successions = _read("Successions", Succession, {
    "kind": ("kind", "方式", Choice(Succession.Kind.choices)), "predecessor": ("predecessor__full_name", "原社区"),
    "successor": ("successor__full_name", "承接社区"), "on": ("on", "日期", DAY), "document": ("document", "文号"),
})  # fmt: skip
CalendarNotices = _read("CalendarNotices", CalendarNotice, {
    "year": ("year", "年份"), "region": ("region__full_name", "适用地区"), "title": ("title", "标题"), "number": ("number", "文号"),
    "published_on": ("published_on", "发布日期", DAY),
})  # fmt: skip
SpecialDays = _read("SpecialDays", SpecialDay, {
    "day": ("day", "日期", DAY), "working": ("working", "上班", YesNo()), "region": ("region__full_name", "适用地区"),
    "name": ("name", "名称"), "notice": ("notice__title", "依据"), "reason": ("reason", "变更理由"),
})  # fmt: skip

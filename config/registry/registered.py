"""Which tables there are. Nothing else is registered: no application, no score, no event, no money, no account."""

from django.contrib.admin import ModelAdmin
from django.db.models import Q

from accounts.models import Office
from config.registry import resources
from config.registry.site import site
from config.registry.tables import Imported, Reading
from regions.models import (
    CalendarNotice,
    Community,
    FormerCommunity,
    FormerRegion,
    Region,
    SpecialDay,
    Succession,
)


def _full(attribute, head, nothing="全国"):
    """A list column with the whole name of a place."""

    def shown(self, row):
        found = getattr(row, attribute)
        return found.full_name if found else nothing

    shown.short_description = head
    return shown


def _plain(attribute, head):
    """A list column of a field under a head of its own; it sorts by the field."""

    def shown(self, row):
        value = getattr(row, attribute)
        return value() if callable(value) else value

    shown.short_description, shown.admin_order_field = (
        head,
        attribute.removeprefix("get_").removesuffix("_display"),
    )
    return shown


class _Former(Reading):
    """What something was called until a day."""

    ordering = ("-until", "pk")
    why_read_only = "更名和划转时自动留下，不能改动。"
    called, coded, ended = _plain("name", "原名称"), _plain("code", "原代码"), _plain("until", "使用至")
    by_document = _plain("document", "文号")


class RegionTable(Imported):
    resource_classes = [resources.Regions]
    list_display = ("name", "level", "path", "code", "code_system", "code_date", "since", "until")
    list_filter = ("level", "code_system")
    search_fields = ("name", "code", "path")
    why_read_only = "可以导入更名，须写更名日期，原名称保留；增设、划转和撤销随区划数据装入，不在这里办理。"


class OfficeTable(Imported):
    resource_classes = [resources.Offices]
    list_display = ("name", "department", "of", "phone", "address", "postcode", "email", "otp_required")
    list_filter = ("department", "otp_required")
    search_fields = ("name", "region__name")
    list_select_related = ("region",)
    place = "region__position"
    why_read_only = "可以导入名称、电话等单位信息，也可以在“单位”页面逐个修改；每次改动都记入事件链。"
    of = _full("region", "地区")


class FormerRegionTable(_Former):
    resource_classes = [resources.FormerRegions]
    list_display = ("called", "coded", "of", "ended", "by_document")
    search_fields = ("name", "code")
    list_select_related = ("region", "parent")
    place = "region__position"
    of = _full("region", "现为")


class CommunityTable(Reading):
    resource_classes = [resources.Communities]
    list_display = ("name", "kind", "place_name", "code", "credit_code", "office_phone", "since", "until")
    list_filter = ("kind", "county_approved", "civil_affairs_filed")
    search_fields = ("name", "code", "place")
    why_read_only = "社区（村）由县级以上人社部门在“导入”页面登记、更正和更名，这里只供查看和导出。"
    place_name = _plain("place", "所在地")


class FormerCommunityTable(_Former):
    resource_classes = [resources.FormerCommunities]
    list_display = ("called", "stood", "coded", "of", "ended", "by_document")
    search_fields = ("name", "code")
    list_select_related = ("community",)
    place = "community__position"
    of, stood = _full("community", "现为"), _plain("place", "原所在地")


class SuccessionTable(Reading):
    resource_classes = [resources.Successions]
    list_display = ("of", "how", "into", "dated", "by_document")
    search_fields = ("predecessor__name", "successor__name")
    list_select_related = ("predecessor", "successor")
    ordering = ("-on", "pk")
    place = "predecessor__position"
    why_read_only = "合并、拆分和撤销时自动留下，不能改动。"
    of, into = _full("predecessor", "原社区"), _full("successor", "承接社区", nothing="—")
    how, dated, by_document = (
        _plain("get_kind_display", "方式"),
        _plain("on", "日期"),
        _plain("document", "文号"),
    )


class _Calendar(Reading):
    """Days and notices for the whole nation, and those of regions above and below the administrator's."""

    why_read_only = "放假安排在“工作日”页面修改和导入，改动后重新计算公示截止日；这里只供查看和导出。"

    def get_queryset(self, request):
        region = request.user.acting.region
        near = Q(region__position__lte=region.last, region__last__gte=region.position)
        return ModelAdmin.get_queryset(self, request).filter(Q(region__isnull=True) | near)


class CalendarNoticeTable(_Calendar):
    resource_classes = [resources.CalendarNotices]
    list_display = ("title", "number", "year", "of", "published_on")
    list_filter = ("year",)
    search_fields = ("title", "number")
    list_select_related = ("region",)
    of = _full("region", "适用地区")


class SpecialDayTable(_Calendar):
    resource_classes = [resources.SpecialDays]
    list_display = ("day", "working", "of", "name", "by_notice", "reason")
    list_filter = ("working",)
    search_fields = ("name", "reason")
    list_select_related = ("region", "notice")
    date_hierarchy = "day"
    of, by_notice = _full("region", "适用地区"), _plain("notice", "依据")


for model, table, name in (
    (Region, RegionTable, "行政区划"),
    (FormerRegion, FormerRegionTable, "区划曾用名"),
    (Community, CommunityTable, "社区（村）"),
    (FormerCommunity, FormerCommunityTable, "社区曾用名"),
    (Succession, SuccessionTable, "社区合并与撤销"),
    (CalendarNotice, CalendarNoticeTable, "放假安排通知"),
    (SpecialDay, SpecialDayTable, "节假日与调休"),
    (Office, OfficeTable, "单位"),
):
    # What a list is called; Chinese has no plural, and these pages are the only ones that ask for one.
    model._meta.verbose_name = model._meta.verbose_name_plural = name
    site.register(model, table)

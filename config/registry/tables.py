"""A registry table on the admin site: a list to search, filter and export; some are imported.

A list of more than 10,000 rows is not handed to django-import-export, which holds every row; it is streamed as every
list of the portal is.
"""

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db import transaction
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe
from import_export.admin import ExportMixin, ImportMixin
from import_export.forms import ImportForm, SelectableFieldsExportForm

from accounts.events import record
from accounts.limits import client_ip
from accounts.listed import AS, Listed, exported, streamed, wanted, workbook
from config.registry import resources
from config.registry.formats import FORMATS, WIDTH, CannotRead, Upload
from regions import clock
from regions.tables import MAX_BYTES

MOST = 10_000
TOO_MANY = "本次查询有 {count} 行，超过 {most} 行的清单请用“导出本次查询 Excel”，由系统逐行写出。"
IMPORTED_AT_ONCE = 5000


class Columns(SelectableFieldsExportForm):
    """The columns by the heads they have in the file."""

    def _get_field_label(self, resource, field_name):
        return resource.fields[field_name].column_name


class UploadForm(ImportForm):
    """A file within the limit; the kind of file follows its ending."""

    def clean_import_file(self):
        file = self.cleaned_data["import_file"]
        if file.size > MAX_BYTES:
            raise CannotRead(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请分几次导入。")
        return file


class Reading(ExportMixin, ModelAdmin):
    """A table for reading. `place` is the path to the position that lies in the administrator's region."""

    list_display_links = None
    actions = None
    list_per_page = 50
    show_full_result_count = False
    export_form_class = Columns
    import_export_change_list_template = "admin/registry_list.html"
    place = "position"
    why_read_only = "这里只供查看和导出。"

    def get_urls(self):
        info = self.get_model_info()
        return [
            path("", _streamable(self), name="{}_{}_changelist".format(*info)),
            path(
                "export/", self.admin_site.admin_view(self.export_action), name="{}_{}_export".format(*info)
            ),
        ]

    # Who

    def has_module_permission(self, request):
        return self.admin_site.has_permission(request)

    has_view_permission = has_export_permission = lambda self, request, obj=None: (
        self.admin_site.has_permission(request)
    )

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        """Rows at or below the administrator's region."""
        return resources.scoped(super().get_queryset(request), request.user.acting.region, self.place)

    # Lists

    def changelist_view(self, request, extra_context=None):
        told = {"why_read_only": self.why_read_only, "title": self.opts.verbose_name, "most": MOST}
        return super().changelist_view(request, told | (extra_context or {}))

    def listed(self, request) -> Listed:
        """The whole list as filtered and ordered, for the streaming export."""
        rows = self.get_export_queryset(request)
        resource = self.get_export_resource_classes(request)[0](**self.get_resource_kwargs(request))
        columns = resource.get_export_fields()
        heads = [(field.column_name, WIDTH) for field in columns]

        def line(row):
            return tuple(field.export(row) for field in columns)

        asked = "；".join(f"{name}={value}" for name, value in sorted(request.GET.items()) if value)
        return Listed(self.opts.verbose_name, heads, rows.count(), streamed(rows, line), asked)

    # import-export

    def get_resource_kwargs(self, request, *args, **kwargs):
        return {"by": request.user, "ip": client_ip(request)}

    def get_export_formats(self):
        return FORMATS

    def get_export_filename(self, request, queryset, file_format):
        return f"{self.opts.verbose_name}{clock.today():%Y%m%d}.{file_format.get_extension()}"

    def export_action(self, request):
        """Refused with a sentence where the rows are too many to be held; to the list where the filter means nothing."""
        try:
            count = self.get_export_queryset(request).count()
        except IncorrectLookupParameters:
            return HttpResponseRedirect(_list_of(self))
        if count > MOST:
            messages.warning(request, TOO_MANY.format(count=count, most=MOST))
            query = f"?{request.GET.urlencode()}" if request.GET else ""
            return HttpResponseRedirect(_list_of(self) + query)
        return super().export_action(request)

    def _do_file_export(self, file_format, request, queryset, export_form=None):
        response = super()._do_file_export(file_format, request, queryset, export_form=export_form)
        name = self.get_export_filename(request, queryset, file_format)
        response["Content-Disposition"] = content_disposition_header(True, name)
        response["Cache-Control"] = "no-store"
        with transaction.atomic():
            record(
                "export_list", by=request.user, at=clock.now(), subject=f"导出{self.opts.verbose_name}",
                data={"rows": queryset.count(), "filters": request.GET.urlencode()}, ip=client_ip(request),
            )  # fmt: skip
        return response


def _list_of(table) -> str:
    return reverse("admin:{}_{}_changelist".format(*table.get_model_info()))


def _streamable(table):
    """The list of a table; ?as=xlsx streams it whole, as every list of the portal."""

    @require_safe
    def changelist(request):
        if not wanted(request):
            return table.changelist_view(request)
        query = request.GET.copy()
        query.pop(AS)
        asked, request.GET = request.GET, query
        try:
            listed = table.listed(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(_list_of(table))
        finally:
            request.GET = asked
        return workbook(request, listed)

    return exported(table.admin_site.admin_view(changelist))


class Imported(ImportMixin, Reading):
    """A table that is imported too: a dry run shows what will change, confirming does it in one transaction."""

    import_export_change_list_template = "admin/registry_list.html"
    import_form_class = UploadForm
    tmp_storage_class = Upload
    skip_admin_log = True

    def get_urls(self):
        info = self.get_model_info()
        gate = self.admin_site.admin_view
        return [
            *Reading.get_urls(self),
            path("import/", gate(self.import_action), name="{}_{}_import".format(*info)),
            path(
                "process_import/",
                require_POST(gate(self.process_import)),
                name="{}_{}_process_import".format(*info),
            ),
        ]

    def has_import_permission(self, request):
        return self.admin_site.has_permission(request)

    def get_import_formats(self):
        return FORMATS

    def get_import_data_kwargs(self, **kwargs):
        return super().get_import_data_kwargs(**kwargs) | {"rollback_on_validation_errors": True}

    def add_data_read_fail_error_to_form(self, form, e):
        sentence = e.messages if isinstance(e, CannotRead) else "无法读取这个文件，请在 Excel 中另存后再传。"
        form.add_error("import_file", sentence)

    def process_import(self, request, **kwargs):
        try:
            return super().process_import(request, **kwargs)
        except CannotRead as refusal:
            messages.error(request, " ".join(refusal.messages))
            return self._again()

    def process_result(self, result, request):
        """Done whole, or nothing of it."""
        if result.has_errors() or result.has_validation_errors():
            messages.error(request, "登记在检查之后有了变化，没有做任何改动，请重新上传检查。")
            return self._again()
        changed, same = result.totals["update"], result.totals["skip"]
        messages.success(request, f"已更新 {changed} 行，{same} 行没有变化。")
        return HttpResponseRedirect(_list_of(self))

    def _again(self):
        return HttpResponseRedirect(reverse("admin:{}_{}_import".format(*self.get_model_info())))

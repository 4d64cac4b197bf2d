"""The admin site: its few addresses, and who comes in (settings.PORTAL_ADMIN mounts it)."""

from functools import update_wrapper

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.urls import include, path
from django.views.decorators.cache import never_cache

from accounts.models import Role

WHO = "登记表由系统管理员查看和维护。"


class RegistrySite(admin.AdminSite):
    """Only addresses that are used, so that the access matrix names every one of them."""

    site_title = "登记表"
    site_header = "登记表"
    index_title = "登记表"
    site_url = "/"
    index_template = "admin/registry_index.html"
    empty_value_display = "—"

    def has_permission(self, request):
        """A posting as system administrator acts; there is no other way in, and no super-user."""
        posting = getattr(request.user, "acting", None)
        return posting is not None and posting.role == Role.SYSADMIN

    def admin_view(self, view, cacheable=False):
        """The view behind the gate: signed in by the portal's own middleware, refused for every other posting."""

        def inner(request, *args, **kwargs):
            if not self.has_permission(request):
                raise PermissionDenied(WHO)
            return view(request, *args, **kwargs)

        return update_wrapper(inner if cacheable else never_cache(inner), view)

    def get_urls(self):
        tables = [
            path(f"{model._meta.app_label}/{model._meta.model_name}/", include(table.urls))
            for model, table in self._registry.items()
        ]
        return [
            path("", self.admin_view(self.index), name="index"),
            path("jsi18n/", self.admin_view(self.i18n_javascript, cacheable=True), name="jsi18n"),
            *tables,
            path("<slug:app_label>/", self.admin_view(self.app_index), name="app_list"),
        ]


site = RegistrySite(name="admin")

"""Every address of the portal, by the floor that serves it."""

from django.conf import settings
from django.urls import include, path

from accreditation.views import home
from config import health, views
from config.registry import registered as registry
from demonstration.views import demo_clock

urlpatterns = [
    # Public
    path("", include("accreditation.urls_public")),
    path("", include("accreditation.urls_open_data")),
    # The first page after signing in
    path("home/", home.home, name="home"),
    # Display modes, health
    path("display/", views.display, name="display"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    # Moving the demonstration's date ends notices too; accounts alone cannot (it stands below them)
    path("demo/clock/", demo_clock),
    # Accounts: sign-in, own account, people below
    path("", include("accounts.urls")),
    # Working days
    path("workdays/", include("accreditation.urls_workdays")),
    # Money: ledgers, books, audits, payments
    path("subsidies/", include("subsidies.urls")),
    # Applications, desks, lists, notices, rounds
    path("", include("accreditation.urls")),
]

if settings.PORTAL_ADMIN:
    # Registry tables for system administrators
    urlpatterns.append(path("admin/", registry.site.urls))

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"

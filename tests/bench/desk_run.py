"""The process of the bench of desks (desk.py): `python -m tests.bench.desk_run SIZE`, in a PostgreSQL database of its own.

Builds the set and asks for the most used pages as those who use them; prints one line of JSON.
"""

import datetime as dt
import json
import math
import statistics
import sys
import time
import types

import django

django.setup()

from django.contrib import admin  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, override_settings  # noqa: E402
from django.urls import path  # noqa: E402

from accounts.models import Posting, Role, User  # noqa: E402
from accreditation.models import Application  # noqa: E402
from regions import clock  # noqa: E402
from regions.models import Community  # noqa: E402
from tests.bench import sets  # noqa: E402
from tests.bench.timing import beside, seconds, spread  # noqa: E402
from tests.factories import moment  # noqa: E402

TIMES, ROUNDS = 25, 5
TODAY = dt.date(2017, 9, 5)
PER_PAGE = 25  # as the portal's own list


def pages(house):
    """(name, role, address) of the ten most used pages; the names are those of the report."""
    copies = Application.objects.filter(number__startswith="C")
    waiting = copies.filter(state="province_review").order_by("pk").first()
    total = Application.objects.filter(reached__gt=0).count()
    word = Community.objects.filter(applications__isnull=False).order_by("-pk").first().name[:2]
    round_ = house.round.pk
    return [
        ("queue of a desk", "approver", "/desk/"),
        ("list of applications", "approver", "/applications/"),
        ("the same, last page", "approver", f"/applications/?page={max(1, math.ceil(total / PER_PAGE) - 1)}"),
        ("the same, one state", "approver", "/applications/?state=city_review"),
        ("the same, two characters", "approver", f"/applications/?q={word}"),
        ("file of an application", "approver", f"/applications/{waiting.pk}/"),
        ("score sheet of a desk", "handler", f"/applications/{waiting.pk}/sheet/"),
        ("list for the notice", "approver", f"/lists/{round_}/star/"),
        ("progress by region", "approver", "/progress/"),
        ("a round", "approver", f"/rounds/{round_}/"),
        ("titles", "approver", "/titles/"),
        ("standing and coverage", "approver", "/standing/"),
        ("recognised communities", "", "/recognised/"),
        ("notices", "", "/notices/"),
    ]


def clients(house):
    found = {"": Client()}
    for name, role in (("approver", Role.APPROVER), ("handler", Role.HANDLER)):
        found[name] = Client()
        found[name].force_login(house.officer("甲省", role))
    return found


def measured(house):
    """Each page: median and 95th percentile in seconds, queries, kB and status."""
    told, by = {}, clients(house)
    for name, role, address in pages(house):
        client = by[role]
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
            asked = len(queries)
        times = [seconds(lambda c=client, p=address: c.get(p)) for _ in range(TIMES)]
        median, late = spread(times)
        told[name] = {
            "median": median,
            "late": late,
            "queries": asked,
            "kb": len(answer.content) / 1000,
            "status": answer.status_code,
        }
    return told


# Django's own change list of the same applications: the reference of goal 1, with the middleware of a new project.
STOCK = (
    "django.middleware.security.SecurityMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)  # fmt: skip


STOCK_TEMPLATES = {
    "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "DIRS": [],
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]},
}  # fmt: skip


def stock_admin():
    """(browser of who may read everything, settings) of the change list: filtered, searched, with its total, as many rows as ours."""

    class Stock(admin.ModelAdmin):
        list_display = ("number", "community", "round", "state", "filed_at", "total_self")
        list_filter = ("state",)
        list_select_related = ("community", "round")
        list_per_page = PER_PAGE
        search_fields = ("community__name", "number")

    site = admin.AdminSite(name="admin")
    site.register(Application, Stock)
    user = User.objects.create(username="测速", name="测速")
    User.has_perm = lambda self, *_: True
    User.has_module_perms = lambda self, *_: True
    User.is_staff = True
    addresses = types.ModuleType("stock_addresses")
    addresses.urlpatterns = [path("admin/", site.urls)]
    client = Client()
    client.force_login(user)
    return client, override_settings(ROOT_URLCONF=addresses, MIDDLEWARE=STOCK, TEMPLATES=[STOCK_TEMPLATES])


def in_turn(house):
    """Five rounds of the list's pages and the stock admin in turn: the medians of the ratios of goals 1 and 1b."""
    named = {name: address for name, _, address in pages(house)}
    client = clients(house)["approver"]
    other, as_stock = stock_admin()

    def late(client, address):
        """(median, 95th percentile) of the address, asked once before."""
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        return spread([seconds(lambda: client.get(address)) for _ in range(TIMES)])

    rounds = []
    for _ in range(ROUNDS):
        told = {
            "first": late(client, named["list of applications"]),
            "deep": late(client, named["the same, last page"]),
            "search": late(client, named["the same, two characters"]),
        }
        with as_stock:
            told["stock"] = late(other, "/admin/accreditation/application/")
        rounds.append(told)
    middle = statistics.median
    return {
        "list": middle(one["first"][1] for one in rounds),
        "stock": middle(one["stock"][1] for one in rounds),
        "1": middle(one["first"][1] / one["stock"][1] for one in rounds),
        "1b-deep": middle(one["deep"][0] / one["first"][0] for one in rounds),
        "1b-search": middle(one["search"][0] / one["first"][0] for one in rounds),
    }


def scope(house):
    """The SQL of what officers may see, counted, beside a bare range of positions (goal 10): county, city, province."""
    told = {}
    for place in ("一县", "东市", "甲省"):
        user = house.officer(place, Role.APPROVER)
        user.acting = user.acting or Posting.objects.select_related("office__region").get(user=user)
        region = user.acting.region
        ours = _counting(Application.objects.in_line_of(user).order_by())
        bare = _counting(
            Application.objects.filter(position__range=(region.position, region.last)).order_by()
        )
        told[place] = beside(ours, bare)
    return told


def _counting(rows):
    sql, values = rows.values("pk").query.sql_with_params()

    def ask():
        with connection.cursor() as cursor:
            for _ in range(10):
                cursor.execute(f"SELECT COUNT(*) FROM ({sql}) found", values)
                cursor.fetchone()

    return ask


def main(size):
    call_command("migrate", verbosity=0)
    clock.now = lambda: moment(TODAY)
    began = time.perf_counter()
    house = sets.build(sets.SIZES[size])
    built = time.perf_counter() - began
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        told = {"pages": measured(house), "built": built}
        if size == "country":
            told |= {"scope": scope(house), "in_turn": in_turn(house)}
    told["counts"] = {
        "communities": Community.objects.count(),
        "applications": Application.objects.count(),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1])

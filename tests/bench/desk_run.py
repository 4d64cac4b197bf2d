"""The process of the bench of desks (desk.py): `python -m tests.bench.desk_run SIZE`, in a PostgreSQL database of its own.

Builds the set and asks for the ten most used pages as those who use them; prints one line of JSON. `--moves SIZE CLIENTS`
is the other work: so many state changes by so many processes.
"""

import datetime as dt
import json
import math
import sys
import time

import django

django.setup()

from django.contrib import admin  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client, RequestFactory  # noqa: E402
from django.test.utils import CaptureQueriesContext, override_settings  # noqa: E402

from accounts.models import Role, User  # noqa: E402
from accreditation.models import Application  # noqa: E402
from regions import clock  # noqa: E402
from regions.models import Community  # noqa: E402
from tests.bench import sets  # noqa: E402
from tests.bench.timing import seconds, spread  # noqa: E402
from tests.factories import moment  # noqa: E402

TIMES = 25
TODAY = dt.date(2017, 9, 5)
PER_PAGE = 50


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
    for name, role, path in pages(house):
        client = by[role]
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path)
            asked = len(queries)
        times = [seconds(lambda c=client, p=path: c.get(p)) for _ in range(TIMES)]
        median, late = spread(times)
        told[name] = {
            "median": median,
            "late": late,
            "queries": asked,
            "kb": len(answer.content) / 1000,
            "status": answer.status_code,
        }
    return told


def stock_admin():
    """The same applications in Django's own change list, filtered and with its total: the reference of goal 1."""

    class Stock(admin.ModelAdmin):
        list_display = ("number", "community", "round", "state", "filed_at", "total_self")
        list_filter = ("state",)
        list_select_related = ("community", "round")
        list_per_page = PER_PAGE
        search_fields = ("community__name", "number")

    site = admin.AdminSite(name="admin")
    model = Stock(Application, site)
    user = User.objects.create(username="测速", name="测速")
    User.has_perm = lambda self, *_: True
    User.has_module_perms = lambda self, *_: True
    User.is_staff = True
    request = RequestFactory().get("/")
    request.user = user

    def ask():
        answer = model.changelist_view(request)
        answer.render()

    ask()
    median, late = spread([seconds(ask) for _ in range(TIMES)])
    return {"median": median, "late": late}


def main(size):
    call_command("migrate", verbosity=0)
    clock.now = lambda: moment(TODAY)
    began = time.perf_counter()
    house = sets.build(sets.SIZES[size])
    built = time.perf_counter() - began
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        told = {"pages": measured(house), "built": built}
        try:
            told["admin"] = stock_admin()
        except Exception as error:  # noqa: BLE001 - the reference alone is missing then, and the report says so
            told["admin"] = {"error": repr(error)}
    told["counts"] = {
        "communities": Community.objects.count(),
        "applications": Application.objects.count(),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1])

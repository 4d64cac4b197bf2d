"""Builders and questions run inside Django in a process of their own: `python -m tests.building WHAT [ARGS]`.

Each prints one line of JSON last. Used by tests/servers.py for databases that real servers run on.
"""

import datetime as dt
import json
import os
import sys
import time
from urllib.parse import quote

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
import django  # noqa: E402

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from accounts import jobs, sign_in  # noqa: E402
from accounts.models import Event, FormReceipt, Job, Office, Posting, Role, User  # noqa: E402
from accreditation import invariants, notices, packets  # noqa: E402
from accreditation.models import (  # noqa: E402
    Application,
    ApplicationEvent,
    Attachment,
    Notice,
    Objection,
    Print,
    Quota,
    Recognition,
)
from demonstration import hunan  # noqa: E402
from demonstration.people import PASSWORD  # noqa: E402
from regions import clock  # noqa: E402
from regions.models import Community, Region  # noqa: E402
from tests.factories import ROOT, House, document, load_calendar, moment  # noqa: E402
from tests.programme_walk import open_programme  # noqa: E402

BUILDERS = {}


def builder(function):
    BUILDERS[function.__name__] = function
    return function


def session_of(user) -> str:
    """The key of a signed-in session, as the sign-in page leaves it."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store[sign_in.SINCE] = store[sign_in.SEEN] = int(time.time())
    store[sign_in.SECOND_FACTOR] = False
    store.create()
    return store.session_key


@builder
def nothing():
    """A migrated database without data."""
    return {}


@builder
def street_desk():
    """One application that the street's approver may pass on now."""
    house = House()
    application = house.prepare(house.filed())
    return {
        "pk": application.pk,
        "moves": application.moves,
        "session": session_of(house.officer("一南街道", Role.APPROVER)),
    }


@builder
def two_drafts():
    """Two communities' drafts, and somebody signed in."""
    house = House()
    drafts = [house.draft(number) for number in range(2)]
    return {"drafts": [one.pk for one in drafts], "session": session_of(house.officer("一县", Role.APPROVER))}


@builder
def deployed():
    """A filed application with its files, its filer and one of another city."""
    house = House()
    application = house.filed()
    file = Attachment.objects.filter(application=application).first()
    return {
        "filer": house.filer(application.community).username,
        "stranger": house.filer(house.community(8)).username,
        "password": PASSWORD,
        "application": application.pk,
        "attachment": file.pk,
        "stored": file.file.name,
        "community": application.community.name,
        "person": house.filer(application.community).name,
    }


@builder
def attachments():
    """Key → stored name of every attachment."""
    return {"files": {str(pk): name for pk, name in Attachment.objects.values_list("pk", "file")}}


@builder
def table_by_table():
    """How far two tables are apart that are read one after the other while others write (each file has one event)."""
    files = Attachment.objects.count()
    time.sleep(1)
    return {"apart": Event.objects.filter(action="attach").count() - files}


@builder
def sessions_left():
    return {"sessions": Session.objects.count()}


@builder
def city_desk(count, size):
    """`count` applications at one city's desk, ready for its list of `size` places."""
    house = House(quota=int(size))
    street = house.regions["一南街道"]
    new = [house.found(f"竞争{number}社区", street) for number in range(int(count))]
    house.people.filers(new)
    house.title(new)
    rows = []
    day = dt.date(2017, 8, 21)
    for community in new:
        application = house.drive.fill(house.drive.start(community, moment(day)), 0.9, moment(day))
        house.drive.submit(application, moment(day) + dt.timedelta(hours=1))
        rows.append(application)
    for state in ("street_review", "county_review"):
        for application in rows:
            house.prepare(house.fresh(application), moment(dt.date(2017, 8, 22)))
            verb = house.drive.pass_on if state == "street_review" else house.drive.shortlist
            verb(house.fresh(application), moment(dt.date(2017, 8, 22)))
    notice = house.drive.publish("county_review", house.regions["一县"], moment(dt.date(2017, 8, 23)), "x")
    notices.close(notice, at=clock.end_of(notice.last_day))
    for application in rows:
        house.prepare(house.fresh(application), moment(dt.date(2017, 9, 4)))
    return {
        "pks": [[a.pk, a.moves] for a in Application.objects.filter(state="city_review").order_by("pk")],
        "session": session_of(house.officer("东市", Role.APPROVER)),
        "quota": Quota.objects.get(region=house.regions["东市"]).pk,
    }


@builder
def purse(count):
    """The house with Gansu's money rules and so many more titles (tests/races/money.py)."""
    from tests.races import money

    return money.fill(int(count))


def _notice(house, count):
    """So many communities more on one running county notice of 24 August 2017; its entries."""
    new = [house.found(f"公示{number}社区", house.regions["一南街道"]) for number in range(count)]
    house.people.filers(new)
    house.title(new)
    day = moment(dt.date(2017, 8, 21))
    rows = [house.drive.fill(house.drive.start(community, day), 0.9, day) for community in new]
    for application in rows:
        house.drive.submit(application, day + dt.timedelta(hours=1))
        house.prepare(house.fresh(application), day + dt.timedelta(days=1))
        house.drive.pass_on(house.fresh(application), day + dt.timedelta(days=1))
        house.prepare(house.fresh(application), day + dt.timedelta(days=2))
        house.drive.shortlist(house.fresh(application), day + dt.timedelta(days=2))
    at = moment(dt.date(2017, 8, 24))
    return house.drive.publish("county_review", house.regions["一县"], at, "测试公示〔2017〕1号")


@builder
def on_notice(count):
    """`count` communities on one running notice (tests/races/desks.py)."""
    notice = _notice(House(), int(count))
    return {"notice": notice.pk, "entries": sorted(notice.entries.values_list("pk", flat=True))}


@builder
def double_press():
    """A running notice to object to and a filled draft to file, the demonstration's clock at 24 August 2017."""
    house = House()
    draft = house.drive.fill(house.draft(3), 0.9, moment(dt.date(2017, 8, 21)))
    notice = _notice(house, 1)
    clock.move(moment(dt.date(2017, 8, 24)) + dt.timedelta(hours=1), house.province)
    return {
        "objection": f"/notices/{notice.pk}/entries/{notice.entries.get().pk}/object/",
        "draft": draft.pk,
        "moves": draft.moves,
        "session": session_of(house.filer(house.community(3))),
    }


@builder
def pressed(pk):
    """What came of pressing twice."""
    return {
        "objections": Objection.objects.count(),
        "receipts": FormReceipt.objects.count(),
        "object_events": Event.objects.filter(action="object").count(),
        "submit_events": ApplicationEvent.objects.filter(application=pk, event__action="submit").count(),
        "filings": Application.objects.get(pk=pk).filings.count(),
        "breaches": [s for _, found in invariants.breaches(clock.now()) for s in found],
    }


@builder
def two_levels(count, city, county):
    """`count` applications of each of two counties at their city's desk: places of the city and of each county above them."""
    route = document()["route"]
    step = next(step for step in route if step["state"] == "city_review")
    step["quotas"] = ["city", "county"]
    names = {"东市": ("city", int(city)), "一县": ("county", int(county)), "二县": ("county", int(county))}
    quotas = [
        {"tier": "star", "level": level, "region": name, "size": size}
        for name, (level, size) in names.items()
    ]
    place = {"place": {"level": "province", "name": "甲省"}}
    house = House(programme=document(route=route, quotas=quotas, source={**document()["source"], **place}))
    day = moment(dt.date(2017, 8, 21))
    for name in ("一县", "二县"):
        street = house.regions[f"{name[0]}南街道"]
        new = [house.found(f"{name}{number}社区", street) for number in range(int(count))]
        house.people.filers(new)
        house.title(new)
        for community in new:
            application = house.drive.fill(house.drive.start(community, day), 0.9, day)
            house.drive.submit(application, day + dt.timedelta(hours=1))
            for step_ in ("street", "county"):
                at = day + dt.timedelta(days=1 if step_ == "street" else 2)
                house.prepare(house.fresh(application), at)
                verb = house.drive.pass_on if step_ == "street" else house.drive.shortlist
                verb(house.fresh(application), at)
        notice = house.drive.publish(
            "county_review", house.regions[name], moment(dt.date(2017, 8, 24)), f"{name}1号"
        )
        notices.close(notice, at=clock.end_of(notice.last_day))
    rows = Application.objects.filter(state="city_review").order_by("pk")
    for application in rows:
        house.prepare(house.fresh(application), moment(dt.date(2017, 9, 5)))
    regions = {q.region.name: q.pk for q in Quota.objects.select_related("region")}
    return {
        "pks": [[a.pk, a.moves] for a in Application.objects.filter(state="city_review").order_by("pk")],
        "session": session_of(house.officer("东市", Role.APPROVER)),
        "quotas": regions,
    }


@builder
def proof(name, *args):
    """A builder or question of the proof (tests/proof/builders.py)."""
    from tests.proof import builders

    return getattr(builders, name)(*args)


@builder
def outcome():
    """What stands in the database after a race."""
    return {
        "states": list(Application.objects.order_by("pk").values_list("state", flat=True)),
        "listed": Application.objects.filter(listed_at__isnull=False).count(),
        "quotas": {str(q.pk): [q.used, q.size, q.places.count()] for q in Quota.objects.all()},
        "events": {
            action: Event.objects.filter(action=action).count()
            for action in ("pass_on", "shortlist", "submit", "start")
        },
        "breaches": [s for _, found in invariants.breaches(clock.now()) for s in found],
    }


@builder
def sessions(*usernames):
    """Signed-in sessions by user name."""
    return {name: session_of(User.objects.get(username=name)) for name in usernames}


@builder
def end_posting(pk):
    """A posting ends yesterday."""
    return {"ended": Posting.objects.filter(pk=pk).update(ends=clock.today() - dt.timedelta(days=1))}


@builder
def walk_house():
    """The small house as a demonstration on 21 August 2017, for people at a browser; the password is the demonstration's."""
    house = House()
    clock.move(moment(dt.date(2017, 8, 21)), house.province)
    return _cast(house)


@builder
def walk_money():
    """The house with money in it, as a demonstration in January 2026."""
    from tests.subsidies.purse import walk_money as build

    return build(_cast)


@builder
def walk_titles():
    """The house with provincial titles of 2018 and 平顶山市's rules of rechecks in 东市, on 5 January 2022."""
    from tests.titles.conftest import Titled

    titled = Titled(House())
    clock.move(moment(dt.date(2022, 1, 5)), titled.house.province)
    first = titled.titles[0]
    return {
        **_cast(titled.house),
        "key": titled.version.programme.key,
        "number": first.number,
        "title": first.pk,
    }


@builder
def walk_draws():
    """The house on 1 September 2017, for a spot check of the city: its handler, its approver and a second one."""
    house = House()
    clock.move(moment(dt.date(2017, 9, 1)), house.province)
    told = _cast(house)
    second = house.people.extra("second-approver")
    office = house.officer("东市", Role.APPROVER).acting.office
    Posting.objects.create(user=second, role=Role.APPROVER, office=office, starts=house.people.since)
    told["users"]["second approver"] = second.username
    told["people"] = [house.officer("东市", role).pk for role in (Role.HANDLER, Role.APPROVER)]
    return told


def _cast(house):
    """Who plays whom: the people over the house's first community, and its filer."""
    seats = {
        f"{level} {role}": house.people.at_office(house.regions[name], role).username
        for level, name in (
            ("street", "一南街道"),
            ("county", "一县"),
            ("city", "东市"),
            ("province", "甲省"),
        )
        for role in (Role.HANDLER, Role.APPROVER, Role.PUBLISHER, Role.AUDITOR, Role.SYSADMIN)
        if (house.regions[name].pk, role) in house.people
    }
    community = house.community(0)
    return {
        "users": {
            **seats,
            "filer": house.filer(community).username,
            "neighbour": house.filer(house.community(1)).username,
        },
        "password": PASSWORD,
        "community": community.name,
        "round": house.round.pk,
    }


# Where each shipped programme plays in the small house, in which year, and how its round opens.
WALKED = {
    "gansu-2023": {"place": "甲省", "opens_on": dt.date(2024, 4, 1), "places": (("provincial", "东市", 2),)},
    "zhoukou-2022": {"place": "东市", "opens_on": dt.date(2022, 4, 25)},
    "quangang-2016": {"place": "一县", "opens_on": dt.date(2017, 11, 1), "settings": {"pass_mark": "85"}},
    # The house's communities hold city titles already: the higher tier.
    "pingdingshan-2021": {"place": "东市", "opens_on": dt.date(2022, 1, 4), "tier": "star"},
}


@builder
def walk_programme(key):
    """The house with one more programme open in it, as a demonstration; the steps of its route for whoever walks them."""
    house, wanted = House(), WALKED[key]
    told, people, regions = _cast(house), {}, house.regions
    opens_on = wanted["opens_on"]
    document = json.loads((ROOT / "fixtures" / "programmes" / f"{key}.json").read_text(encoding="utf-8"))
    for row in document["quotas"]:
        if "region" in row:
            row["region"] = wanted["place"]
    Community.objects.update(county_approved=True, civil_affairs_filed=True)
    round_ = open_programme(
        house,
        document,
        place=wanted["place"],
        year=opens_on.year,
        opens_on=opens_on,
        settings=wanted.get("settings"),
        sample=bool(document["missing"]) and not wanted.get("settings"),
        places=wanted.get("places", ()),
    )
    for department in ("finance", "audit"):
        office = Office.objects.create(
            region=regions["东市"], department=department, name=f"东市{department}"
        )
        user = house.people.extra(f"kp{department}")
        Posting.objects.create(user=user, role=Role.HANDLER, office=office, starts=dt.date(2017, 1, 1))
        people[f"assessor {department}"] = user.username
    load_calendar(opens_on.year)
    clock.move(moment(opens_on + dt.timedelta(days=1)), house.province)
    steps = [
        {
            "state": step.state,
            "level": step.level,
            "notice": step.is_notice,
            "scores": step.scores,
            "panel": step.panel,
            "listing": step.listing,
            "visit": bool(step.needs.get("site_visit")),
        }
        for step in round_.route.steps
    ]
    golden = ROOT / "tests" / "golden" / f"{key}.json"
    figures = json.loads(golden.read_text(encoding="utf-8")).get("base", {}) if golden.exists() else {}
    tier = next(t for t in document["tiers"] if t["key"] == wanted.get("tier", document["tiers"][0]["key"]))
    return {
        **told,
        "users": {**told["users"], **people},
        "round": round_.pk,
        "tier": tier["key"],
        "title": tier["name"],
        "steps": steps,
        "materials": [
            material["key"]
            for material in document["materials"]
            if material.get("required") and tier["key"] in material.get("tiers", [tier["key"]])
        ],
        "figures": figures,
        "today": (opens_on + dt.timedelta(days=1)).isoformat(),
    }


@builder
def demonstration():
    """The whole demonstration, with a session for each kind of reader and the pages each uses."""
    with open(os.devnull, "w") as quiet:
        call_command("setup_portal", stdout=quiet)
    hunan.fill(lambda line: None)
    at = {name: Region.objects.get(level=level, name=name) for level, name in PLACES}
    seats = {
        "filer": Application.objects.filter(state="recognised").first(),
        "handler": Posting.objects.get(office__region=at["郴州市"], role=Role.HANDLER),
        "approver": Posting.objects.get(office__region=at["张家界市"], role=Role.APPROVER),
        "publisher": Posting.objects.get(office__region=at["张家界市"], role=Role.PUBLISHER),
        "province": Posting.objects.get(office__region=at["湖南省"], role=Role.HANDLER),
        "auditor": Posting.objects.get(office__region=at["湖南省"], role=Role.AUDITOR),
        "sysadmin": Posting.objects.get(office__region=at["湖南省"], role=Role.SYSADMIN),
    }
    community = Posting.objects.get(community=seats["filer"].community)
    users = {role: (community if role == "filer" else posting).user for role, posting in seats.items()}
    desk = Application.objects.filter(
        state="city_review", position__range=(at["郴州市"].position, at["郴州市"].last)
    ).first()
    round_ = desk.round_id
    pages = [
        ("", "/"), ("", "/notices/"), ("", f"/notices/{Notice.objects.last().pk}/"), ("", "/recognised/"), ("", "/login/"),
        ("", "/recognised/figures/"), ("", "/recognised/figures/?region=湖南省 郴州市"), ("", "/communities/?q=桂花"), ("", "/objections/"),
        ("", f"/communities/{seats['filer'].community_id}/"), ("", "/certificates/"), ("", "/programmes/"),
        ("", f"/certificates/{Recognition.objects.last().number}/"), ("", "/programmes/hunan-star-2017/"),
        ("filer", "/home/"), ("filer", f"/applications/{seats['filer'].pk}/"),
        ("handler", "/"), ("handler", "/desk/"), ("handler", f"/applications/{desk.pk}/"), ("handler", f"/applications/{desk.pk}/sheet/"),
        ("approver", "/desk/"), ("approver", "/lists/"), ("approver", f"/lists/{round_}/star/"),
        ("publisher", f"/lists/{round_}/star/publish/"), ("publisher", "/desk/notices/"), ("approver", "/desk/objections/"),
        ("province", "/desk/"), ("province", "/applications/"), ("province", "/progress/"), ("auditor", "/applications/"),
        ("auditor", "/applications/?q=桂花"), ("auditor", f"/rounds/{round_}/"), ("auditor", f"/rounds/{round_}/quotas/"),
        ("sysadmin", "/people/"), ("sysadmin", "/workdays/"),
    ]  # fmt: skip
    return {
        "sessions": {role: session_of(user) for role, user in users.items()},
        "usernames": {role: user.username for role, user in users.items()},
        "recognised": seats["filer"].community.name,
        "pages": [[r, quote(p, safe="/?=&")] for r, p in pages],
    }


@builder
def packet_waiting(count):
    """A packet of `count` filed applications of 东市, asked for by its auditor and not begun."""
    house = House()
    for number in range(int(count)):
        house.filed(number)
    auditor = house.officer("东市", Role.AUDITOR)
    arguments = packets.arguments_of_list(
        house.round, "star", house.regions["东市"], "https://portal.example"
    )
    job = jobs.ask("packet", arguments, by=auditor, at=moment(dt.date(2017, 10, 1)), title="材料")
    return {"job": job.pk}


@builder
def lease_over():
    """The worker that held a job has been silent for too long."""
    return {"jobs": Job.objects.update(beat_at=clock.start_of(dt.date(2017, 1, 1)))}


@builder
def packet_outcome():
    """How the only job ended, and what was written on the way."""
    job = Job.objects.get()
    return {
        "state": job.state,
        "tries": job.tries,
        "sentence": job.sentence,
        "stored": job.stored_name,
        "prints": Print.objects.count(),
        "print_events": Event.objects.filter(action="print_paper").count(),
        "events": {"export_packet": Event.objects.filter(action="export_packet").count()},
    }


PLACES = (("province", "湖南省"), ("city", "郴州市"), ("city", "张家界市"))


def main(what, *args):
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        told = BUILDERS[what](*args)
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

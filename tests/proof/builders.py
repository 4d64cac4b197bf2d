"""Data of the proof's races, built inside Django: `python -m tests.building proof NAME …` (tests/servers.py)."""

import datetime as dt
import hashlib
from types import SimpleNamespace

from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts import sign_in
from accounts.models import Event, Role, User
from accreditation import invariants, stored_files
from accreditation.models import Application, Attachment, Notice, NoticeEntry, Objection, Recognition
from regions import clock
from regions.divisions import add_region
from tests.building import session_of
from tests.factories import House, moment
from tests.proof.growing import grow

PASSWORD = "correct horse battery"


def guessed(count):
    """A house whose first filer, and `count` people more, have a known password."""
    house = House()
    filer = house.filer(house.community(0))
    filer.set_password(PASSWORD)
    filer.save()
    User.objects.bulk_create(
        User(username=f"person{n}", name="测试", password=filer.password) for n in range(int(count))
    )
    return {"username": filer.username, "password": PASSWORD, "others": int(count)}


def running_notice():
    """A demonstration on 5 September 2017 with one community on a running notice."""
    house = House()
    clock.move(moment(dt.date(2017, 9, 5)), house.province)
    application = house.prepare(house.at("county_review", 2))
    house.drive.shortlist(application, moment(dt.date(2017, 9, 1)))
    notice = house.drive.publish("county_review", house.regions["一县"], moment(dt.date(2017, 9, 4)), "测试")
    return {"notice": notice.pk, "entry": notice.entries.get().pk}


def objections():
    """How many objections there are, and what the invariants say."""
    return {"objections": Objection.objects.count(), "breaches": _breaches()}


def _listed(house, counties, at):
    """So many new counties, each with a list of two that its publisher may make public; the publishers' sessions."""
    told = []
    for number in range(counties):
        county = add_region(house.regions["西市"], f"{number}号县", "county", "", code_date=at.date())
        street = add_region(county, f"{number}号街道", "street", "", code_date=at.date())
        house.people.staff([county, street])
        new = [house.found(f"{number}号{name}社区", street) for name in ("桂花", "银杏")]
        house.people.filers(new)
        house.title(new)
        for community in new:
            filed = house.drive.submit(house.drive.fill(house.drive.start(community, at), 0.9, at), at)
            there = house.drive.pass_on(house.prepare(filed, at), at)
            house.drive.shortlist(house.prepare(there, at), at)
        told.append(session_of(house.people.at_office(county, Role.PUBLISHER)))
    return told


def drafts(rounds):
    """For each round of kills a draft ready to be filed, a filed one at the street's desk and a county's list of two to be
    made public; three drafts to upload to."""
    house, rounds = House(), int(rounds)
    clock.move(moment(dt.date(2017, 8, 28)), house.province)
    at = moment(dt.date(2017, 8, 21))
    new = [house.found(f"多{number}社区", house.regions["一南街道"]) for number in range(3 + 2 * rounds)]
    house.people.filers(new)
    house.title(new)
    rows = [house.drive.fill(house.drive.start(community, at), 0.9, at) for community in new]
    desk = [house.prepare(house.drive.submit(row, at + dt.timedelta(hours=1))) for row in rows[3 + rounds :]]
    told = [[row.pk, row.moves, session_of(house.filer(row.community))] for row in rows[: 3 + rounds]]
    return {
        "uploads": told[:3],
        "drafts": told[3:],
        "desk": [[row.pk, row.moves] for row in desk],
        "approver": session_of(house.officer("一南街道", Role.APPROVER)),
        "publishers": _listed(house, rounds, at),
        "publish": f"/lists/{house.round.pk}/{house.drive.tier}/publish/",
        "material": next(m["key"] for m in house.version.data["materials"]),
    }


def many(count):
    """So many applications, each with its community, sheet and a title, at a county's desk."""
    house = House()
    application = house.prepare(house.at("county_review", 0))
    grow(
        SimpleNamespace(house=house, application=application, recognition=Recognition.objects.first()),
        int(count),
        few=False,
    )
    return {"applications": Application.objects.count()}


def wholeness():
    """After kills: states with their events and filings, files with their rows, and what the invariants say."""
    rows = Application.objects.order_by("pk")
    filed = {a.pk: a.filings.count() for a in rows}
    half = [
        a.pk
        for a in rows
        if (a.state == "draft") != (filed[a.pk] == 0)
        or Event.objects.filter(action="submit", applicationevent__application=a).count() != filed[a.pk]
        or Event.objects.filter(action="publish", applicationevent__application=a).count()
        != (a.state == "county_notice")
    ]
    missing = [a.pk for a in Attachment.objects.all() if not default_storage.exists(a.file.name)]
    changed = [
        a.pk for a in Attachment.objects.all() if hashlib.sha256(a.file.read()).hexdigest() != a.checksum
    ]
    orphans = stored_files.without_row(older_than=dt.timedelta(0))
    return {
        "half": half,
        "missing": missing,
        "changed": changed,
        "orphans": len(list(orphans)),
        "filed": sum(1 for n in filed.values() if n),
        "passed on": [
            rows.filter(state="county_review", community__street__name="一南街道").count(),
            Event.objects.filter(action="pass_on").count(),
        ],
        "notices": [notice.entries.count() for notice in Notice.objects.order_by("pk")],
        "published": Event.objects.filter(action="publish_notice").count(),
        "uploaded": Attachment.objects.filter(name="杀.png").count(),
        "breaches": _breaches(),
    }


def swept():
    """The sweep as it runs at night, but without waiting a day; what it took and what is left."""
    taken = stored_files.sweep(older_than=dt.timedelta(0))
    return {
        "taken": taken,
        "left": len(list(stored_files.without_row(older_than=dt.timedelta(0)))),
        "lost": len(list(stored_files.without_file())),
    }


def entries():
    return {"entries": NoticeEntry.objects.count()}


def _breaches():
    return [sentence for _, found in invariants.breaches(clock.now()) for sentence in found]


def torn():
    """What a process would leave that is killed between the steps of a careless verb: a state, and a file, alone."""
    first = Application.objects.filter(state="draft").order_by("pk").first()
    Application.objects.filter(pk=first.pk).update(state="street_review")
    default_storage.save("ab/torn.pdf", ContentFile(b"x"))
    return wholeness()


def counties():
    """An application at the desk of each of three counties, with the session of each county's approver: (name, session, application, moves)."""
    house = House()
    told = []
    for county, number in (("一县", 0), ("二县", 4), ("三县", 8)):
        ready = house.prepare(house.at("county_review", number))
        told.append([county, session_of(house.officer(county, Role.APPROVER)), ready.pk, ready.moves])
    return {"counties": told}


def seen_long_ago(key):
    """The person of a session was last here two minutes ago: the next page marks them anew."""
    store = SessionStore(key)
    store[sign_in.SEEN] -= 120
    store.save()
    return {}

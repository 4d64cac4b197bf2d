"""A1: every address × everyone, own and foreign, GET and POST. An address that is not in the table fails by name.

The table is written by hand from who may do what; nothing in it is read from the code.
"""

import contextlib

import pytest
from django.db import transaction
from django.urls import URLPattern, get_resolver

from tests.access.conftest import PEOPLE

FILERS = {"filer", "other filer", "far filer"}
AUDITORS = {"city auditor", "next city auditor", "province auditor"}
ADMINISTRATORS = {"sysadmin", "secadmin", "audadmin"}
SIGNED_IN = set(PEOPLE)
DESKS = SIGNED_IN - FILERS - AUDITORS - ADMINISTRATORS
COUNTY = {"county handler", "county approver", "county publisher"}
# Who may see the application: it stands at the county desk of 一县, above 一南街道. Everyone else gets the missing page.
SEES = {"filer", "street handler", "street approver", "city auditor", "province auditor"} | COUNTY
EVERYBODY = SIGNED_IN | {"nobody"}


class Row:
    """opens: who gets 200. sees: of the others, who may know that it is there (403, or sent elsewhere); the rest get 404.

    at_home: who is sent elsewhere (302) instead. post_only: GET is 405. changes: whose POST may change something.
    """

    def __init__(self, opens=(), sees=SIGNED_IN, at_home=(), post_only=False, changes=(), nobody=302):
        self.opens, self.sees, self.at_home = set(opens), set(sees), set(at_home)
        self.post_only, self.changes, self.nobody = post_only, set(changes), nobody

    def expected(self, name):
        if name == "nobody" and "nobody" not in self.opens:
            return self.nobody
        if self.post_only:
            return 405
        if name in self.opens:
            return 200
        if name in self.at_home:
            return 302
        return 403 if name in self.sees else 404


PUBLIC = Row(EVERYBODY)
NOT_HERE = Row((), sees=(), nobody=404)  # only in a demonstration
NOT_ASKED = Row((), sees=())  # only in a programme that asks for it
OWN_ACCOUNT = Row(SIGNED_IN, changes=SIGNED_IN)
SYSADMIN = Row({"sysadmin"}, changes={"sysadmin"})
WATCHERS = Row(ADMINISTRATORS)
COMMUNITY_EDIT = Row((), sees=SEES, at_home={"filer"}, changes={"filer"})
COMMUNITY_READ = Row({"filer"}, sees=SEES, changes={"filer"})
FILE = Row(SEES, sees=SEES)
HANDLER = Row({"county handler"}, sees=SEES, changes={"county handler"})
APPROVER = Row({"county approver"}, sees=SEES, changes={"county approver"})
PRESS = Row((), post_only=True, changes={"county approver"})
DESK = Row(DESKS)
WITH_LIST = DESKS - {"street handler", "street approver", "next street"}
LIST = Row(WITH_LIST, sees=SIGNED_IN - DESKS, changes={"county publisher", "county approver"})
OBJECTION_PRESS = Row((), post_only=True, changes={"county handler", "county approver"})
ORGANISER = {"province approver"}
# Money: who looks down on 一县, and on the community 0 of 一南街道; nobody here keeps or pays any.
ABOVE_COUNTY = COUNTY | {
    f"{level} {role}"
    for level in ("city", "province")
    for role in ("handler", "approver", "publisher", "auditor")
}
SEES_MONEY = ABOVE_COUNTY | {"filer", "street handler", "street approver"}
MONEY_DESK = Row(DESKS | AUDITORS)
# Money: who looks down on 一县, and on the community 0 of 一南街道; nobody here keeps or pays any.
ABOVE_COUNTY = COUNTY | {
    f"{level} {role}"
    for level in ("city", "province")
    for role in ("handler", "approver", "publisher", "auditor")
}
SEES_MONEY = ABOVE_COUNTY | {"filer", "street handler", "street approver"}
MONEY_DESK = Row(DESKS | AUDITORS)
# Money: who looks down on 一县, and on the community 0 of 一南街道; nobody here keeps or pays any.
ABOVE_COUNTY = COUNTY | {
    f"{level} {role}"
    for level in ("city", "province")
    for role in ("handler", "approver", "publisher", "auditor")
}
SEES_MONEY = ABOVE_COUNTY | {"filer", "street handler", "street approver"}
MONEY_DESK = Row(DESKS | AUDITORS)
# Nothing is ready: they are led back to the list's documents
RECOGNISER = Row(
    (), sees=SIGNED_IN - DESKS, at_home={"province handler", "province approver", "province publisher"}
)
SEES_TITLE = SEES | {
    "city handler",
    "city approver",
    "city publisher",
    "province handler",
    "province approver",
    "province publisher",
}
TITLE = Row(SEES_TITLE, sees=SEES_TITLE)
# The standing of 一县: for its own desks and those above it; who has no desk is refused before the region is looked up.
ABOVE = {n for n in DESKS | AUDITORS if n.startswith(("county", "city", "province"))}
STANDING = Row(ABOVE, sees=ABOVE | FILERS | ADMINISTRATORS)
IMPORTERS = (
    DESKS
    - {"street handler", "street approver", "next street"}
    - {n for n in DESKS if n.endswith("publisher")}
)
TABLES = (
    "regions/region", "regions/formerregion", "regions/community", "regions/formercommunity", "regions/succession",
    "regions/calendarnotice", "regions/specialday", "accounts/office",
)  # fmt: skip
ORGANISES = Row(ORGANISER, changes=ORGANISER)

OPEN_LISTS = (
    "notices",
    "entries",
    "recognitions",
    "endings",
    "draws",
    "communities",
    "figures",
    "programmes",
    "rounds",
    "workdays",
)
OPEN_DATA = {
    "api/": PUBLIC, "api/v1/openapi.json": PUBLIC, "notices/feed/": PUBLIC, "api/v1/notices/<int:pk>/": PUBLIC,
    "api/v1/communities/<int:pk>/": PUBLIC, "api/v1/programmes/<str:key>/": PUBLIC,
    **{f"api/v1/{name}{end}": PUBLIC for name in OPEN_LISTS for end in ("/", ".json", ".csv", ".xlsx")},
}  # fmt: skip
# The title is the city's, of a community of 一县.
GRANTERS = {"city handler", "city approver"}
# The draw is of 东市, and drawn: its handler and its approver look at everything, the approver runs it.
SEES_DRAW = (DESKS | AUDITORS) - {"next city", "next city auditor"}
RUNNER = Row({"city approver"}, sees=SEES_DRAW, changes={"city approver"})
INSPECTOR = Row({"city handler", "city approver"}, sees=SEES_DRAW, changes={"city handler", "city approver"})

MATRIX = {
    **OPEN_DATA,
    # Public
    "": PUBLIC, "notices/": PUBLIC, "notices/<int:pk>/": PUBLIC, "objections/<str:code>/receipt/": PUBLIC,
    "notices/<int:pk>/notice.pdf": PUBLIC, "notices/<int:pk>/entries/<int:entry>/object/": Row(EVERYBODY, changes=EVERYBODY), "objections/": PUBLIC, "recognised/": PUBLIC,
    "recognised/figures/": PUBLIC, "recognised/ended/": PUBLIC, "communities/": PUBLIC, "communities/<int:pk>/": PUBLIC, "certificates/": PUBLIC, "certificates/<str:number>/": PUBLIC, "programmes/": PUBLIC,
    "papers/": PUBLIC, "papers/<str:code>/": PUBLIC,
    "draws/": PUBLIC, "draws/spot_draw.py": PUBLIC, "draws/<int:pk>/": PUBLIC, "draws/<int:pk>/pool.txt": PUBLIC, "draws/<int:pk>/again/": PUBLIC,
    "draws/<int:pk>/certificate.pdf": PUBLIC,
    "programmes/<str:key>/": PUBLIC, "healthz": PUBLIC, "readyz": PUBLIC,
    "display/": Row((), post_only=True, nobody=405), "styleguide/": NOT_HERE, "demo/": NOT_HERE,
    "demo/sign-in/": Row((), post_only=True, nobody=405), "demo/clock/": Row((), post_only=True),
    "demo/place/": Row((), post_only=True, nobody=405),
    # Own account
    "home/": Row(FILERS, at_home=SIGNED_IN - FILERS), "login/": Row({"nobody"}, at_home=SIGNED_IN, changes=EVERYBODY),
    "logout/": Row((), post_only=True, changes=SIGNED_IN),
    "account/": OWN_ACCOUNT, "account/stay/": Row((), sees=(), changes=SIGNED_IN), "account/kept/": Row((), at_home=SIGNED_IN),
    "account/password/": OWN_ACCOUNT, "account/otp/": OWN_ACCOUNT, "account/post/": OWN_ACCOUNT,
    "account/interests/": Row(SIGNED_IN - FILERS, changes=SIGNED_IN),
    # People, offices, logs
    "people/": WATCHERS, "people/<int:pk>/": WATCHERS, "people/new/": SYSADMIN, "people/<int:pk>/posting/": SYSADMIN,
    "people/<int:pk>/posting/<int:posting_pk>/end/": SYSADMIN, "people/<int:pk>/reset-password/": SYSADMIN,
    "people/<int:pk>/unlock/": SYSADMIN, "people/<int:pk>/deactivate/": SYSADMIN, "people/<int:pk>/activate/": SYSADMIN,
    "people/<int:pk>/disable-otp/": SYSADMIN, "offices/": SYSADMIN, "offices/new/": SYSADMIN, "offices/<int:pk>/": SYSADMIN,
    "security/": Row({"secadmin"}), "audit-log/": Row({"audadmin"}), "audit-log/anchors/": Row({"audadmin"}),
    "audit-log/verify/": Row((), post_only=True, changes={"audadmin"}),
    # Work behind the pages: nobody asked for any (tests/accounts/test_jobs.py has them)
    "jobs/": Row(SIGNED_IN), "jobs/<str:key>/": Row((), sees=()), "jobs/<str:key>/file/": Row((), sees=()),
    "jobs/<str:key>/cancel/": Row((), sees=(), post_only=True), "jobs/<str:key>/renew/": Row((), sees=(), post_only=True),
    # Working days
    "workdays/": Row(SIGNED_IN), "workdays/day/": SYSADMIN, "workdays/import/": SYSADMIN,
    # The community's own file: it is filed, so that its forms lead back to it
    "rounds/<int:pk>/apply/<str:tier>/": Row({"far filer"}, at_home={"filer", "other filer"}, changes=FILERS),
    "applications/<int:pk>/basics/": COMMUNITY_EDIT, "applications/<int:pk>/figures/<int:page>/": COMMUNITY_EDIT, "applications/<int:pk>/later-figures/": COMMUNITY_EDIT,
    "applications/<int:pk>/narrative/": COMMUNITY_EDIT, "applications/<int:pk>/exception/": COMMUNITY_EDIT,
    "applications/<int:pk>/statements/": COMMUNITY_EDIT, "applications/<int:pk>/evidence/": COMMUNITY_EDIT,
    "applications/<int:pk>/attach/": COMMUNITY_EDIT, "files/<int:pk>/remove/": COMMUNITY_EDIT,
    "applications/<int:pk>/check/": COMMUNITY_EDIT, "applications/<int:pk>/submit/": COMMUNITY_EDIT,
    "applications/<int:pk>/resubmit/": COMMUNITY_EDIT, "applications/<int:pk>/receipt/": COMMUNITY_READ,
    "applications/<int:pk>/withdraw/": COMMUNITY_READ, "applications/<int:pk>/changes/": Row((), sees=SEES - {"filer"}),
    # The file
    "applications/<int:pk>/": FILE, "files/<int:pk>/": FILE,
    # Paper: the world's print is the community's, without a desk's findings, its scan the community's too
    "applications/<int:pk>/papers/": FILE, "applications/<int:pk>/papers/<str:form>/print/": Row((), post_only=True, changes=SEES),
    "prints/<int:pk>/": FILE, "prints/<int:pk>/paper.pdf": FILE, "scans/<int:pk>/": FILE,
    "prints/<int:pk>/scan/": Row((), sees=SEES, post_only=True, changes={"filer"}),
    "prints/<int:pk>/copies/": Row((), sees=SEES, post_only=True, changes={"county handler", "county approver", "street handler", "street approver"}),
    # The desk
    "desk/": DESK, "desk/batch/": Row((), at_home=DESKS, changes={"county approver", "county handler"}),
    "applications/<int:pk>/sheet/": HANDLER, "applications/<int:pk>/visit/": HANDLER, "applications/<int:pk>/propose/": HANDLER,
    "applications/<int:pk>/pass-on/": APPROVER, "applications/<int:pk>/send-back/": APPROVER,
    "applications/<int:pk>/decline/": APPROVER, "applications/<int:pk>/disqualify/": APPROVER,
    "applications/<int:pk>/shortlist/": PRESS, "applications/<int:pk>/unlist/": PRESS, "applications/<int:pk>/pass-over/": PRESS,
    # Lists, notices, objections (the notice is of 一县)
    "lists/": DESK, "lists/<int:round_pk>/<str:tier>/": LIST, "lists/<int:round_pk>/<str:tier>/publish/": LIST,
    "lists/<int:round_pk>/<str:tier>/recognise/": Row(
        {"province handler", "province approver", "province publisher"}, sees=SIGNED_IN - DESKS, changes={"province approver"}
    ),
    "lists/<int:round_pk>/<str:tier>/documents/": Row(WITH_LIST, sees=SIGNED_IN - DESKS),
    "lists/<int:round_pk>/<str:tier>/documents/notice.pdf": Row((), sees=SIGNED_IN - DESKS, at_home=WITH_LIST),  # nobody listed
    "applications/<int:pk>/disqualification.pdf": Row((), sees=()),
    "lists/<int:round_pk>/<str:tier>/documents/recognition.pdf": RECOGNISER, "lists/<int:round_pk>/<str:tier>/documents/announcement.pdf": RECOGNISER,
    "lists/<int:round_pk>/<str:tier>/documents/certificates/": Row((), sees=SIGNED_IN - DESKS, post_only=True),
    # The title is of community 0, granted by the city before the portal
    "recognitions/<int:pk>/": TITLE, "recognitions/<int:pk>/certificate.pdf": TITLE, "recognitions/<int:pk>/plaque.pdf": TITLE,
    "recognitions/<int:pk>/cancellation.pdf": Row((), sees=TITLE.sees, post_only=True),
    "desk/notices/": DESK, "desk/objections/": DESK,
    # Official tables
    "lists/<int:round_pk>/<str:tier>/recommended.xlsx": Row(WITH_LIST, sees=SIGNED_IN - DESKS),
    "lists/<int:round_pk>/<str:tier>/recognised.xlsx": Row(
        {"province handler", "province approver", "province publisher"}, sees=SIGNED_IN - DESKS
    ),
    "notices/<int:pk>/office-list.xlsx": Row(COUNTY, sees=SIGNED_IN - DESKS), "rounds/<int:pk>/quotas.xlsx": Row(SIGNED_IN),
    "rechecks/<int:year>/register.xlsx": Row(DESKS | AUDITORS), "rechecks/<int:year>/register.pdf": Row(DESKS | AUDITORS),
    # Asked for, made behind the pages (tests/accreditation/test_packets.py, test_round_book.py)
    "applications/<int:pk>/packet/": Row((), sees=SEES, post_only=True, changes=SEES),
    "rounds/<int:pk>/book/": Row((), post_only=True, changes=DESKS | AUDITORS),
    "rounds/<int:pk>/packets/<str:tier>/": Row((), post_only=True, changes=DESKS | AUDITORS),
    "desk/objections/<int:pk>/": Row(COUNTY, sees=SIGNED_IN - DESKS, changes=COUNTY),
    "desk/objections/<int:pk>/admit/": OBJECTION_PRESS, "desk/objections/<int:pk>/extend/": OBJECTION_PRESS,
    "desk/objections/<int:pk>/settle/": OBJECTION_PRESS,
    "desk/objections/<int:pk>/files/<int:file>/": Row(COUNTY, sees=SIGNED_IN - DESKS),
    # Imports: communities by the desks of county and above; there is no batch
    "imports/": Row(DESKS - {"street handler", "street approver", "next street"} | {"sysadmin"}), "imports/<slug:kind>/": Row(IMPORTERS), "imports/<slug:kind>/template.xlsx": Row(IMPORTERS),
    "imports/batches/<str:key>/": Row((), sees=()), "imports/batches/<str:key>/apply/": Row((), sees=(), post_only=True),
    "imports/batches/<str:key>/undo/": Row((), sees=(), post_only=True), "imports/batches/<str:key>/marked.xlsx": Row((), sees=()),
    # Rounds and the list of all one may see
    "applications/": Row(SIGNED_IN), "applications/export/": Row(DESKS | AUDITORS), "exports/": Row((), sees=(), post_only=True), "rounds/": Row(SIGNED_IN),
    "rounds/<int:pk>/": Row(SIGNED_IN), "rounds/<int:pk>/quotas/": Row(SIGNED_IN, changes=ORGANISER), "progress/": Row(SIGNED_IN),
    "rounds/<int:pk>/amendments/": Row(SIGNED_IN), "rounds/<int:pk>/amend/": ORGANISES, "rounds/<int:pk>/close/": ORGANISES,
    # The round is open: its settings and its opening lead to its page
    "rounds/<int:pk>/settings/": Row((), at_home=ORGANISER, changes=ORGANISER),
    "rounds/<int:pk>/open/": Row((), at_home=ORGANISER, changes=ORGANISER),
    # Panels: there is none in this world (tests/accreditation/test_panel_pages.py walks one)
    "panels/": Row(DESKS | AUDITORS), "panels/tasks/": Row(DESKS | AUDITORS),
    "panels/rounds/<int:round_pk>/form/": Row((), sees=FILERS | ADMINISTRATORS),
    "panels/<int:pk>/": Row((), sees=()), "panels/<int:pk>/appoint/": Row((), sees=()),
    "panels/<int:pk>/members/<int:member>/dismiss/": Row((), sees=()), "panels/<int:pk>/draw/": Row((), sees=()),
    "panels/<int:pk>/assign/": Row((), sees=()), "panels/<int:pk>/scores/<int:score>/recuse/": Row((), sees=()),
    "panels/<int:pk>/close/": Row((), sees=()), "panels/<int:pk>/export/": Row((), sees=()),
    "applications/<int:pk>/panel/": Row((), sees=SEES), "applications/<int:pk>/panel/recuse/": Row((), sees=SEES),
    # Programmes for offices
    "rounds/programmes/": Row(DESKS | AUDITORS), "rounds/programmes/<str:key>/": Row(DESKS | AUDITORS),
    "rounds/programmes/<str:key>/prepare/": Row(ORGANISER, changes=ORGANISER),
    # Score sheets from Excel; Hunan's came with its document, so that it has no sample
    "rounds/programmes/<str:key>/score-sheets/": Row(DESKS | AUDITORS),
    "rounds/programmes/<str:key>/score-sheets/<int:sheet>/": Row(DESKS | AUDITORS),
    "rounds/programmes/<str:key>/score-sheets/<int:sheet>/workbook.xlsx": Row(DESKS | AUDITORS),
    "rounds/programmes/<str:key>/score-sheets/template.xlsx": Row(DESKS | AUDITORS),
    "rounds/programmes/<str:key>/score-sheets/sample.xlsx": Row((), sees=FILERS | ADMINISTRATORS),
    "rounds/programmes/<str:key>/score-sheets/import/": Row(ORGANISER),
    "rounds/programmes/<str:key>/score-sheets/publish/": Row((), post_only=True, changes=ORGANISER),
    "rounds/<int:pk>/score-sheet/": Row((), post_only=True, changes=ORGANISER),
    # Money: the world's programme gives none (tests/subsidies has those that do)
    "subsidies/": Row(DESKS | AUDITORS, at_home=FILERS), "subsidies/regions/<int:pk>/": Row(ABOVE_COUNTY, sees=()),
    "subsidies/regions/<int:pk>/statement/": Row((), sees=()), "subsidies/communities/<int:pk>/<int:year>/statement/": Row((), sees=()),
    "subsidies/regions/<int:pk>/export/": Row((), sees=()), "subsidies/communities/<int:pk>/": Row(SEES_MONEY, sees=()),
    "subsidies/communities/<int:pk>/<int:year>/spend/": Row((), sees=SEES_MONEY - {"filer"}),
    "subsidies/communities/<int:pk>/<int:year>/refund/": Row((), sees=SEES_MONEY - {"filer"}),
    "subsidies/communities/<int:pk>/<int:year>/report/": Row((), sees=SEES_MONEY - {"filer"}),
    "subsidies/communities/<int:pk>/stop/": Row((), sees=SEES_MONEY),
    "subsidies/entries/<int:pk>/receive/": NOT_ASKED, "subsidies/entries/<int:pk>/reverse/": NOT_ASKED,
    "subsidies/entries/<int:pk>/correct/": NOT_ASKED, "subsidies/entries/<int:pk>/release/": NOT_ASKED,
    "subsidies/expenses/<int:pk>/": NOT_ASKED, "subsidies/papers/<int:pk>/": NOT_ASKED, "subsidies/recoveries/": MONEY_DESK,
    "subsidies/audits/": MONEY_DESK, "subsidies/reports/<int:pk>/": NOT_ASKED, "subsidies/reports/<int:pk>/sign/": NOT_ASKED,
    "subsidies/reports/<int:pk>/find/": NOT_ASKED, "subsidies/findings/<int:pk>/recover/": NOT_ASKED,
    "subsidies/recoveries/<int:pk>/repay/": NOT_ASKED, "subsidies/stops/<int:pk>/lift/": NOT_ASKED,
    "subsidies/accruals/": MONEY_DESK, "subsidies/batches/": MONEY_DESK, "subsidies/batches/new/": Row(()),
    "subsidies/batches/<int:pk>/": NOT_ASKED, "subsidies/check/": Row(AUDITORS, changes=AUDITORS),
    # Street plans and coverage: the world's programme asks for neither
    "rounds/<int:pk>/plans/": NOT_ASKED, "rounds/<int:pk>/plans/file/": NOT_ASKED, "rounds/<int:pk>/plans/export/": NOT_ASKED,
    "plans/<int:pk>/": NOT_ASKED, "plans/<int:pk>/file/": NOT_ASKED,
    "rounds/<int:pk>/coverage/": NOT_ASKED, "rounds/<int:pk>/coverage/export/": NOT_ASKED,
    "rounds/<int:pk>/coverage/communities/": NOT_ASKED,
    # Registry tables: lists alone, nothing is added, changed or deleted by a form
    "admin/": SYSADMIN, "admin/jsi18n/": SYSADMIN, "admin/<slug:app_label>/": SYSADMIN,
    **{f"admin/{table}/{page}": SYSADMIN for table in TABLES for page in ("", "export/")},
    **{f"admin/{table}/import/": SYSADMIN for table in ("regions/region", "accounts/office")},
    **{f"admin/{table}/process_import/": Row((), post_only=True, changes={"sysadmin"}) for table in ("regions/region", "accounts/office")},
    # Titles: the world has those of the cities and one of the province; rechecks: nobody opened one
    "titles/": Row(SIGNED_IN), "titles/<int:pk>/": TITLE, "titles/<int:pk>/propose-ending/": Row(GRANTERS, sees=SEES_TITLE, changes=GRANTERS),
    "titles/<int:pk>/decide-ending/": Row((), sees=()), "titles/<int:pk>/refuse-ending/": Row((), sees=()),
    "titles/<int:pk>/gap/": Row({"city approver"}, sees=SEES_TITLE, changes={"city approver"}), "titles/bars/<int:pk>/lift/": Row((), sees=()),
    "spot-checks/": Row(DESKS | AUDITORS), "spot-checks/mine/": Row(DESKS | AUDITORS),
    "spot-checks/new/": Row({"county approver", "next county", "city approver", "next city", "province approver"}),
    "spot-checks/<int:pk>/": Row(SEES_DRAW, sees=SEES_DRAW), "spot-checks/<int:pk>/seed/": RUNNER, "spot-checks/<int:pk>/draw/": RUNNER,
    "spot-checks/<int:pk>/void/": RUNNER, "spot-checks/<int:pk>/again/": Row((), sees=SEES_DRAW),
    "spot-checks/inspectors/<int:pk>/recuse/": INSPECTOR, "spot-checks/targets/<int:pk>/find/": INSPECTOR,
    "changes/": Row(SIGNED_IN), "changes/report/": Row(FILERS | {"street handler", "street approver", "next street"}, sees=(), changes=FILERS),
    "changes/<int:pk>/": Row((), sees=()), "changes/<int:pk>/check/": Row((), sees=()),
    "changes/<int:pk>/decide/": Row((), sees=()), "changes/<int:pk>/refuse/": Row((), sees=()),
    "standing/": Row(DESKS | AUDITORS), "standing/<int:pk>/": STANDING, "standing/<int:pk>/rechecks/": STANDING,
    "rechecks/": Row(DESKS | AUDITORS), "rechecks/open/<str:key>/": Row(ORGANISER, sees=SIGNED_IN - FILERS, changes=ORGANISER),
    "rechecks/<int:pk>/": Row((), sees=()), "rechecks/<int:pk>/confirm/": Row((), sees=(), post_only=True),
    "rechecks/<int:pk>/close/": Row((), sees=()), "rechecks/entries/<int:pk>/": Row((), sees=()),
    "rechecks/entries/<int:pk>/check/": Row((), sees=()), "rechecks/entries/<int:pk>/confirm/": Row((), sees=()),
    "rechecks/entries/<int:pk>/return/": Row((), sees=()), "rechecks/entries/<int:pk>/decide/": Row((), sees=()),
}  # fmt: skip


def routes(patterns, prefix=""):
    for one in patterns:
        if isinstance(one, URLPattern):
            yield prefix + str(one.pattern)
        else:
            yield from routes(one.url_patterns, prefix + str(one.pattern))


def _of_the_draw(route, world):
    """The draw itself, its first title, or the city handler as an inspector of it."""
    if not route.startswith("spot-checks/"):
        return 0
    target = world.draw.targets.first()
    inspector = target.inspectors.get(user=world.house.officer("东市", "handler"))
    return {"inspectors": inspector.pk, "targets": target.pk}.get(route.split("/")[1], world.draw.pk)


def address(route, world, missing=False):
    """The route filled with the world's own things, or with keys that nothing has."""
    house = world.house
    officer = house.officer("一县", "handler")
    own = {
        "applications": world.application.pk, "prints": world.print.pk, "scans": world.scan.pk, "files": world.attachment.pk, "notices": world.notice.pk,
        "communities": house.community(0).pk, "recognitions": world.recognition.pk, "rounds": house.round.pk, "desk": world.objection.pk, "people": officer.pk,
        "offices": officer.acting.office_id,
        "titles": world.recognition.pk,
        "standing": house.regions["一县"].pk,
        "draws": world.draw.pk, "spot-checks": _of_the_draw(route, world),
        "regions": house.regions["一县"].pk,
    }.get(route.removeprefix("api/v1/").removeprefix("subsidies/").split("/")[0], 1)  # fmt: skip
    values = {
        "<int:pk>": 10**9 if missing else own, "<str:number>": world.recognition.number, "<str:key>": "hunan-star-2017", "<slug:kind>": "communities",
        "<str:tier>": "star", "<int:page>": 1, "<int:year>": 2017, "<str:code>": world.print.code if route.startswith("papers") else world.objection.code, "<int:round_pk>": house.round.pk,
        "<int:entry>": world.notice.entries.earliest("pk").pk, "<int:posting_pk>": officer.acting.pk,
        "<int:file>": world.file, "<int:member>": 1, "<str:form>": "hunan_3", "<slug:app_label>": "regions", "<int:score>": 1, "<int:sheet>": 10**9 if missing else house.round.rubric_id,
    }  # fmt: skip
    for name, value in values.items():
        route = route.replace(name, str(value))
    return "/" + route


def test_every_address_is_in_the_table_and_every_row_is_an_address():
    assert set(routes(get_resolver().url_patterns)) == set(MATRIX)


def test_who_opens_what(world, measure):
    wrong = []
    for route, row in MATRIX.items():
        for name, client in world.clients.items():
            got = client.get(address(route, world)).status_code
            if route == "account/stay/" and name != "nobody":
                assert got == 204
            elif got != row.expected(name):
                wrong.append((route, name, got, row.expected(name)))
    measure("A1", "cells", len(MATRIX) * len(world.clients))
    measure("A1", "leaks", len(wrong))
    assert wrong == []


def test_a_foreign_thing_is_like_a_missing_one(world, measure):
    """Byte for byte, for everyone who may not know of it."""
    wrong = []
    for route, row in MATRIX.items():
        if "<int:pk>" not in route or row.post_only:
            continue
        for name in SIGNED_IN - row.sees - row.opens - row.at_home:
            client = world.clients[name]
            foreign, missing = (
                client.get(address(route, world)),
                client.get(address(route, world, missing=True)),
            )
            if (foreign.status_code, foreign.content) != (404, missing.content):
                wrong.append((route, name, foreign.status_code, missing.status_code))
    measure("A1", "leaks", len(wrong))
    assert wrong == []


PARTS = 8  # of the table, so that one world serves many addresses and the work can be shared out


@contextlib.contextmanager
def undone():
    """What happens in the block is taken back: the next address finds the world as it was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_press_by_someone_else_changes_nothing(world, part, measure):
    """POST with a fresh page by everybody whose press may not change anything: refused, and nothing is different.

    Where the thing is foreign, the answer is that of a missing thing, byte for byte.
    """
    before = world.fingerprint()
    fields = {
        "seen": world.application.moves, "edition": world.application.edition, "reason": "理由", "opinion": "意见",
        "verdict": "recommend", "remarks": "x", "outcome": "upheld", "reply": "答复", "size": "99", "pick": world.application.pk,
    }  # fmt: skip
    routes = [route for route in MATRIX if route not in ("logout/", "account/stay/")]
    wrong = []
    for route in routes[part::PARTS]:
        row = MATRIX[route]
        with undone():
            for name in EVERYBODY - row.changes:
                answer = world.clients[name].post(address(route, world), fields)
                if answer.status_code >= 500:
                    wrong.append((route, name, answer.status_code))
                if "<int:pk>" in route and name not in row.sees | row.opens | row.at_home | {"nobody"}:
                    missing = world.clients[name].post(address(route, world, missing=True), fields)
                    if (answer.status_code, answer.content) != (missing.status_code, missing.content):
                        wrong.append((route, name, answer.status_code, missing.status_code))
            wrong += [(route, change) for change in world.differs(before)]
    measure("A1", "leaks", len(wrong))
    assert wrong == []


def test_a_draft_is_its_community_s_alone(world):
    """Every address of an application: to everyone else a draft is not there, by GET and by POST."""
    routes = [route for route in MATRIX if route.startswith("applications/<int:pk>/")]
    before = world.fingerprint()
    wrong = []
    for route in routes:
        own, missing = (r.replace("<int:page>", "1") for r in (route, route))
        own = "/" + own.replace("<int:pk>", str(world.draft.pk))
        missing = "/" + missing.replace("<int:pk>", str(10**9))
        for name in SIGNED_IN - {"other filer"}:
            client = world.clients[name]
            for method in (client.get, client.post):
                a, b = method(own), method(missing)
                if (a.status_code, a.content) != (b.status_code, b.content) or a.status_code not in (
                    404,
                    405,
                ):
                    wrong.append((route, name, a.status_code, b.status_code))
    assert wrong == []
    assert world.differs(before) == []


KEYS = ("<int:pk>", "<int:page>", "<int:round_pk>", "<int:entry>", "<int:posting_pk>", "<int:file>")


@pytest.mark.parametrize("part", range(PARTS // 2))
def test_keys_that_cannot_be_are_missing(world, part):
    """Nought and numbers larger than any column: the missing page, never a fault."""
    wrong = []
    for route in [route for route in MATRIX if "<int:" in route][part :: PARTS // 2]:
        for key in [key for key in KEYS if key in route]:
            for odd in ("0", str(2**63), "9" * 40):
                asked = address(route.replace(key, odd), world)
                for name in ("nobody", "filer", "county approver", "sysadmin"):
                    for method in (world.clients[name].get, world.clients[name].post):
                        if (got := method(asked).status_code) not in (302, 403, 404, 405):
                            wrong.append((asked, name, got))
    assert wrong == []

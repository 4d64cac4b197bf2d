"""What stands around every page: the menu of the acting role, its one count, the demonstration, the display modes."""

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from accounts.models import ADMINISTRATORS, DESK_ROLES, Role
from accounts.permissions import home_of
from accreditation.models import Application
from config import display
from regions import clock

SITE_NAME = "充分就业社区评审平台"

HOME = ("首页", "home")
APPLICATIONS = ("申报", "accreditation:applications")
QUEUE = ("待办", "accreditation:queue")
LISTS = ("推荐名单", "accreditation:lists")
NOTICE_DESK = ("公示", "accreditation:notice_desk")
OBJECTIONS = ("异议", "accreditation:objection_desk")
ROUNDS = ("批次", "accreditation:rounds")
PROGRESS = ("进度", "accreditation:progress")
NOTICES = ("公示", "notices")
RECOGNISED = ("认定名录", "recognised")
PEOPLE = ("人员", "accounts:people")
OFFICES = ("单位", "accounts:offices")
WORKDAYS = ("工作日", "workdays:list")
ASSESSING = ("考核评分", "accreditation:panel_tasks")
MONEY = ("补助资金", "subsidies:ledger")
AUDITS = ("资金审核", "subsidies:audits")

PUBLIC = (
    ("首页", "public_home"),
    NOTICES,
    RECOGNISED,
    ("证书查验", "certificate_check"),
    ("异议办理", "objection_status"),
)
# At most six entries each: the large-type mode shows no more.
MENUS = {
    Role.FILER: (HOME, APPLICATIONS, MONEY, NOTICES, RECOGNISED),
    Role.HANDLER: (HOME, QUEUE, LISTS, OBJECTIONS, APPLICATIONS, PROGRESS),
    # An approver's home is the queue itself, objections are theirs to decide, and the money's reports to sign; notices
    # are the publisher's and stand on the lists.
    Role.APPROVER: (QUEUE, LISTS, MONEY, OBJECTIONS, APPLICATIONS, PROGRESS),
    Role.PUBLISHER: (HOME, NOTICE_DESK, OBJECTIONS, LISTS, APPLICATIONS, PROGRESS),
    Role.FINANCE: (HOME, MONEY, AUDITS, APPLICATIONS, RECOGNISED),
    Role.AUDITOR: (HOME, APPLICATIONS, PROGRESS, ROUNDS, MONEY, RECOGNISED),
    Role.SYSADMIN: (PEOPLE, OFFICES, WORKDAYS),
    Role.SECADMIN: (("安全日志", "accounts:security"), PEOPLE),
    Role.AUDADMIN: (("审计日志", "accounts:audit_log"), PEOPLE),
}
# A street has no list and no notice of its own; approvers, who run rounds or give out their places, find single files
# through the queue and the progress page.
STREET_DESK = (HOME, QUEUE, APPLICATIONS, PROGRESS)


# An office without a desk comes in for its panel alone.
PANEL_ONLY = (ASSESSING, NOTICES, RECOGNISED)
MOST = 6


def entries_of(acting) -> tuple:
    """The menu of a posting as (label, name of the page); the public one without a posting.

    Who is on a panel at work finds it first; the home, which leads on to another entry, gives way.
    """
    if acting is None:
        return PUBLIC
    if acting.role in DESK_ROLES and not acting.has_desk:
        return PANEL_ONLY
    entries = _own_entries(acting)
    if not getattr(acting, "on_panel", False) or acting.community_id or acting.role in ADMINISTRATORS:
        return entries
    return (ASSESSING, *(entry for entry in entries if entry != HOME))[:MOST]


def _own_entries(acting):
    entries = MENUS[acting.role]
    if acting.role in DESK_ROLES and acting.level == "street":
        return STREET_DESK
    if acting.role == Role.APPROVER or (acting.role == Role.HANDLER and acting.level == "province"):
        return tuple(ROUNDS if entry == APPLICATIONS else entry for entry in entries)
    return entries


def address(name: str) -> str:
    """The address of a named page, or nothing where the page is not there."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def waiting(user) -> int:
    """How many applications stand at the desk of the acting office: one count over one index."""
    state = f"{user.acting.level}_review"
    return Application.objects.in_line_of(user).at_desk(state).count()


def menu(user, path: str, counted: int | None = None) -> list[dict]:
    """The entries of the acting role: label, url, current, count (None where nothing is counted).

    `counted`: what waits at the desk, where the page has counted it already.
    """
    acting = getattr(user, "acting", None)
    entries = []
    for label, name in entries_of(acting):
        if url := address(name):
            entries.append({"label": label, "name": name, "url": url, "current": False, "count": None})
    # The longest address the path begins with is where the reader is; "/" is so only by itself.
    here = [
        entry
        for entry in entries
        if path == entry["url"] or (entry["url"] != "/" and path.startswith(entry["url"]))
    ]
    if here:
        max(here, key=lambda entry: len(entry["url"]))["current"] = True
    for entry in entries:
        if entry["name"] == QUEUE[1] and acting.has_desk:
            entry["count"] = waiting(user) if counted is None else counted
    return entries


def chrome(request) -> dict:
    """Context for base.html. Costs the menu's count, and the clock's row in a demonstration."""
    user = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    acting = getattr(user, "acting", None) if signed_in else None
    playing = clock.playing() if settings.DEMO else None
    return {
        "site_name": SITE_NAME,
        "demo": settings.DEMO,
        "demo_title": playing.title if playing else "",
        "demo_today": (clock.day_of(playing.moment) if playing else clock.today()) if settings.DEMO else None,
        "acting": acting,
        "postings": getattr(user, "postings_today", ()) if signed_in else (),
        "care": display.chosen(request, "care") == "1",
        "contrast": display.chosen(request, "contrast") == "1",
        "nav": menu(user, request.path, getattr(request, "waiting", None)),
        "idle_seconds": settings.SESSION_IDLE_SECONDS if signed_in else None,
        "links": {
            "home": address(home_of(acting)) if signed_in else address("public_home"),
            "login": address("accounts:login"),
            "logout": address("accounts:logout"),
            "profile": address("accounts:profile"),
            "switch_post": address("accounts:switch_post"),
            "roles": address("accounts:demo"),
            "stay": address("accounts:stay"),
            "help": address("help"),
            "open_data": address("open_data"),
        },
    }

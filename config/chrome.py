"""What stands around every page: the menu of the acting role, its one count, the demonstration, the display modes."""

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from accounts.models import DESK_ROLES, Role
from accreditation.models import Application
from regions import clock

SITE_NAME = "充分就业社区评审平台"

HOME = ("首页", "home")
APPLICATIONS = ("申报", "accreditation:applications")
QUEUE = ("待办", "accreditation:queue")
LISTS = ("推荐名单", "accreditation:lists")
NOTICE_DESK = ("公示", "accreditation:notice_desk")
OBJECTIONS = ("异议", "accreditation:objection_desk")
ROUNDS = ("评审周期", "accreditation:rounds")
PROGRESS = ("进度", "accreditation:progress")
PEOPLE = ("人员", "accounts:people")
WORKDAYS = ("工作日", "workdays:list")

PUBLIC = (
    ("首页", "public_home"),
    ("公示", "notices"),
    ("认定名录", "recognised"),
    ("证书查验", "certificate_check"),
    ("异议办理", "objection_status"),
)
# At most six entries each: the large-type mode shows no more.
MENUS = {
    Role.FILER: (HOME, APPLICATIONS, ("公示", "notices"), ("认定名录", "recognised")),
    Role.HANDLER: (HOME, QUEUE, LISTS, OBJECTIONS, APPLICATIONS, PROGRESS),
    Role.APPROVER: (HOME, QUEUE, LISTS, NOTICE_DESK, APPLICATIONS, PROGRESS),
    Role.PUBLISHER: (HOME, NOTICE_DESK, OBJECTIONS, LISTS, APPLICATIONS, PROGRESS),
    Role.FINANCE: (HOME, APPLICATIONS, ("认定名录", "recognised")),
    Role.AUDITOR: (HOME, APPLICATIONS, PROGRESS, ("公示", "notices"), ("认定名录", "recognised")),
    Role.SYSADMIN: (HOME, PEOPLE, ROUNDS, WORKDAYS),
    Role.SECADMIN: (HOME, PEOPLE),
    Role.AUDADMIN: (HOME,),
}


def address(name: str) -> str:
    """The address of a named page, or nothing where the page is not there."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def waiting(user) -> int:
    """How many applications stand at the desk of the acting office: one count over one index."""
    state = f"{user.acting.level}_review"
    return Application.objects.visible_to(user).at_desk(state).count()


def menu(user, path: str) -> list[dict]:
    """The entries of the acting role: label, url, current, count (None where nothing is counted)."""
    acting = getattr(user, "acting", None)
    entries = []
    for label, name in MENUS[acting.role] if acting else PUBLIC:
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
        if entry["name"] == QUEUE[1] and acting.role in DESK_ROLES:
            entry["count"] = waiting(user)
    return entries


def chrome(request) -> dict:
    """Context for base.html. Costs the menu's count, and the clock's row in a demonstration."""
    user = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    return {
        "site_name": SITE_NAME,
        "demo": settings.DEMO,
        "demo_today": clock.today() if settings.DEMO else None,
        "acting": getattr(user, "acting", None) if signed_in else None,
        "postings": getattr(user, "postings_today", ()) if signed_in else (),
        "care": request.COOKIES.get("care") == "1",
        "contrast": request.COOKIES.get("contrast") == "1",
        "nav": menu(user, request.path),
        "idle_seconds": settings.SESSION_IDLE_SECONDS if signed_in else None,
        "links": {
            "home": address("home") if signed_in else address("public_home"),
            "login": address("accounts:login"),
            "logout": address("accounts:logout"),
            "profile": address("accounts:profile"),
            "switch_post": address("accounts:switch_post"),
            "roles": address("accounts:demo"),
            "stay": address("accounts:stay"),
            "help": address("help"),
        },
    }

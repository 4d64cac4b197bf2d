"""What the two watching administrators read: security events, and the whole chain of their region's people."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import anchors
from accounts.account_events import SECURITY, WORDS, told, within
from accounts.forms import LogFilter
from accounts.listed import Listed, exported, streamed, wanted, words_of, workbook
from accounts.models import Anchor, ChainCheck, Event, EventHead, Role
from regions import clock
from regions.models import Region

PAGE = 50
# A longer chain is checked by the nightly command, not while somebody waits.
CHECKED_AT_ONCE = 50_000
# The page says how many there are up to here: no page counts the whole log.
COUNTED = 10_000
COLUMNS = [
    ("序号", 10), ("时间", 17), ("事项", 18), ("对象", 36), ("办理人", 14), ("岗位", 36), ("网络地址", 18), ("内容", 60), ("摘要", 66),
]  # fmt: skip
ANCHOR_COLUMNS = [("日期", 12), ("事件数", 10), ("末条摘要", 66), ("存证行", 150), ("寄出时间", 17)]
SHOWN_CHECKS = 10
TOP = (Region.Level.NATION, Region.Level.PROVINCE)


@exported
@require_safe
def security(request):
    """Sign-ins, refusals and changes of rights of the people below; for the security administrator."""
    region = _region(request, Role.SECADMIN, "安全事件由安全管理员查看。")
    whose = within(region)
    if region.level in TOP:
        whose |= Q(
            actor=None, account_link=None
        )  # attempts under names that do not exist belong to no region
    rows = Event.objects.filter(whose, action__in=SECURITY)
    return _log(request, "安全事件", rows, SECURITY, "accounts/security.html", {})


@exported
@require_safe
def audit_log(request):
    """Every event of the region's officers and the state of the chain; for the audit administrator."""
    region = _region(request, Role.AUDADMIN, "审计日志由审计管理员查看。")
    rows = Event.objects.filter(within(region))
    head = EventHead.objects.get(pk=1)
    context = {
        "head": head,
        "limit": CHECKED_AT_ONCE,
        "last": ChainCheck.objects.select_related("by").first(),
    }
    return _log(request, "审计日志", rows, WORDS, "accounts/audit_log.html", context)


@require_POST
def verify_chain(request):
    """Walk the whole chain and say whether it holds."""
    _region(request, Role.AUDADMIN, "事件链由审计管理员核对。")
    head = EventHead.objects.get(pk=1)
    if head.seq > CHECKED_AT_ONCE:
        messages.warning(
            request, f"事件已超过 {CHECKED_AT_ONCE} 条，由每晚的自动核对（check_invariants）负责。"
        )
        return redirect("accounts:audit_log")
    found = anchors.check(clock.now(), request.user)
    if found.faults:
        shown = "；".join(found.told.splitlines()[:5])
        messages.error(request, f"事件链有 {found.faults} 处不符：{shown}。请立即报告上级。")
    else:
        with_anchors = f"，与 {found.anchors} 次存证相符" if found.anchors else ""
        messages.success(request, f"已核对 {found.seq} 条事件，首尾衔接，内容与摘要一致{with_anchors}。")
    return redirect("accounts:audit_log")


@exported
@require_safe
def chain_anchors(request):
    """The daily anchors outside the database and the last walks of the chain; for the audit administrator."""
    _region(request, Role.AUDADMIN, "事件链存证由审计管理员查看。")
    rows = Anchor.objects.all()
    if wanted(request):
        return workbook(
            request, Listed("事件链存证", ANCHOR_COLUMNS, rows.count(), streamed(rows, _anchor_line))
        )
    in_file = set(anchors.lines())
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    for row in page:
        row.in_file = row.line in in_file
    checks = ChainCheck.objects.select_related("by")[:SHOWN_CHECKS]
    return render(request, "accounts/anchors.html", {"page": page, "checks": checks})


def _region(request, role, sentence):
    acting = request.user.acting
    if acting.role != role:
        raise PermissionDenied(sentence)
    return acting.office.region


def _log(request, title, rows, words, template, context):
    """A page of a log, newest first; older pages by the last number seen, so that no page counts the whole log."""
    form = LogFilter(request.GET, words=words)
    form.is_valid()
    asked = form.cleaned_data
    if asked.get("action"):
        rows = rows.filter(action=asked["action"])
    if text := asked.get("q", "").strip():
        rows = rows.filter(
            Q(subject__holds=text) | Q(actor__name__holds=text) | Q(actor__username=text.casefold())
        )
    if asked.get("since"):
        rows = rows.filter(at__gte=clock.start_of(asked["since"]))
    if asked.get("until"):
        rows = rows.filter(at__lt=clock.start_of(asked["until"] + dt.timedelta(days=1)))
    rows = rows.select_related("actor", "posting__office", "posting__community").order_by("-seq")
    if wanted(request):
        return workbook(request, Listed(title, COLUMNS, rows.count(), streamed(rows, _line), words_of(form)))
    counted = rows.order_by()[: COUNTED + 1].count()
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(seq__lt=int(before))
    shown = list(rows[: PAGE + 1])
    context |= {
        "form": form,
        "rows": [told(event) for event in shown[:PAGE]],
        "older": shown[PAGE - 1].seq if len(shown) > PAGE else None,
        "first_page": not before,
        "count": f"{COUNTED} 条以上" if counted > COUNTED else f"{counted} 条" if counted else "",
    }
    return render(request, template, context)


def _line(event):
    row = told(event)
    return (
        event.seq, event.at, row["word"], row["subject"], row["who"], row["post"], row["ip"],
        "；".join(map(str, row["changes"])), event.digest,
    )  # fmt: skip


def _anchor_line(row):
    return (row.day, row.seq, row.digest, row.line, row.mailed_at)

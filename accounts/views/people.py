"""The accounts below: the list, one person, and what the system administrator does for them."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.forms import Form
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts import forms, people, places, second_factor
from accounts.account_events import SECURITY, about, told
from accounts.limits import client_ip
from accounts.listed import Listed, exported, streamed, wanted, words_of, workbook
from accounts.models import ADMINISTRATORS, Event, Posting, Role
from accounts.permissions import may_manage, people_visible_to, postings_within, roles_at, why_not_change
from regions import clock

PAGE = 50
RECENT = 20
COLUMNS = [("姓名", 14), ("用户名", 20), ("在任岗位", 60), ("最近登录", 12), ("状态", 16)]


def _administrator(request):
    """The acting region of any of the three administrators; others are refused."""
    acting = request.user.acting
    if acting is None or acting.role not in ADMINISTRATORS:
        raise PermissionDenied("人员由系统管理员办理。")
    return acting.office.region


def _sysadmin(request):
    region = _administrator(request)
    if request.user.acting.role != Role.SYSADMIN:
        raise PermissionDenied("开设和变更账号由系统管理员办理。")
    return region


@exported
@require_safe
def people_list(request):
    """Every account below, filtered and paged; the same number of queries for one row and for fifty."""
    region = _administrator(request)
    form = forms.PeopleFilter(request.GET)
    form.is_valid()
    today = clock.today()
    rows = _filtered(people_visible_to(request.user), form.cleaned_data, region, today)
    rows = rows.prefetch_related(
        Prefetch(
            "postings",
            Posting.objects.on(today).select_related("office__region", "community"),
            to_attr="held",
        )
    )
    rows = rows.order_by("username")
    if wanted(request):
        filters = words_of(form)
        return workbook(request, Listed("人员", COLUMNS, rows.count(), streamed(rows, _line), filters))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "form": form,
        "region": region,
        "can_open": request.user.acting.role == Role.SYSADMIN,
    }
    return render(request, "accounts/people.html", context)


def _line(one):
    posts = "；".join(f"{posting.place} · {posting.get_role_display()}" for posting in one.held)
    return (
        one.name,
        one.username,
        posts or "没有在任岗位",
        one.last_login and clock.day_of(one.last_login),
        "已停用" if not one.is_active else "待首次修改密码" if one.must_change_password else "启用",
    )


def _filtered(rows, asked, region, today):
    """The rows a query form asks for; role and level are asked of one and the same posting."""
    if words := asked.get("q", "").strip():
        rows = rows.filter(Q(name__holds=words) | Q(username__holds=words.casefold()))
    if asked.get("active") in ("yes", "no"):
        rows = rows.filter(is_active=asked["active"] == "yes")
    held = postings_within(region).on(today).filter(user=OuterRef("pk"))
    if asked.get("active") == "none":
        return rows.exclude(Exists(held))
    if asked.get("role"):
        held = held.filter(role=asked["role"])
    if asked.get("level") == "community":
        held = held.filter(community__isnull=False)
    elif asked.get("level"):
        held = held.filter(office__region__level=asked["level"])
    return rows.filter(Exists(held)) if asked.get("role") or asked.get("level") else rows


@require_safe
def person(request, pk):
    """One account: postings, state, and what may be done."""
    region = _administrator(request)
    account = get_object_or_404(people_visible_to(request.user), pk=pk)
    today = clock.today()
    postings = list(account.postings.select_related("office__region", "community").order_by("-starts", "-id"))
    lasting = [posting for posting in postings if posting.ends is None or posting.ends >= today]
    refusal = why_not_change(request.user, account, lasting)
    recent = (
        Event.objects.filter(about([account]), action__in=SECURITY)
        .select_related("actor", "posting__office", "posting__community")
        .order_by("-seq")[:RECENT]
    )
    context = {
        "account": account,
        "postings": [
            {
                "posting": posting,
                "over": posting.ends is not None and posting.ends < today,
                "may_end": posting in lasting
                and may_manage(request.user, posting.community or posting.office)
                and not why_not_change(request.user, account, [posting]),
            }
            for posting in postings
        ],
        "refusal": refusal,
        "sysadmin": request.user.acting.role == Role.SYSADMIN,
        "device": second_factor.device_of(account),
        "recent": [told(event) for event in recent],
        "region": region,
    }
    return render(request, "accounts/person.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def person_new(request):
    """Open an account at a place: choose the place, then write who and what."""
    _sysadmin(request)
    choice = places.choose(request.user.acting, request.GET)
    form, status = _posting_form(request, forms.NewAccount, choice), 200
    if form and form.is_valid():
        try:
            account, password = people.create_account(
                by=request.user,
                at=clock.now(),
                ip=client_ip(request),
                place=choice.place,
                **form.cleaned_data,
            )
        except ValidationError as refusal:
            _add_refusal(form, refusal)
            status = 409
        else:
            return _password_page(request, account, password, "账号已开设")
    context = {"form": form, "choice": choice, "account": None}
    return render(request, "accounts/person_new.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def add_posting(request, pk):
    """One more posting for an account."""
    _sysadmin(request)
    account = get_object_or_404(people_visible_to(request.user), pk=pk)
    choice = places.choose(request.user.acting, request.GET)
    form, status = _posting_form(request, forms.NewPosting, choice), 200
    if form and form.is_valid():
        try:
            posting = people.add_posting(
                account,
                by=request.user,
                at=clock.now(),
                ip=client_ip(request),
                place=choice.place,
                **form.cleaned_data,
            )
        except ValidationError as refusal:
            _add_refusal(form, refusal)
            status = 409
        else:
            messages.success(request, f"已为{account.name}增加“{posting}”。")
            return redirect("accounts:person", pk=account.pk)
    context = {"form": form, "choice": choice, "account": account}
    return render(request, "accounts/person_new.html", context, status=status)


def _posting_form(request, form_class, choice):
    """The form for the chosen place, or None where nothing can be given."""
    roles = roles_at(request.user, choice.place)
    if not roles:
        return None
    return form_class(
        forms.posted(request), place=choice.place, roles=roles, initial={"starts": clock.today()}
    )


def _add_refusal(form, refusal):
    """A refused verb lands on the form: at its field where it has one."""
    if hasattr(refusal, "error_dict"):
        for name, errors in refusal.error_dict.items():
            form.add_error(name if name in form.fields else None, errors)
    else:
        form.add_error(None, refusal)


def _password_page(request, account, password, title):
    """The one-time password, on this page alone."""
    context = {"account": account, "password": password, "heading": title}
    return render(request, "accounts/one_time_password.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def end_posting(request, pk, posting_pk):
    """Let a posting end."""
    region = _sysadmin(request)
    account = get_object_or_404(people_visible_to(request.user), pk=pk)
    posting = get_object_or_404(
        postings_within(region).select_related("office__region", "community"), user=account, pk=posting_pk
    )
    form = forms.EndPosting(forms.posted(request), posting=posting, today=clock.today())
    return _verb_page(
        request,
        account,
        form,
        lambda by, at, ip, last_day: people.end_posting(posting, by=by, at=at, ip=ip, last_day=last_day),
        heading=f"终止{account.name}的岗位",
        action="终止岗位",
        lead=f"{posting}",
        effects=["最后一天过后，该人员不能再以这个岗位办理事项。", "已经办理的事项和记录不变。"],
        done="岗位已终止。",
        danger=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def reset_password(request, pk):
    """A new one-time password, shown once."""
    _sysadmin(request)
    account = get_object_or_404(people_visible_to(request.user), pk=pk)
    form, status = Form(forms.posted(request)), 200
    if request.method == "POST":
        form.is_valid()
        try:
            password = people.reset_password(account, by=request.user, at=clock.now(), ip=client_ip(request))
        except ValidationError as refusal:
            form.add_error(None, refusal)
            status = 409
        else:
            return _password_page(request, account, password, "密码已重置")
    context = {
        "form": form,
        "account": account,
        "heading": f"重置{account.name}的密码",
        "action": "重置密码",
        "cancel_url": reverse("accounts:person", args=[account.pk]),
        "effects": [
            "生成一个一次性密码，只显示一次，请当面或通过电话告诉本人。",
            "该人员现在的登录全部退出，用一次性密码登录后必须自己设置新密码。",
        ],
    }
    return render(request, "accounts/person_verb.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def unlock(request, pk):
    return _simple(
        request,
        pk,
        people.unlock,
        Form,
        heading="解除{}的登录限制",
        action="解除限制",
        effects=[
            "输错密码的次数清零，可以立即再次登录。",
            "请先确认是本人输错了密码；有疑问时请改为重置密码。",
        ],
        done="登录限制已解除。",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def deactivate(request, pk):
    return _simple(
        request,
        pk,
        people.deactivate,
        forms.Reason,
        heading="停用{}的账号",
        action="停用账号",
        effects=["该人员立即退出，不能再登录。", "任职和已经办理的事项不变；以后可以重新启用。"],
        done="账号已停用。",
        danger=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def activate(request, pk):
    return _simple(
        request,
        pk,
        people.activate,
        forms.Reason,
        heading="启用{}的账号",
        action="启用账号",
        effects=["该人员可以用原来的密码登录，以仍在期限内的岗位办理事项。"],
        done="账号已启用。",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def disable_otp(request, pk):
    return _simple(
        request,
        pk,
        people.disable_otp,
        forms.Reason,
        heading="停用{}的动态口令",
        action="停用动态口令",
        effects=[
            "手机上的动态口令和备用口令全部作废。",
            "单位要求使用动态口令的，该人员下次登录时重新设置。",
        ],
        done="动态口令已停用。",
        danger=True,
    )


def _simple(request, pk, verb, form_class, *, heading, done, **words):
    """A verb on one account, with a form of its own fields."""
    _sysadmin(request)
    account = get_object_or_404(people_visible_to(request.user), pk=pk)
    form = form_class(forms.posted(request))
    return _verb_page(
        request,
        account,
        form,
        lambda **given: verb(account, **given),
        heading=heading.format(account.name),
        done=done,
        **words,
    )


def _verb_page(request, account, form, verb, *, heading, action, effects, done, lead="", danger=False):
    """Say what will happen, or do it; a refusal lands on the form with 409."""
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            verb(by=request.user, at=clock.now(), ip=client_ip(request), **form.cleaned_data)
        except ValidationError as refusal:
            _add_refusal(form, refusal)
            status = 409
        else:
            messages.success(request, done)
            return redirect("accounts:person", pk=account.pk)
    context = {
        "form": form,
        "account": account,
        "heading": heading,
        "action": action,
        "lead": lead,
        "effects": effects,
        "danger": danger,
        "cancel_url": reverse("accounts:person", args=[account.pk]),
    }
    return render(request, "accounts/person_verb.html", context, status=status)

"""A person's own account: postings, sign-ins, password, second factor, declared interests."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe
from django_otp import login as otp_login

from accounts import interests as interest_verbs
from accounts import limits, second_factor, sign_in
from accounts.account_events import about, note, told
from accounts.forms import PASSWORD_RULES, ChangePassword, Code, Interest, posted
from accounts.models import Event, User
from accounts.permissions import home_of
from regions import clock
from regions.models import Community

SIGN_INS = ("sign_in", "sign_in_failed", "sign_in_locked")
ASIDE = 10  # rows of a short list
WRONG_OLD = "原密码不正确。"
PASSWORD_TRIES, PASSWORD_WINDOW = 5, 10 * 60


@require_safe
def profile(request):
    """Own postings, second factor and recent sign-ins."""
    recent = (
        Event.objects.filter(about([request.user]), action__in=SIGN_INS)
        .select_related("actor", "posting__office", "posting__community")
        .order_by("-seq")[:ASIDE]
    )
    context = {
        "postings": request.user.postings.select_related("office__region", "community"),
        "today": clock.today(),
        "device": second_factor.device_of(request.user),
        "recent": [told(event) for event in recent],
    }
    return render(request, "accounts/profile.html", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request):
    """Change the own password; every other session of the account ends."""
    form = ChangePassword(posted(request), user=request.user)
    if form.is_valid() and _right_old(request, form):
        at = clock.now()
        with transaction.atomic():
            user = User.objects.select_for_update().get(pk=request.user.pk)
            user.set_password(form.cleaned_data["new"])
            user.must_change_password = False
            user.password_changed_at = at
            user.save(update_fields=["password", "must_change_password", "password_changed_at"])
            user.acting = request.user.acting
            note("password_changed", account=user, by=user, at=at, ip=limits.client_ip(request))
        update_session_auth_hash(request, user)
        messages.success(request, "密码已修改。您在别处的登录已经全部退出。")
        return redirect(sign_in.safe_next(request, reverse(home_of(request.user.acting))))
    context = {
        "form": form,
        "forced": request.user.must_change_password,
        "rules": PASSWORD_RULES,
        "next": sign_in.safe_next(request, ""),
    }
    return render(request, "accounts/password.html", context)


def _right_old(request, form):
    """The old password is right, at most five times wrong in ten minutes."""
    key = limits.key_of("old-password", str(request.user.pk))
    if not limits.take(key, PASSWORD_TRIES, PASSWORD_WINDOW, timezone.now()):
        form.add_error("old", "原密码输错次数过多，请等待 10 分钟后再试。")
        return False
    if not request.user.check_password(form.cleaned_data["old"]):
        form.add_error("old", WRONG_OLD)
        return False
    limits.clear(key)
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def switch_post(request):
    """Choose the posting that acts in this session."""
    if request.method == "POST":
        chosen = next(
            (one for one in request.user.postings_today if str(one.pk) == request.POST.get("posting")), None
        )
        if chosen is None:
            messages.error(request, "这个岗位已经终止，请选择其他岗位。")
            return redirect("accounts:switch_post")
        if request.session.get(sign_in.POSTING) != chosen.pk:
            request.session[sign_in.POSTING] = chosen.pk
            request.user.acting = chosen
            with transaction.atomic():
                ip = limits.client_ip(request)
                note("switch_post", account=request.user, by=request.user, at=clock.now(), ip=ip)
        return redirect(sign_in.safe_next(request, reverse(home_of(chosen))))
    return render(request, "accounts/switch_post.html", {"next": sign_in.safe_next(request, "")})


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def otp(request):
    """Set up, enter or look after the second factor."""
    user = request.user
    device = second_factor.device_of(user)
    if request.method == "POST":
        step = request.POST.get("step")
        if device is None:
            return _set_up(request, user, step)
        if step == "enter" and not user.is_verified():
            return _enter(request, user)
        if step == "renew" and user.is_verified():
            codes = second_factor.renew_codes(user, at=clock.now(), ip=limits.client_ip(request))
            return render(request, "accounts/recovery_codes.html", {"codes": codes, "next": ""})
        return redirect("accounts:otp")
    if device is None and request.session.get(sign_in.SECOND_FACTOR) and not _required(user):
        # Taken away by the administrator while this session ran, and nobody asks for a new one.
        del request.session[sign_in.SECOND_FACTOR]
        return redirect(sign_in.safe_next(request, reverse("accounts:otp")))
    return _otp_page(request, user, device, Code())


def _required(user):
    return bool(user.acting and user.acting.office_id and user.acting.office.otp_required)


def _otp_page(request, user, device, form, status=200):
    context = {
        "form": form,
        "device": device,
        "verified": user.is_verified(),
        "next": sign_in.safe_next(request, ""),
        "required": _required(user),
    }
    if device is None:
        pending = second_factor.pending_of(user)
        context["pending"] = pending
        if pending:
            context["picture"] = second_factor.picture_of(pending)
            context["secret"] = second_factor.secret_of(pending)
    elif context["verified"]:
        context["codes_left"] = second_factor.codes_left(user)
    return render(request, "accounts/otp.html", context, status=status)


def _set_up(request, user, step):
    if step != "confirm":
        second_factor.begin(user)
        return redirect(request.get_full_path())
    form = Code(request.POST)
    if form.is_valid():
        try:
            device, codes = second_factor.confirm(
                user,
                form.cleaned_data["code"],
                at=clock.now(),
                now=timezone.now(),
                ip=limits.client_ip(request),
            )
        except ValidationError as refusal:
            form.add_error("code", refusal)
        else:
            _verified(request, device)
            context = {"codes": codes, "next": sign_in.safe_next(request, "")}
            return render(request, "accounts/recovery_codes.html", context)
    return _otp_page(request, user, None, form)


def _enter(request, user):
    form = Code(request.POST)
    if form.is_valid():
        try:
            device = second_factor.enter(
                user,
                form.cleaned_data["code"],
                at=clock.now(),
                now=timezone.now(),
                ip=limits.client_ip(request),
            )
        except ValidationError as refusal:
            form.add_error("code", refusal)
        else:
            _verified(request, device)
            return redirect(sign_in.safe_next(request, reverse(home_of(user.acting))))
    return _otp_page(request, user, second_factor.device_of(user), form)


def _verified(request, device):
    """Mark the session, under a new key."""
    request.session.cycle_key()
    otp_login(request, device)
    request.session[sign_in.SECOND_FACTOR] = True


@require_http_methods(["GET", "HEAD", "POST"])
def interests(request):
    """Declare an interest in a community below the own office, after looking it up by name."""
    acting = request.user.acting
    if acting.office_id is None:
        raise PermissionDenied("利害关系由办理、审核申报的工作人员申报。")
    within = Community.objects.standing().within(acting.office.region)
    chosen = request.POST.get("community") or request.GET.get("community")
    community = None
    if chosen:
        community = get_object_or_404(
            within, pk=int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else 0
        )
    form, status = Interest(posted(request)), 200
    if request.method == "POST" and community and form.is_valid():
        try:
            interest_verbs.declare_interest(
                community,
                by=request.user,
                at=clock.now(),
                reason=form.cleaned_data["reason"],
                ip=limits.client_ip(request),
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
            status = 409
        else:
            messages.success(request, f"已登记您与{community.name}的利害关系，该社区的申报将由其他人办理。")
            return redirect("accounts:interests")
    words = request.GET.get("q", "").strip()[:40]
    context = {
        "form": form,
        "community": community,
        "q": words,
        "found": within.filter(name__holds=words)[: ASIDE * 2] if words else [],
        "declared": request.user.interests.select_related("community").order_by("-declared_at"),
    }
    return render(request, "accounts/interests.html", context, status=status)

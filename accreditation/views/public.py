"""Pages for everyone: notices, objections, certificates, programmes (the register: register.py). No sign-in, no script."""

from contextlib import ExitStack
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import limits
from accounts.models import FormReceipt
from accreditation import notices as running
from accreditation import public, public_rules, uploads
from accreditation.forms.public import (
    CertificateQuery,
    CodeQuery,
    NoticeQuery,
    ObjectionForm,
    shown_code,
)
from accreditation.models import NoticeEntry
from regions import clock

HOUR = 3600
OBJECTIONS_PER_PLACE, OBJECTIONS_PER_NOTICE, WRONG_PER_PLACE = 5, 200, 30
KEPT_SECONDS = 60
SIZES = (25, 50, 100)


def shortly_kept(view):
    """Let browsers and proxies keep a public page for a minute. Not for those signed in, nor where the clock is moved."""

    @wraps(view)
    def kept(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        if response.status_code == 200 and not request.user.is_authenticated and not settings.DEMO:
            response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
        return response

    return kept


def too_many(request, minutes):
    """429 with the minutes to wait. Nothing was changed."""
    response = render(request, "errors/429.html", {"wait_minutes": minutes}, status=429)
    response["Retry-After"] = str(60 * minutes)
    return response


def size_of(request) -> int:
    """How many rows a page of a list has: what the reader chose among SIZES."""
    size = request.GET.get("size", "")
    return int(size) if size in map(str, SIZES) else SIZES[0]


def _page(request, rows):
    return Paginator(rows, size_of(request)).get_page(request.GET.get("page"))


@login_not_required
@require_safe
@shortly_kept
def public_home(request):
    """What the portal is for, the running notices, and the boxes to look something up."""
    today = clock.today()
    rows = public.notices(public.NoticeFilter(running=True), today)[:5]
    context = {
        "lines": public.notice_lines(rows, today),
        "numbers": public.numbers(today),
        "certificate": CertificateQuery(),
    }
    return render(request, "public/public_home.html", context)


@login_not_required
@require_safe
@shortly_kept
def notices(request):
    """All notices, the running ones on top."""
    today = clock.today()
    form = NoticeQuery(request.GET)
    page = _page(request, public.notices(form.wanted(), today))
    page.object_list = public.notice_lines(page.object_list, today)
    return render(request, "public/notices.html", {"form": form, "page": page, "sizes": SIZES})


@login_not_required
@require_safe
@shortly_kept
def notice(request, pk):
    """One notice as it was published, with its period and the way to object."""
    clock.set_place(public.position_of_notice(pk))
    found = public.notice(pk, clock.now())
    if found is None:
        raise Http404
    return render(request, "public/notice.html", {"notice": found})


# Certificates


def _guesses(request, purpose):
    return limits.key_of(purpose, limits.place_of(limits.client_ip(request)))


def _too_many_wrong(request, purpose) -> bool:
    return limits.peek(_guesses(request, purpose), timezone.now()) >= WRONG_PER_PLACE


def _count_wrong(request, purpose):
    limits.count(_guesses(request, purpose), HOUR, timezone.now())


@login_not_required
@require_safe
@shortly_kept
def certificate_check(request):
    """The box to type a number into."""
    if "number" not in request.GET:
        return render(request, "public/certificate_check.html", {"form": CertificateQuery()})
    form = CertificateQuery(request.GET)
    if form.is_valid():
        return redirect("certificate", number=form.cleaned_data["number"])
    return render(request, "public/certificate_check.html", {"form": form}, status=400)


@login_not_required
@require_safe
@shortly_kept
def certificate(request, number):
    """Whether a certificate holds: the state in words first. A scanned code leads here."""
    if _too_many_wrong(request, "certificate"):
        return too_many(request, 60)
    found = public.certificate(number.upper(), clock.today())
    if found is None:
        _count_wrong(request, "certificate")
    drawn = public.draws_of(clock.now(), number=found.number) if found else ()
    context = {
        "title": found,
        "number": number[:60],
        "at": clock.now(),
        "form": CertificateQuery(),
        "draws": drawn,
    }
    return render(request, "public/certificate.html", context, status=200 if found else 404)


# Objections


@login_not_required
@never_cache
@sensitive_post_parameters("name", "contact", "text")
@require_http_methods(["GET", "HEAD", "POST"])
def object_to(request, pk, entry):
    """Raise an objection to one community of a running notice; the receipt has the query code."""
    clock.set_place(public.position_of_notice(pk))
    found = public.entry(pk, entry, clock.now())
    if found is None:
        raise Http404
    form = ObjectionForm(initial={"token": get_random_string(32)})
    status = 200
    if request.method == "POST":
        form = ObjectionForm(request.POST, request.FILES)
        if form.is_valid():
            if earlier := _earlier(request, form):
                return earlier
            if not _take(request, pk):
                return _earlier(request, form) or too_many(request, 60)
            try:
                return redirect("objection_receipt", code=_raise(request, entry, form).code)
            except IntegrityError:  # the same form pressed at the same moment: the first one's receipt
                _give_back(request, pk)
                if earlier := _earlier(request, form):
                    return earlier
                raise
            except ValidationError as refusal:
                _give_back(request, pk)
                form.add_error("files" if getattr(refusal, "about_file", False) else None, refusal)
                status = 409
        else:
            status = 400
    context = {"entry": found, "form": form}
    return render(request, "public/object_to.html", context, status=status)


def _token(form):
    return f"objection-{form.cleaned_data['token']}"[:64]


def _earlier(request, form):
    """The way to the receipt of this very form, where it was carried out already."""
    found = FormReceipt.objects.filter(token=_token(form), address=request.path).first()
    return redirect("objection_receipt", code=found.result) if found else None


def _raise(request, entry_pk, form):
    """Store the files, then the objection; when it is refused the files go again."""
    at = clock.now()
    with ExitStack() as stack:
        files = [_checked(stack, upload) for upload in form.cleaned_data["files"]]
        stack.enter_context(transaction.atomic())
        entry = get_object_or_404(NoticeEntry, pk=entry_pk)
        objection = running.object_to(entry, at=at, files=files, **form.said())
        FormReceipt.objects.create(
            token=_token(form), address=request.path, result=objection.code, at=timezone.now()
        )
    return objection


def _checked(stack, upload):
    try:
        return stack.enter_context(uploads.kept(upload))
    except ValidationError as refusal:
        about = ValidationError(f"{upload.name[:60]}：{refusal.messages[0]}")
        about.about_file = True
        raise about from refusal


def _buckets(request, notice_pk):
    """At most so many an hour from one place, and so many to one notice."""
    place = limits.place_of(limits.client_ip(request))
    return (
        (limits.key_of("objection", place), OBJECTIONS_PER_PLACE),
        (limits.key_of("objection-notice", str(notice_pk)), OBJECTIONS_PER_NOTICE),
    )


def _take(request, notice_pk) -> bool:
    first, second = _buckets(request, notice_pk)
    if not limits.take(*first, HOUR, timezone.now()):
        return False
    if not limits.take(*second, HOUR, timezone.now()):
        limits.give_back(first[0])
        return False
    return True


def _give_back(request, notice_pk):
    for key, _most in _buckets(request, notice_pk):
        limits.give_back(key)


@login_not_required
@never_cache
@require_safe
def objection_receipt(request, code):
    """The receipt with the query code; may be printed and opened again by whoever has the code."""
    if _too_many_wrong(request, "objection-code"):
        return too_many(request, 60)
    found = public.objection(code, clock.now())
    if found is None:
        _count_wrong(request, "objection-code")
        raise Http404
    context = {
        "objection": found,
        "shown": shown_code(code),
        "status_address": request.build_absolute_uri(reverse("objection_status")),
    }
    return render(request, "public/objection_receipt.html", context)


@login_not_required
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def objection_status(request):
    """By query code: where the objection stands and the answer. The code travels in a POST and stays out of logs."""
    if request.method != "POST":
        return render(request, "public/objection_status.html", {"form": CodeQuery()})
    if _too_many_wrong(request, "objection-code"):
        return too_many(request, 60)
    form, found, status = CodeQuery(request.POST), None, 400
    if form.is_valid():
        found = public.objection(form.cleaned_data["code"], clock.now())
        status = 200
        if found is None:
            _count_wrong(request, "objection-code")
            form.add_error("code", _("没有查到这个查询码，请与回执核对后再试。"))
            status = 404
    return render(request, "public/objection_status.html", {"form": form, "objection": found}, status=status)


# Programmes


@login_not_required
@require_safe
@shortly_kept
def programmes(request):
    """Every programme."""
    return render(request, "public/programmes.html", {"programmes": public_rules.programmes()})


@login_not_required
@require_safe
@shortly_kept
def programme(request, key):
    """The rules of one programme, from its document."""
    found = public_rules.programme(key)
    if found is None:
        raise Http404
    return render(request, "public/programme.html", {"programme": found})

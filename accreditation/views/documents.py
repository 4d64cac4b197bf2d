"""Official documents of a list: the public notice, the document that grants the titles, the announcement; all certificates."""

from functools import lru_cache

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts import jobs, limits
from accreditation import certificate_batches, lists, public, recognitions
from accreditation.paper import document_texts, documents
from accreditation.paper.rendering import TooLarge
from accreditation.paper.rendering import render as render_pdf
from accreditation.refusals import NotYours
from accreditation.views.lists import office_region as desk_region
from accreditation.views.lists import place_of, rounds_over
from accreditation.views.notice_words import notice_period, official_words
from accreditation.views.pdf_answers import pdf_answer
from accreditation.views.public import shortly_kept, too_many
from regions import clock

PRINTED_PER_PLACE = 120  # public notices an hour
# Public notices that were printed lately: the same document is not laid out again for each reader.
_printed = lru_cache(maxsize=16)(render_pdf)


@login_not_required
@require_safe
@shortly_kept
def notice_pdf(request, pk):
    """A public notice as a document, its list attached."""
    found = public.notice(pk, clock.now())
    if found is None:
        raise Http404
    place = limits.place_of(limits.client_ip(request))
    if not limits.take(limits.key_of("notice-pdf", place), PRINTED_PER_PLACE, 3600, timezone.now()):
        return too_many(request, 60)
    document = document_texts.notice(found, clock.day_of(found.published_at))
    try:
        made = _printed(documents.html(document, demo=settings.DEMO))
    except TooLarge:
        return redirect("notice", pk=pk)  # the page itself is printed by the browser
    return pdf_answer(made, found.title, public=True)


def _place(request, round_pk, tier):
    """(round, tier's entry, region) of a list that this office has or recognises; 404 where it does neither."""
    region = desk_region(request.user)
    round_ = get_object_or_404(rounds_over(region), pk=round_pk)
    tiers = {one["key"]: one for one in round_.version.data["tiers"]}
    if tier not in tiers or not (_lists(round_, region) or _recognises(round_, region)):
        raise Http404
    return round_, tiers[tier], region


def _lists(round_, region):
    """Whether this office publishes a notice of its list."""
    state = f"{region.level}_review"
    if state not in round_.route or not round_.route.step(state).listing:
        return False
    following = round_.route.after(state)
    return following is not None and following.is_notice


def _recognises(round_, region):
    return round_.route.steps[-1].level == region.level


@require_safe
def list_documents(request, round_pk, tier):
    """What this office can print of a list, and what it has granted, by document."""
    round_, entry, region = _place(request, round_pk, tier)
    recognises = _recognises(round_, region)
    context = {
        "round": round_,
        "tier": entry,
        "office": request.user.acting.office,
        "lists": _lists(round_, region),
        "recognises": recognises,
        "ready": recognitions.ready(round_, tier, region).count() if recognises else 0,
        "granted": certificate_batches.by_document(round_, tier, region) if recognises else [],
        "notices": request.user.acting.office.notices.filter(round=round_, tier=tier),
    }
    return render(request, "accreditation/list_documents.html", context)


@require_safe
def notice_draft(request, round_pk, tier):
    """The public notice before it is published, with the words the portal offers, to be read and stamped."""
    round_, entry, state, region = place_of(request.user, round_pk, tier)
    following = round_.route.after(state)
    if following is None or not following.is_notice:
        raise Http404
    period = notice_period(region, clock.now(), following)
    listed = [
        one.application for one in lists.desk_list(round_, tier, state, region, day=clock.today()).listed
    ]
    if not listed or isinstance(period, str):
        messages.error(request, period if listed else "名单上还没有社区，没有可以打印的公示。")
        return redirect("accreditation:list_documents", round_pk, tier)
    office = request.user.acting.office
    words = official_words(office, round_, entry, following)
    return _draft(request, round_, tier, document_texts.draft_notice(words, office.name, listed, period))


def _draft(request, round_, tier, document):
    try:
        return pdf_answer(documents.pdf(document, demo=settings.DEMO), document.title)
    except TooLarge as refusal:
        messages.error(request, str(refusal))
        return redirect("accreditation:list_documents", round_.pk, tier)


def _list_document(request, round_pk, tier, words):
    """The titles granted by the document asked for, or, without one, those ready to be granted."""
    round_, entry, region = _place(request, round_pk, tier)
    if not _recognises(round_, region):
        raise Http404
    number, office = request.GET.get("number"), request.user.acting.office
    if number is None:
        rows = list(
            recognitions.ready(round_, tier, region).select_related("community").order_by("position", "pk")
        )
        number, issuer, day = "", office.name, None
    else:
        rows = list(certificate_batches.titles_of(round_, tier, region, number))
        issuer, day = (rows[0].issuer_name, rows[0].granted_on) if rows else ("", None)
    if not rows:
        messages.error(request, "目前没有可以写入文件的社区。")
        return redirect("accreditation:list_documents", round_pk, tier)
    return _draft(request, round_, tier, words(round_, entry, issuer, rows, number=number, day=day))


@require_safe
def recognition_document(request, round_pk, tier):
    """The document that grants the titles, with its list."""
    return _list_document(request, round_pk, tier, document_texts.recognition)


@require_safe
def announcement(request, round_pk, tier):
    """The announcement of the titles to everyone."""
    return _list_document(request, round_pk, tier, document_texts.announcement)


@require_POST
def ask_certificates(request, round_pk, tier):
    """All certificates of one document as one file, made behind the pages."""
    round_, entry, region = _place(request, round_pk, tier)
    number = request.POST.get("number", "")
    if not _recognises(round_, region):
        raise NotYours("证书由认定单位打印。")
    if not certificate_batches.titles_of(round_, tier, region, number).exists():
        messages.error(request, "这份文件没有认定社区，没有可以打印的证书。")
        return redirect("accreditation:list_documents", round_pk, tier)
    arguments = {
        "round": round_.pk,
        "tier": tier,
        "document": number,
        "site": request.build_absolute_uri(reverse("certificate_check")),
    }
    title = f"证书：{entry['name']}（{number or round_.name}）"
    try:
        job = jobs.ask(certificate_batches.KIND, arguments, by=request.user, at=clock.now(), title=title)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("accreditation:list_documents", round_pk, tier)
    return redirect("accounts:job", key=job.key)

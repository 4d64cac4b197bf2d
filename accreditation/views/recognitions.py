"""From a cleared list to titles."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.models import Role
from accreditation import needs, recognitions
from accreditation.forms.lists import Recognise
from accreditation.models import Application, NoticeEntry, Objection, Recognition
from accreditation.permissions import reasons_against
from accreditation.refusals import NotYours
from accreditation.views.lists import office_region, rounds_over
from regions import clock


@require_http_methods(["GET", "HEAD", "POST"])
def recognise(request, round_pk, tier):
    """Who is ready, who is held and why; the document that grants the titles; below, the numbers already given."""
    region = office_region(request.user)
    round_ = get_object_or_404(rounds_over(region), pk=round_pk)
    last = round_.route.steps[-1]
    tiers = {one["key"]: one for one in round_.version.data["tiers"]}
    if last.level != region.level or tier not in tiers:
        raise Http404
    form, status = Recognise(initial={"granted_on": clock.today()}), 200
    if request.method == "POST":
        form, status = Recognise(request.POST), 400
        if form.is_valid():
            titles, status = _grant(request, round_, tier, form)
            if titles:
                messages.success(request, f"已认定 {len(titles)} 个社区，证书编号见下表。")
                return redirect(f"{reverse('accreditation:recognise', args=[round_.pk, tier])}#granted")
    ready = list(_with_community(recognitions.ready(round_, tier, region)))
    for application in ready:
        application.round = round_
    context = {
        "round": round_,
        "tier": tiers[tier],
        "form": form,
        "ready": ready,
        "problems": [
            *_problems(request.user, ready, last),
            *recognitions.unexplained(round_, tier, region, clock.today()),
        ],
        "held": _held(round_, tier, region, last),
        "granted": _granted(round_, tier, region),
        "may": request.user.acting.role == Role.APPROVER,
        "office": request.user.acting.office,
    }
    return render(request, "accreditation/recognise.html", context, status=status)


def _with_community(rows):
    return (
        rows.select_related("community").prefetch_related("visits", "assessments").order_by("position", "pk")
    )


def _grant(request, round_, tier, form):
    said = form.cleaned_data
    try:
        return recognitions.recognise(round_, tier, by=request.user, at=clock.now(), **said), 200
    except NotYours as refusal:
        form.add_error(None, refusal.sentence)
        return None, 403
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return None, 409


def _problems(user, ready, last):
    """Sentences about those who are ready and yet cannot be recognised by this person now."""
    barred = reasons_against(user, ready, "recognise") if user.acting.role == Role.APPROVER else {}
    open_ = set(
        Objection.objects.filter(
            entry__application__in=ready, admitted_at__isnull=False, settled_at__isnull=True
        ).values_list("entry__application", flat=True)
    )
    found = [f"{a.community.name}：{barred[a.pk]}" for a in ready if a.pk in barred]
    found += [f"{a.community.name}：公示异议尚未处理完毕。" for a in ready if a.pk in open_]
    if not last.is_notice:
        found += [f"{a.community.name}：{sentence}" for a in ready for sentence in needs.unmet(a, last)]
    return found


def _held(round_, tier, region, last):
    """Those at the last stop who are not ready: (application, why)."""
    if not last.is_notice:
        return []
    disputed = Objection.objects.filter(
        entry__application=OuterRef("pk"), admitted_at__isnull=False, settled_at__isnull=True
    )
    rows = (
        Application.objects.filter(
            round=round_,
            tier=tier,
            state=last.state,
            cleared_at__isnull=True,
            position__range=(region.position, region.last),
        )
        .select_related("community")
        .annotate(disputed=Exists(disputed))
        .order_by("position", "pk")
    )
    ends = dict(
        NoticeEntry.objects.filter(application__in=rows, status="running").values_list(
            "application", "notice__last_day"
        )
    )
    return [(a, "有异议正在办理" if a.disputed else "公示期未满", ends.get(a.pk)) for a in rows]


def _granted(round_, tier, region):
    return (
        Recognition.objects.filter(
            application__round=round_, tier=tier, position__range=(region.position, region.last)
        )
        .select_related("community")
        .order_by("number")
    )

"""The register of offices below: names, telephones, the second factor."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import forms, places
from accounts.limits import client_ip
from accounts.listed import Listed, exported, streamed, wanted, workbook
from accounts.models import Office, Role
from accounts.offices import DETAILS, save_office
from regions import clock

PAGE = 50
COLUMNS = [
    ("单位", 36), ("部门", 22), ("地区", 40), ("办公电话", 18), ("办公地址", 36), ("邮政编码", 10), ("电子邮箱", 24), ("动态口令", 10),
]  # fmt: skip


def _offices(request):
    acting = request.user.acting
    if acting.role != Role.SYSADMIN:
        raise PermissionDenied("单位信息由系统管理员登记。")
    region = acting.office.region
    within = Office.objects.filter(region__position__range=(region.position, region.last))
    return within.select_related("region").order_by("region__position", "department")


@exported
@require_safe
def offices(request):
    """The offices of the own region and below."""
    rows = _offices(request)
    words = request.GET.get("q", "").strip()[:40]
    if words:
        rows = rows.filter(Q(name__holds=words) | Q(region__name__holds=words))
    if wanted(request):
        filters = f"单位或地区名称：{words}" if words else ""
        return workbook(request, Listed("单位", COLUMNS, rows.count(), streamed(rows, _line), filters))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/offices.html", {"page": page, "q": words})


def _line(one):
    return (
        one.name, one.get_department_display(), one.region.full_name, one.phone, one.address, one.postcode, one.email,
        "须使用" if one.otp_required else "不要求",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def office_new(request):
    """Register an office of a region."""
    _offices(request)
    choice = places.choose(request.user.acting, request.GET)
    form, status = None, 200
    if not choice.is_community:
        form = forms.NewOffice(forms.posted(request))
        if form.is_valid():
            office = Office(region=choice.place, department=form.cleaned_data["department"])
            saved, status = _save(request, office, form)
            if saved:
                return redirect("accounts:offices")
    context = {"form": form, "choice": choice, "office": None}
    return render(request, "accounts/office.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def office(request, pk):
    """Change an office's details."""
    held = get_object_or_404(_offices(request), pk=pk)
    form, status = forms.OfficeDetails(forms.posted(request), instance=held), 200
    if form.is_valid():
        saved, status = _save(request, Office.objects.select_related("region").get(pk=pk), form)
        if saved:
            return redirect("accounts:offices")
    return render(request, "accounts/office.html", {"form": form, "office": held}, status=status)


def _save(request, held, form):
    """(saved or not, status); a refusal lands on the form."""
    details = {name: form.cleaned_data[name] for name in DETAILS}
    try:
        save_office(held, by=request.user, at=clock.now(), details=details, ip=client_ip(request))
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False, 409
    messages.success(request, f"已保存{details['name']}。")
    return True, 200

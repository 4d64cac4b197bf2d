"""Accounts from Excel: template, dry run, creation, and the one-time passwords shown once."""

import base64

from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import people_sheets
from accounts.forms import PeopleFile, posted
from accounts.limits import client_ip
from accounts.models import Role
from accounts.people_import import cells_of, check, import_people
from accounts.permissions import OFFICE_ROLES
from regions import clock

SALT = "accounts.people_import"
# How long a dry run may lie before it is carried out, seconds.
KEPT_FOR = 2 * 60 * 60
STALE = "预检结果已经过期，请重新上传。"


def _sysadmin(request):
    if request.user.acting.role != Role.SYSADMIN:
        raise PermissionDenied("开设账号由系统管理员办理。")


@require_safe
def people_template(request):
    """The empty table."""
    _sysadmin(request)
    roles = [Role.FILER, *OFFICE_ROLES, Role.SYSADMIN, Role.SECADMIN, Role.AUDADMIN]
    response = HttpResponse(people_sheets.template(roles), content_type=people_sheets.TYPE)
    response["Content-Disposition"] = "attachment; filename*=UTF-8''%E4%BA%BA%E5%91%98%E8%A1%A8.xlsx"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def people_import(request):
    """Upload and see what would happen; then, on a second press, let it happen."""
    _sysadmin(request)
    if request.method == "POST" and "checked" in request.POST:
        return _carry_out(request)
    form = PeopleFile(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            cells = cells_of(file.name, file.read())
        except ValidationError as refusal:
            form.add_error("file", refusal)
        else:
            return _dry_run(request, cells)
    return render(request, "accounts/people_import.html", {"form": form})


def _dry_run(request, cells, form=None, status=200):
    """Every row with its faults; the button only where there is none. The rows travel signed, not the file."""
    reading = check(cells, by=request.user, at=clock.now())
    token = ""
    if not reading.faults:
        token = signing.dumps({"by": request.user.pk, "cells": cells}, salt=SALT, compress=True)
    context = {"form": form or Form(), "reading": reading, "token": token, "upload": PeopleFile()}
    return render(request, "accounts/people_checked.html", context, status=status)


def _carry_out(request):
    form = Form(request.POST)
    form.is_valid()
    try:
        checked = signing.loads(request.POST["checked"], salt=SALT, max_age=KEPT_FOR)
    except signing.BadSignature:
        checked = {}
    if checked.get("by") != request.user.pk:
        upload = PeopleFile(request.POST)
        upload.errors.clear()
        upload.add_error(None, STALE)
        return render(request, "accounts/people_import.html", {"form": upload}, status=409)
    try:
        made = import_people(checked["cells"], by=request.user, at=clock.now(), ip=client_ip(request))
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _dry_run(request, checked["cells"], form=form, status=409)
    sheet = base64.b64encode(people_sheets.passwords(made)).decode()
    context = {"made": made, "sheet": f"data:{people_sheets.TYPE};base64,{sheet}"}
    return render(request, "accounts/people_imported.html", context)

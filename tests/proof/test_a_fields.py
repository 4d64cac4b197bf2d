"""A6: every form, posted with the name of every column of every model beside its own fields: no other column changes.

What a page's form shows is read from the page and posted three times: twice as it is, to learn what differs by itself
(codes, keys, digests), once with all the other names. Whatever differs beyond that was taken from outside the form.
"""

from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.db import models, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from accreditation.models import Application
from tests.access.test_matrix import MATRIX, address

APPS = ("accounts", "accreditation", "regions", "scoring", "subsidies")
PARTS = 4


def hostile() -> dict:
    """Column name → a value that would show: of every model of the portal."""
    found = {}
    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            for field in model._meta.concrete_fields:
                value = "hostile"
                if isinstance(field, models.BooleanField):
                    value = "true"
                elif isinstance(field, models.DateTimeField):
                    value = "2001-02-03 04:05:06+00:00"
                elif isinstance(field, models.DateField):
                    value = "2001-02-03"
                elif isinstance(field, models.IntegerField | models.ForeignKey | models.AutoField):
                    value = "1"
                elif field.name == "state":
                    value = "recognised"
                elif field.choices:
                    value = field.choices[-1][0]
                found[field.name] = found[field.attname] = value
    return {**found, "is_superuser": "true", "is_staff": "true"}


class Forms(HTMLParser):
    """The fields of a page's post forms that lead to the page itself, with the values a browser would send."""

    def __init__(self, path):
        super().__init__()
        self.path, self.fields, self.names = path, {}, set()
        self.inside = self.area = self.select = None

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "form":
            self.inside = a.get("method") == "post" and a.get("action") in (None, "", self.path)
        name = a.get("name")
        if name:
            self.names.add(name)
        if not self.inside:
            return
        if tag == "textarea":
            self.area = name
            self.fields[name] = ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and ("selected" in a or self.select not in self.fields):
            self.fields[self.select] = a.get("value", "")
        elif tag == "input" and name and (a.get("type") not in ("checkbox", "radio") or "checked" in a):
            if a.get("type") != "file":
                self.fields[name] = a.get("value") or ""

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        elif tag == "textarea":
            self.area = None
        elif tag == "select":
            self.select = None

    def handle_data(self, data):
        if self.area:
            self.fields[self.area] += data


LEFT_OUT = {"Session", "Bucket", "Job", "FormReceipt"}


def rows() -> dict:
    """(table, column) → the sorted values of all rows."""
    found = {}
    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            if model.__name__ in LEFT_OUT:
                continue
            columns = [field.attname for field in model._meta.concrete_fields]
            values = list(model._base_manager.values_list(*columns))
            for number, column in enumerate(columns):
                found[model.__name__, column] = sorted(repr(row[number]) for row in values)
    return found


def difference(post, fields, more) -> list:
    """The columns that differ when `more` is posted beside `fields`, beyond what differs by itself; each try taken back."""
    seen = []
    for body in (fields, fields, {**more, **fields}):
        with transaction.atomic():
            post(body)
            seen.append(rows())
            transaction.set_rollback(True)
    first, second, third = seen
    noise = {column for column in first if first[column] != second[column]}
    return sorted(f"{model}.{column}" for (model, column), values in third.items()
                  if (model, column) not in noise and first[model, column] != values)  # fmt: skip


@pytest.mark.parametrize("part", range(PARTS))
def test_no_form_takes_a_column_it_does_not_show(world, part, measure):
    names, taken, forms, answered = hostile(), [], 0, 0
    routes = [route for route, row in MATRIX.items() if row.opens & row.changes and route != "logout/"]
    for route in routes[part::PARTS]:
        row = MATRIX[route]
        for name in sorted(row.opens & row.changes)[:1]:
            client, path = world.clients[name], address(route, world)
            page = Forms(path)
            page.feed(client.get(path).content.decode("utf-8", "replace"))
            if not page.fields:
                continue
            forms += 1
            fields = {key: value if value else "理由" for key, value in page.fields.items() if key}
            more = {key: value for key, value in names.items() if key not in page.names}

            def post(body, client=client, path=path):
                nonlocal answered
                answer = client.post(path, body)
                assert answer.status_code < 500, (path, answer.status_code)
                answered += answer.status_code == 302

            taken += [(route, column) for column in difference(post, fields, more)]
    measure("A6", "forms", forms)
    measure("A6", "posts carried out", answered)
    measure("A6", "leaks", len(taken))
    assert forms > 3
    assert taken == []


def test_control_a_naive_view_is_seen(world, measure):
    """A view that writes whatever it is given: its columns are found."""

    def naive(request):
        columns = {field.name for field in Application._meta.concrete_fields}
        for name in ("state", "total_self", "due_on"):
            if name in request.POST and name in columns:
                Application.objects.filter(pk=world.application.pk).update(**{name: request.POST[name]})
        return HttpResponse()

    found = difference(lambda body: naive(RequestFactory().post("/", body)), {"narrative": "x"}, hostile())
    measure("A6", "control: columns taken by a naive view", found)
    assert found == ["Application.due_on", "Application.state", "Application.total_self"]

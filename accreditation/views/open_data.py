"""Open data: lists page by page and as whole files, single things, the OpenAPI document, its page, and the feed.

No sign-in, nothing but GET and HEAD, any site may read it (CORS), and an answer that has not changed is not sent again.
"""

import hashlib
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date
from django.views.decorators.http import require_safe

from accounts import limits
from accreditation.open_data import answers, asked, feed, openapi, stamps
from accreditation.open_data.asked import Refused
from accreditation.open_data.columns import told
from accreditation.open_data.lists import LISTS, NOTICES
from accreditation.open_data.things import THINGS
from accreditation.views.public import shortly_kept
from regions import clock

KEPT_SECONDS = 60
HOUR = 3600
FILES_PER_HOUR = 120  # whole files of one list to one address
ATOM = "application/atom+xml; charset=utf-8"
METHODS = "GET, HEAD, OPTIONS"


def _opened(view):
    """Let every site and program read the answer; other methods get 405, a query that is not understood 400."""

    @login_not_required
    @wraps(view)
    def opened(request, *args, **kwargs):
        if request.method == "OPTIONS":
            response = HttpResponse(status=204)
            response["Access-Control-Allow-Methods"] = METHODS
            response["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since"
            response["Access-Control-Max-Age"] = "86400"
        elif request.method not in ("GET", "HEAD"):
            response = _refused("这里只能读取，请用 GET。", 405)
        else:
            try:
                response = view(request, *args, **kwargs)
            except Refused as refusal:
                response = _refused(str(refusal), 400)
        if response.status_code == 405 or request.method == "OPTIONS":
            response["Allow"] = METHODS
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "ETag, Last-Modified, Link, Retry-After"
        return response

    return opened


def _refused(sentence, status):
    return HttpResponse(
        answers.json_bytes({"error": sentence}), status=status, content_type=answers.TYPES["json"]
    )


def _base(request) -> str:
    return request.build_absolute_uri("/")[:-1]


class _Fresh:
    """The marks of an answer that has not been made yet: its ETag and the moment of the last change."""

    def __init__(self, request, today, shape):
        found = stamps.stamp(today)
        whole = "\n".join((found.mark, shape, request.build_absolute_uri()))
        self.request, self.at = request, found.at
        self.etag = f'W/"{hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()[:32]}"'

    def known(self):
        """304 where the reader has it already, else None."""
        found = get_conditional_response(self.request, etag=self.etag, last_modified=int(self.at.timestamp()))
        return self.marked(found) if found is not None else None

    def marked(self, response):
        """The response with its marks, kept for a minute; in a demonstration, whose clock moves, asked for each time."""
        response["ETag"] = self.etag
        response["Last-Modified"] = http_date(self.at.timestamp())
        response["Cache-Control"] = "no-cache" if settings.DEMO else f"public, max-age={KEPT_SECONDS}"
        return response


# Lists


def list_page(name):
    """The view of one list, page by page as JSON."""
    chosen = LISTS[name]

    @_opened
    def view(request):
        today, base = clock.today(), _base(request)
        told_ = asked.read(chosen.parameters, request.GET)
        size, after = told_.pop("size", asked.SIZE), told_.pop("after", "")
        if after and len(after.split("-")) != chosen.keys:
            raise Refused("after 请照抄上一页 next 里的值。")
        fresh = _Fresh(request, today, stamps.shape(chosen.columns))
        if (known := fresh.known()) is not None:
            return known
        following = None
        if chosen.page is None:
            rows = list(chosen.rows(told_, today))
        else:
            found = chosen.page(told_, today, size, after)
            rows = found.rows
            following = found.after and base + _again(request, after=found.after)
        body = answers.page(chosen.columns, rows, base=base, following=following, today=today)
        response = HttpResponse(body, content_type=answers.TYPES["json"])
        if following:
            response["Link"] = f'<{following}>; rel="next"'
        return fresh.marked(response)

    return view


def _again(request, **changed) -> str:
    query = request.GET.copy()
    for key, value in changed.items():
        query[key] = value
    return f"{request.path}?{query.urlencode()}"


def list_file(name, ending):
    """The view of one list as a whole file."""
    chosen = LISTS[name]

    @_opened
    def view(request):
        today = clock.today()
        told_ = asked.read(chosen.filters, request.GET)
        fresh = _Fresh(request, today, stamps.shape(chosen.columns))
        if (known := fresh.known()) is not None:
            return known
        if request.method == "HEAD":
            response = HttpResponse(content_type=answers.TYPES[ending])
        elif not _take(request, name):
            response = _refused("一小时内下载的次数太多，请过一小时再试，或者分页读取。", 429)
            response["Retry-After"] = str(HOUR)
            return response
        else:
            response = _file(request, chosen, ending, told_, today, fresh.at)
        file_name = f"{chosen.title}{today:%Y%m%d}.{ending}"
        response["Content-Disposition"] = content_disposition_header(True, file_name)
        return fresh.marked(response)

    return view


def _take(request, name) -> bool:
    key = limits.key_of("open-data", limits.place_of(limits.client_ip(request)), name)
    return limits.take(key, FILES_PER_HOUR, HOUR, timezone.now())


def _file(request, chosen, ending, told_, today, at):
    base, rows = _base(request), chosen.rows(told_, today)
    if ending == "xlsx":
        try:
            file = answers.workbook(chosen.columns, rows, title=chosen.title, base=base, at=at)
        except ValueError as refusal:
            raise Refused(str(refusal)) from refusal
        return FileResponse(file, content_type=answers.TYPES[ending])
    write = answers.json_rows if ending == "json" else answers.csv_rows
    lines = write(chosen.columns, rows, base=base, today=today)
    return StreamingHttpResponse(lines, content_type=answers.TYPES[ending])


# Single things


def thing(name):
    """The view of one thing by its key, as JSON."""
    chosen = THINGS[name]

    @_opened
    def view(request, **named):
        (key,) = named.values()
        asked.read((), request.GET)
        fresh = _Fresh(request, clock.today(), stamps.shape(chosen.columns))
        found = chosen.find(key, clock.now())
        if found is None:
            return _refused("没有这个编号的内容。", 404)
        if (known := fresh.known()) is not None:
            return known
        body = answers.json_bytes({"data": told(chosen.columns, found, _base(request))})
        return fresh.marked(HttpResponse(body, content_type=answers.TYPES["json"]))

    return view


# The document, its page, the feed


@_opened
def document(request):
    """The OpenAPI document, as it stands in docs/openapi.json."""
    asked.read((), request.GET)
    body = openapi.text().encode()
    fresh = hashlib.sha256(body).hexdigest()[:32]
    response = get_conditional_response(request, etag=f'"{fresh}"') or HttpResponse(
        body, content_type=answers.TYPES["json"]
    )
    response["ETag"] = f'"{fresh}"'
    response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return response


@login_not_required
@require_safe
@shortly_kept
def about(request):
    """What the open data is and how to ask for it, with examples."""
    lists = [
        {"list": one, "address": f"/api/v1/{one.name}/", "thing": THINGS.get(one.name)}
        for one in LISTS.values()
    ]
    context = {"lists": lists, "base": _base(request), "files": FILES_PER_HOUR, "most": asked.MOST_ROWS}
    return render(request, "public/api.html", context)


@_opened
def notice_feed(request):
    """The latest notices as an Atom feed; the same filters as the list."""
    today = clock.today()
    told_ = asked.read(NOTICES.filters, request.GET)
    fresh = _Fresh(request, today, "feed")
    if (known := fresh.known()) is not None:
        return known
    body = feed.atom(feed.latest(told_, today), _base(request), request.get_full_path(), fresh.at)
    return fresh.marked(HttpResponse(body, content_type=ATOM))

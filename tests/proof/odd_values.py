"""Every form that a reader can see, as the page has it, sent with odd values; every list asked with odd parameters."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import quote, urljoin

from tests.access.crawl import body
from tests.access.test_matrix import MATRIX, address

# 4.3 and 4.5: as bytes of a form, since half a character has no other way to arrive.
ODD = {
    "nul": "%00", "a nul inside": "a%00b", "half a character": "%ED%A0%80", "not utf-8": "%FF%FE", "gbk": "%C9%E7%C7%F8", "beyond the columns": "9" * 40,
    "5,000 digits": "1" * 5000, "full-width digits": quote("１２"), "digits with a line": "1_0", "arabic digit": quote("٣"), "exponent": "1e5",
    "an enormous exponent": "1e999999999", "minus nought": "-0", "not a number": "NaN", "endless": "Infinity", "letters": "abc", "2^63": str(2**63), "minus one": "-1",
    "bidi": quote("a\u202eb"), "zero width": quote("\u200b"), "extension b": quote("𠀀" * 200), "zalgo": quote("a" + "\u0301" * 500), "emoji": quote("👨‍👩‍👧"),
    "a day that is none": "2024-02-30", "the last day": "9999-12-31", "the first day": "0001-01-01", "quote": "%27%22%3B--", "like": "%25_%25", "json": "%7B%22a%22%3A1%7D",
}  # fmt: skip
# Of these, what an address is asked with: each kind once (no server takes the longest).
IN_ADDRESSES = ("nul", "half a character", "not utf-8", "beyond the columns", "full-width digits", "arabic digit", "2^63", "minus one", "letters",
                "a day that is none", "the first day", "like")  # fmt: skip
PARAMETERS = ("q", "region", "page", "size", "order", "as", "year", "tier", "state", "group", "before", "after", "since", "until", "role", "place",
              "community", "programme", "action", "of", "round", "level", "kind", "from", "own", "inline", "day", "days", "active", "status")  # fmt: skip


CHOSEN = ("submit", "button", "file", "checkbox", "radio")


@dataclass(frozen=True)
class Form:
    """A form of a page: where it leads and what is in it, (name, value, whether it is typed: "" no, "hidden", "box")."""

    action: str
    fields: tuple


class _Forms(HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.path, self.forms, self.now = path, [], None

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.now = [] if (given.get("method") or "").lower() == "post" else None
            if self.now is not None:
                self.forms.append((urljoin(self.path, given.get("action") or self.path), self.now))
        elif self.now is not None and given.get("name") and tag in ("input", "textarea", "select", "button"):
            if given["name"] != "csrfmiddlewaretoken":
                kind = given.get("type") or tag
                self.now.append(
                    (
                        given["name"],
                        given.get("value") or "",
                        "" if kind in CHOSEN else "hidden" if kind == "hidden" else "box",
                    )
                )

    def handle_endtag(self, tag):
        if tag == "form":
            self.now = None


def forms_of(path, page) -> list[Form]:
    parser = _Forms(path)
    parser.feed(page)
    return [Form(action, tuple(fields)) for action, fields in parser.forms]


def forms_seen(world, names) -> dict[tuple, tuple[str, Form]]:
    """(address without keys, fields) → (reader, form): each kind of form once."""
    found = {}
    for name in names:
        for route, row in MATRIX.items():
            if name in row.opens and not row.post_only:
                answer = world.clients[name].get(address(route, world))
                if answer.get("Content-Type", "").startswith("text/html"):
                    for form in forms_of(address(route, world), body(answer).decode()):
                        kind = re.sub(r"\d+", "#", form.action)
                        found.setdefault((kind, tuple(f[0] for f in form.fields)), (name, form))
    return found


def sent(form: Form, odd: str, into=("hidden", "box")) -> str:
    """The body of the form with the odd value in everything of these kinds, and the rest as the page has it."""
    return "&".join(
        f"{quote(name)}={odd if typed in into else quote(value)}" for name, value, typed in form.fields
    )

"""Walking the portal as one reader: every link that a page offers, and what each address answered."""

import html
import io
import re
from collections import deque
from urllib.parse import urldefrag, urljoin, urlsplit

from openpyxl import load_workbook

LINK = re.compile(r"""(?:href|src|action)="([^"]*)\"""")
TOKEN = re.compile(
    r"""(name="csrfmiddlewaretoken" value|name="token"[^>]* value|value)="[A-Za-z0-9]{32,64}\""""
)
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NEVER = ("/static/",)


def walk(client, starts=("/",), most=600, follow=lambda path: True) -> dict:
    """Address → response, of every page that can be reached by GET from the first ones. Answers of 5xx end the walk.

    follow: whether a link, met for the first time, is followed.
    """
    found, waiting, seen = {}, deque(starts), set(starts)
    while waiting and len(found) < most:
        address = waiting.popleft()
        response = client.get(address)
        assert response.status_code < 500, address
        found[address] = response
        if response.status_code in (301, 302):
            links = [response["Location"]]
        elif response.get("Content-Type", "").startswith("text/html"):
            links = [html.unescape(link) for link in LINK.findall(body(response).decode())]
        else:
            links = []
        for link in links:
            target = urldefrag(urljoin(address, link))[0]
            parts = urlsplit(target)
            if parts.netloc in ("", "testserver") and parts.scheme in ("", "http"):
                path = parts.path + (f"?{parts.query}" if parts.query else "")
                if path.startswith("/") and not path.startswith(NEVER) and path not in seen:
                    seen.add(path)
                    if follow(path):
                        waiting.append(path)
    return found


def body(response) -> bytes:
    """The whole body, streamed or not; may be asked for again."""
    if response.streaming:
        kept = b"".join(response.streaming_content)
        response.close()
        response.streaming_content = [kept]
        return kept
    return response.content


def text_of(response) -> str:
    """Everything a reader could find in an answer: headers, the page unescaped, the cells of a workbook."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.items())
    content = body(response)
    if response.get("Content-Type", "") == SHEET:
        book = load_workbook(io.BytesIO(content))
        cells = [
            str(cell.value)
            for sheet in book
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        ]
        return headers + "\n" + "\n".join([*book.sheetnames, *cells])
    return headers + "\n" + html.unescape(content.decode("utf-8", "replace"))


def without_tokens(response) -> str:
    """The text of an answer less the form tokens, which differ each time."""
    return TOKEN.sub(r'\1=""', text_of(response))

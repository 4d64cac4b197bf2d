"""What happened to a thing that is not an application, as the timeline (partials/timeline.html) shows it."""

import json

from accounts.account_events import WORDS


def happenings(links) -> list[dict]:
    """Rows of the timeline from links to events; each link's event with actor and posting at hand."""
    rows = []
    for link in links:
        event, data = link.event, json.loads(link.event.body)["data"]
        rows.append(
            {
                "title": WORDS.get(event.action, event.action), "at": event.at, "text": data.get("reason", ""),
                "by": f"{event.actor.name} · {event.posting.place}" if event.actor else "系统",
            }
        )  # fmt: skip
    return rows

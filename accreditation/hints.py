"""What officers should notice about an application besides its points (reading A33): no points, no gate, a visible hint.

优先推荐: a community that holds a title of another programme whose document prefers its holders for the issuer applied to
(泉港人社〔2016〕151号 五 for 市级 and 省级). 行政村申报: a village where the programme is for urban communities in principle
(原则上以社区为主), with the reason it gave. Both order equal ranks alone; leaving a preferred one off a list on which
another stands needs a recorded reason (accreditation.lists).
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from accreditation.models import ProgrammeVersion, Recognition


@dataclass(frozen=True)
class Priority:
    """Why a community is preferred: the sentence, the document's number and article, and the title it rests on."""

    sentence: str
    number: str
    article: str
    title: Recognition

    @property
    def source(self) -> str:
        return f"{self.number} {self.article}".strip()


@dataclass(frozen=True)
class Hints:
    """The hints of one application; `village` is the written reason ("" where none was given), None where it asks for none."""

    priority: Priority | None = None
    village: str | None = None

    def __bool__(self):
        return self.priority is not None or self.village is not None

    @property
    def order(self) -> tuple[bool, bool]:
        """For sorting among equals: preferred ones first, villages where communities go first behind them."""
        return self.priority is None, self.village is not None


NONE = Hints()


def hints(applications, day: dt.date | None) -> dict[int, Hints]:
    """The hints of applications of one round and tier, by key; none are left out. Two queries at the most.

    `day`: on which a title must be in force; None takes every title that has not been ended.
    """
    applications = list(applications)
    if not applications:
        return {}
    preferred = _preferred(applications, day)
    return {
        application.pk: Hints(preferred.get(application.community_id), village_reason(application))
        for application in applications
    }


def village_reason(application) -> str | None:
    """What a village wrote where its programme asks villages for a reason; None for everyone else."""
    if application.community.kind != "village":
        return None
    for rule in application.round.version.data.get("eligibility", []):
        if (
            rule["rule"] == "kind"
            and rule.get("village_needs_reason")
            and application.tier in rule.get("tiers", [application.tier])
        ):
            return application.exception_reason.strip()
    return None


def _preferred(applications, day) -> dict[int, Priority]:
    """Community's key → why it is preferred: the first of its titles that a document prefers."""
    first = applications[0]
    documents = _documents(first.round, first.tier, day)
    if not documents:
        return {}
    issuers = {tier["issuer"] for document in documents for tier in document["tiers"]}
    rows = Recognition.objects.filter(community__in={a.community_id for a in applications})
    rows = rows.held_on(day) if day else rows.filter(ended_on__isnull=True)
    rows = rows.filter(
        Q(programme__in=[document["key"] for document in documents]) | Q(programme="", issuer__in=issuers)
    )
    places = {a.community_id: a.community.place for a in applications}
    found: dict[int, Priority] = {}
    for title in rows.order_by("community", "granted_on", "pk"):
        for document in documents:
            if title.community_id not in found and _is_of(title, document, places[title.community_id]):
                rule = document["priority"]
                found[title.community_id] = Priority(
                    rule["sentence"].rstrip("。"),
                    document["source"]["number"],
                    rule.get("article", ""),
                    title,
                )
    return found


def _documents(round_, tier, day) -> list[dict]:
    """The newest document of every other programme that prefers its holders for the tier's issuer and is in force."""
    issuer = round_.version.tier(tier)["issuer"]
    newest: dict[int, ProgrammeVersion] = {}
    for version in ProgrammeVersion.objects.defer("document").order_by("loaded_at", "pk"):
        newest[version.programme_id] = version
    newest.pop(round_.version.programme_id, None)
    return [
        version.data
        for version in newest.values()
        if issuer in (version.data.get("priority") or {}).get("issuers", ()) and _valid(version.data, day)
    ]


def _valid(document, day) -> bool:
    until = document["source"].get("valid_until")
    return not (day and until and day > dt.date.fromisoformat(until))


def _is_of(title, document, place) -> bool:
    """Whether a title is one of the programme: granted under it, or taken over from papers and of its issuer and place."""
    if title.programme:
        return title.programme == document["key"]
    here = document["source"]["place"]["name"] in place.split()
    return here and any(
        tier["issuer"] == title.issuer and title.rank >= tier["rank"] for tier in document["tiers"]
    )

"""What jobs of this floor share: the event of an export, written once however often its job began again."""

import json

from django.db import transaction

from accounts.events import record
from accounts.models import Event, Job
from accreditation.models import Application

STEP = 500


def tell_once(work, action: str, title: str, **data) -> None:
    """One event for a job's result: what it is, and what `data` says of it."""
    subject = f"{title[:150]}{_mark(work.job)}"
    with transaction.atomic():
        if not Event.objects.filter(action=action, subject=subject).exists():
            record(action, by=work.by, at=work.at, subject=subject, data=data)


def told(job: Job, action: str) -> dict:
    """What the event of a job says, empty where there is none."""
    event = Event.objects.filter(action=action, actor=job.by_id, subject__endswith=_mark(job)).first()
    return json.loads(event.body)["data"] if event else {}


def may_have(job: Job, action: str, user) -> bool:
    """Whether this person still sees every application that a job's event names: asked again at each download."""
    numbers = told(job, action).get("applications", [])
    seen = Application.objects.in_line_of(user)
    groups = [numbers[start : start + STEP] for start in range(0, len(numbers), STEP)]
    return bool(groups) and all(seen.filter(number__in=group).count() == len(group) for group in groups)


def _mark(job):
    """What the subject of a job's event ends with; no other job has the same."""
    return f"（任务 {job.pk}）"

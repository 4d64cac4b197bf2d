"""What the bench of certificates runs in processes of its own: `python -m tests.bench.paper_run build|batch|flat`.

Each prints one line of JSON; what a process peaks at is its own then.
"""

import datetime as dt
import json
import resource
import sys
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from accounts import jobs  # noqa: E402
from accounts.models import Job  # noqa: E402
from accreditation import certificate_batches, recognitions  # noqa: E402
from accreditation.models import Application, Recognition  # noqa: E402
from accreditation.paper import certificates  # noqa: E402
from regions.models import Community  # noqa: E402
from tests.bench.papers import BATCH, DOCUMENTS, site, title  # noqa: E402
from tests.bench.timing import peak_mib, seconds  # noqa: E402
from tests.factories import House, acting, moment  # noqa: E402

MIB = 1024 * 1024


def _resident():
    """MiB of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / MIB


def _build():
    """A round with BATCH titles of one document, and the job that prints them, waiting."""
    call_command("migrate", verbosity=0)
    house = House()
    street = house.regions["一南街道"]
    Community.objects.bulk_create(
        Community(
            name=f"第{n}社区", street=street, position=street.position, place=f"{street.path} {street.name}"
        )
        for n in range(BATCH)
    )
    communities = list(Community.objects.filter(name__startswith="第"))
    applications = Application.objects.bulk_create(
        Application(
            round=house.round,
            tier="star",
            community=one,
            position=one.position,
            number=f"B{n:05d}",
            state="recognised",
            created_at=moment(dt.date(2017, 9, 1)),
        )
        for n, one in enumerate(communities)
    )
    for one in applications:
        one.round = house.round
    Recognition.objects.bulk_create(
        recognitions.title_of(
            house.round, one, n, document_number="基准〔2017〕1号", granted_on=dt.date(2017, 12, 1),
            issuer_name="甲省人力资源和社会保障厅",
        )
        for n, one in enumerate(applications, 1)
    )  # fmt: skip
    arguments = {"round": house.round.pk, "tier": "star", "document": "基准〔2017〕1号", "site": site("")}
    by = acting(house.officer("甲省", "approver"))
    jobs.ask(certificate_batches.KIND, arguments, by=by, at=moment(dt.date(2017, 12, 2)), title="证书")
    return {}


def _batch():
    took = seconds(lambda: jobs.run(jobs.take("bench")))
    job = Job.objects.get()
    if job.state != "done":
        raise RuntimeError(job.sentence)
    return {"done": job.done, "seconds": took, "peak": peak_mib(), "size": job.size}


def _flat():
    early = 0
    for n in range(DOCUMENTS):
        certificates.pdf([title(n)], site)
        if n == 19:
            early = _resident()
    return {"early": early, "late": _resident()}


if __name__ == "__main__":
    print(json.dumps({"build": _build, "batch": _batch, "flat": _flat}[sys.argv[1]]()))

"""All certificates of one recognition document as one file, made behind the pages (accounts/jobs.py)."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Count, Max

from accreditation.models import Recognition, Round
from accreditation.paper import certificates
from regions.clock import day_of

KIND = "certificates"


def _of_list(round_, tier, region):
    return Recognition.objects.filter(
        application__round=round_, tier=tier, position__range=(region.position, region.last)
    )


def titles_of(round_: Round, tier: str, region, document: str):
    """The titles of a list that one document granted, in the order of the list."""
    rows = _of_list(round_, tier, region).filter(document_number=document)
    return rows.select_related("community").order_by("position", "pk")


def by_document(round_: Round, tier: str, region) -> list[dict]:
    """The documents that granted titles of a list: document_number, granted_on, titles; the latest first."""
    rows = _of_list(round_, tier, region).order_by().values("document_number")
    counted = rows.annotate(titles=Count("pk"), granted_on=Max("granted_on"))
    return list(counted.order_by("-granted_on", "document_number"))


def site_address(site: str):
    """A function of a certificate's number that gives the whole address of its check, from that of the check page."""
    return lambda number: f"{site.rstrip('/')}/{number}/"


def make(work) -> None:
    """The job: parts of a few certificates each, kept in the job's folder, then joined. Ended titles are left out."""
    told = work.arguments
    posting = work.by.acting
    round_ = Round.objects.select_related("version").filter(pk=told["round"]).first()
    office = posting.office
    if (
        round_ is None
        or office is None
        or round_.route.steps[-1].level != posting.level
        or not posting.has_desk
    ):
        raise ValidationError("证书由认定单位打印，您现在的岗位不能打印这份名单的证书。")
    titles = titles_of(round_, told["tier"], office.region, told["document"])
    valid = certificates.in_force(titles, day_of(work.at))
    total, whole = valid.count(), titles.count()
    if not total:
        raise ValidationError("这份名单上没有有效的称号，没有可以打印的证书。")
    work.progress(0, total)
    paths = []
    for done, path in certificates.parts(valid, site_address(told["site"]), work.folder, demo=settings.DEMO):
        paths.append(path)
        work.progress(done, total)
    target = work.folder / "all.pdf"
    title = f"证书 {told['document'] or round_.name}".strip()
    certificates.join(paths, target, title)
    left = f"，另有 {whole - total} 个称号已终止，没有打印" if whole > total else ""
    work.finish(target, f"{title}.pdf", f"共 {total} 份证书{left}。")

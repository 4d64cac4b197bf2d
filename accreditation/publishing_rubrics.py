"""A score sheet (or list of conditions) that the source lacks: entered by its office from a workbook, published as a version.

A published version is never edited: what is put right is published again, under its own document number. A round in
preparation takes one of the versions; rounds that are open keep theirs.
"""

import hashlib
import json
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from accounts.events import canonical, record
from accreditation import round_settings, rounds
from accreditation.models import Programme, ProgrammeVersion, Round, RubricPublication
from accreditation.permissions import may_organise
from accreditation.refusals import NotReady, NotYours
from scoring.loading import rubric_of
from scoring.models import RubricVersion
from scoring.rubric import Rubric, read_rubric
from scoring.workbook import PART, Workbook, read_workbook, write_workbook

NUMBER_LENGTH, NAME_LENGTH = 60, 150
WHO = "评分表由方案主办单位的审核岗位导入和发布。"


@dataclass(frozen=True)
class Shown:
    """A version of a programme's score sheet: the document's own (publication None) or a published one."""

    version: RubricVersion
    rubric: Rubric
    publication: RubricPublication | None
    rounds: tuple[Round, ...]


def shown(version: ProgrammeVersion) -> list[Shown]:
    """The score sheets a round of this programme version may take, the newest first, the document's own last."""
    published = {p.rubric_id: p for p in _publications(version)}
    taken: dict[int, list[Round]] = {}
    rows = Round.objects.filter(version__programme=version.programme_id, rubric__isnull=False)
    for round_ in rows.select_related("region"):
        taken.setdefault(round_.rubric_id, []).append(round_)
    own = [version.rubric] if version.rubric_id and rubric_of(version.rubric) else []
    found = [publication.rubric for publication in published.values()] + own
    return [Shown(one, rubric_of(one), published.get(one.pk), tuple(taken.get(one.pk, ()))) for one in found]


def _publications(version):
    rows = RubricPublication.objects.filter(programme=version.programme_id)
    return rows.select_related("rubric", "region", "published_by")


def own_part(version: ProgrammeVersion) -> dict:
    """The score-sheet part of the programme's document, with the names of its tiers: what a workbook is read on top of."""
    part = {name: version.data[name] for name in PART if version.data.get(name)}
    return {**part, "tiers": {tier["key"]: tier["name"] for tier in version.data["tiers"]}}


def template(version: ProgrammeVersion, *, blank: bool) -> bytes:
    """An empty workbook of the programme; unless `blank`, with its own conditions and figures in it already."""
    part = own_part(version)
    if blank:
        part = {name: part[name] for name in ("key", "version", "title", "tiers")}
    return write_workbook({name: value for name, value in part.items() if name != "rubric"})


def workbook(version: ProgrammeVersion, rubric: RubricVersion) -> bytes:
    """A score sheet as a workbook in the layout it is imported from."""
    return write_workbook({**json.loads(rubric.document), "tiers": own_part(version)["tiers"]})


def sample(version: ProgrammeVersion) -> bytes | None:
    """The workbook shipped for the demonstration of this programme, None where there is none."""
    path = settings.PROGRAMME_DOCUMENTS / "samples" / f"{version.data['key']}.json"
    if not path.is_file():
        return None
    part, own = json.loads(path.read_text(encoding="utf-8")), own_part(version)
    figures = own.get("figures", []) + part.get("figures", [])
    return write_workbook({**own, **part, "figures": figures})


def read(version: ProgrammeVersion, data: bytes) -> Workbook:
    """An uploaded workbook on top of the programme's own part."""
    return read_workbook(data, own_part(version))


def may_publish(user, version: ProgrammeVersion) -> bool:
    """The approvers of the office that issued the programme."""
    region = rounds.organiser(version)
    return region is not None and may_organise(user, region)


def marked(document: dict) -> dict:
    """The document with its entered part marked as made for the demonstration."""
    part = "rubric" if document.get("rubric") else "criteria"
    return {**document, part: {**document[part], "sample": True}}


@transaction.atomic
def publish_rubric(
    version: ProgrammeVersion, document: dict, *, document_number, sample, workbook_name, by, at
) -> tuple[RubricPublication, bool]:
    """Publish what `read` found in a workbook: (publication, whether it is new).

    The same content under the same document number is the same version. Raises NotYours and NotReady with every reason.
    """
    if not may_publish(by, version):
        raise NotYours(WHO)
    programme = Programme.objects.select_for_update().get(pk=version.programme_id)
    number = document_number.strip()
    sample = sample or _says_sample(document)
    document = {name: document[name] for name in PART if name in document}
    document = marked(document) if sample else document
    if wrong := _wrong(version, document, number):
        raise NotReady(wrong)
    found = list(_publications(version))
    for one in found:
        same = {**json.loads(one.rubric.document), "version": document["version"]} == document
        if same and one.document_number == number:
            return one, False
    document["version"] = f"{version.version[:30]}.{len(found) + 1}"
    text = canonical(document)
    rubric = RubricVersion.objects.create(
        programme=programme.key,
        version=document["version"],
        document=text,
        checksum=hashlib.sha256(text.encode()).hexdigest(),
        origin=number,
        sample=sample,
    )
    made = RubricPublication.objects.create(
        programme=programme,
        rubric=rubric,
        region=by.acting.region,
        document_number=number,
        workbook=workbook_name[:NAME_LENGTH],
        published_at=at,
        published_by=by,
    )
    after = {"version": rubric.version, "document": number, "sample": sample, "checksum": rubric.checksum}
    record("publish_rubric", by=by, at=at, subject=f"{programme.title} {rubric.version}", after=after)
    return made, True


def _says_sample(document):
    return any((document.get(part) or {}).get("sample") for part in ("rubric", "criteria"))


def _wrong(version, document, number) -> dict[str, list[str]]:
    """What stands in the way, by the field of the form it belongs to ("__all__" for the sheet itself)."""
    wrong: dict[str, list[str]] = {}
    if not number:
        wrong["document_number"] = ["请填写依据文号，如公布评分表的文件的文号。"]
    elif len(number) > NUMBER_LENGTH:
        wrong["document_number"] = [f"依据文号最多 {NUMBER_LENGTH} 个字，请改短。"]
    found = list(read_rubric(document, "评分表")[1])
    own = own_part(version)
    for name in ("key", "version", "title"):
        if document.get(name) != version.data[name]:
            found.append("这份评分表是按方案的另一个版本检查的，请重新上传工作簿。")
            break
    if own.get("criteria") and _without_mark(document.get("criteria")) != own["criteria"]:
        found.append("方案规定的条件不能用工作簿改动，请重新上传工作簿。")
    ours = {figure["key"]: figure for figure in own.get("figures", [])}
    if any(not _same_figure(figure, ours.get(figure["key"])) for figure in document.get("figures", [])):
        found.append("方案已有的数据不能用工作簿改动，请重新上传工作簿。")
    if not document.get("rubric") and any(gap["what"] == "rubric" for gap in version.data.get("missing", [])):
        found.append("本方案待录入的是评分表，这个工作簿里没有评分表，请填写“评分表”后重新上传。")
    if any(document.get(part) == own.get(part) for part in ("rubric",) if document.get(part)):
        found.append("与方案文件自带的评分表完全相同，不用另行发布。")
    return {**wrong, "__all__": found} if found else wrong


def _without_mark(part):
    return {key: value for key, value in part.items() if key != "sample"} if part else part


def _same_figure(figure, own):
    """Whether a figure is as the programme has it; it may stand without others that nothing names any more."""
    return own is None or all(figure.get(name, value) == value for name, value in own.items())


def choose(round_: Round, rubric: RubricVersion, *, by, at, edition=None) -> Round:
    """Let a round in preparation take a score sheet of its programme. Choices that the new sheet does not leave open lapse."""
    chosen = dict(round_.chosen)
    known = {choice.key: choice for choice in round_settings.choices(round_.version, rubric, {})}
    readings = {
        key: value
        for key, value in chosen.get("readings", {}).items()
        if key in known and value in known[key].choices
    }
    sheet = rubric_of(rubric)
    if sheet is not None and sheet.pass_mark is not None:
        chosen.pop("pass_mark", None)
    return rounds.settle(
        round_,
        name=round_.name,
        opens_on=round_.opens_on,
        settings={**chosen, "readings": readings},
        by=by,
        at=at,
        edition=edition,
        rubric=rubric,
    )

"""A packet: all papers of one application, or of a whole list, in one zip, made behind the pages.

What was made lies in the job's folder, an application at a time: `plan.json` says which applications and in which folder
of the zip each goes; `<key>/done.json` is written last, so that a worker that was killed makes only what is missing.
Stored files are not copied before the zip is written. Whether the person still sees an application is asked when its
papers are made, again when the zip is written, and again at each download.
"""

import hashlib
import json
import shutil
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db.models import Sum

from accreditation import packet_papers
from accreditation.file_names import Taken, safe_file_name, safe_name
from accreditation.made_behind import may_have, tell_once
from accreditation.models import Application, Attachment, Round
from accreditation.workbooks import Book
from regions.clock import SHANGHAI, day_of

ACTION = "export_packet"
MOST_APPLICATIONS = 1000
MOST_BYTES = 4 * 1024**3  # of stored files
BLOCK = 1024 * 1024
CONTENTS, CHECKSUMS = "目录.xlsx", "校验.txt"
COLUMNS = [
    ("序号", 7), ("社区", 20), ("所在地", 36), ("申报编号", 16), ("类别", 16), ("文件", 70), ("大小（字节）", 14), ("SHA-256", 66),
    ("说明", 30),
]  # fmt: skip
LOST = "文件缺失，请联系系统管理员"
CHANGED = "文件内容与上传时不一致，请联系系统管理员"
GONE = "已不在您的岗位范围内，没有放入"


def arguments_of_one(application, site: str) -> dict:
    """What the job is asked with, for one application."""
    return {"application": application.pk, "site": site}


def arguments_of_list(round_, tier: str, region, site: str) -> dict:
    """What the job is asked with, for everyone of a round and tier whom the person sees in a region."""
    return {"round": round_.pk, "tier": tier, "position": [region.position, region.last], "site": site}


def chosen(arguments: dict, user):
    """The applications that a packet holds, as far as this person sees them, in the order of their places."""
    rows = Application.objects.in_line_of(user)
    if "application" in arguments:
        return rows.filter(pk=arguments["application"])
    rows = rows.filter(round=arguments["round"], tier=arguments["tier"], reached__gte=1)
    return rows.filter(position__range=arguments["position"]).order_by("position", "pk")


def make(work) -> None:
    """The job "packet"."""
    plan = _plan(work)
    total = 2 * len(plan["folders"]) + 1
    for number, (key, folder) in enumerate(plan["folders"], 1):
        _make_one(work, key, folder, plan["single"])
        work.progress(number, total)
    if not plan["single"]:
        _make_notices(work, [key for key, _ in plan["folders"]])
    target = work.folder / "packet.zip"
    numbers, count, faults = _zip(work, plan, target, total)
    tell_once(work, ACTION, f"打包{plan['title']}", applications=numbers, rows=count)
    sentence = f"共 {len(numbers)} 件申报，{count} 个文件。"
    if faults:
        sentence += f"有 {faults} 处没有放入，见{CONTENTS}的“说明”。"
    work.finish(target, safe_name(f"{plan['title']} {day_of(work.at):%Y%m%d}", ".zip"), sentence)


def may_download(job, user) -> bool:
    """Whether everything in the packet is still this person's to see."""
    arguments = json.loads(job.arguments)
    if "application" in arguments:
        return chosen(arguments, user).exists()
    return may_have(job, ACTION, user)


# What goes in


def _plan(work) -> dict:
    """Which applications, in which folders; decided once."""
    path = work.folder / "plan.json"
    if path.exists():
        return json.loads(path.read_text(encoding="utf-8"))
    rows = list(chosen(work.arguments, work.by).select_related("community")[: MOST_APPLICATIONS + 1])
    if not rows:
        raise ValidationError("您现在的岗位看不到要打包的申报，没有生成文件。")
    if len(rows) > MOST_APPLICATIONS:
        raise ValidationError(f"一次最多打包 {MOST_APPLICATIONS} 件申报，请按市、县分次打包。")
    files = Attachment.objects.filter(application__in=[a.pk for a in rows], removed_at__isnull=True)
    if (files.aggregate(sum=Sum("size"))["sum"] or 0) > MOST_BYTES:
        raise ValidationError(f"材料合计超过 {MOST_BYTES // 1024**3} GB，请按市、县分次打包。")
    taken, single = Taken(), "application" in work.arguments
    width = max(3, len(str(len(rows))))
    folders = []
    for number, one in enumerate(rows, 1):
        place = one.community.place.split(" ")[-1]
        name = safe_name(f"{number:0{width}d} {place} {one.community.name} {one.number or '未提交'}")
        folders.append((one.pk, "" if single else taken.free("", name)))
    plan = {"title": _title(work, rows, single), "single": single, "folders": folders}
    _write_last(path, plan)
    return plan


def _title(work, rows, single):
    if single:
        return f"{rows[0].community.name}申报材料 {rows[0].number or '未提交'}"
    round_ = Round.objects.select_related("version__programme").get(pk=work.arguments["round"])
    return (
        f"{work.by.acting.region.name}{round_.name}{round_.version.tier(work.arguments['tier'])['name']}材料"
    )


def _make_one(work, key, folder, single):
    """The papers of one application into <key>/, their list last. Nothing where they lie there already."""
    home = work.folder / str(key)
    if (home / "done.json").exists():
        return
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    rows = packet_papers.everything(chosen(work.arguments, work.by).filter(pk=key))
    application = rows.first()
    if application is None:
        _write_last(home / "done.json", {"gone": True, "papers": []})
        return
    found = packet_papers.papers(
        application, by=work.by, at=work.at, site=work.arguments["site"], notices=single
    )
    about = {
        "community": application.community.name, "place": application.community.place, "number": application.number or "",
    }  # fmt: skip
    papers = _kept(found, home, folder)
    _write_last(home / "done.json", {"gone": False, "about": about, "papers": papers})


def _make_notices(work, keys):
    """The notices of a list, each once, in a folder of their own."""
    home = work.folder / "notices"
    if (home / "done.json").exists():
        return
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    found = (packet_papers.notice_paper(key, work.at) for key in packet_papers.notice_keys(keys))
    _write_last(home / "done.json", {"gone": False, "about": {}, "papers": _kept(found, home, "")})


def _kept(papers, home, folder) -> list[dict]:
    """Each paper as a line of the list: made ones written into `home`, stored ones named."""
    taken, lines = Taken(), []
    for number, paper in enumerate(papers, 1):
        inside = "/".join(filter(None, [folder, *map(safe_name, paper.folder.split("/"))]))
        line = {
            "kind": paper.folder.split("/")[0],
            "path": f"{inside}/{taken.free(inside, safe_file_name(paper.name))}",
        }
        if paper.make is None:
            line |= {"stored": paper.stored, "size": paper.size, "checksum": paper.checksum}
        else:
            content = paper.make()
            made = home / f"{number:04d}"
            made.write_bytes(content)
            line |= {"made": made.name, "size": len(content), "checksum": hashlib.sha256(content).hexdigest()}
        lines.append(line)
    return lines


def _write_last(path: Path, data) -> None:
    """A file that is either whole or not there."""
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    unfinished.replace(path)


# The zip


def _zip(work, plan, target, total):
    """(numbers of the applications in it, their files, things left out). The same parts give the same bytes."""
    keys = [key for key, _ in plan["folders"]]
    seen = set(chosen(work.arguments, work.by).filter(pk__in=keys).values_list("pk", flat=True))
    lines, numbers, faults = [], [], 0
    moment = work.at.astimezone(SHANGHAI).timetuple()[:6]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, strict_timestamps=False) as out:
        packed = _Packed(out, moment)
        for number, (key, folder) in enumerate(plan["folders"], 1):
            told = _done(work, str(key))
            if told["gone"] or key not in seen:
                lines.append(_line({}, {"kind": "", "path": folder}, GONE))
                faults += 1
            else:
                numbers.append(told["about"]["number"])
                faults += _pack(packed, work.folder / str(key), told, lines)
            work.progress(len(plan["folders"]) + number, total)
        if not plan["single"]:
            faults += _pack(packed, work.folder / "notices", _done(work, "notices"), lines)
        contents = _contents(plan, lines, work)
        packed.write(CONTENTS, contents)
        packed.write(CHECKSUMS, "".join(f"{sha}  {path}\n" for path, sha in packed.sums).encode())
    return numbers, len(packed.sums) - 2, faults


def _done(work, name):
    return json.loads((work.folder / name / "done.json").read_text(encoding="utf-8"))


def _pack(packed, home, told, lines) -> int:
    """Every paper of one list into the zip; returns how many could not go in or are not as they were."""
    faults = 0
    for paper in told["papers"]:
        note = ""
        if "made" in paper:
            packed.write(paper["path"], (home / paper["made"]).read_bytes())
        else:
            try:
                sha = packed.copy(paper["path"], paper["stored"])
            except FileNotFoundError:
                note = LOST
            else:
                note = "" if sha == paper["checksum"] else CHANGED
        faults += bool(note)
        lines.append(_line(told["about"], paper, note))
    return faults


def _line(about, paper, note):
    return (
        about.get("community", ""), about.get("place", ""), about.get("number", ""), paper["kind"], paper["path"],
        paper.get("size"), paper.get("checksum", ""), note,
    )  # fmt: skip


def _contents(plan, lines, work) -> bytes:
    """目录.xlsx: a row for each paper, and for what is not there."""
    with tempfile.TemporaryFile() as file:
        book = Book(file, made_at=work.at)
        book.sheet("目录", COLUMNS, ((number, *line) for number, line in enumerate(lines, 1)))
        return book.close().read()


class _Packed:
    """The zip being written, and the checksum of each file in it."""

    def __init__(self, out, moment):
        self.out, self.moment, self.sums = out, moment, []

    def write(self, path, content: bytes):
        self.out.writestr(self._about(path), content)
        self.sums.append((path, hashlib.sha256(content).hexdigest()))

    def copy(self, path, stored) -> str:
        """A stored file, block by block; returns its checksum. FileNotFoundError where it is gone."""
        digest = hashlib.sha256()
        with closing(default_storage.open(stored)) as source, self.out.open(
            self._about(path), "w", force_zip64=True
        ) as target:  # fmt: skip
            while block := source.read(BLOCK):
                digest.update(block)
                target.write(block)
        self.sums.append((path, digest.hexdigest()))
        return digest.hexdigest()

    def _about(self, path):
        about = zipfile.ZipInfo(path, self.moment)
        about.external_attr = 0o640 << 16
        about.create_system = 3
        return about

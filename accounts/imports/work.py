"""A large file behind the pages: its check, its import, and the marked workbook, as jobs of accounts/jobs.py."""

from accounts.imports import batches
from accounts.imports.kinds import kind_of
from accounts.jobs import Job, ask
from accounts.models import ImportBatch
from regions.tables import BadTable

# Above these sizes, bytes by ending, a file is dealt with behind the pages: some five thousand rows.
LARGE = {"xlsx": 200_000, "xls": 800_000, "csv": 500_000}


def is_large(name: str, size: int) -> bool:
    return size > LARGE.get(name.lower().rsplit(".", 1)[-1], 200_000)


def ask_for(batch: ImportBatch, what: str, *, by, at, without_rest: bool = False) -> Job:
    """The job that does `what` (check, apply) to a batch; the batch's page shows how far it is."""
    title = f"{'检查' if what == 'check' else '导入'}{kind_of(batch.kind).title}：{batch.file_name}"
    arguments = {"batch": batch.key, "what": what, "without_rest": without_rest}
    job = ask("import", arguments, by=by, at=at, title=title)
    ImportBatch.objects.filter(pk=batch.pk).update(job=job)
    return job


def make(work) -> None:
    """The job itself (settings.PORTAL_JOBS). What was done before a restart is not done again."""
    batch = ImportBatch.objects.select_related("posting").filter(key=work.arguments["batch"]).first()
    if batch is None:
        work.finish_without_file("这个文件已被后来上传的文件替换，没有导入。")
        return
    doing = {"check": _check, "apply": _apply}[work.arguments["what"]]
    work.finish_without_file(doing(work, batch))


def _check(work, batch):
    if batch.status == ImportBatch.Status.WAITING:
        try:
            batch = batches.check(batch, by=work.by, at=work.at, progress=work.progress)
        except BadTable as error:
            batches.give_up(batch, str(error))
            return str(error)
    return f"检查完毕：新增 {batch.new}，变更 {batch.changed}，不变 {batch.unchanged}，有误 {batch.wrong}，未读取 {batch.reported}。"


def _apply(work, batch):
    if batch.status == ImportBatch.Status.CHECKED:
        try:
            batch = batches.apply(
                batch,
                by=work.by,
                at=work.at,
                without_rest=work.arguments["without_rest"],
                progress=work.progress,
            )
        except batches.Refused as error:
            batches.tell(batch, error.messages[0])
            return error.messages[0]
    return f"已导入：新增 {batch.new}，变更 {batch.changed}。"

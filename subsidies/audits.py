"""The audit of a report: finance and HR of the county, then of the city, in either order, by different people.

甘人社通〔2023〕287号 第十四条; reading A43. A return goes back to the community, whose next filing both levels see afresh.
"""

from django.db import IntegrityError, transaction

from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from subsidies import ledger, permissions, reports, rules
from subsidies.models import Finding, Kind, Signature, SpendingReport
from subsidies.money import yuan

Stage = SpendingReport.Stage


def missing(report, held: rules.Rules) -> list[str]:
    """The departments that have not yet signed at the level whose turn it is."""
    if report.stage != Stage.FILED:
        return []
    signed = {s.department for s in report.signatures.all() if s.level == report.level}
    return [department for department in held.audit_by if department not in signed]


def why_not_sign(user, report, held: rules.Rules) -> str:
    """The sentence that refuses this person's signature on the report now, or ""."""
    if sentence := permissions.why_not_audit(user, report.community, held):
        return sentence
    if report.stage != Stage.FILED:
        return f"该报告现为“{Stage(report.stage).label}”，不能签署。"
    posting = user.acting
    if posting.level != report.level:
        return "该报告不在您所在单位的审核环节。"
    if permissions.department_of(posting) not in missing(report, held):
        return "您所在的部门已经签署。"
    if any(signature.by_id == user.pk for signature in report.signatures.all()):
        return "同一报告的各次签署须由不同的人办理，您已经签署过。"
    return ""


@transaction.atomic
def sign(report, *, passed: bool, remarks: str = "", by, at) -> SpendingReport:
    """One department passes the report or returns it with remarks. The last one's signature moves it on.

    Raises NotYours, AlreadyMoved (signed or returned meanwhile), NotReady (returned without a word).
    """
    report = (
        SpendingReport.objects.select_for_update(of=("self",)).select_related("community").get(pk=report.pk)
    )
    held = rules.of_year(report.programme, report.year)
    if sentence := permissions.why_not_audit(by, report.community, held):
        raise NotYours(sentence)
    if sentence := why_not_sign(by, report, held):
        raise AlreadyMoved(sentence)
    if not passed and not remarks.strip():
        raise NotReady({"remarks": "退回时请写明需要补正的内容。"})
    department = permissions.department_of(by.acting)
    level = report.level
    try:
        with transaction.atomic():
            Signature.objects.create(
                report=report,
                level=level,
                department=department,
                passed=passed,
                remarks=remarks.strip(),
                by=by,
                at=at,
            )
    except IntegrityError as error:
        raise AlreadyMoved("您所在的部门已经签署。") from error
    before = {"level": level}
    if not passed:
        report.stage, report.level = Stage.RETURNED, ""
    elif not missing(SpendingReport.objects.get(pk=report.pk), held):
        following = held.audit_levels[held.audit_levels.index(level) + 1 :]
        report.level = following[0] if following else ""
        report.stage = Stage.FILED if following else Stage.DONE
    report.save(update_fields=["stage", "level"])
    data = {"department": department, "remarks": remarks.strip()}
    if passed:
        reports.note(
            "sign_report", report, by=by, at=at, before=before, after={"level": report.level}, data=data
        )
    else:
        reports.note(
            "return_report", report, by=by, at=at, before=before, after={"level": report.level}, data=data
        )
    return report


@transaction.atomic
def find(report, *, kind, fen, text, by, at, entry=None, fiscal_year=None) -> Finding:
    """What an audit found wrong: about one expense of the report (`entry`), or about what lies unused.

    Raises NotYours, NotReady ({field: sentence}).
    """
    held = rules.of_year(report.programme, report.year)
    if sentence := permissions.why_not_audit(by, report.community, held):
        raise NotYours(sentence)
    year = entry.fiscal_year if entry else (fiscal_year or report.year)
    grant = ledger.hold(report.community_id, report.programme, year)
    wrong = {}
    if kind not in Finding.Kind.values:
        wrong["kind"] = "请选择问题类型。"
    if not text.strip():
        wrong["text"] = "请写明事实和依据。"
    if kind == Finding.Kind.IRREGULAR and entry is None:
        wrong["entry"] = "使用不规范须指明是哪一笔支出。"
    if entry is not None and not _is_expense_of(entry, report):
        wrong["entry"] = "请选择本报告中的一笔支出。"
    elif fen <= 0:
        wrong["fen"] = "金额应大于 0 元。"
    elif fen > (most := _most(grant, entry)):
        what = "这笔支出中尚可认定" if entry else "这笔资金中尚未使用的"
        wrong["fen"] = f"{what}最多为 {yuan(most)} 元。"
    if wrong:
        raise NotReady(wrong)
    finding = Finding.objects.create(
        report=report, kind=kind, fiscal_year=year, fen=fen, entry=entry, text=text.strip(), region=by.acting.region, by=by, at=at
    )  # fmt: skip
    reports.note(
        "find", report, by=by, at=at, after={"kind": kind, "fen": fen}, data={"reason": finding.text}
    )
    return finding


def _is_expense_of(entry, report):
    return (
        entry.kind == Kind.SPENDING
        and entry.reverses_id is None
        and (entry.community_id, entry.programme, entry.on.year)
        == (report.community_id, report.programme, report.year)
        and not entry.reversals.exists()
    )


def _most(grant, entry):
    """How much a finding may be about: what is left of the expense, or of the grant."""
    if entry is None:
        return grant.free
    return entry.fen - sum(finding.fen for finding in entry.findings.all())


def undecided():
    """Findings nobody has decided about yet."""
    return Finding.objects.filter(recovery__isnull=True)

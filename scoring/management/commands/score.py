"""manage.py score PROGRAMME FILE [--tier T] [--output OUT]: score sheets of figures without a database."""

import json
import os
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from scoring import answers, tables
from scoring.engine import FigureError, Result, score
from scoring.rubric import NOT_ENTERED, read_rubric
from scoring.structure import Rubric


class Refused(Exception):
    """Nothing can be scored: a sentence and the exit status."""

    def __init__(self, sentence: str, status: int = 1):
        super().__init__(sentence)
        self.status = status


class Command(BaseCommand):
    help = "按方案的评分表或条件，给一个文件里的各社区评分。"
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("programme", help="方案代号，如 hunan-star-2017")
        parser.add_argument("file", type=Path, help="基础数据文件：.json、.csv 或 .xlsx")
        parser.add_argument("--tier", default="", help="申报层级，只用于按条件认定的方案")
        parser.add_argument("--output", type=Path, help="结果文件：.json、.csv 或 .xlsx；不写则显示在屏幕上")

    def handle(self, *, programme, file, tier, output, **options):
        try:
            wrong = self._score(programme, Path(file), tier, Path(output) if output else None)
        except Refused as refusal:
            self.stderr.write(str(refusal))
            sys.exit(refusal.status)
        except tables.Unreadable as unreadable:
            self.stderr.write(str(unreadable))
            sys.exit(1)
        except OSError as error:
            self.stderr.write(f"不能读取或写入文件：{error.strerror or error}。")
            sys.exit(1)
        if wrong:
            sys.exit(1)

    def _score(self, key: str, file: Path, tier: str, output: Path | None) -> int:
        """How many rows were in error."""
        rubric = _rubric(key)
        _check_tier(rubric, tier)
        _check_files(file, output)
        tally = _Tally()
        rows = tally.count(_answers(rubric, tier, tables.read_rows(file, rubric)))
        if output is None:
            answers.show(self.stdout, rubric, tier, rows)
        else:
            _write(output, rubric, tier, rows)
        scored = tally.rows - tally.wrong
        self.stderr.write(f"共 {tally.rows} 个社区，已评 {scored} 个，{tally.wrong} 个数据有误未评。")
        if tally.repeated:
            self.stderr.write(f"提示：有 {tally.repeated} 行的社区名称与前面重复，均已分别评分，请核对。")
        return tally.wrong


class _Tally:
    """Counts rows as they pass, and names seen before (by their hash, to stay small)."""

    def __init__(self):
        self.rows = self.wrong = self.repeated = 0
        self._seen: set[int] = set()

    def count(self, rows: Iterator[answers.Answer]) -> Iterator[answers.Answer]:
        for row in rows:
            self.rows += 1
            self.wrong += bool(row["errors"])
            if row["community"]:
                name = hash(row["community"])
                self.repeated += name in self._seen
                self._seen.add(name)
            yield row


def _rubric(key: str) -> Rubric:
    """The programme's rubric; Refused with 2 where it is still to be entered."""
    folder = Path(settings.PROGRAMME_DOCUMENTS)
    known = sorted(path.stem for path in folder.glob("*.json"))
    if key not in known:
        raise Refused(f"没有方案“{key}”，可用的有 {'、'.join(known)}。")
    path = folder / f"{key}.json"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Refused(f"方案文件 {path.name} 写法有误：{error}。") from error
    rubric, errors = read_rubric(document, path.name)
    if errors:
        raise Refused("\n".join(errors))
    if rubric is None:
        raise Refused(f"{key}：{NOT_ENTERED}。", 2)
    return rubric


def _check_tier(rubric: Rubric, tier: str) -> None:
    tiers = rubric.criteria.tiers if rubric.criteria else ()
    if tiers and tier not in tiers:
        raise Refused(f"请用 --tier 写明层级，可用的有 {'、'.join(tiers)}。")
    if tier and not tiers:
        raise Refused(f"方案 {rubric.key} 的评分不分层级，请去掉 --tier。")


def _check_files(file: Path, output: Path | None) -> None:
    if not file.is_file():
        raise Refused(f"没有找到文件 {file}。")
    if output is None:
        return
    if output.suffix.lower() not in answers.ENDINGS:
        raise Refused(f"结果文件“{output.name}”的类型不支持，可用的有 {'、'.join(answers.ENDINGS)}。")
    if not output.parent.is_dir():
        raise Refused(f"没有文件夹 {output.parent}，请先建立。")
    if output.exists() and output.samefile(file):
        raise Refused("结果文件不能与数据文件相同，请换一个名称。")


def _answers(rubric: Rubric, tier: str, rows: Iterator[tables.Row]) -> Iterator[answers.Answer]:
    for row in rows:
        result = score(rubric, row.figures, tier=tier)
        if row.problems:
            # A figure that could not be read is not also "missing".
            told = [error for error in result.errors if error.figure not in row.problems]
            if "figures" in row.problems:
                told = []
            found = [FigureError(figure, reason) for figure, reason in row.problems.items()]
            result = Result(rubric, tier, {}, (), tuple(chain(found, told)))
        yield answers.answer(row.community, result)


def _write(output: Path, rubric: Rubric, tier: str, rows: Iterator[answers.Answer]) -> None:
    """Beside the target first: what is there stays until the new file is whole."""
    beside = output.with_name(f".{output.stem}.{os.getpid()}{output.suffix}")
    try:
        answers.write(beside, rubric, tier, rows)
        beside.replace(output)
    finally:
        beside.unlink(missing_ok=True)

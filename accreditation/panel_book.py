"""The panel as a workbook: members, communities with every score once the total stands, and the record of the draw."""

import json
import tempfile

from django.db import transaction

from accreditation import panel_table
from accreditation.models import RoundEvent
from accreditation.panel_results import words
from accreditation.panels import record_panel
from accreditation.workbooks import Book, points
from regions.clock import SHANGHAI

MEMBER_COLUMNS = [
    ("编号", 9), ("姓名", 12), ("所在单位", 30), ("来源", 26), ("回避的县（市、区）", 20), ("组别", 8), ("考核社区", 9), ("已评", 8), ("退出时间", 17), ("退出原因", 30),
]  # fmt: skip
RESULT_COLUMNS = [
    ("编号", 16), ("所在县（市、区）", 16), ("社区", 20), ("层级", 22), ("组别", 8), ("应评人数", 9), ("已评人数", 9), ("平均分", 9), ("最高与最低相差", 14),
    ("偏离较大的", 24), ("去掉的", 24), ("依据", 70),
]  # fmt: skip
SCORE_COLUMNS = [
    ("编号", 16), ("社区", 20), ("考核人员编号", 12), ("姓名", 12), ("评分", 9), ("评语", 50), ("评分时间", 17), ("偏离较大", 9), ("去掉", 8),
]  # fmt: skip
DRAW_COLUMNS = [("项目", 22), ("内容", 110)]
STATES = {"todo": "未评", "outdated": "须重新核对"}


def book(panel, *, by, at, ip=None):
    """A temporary file, rewound. The export itself is an event."""
    board = panel_table.board(panel)
    file = tempfile.TemporaryFile()
    made = Book(file)
    made.sheet("考核人员", MEMBER_COLUMNS, _members(board))
    made.sheet("汇总", RESULT_COLUMNS, _results(board))
    made.sheet("各人评分", SCORE_COLUMNS, _scores(board))
    made.sheet("抽签记录", DRAW_COLUMNS, _draws(panel))
    made.close()
    with transaction.atomic():
        record_panel(panel, "export_panel", by=by, at=at, data={"rows": len(board.rows)}, ip=ip)
    return file


def _members(board):
    for row in board.members:
        one = row.assessor
        yield (
            one.code, one.user.name, one.organisation, one.get_source_display(), one.county.name if one.county else "",
            one.group, row.tasks, row.done, None, "",
        )  # fmt: skip
    for one in board.gone:
        yield (
            one.code, one.user.name, one.organisation, one.get_source_display(), one.county.name if one.county else "",
            one.group, None, None, one.left_at, one.left_reason,
        )  # fmt: skip


def _names(row, places):
    return "、".join(row.cells[n].assessor.user.name for n in sorted(places))


def _results(board):
    for row in board.rows:
        a, found = row.application, row.result
        head = (a.number, row.county, a.community.name, a.tier_name, row.group, len(row.cells), row.done)
        if found is None:
            yield (*head, None, None, "", "", "")
        else:
            because = words([cell.points for cell in row.cells], found)
            yield (
                *head, points(row.total), points(found.spread), _names(row, found.outliers), _names(row, found.dropped),
                because,
            )  # fmt: skip


def _scores(board):
    """Points only where the total stands: until then the desk sees who has finished."""
    for row in board.rows:
        for cell in row.cells:
            shown = row.result is not None
            yield (
                row.application.number, row.application.community.name, cell.assessor.code, cell.assessor.user.name,
                points(cell.points) if shown else STATES.get(cell.state, "已评"), cell.score.comment if shown else "",
                cell.score.given_at, "是" if cell.outlier else "", "是" if cell.dropped else "",
            )  # fmt: skip


def _draws(panel):
    links = RoundEvent.objects.filter(
        round=panel.round_id,
        event__action__in=("draw_panel", "assign_new"),
        event__posting__office__region=panel.region_id,
    ).select_related("event__actor")
    for link in links.order_by("event_id"):
        told = json.loads(link.event.body)["data"]
        yield "时间", f"{link.event.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}，{link.event.actor.name}"
        yield "抽签种子", told["seed"]
        yield "分组数", str(told["groups"])
        yield "名册摘要（SHA-256）", told["pool"]
        yield "考核人员（编号 来源 组别）", "；".join(" ".join(map(str, row)) for row in told["members"])
        for number, codes in told["barred"].items():
            yield f"{number} 应当回避", "、".join(codes)
        for number, codes in told["assigned"].items():
            yield f"{number} 分派", "、".join(codes)

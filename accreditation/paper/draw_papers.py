"""The certificate of a spot check as a document: what was told before the draw, what came out, and how to repeat it."""

import datetime as dt

from accreditation.paper.documents import PUBLIC_COPY, Attachment, Document, Paragraph
from accreditation.paper.legal_names import joined
from accreditation.public import ShownDraw, ShownTarget
from regions.clock import SHANGHAI

DRAWN_HEAD, DRAWN_WIDTHS = ("顺序", "社区", "所在地", "证书编号", "检查人员"), (12, 32, 0, 50, 24)
NAMED_HEAD, NAMED_WIDTHS = ("社区", "所在地", "证书编号", "理由", "检查人员"), (30, 0, 46, 34, 22)


def certificate(
    draw: ShownDraw, drawn: list[ShownTarget], named: list[ShownTarget], day: dt.date
) -> Document:
    """The certificate of a draw that was made. Inspectors and operators stand in it as codes."""
    attachments = [
        Attachment(
            "随机抽中的称号", DRAWN_HEAD, DRAWN_WIDTHS,
            [(one.order, one.name, joined(one.place), one.number, "、".join(one.inspectors)) for one in drawn],
        )
    ]  # fmt: skip
    if named:
        rows = [
            (one.name, joined(one.place), one.number, one.reason, "、".join(one.inspectors)) for one in named
        ]
        attachments.append(Attachment("定向检查的称号（不是随机抽中）", NAMED_HEAD, NAMED_WIDTHS, rows))
    return Document(
        issuer=draw.issuer, kind="", number="", title=f"{draw.name}抽取凭证", day=day, attachments=tuple(attachments),
        mark=PUBLIC_COPY,
        paragraphs=[
            *([Paragraph(f"这次抽查已经作废：{draw.void_reason}")] if draw.state == "void" else []),
            Paragraph("一、抽取之前公布的", 1),
            Paragraph(f"{_moment(draw.frozen_at)}固定抽查对象 {draw.titles} 个、检查人员 {draw.people} 名。"),
            Paragraph(f"对象清单校验码（{draw.hash_name}）：{_broken(draw.pool_hash)}"),
            Paragraph(f"随机数校验码（{draw.hash_name}）：{_broken(draw.nonce_hash)}"),
            Paragraph(f"公开种子的来源：{draw.seed_source}"),
            Paragraph(
                f"规则：按称号层级和县（市、区）分层，每层抽取 {draw.share}%，不足 1 个的进为 1 个，至少 {draw.least} 个，"
                f"备选 {draw.spare} 个；每个称号由 {draw.each} 人检查。"
            ),
            Paragraph("二、抽取", 1),
            Paragraph(f"{_moment(draw.drawn_at)}抽取。公开种子：{draw.seed}"),
            Paragraph(f"随机数：{draw.nonce}"),
            Paragraph(f"公开种子由两人分别录入：{draw.operators.get('entered', '')}、{draw.operators.get('drew', '')}（编号）。"),
            Paragraph(f"随机抽中 {len(drawn)} 个，定向检查 {len(named)} 个，名单见附件。"),
            Paragraph("三、复核", 1),
            Paragraph("任何人都可以从网上公开页面下载对象清单和抽取程序，用公开种子和随机数重新计算，结果应与本凭证一致。"),
        ],
    )  # fmt: skip


def _moment(at) -> str:
    local = at.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日{local:%H:%M}"


def _broken(digest) -> str:
    """A digest in groups of eight, so that it can be read aloud and breaks within a line."""
    return " ".join(digest[place : place + 8] for place in range(0, len(digest), 8))

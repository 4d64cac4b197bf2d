"""The words of the official documents, from what the portal knows. Layout is documents.py's."""

import datetime as dt

from accreditation.models import Application, Recognition, Round, State
from accreditation.paper.capitals import capital_amount
from accreditation.paper.document_numbers import document_number
from accreditation.paper.documents import PUBLIC_COPY, UNSTAMPED, Attachment, Document, Paragraph, paragraphs
from accreditation.paper.legal_names import joined, legal_name
from accreditation.public import EntryLine, ShownNotice
from regions.models import Community

# Whom a recognition document is addressed to, by the level of the office that issues it.
BELOW = {
    "province": "各市（州）人力资源社会保障部门",
    "city": "各县（市、区）人力资源社会保障部门",
    "county": "各乡镇人民政府、街道办事处",
}
HOW_TO_OBJECT = (
    "对名单有异议的，请在公示期内以电话、信函、来访等形式向受理单位反映，也可以在网上公示页面对应的社区处提出。"
    "反映情况应当客观真实。以单位名义反映情况的材料需加盖单位公章，以个人名义反映情况的材料应提供联系方式。"
    "受理单位对反映人的身份保密。"
)
LIST_HEAD, LIST_WIDTHS = ("序号", "社区", "所在地"), (14, 52, 0)
TITLES_HEAD, TITLES_WIDTHS = ("序号", "社区", "所在地", "证书编号"), (14, 38, 0, 58)
OPEN = "此件主动公开"
BLANK_NUMBER = "　　　〔　　　　〕　　号"


def notice(shown: ShownNotice, day: dt.date, *, draft: bool = False) -> Document:
    """The public notice of a list. `day`: when it is (to be) published. `draft`: for the office, before it is stamped."""
    marked = any(entry.removed for entry in shown.entries)
    rows = [(entry.order, entry.name, joined(entry.place)) for entry in shown.entries]
    if marked:
        rows = [(*row, "已移出名单" if e.removed else "") for row, e in zip(rows, shown.entries, strict=True)]
    attachment = Attachment(
        _list_title(shown.title),
        (*LIST_HEAD, "备注") if marked else LIST_HEAD,
        (*LIST_WIDTHS, 26) if marked else LIST_WIDTHS,
        rows,
    )
    return Document(
        issuer=shown.issuer,
        kind="",
        number=document_number(shown.number),
        title=shown.title,
        paragraphs=[
            *paragraphs(shown.basis),
            *paragraphs(shown.process),
            Paragraph("一、公示名单", 1),
            Paragraph(f"本次公示的社区共{len(shown.entries)}个，名单见附件。"),
            Paragraph("二、公示期限", 1),
            Paragraph(_period(shown)),
            Paragraph("三、反映情况的方式", 1),
            Paragraph(HOW_TO_OBJECT),
            *([Paragraph(f"受理单位和电话：{shown.contact}")] if shown.contact else []),
            *([Paragraph(f"地址：{shown.address}")] if shown.address else []),
        ],
        day=day,
        attachments=(attachment,),
        mark=UNSTAMPED if draft else PUBLIC_COPY,
    )


def draft_notice(words: dict, issuer: str, entries: list[Application], period: dict) -> Document:
    """The public notice before it is published. words: as typed for it; period: day, first, last, workdays, resting."""
    shown = ShownNotice(
        pk=0,
        issuer=issuer,
        programme="",
        published_at=None,
        first_day=period["first"],
        last_day=period["last"],
        original_last_day=None,
        workdays=period["workdays"],
        running=False,
        resting=period["resting"],
        entries=[
            EntryLine(0, n, one.community.name, one.community.place, one.community_id, False)
            for n, one in enumerate(entries, 1)
        ],
        **{
            name: words.get(name, "")
            for name in ("title", "number", "basis", "process", "contact", "address")
        },
    )
    return notice(shown, period["day"], draft=True)


def _list_title(title):
    """推荐名单公示 → 推荐名单; anything else gets 名单 at its end."""
    stem = title.removesuffix("公示").removesuffix("的").removesuffix("公告")
    return stem if stem.endswith("名单") else f"{stem}名单"


def _period(shown):
    text = f"{_day(shown.first_day)}至{_day(shown.last_day)}，共{shown.workdays}个工作日。发布当日不计入"
    if shown.resting:
        text += f"，{'、'.join(f'{day.month}月{day.day}日' for day in shown.resting)}不是工作日，不计入天数"
    if shown.original_last_day and shown.original_last_day != shown.last_day:
        text += f"。截止日期原定为{_day(shown.original_last_day)}，因节假日安排变动作了调整"
    return f"{text}。"


def _day(day):
    return f"{day.year}年{day.month}月{day.day}日"


def recognition(
    round_: Round, tier: dict, issuer: str, rows: list[Recognition | Application], *, number: str, day
) -> Document:
    """The document that grants the titles of a list. rows: the titles granted, or the applications ready to be."""
    title = f"{issuer}关于认定{round_.year}年{tier['name']}的通知"
    source = round_.version.data["source"]
    text = [
        Paragraph(
            f"根据《{source['title']}》（{document_number(source['number'])}）要求，经{_done(round_)}，"
            f"决定认定{_named(rows)}为“{tier['name']}”，现予公布。"
        ),
        *_money(round_, tier),
        Paragraph("认定的社区可以凭证书编号在网上查验称号的现时状态。"),
    ]
    return _list_document(round_, tier, issuer, "文件", number, title, text, rows, day, BELOW[tier["issuer"]])


def announcement(
    round_: Round, tier: dict, issuer: str, rows: list[Recognition | Application], *, number: str, day
) -> Document:
    """The announcement of the same list to everyone."""
    title = f"{issuer}关于公布{round_.year}年{tier['name']}名单的公告"
    source = round_.version.data["source"]
    text = [
        Paragraph(
            f"根据《{source['title']}》（{document_number(source['number'])}）要求，经{_done(round_)}，"
            f"认定{_named(rows)}为“{tier['name']}”。现将名单予以公布（见附件），证书编号可以在网上查验。"
        ),
        Paragraph("特此公告。"),
    ]
    return _list_document(round_, tier, issuer, "", number, title, text, rows, day)


def _list_document(round_, tier, issuer, kind, number, title, text, rows, day, to=""):
    attachment = Attachment(
        f"{round_.year}年{tier['name']}名单",
        TITLES_HEAD,
        TITLES_WIDTHS,
        [
            (n, row.community.name, joined(row.community.place), row.number if _granted(row) else "")
            for n, row in enumerate(rows, 1)
        ],
    )
    return Document(
        issuer=issuer,
        kind=kind,
        number=document_number(number) or BLANK_NUMBER,
        title=title,
        paragraphs=text,
        day=day,
        attachments=(attachment,),
        to=to,
        note=OPEN if kind else "",
    )


def _granted(row):
    return isinstance(row, Recognition)


def _named(rows):
    first = f"{joined(rows[0].community.place)}{rows[0].community.name}"
    return first if len(rows) == 1 else f"{first}等{len(rows)}个社区"


def _done(round_):
    """The stages of the route as a text tells them: 社区申报、街道审核、县级评审、县级公示."""
    return "、".join(["社区申报", *(State(step.state).label for step in round_.route.steps)])


def _money(round_, tier):
    """What the programme gives each recognised community, in figures and capital letters; nothing where it gives nothing."""
    subsidy = round_.version.data.get("subsidy") or {}
    yuan = subsidy.get("amounts", {}).get(tier["money"])
    if not isinstance(yuan, int):
        return []
    how = "一次性奖励" if subsidy["kind"] == "once" else "每年补助"
    amount = f"{capital_amount(yuan * 100)}（{yuan}元）"
    return [Paragraph(f"按照上述文件“{subsidy['article']}”的规定，对认定的社区每个{how}{amount}。")]


def cancellation(
    title: Recognition, issuer: str, *, number: str, reason: str, ended_on: dt.date | None, day
) -> Document:
    """The decision that ends a title."""
    community = title.community
    granted = f"，文号{document_number(title.document_number)}" if title.document_number else ""
    since = f"自{_day(ended_on)}起" if ended_on else "自本决定印发之日起"
    return Document(
        issuer=issuer,
        kind="文件",
        number=document_number(number) or BLANK_NUMBER,
        title=f"{issuer}关于撤销{community.name}“{title.tier_name}”称号的决定",
        paragraphs=[
            Paragraph(
                f"{legal_name(community)}于{_day(title.granted_on)}被认定为“{title.tier_name}”"
                f"（证书编号{title.number}{granted}）。"
            ),
            *paragraphs(reason),
            Paragraph(
                f"现决定{since}撤销其“{title.tier_name}”称号，原发证书、牌匾同时作废，由认定单位收回。"
            ),
        ],
        day=day,
        to=_addressed(community),
        note=OPEN,
        whole=(community.name, f"“{title.tier_name}”"),
    )


def disqualification(application: Application, issuer: str, *, number: str, reason: str, day) -> Document:
    """The decision that ends an application for untrue statements."""
    tier = application.round.version.tier(application.tier)["name"]
    community = application.community
    return Document(
        issuer=issuer,
        kind="文件",
        number=document_number(number) or BLANK_NUMBER,
        title=f"{issuer}关于取消{community.name}“{tier}”申报资格的决定",
        paragraphs=[
            Paragraph(
                f"{legal_name(community)}申报{application.round.year}年“{tier}”（申报编号{application.number}）。"
            ),
            *paragraphs(reason),
            Paragraph("现决定取消其本次申报资格。"),
        ],
        day=day,
        to=_addressed(community),
        note=OPEN,
        whole=(community.name, f"“{tier}”"),
    )


def _addressed(community: Community) -> str:
    return legal_name(community)

"""What a programme rules besides its route and score sheet, as lines to read: (subject, sentence, article).

Shown to the public and to whoever opens a round; the sections are checked by accreditation.programme_sections.
"""

from accreditation.windows import window_words

MONEY = {"national": "国家级", "provincial": "省级", "city": "市级", "county": "区（县）级"}
LEVEL = {"nation": "国家", "province": "省级", "city": "市级", "county": "县级", "street": "街道（乡镇）"}
KIND = {"urban": "社区", "village": "行政村"}
FREQUENCY = {
    "yearly": "每年复查",
    "regular": "定期复查",
    "irregular": "不定期抽查复查",
    "none": "不在复查范围内",
}
SOURCE = {
    "hr": "人力资源和社会保障部门",
    "finance": "财政部门",
    "audit": "审计部门",
    "university": "高等院校",
}


def lines(document) -> list[tuple[str, str, str]]:
    """Every section the document has, in reading order."""
    found = [
        (
            "有效期",
            f"{tier['name']}自认定之日起 {tier['valid_years']} 年内有效，期满后称号终止。",
            tier.get("article", ""),
        )
        for tier in document["tiers"]
        if "valid_years" in tier
    ]
    for name, tell in TELL.items():
        section = document.get(name)
        if section:
            found += [(subject, sentence, section.get("article", "")) for subject, sentence in tell(section)]
    found += [
        ("材料", _material(material), material.get("article", ""))
        for material in document.get("materials", [])
    ]
    if rule := document.get("narrative"):
        limit = f"，不超过 {rule['limit']} 字（按 WPS 的“字数”计算）" if rule.get("limit") else ""
        found.append(
            (
                "材料",
                f"{rule['label']}{'' if rule.get('required') else '（可不填）'}{limit}。",
                rule.get("article", ""),
            )
        )
    return found


def wanted(step) -> list[str]:
    """What happens at a step, in a few words each."""
    if step.is_notice:
        return [f"公示 {step.workdays} 个工作日，没有成立的异议"]
    said = ["一名工作人员即可办理" if step.one_clerk else "经办提出意见，审核决定"]
    if step.scores:
        said.append("本级独立评分或核对条件")
    if step.panel:
        said.append("考核评估组评分")
    if step.needs.get("criteria_met"):
        said.append("认定条件全部符合")
    for need, score in (("score_at_least", "评分"), ("combined_at_least", "综合得分")):
        if mark := step.needs.get(need):
            said.append(f"{score}达到合格分" if mark == "pass_mark" else f"{score}达到 {mark} 分")
    if step.needs.get("site_visit"):
        said.append("实地考察通过")
    if step.listing:
        said.append("择优列入推荐名单")
    if step.caps:
        levels = "、".join(LEVEL[cap] for cap in step.caps)
        said.append(f"不超过{levels}名额{'（已下达的）' if step.quotas_if_set else ''}")
    return said


def _material(material):
    need = "必须提交" if material.get("required") else "有的提交"
    if state := material.get("made_by"):
        need = f"由{LEVEL[state.split('_')[0]]}公示后形成，不需社区提交"
    where = "，可以按指标上传" if material.get("by_indicator") else ""
    return f"{material['label']}：{need}{where}。"


def _cycle(section):
    yield "开展周期", f"每 {section['years']} 年开展一次。"


def _notice(section):
    yield "公示期", "发布当日不计入公示期。"


def _panel(section):
    sources = "、".join(SOURCE[source] for source in section["sources"])
    yield (
        "考核评估组",
        f"由{sources}的人员组成，每个社区至少 {section['least']} 人考核，不考核本县（市、区）的社区；"
        f"取平均分，保留 {section['decimals']} 位小数；与中位数相差超过 {section['outlier']} 分的标出；"
        f"只有设定且满 {section['drop_extremes_from']} 人时才去掉最高分和最低分。",
    )


def _plans(section):
    yield (
        "实施方案",
        f"各{LEVEL[section['level']]}于{window_words(section['until'])}前报送《{section['title']}》备案。",
    )


def _coverage(section):
    for target in section["targets"]:
        year, month, day = (int(part) for part in target["by"].split("-"))
        yield "覆盖目标", f"{KIND[target['kind']]}到 {year}年{month}月{day}日覆盖率达到 {target['share']}%。"


def _priority(section):
    levels = "、".join(LEVEL[issuer] for issuer in section["issuers"])
    yield "优先推荐", f"{section['sentence']}（{levels}方案的名单上标明，不优先的须写明理由，不加分）。"


def _recheck(section):
    for row in section["scope"]:
        names = "、".join(MONEY[money] for money in row["money"])
        article = f"（{row['article']}）" if row.get("article") else ""
        yield "复查", f"{names}称号{FREQUENCY[row['frequency']]}{article}。"
    if figures := section.get("figures"):
        yield "复查内容", f"填报{'、'.join(figure['label'] for figure in figures)}。"
    if section.get("visit"):
        yield "复查内容", "逐个实地查看。"
    by = "、".join(LEVEL[level] for level in section["by"])
    until = (
        f"，登记表于{window_words(section['register_until'])}前报送" if "register_until" in section else ""
    )
    spot = "，并进行随机抽查" if section.get("spot_checks") else ""
    yield "复查", f"由{by}组织{until}{spot}；不合格的经{LEVEL[section['fail_approved_by']]}批准后取消资格。"


def _changes(section):
    to = "和".join(LEVEL[level] for level in section["to"])
    yield "变更报备", f"社区撤销、合并、更名的，{section['months']} 个月内向{to}报备。"


def _fraud(section):
    yield "弄虚作假", "一经发现，取消申报资格。"


def _subsidy(section):
    amounts = "、".join(
        f"{MONEY[level]} {section['amounts'][level]:,} 元" for level in MONEY if level in section["amounts"]
    )
    if section["kind"] == "once":
        yield "奖补资金", f"认定后一次性补助：{amounts}。"
        return
    yield (
        "奖补资金",
        f"每年每个：{amounts}；同时具有几个层级的按最高层级补助，以{window_words(section['cut_off'])}持有的为准。",
    )
    for use in section["uses"]:
        cap = f"（不超过当年补助资金的 {use['cap_percent']}%）" if "cap_percent" in use else ""
        yield "资金用途", f"{use['name']}{cap}：{use['text']}"
    if years := section.get("carry_years"):
        yield "资金结转", f"当年没有用完的资金，可以在以后 {years} 年内继续使用。"
    departments = "、".join(
        {"hr": "人力资源和社会保障部门", "finance": "财政部门"}[d] for d in section["audit_by"]
    )
    levels = "、".join(LEVEL[level] for level in section["audit_levels"])
    yield (
        "资金报告",
        f"{window_words(section['report_by'])}前报告使用情况，依次由{levels}的{departments}审核。",
    )


TELL = {
    "cycle": _cycle,
    "notice": _notice,
    "panel": _panel,
    "plans": _plans,
    "coverage": _coverage,
    "priority": _priority,
    "recheck": _recheck,
    "changes": _changes,
    "fraud": _fraud,
    "subsidy": _subsidy,
}

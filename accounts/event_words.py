"""Chinese words for what an event's body says, so that a log reads in Chinese. An unknown name is shown as it is."""

import json

FIELDS = {
    "state": "环节",
    "moves": "流转次数",
    "filing": "申报内容摘要",
    "attachment": "材料序号",
    "checksum": "文件摘要",
    "opinion": "意见",
    "verdict": "处理建议",
    "remarks": "附言",
    "corrections": "更正的数据",
    "lines": "逐项评分",
    "total": "总分",
    "listed": "列入名单",
    "reason": "理由",
    "ended_on": "终止日期",
    "until": "截止",
    "visited_on": "实地查看日期",
    "figures": "数据",
    "titles": "称号数",
    "notice": "公示序号",
    "entries": "名单",
    "first_day": "公示首日",
    "last_day": "公示末日",
    "cleared": "公示无异议",
    "held": "因异议暂缓",
    "visit": "考察序号",
    "on": "考察日期",
    "inspectors": "考察人员",
    "passed": "考察通过",
    "photos": "照片",
    "objection": "异议序号",
    "named": "实名",
    "files": "附件数",
    "outcome": "结论",
    "document": "文号",
    "granted_on": "认定日期",
    "tier": "称号",
    "name": "名称",
    "year": "年度",
    "version": "办法版本",
    "rows": "行数",
    "applications": "申报",
    "filters": "查询条件",
    "code": "编号前缀",
    "opens_on": "开始申报",
    "rubric": "评分表",
    "windows": "期限",
    "pass_mark": "合格分数线",
    "readings": "读法",
    "drop_extremes": "去掉最高分和最低分",
    "quotas": "名额",
    "size": "名额",
    "status": "状态",
    "amendment": "第几次调整",
    "sample": "演示用，非官方附件",
    "least": "每个社区至少几人",
    "member": "考核人员编号",
    "organisation": "所在单位",
    "source": "来源",
    "county": "回避的县（市、区）",
    "replaced": "改由他人考核",
    "seed": "抽签种子",
    "groups": "分组数",
    "pool": "抽签名册摘要",
    "members": "考核人员",
    "barred": "应当回避",
    "assigned": "分派",
    "points": "评分",
    "comment": "评语",
    "scores": "各人评分",
    "spread": "最高与最低相差",
    "outliers": "偏离较大的评分",
    "dropped": "去掉的评分",
    "because": "依据",
    "draft": "第几稿",
    "title": "标题",
    "dated_on": "成文日期",
    "urban_goal": "本年创建社区数",
    "village_goal": "本年创建村数",
    "late": "逾期报送",
    "form": "表格",
    "print_code": "查验码",
    "stamper": "盖章单位",
    "copies": "份数",
    "characters": "正文字数",
    "fen": "金额（分）",
    "kind": "类别",
    "count": "笔数",
    "added": "本次新增",
    "cut_off": "基准日",
    "use": "用途",
    "payee": "收款人",
    "invoice": "发票号码",
    "warnings": "提示",
    "reverses": "被冲正分录",
    "paid_on": "拨付日期",
    "due_on": "限缴日期",
    "voucher": "凭证号",
    "level": "审核级别",
    "department": "审核部门",
    "first_year": "自哪一年度起停发",
    "resumes_year": "自哪一年度起恢复",
    "breaches": "不符之处",
    "file": "文件",
    "new": "新增",
    "changed": "变更",
    "unchanged": "不变",
    "document_number": "依据文号",
}
VALUES = {
    "state": {
        "draft": "填报中",
        "street_review": "街道审核",
        "county_review": "县级评审",
        "county_notice": "县级公示",
        "city_review": "市级评审",
        "city_notice": "市级公示",
        "province_review": "省级评审",
        "province_notice": "省级公示",
        "recognised": "已认定",
        "returned": "退回补正",
        "declined": "未入选",
        "withdrawn": "已撤回",
        "disqualified": "取消申报资格",
    },
    "verdict": {"recommend": "同意上报", "send_back": "退回补正", "decline": "不予推荐"},
    "status": {"preparing": "准备中", "open": "进行中", "closed": "已结束"},
    "outcome": {"upheld": "异议成立", "dismissed": "异议不成立", "not_admitted": "不予受理"},
    "tier": {"star": "星级社区", "city": "市级充分就业社区"},
}
# A longer value is cut on the page; the event itself keeps it whole.
SHOWN = 80


def changes_told(before, after, data) -> list[str]:
    """One line for each name in an event's body: old and new value, or the value alone."""
    told = [
        f"{FIELDS.get(name, name)}：{value_told(name, before[name])} → {value_told(name, value)}"
        if name in before
        else f"{FIELDS.get(name, name)}：{value_told(name, value)}"
        for name, value in after.items()
    ]
    return told + [f"{FIELDS.get(name, name)}：{value_told(name, value)}" for name, value in data.items()]


def value_told(name, value) -> str:
    """A value in words: 是 and 否, 无 where nothing stands, how many items a table has, else the text, cut."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if value in ("", None) or value == [] or value == {}:
        return "无"
    if isinstance(value, dict):
        return f"{len(value)} 项"
    if isinstance(value, list):
        text = "、".join(item if isinstance(item, str) else str(item[-1]) for item in value if item)
    else:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        text = VALUES.get(name, {}).get(text, text)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"

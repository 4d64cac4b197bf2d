"""Events about accounts: tied to the account they are about, read by the two watching administrators."""

import json
import logging

from django.db.models import Q

from accounts.event_words import changes_told
from accounts.events import record
from accounts.models import AccountEvent, Event, Role
from accounts.permissions import people_within, postings_within

log = logging.getLogger("portal.security")

# What the security administrator watches: who came in, who was refused, whose rights changed.
SECURITY = {
    "sign_in": "登录",
    "sign_in_failed": "登录失败",
    "sign_in_locked": "登录被暂停",
    "sign_out": "退出登录",
    "switch_post": "切换岗位",
    "password_changed": "修改密码",
    "reset_password": "重置密码",
    "otp_enabled": "启用动态口令",
    "otp_failed": "动态口令不符",
    "otp_disabled": "停用动态口令",
    "recovery_codes_renewed": "更换备用口令",
    "create_account": "开设账号",
    "import_people": "批量开设账号",
    "add_posting": "增加任职",
    "end_posting": "终止任职",
    "unlock": "解除登录限制",
    "deactivate": "停用账号",
    "activate": "启用账号",
    "save_office": "登记单位",
    "rename_region": "区划更名",
    "move_region": "区划改变隶属",
    "declare_interest": "申报利害关系",
    "refused": "拒绝访问",
}
# The words for the other floors' verbs, so that the log reads in Chinese. An unknown verb is shown as it is.
BUSINESS = {
    "start": "新建申报",
    "attach": "上传材料",
    "detach": "移除材料",
    "submit": "提交",
    "resubmit": "补正后提交",
    "withdraw": "撤回",
    "assess": "评分",
    "visit": "实地考察",
    "propose": "拟办意见",
    "pass_on": "同意上报",
    "send_back": "退回补正",
    "decline": "不予推荐",
    "disqualify": "取消申报资格",
    "shortlist": "列入名单",
    "unlist": "移出名单",
    "pass_over": "不列入名单",
    "publish_notice": "发布公示",
    "publish": "列入公示",
    "end_notice": "公示期满",
    "close": "公示后上报",
    "clear": "公示后待认定",
    "recompute_notice": "重算公示期限",
    "object": "收到异议",
    "read_objector": "查看异议人身份",
    "admit": "受理异议",
    "extend": "异议延期",
    "settle": "异议结论",
    "form_panel": "组建考核评估组",
    "appoint_assessor": "聘任考核人员",
    "dismiss_assessor": "解聘考核人员",
    "draw_panel": "考核抽签分组",
    "assign_new": "补派考核人员",
    "recuse": "考核人员回避",
    "give_score": "考核人员评分",
    "total_panel": "汇总考核评分",
    "close_panel": "考核评分汇总完成",
    "export_panel": "导出考核评分",
    "print_paper": "打印表格",
    "attach_scan": "上传盖章扫描件",
    "receive_copies": "登记纸质件",
    "recognise": "认定",
    "grant": "授予称号",
    "take_over": "登记已有称号",
    "open_recheck": "开启年度复查",
    "recheck": "复查登记",
    "confirm_recheck": "确认复查结果",
    "return_recheck": "退回复查登记",
    "decide_recheck": "决定复查不合格的称号",
    "close_recheck": "结束年度复查",
    "authorise_gap": "批准缺年复查",
    "propose_ending": "建议撤销称号",
    "refuse_ending": "不同意撤销称号",
    "revoke": "终止称号",
    "expire": "称号到期",
    "bar_community": "取消申报资格（社区）",
    "lift_bar": "解除不得申报",
    "report_change": "报告社区变更",
    "check_change": "核实社区变更",
    "decide_change": "决定社区变更",
    "refuse_change": "不同意社区变更",
    "carry_title": "承接称号",
    "freeze_draw": "固定抽查对象",
    "seed_draw": "录入公开种子",
    "draw": "随机抽取",
    "void_draw": "作废抽查",
    "recuse_inspector": "检查人员回避",
    "find_in_draw": "登记抽查结果",
    "prepare_round": "建立批次",
    "set_quota": "下达名额",
    "open_round": "开启批次",
    "close_round": "结束批次",
    "settle_round": "设置批次",
    "amend_round": "调整批次",
    "load_programme": "装入办法",
    "publish_rubric": "发布评分表",
    "change_workday": "调整工作日",
    "import_workdays": "导入工作日",
    "file_plan": "报送实施方案",
    "export_plans": "导出实施方案",
    "export_coverage": "导出覆盖情况",
    "export_applications": "导出申报",
    "export_list": "导出清单",
    "export_table": "导出官方表格",
    "export_round": "导出批次全卷",
    "export_packet": "打包材料",
    "import_batch": "导入",
    "undo_import": "撤销导入",
    "accrue": "计提补助",
    "pay_batch": "拨付补助",
    "confirm_receipt": "确认到账",
    "spend": "记支出",
    "reverse_entry": "冲正",
    "correct_accrual": "更正计提",
    "refund": "缴回资金",
    "file_spending_report": "上报资金使用情况",
    "sign_report": "资金审核通过",
    "return_report": "退回资金报告",
    "find": "登记审核问题",
    "order_recovery": "决定收回资金",
    "repay": "登记收回资金",
    "order_stop": "决定停发补助",
    "lift_stop": "恢复补助",
    "release_grant": "决定续拨撤并社区的补助",
    "reconcile": "核对资金台账",
    "export_ledger": "导出资金台账",
    "export_statement": "导出资金使用情况表",
    "move_clock": "调整演示日期",
    "verify_chain": "核对事件链",
}
WORDS = SECURITY | BUSINESS


def note(action, *, account, by, at, ip=None, subject="", before=None, after=None, data=None) -> Event:
    """Append one event about an account; inside the caller's transaction, last.

    Where somebody else than the account's owner did it (or nobody signed in), the event is tied to the account.
    `subject` defaults to the account's name and username; `account` may be None (an unknown username).
    """
    if account is not None:
        subject = subject or f"{account.name}（{account.username}）"
    event = record(
        action, by=by, at=at, subject=subject or "未知账号", before=before, after=after, data=data, ip=ip
    )
    if account is not None and (by is None or by.pk != account.pk):
        AccountEvent.objects.create(event=event, account_id=account.pk)
    log.info("%s account=%s by=%s ip=%s", action, account and account.pk, by and by.pk, ip or "")
    return event


def about(accounts) -> Q:
    """The condition for events that these accounts did or that were done to them; a queryset or a list of accounts."""
    return Q(actor__in=accounts) | Q(pk__in=AccountEvent.objects.filter(account__in=accounts).values("event"))


def within(region) -> Q:
    """The condition for events done under a posting at or below a region, or by or to its people without one."""
    people = people_within(region)
    return (
        Q(posting__in=postings_within(region))
        | Q(posting=None, actor__in=people)
        | Q(pk__in=AccountEvent.objects.filter(account__in=people).values("event"))
    )


def told(event) -> dict:
    """An event as a row of a log page: word, who, under which post, from where, and what changed in words."""
    body = json.loads(event.body)
    return {
        "seq": event.seq,
        "at": event.at,
        "word": WORDS.get(event.action, event.action),
        "action": event.action,
        "subject": event.subject,
        "who": event.actor.name if event.actor else "",
        "post": f"{event.posting.place} · {Role(event.posting.role).label}" if event.posting else "",
        "ip": body["ip"],
        "changes": changes_told(body["before"], body["after"], body["data"]),
    }

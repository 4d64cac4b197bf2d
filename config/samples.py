"""What the style guide shows: invented names, every state of every component, nothing from the database."""

import datetime as dt

from django import forms
from django.contrib.messages import constants
from django.core.paginator import Paginator

from regions.clock import SHANGHAI


class Sample(forms.Form):
    name = forms.CharField(label="社区名称", help_text="与民政部门备案的名称一致。")
    number = forms.IntegerField(label="登记失业人员", help_text="报告期末在册人数。", min_value=0)
    day = forms.DateField(
        label="实地核查日期", help_text="例如 2017-09-12。", widget=forms.DateInput(attrs={"class": "w8"})
    )
    phone = forms.CharField(label="联系电话", required=False)
    kind = forms.ChoiceField(
        label="单位类型", choices=[("urban", "社区"), ("village", "村")], widget=forms.RadioSelect
    )
    areas = forms.MultipleChoiceField(
        label="需要核查的方面",
        choices=[("office", "服务场所"), ("ledger", "工作台账"), ("staff", "工作人员")],
        widget=forms.CheckboxSelectMultiple,
        help_text="可以选几项。",
    )
    city = forms.ChoiceField(
        label="所属街道", choices=[("", "请选择"), ("1", "青枫路街道"), ("2", "长乐街道")]
    )
    story = forms.CharField(
        label="创建工作情况", widget=forms.Textarea(attrs={"data-count": "1500", "rows": 6})
    )
    agree = forms.BooleanField(label="以上内容真实，愿意接受核查")
    paper = forms.FileField(
        label="盖章扫描件", required=False, widget=forms.FileInput, help_text="PDF 或照片，不超过 20 MB。"
    )


def moment(day: int, hour: int = 10, minute: int = 42) -> dt.datetime:
    return dt.datetime(2017, 9, day, hour, minute, tzinfo=SHANGHAI)


SCORES = [
    (
        "H01",
        "三项目标任务完成情况",
        "城镇新增就业、再就业、困难人员就业三项，达标 2 项 · 每达标一项得 2 分",
        "6",
        "4",
        "4",
        "",
    ),
    (
        "H02",
        "登记失业率控制在 4.5% 以内",
        "38 ÷（962＋38）＝3.80% · 4.5% 以内得 4 分，超过不得分",
        "4",
        "4",
        "4",
        "",
    ),
    (
        "H03",
        "有就业愿望的劳动者就业率达到 95%",
        "1012 ÷ 1052＝96.20% · 每减少一个百分点扣 1 分，扣完为止",
        "3",
        "3",
        "",
        "",
    ),
    (
        "H04",
        "登记失业人员就业率达到 95%",
        "95 ÷ 101＝94.06% · 每减少一个百分点扣 0.5 分",
        "3",
        "2.5",
        "2",
        "",
    ),
    ("H05", "就业困难人员就业率达到 95%", "41 ÷ 43＝95.35% · 每减少一个百分点扣 0.5 分", "3", "3", "3", ""),
]

CASES = [
    ("青枫社区", "青枫路街道", "96.5", "95.5", "94", "剩 3 个工作日", "todo", ""),
    ("长乐社区", "长乐街道", "96", "95", "93.5", "", "late", "逾期 1 日"),
    ("柳堤社区", "长乐街道", "95.5", "94.5", "95.5", "剩 5 个工作日", "county_review", "县级评审"),
    ("南塘社区", "青枫路街道", "95", "94", "95.5", "9月22日", "county_notice", "县级公示"),
    ("石桥村", "石桥镇", "94.5", "", "", "", "returned", ""),
    ("云岭社区", "石桥镇", "97", "97", "97", "", "recognised", ""),
    ("北湖社区", "石桥镇", "91", "90", "88.5", "", "declined", ""),
    ("新塘社区", "青枫路街道", "92", "", "", "", "draft", "填报中"),
    ("东坪社区", "长乐街道", "93", "92", "92", "", "disqualified", "取消资格"),
]


def context(request) -> dict:
    """All sample data of templates/styleguide.html; ?page= turns the sample pages, ?errors= shows the form's errors."""
    bound = Sample({"name": "青枫社区", "number": "十二", "kind": "urban", "story": "工作情况" * 400})
    return {
        "sample": Sample(initial={"kind": "urban", "name": "青枫社区"}),
        "refused": bound,
        "form": bound if "errors" in request.GET else None,
        "cases": CASES,
        "scores": SCORES,
        "page": Paginator(range(256), 25).get_page(request.GET.get("page", 3)),
        "flashes": [
            {"level_tag": constants.DEFAULT_TAGS[level], "text": text}
            for level, text in (
                (constants.SUCCESS, "已报送县级人力资源和社会保障局，编号 HN-2017-000132。"),
                (constants.INFO, "本轮申报到 2017年9月30日 24:00 截止。"),
                (constants.WARNING, "还有 2 项缺佐证材料，可以先保存，提交前补齐。"),
                (constants.ERROR, "这件申报已由另一位同事办理，现为“县级公示”。"),
            )
        ],
        "states": [
            ("blank", ""),
            ("filling", ""),
            ("todo", ""),
            ("returned", ""),
            ("county_review", "县级评审"),
            ("city_notice", "市级公示"),
            ("recognised", ""),
            ("declined", ""),
            ("revoked", ""),
            ("late", "逾期 1 日"),
        ],
        "events": [
            {
                "title": "退回补正",
                "by": "青枫路街道 经办",
                "at": moment(11),
                "text": "第 12 项缺 6 月个案记录。",
                "remarks": ["登记失业人员：与台账不符", "第 12 项：缺 6 月个案记录"],
            },
            {"title": "提交街道", "by": "青枫社区 申报员", "at": moment(8, 16, 5)},
            {"title": "开始填报", "by": "青枫社区 申报员", "at": moment(1, 9, 0)},
        ],
        "phases": [
            {"label": "社区填报", "kind": "done", "note": "9月8日提交"},
            {"label": "街道审核", "kind": "now", "note": "9月21日前"},
            {"label": "县级评审、实地核查", "kind": "later", "note": ""},
            {"label": "市级公示", "kind": "later", "note": "5 个工作日"},
            {"label": "省级认定", "kind": "later", "note": ""},
        ],
        "effects": [
            "青枫社区的申报回到社区，街道 5 个工作日内不能再办理。",
            "社区会看到您写的意见，只能修改点名的 2 项。",
        ],
        "bars_rows": [
            {"label": "长沙市", "value": 42, "url": "#bars"},
            {"label": "株洲市", "value": 27},
            {"label": "湘潭市", "value": 0},
        ],
        "sizes": [25, 50, 100],
        "at": moment(12),
        "day": dt.date(2017, 9, 30),
    }

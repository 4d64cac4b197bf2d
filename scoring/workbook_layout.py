"""The layout of a score sheet as a workbook: its sheets, their columns, and the words that stand for settings.

docs/rubric-workbook.md explains it. Reading (`workbook_rows`) and writing (`workbook_writing`) both follow these tables
alone, so that what is written can be read.
"""

from dataclasses import dataclass

from scoring.criteria import SAMPLE_LABEL as SAMPLE

INFO, ITEMS, FIGURES, CRITERIA = "基本信息", "评分表", "基础数据", "条件"
GRADES, COLUMNS, READINGS = "等次", "评分栏", "读法"
HELP, RULES_HELP = "填写说明", "规则一览"
# Not read: instructions, and whatever the office keeps for itself.
UNREAD = (HELP, RULES_HELP, "备注")

GENUINE = "正式"
YES, NO = "是", "否"


@dataclass(frozen=True)
class Column:
    """One column: the setting it holds, its head, other heads understood, width in characters, how to fill it."""

    key: str
    head: str
    hint: str
    width: int = 12
    needed: bool = False
    also: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


TYPES = {"整数": "count", "是否": "yesno", "小数": "decimal", "评分": "points"}
NOBODY = {"按达标": "full", "按未达标": "zero", "不计入总分": "leave_out"}
ROUNDINGS = {
    "满一个才计": "floor",
    "不足一个按一个计": "ceil",
    "按比例折算": "prorata",
    "四舍五入": "half_up",
    "舍去": "floor",
}
EFFECTS = {"必须": "must", "说明理由": "reason"}
TESTS = {"是": "yes", "达到界限": "border"}
WAYS = {
    "以最后一栏为准": "latest",
    "平均": "mean",
    "去掉最高最低后平均": "mean_without_extremes",
    "加权": "weighted",
}
# Who looks at a later period, and what a fact of the register is told by.
DESKS = {
    "街道审核": "street_review",
    "县级评审": "county_review",
    "市级评审": "city_review",
    "省级评审": "province_review",
}
DERIVED = {"依法设立": "established", "已有称号": "holds_title", "复查连续合格": "rechecks_passed"}
# Word of a border → (at least?, does it include the number itself?); 以上、以下、以内 do (民法典第一千二百五十九条).
BOUNDS = {
    **dict.fromkeys(("不低于", "以上", "不少于", "不小于", "大于等于", "大于或等于", "至少", "达到", "≥", ">="), (True, True)),
    **dict.fromkeys(("高于", "超过", "大于", "多于", "＞", ">"), (True, False)),
    **dict.fromkeys(
        ("不超过", "以下", "以内", "不高于", "不多于", "不大于", "小于等于", "小于或等于", "至多", "≤", "<="), (False, True)
    ),
    **dict.fromkeys(("低于", "小于", "少于", "不足", "＜", "<"), (False, False)),
}  # fmt: skip
BOUND_WORDS = {(True, True): "不低于", (True, False): "高于", (False, True): "不超过", (False, False): "低于"}
# What an open reading may move: word → (setting, words of its choices; None where the choice is a number).
OPEN_SETTINGS = {
    "取整": ("rounding", ROUNDINGS),
    "无对象时": ("nobody", NOBODY),
    "未达标扣分": ("missed", None),
}

MEASURE = ("rate", "figure", "whole", "nobody")


@dataclass(frozen=True)
class RuleWord:
    """A word of the column 规则: the kind it stands for and, of the other columns, those it uses and those it needs.

    settings: column → the setting's name in the document. fixed: settings the word itself says.
    inner: the word of the rows below it that belong to it, and where they go.
    """

    word: str
    kind: str
    words: str  # what it does, for the instructions
    settings: dict[str, str]
    optional: tuple[str, ...] = ()
    measure: str = ""  # "any", "rate", "figure" or "" for none
    bound: str = ""  # "both": the columns 界限 and 界限值; or the setting that 界限值 holds
    fixed: tuple[tuple[str, bool], ...] = ()
    inner: tuple[str, str] = ("", "")
    example: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it may fill, besides 规则 and 所属组."""
        measure = {"any": MEASURE, "rate": MEASURE, "figure": ("figure",), "": ()}[self.measure]
        bound = {"both": ("bound", "value"), "": ()}.get(self.bound, ("value",))
        return (*measure, *bound, *self.settings)


_SHORT = {"per": "per", "score": "lose", "rounding": "rounding", "decimals": "decimals", "most": "most"}
_SHORT_OPTIONAL = ("decimals", "most")

RULES = (
    RuleWord(
        "达到得分", "threshold", "达到界限得分，否则不得分。", {"score": "points"}, measure="any", bound="both",
        example="就业率不低于 95% 得 4 分",
    ),
    RuleWord("是则得分", "part", "填“是”得分。", {"score": "points"}, measure="figure", example="有工作计划得 1 分"),
    RuleWord(
        "否则得分", "part", "填“否”得分。", {"score": "points"}, measure="figure", fixed=(("when", False),),
        example="没有投诉得 2 分",
    ),
    RuleWord(
        "按指标得分", "per_target", "每达标一个指标得分；下面每个指标写一行，规则填“指标”，数据填完成数，对比数据填目标数。",
        {"score": "points", "missed": "missed"}, inner=("指标", "targets"), example="三个指标，每达标一个得 2 分",
    ),
    RuleWord(
        "分档得分", "tiers", "按档得分；下面每档写一行，规则填“档”，从最好的一档往下排；哪一档都不到的得“其余得分”。",
        {"otherwise": "otherwise"}, optional=("otherwise",), measure="any", inner=("档", "bands"),
        example="98% 以上得 12 分，95% 以上得 8 分",
    ),
    RuleWord(
        "满分半分", "half_credit", "达到界限值得满分，达到半分线得一半，否则不得分。", {"half_at": "half_at", "score": "points"},
        measure="any", bound="at_least", example="完成 100% 得 10 分，完成一半得 5 分",
    ),
    RuleWord(
        "按个数得分", "per_unit", "每一个得分，可设上限。", {"score": "gain", "most": "most"}, optional=("most",),
        measure="figure", example="每帮助一人得 0.5 分，最多 4 分",
    ),
    RuleWord(
        "按级别得分", "awards", "每次按级别得分；下面每级写一行，规则填“级别”。", {}, inner=("级别", "levels"),
        example="县级每次 1 分，市级每次 2 分",
    ),
    RuleWord(
        "按比例得分", "proportional", "按比率得分，达到界限值得满分；取整填“四舍五入”或“舍去”。",
        {"score": "points", "rounding": "rounding", "decimals": "decimals"}, measure="rate", bound="full_at",
        example="按完成率得分，保留两位小数",
    ),
    RuleWord(
        "酌情评分", "judged", "由人评分，低于满分写理由；数据的类型是“评分”。", {}, measure="figure", example="酌情计分，最多 3 分",
    ),
    RuleWord(
        "率不足扣分", "rate_short", "比率低于界限值的，每低“每”个百分点扣分。", _SHORT, optional=_SHORT_OPTIONAL,
        measure="rate", bound="at_least", example="低于 95% 的，每低 1 个百分点扣 1 分",
    ),
    RuleWord(
        "率超出扣分", "rate_over", "比率超过界限值的，每超“每”个百分点扣分。", _SHORT, optional=_SHORT_OPTIONAL,
        measure="rate", bound="at_most", example="失业率超过 4.5% 的，每超 0.1 个百分点扣 0.5 分",
    ),
    RuleWord(
        "数不足扣分", "count_short", "数目低于界限值的，每少“每”个扣分。", _SHORT, optional=_SHORT_OPTIONAL,
        measure="figure", bound="at_least", example="工作人员少于 3 人的，每少 1 人扣 2 分",
    ),
    RuleWord(
        "数超出扣分", "count_over", "数目超过界限值的，每多“每”个扣分。", _SHORT, optional=_SHORT_OPTIONAL,
        measure="figure", bound="at_most", example="超过 10 天的，每 5 天扣 1 分",
    ),
    RuleWord(
        "按次扣分", "per_case", "每一例扣分，扣完为止，也可设上限。", {"score": "lose", "most": "most"}, optional=("most",),
        measure="figure", example="每出现一例扣 0.5 分",
    ),
    RuleWord(
        "缺项扣分", "per_missing", "清单每少一项扣分；清单每行写一项，末尾有“等”字的，“清单有等”填“是”。",
        {"items": "items", "open": "open", "score": "lose"}, optional=("open",), measure="figure",
        example="计划、目标、措施每少一项扣 2 分",
    ),
    RuleWord(
        "是则扣分", "once", "填“是”扣分，只扣一次。", {"score": "lose"}, measure="figure", fixed=(("when", True),),
        example="有拖欠工资的扣 3 分",
    ),
    RuleWord(
        "否则扣分", "once", "填“否”扣分，只扣一次。", {"score": "lose"}, measure="figure", fixed=(("when", False),),
        example="组织不健全的扣 5 分",
    ),
    RuleWord(
        "另行扣分", "penalty", "在本项得分算出以后再扣，并提示审核人核实。", {"score": "lose", "flag": "flag"},
        measure="figure", example="发生吃拿卡要的扣 5 分",
    ),
    RuleWord(
        "合并", "group", "几条规则合并设上限：名称填组名，上限填最多得（扣）多少；组里的规则写在下面，“所属组”填组名。",
        {"rate": "", "most": "most"}, example="迟报、错报合计最多扣 4 分",
    ),
)  # fmt: skip
BY_WORD = {rule.word: rule for rule in RULES}
INNER_COLUMNS = {
    "指标": ("rate", "figure", "whole"),
    "档": ("bound", "value", "score"),
    "级别": ("figure", "score"),
}

ITEM_COLUMNS = (
    Column("category", "类别", "大类名称；与上一行相同的可以不写。", 14, True, ("大类", "一级指标")),
    Column("category_max", "类别分值", "大类的分值，写在它的第一行。", 9, True, ("大类分值",)),
    Column("bonus", "加分类", "满分以外的加分类填“是”。", 8, choices=(YES,)),
    Column("project", "项目", "项目名称；没有项目一级的整列不写。", 14, also=("二级指标",)),
    Column("project_max", "项目分值", "项目的分值，写在它的第一行。", 9),
    Column("code", "代号", "大写字母开头，由字母和数字组成，如 A01；同一指标的后续规则行不写。", 8, True, ("指标代号",)),
    Column("content", "考核内容", "照抄原文。", 30, True, ("考核指标", "三级指标")),
    Column("standard", "评分标准", "照抄原文。", 36, True, ("计分方法", "计分标准")),
    Column("max", "分值", "本项满分。", 8, True, ("标准分", "满分")),
    Column("start", "起评分", "从多少分算起；不写的，只扣分的项从满分算起，有得分规则的从 0 算起。", 8),
    Column("floor", "最低分", "不写为 0。", 8),
    Column("readings", "读法", "“读法”表里的编号，几个的用顿号隔开。", 10),
    Column("evidence", "佐证提示", "给申报社区的提示，可不填。", 20),
    Column("check", "核查方式", "给审核人的提示，可不填。", 20),
)  # fmt: skip
RULE_COLUMNS = (
    Column("rule", "规则", "从下拉列表选择，含义见“规则一览”；一项有几条规则的，接着往下写。", 12, True,
           choices=(*BY_WORD, *INNER_COLUMNS)),
    Column("rate", "名称", "比率、指标或组的名称。", 18, also=("比率名称",)),
    Column("figure", "数据", "“基础数据”表里的代号或名称；比率填分子。", 22, also=("分子",)),
    Column("whole", "对比数据", "比率填分母，几个相加的用顿号隔开；指标填目标数。", 22, also=("分母",)),
    Column("nobody", "无对象时", "比率的分母为 0 时怎样计。", 11, choices=tuple(NOBODY)),
    Column("bound", "界限", "“不低于”“不超过”含本数，“高于”“低于”不含本数。", 9, choices=tuple(BOUND_WORDS.values())),
    Column("value", "界限值", "比率写百分数，如 95。", 9),
    Column("per", "每", "每多少个百分点（或个、天、人）。", 7),
    Column("score", "得（扣）分", "得多少分或扣多少分。", 9, also=("得分", "扣分", "得扣分")),
    Column("rounding", "取整", "不足一个时怎样计。", 15, choices=tuple(ROUNDINGS)),
    Column("decimals", "小数位", "按比例折算、按比例得分时保留几位小数。", 8),
    Column("most", "上限", "本条规则最多得（扣）多少分。", 7),
    Column("half_at", "半分线", "“满分半分”用。", 8),
    Column("otherwise", "其余得分", "“分档得分”用，不写为 0。", 9),
    Column("missed", "未达标扣分", "“按指标得分”用；只算不得分、不另扣分的填 0。", 11),
    Column("items", "清单", "“缺项扣分”用，每行一项（Alt+Enter 换行），也可用分号隔开。", 24),
    Column("open", "清单有等", "清单末尾有“等”字的填“是”。", 9, choices=(YES, NO)),
    Column("flag", "提示", "“另行扣分”用，提示审核人核实什么。", 20),
    Column("group", "所属组", "合并设上限的，填组名。", 9),
)  # fmt: skip
CRITERIA_COLUMNS = (
    Column("group", "分组", "条件所在的部分；与上一行相同的可以不写。", 20, True, ("类别",)),
    Column("code", "代号", "大写字母开头，由字母和数字组成，如 P01；同一条的后续检验行不写。", 8, True),
    Column("text", "条文", "照抄原文。", 50, True, ("条件", "认定条件", "内容")),
    Column("tiers", "层级", "只适用于某些称号的，填称号；都适用的不写。", 16, also=("称号",)),
    Column("effect", "作用", "不符合的不予认定填“必须”（不写也是），须写明理由的填“说明理由”。", 10, choices=tuple(EFFECTS)),
    Column("readings", "读法", "“读法”表里的编号，几个的用顿号隔开。", 10),
    Column("test", "检验", "由人核对是否符合填“是”；由数据比较填“达到界限”。不写的，有界限值为“达到界限”，没有为“是”。", 10,
           choices=tuple(TESTS)),
    Column("rate", "名称", "比率的名称。", 18, also=("比率名称",)),
    Column("figure", "数据", "“基础数据”表里的代号或名称；比率填分子。“是”的检验不填的，自动设一项“是否”数据。", 22, also=("分子",)),
    Column("whole", "对比数据", "比率填分母，几个相加的用顿号隔开。", 22, also=("分母",)),
    Column("nobody", "无对象时", "比率的分母为 0 时怎样计。", 11, choices=("按达标", "按未达标")),
    Column("bound", "界限", "“不低于”“不超过”含本数，“高于”“低于”不含本数。", 9, choices=tuple(BOUND_WORDS.values())),
    Column("value", "界限值", "比率写百分数，如 95。", 9),
)  # fmt: skip
FIGURE_COLUMNS = (
    Column("key", "代号", "小写字母、数字和下划线，如 workers_total；批量数据和接口用这个名字。", 26, True),
    Column("label", "名称", "填报时看到的名称。", 36, True),
    Column("type", "类型", "整数、是否、小数、评分（由人评的分）。", 8, True, choices=tuple(TYPES)),
    Column("unit", "单位", "人、户、例、% 等。", 8),
    Column("definition", "口径", "怎样统计，显示在填报栏旁。", 40, also=("说明", "口径说明")),
    Column("formula", "公式", "显示在填报栏旁。", 40),
    Column("part_of", "不大于", "填另一项数据的代号：大于它的不能提交。", 26),
    Column("within", "不应大于", "填另一项数据的代号：大于它的提示核对。", 26),
    Column("all_of", "可填数目", "类型为“是否”的：也可以填数目，达到这里所写的数据算“是”。", 26),
    Column("derived", "平台核对", "类型为“是否”的：不用填报，由平台按认定登记核对。", 12, choices=tuple(DERIVED)),
    Column("min", "最小值", "可不填。", 8),
    Column("max", "最大值", "类型为“评分”的必填。", 8),
    Column("step", "分档", "类型为“评分”的必填：以多少分为一档。", 8),
    Column("optional", "可不填", "可以空着的填“是”；计分用到的数据不能空。", 8, choices=(YES,)),
)  # fmt: skip
GRADE_COLUMNS = (
    Column("title", "名称", "从最高一档往下排。", 16, True, ("等次",)),
    Column("at_least", "分数线", "", 10, True),
    Column("inclusive", "含本数", "刚好是这个分数的算不算。", 10, True, choices=(YES, NO)),
    Column("quota", "名额（%）", "占社区总数的百分之几，没有限制的不写。", 12),
)
SCORE_COLUMNS = (
    Column("key", "代号", "小写字母，如 self、county。", 16, True),
    Column("title", "名称", "如 自评分、考核分。", 20, True),
    Column("weight", "权重（%）", "合成方法为“加权”的填写，合计 100。", 12),
)
READING_COLUMNS = (
    Column("no", "编号", "如 A2；同一条的后续选项行不写。", 8, True),
    Column("article", "原文", "哪一条、怎么写的。", 36, True),
    Column("text", "读法", "这里怎样理解。", 50, True),
    Column("part", "写在", "“评分表”或“条件”。", 9, choices=(ITEMS, CRITERIA)),
    Column(
        "setting",
        "可选设置",
        "留给每个批次选定的：取整、无对象时、未达标扣分。",
        12,
        choices=tuple(OPEN_SETTINGS),
    ),
    Column("choice", "选项", "与“评分表”同名一列的写法相同。", 16),
    Column("meaning", "选项含义", "选了以后怎样计，显示给主办单位。", 44),
)

# The rows of 基本信息: setting, words in column A, how to fill column B.
INFO_ROWS = (
    Column("programme", "方案代号", "由平台填写，请勿改动。"),
    Column("sample", "性质", f"“{GENUINE}”或“{SAMPLE}”；后者的评分表处处带有这一标注。", choices=(GENUINE, SAMPLE)),
    Column("title", "评分表标题", "照抄附件的标题。"),
    Column("source", "评分表来源", "文号和附件号。"),
    Column("full", "满分", "各类别（加分类除外）分值的合计。"),
    Column("mark", "合格线", "没有规定的不写，由开展批次的部门填写。"),
    Column("mark_inclusive", "合格线含本数", "刚好是合格线的算不算合格。", choices=(YES, NO)),
    Column("mark_reading", "合格线的读法", "“读法”表里的编号，可不写。"),
    Column("period_from", "数据时段起", "如 2016-01-01，没有规定的不写。"),
    Column("period_to", "数据时段止", ""),
    Column("period_article", "数据时段的条款", ""),
    Column("period_reading", "数据时段的读法", ""),
    Column("period_indicators", "数据时段适用的指标", "代号用顿号隔开；适用于全部的不写。"),
    Column("later_from", "参考时段起", "评审时可以参考的以后一段时间，没有规定的不写。"),
    Column("later_to", "参考时段止", ""),
    Column("later_article", "参考时段的条款", ""),
    Column("later_reading", "参考时段的读法", ""),
    Column("later_indicators", "参考时段适用的指标", "代号用顿号隔开。"),
    Column("later_desk", "参考时段由谁复核", "流程中评分的一个环节。", choices=tuple(DESKS)),
    Column("way", "合成方法", "有几个评分栏的，怎样合成一个结果。", choices=tuple(WAYS)),
    Column("decimals", "合成保留小数", "不写为 2。"),
    Column("at_least", "去掉最高最低至少要几个评分", "不写为 5。"),
    Column("notes", "注", "附件的注，每条一行，可以写几行。"),
    Column("criteria_title", "条件标题", "有“条件”表的填写。"),
    Column("criteria_source", "条件来源", "文号和条款。"),
)  # fmt: skip

TABLES = {
    ITEMS: (*ITEM_COLUMNS, *RULE_COLUMNS),
    FIGURES: FIGURE_COLUMNS,
    CRITERIA: CRITERIA_COLUMNS,
    GRADES: GRADE_COLUMNS,
    COLUMNS: SCORE_COLUMNS,
    READINGS: READING_COLUMNS,
}

"""Mistakes in a workbook: each gives a sentence with sheet, row, column and remedy, and nothing is half read."""

import io
import re
import zipfile

import pytest
from openpyxl import Workbook, load_workbook

from scoring.workbook import read_workbook, write_workbook
from tests.scoring.conftest import count, read_document, small_document
from tests.scoring.workbooks import Book, frame, sheet_part

S, F, C, INFO, R = "评分表", "基础数据", "条件", "基本信息", "读法"


def sheet(code, head, value, below=0):
    """Change a cell of 评分表 in the row of an item, or some rows below it."""
    return lambda book: book.put(S, code, head, value, below)


def info(name, value):
    return lambda book: book.put(INFO, name, "填写", value)


def rename(title, other):
    return lambda book: setattr(book[title], "title", other)


def head(title, old, new):
    def change(book):
        book[title].cell(1, book.column(title, old)).value = new

    return change


# What is done → the place and the sentence. The workbook is Hunan's unless a programme is named.
MISTAKES = {
    "unknown rule": (sheet("H10", "规则", "按例扣分"), "“评分表”第 16 行“规则”列（O16）：没有“按例扣分”这种规则，相近的有“按次扣分”"),
    "no rule": (sheet("H10", "规则", None), "第 16 行“规则”列（O16）：没有填写规则，请从下拉列表中选择"),
    "points in words": (sheet("H10", "得（扣）分", "半分"), "“得（扣）分”列（W16）：应填数字（小数不超过四位），写的是“半分”"),
    "points missing": (sheet("H10", "得（扣）分", None), "“得（扣）分”列（W16）：没有填写，请补上"),
    "points with five decimals": (sheet("H10", "得（扣）分", 0.50001), "应填数字（小数不超过四位），写的是“0.50001”"),
    "points below nothing": (sheet("H10", "得（扣）分", -1), "“得（扣）分”应为大于 0 的数，写的是“-1”"),
    "nothing to lose": (sheet("H10", "得（扣）分", 0), "“得（扣）分”应为大于 0 的数，写的是“0”"),
    "unknown figure": (sheet("H10", "数据", "unemployed_half_year"), "“数据”列（Q16）：“数据”指向的基础数据“unemployed_half_year”没有定义，相近的有 unemployed_over_half_year"),
    "figure of another type": (sheet("H01", "数据", "awards_city"), "“数据”列（Q2）：“数据”指向的“awards_city”类型是“整数”，这里只能用“是否”"),
    "two figures for one": (sheet("H01", "数据", "aid_plan、aid_visits"), "“数据”列（Q2）：只能写一项基础数据"),
    "a column the rule does not use": (sheet("H10", "取整", "满一个才计"), "“取整”列（X16）：“按次扣分”不用这一列，请清空，或改选别的规则"),
    "a rate without a whole": (sheet("H04", "对比数据", None), "“对比数据”列（R8）：没有填写，请补上"),
    "a rate without a name": (sheet("H04", "名称", None), "“名称”列（P8）：没有填写，请补上"),
    "nobody, not said": (sheet("H04", "无对象时", None), "“无对象时”列（S8）：没有填写，请补上"),
    "nobody, unknown": (sheet("H04", "无对象时", "跳过"), "没有“跳过”这种写法，可用的有“按达标”“按未达标”“不计入总分”，请从下拉列表中选择"),
    "unknown border": (sheet("H03", "界限", "左右"), "“界限”列（T7）：没有“左右”这种写法，可用的有“不低于”“高于”“不超过”“低于”"),
    "border missing": (sheet("H03", "界限值", None), "“界限值”列（U7）：没有填写，请补上"),
    "rounding of another rule": (sheet("H04", "取整", "四舍五入"), "可用的有“满一个才计”“不足一个按一个计”“按比例折算”"),
    "decimals without need": (sheet("H04", "小数位", 2), "“小数位”列（Y8）：只有“按比例折算”才填小数位，请清空"),
    "pro rata without decimals": (sheet("H04", "取整", "按比例折算"), "“小数位”列（Y8）：没有填写“小数位”，请补上"),
    "a target far from its rule": (sheet("H03", "规则", "指标"), "“规则”列（O7）：“指标”应写在“按指标得分”一行的下面"),
    "a group that was not opened": (sheet("H10", "所属组", "第1组"), "“所属组”列（AG16）：本项前面没有名称为“第1组”的“合并”规则"),
    "content missing": (sheet("H05", "考核内容", None), "“考核内容”列（G9）：没有填写，请补上"),
    "code missing": (sheet("H05", "代号", None), "“代号”列（F9）：没有填写，请补上"),
    "code of another form": (sheet("H05", "代号", "5号"), "“代号”列（F9）：代号“5号”应以大写字母开头"),
    "code twice": (sheet("H05", "代号", "H04"), "“代号”列（F9）：指标“H04”重复，请改正"),
    "maximum missing": (sheet("H05", "分值", None), "“分值”列（I9）：没有填写，请补上"),
    "sum of a project": (sheet("H05", "分值", 4), "“项目分值”列（E2）：满分 30 分，各指标合计却是 31 分，请核对后改成一致"),
    "sum of a class": (sheet("H01", "类别分值", 61), "“类别分值”列（B2）：满分 61 分，各项目合计却是 60 分"),
    "a class with two maxima": (sheet("H02", "类别分值", 50), "“类别分值”列（B3）：与前面写的 60 分不同，请改成一致，或只写在第一行"),
    "a class in two places": (sheet("H34", "类别", "就业工作情况"), "“类别”列（A61）：“就业工作情况”在前面已经写过，请把同一类别的指标放在一起"),
    "out of reach": (sheet("H12", "得（扣）分", 0.5), "“分值”列（I18）：各规则最多给 2.5 分，达不到满分 3 分"),
    "unknown reading": (sheet("H05", "读法", "A99"), "“读法”列（L9）：指标“H05”引用的释义“A99”没有写在“读法”里"),
    "sum of the sheet": (info("满分", 99), "“基本信息”第 6 行“满分”（B6）：满分 99 分，各大类合计却是 100 分"),
    "no title": (info("评分表标题", None), "“评分表标题”（B4）：没有填写，请补上"),
    "pass mark above the sheet": (info("合格线", 101), "“合格线”（B7）：合格线 101 分高于满分 100 分"),
    "pass mark without its side": (info("合格线含本数", None), "“合格线含本数”（B8）：没有填写，请补上"),
    "pass mark by an unknown reading": (info("合格线的读法", "A77"), "“合格线的读法”（B9）：引用的释义“A77”没有写在“读法”里"),
    "a day that is none": (info("数据时段起", "2016年初"), "“数据时段起”（B10）：应填日期，如 2016-01-01，写的是“2016年初”"),
    "a period of an unknown item": (info("参考时段适用的指标", "H01、H99"), "“参考时段适用的指标”（B19）：时段引用的指标“H99”不存在"),
    "neither genuine nor a sample": (info("性质", "试用"), "“性质”（B3）：没有“试用”这种写法，可用的有“正式”“演示用，非官方附件”"),
    "an unknown line": (lambda b: b[INFO].append(["合格分", 90]), "“基本信息”第 32 行“项目”（A32）：没有“合格分”这一行，相近的有“合格线”"),
    "figure twice": (lambda b: b.put(F, "awards_city", "代号", "awards_county"), "“基础数据”第 71 行“代号”列（A71）：“awards_county”已经定义过"),
    "figure key with a blank inside": (lambda b: b.put(F, "aid_plan", "代号", "aid-plan"), "“代号”列（A29）：“aid-plan”不能作名称，应由小写字母、数字和下划线组成"),
    "figure type": (lambda b: b.put(F, "aid_plan", "类型", "布尔"), "“类型”列（C29）：没有“布尔”这种写法，可用的有“整数”“是否”“小数”“评分”"),
    "figure without a label": (lambda b: b.put(F, "aid_plan", "名称", None), "“名称”列（B29）：没有填写，请补上"),
    "figure nobody uses": (lambda b: b.add(F, 代号="spare", 名称="多余", 类型="整数"), "“基础数据”第 73 行“代号”列（A73）：没有一条规则用到它，请删去或写入规则"),
    "part of an unknown whole": (lambda b: b.put(F, "hardship_reemployed", "不大于", "hardship"), "“不大于”列（G16）：“不大于”指向的“hardship”没有定义，或类型不同"),
    "judged without maximum": (lambda b: b.put(F, "economy_points", "最大值", None), "“最大值”列（L68）：没有填写，请补上"),
    "step that does not divide": (lambda b: b.put(F, "economy_points", "分档", 0.7), "“分档”列（M68）：“最大值”应为“分档”的整倍数"),
    "steps of a count": (lambda b: b.put(F, "awards_city", "分档", 1), "“分档”列（M71）：只有类型为“评分”的才填分档，请清空"),
    "a limit that is no whole number": (lambda b: b.put(F, "awards_city", "最大值", 1.5), "“最大值”列（L71）：应填不小于 0 的整数，写的是“1.5”"),
    "reading twice": (lambda b: b.put(R, "A3", "编号", "A2"), "“读法”第 7 行“编号”列（A7）：“A2”已经写过，请改正"),
    "a choice of another setting": (lambda b: b.put(R, "A2", "选项", "舍弃"), "“选项”列（F4）：没有“舍弃”这种写法"),
    "a formula without a value": (sheet("H10", "得（扣）分", "=1/2"), "“得（扣）分”列（W16）：单元格是公式，还没有算出结果，请在 Excel 中打开并保存，或改为直接填写"),
    "a formula gone wrong": (sheet("H10", "得（扣）分", "#REF!"), "“得（扣）分”列（W16）：单元格是公式的错误值 #REF!，请改为直接填写"),
    "a head of another name": (head(S, "规则", "计分规则"), "“评分表”第 1 行“计分规则”列（O1）：没有这一列，相近的有“规则”"),
    "a head that is gone": (head(S, "考核内容", None), "“评分表”第 1 行“考核内容”列：表头缺少这一列，请补上"),
    "a head twice": (head(S, "考核内容", "评分标准"), "“评分表”第 1 行“评分标准”列（H1）：这一列出现了两次，请只保留一列"),
    "a sheet of another name": (rename(F, "数据"), "“数据”：没有这个名称的工作表，请改名为基本信息、评分表、基础数据"),
    "a sheet without heads": (lambda b: b[S].delete_rows(1), "“评分表”：没有找到表头：前 10 行中应有一行写着类别、类别分值、代号"),
}  # fmt: skip
QUANGANG = {
    "another programme's workbook": (info("方案代号", "hunan-star-2017"), "“方案代号”（B2）：这是另一个方案（hunan-star-2017）的工作簿"),
    "a closed list of another length": (sheet("Q1", "清单", "甲；乙", 2), "“清单”列（AD4）：列表有 2 项，基础数据“plans_missing”的“最大值”也应为 2"),
    "no way to combine": (info("合成方法", None), "“合成方法”（B21）：没有填写，请补上"),
    "decimals of no mean": (info("合成保留小数", 2), "“合成保留小数”（B22）：这种合成方法不用这一项，请清空"),
    "weights without weighing": (lambda b: b.put("评分栏", "self", "权重（%）", 50), "“评分栏”第 2 行“权重（%）”列（C2）：合成方法不是“加权”的，请清空"),
    "weights that are not the whole": (
        lambda b: [b.put("评分栏", key, "权重（%）", 40) for key in ("self", "county")] and b.put(INFO, "合成方法", "填写", "加权"),
        "“评分栏”第 2 行“权重（%）”列（C2）：各评分栏的“权重（%）”合计应为 100",
    ),
    "condition without words": (lambda b: b[C].__setitem__("C2", None), "“条件”第 2 行“条文”列（C2）：没有填写，请补上"),
    "condition named like an item": (lambda b: b[C].__setitem__("B2", "Q1"), "条件“Q1”与评分表的指标同名，请换一个代号"),
}  # fmt: skip
ZHOUKOU = {
    "unknown tier": (lambda b: b[C].__setitem__("D2", "国家级"), "“层级”列（D2）：本方案没有“国家级”这个层级，可用的有“省级充分就业社区”"),
    "unknown effect": (lambda b: b[C].__setitem__("E2", "参考"), "“作用”列（E2）：没有“参考”这种写法，可用的有“必须”“说明理由”"),
    "a border for a plain condition": (lambda b: [b[C].__setitem__("M2", 95), b[C].__setitem__("G2", "是")], "“界限值”列（M2）：“是”的检验不用这一列，请清空"),
    "condition twice": (lambda b: b[C].__setitem__("B3", b[C]["B2"].value), "“代号”列（B3）：条件“"),
}  # fmt: skip
ALL = [
    pytest.param(key, change, sentence, id=name)
    for key, mistakes in (
        ("hunan-star-2017", MISTAKES),
        ("quangang-2016", QUANGANG),
        ("zhoukou-2022", ZHOUKOU),
    )
    for name, (change, sentence) in mistakes.items()
]


@pytest.mark.parametrize(("key", "change", "sentence"), ALL)
def test_mistake(key, change, sentence):
    book = Book(key)
    change(book)
    read = book.read()
    told = [str(one) for one in read.mistakes]
    assert read.document is None
    assert any(sentence in one for one in told), told
    assert len(told) <= 6, "one mistake does not make a flood"
    for one in read.mistakes:
        assert str(one).endswith("。") and not re.search(
            r"[a-z]+_[a-z]+”(应为|没有这)|None|\bnull\b", str(one)
        )
        assert re.search(r"请|应|不能|要写明", one.sentence), "every sentence says what to do"
    marked = load_workbook(io.BytesIO(read.marked()))
    first = next((one for one in read.mistakes if one.row and one.place), None)
    if first:
        cell = marked[first.sheet].cell(first.row, first.place)
        assert cell.fill.fgColor.rgb == "FFF8C9C4" and first.sentence in cell.comment.text


def test_there_are_thirty_kinds_and_more():
    assert len(ALL) >= 30


def test_all_mistakes_at_once():
    book = Book("hunan-star-2017")
    for change, _sentence in list(MISTAKES.values())[:12:3]:
        change(book)
    info("满分", "一百")(book)
    told = [str(one) for one in book.read().mistakes]
    assert len(told) >= 3
    assert [one for one in told if "基本信息" in one] == [
        "工作表“基本信息”第 6 行“满分”（B6）：应填数字（小数不超过四位），写的是“一百”，请改正。"
    ]


def test_the_programmes_own_part_cannot_be_changed():
    gansu = sheet_part(read_document("gansu-2023"))
    for title, code, column, sentence in (
        (C, "G11", "条文", "条件“G11”与方案规定的条件不同，方案的条件不能用工作簿改动，请改回，或清空“条件”表"),
        (F, "hardship_total", "名称", "“hardship_total”是方案已有的数据，“名称”应为“就业困难人员总数”，请改回，或另用一个代号"),
        (F, "hardship_total", "类型", "“类型”应为“整数”"),
        (F, "city_title_filed", "单位", "“单位”应为空着"),
    ):  # fmt: skip
        book = Book("gansu-2023")
        book.put(title, code, column, "改" if column != "类型" else "小数")
        told = [str(one) for one in book.read(gansu).mistakes]
        assert len([one for one in told if sentence in one]) == 1, told


def packed(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def spoiled(old, new):
    """A good workbook with bytes of its parts changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(Book("quangang-2016").bytes())) as source,
        zipfile.ZipFile(out, "w") as target,
    ):
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(old, new))
    return out.getvalue()


def stray(cell):
    book = Book("quangang-2016")
    book[S][cell] = "x"
    return book.bytes()


FILES = {
    "empty": (b"", "文件是空的"),
    "text": (b"a,b\n1,2\n", "请上传 .xlsx 工作簿"),
    "an old workbook or one with a password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "请上传 .xlsx 工作簿（不能设密码）"),
    "too large": (b"PK\x03\x04" + bytes(3_000_000), "文件超过 2 MB"),
    "half a file": (Book("quangang-2016").bytes()[:9000], "已损坏"),
    "a zip of something else": (packed(**{"a.txt": b"x"}), "无法读取这个工作簿"),
    "unpacks to far too much": (packed(**{"xl/worksheets/sheet1.xml": b" " * 20_000_000}), "解压后过大"),
    "a cell far out": (stray("XFD1048576"), "远在第 1048576 行"),
    "too many rows": (stray("A5000"), "超过 3000 行"),
    "too many columns": (stray("DA3"), "第 3 行的 DA 列还有内容"),
    "entities": (spoiled(b"<worksheet ", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet '), "无法读取这个工作簿"),
    "broken parts": (spoiled(b"</sheetData>", b""), "无法读取这个工作簿"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "sentence"), FILES.values(), ids=FILES)
def test_a_file_that_is_no_workbook(data, sentence):
    read = read_workbook(data, frame(read_document("quangang-2016")))
    assert read.document is None
    assert [sentence in str(one) for one in read.mistakes] == [True], read.mistakes


def test_a_workbook_of_something_else():
    book = Workbook()
    book.active.append(["姓名", "电话"])
    out = io.BytesIO()
    book.save(out)
    told = [str(one) for one in read_workbook(out.getvalue()).mistakes]
    assert "工作簿：没有找到“评分表”或“条件”工作表，请使用下载的模板填写。" in told


def test_what_was_wrong_can_be_mended_in_the_marked_workbook():
    """The red workbook is the office's own: with the cell put right it is read again."""
    document = small_document([{"kind": "per_case", "figure": "n", "lose": "1"}], [count("n")])
    book = Book(document)
    book.put(S, "S1", "规则", "按例扣分")
    marked = load_workbook(io.BytesIO(book.read().marked()))
    assert marked.sheetnames[0] == "需要修改的地方"
    assert marked["需要修改的地方"]["D2"].value == "O2"
    marked[S]["O2"] = "按次扣分"
    out = io.BytesIO()
    marked.save(out)
    read = read_workbook(out.getvalue(), frame(document))
    assert read.mistakes == []
    assert read.document == read_workbook(write_workbook(document), frame(document)).document

"""The table to fill in: heads, drop-downs out of a sheet of choices, text cells for codes, an example that is not read."""

import io

import xlsxwriter

from accounts.imports.columns import Column

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHOICES = "选项"
NOTES = "填写说明"
EXAMPLE = "示例（不读取）"
READY = 2000  # rows with drop-downs
GENERAL = (
    "只读取第一张工作表；列的先后可以改动，表头的文字不要改。",
    "从表头下一行起填写，中间不要留空行：读到第一个空行或“合计”为止，后面的行会列出来但不导入。",
    "“序号”写着“示例”的行不读取，可以删去。",
    "日期写作 2023-08-01、2023.8.1 或 2023年8月1日都可以；只写到月的按当月 1 日登记并提示核对。",
    "代码、电话等长数字须为文本格式，本表已经设好；从别处粘贴时请选择“只粘贴值”。",
    "上传后先检查，每一处问题都指出行和列；核对无误再确认导入，有一行不对就一行也不导入。",
)


def template(title: str, columns: tuple[Column, ...], rows: list[dict] = (), *, lead: str = "") -> bytes:
    """The workbook; `rows` (column key → value) are filled in, and then there is no example."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    base = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
    head = book.add_format(
        {**base, "bold": True, "bg_color": "#E3EEFA", "border": 1, "text_wrap": True, "align": "center"}
    )
    plain, text = book.add_format(base), book.add_format({**base, "num_format": "@"})
    sample = book.add_format(
        {**base, "num_format": "@", "italic": True, "font_color": "#6B7280", "bg_color": "#F3F4F6"}
    )
    sheet = book.add_worksheet(title[:31])
    notes, choices = book.add_worksheet(NOTES), book.add_worksheet(CHOICES)
    sheet.set_row(0, 34)
    sheet.set_column(0, 0, 14, plain)
    sheet.write_string(0, 0, "序号", head)
    offered = 0
    for place, column in enumerate(columns, 1):
        sheet.set_column(place, place, column.width, text if column.text else plain)
        sheet.write_string(0, place, f"{column.head}（必填）" if column.needed else column.head, head)
        if column.choices:
            _offer(sheet, choices, place, offered, column)
            offered += 1
    if rows:
        for number, row in enumerate(rows, 1):
            sheet.write_number(number, 0, number, plain)
            for place, column in enumerate(columns, 1):
                _write(sheet, number, place, row.get(column.key), text if column.text else plain)
    else:
        sheet.write_string(1, 0, EXAMPLE, sample)
        for place, column in enumerate(columns, 1):
            sheet.write_string(1, place, column.example, sample)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    _explain(book, notes, columns, lead)
    choices.hide()
    book.close()
    return out.getvalue()


def _offer(sheet, choices, place, number, column):
    """A drop-down whose words stand in a sheet: a list in the rule itself holds no more than 255 characters."""
    choices.write_string(0, number, column.head)
    for row, word in enumerate(column.choices, 1):
        choices.write_string(row, number, word)
    name = chr(65 + number)
    sheet.data_validation(
        1,
        place,
        READY,
        place,
        {
            "validate": "list",
            "source": f"={CHOICES}!${name}$2:${name}${len(column.choices) + 1}",
            "error_title": column.head[:32],
            "error_message": "请从下拉列表选择。",
        },
    )


def _write(sheet, row, place, value, form):
    if value is None or value == "":
        sheet.write_blank(row, place, None, form)
    elif isinstance(value, bool):
        sheet.write_string(row, place, "是" if value else "否", form)
    elif isinstance(value, int) and abs(value) < 10**15:
        sheet.write_number(row, place, value, form)
    else:
        sheet.write_string(row, place, str(value), form)


def _explain(book, notes, columns, lead):
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "bg_color": "#E3EEFA", "border": 1})
    notes.set_column(0, 0, 22)
    notes.set_column(1, 1, 10)
    notes.set_column(2, 2, 72)
    row = 0
    for sentence in (*([lead] if lead else []), *GENERAL):
        notes.merge_range(row, 0, row, 2, sentence, wrap)
        row += 1
    row += 1
    for place, word in enumerate(("列", "是否必填", "怎样填")):
        notes.write_string(row, place, word, bold)
    for column in columns:
        row += 1
        notes.write_string(row, 0, column.head, wrap)
        notes.write_string(row, 1, "必填" if column.needed else "选填", wrap)
        hint = column.hint
        if column.choices and len(column.choices) <= 12:
            hint = f"{hint}{'；' if hint else ''}可填 {'、'.join(column.choices)}"
        notes.write_string(row, 2, hint, wrap)
    notes.set_landscape()
    notes.set_paper(9)
    notes.fit_to_pages(1, 0)

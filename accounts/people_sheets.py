"""Two workbooks: the empty table to fill in, and the one-time passwords to hand out."""

import io

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from accounts.models import Department
from accounts.people_import import COLUMNS, MAX_ROWS

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD = PatternFill("solid", fgColor="E3EEFA")


def _bytes(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def template(roles) -> bytes:
    """The table with heads, drop-downs for role and department, and a sheet that explains each column."""
    book = Workbook()
    sheet = book.active
    sheet.title = "人员"
    for index, (key, (head, _, needed, _)) in enumerate(COLUMNS.items(), start=1):
        cell = sheet.cell(row=1, column=index, value=f"{head}（必填）" if needed else head)
        cell.font, cell.fill = Font(bold=True), HEAD
        cell.alignment = Alignment(horizontal="center", vertical="center")
        letter = get_column_letter(index)
        sheet.column_dimensions[letter].width = 18
        for row in range(2, 52):
            sheet.cell(row=row, column=index).number_format = "@"
        choices = {"role": [role.label for role in roles], "department": Department.labels}.get(key)
        if choices:
            rule = DataValidation(type="list", formula1=f'"{",".join(choices)}"', allow_blank=True)
            rule.error = "请从下拉列表选择。"
            sheet.add_data_validation(rule)
            rule.add(f"{letter}2:{letter}{MAX_ROWS + 1}")
    sheet.freeze_panes = "A2"
    notes = book.create_sheet("填写说明")
    notes.append(["列", "是否必填", "怎样填"])
    for head, _, needed, hint in COLUMNS.values():
        notes.append([head, "必填" if needed else "选填", hint])
    notes.append(["", "", "单位写到任职的那一级为止；同名的乡镇、社区请同时填写上级。只读取第一张工作表。"])
    for letter, width in (("A", 16), ("B", 12), ("C", 60)):
        notes.column_dimensions[letter].width = width
    return _bytes(book)


def passwords(made) -> bytes:
    """Who got which one-time password; made is what `import_people` returned."""
    book = Workbook()
    sheet = book.active
    sheet.title = "一次性密码"
    heads = ["单位", "岗位", "姓名", "用户名", "一次性密码"]
    rows = [
        [posting.place, posting.get_role_display(), account.name, account.username, password]
        for account, posting, password in made
    ]
    for number, row in enumerate([heads, *rows], start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(row=number, column=column, value=value)
            cell.data_type, cell.number_format = "s", "@"
            if number == 1:
                cell.font, cell.fill = Font(bold=True), HEAD
    for letter, width in zip("ABCDE", (30, 14, 14, 20, 20), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    return _bytes(book)

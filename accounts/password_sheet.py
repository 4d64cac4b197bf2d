"""The workbook of one-time passwords to hand out."""

import io

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill

HEAD = PatternFill("solid", fgColor="E3EEFA")


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
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()

"""The sheet 基本信息: what belongs to the score sheet as a whole, one setting on each row."""

from typing import Any

from scoring.workbook_layout import GENUINE, INFO, INFO_ROWS, SAMPLE
from scoring.workbook_table import Cells, Mistakes, Placed, Row, Sheet, among, plain_head


class Info:
    """The sheet 基本信息: each setting on a row of its own, its value beside its name."""

    def __init__(self, cells: Cells | None, mistakes: Mistakes):
        self.mistakes = mistakes
        self.rows: dict[str, list[Row]] = {}
        self.sheet = Sheet(INFO, {"value": 2, "name": 1}, {"value": "填写", "name": "项目"})
        mistakes.sheets[INFO] = self.sheet
        names = {plain_head(one.head): one.key for one in INFO_ROWS}
        for number, row in cells.rows.items() if cells else ():
            name, key = row.get(1, ""), names.get(plain_head(row.get(1, "")))
            fault = next((text for at, place, text in cells.faults if (at, place) == (number, 2)), "")
            if fault and key:
                self.sheet.names[number] = name
                mistakes.say((INFO, number, "value"), fault)
            if key is None:
                if row.get(2) and plain_head(name) not in ("项目", "") and not name.startswith("备注"):
                    known = among(name, [one.head for one in INFO_ROWS])
                    mistakes.say(
                        (INFO, number, "name"),
                        f"没有“{name[:20]}”这一行，{known.replace('从下拉列表中选择', '改正')}",
                    )
                continue
            if key in self.rows and key != "notes":
                mistakes.say((INFO, number, "name"), f"“{name[:20]}”写了两行，请只保留一行")
                continue
            self.sheet.names[number] = next(one.head for one in INFO_ROWS if one.key == key)
            value = "" if fault else row.get(2, "")
            self.rows.setdefault(key, []).append(Row(self.sheet, number, {"value": value}, mistakes))

    def row(self, key: str) -> Row:
        if key in self.rows:
            return self.rows[key][0]
        return Row(self.sheet, 0, {}, self.mistakes)

    def has(self, key: str) -> bool:
        return key in self.rows and "value" in self.row(key)

    def put(self, target: Placed, setting: str, key: str, value: Any) -> None:
        target.put(setting, value, self.row(key).spot("value"))

    def needed(self, key: str) -> str | None:
        if key not in self.rows:
            head = next(one.head for one in INFO_ROWS if one.key == key)
            self.mistakes.say((INFO, 0, ""), f"缺少“{head}”一行，请从模板中补上")
            return None
        return self.row(key).text("value", needed=True)

    @property
    def sample(self) -> bool:
        words = {GENUINE: False, SAMPLE: True, "演示": True, "演示用": True}
        return bool(self.row("sample").choice("value", words))

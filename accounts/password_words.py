"""Words of this house that everybody would try first: a password may hold them, but not rest on them."""

import unicodedata

from django.core.exceptions import ValidationError

WORDS = (
    "chongfenjiuye", "jiuyeshequ", "jiuye", "shequ", "renshe", "shebao", "minzheng", "caizheng", "zhongguo", "hunan", "gansu",
    "henan", "fujian", "guanli", "pingshen", "portal", "community", "employment", "admin", "password", "mima", "qwerty", "abc",
    "充分就业", "就业", "社区", "人社", "社保", "评审", "平台", "管理员", "密码",
)  # fmt: skip
FEWEST = 6  # signs that must be left without them


class HouseWordsValidator:
    """Refuses a password of which little is left without the words, years and repeated signs."""

    def validate(self, password, user=None):
        rest = unicodedata.normalize("NFKC", password).casefold()
        for word in sorted(WORDS, key=len, reverse=True):
            if len(word) > 1 and word in rest:
                rest = rest.replace(word, "\0")
        if "\0" in rest and len({c for c in rest if c.isalnum()}) < FEWEST:
            raise ValidationError(
                "密码主要由本系统的常用词组成，容易被猜到，请换一个。", code="password_of_house_words"
            )

    def get_help_text(self):
        return "不要主要由单位、地名、系统名称组成。"

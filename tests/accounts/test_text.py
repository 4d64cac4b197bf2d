"""What is typed is stored in one form and without anything that cannot be seen."""

import pytest
from django.core.exceptions import ValidationError

from accounts.text import clean_line, clean_text, narrow


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  王芳　", "王芳"),
        ("e\u0301", "é"),
        ("阿卜杜拉·买买提", "阿卜杜拉·买买提"),
        ("𠀀某", "𠀀某"),
        ("", ""),
    ],
)
def test_a_line_is_kept_in_one_form(typed, kept):
    assert clean_line(typed) == kept


@pytest.mark.parametrize(
    "unseen", ["\x00", "\u200b", "\ufeff", "\u202e", "\u2066", "\ud800", "\x1b", "\u2028", "\n", "\t"]
)
def test_a_line_refuses_what_cannot_be_seen(unseen):
    with pytest.raises(ValidationError) as refusal:
        clean_line(f"王{unseen}芳")
    assert refusal.value.messages == ["请删除第 2 个字处的不可见字符。"]


def test_a_text_keeps_its_lines():
    assert clean_text("一\r\n二\r三\t四 ") == "一\n二\n三 四"


def test_a_text_refuses_the_rest():
    with pytest.raises(ValidationError):
        clean_text("一\n\u202e二")


def test_narrow_folds_full_width_and_drops_space():
    assert narrow(" １２３ ４５６\u3000") == "123456"

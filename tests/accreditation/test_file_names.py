"""Names of files: what Windows refuses, what deceives, what is too long, and two of the same name."""

import pytest

from accreditation.file_names import Taken, safe_file_name, safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("桂花社区", "桂花社区"),
        ("a/b\\c", "a_b_c"),
        ('<>:"|?*', "_______"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("COM1 .pdf", "_COM1 .pdf"),
        ("LPT²", "_LPT²"),
        ("console", "console"),
        (" 前后空格. ", "前后空格"),
        ("", "未命名"),
        ("...", "未命名"),
        ("一\x00二\r\n三", "一 二 三"),
        ("正\u202efdp.exe", "正 fdp.exe"),
        ("坏\ud800字", "坏 字"),
        ("多   空格\u3000和\u00a0它们", "多 空格 和 它们"),
    ],
)
def test_made_safe(name, safe):
    assert safe_name(name) == safe


def test_too_long_is_cut_with_its_ending_kept():
    name = safe_file_name("很长的名字" * 50 + ".pdf")
    assert name.endswith("字.pdf") or name.endswith(".pdf")
    assert len(name) <= 80 and len(name.encode()) <= 200
    assert len(safe_name("𠮷" * 100).encode()) <= 200


def test_an_ending_is_only_what_looks_like_one():
    assert safe_file_name("第1.2节") == "第1.2节"
    assert safe_file_name(".htaccess") == "htaccess"
    assert safe_file_name("nul.") == "_nul"


def test_the_same_name_twice_is_numbered_whatever_its_case():
    taken = Taken()
    assert taken.free("甲", "表.pdf") == "表.pdf"
    assert taken.free("甲", "表.PDF") == "表(2).PDF"
    assert taken.free("甲", "表.pdf") == "表(3).pdf"
    assert taken.free("乙", "表.pdf") == "表.pdf"
    assert taken.free("甲", "ＡＢＣ") == "ＡＢＣ"
    assert taken.free("甲", "abc") == "abc(2)"
    assert taken.free("甲", "abc(2)") == "abc(2)(2)"

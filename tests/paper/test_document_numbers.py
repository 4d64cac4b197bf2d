"""Numbers of documents as typed and as printed; full legal names."""

import pytest

from accreditation.paper.document_numbers import document_number
from accreditation.paper.legal_names import committee


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("湘人社函〔2017〕300号", "湘人社函〔2017〕300号"),
        ("平人社办〔2021)141号", "平人社办〔2021〕141号"),  # as the scans of the sources have it
        ("豫人社办函[2022]50号", "豫人社办函〔2022〕50号"),
        ("湘人社函（2017）第300号", "湘人社函〔2017〕300号"),
        ("湘人社函(2017) 0300 号", "湘人社函〔2017〕300号"),
        ("湘人社 函【２０１７】３００号", "湘人社函〔2017〕300号"),
        ("湘人社函﹝2017﹞300", "湘人社函〔2017〕300号"),
        ("测试［2017年］001号", "测试〔2017〕1号"),
        ("〔2017〕3号", "〔2017〕3号"),
        ("  会议纪要 ", "会议纪要"),
        ("湘人社函〔17〕300号", "湘人社函〔17〕300号"),
        ("", ""),
    ],
)
def test_numbers_are_written_with_six_cornered_brackets(typed, printed):
    assert document_number(typed) == printed
    assert document_number(printed) == printed


@pytest.mark.parametrize(
    ("name", "kind", "full"),
    [
        ("桂花社区", "urban", "桂花社区居民委员会"),
        ("桂花社区居委会", "urban", "桂花社区居民委员会"),
        ("建设路居委会", "urban", "建设路居民委员会"),
        ("建设路居民委员会", "urban", "建设路居民委员会"),
        ("李家村", "village", "李家村村民委员会"),
        ("李家村委会", "village", "李家村村民委员会"),
        ("李家村村委会", "village", "李家村村民委员会"),
        ("李家村村民委员会", "village", "李家村村民委员会"),
        ("城南社区", "village", "城南社区居民委员会"),
        ("中关村", "urban", "中关村社区居民委员会"),
        ("桂花", "urban", "桂花社区居民委员会"),
    ],
)
def test_full_names_of_committees(name, kind, full):
    assert committee(name, kind) == full

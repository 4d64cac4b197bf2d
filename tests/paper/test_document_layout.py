"""The measures of GB/T 9704-2012, read from the finished PDF: text box, lines, characters, head, line, title, numbers."""

import datetime as dt

import pytest

from accreditation.paper.documents import Attachment, Document, Paragraph, broken, pdf
from tests.paper.pages import MM, red, text, words

LEFT, RIGHT, TOP, BOTTOM = 28 * MM, 184 * MM, 37 * MM, 262 * MM  # the text box in points
ISSUER = "湖南省人力资源和社会保障厅"


def document(**changes):
    said = {
        "issuer": ISSUER,
        "kind": "文件",
        "number": "湘人社函〔2017〕300号",
        "title": f"{ISSUER}关于认定2017年省级充分就业星级社区的通知",
        "paragraphs": [Paragraph("字" * 28 * 50), Paragraph("一、认定结果", 1), Paragraph("（一）说明", 2)],
        "day": dt.date(2017, 12, 1),
        "to": "各市（州）人力资源社会保障部门",
        "note": "此件主动公开",
    }
    return Document(**{**said, **changes})


@pytest.fixture(scope="module")
def letter(tmp_path_factory):
    """(PDF, its words by page, folder)."""
    folder = tmp_path_factory.mktemp("letter")
    done = pdf(document())
    return done, words(done, folder), folder


def body(page):
    """The lines of running text on a page."""
    return [word for word in page if set(word.text) == {"字"}]


def test_a_full_page_has_22_lines_of_28_characters_inside_the_text_box(letter):
    _, pages, _ = letter
    lines = body(pages[1])
    assert len(lines) == 22
    for line in lines:
        assert len(line.text) == 28
        assert line.left == pytest.approx(LEFT, abs=1)
        assert line.right == pytest.approx(RIGHT, abs=1.5)
    assert {round(b.top - a.top) for a, b in zip(lines, lines[1:], strict=False)} == {29}
    assert TOP - 1 <= (lines[0].top + lines[0].bottom) / 2 - 8 <= TOP + 8
    assert (lines[-1].top + lines[-1].bottom) / 2 + 8 <= BOTTOM + 1


def test_size_3_for_the_text_and_size_2_for_the_title(letter):
    _, pages, _ = letter
    assert body(pages[1])[3].advance == pytest.approx(16 - 0.21, abs=0.05)
    [line] = [word for word in pages[0] if word.text == f"{ISSUER}关于认定"]
    assert line.advance == pytest.approx(22, abs=0.1)
    assert (line.left + line.right) / 2 == pytest.approx((LEFT + RIGHT) / 2, abs=2)


def test_paragraphs_begin_two_characters_in_and_the_addressee_none(letter):
    _, pages, _ = letter
    first = body(pages[0])[0]
    assert len(first.text) == 26
    assert first.left == pytest.approx(LEFT + 2 * 15.79, abs=1)
    [to] = [word for word in pages[0] if word.text.startswith("各市")]
    assert to.left == pytest.approx(LEFT, abs=1)


def test_the_red_head_is_35_mm_down_and_the_line_4_mm_under_the_number(letter):
    done, pages, folder = letter
    rows = red(done, folder)
    assert rows[0][0] == pytest.approx(37 + 35, abs=1.5)
    line = [row for row in rows if row[2] - row[1] > 150 and row[0] > rows[0][0] + 25]
    assert line and line[0][1] == pytest.approx(28, abs=0.5) and line[0][2] == pytest.approx(184, abs=0.5)
    assert line[-1][0] - line[0][0] < 1  # one thin line
    [number] = [word for word in pages[0] if word.text == "湘人社函〔2017〕300号"]
    middle = (number.top + number.bottom) / 2 / MM
    assert line[0][0] - (middle + 8 / MM) == pytest.approx(4, abs=0.8)
    assert (number.left + number.right) / 2 == pytest.approx((LEFT + RIGHT) / 2, abs=2)
    # Two lines between head and number, two between line and title.
    head_end = max(row[0] for row in rows if row[0] < middle)
    assert 18 <= middle - head_end <= 28
    [title] = [word for word in pages[0] if word.text == f"{ISSUER}关于认定"]
    assert 19 <= title.top / MM - line[0][0] <= 26


def test_page_numbers_stand_right_on_odd_and_left_on_even_pages_between_dashes(letter):
    _, pages, _ = letter
    for number, page in enumerate(pages, 1):
        row = [word for word in page if word.top > BOTTOM + 4 * MM]
        assert [word.text for word in row] == ["—", str(number), "—"]
        if number % 2:
            assert row[-1].right == pytest.approx(RIGHT - 14, abs=2)
        else:
            assert row[0].left == pytest.approx(LEFT + 14, abs=2)
        assert row[0].top / MM - 262 == pytest.approx(7, abs=3)


def test_the_date_stands_four_characters_from_the_right_and_the_note_under_it(letter):
    _, pages, _ = letter
    [date] = [word for word in pages[-1] if word.text == "2017年12月1日"]
    [signer] = [word for word in pages[-1] if word.text == ISSUER and word.bottom < date.bottom]
    assert date.right == pytest.approx(RIGHT - 4 * 15.79, abs=8)
    assert (signer.left + signer.right) / 2 == pytest.approx((date.left + date.right) / 2, abs=3)
    [note] = [word for word in pages[-1] if "此件主动公开" in word.text]
    assert note.top > date.bottom - 8


def test_the_imprint_stands_at_the_foot_of_the_last_page(letter):
    _, pages, _ = letter
    [printed] = [word for word in pages[-1] if word.text == "2017年12月1日印发"]
    assert BOTTOM - 12 * MM < printed.bottom < BOTTOM + 1
    assert printed.right == pytest.approx(RIGHT - 14, abs=2)


def test_marked_as_unstamped_outside_the_text_and_no_seal_is_drawn(letter):
    done, pages, folder = letter
    for page in pages:
        [mark] = [word for word in page if word.text == "待用印"]
        assert mark.bottom < TOP
    reds = red(done, folder)
    assert all(right - left > 100 for top, left, right in reds if top > 120), (
        "red that is not a head or a line"
    )
    last = pdf(document(paragraphs=[Paragraph("特此通知。")], kind=""))
    assert not [row for row in red(last, folder) if row[0] > 140]  # where a seal would lie


@pytest.mark.parametrize("lines", range(3, 12))
def test_signature_and_date_never_stand_on_a_page_without_text(tmp_path, lines):
    attachment = Attachment("名单", ("社区",), (0,), [("银杏社区",)])
    made = document(paragraphs=[Paragraph("字" * 26)] * lines, attachments=(attachment,))
    [page] = [page for page in words(pdf(made), tmp_path) if any(w.text == "（此件主动公开）" for w in page)]
    assert body(page)


def test_a_list_goes_over_pages_with_its_head_on_each(tmp_path):
    rows = [(n, f"银杏{n}社区", "湖南省长沙市岳麓区橘子洲街道") for n in range(1, 601)]
    attachment = Attachment("2017年省级充分就业星级社区名单", ("序号", "社区", "所在地"), (14, 52, 0), rows)
    pages = words(pdf(document(paragraphs=[Paragraph("特此通知。")], attachments=(attachment,))), tmp_path)
    listed = [page for page in pages if any("银杏" in word.text for word in page)]
    assert len(listed) > 20
    for page in listed:
        assert [word.text for word in page if word.text in attachment.head] == list(attachment.head)
    names = [word.text for page in pages for word in page if word.text.startswith("银杏")]
    assert names == [f"银杏{n}社区" for n in range(1, 601)]
    assert "附件" in [word.text for word in listed[0]]
    boxes = [word for page in listed for word in page if "银杏" in word.text]
    assert max(word.bottom for word in boxes) < BOTTOM + 1


def test_hostile_text_stays_text(tmp_path):
    evil = "<script>1</script>{{ x }}</td>&amp;<style>*{color:red}</style>"
    attachment = Attachment(evil, ("社区",), (0,), [(evil,)])
    done = pdf(
        document(
            title=evil,
            issuer=evil,
            number=evil,
            paragraphs=[Paragraph(evil)],
            attachments=(attachment,),
            to=evil,
        )
    )
    assert text(done, tmp_path).count("<script>1</script>{{x}}</td>&amp;<style>*{color:red}</style>") >= 4


def test_long_words_stay_inside_the_text_box(tmp_path):
    done = pdf(document(issuer="极" * 80, title="长" * 150, paragraphs=[Paragraph("W" * 300)], number=""))
    for page in words(done, tmp_path):
        for word in page:
            assert LEFT - 2 <= word.left and word.right <= RIGHT + 3, word


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        (
            f"{ISSUER}关于撤销银杏社区“省级充分就业星级社区”称号的决定",
            [ISSUER, "关于撤销银杏社区", "“省级充分就业星级社区”称号的决定"],
        ),
        ("关于公布名单的公告", ["关于公布名单的公告"]),
        (
            f"{ISSUER}关于认定2017年省级充分就业星级社区的通知",
            [f"{ISSUER}关于认定", "2017年省级充分就业星级社区的通知"],
        ),
        (
            "长沙市2017年省级充分就业星级社区推荐名单公示",
            ["长沙市2017年省级充分", "就业星级社区推荐名单公示"],
        ),
    ],
)
def test_titles_break_between_words(title, lines):
    whole = ("银杏社区", "“省级充分就业星级社区”")
    assert broken(title, len(ISSUER) if title.startswith(ISSUER) else 0, whole) == lines


def test_titles_lose_nothing():
    for title in ("社区" * 70, "1" * 60, "的" * 45, "a", "（" * 50):
        assert "".join(broken(title)) == title

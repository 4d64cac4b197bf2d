"""What stands where on the pages of a PDF, read from the finished file: words with their boxes, and coloured pixels."""

import re
import subprocess
from dataclasses import dataclass

MM = 72 / 25.4  # points


@dataclass(frozen=True)
class Word:
    """A run of characters without a space; the box in points from the upper left corner of its page."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def advance(self):
        """Points from one character to the next, of a run of Chinese characters."""
        return (self.right - self.left) / len(self.text)


ROW = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>')
ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}


def words(pdf: bytes, folder) -> list[list[Word]]:
    """The words of each page."""
    source, target = folder / "words.pdf", folder / "words.html"
    source.write_bytes(pdf)
    subprocess.run(["pdftotext", "-bbox", str(source), str(target)], check=True, capture_output=True)
    found = []
    for page in target.read_text(encoding="utf-8").split("<page ")[1:]:
        row = []
        for left, top, right, bottom, text in ROW.findall(page):
            for entity, one in ENTITIES.items():
                text = text.replace(entity, one)
            row.append(Word(text, float(left), float(top), float(right), float(bottom)))
        found.append(row)
    return found


def text(pdf: bytes, folder) -> str:
    """All words of all pages, run together."""
    return "".join(word.text for page in words(pdf, folder) for word in page)


def red(pdf: bytes, folder, dpi=100) -> list[tuple[float, float, float]]:
    """The red of the first page, a row of pixels each: (mm from the top, mm of its left end, mm of its right end)."""
    source = folder / "red.pdf"
    source.write_bytes(pdf)
    raw = subprocess.run(
        ["pdftoppm", "-r", str(dpi), "-f", "1", "-l", "1", str(source)], capture_output=True, check=True
    ).stdout
    _, size, _, body = raw.split(b"\n", 3)
    width, height = map(int, size.split())
    mm, found = 25.4 / dpi, []
    for y in range(height):
        row = body[y * width * 3 : (y + 1) * width * 3]
        places = [
            x for x in range(width) if row[3 * x] > 150 and row[3 * x + 1] < 110 and row[3 * x + 2] < 110
        ]
        if places:
            found.append((y * mm, places[0] * mm, (places[-1] + 1) * mm))
    return found

"""A route as a drawing: a lane a level, from the community on the left to the highest on the right, the stops downwards.

Numbers only; the template writes the SVG. The unit is about a pixel at the width of a phone.
"""

from dataclasses import dataclass

from accreditation.models import State
from accreditation.routes import LEVELS

WIDTH, HEAD, ROW, BOX, GAP = 340, 30, 46, 30, 6
LANES = {"community": "社区", "street": "街道", "county": "县级", "city": "市级", "province": "省级"}


@dataclass(frozen=True)
class Box:
    """A stop. kind: first, review, notice or end."""

    label: str
    kind: str
    x: int
    y: int
    width: int
    middle: int

    @property
    def baseline(self) -> int:
        return self.y + BOX // 2 + 5


@dataclass(frozen=True)
class Lane:
    label: str
    x: int
    width: int
    middle: int
    even: bool


@dataclass(frozen=True)
class Drawing:
    width: int
    height: int
    head: int
    box: int
    lanes: list[Lane]
    boxes: list[Box]
    lines: list[str]  # SVG paths
    arrows: list[str]  # SVG polygons' points
    words: str


def draw(route) -> Drawing:
    """The drawing of a programme's or a round's route."""
    stops = [("community", "社区申报", "first")]
    for step in route.steps:
        stops.append((step.level, State(step.state).label, "notice" if step.is_notice else "review"))
    stops.append((route.steps[-1].level, "认定", "end"))
    used = [name for name in ("community", *LEVELS) if any(level == name for level, _, _ in stops)]
    wide = WIDTH // len(used)
    lanes = [
        Lane(LANES[name], n * wide, wide, n * wide + wide // 2, n % 2 == 0) for n, name in enumerate(used)
    ]
    boxes = []
    for number, (level, label, kind) in enumerate(stops):
        lane = lanes[used.index(level)]
        size = min(wide - GAP, 96)
        y = HEAD + (ROW - BOX) // 2 + number * ROW
        boxes.append(Box(label, kind, lane.middle - size // 2, y, size, lane.middle))
    lines, arrows = [], []
    for one, other in zip(boxes, boxes[1:], strict=False):
        half = (one.y + BOX + other.y) // 2
        lines.append(f"M{one.middle} {one.y + BOX}V{half}H{other.middle}V{other.y - 5}")
        arrows.append(
            f"{other.middle},{other.y} {other.middle - 4},{other.y - 6} {other.middle + 4},{other.y - 6}"
        )
    words = "，然后".join(box.label for box in boxes[:-1])
    height = HEAD + len(boxes) * ROW
    return Drawing(wide * len(used), height, HEAD, BOX, lanes, boxes, lines, arrows, f"{words}，最后认定。")

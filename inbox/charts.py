"""Charts as plain numbers: where each bar stands in a drawing whose size the template knows, styled by classes."""

from dataclasses import dataclass

WIDTH, HEIGHT = 720, 160
# So many shades has the heat map.
SHADES = 5


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True)
class Chart:
    bars: list[Bar]
    top: int
    first: str
    last: str


def bars(rows: list[tuple[str, list[tuple[str, int]]]]) -> Chart:
    """Side by side for each label: [(label, [(kind, count), ...]), ...]."""
    top = max((count for _, parts in rows for _, count in parts), default=0) or 1
    room = WIDTH / max(1, len(rows))
    drawn = []
    for n, (_, parts) in enumerate(rows):
        width = room * 0.8 / max(1, len(parts))
        for m, (kind, count) in enumerate(parts):
            height = HEIGHT * count / top
            x = room * n + room * 0.1 + width * m
            drawn.append(Bar(round(x, 2), round(HEIGHT - height, 2), round(width, 2), round(height, 2), kind))
    return Chart(drawn, top, rows[0][0] if rows else "", rows[-1][0] if rows else "")


def shade(count: int, most: int) -> int:
    """0 for nothing, and up to `SHADES`."""
    return -(-SHADES * count // most) if most else 0

"""A line of figures as a small drawing: numbers in, points out, so that no template calculates."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, MARGIN = 96, 24, 2


@dataclass(frozen=True)
class Trend:
    """Points for an SVG polyline in a box of `WIDTH` by `HEIGHT`, the last of them, and the same in words."""

    points: str
    last_x: float
    last_y: float
    words: str


def trend(shares: Sequence[float], what: str) -> Trend | None:
    """Return the line of `shares`, the oldest first; None for fewer than two, which show no way.

    The box spans from none to the largest share, and to 5 % at least: what is small looks small.
    """
    if len(shares) < 2:
        return None
    top = max(*shares, 0.05)
    step = (WIDTH - 2 * MARGIN) / (len(shares) - 1)
    places = [
        (round(MARGIN + number * step, 1), round(HEIGHT - MARGIN - share / top * (HEIGHT - 2 * MARGIN), 1))
        for number, share in enumerate(shares)
    ]
    words = f"{what} over the last {len(shares)} runs: from {shares[0]:.1%} to {shares[-1]:.1%}, {max(shares):.1%} at most"
    return Trend(" ".join(f"{x},{y}" for x, y in places), *places[-1], words)

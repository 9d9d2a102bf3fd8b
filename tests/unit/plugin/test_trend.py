from hypothesis import given
from hypothesis import strategies as st

from supdata_plugin.trend import HEIGHT, WIDTH, trend


@given(st.lists(st.floats(0, 1), min_size=2, max_size=40))
def test_every_point_lies_in_the_box_and_the_last_is_marked(shares: list[float]) -> None:
    line = trend(shares, "Rejected rows")
    assert line is not None
    points = [tuple(map(float, point.split(","))) for point in line.points.split()]
    assert len(points) == len(shares)
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    assert points[-1] == (line.last_x, line.last_y)


def test_the_same_is_said_in_words() -> None:
    line = trend([0.02, 0.3, 0.1], "Rejected rows")
    assert line is not None
    assert line.words == "Rejected rows over the last 3 runs: from 2.0% to 10.0%, 30.0% at most"


def test_one_run_shows_no_way() -> None:
    assert trend([0.1], "Rejected rows") is None

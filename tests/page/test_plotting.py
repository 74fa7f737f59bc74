"""The calculations behind the charts; runs under MicroPython, too (test_micropython.py)."""

from vizzy.page.labs import plotting
from vizzy.page.labs.plotting import Scale


def test_a_scale_goes_there_and_back_and_stays_within_its_bounds():
    scale = Scale(0, 100, 40, 240)
    assert scale.place(25) == 90 and scale.value(90) == 25
    assert scale.value(-1000) == 0 and scale.value(1000) == 100
    up = Scale(0, 1, 200, 0)
    assert up.place(0.25) == 150 and up.value(150) == 0.25
    assert Scale(3, 3, 0, 10).place(3) == 0


def strokes(path):
    """The points of each stroke of an SVG path of lines."""
    parts = [part.split("L") for part in path.replace("z", "").split("M") if part]
    return [[tuple(float(number) for number in point.split()) for point in part] for part in parts]


def test_a_line_is_interrupted_where_nothing_is_known():
    scale = Scale(0, 10, 0, 10)
    points = [(0, 0), (1, 1), (2, None), (3, 3)]
    assert strokes(plotting.line_path(points, scale, scale)) == [[(0, 0), (1, 1)], [(3, 3)]]
    assert plotting.line_path([], scale, scale) == ""


def test_a_band_goes_back_along_its_lower_edge():
    scale = Scale(0, 10, 0, 10)
    path = plotting.band_path([(0, 1, 2), (1, None, 3), (5, 2, 4)], scale, scale)
    assert strokes(path) == [[(0, 2), (5, 4), (5, 2), (0, 1)]] and path.endswith("z")
    assert plotting.band_path([(0, None, None)], scale, scale) == ""


def test_ticks_are_round():
    assert plotting.ticks(0, 100, 10) == [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]
    assert [plotting.tick_text(tick) for tick in plotting.ticks(0, 1)] == ["0", "0.2", "0.4", "0.6", "0.8", "1"]
    assert plotting.ticks(0, 7) == [0, 2, 4, 6]
    assert plotting.ticks(0, 0)[0] == 0
    assert len(plotting.ticks(0, 123456)) <= 6


def test_measures_are_those_of_the_worker():
    assert plotting.measure("precision", 3, 4, 6) == 0.75
    assert plotting.measure("recall", 3, 4, 6) == 0.5
    assert abs(plotting.measure("f1", 3, 4, 6) - 0.6) < 1e-9
    assert plotting.measure("flagged", None, 4, None) == 4
    assert plotting.measure("precision", 0, 0, 6) is None
    assert plotting.measure("recall", 0, 3, 0) is None
    assert plotting.measure("f1", 0, 0, 0) is None
    assert plotting.measures("recall", [1, 2], [5, 5], 4) == [0.25, 0.5]


def test_a_spread_leaves_out_what_is_not_known():
    assert plotting.spread([[1, None, None], [3, 2, None]]) == ([1, 2, None], [3, 2, None])


def test_shades_go_from_lightest_to_darkest():
    assert plotting.shade(0, 0, 1) == 0 and plotting.shade(1, 0, 1) == plotting.SHADES - 1
    assert plotting.shade(None, 0, 1) is None
    assert plotting.shade(5, 5, 5) == 0


def test_the_best_is_the_first_of_equals():
    assert plotting.best([[None], [0.5, 0.7], [0.7, 0.1]]) == (1, 1)
    assert plotting.best([[None], []]) is None


def test_numbers_as_they_are_written():
    assert plotting.percent(0.456) == "46 %" and plotting.percent(None) == "–"
    assert plotting.two(0.456) == "0.46" and plotting.two(None) == "–"

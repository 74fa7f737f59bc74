"""Sizes and shapes; runs under MicroPython, too (test_micropython.py)."""

from vizzy.page.ui.geometry import histogram_path, tile_rows, tile_size


def test_tiles_are_of_the_largest_size_that_fits():
    # 100 x 60; the sizes are 50, 44, 39, 34, 30, 26, 23, 20, 17, 15 …
    assert tile_size(15, 100, 60, 10, 50) == 20  # 5 * 3; at 23 px only 4 * 2
    assert tile_size(16, 100, 60, 10, 50) == 15  # 6 * 4; at 17 px only 5 * 3


def test_few_counts_give_tiles_another_size():
    sizes = [tile_size(count, 150, 90, 12, 64) for count in range(1, 100)]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) <= 14
    for place, size in enumerate(sizes):
        assert size == 12 or (150 // size) * (90 // size) >= place + 1, size


def test_tiles_stay_within_their_limits():
    assert tile_size(1, 500, 500, 10, 40) == 40
    assert tile_size(0, 500, 500, 10, 40) == 40
    assert tile_size(1000, 50, 50, 12, 40) == 12


def test_a_box_without_room_gives_the_smallest_tile():
    assert tile_size(3, 0, -5, 12, 40) == 12


def test_a_histogram_draws_a_bar_for_each_bin_that_is_not_empty():
    path = histogram_path([4, 0, 1])
    assert path == "M0 1V0.000h.9V1zM2 1V0.500h.9V1z"


def test_an_empty_histogram_draws_nothing():
    assert histogram_path([0, 0]) == ""


def test_the_last_row_of_tiles_may_be_part_of_one():
    # 100 px wide: 4 tiles of 20 px with 4 px between take 92
    assert tile_rows(4, 100, 20, 4) == 1
    assert tile_rows(5, 100, 20, 4) == 2
    assert tile_rows(4, 92, 20, 4) == 1


def test_a_list_has_a_row_even_where_it_is_empty_or_narrower_than_a_tile():
    assert tile_rows(0, 100, 20, 4) == 1
    assert tile_rows(3, 10, 20, 4) == 3

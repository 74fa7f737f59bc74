"""What the page knows of a dataset; runs under MicroPython, too (test_micropython.py)."""

from vizzy.page.model.dataset_index import DatasetIndex
from vizzy.page.model.state import State


def dataset_index(count=45, per_file=1000):
    return DatasetIndex(
        {
            "name": "Test",
            "classes": ["cat", "dog"],
            "ids": ["img-" + str(number) for number in range(count)],
            "files": ["images/" + str(number) + ".webp" for number in range(count)],
            "given_label": [number % 2 for number in range(count)],
            "true_label": None,
            "alt": None,
            "embeddings": "embeddings.npy",
            "thumbnails": {"files": ["a.webp", "b.webp"], "tile": 64, "columns": 20, "per_file": per_file},
        },
        "static/",
    )


def test_tiles_are_placed_by_row_and_column_of_the_sprite():
    # 45 tiles in 20 columns: 3 rows; number 41 is the second of the third row
    assert dataset_index().sprite_tile(41) == (0, 100 / 19, 100)


def test_tiles_beyond_one_sprite_are_sought_in_the_next():
    # 45 tiles, 40 in the first file: the second holds 5, in one row
    assert dataset_index(per_file=40).sprite_tile(42) == (1, 200 / 19, 0)


def test_a_sprite_of_one_tile_lies_at_the_corner():
    assert dataset_index(count=1).sprite_tile(0)[1:] == (100 * 0 / 19, 0)


def test_an_unknown_id_has_no_row():
    assert dataset_index().row_of("img-3") == 3
    assert dataset_index().row_of("nobody") is None
    assert dataset_index().row_of(None) is None


def test_without_alternative_texts_the_id_stands_in():
    assert dataset_index().alt[2] == "img-2"


def test_a_digit_gives_the_class_that_is_called_so_and_else_the_class_at_that_place():
    digits = dataset_index()
    digits.classes = ["0", "1", "10", "7", "none"]
    assert digits.class_keys() == [("0", 0), ("1", 1), ("7", 3)]
    assert dataset_index().class_keys() == [("1", 0), ("2", 1)]
    many = dataset_index()
    many.classes = ["class " + str(number) for number in range(12)]
    assert many.class_keys()[-1] == ("9", 8)


def test_the_trained_label_is_the_one_at_the_time_of_training():
    state = State(changed_labels={4: 1}, trained_labels={5: 0})
    assert dataset_index().current_label(state, 4) == 1
    assert dataset_index().trained_label(state, 4) == 0
    assert dataset_index().trained_label(state, 5) == 0
    assert dataset_index().current_label(state, 5) == 1


def test_addresses_are_relative_to_the_folder():
    assert dataset_index().picture_address(3) == "static/images/3.webp"
    assert dataset_index().sprite_addresses() == ["static/a.webp", "static/b.webp"]

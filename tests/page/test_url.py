"""The state in the address; runs under MicroPython, too (test_micropython.py)."""

from vizzy.page.model import url
from vizzy.page.model.dataset_index import DatasetIndex
from vizzy.page.model.state import DEFAULTS, OWN_DEFAULTS, State

INDEX = {
    "name": "Test",
    "classes": ["cat", "dog", "bear"],
    "ids": ["img-1", "b&d=é#1", "<b>"],
    "files": ["1", "2", "3"],
    "given_label": [0, 1, 2],
    "embeddings": "e.npy",
    "thumbnails": {"files": [], "tile": 64, "columns": 20, "per_file": 1000},
}
CATALOGUE = DatasetIndex(INDEX, "static/")


def test_the_defaults_need_no_fragment():
    assert url.write(State(), CATALOGUE) == ""
    assert url.read("", CATALOGUE) == ({}, [], False)


def test_what_is_written_is_read_back():
    state = State(
        class_percentile=62, ood_percentile=3, threshold_mode="mean", active=1, lab="map", changed_labels={2: 0, 0: 1}
    )
    fragment = url.write(state, CATALOGUE)
    changes, refused, _ = url.read("#" + fragment, CATALOGUE)
    assert refused == []
    for field in DEFAULTS:
        assert getattr(State(**changes), field) == getattr(state, field)


def test_an_id_of_any_characters_survives():
    fragment = url.write(State(active=1), CATALOGUE)
    assert fragment == "show=b%26d%3D%C3%A9%231"
    assert url.read(fragment, CATALOGUE)[0] == {"active": 1}


def test_damaged_parts_are_left_out_and_named():
    for part in (
        "class=900", "class=x", "class=", "mode=median", "show=nobody", "show=%", "show=%FF", "labels=9:1",
        "labels=1:7", "labels=1", "labels=-1:1", "labels=1:2:3", "colour=red", "lab=2", "lab=", "class", "=", "<script>",
    ):
        assert url.read("ood=10&" + part, CATALOGUE) == ({"ood_percentile": 10}, [part], False), part


def test_a_label_the_dataset_has_anyway_is_no_change():
    assert url.read("labels=1:1,2:0", CATALOGUE)[0] == {"changed_labels": {2: 0}}


def test_percentiles_in_the_wrong_order_are_refused():
    changes, refused, _ = url.read("class=10&ood=40", CATALOGUE)
    assert changes == {} and len(refused) == 1


def test_a_percentile_that_stands_alone_carries_the_other_along():
    assert url.read("class=10", CATALOGUE)[0] == {"class_percentile": 10, "ood_percentile": 10}
    assert url.read("ood=70", CATALOGUE)[0] == {"class_percentile": 70, "ood_percentile": 70}
    assert url.read("class=60", CATALOGUE)[0] == {"class_percentile": 60}


def test_reviews_and_the_view_of_shipped_data_stand_in_the_address():
    state = State(reviews={2: "accepted", 0: "no class"}, view="review")
    fragment = url.write(state, CATALOGUE)
    assert fragment == "reviews=0:n,2:a&view=review"
    assert url.read(fragment, CATALOGUE) == ({"reviews": state.reviews, "view": "review"}, [], False)


def test_a_review_that_does_not_exist_is_refused():
    assert url.read("reviews=0:z", CATALOGUE) == ({}, ["reviews=0:z"], False)
    assert url.read("reviews=99999:a", CATALOGUE) == ({}, ["reviews=99999:a"], False)


def test_labels_and_reviews_of_one_s_own_data_do_not_stand_in_the_address():
    own = DatasetIndex(INDEX, "", is_own=True)
    state = State(reviews={0: "kept"}, changed_labels={0: 1}, class_percentile=60, **OWN_DEFAULTS)
    assert url.write(state, own) == "class=60"


def test_the_modes_stand_in_the_address_where_they_are_not_those_the_dataset_begins_with():
    own = DatasetIndex(INDEX, "", is_own=True)
    assert url.write(State(**OWN_DEFAULTS), own) == ""
    assert url.write(State(), own) == "mode=percentile&odd=percentile"
    assert url.write(State(**OWN_DEFAULTS), CATALOGUE) == "mode=mean&odd=outliers"
    assert url.read("mode=mean&odd=outliers", CATALOGUE) == (OWN_DEFAULTS, [], False)
    assert url.read("odd=nonsense", CATALOGUE) == ({}, ["odd=nonsense"], False)


def test_labels_and_decisions_in_a_link_are_left_out_where_the_data_are_somebody_s_own():
    own = DatasetIndex(INDEX, "", is_own=True)
    assert url.read("class=60&labels=0:1&reviews=1:a", own) == ({"class_percentile": 60}, [], True)
    assert url.read("labels=of no dataset", own) == ({}, [], True)


def test_a_link_says_the_default_of_all_that_it_does_not_name_but_for_labels_kept_elsewhere():
    own = DatasetIndex(INDEX, "", is_own=True)
    state = State(class_percentile=60, lab="map", changed_labels={0: 1})
    assert url.write(state.replace(**url.all_said({"lab": "score"}, CATALOGUE)), CATALOGUE) == "lab=score"
    followed = state.replace(**url.all_said({}, own))
    assert url.write(followed, own) == "" and followed.changed_labels == {0: 1}

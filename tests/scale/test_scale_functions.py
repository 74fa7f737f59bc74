"""Counted piece by piece, thresholds and findings are those of all rows at once, bit for bit."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from vizzy import confident, ranking
from vizzy.scale import percentiles, sums, tallies
from vizzy.scale.scoring import Thresholds, score

# Values that tie, that are 0 and 1, that differ in the last bit, and any other.
AWKWARD = [0.0, 1.0, 0.5, 0.1, 0.1 + 2**-56, np.nextafter(1.0, 0), 5e-324, 2e-6, 1e-6, -0.0, 1 / 3]


@st.composite
def divided(draw, dtype=np.float64):
    """Labels, probabilities, and the pieces they come in: some empty, in any order, with classes missing."""
    n_classes = draw(st.integers(1, 5))
    n = draw(st.integers(1, 40))
    label = draw(arrays.arrays(np.int64, n, elements=st.integers(0, n_classes - 1)))
    width = np.dtype(dtype).itemsize * 8
    element = st.floats(0, 1, width=width) | st.sampled_from(AWKWARD).map(lambda value: float(dtype(value)))
    probs = draw(arrays.arrays(dtype, (n, n_classes), elements=element))
    piece = draw(arrays.arrays(np.int64, n, elements=st.integers(0, 5)))
    return label, probs, [np.flatnonzero(piece == number) for number in draw(st.permutations(range(7)))]


PERCENTILES = st.lists(st.integers(0, 100) | st.floats(0, 100), min_size=1, max_size=3)


def searched(label, confidence, pieces, wanted, n_classes):
    search = percentiles.searching(np.bincount(label, minlength=n_classes), wanted, confidence.dtype)
    passes = 0
    while not search.done:
        counted = [search.count(label[rows], confidence[rows]) for rows in pieces]
        search = search.narrowed(tallies.merged(counted))
        passes += 1
    return search, passes


def bits(values):
    return np.asarray(values).tobytes()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("few", [0, percentiles.FEW_VALUES])
def test_thresholds_counted_in_pieces_are_those_of_all_rows_to_the_last_bit(dtype, few):
    @settings(deadline=None, max_examples=25)
    @given(data=divided(dtype), wanted=PERCENTILES)
    def check(data, wanted):
        label, probs, pieces = data
        confidence = confident.self_confidence(label, probs)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(percentiles, "FEW_VALUES", few)
            search, _ = searched(label, confidence, pieces, wanted, probs.shape[1])
        for percentile in wanted:
            assert bits(search.thresholds_at(percentile)) == bits(
                confident.class_thresholds(label, probs, percentile)
            )

    check()


def test_thresholds_are_what_numpy_says():
    rng = np.random.default_rng(0)
    confidence = rng.beta(8, 1, 10_000)
    label = np.zeros(10_000, dtype=int)
    search, _ = searched(label, confidence, np.array_split(np.arange(10_000), 7), [15, 50, 99.9], 1)
    for percentile in (15, 50, 99.9):
        assert search.thresholds_at(percentile)[0] == np.percentile(confidence, percentile)


@pytest.mark.parametrize(
    ("dtype", "few", "passes"), [(np.float32, 0, 2), (np.float64, 0, 4), (np.float64, 1 << 20, 2)]
)
def test_a_search_takes_two_passes_or_four_where_many_values_have_the_same_bits(
    monkeypatch, dtype, few, passes
):
    monkeypatch.setattr(percentiles, "FEW_VALUES", few)
    rng = np.random.default_rng(1)
    confidence = rng.random(1000).astype(dtype)
    label = rng.integers(0, 3, 1000)
    assert searched(label, confidence, [np.arange(1000)], [50], 4)[1] == passes


def test_a_percentile_that_was_not_searched_for_is_refused():
    label, confidence = np.zeros(5, dtype=int), np.linspace(0, 1, 5)
    search, _ = searched(label, confidence, [np.arange(5)], [50], 1)
    with pytest.raises(ValueError, match="not searched for"):
        search.thresholds_at(99)


def test_data_that_changed_between_two_passes_is_noticed():
    label, confidence = np.zeros(5, dtype=int), np.linspace(0, 1, 5)
    search = percentiles.searching(np.bincount(label), [100])
    search = search.narrowed(search.count(label, confidence))
    with pytest.raises(ValueError, match="changed"):
        search.narrowed(search.count(label, confidence / 2))


@settings(deadline=None)
@given(arrays.arrays(np.float64, st.integers(0, 30), elements=st.floats(-1, 1) | st.sampled_from(AWKWARD)))
def test_the_bits_of_floats_are_in_their_order_and_lead_back_to_them(values):
    key = percentiles.ordered_bits(values)
    assert np.array_equal(np.sort(values) + 0.0, percentiles.values_of_bits(np.sort(key), np.float64))


@settings(deadline=None)
@given(divided())
def test_means_added_up_in_pieces_are_those_of_all_rows_to_the_last_bit(data):
    label, probs, pieces = data
    n_classes = probs.shape[1]
    confidence = confident.self_confidence(label, probs)
    merged = sums.merged(
        [sums.summed(label[rows], confidence[rows], n_classes) for rows in pieces], n_classes
    )
    assert bits(merged.means()) == bits(confident.mean_thresholds(label, probs))
    for number in range(n_classes):
        exact = sum((Fraction(float(value)) for value in confidence[label == number]), Fraction(0))
        assert merged.total[number] == exact * 2**1074


def test_a_mean_is_rounded_once_for_the_sum_whatever_the_order():
    values = np.array([1.0, 2.0**-60, 2.0**-60, -(2.0**-61)] + [0.1] * 1001)
    label = np.zeros(len(values), dtype=int)
    for order in (np.arange(len(values)), np.arange(len(values))[::-1]):
        assert sums.summed(label, values[order], 1).means()[0] == math.fsum(values) / len(values)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("wanted", [(None, None), (50, 15), (None, 15), (70, None)])
def test_rows_scored_in_pieces_have_the_findings_of_all_rows(dtype, wanted):
    class_percentile, ood_percentile = wanted

    @settings(deadline=None, max_examples=15)
    @given(divided(dtype))
    def check(data):
        label, probs, pieces = data
        mode = "mean" if class_percentile is None else "percentile"
        parts = ranking.parts(label, probs)
        mask = ranking.outlier_mask(parts, probs) if ood_percentile is None else None
        whole = confident.analyse(label, probs, class_percentile, ood_percentile, mode, mask)
        thresholds = Thresholds(
            whole.class_thresholds, None if ood_percentile is None else whole.ood_thresholds
        )
        scored = [score(label[rows], probs[rows], thresholds) for rows in pieces]
        for name in ("suggested_label", "label_issue_mask", "out_of_distribution_mask", "unconfident_mask"):
            found = np.empty_like(getattr(whole, name))
            for rows, piece in zip(pieces, scored, strict=True):
                found[rows] = getattr(piece.verdict, name)
            assert np.array_equal(found, getattr(whole, name))
        quality = np.empty_like(parts.self_confidence)
        for rows, piece in zip(pieces, scored, strict=True):
            quality[rows] = piece.label_quality
        assert bits(quality) == bits(ranking.label_quality(label, probs))
        joint = tallies.merged([piece.joint for piece in scored])
        cells = whole.confident_joint.nonzero()
        assert [joint.first.tolist(), joint.second.tolist()] == [cell.tolist() for cell in cells]
        assert joint.count.tolist() == whole.confident_joint[cells].tolist()

    check()

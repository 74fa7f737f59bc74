"""The library without a page: label issues of arrays of several libraries, and the review of a notebook."""

import doctest
import json
import subprocess
import sys

import numpy as np
import pytest

import vizzy
from vizzy import LabelIssues, find_label_issues
from vizzy.dataset import DatasetError
from vizzy.native import label_issues, notebook
from vizzy.reading import Choices, InputFile, ReadingError, read

NAMES = ["cat", "cat", "dog", "dog", "cat"]
PRED_PROBS = np.array([[0.9, 0.1], [0.1, 0.9], [0.2, 0.8], [0.1, 0.9], [0.8, 0.2]])
ISSUES = [False, True, False, False, False]


def as_is(values):
    return values


def as_torch(values):
    torch = pytest.importorskip("torch")
    if isinstance(values, list):
        return torch.tensor([int(name == "dog") for name in values])
    return torch.tensor(values, requires_grad=True)


def as_pandas(values):
    pandas = pytest.importorskip("pandas")
    return pandas.Series(values, index=range(10, 15)) if isinstance(values, list) else pandas.DataFrame(values)


def as_polars(values):
    polars = pytest.importorskip("polars")
    return polars.Series(values) if isinstance(values, list) else polars.DataFrame(values)


def as_arrow(values):
    pyarrow = pytest.importorskip("pyarrow")
    return pyarrow.array(values) if isinstance(values, list) else values


@pytest.mark.parametrize("made", [as_is, np.array, as_torch, as_pandas, as_polars, as_arrow])
def test_labels_and_probabilities_come_from_any_library(made):
    assert find_label_issues(made(NAMES), made(PRED_PROBS)).tolist() == ISSUES


def test_a_column_of_lists_is_a_table_of_numbers():
    pandas = pytest.importorskip("pandas")
    assert find_label_issues(NAMES, pandas.Series(PRED_PROBS.tolist())).tolist() == ISSUES


def test_it_agrees_with_cleanlab():
    filters = pytest.importorskip("cleanlab.filter")
    random = np.random.default_rng(3)
    label = random.integers(0, 4, 600)
    logits = random.normal(size=(600, 4)) + 2 * np.eye(4)[label]
    label[:40] = (label[:40] + 1) % 4
    pred_probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    theirs = filters.find_label_issues(label, pred_probs, filter_by="confident_learning")
    assert theirs.any()
    np.testing.assert_array_equal(find_label_issues(label, pred_probs), theirs)


def test_classes_may_be_in_another_order_and_have_no_example():
    assert find_label_issues(NAMES, PRED_PROBS[:, ::-1], classes=["dog", "cat"]).tolist() == ISSUES
    wide = np.column_stack([PRED_PROBS, np.zeros(5)])
    fitted = LabelIssues(classes=["cat", "dog", "owl"]).fit(y=NAMES, pred_probs=wide)
    assert fitted.label_issue_mask_.tolist() == ISSUES and fitted.classes_ == ["cat", "dog", "owl"]
    assert fitted.suggested_label_[1] == "dog" and fitted.ranked_idx_[0] == 1


def test_embeddings_are_trained_on():
    random = np.random.default_rng(0)
    label = np.repeat([0, 1], 30)
    embeddings = random.normal(size=(60, 3)) + 8 * label[:, np.newaxis]
    label[5] = 1
    fitted = LabelIssues().fit(embeddings, label)
    assert np.flatnonzero(fitted.label_issue_mask_).tolist() == [5]
    assert fitted.pred_probs_.shape == (60, 2) and fitted.label_quality_[5] == fitted.label_quality_.min()


@pytest.mark.parametrize(("labels", "pred_probs", "settings", "sentence"), [
    ([*NAMES[:4], None], PRED_PROBS, {}, "Row 4 has no label"),
    ([*NAMES[:4], "owl"], PRED_PROBS, {}, "pred_probs has 2 columns, but there are 3 classes"),
    ([*NAMES[:4], "owl"], PRED_PROBS, {"classes": ["cat", "dog"]}, "'owl' is a label, but not one of the classes"),
    (NAMES, PRED_PROBS[:, 0], {}, "pred_probs has the shape"),
    (NAMES[:4], PRED_PROBS, {}, "5"),
    (None, PRED_PROBS, {}, "Give the labels as y"),
])
def test_what_does_not_fit_together_is_said(labels, pred_probs, settings, sentence):
    with pytest.raises(DatasetError, match=sentence):
        find_label_issues(labels, pred_probs, **settings)


def test_parameters_are_read_and_set_as_scikit_learn_does():
    clone = pytest.importorskip("sklearn.base").clone
    estimator = LabelIssues(ood_percentile=10)
    assert clone(estimator).get_params() == {"classes": None, "class_percentile": None, "ood_percentile": 10, "by_noise_rate": False}
    assert estimator.set_params(by_noise_rate=True).by_noise_rate
    with pytest.raises(ValueError, match="no parameter folds"):
        estimator.set_params(folds=3)


def test_the_examples_of_the_docstrings_run():
    assert doctest.testmod(label_issues).attempted and not doctest.testmod(label_issues).failed


def test_importing_the_package_imports_nothing_heavy():
    code = "import sys, vizzy; vizzy.__dir__(); print(sorted({name.partition('.')[0] for name in sys.modules} & {'numpy', 'sklearn', 'http'}))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        vizzy.nothing  # noqa: B018


# --- the notebook -------------------------------------------------------------------------------------------------


class NoServer:
    """In place of the server, which needs the page."""

    address = "http://127.0.0.1:1/secret/"

    def __init__(self, data):
        self.data = data

    def start(self):
        return self

    def close(self):
        pass


@pytest.fixture
def reviewed(monkeypatch):
    """Starts a review, and lets the page open it and decide: a function of what `vizzy.review` takes and of decisions."""
    monkeypatch.setattr(notebook, "PageServer", NoServer)

    def start(frame, changed_labels=(), reviews=(), **given):
        review = vizzy.review(frame, **given)
        data = review._data
        files = [InputFile(name, content if isinstance(content, bytes) else b"") for name, content in data.files]
        proposal = read(files, Choices(**json.loads(json.dumps(data.choices))))
        assert not proposal.problem
        dataset = proposal.make().dataset
        data.index = {"ids": dataset.ids, "classes": dataset.classes, "given_label": dataset.given_label.tolist()}
        data.fields = {"changed_labels": changed_labels, "reviews": reviews}
        return review

    return start


@pytest.mark.parametrize("library", ["pandas", "polars", "dict"])
def test_decisions_are_in_the_result_with_the_labels_own_type(reviewed, library):
    frame = {"label": [2, 1, None, 2, 1, 2], "x": [0.1, 4.0, 1.0, 0.2, 4.1, 4.2], "row": list("abcdef")}
    if library != "dict":
        frame = pytest.importorskip(library).DataFrame(frame)
    embeddings = np.arange(12.0).reshape(6, 2)
    # The third row has no label, so the page's examples are rows 0, 1, 3, 4 and 5; its classes are sorted.
    review = reviewed(frame, [[4, 0]], [[4, "accepted"], [0, "no class"], [1, "kept"]], embeddings=embeddings)
    result = review.result()
    assert list(result["review_action"]) == ["no class", "kept", "", "", "", "accepted"]
    corrected = [None if value != value else value for value in result["corrected_label"]]
    assert corrected == [None, 1, None, 2, 1, 1]
    assert "corrected_label" not in frame
    review.close()
    assert list(review.result()["review_action"]) == list(result["review_action"])


def test_texts_named_like_missing_labels_and_columns_named_like_ours_are_kept(reviewed):
    frame = {"row": ["NA", "none", "NA", "none"], "label": ["a", "b", "c", "d"], "words": ["one", "two", "three", "'=four"]}
    result = reviewed(frame, [[1, 0]], label="row", text="words", embeddings=np.eye(4)).result()
    assert result["corrected_label"] == ["NA", "NA", "NA", "none"]
    assert result["review_action"] == ["", "changed", "", ""]


def test_probabilities_have_their_classes_in_order(reviewed):
    review = reviewed({"label": NAMES}, [[1, 1]], pred_probs=PRED_PROBS)
    assert review._data.choices["classes"] == ["cat", "dog"]
    assert review.result()["corrected_label"] == ["cat", "dog", "dog", "dog", "cat"]


def test_the_cell_shows_the_page_in_a_frame(reviewed):
    shown = reviewed({"label": NAMES}, pred_probs=PRED_PROBS, height=400)._repr_html_()
    assert '<iframe src="http://127.0.0.1:1/secret/"' in shown and "height: 400px" in shown


def test_a_missing_column_and_arrays_of_other_lengths_are_said():
    with pytest.raises(ReadingError, match="no column 'label': it has y"):
        vizzy.review({"y": NAMES})
    with pytest.raises(ReadingError, match="embeddings has 4 rows, but the frame has 5"):
        vizzy.review({"label": NAMES}, embeddings=np.eye(4))

"""The library's interface for arrays: a function, and a class with scikit-learn's ``fit``.

Labels and numbers may be NumPy arrays, lists, columns of pandas or polars, PyTorch tensors, or columns of a Hugging Face
dataset; none of these libraries is imported here.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np

from vizzy.dataset import Dataset, DatasetError
from vizzy.native.judging import judge
from vizzy.vocabulary import NO_LABEL


def find_label_issues(labels: Any, pred_probs: Any, *, classes: Any = None, **settings: Any) -> np.ndarray:
    """The examples whose label is an issue, by confident learning.

    With the defaults, what cleanlab's ``find_label_issues(filter_by="confident_learning")`` finds.

    Parameters
    ----------
    labels : array-like of int or str, shape (n,)
        The given labels: names of classes, or their columns in ``pred_probs``.
    pred_probs : array-like of float, shape (n, K), in [0, 1]
        Out of sample.
    classes : sequence, optional
        The classes in the order of the columns of ``pred_probs``; needed where the labels are names, and the columns
        are not in their sorted order.
    **settings
        As for `LabelIssues`.

    Returns
    -------
    np.ndarray of bool, shape (n,)

    Raises
    ------
    DatasetError
        Where labels and probabilities do not fit together.

    References
    ----------
    Northcutt, Jiang, Chuang: Confident Learning: Estimating Uncertainty in Dataset Labels, 2021.

    Examples
    --------
    >>> find_label_issues(["cat", "cat", "dog", "dog"], [[0.9, 0.1], [0.1, 0.9], [0.2, 0.8], [0.1, 0.9]]).tolist()
    [False, True, False, False]
    """
    return LabelIssues(classes=classes, **settings).fit(y=labels, pred_probs=pred_probs).label_issue_mask_


class LabelIssues:
    """Finds label errors; fitted as scikit-learn's estimators are.

    Parameters
    ----------
    classes : sequence, optional
        The classes in the order of the columns of predicted probabilities; found from the labels by default.
    class_percentile : float, optional
        A class's threshold is this percentile of its self-confidences; their mean by default.
    ood_percentile : float, optional
        Out of distribution is who stays below this percentile in every class; outliers by default.
    by_noise_rate : bool
        Whether label issues are those that pruning by noise rate flags.

    Attributes
    ----------
    classes_ : list, of K classes
    pred_probs_ : np.ndarray of float, shape (n, K)
    label_issue_mask_, out_of_distribution_mask_ : np.ndarray of bool, shape (n,)
    suggested_label_ : np.ndarray of object, shape (n,)
        A class, or None where nothing is suggested.
    label_quality_ : np.ndarray of float, shape (n,), in [0, 1], low = suspect
    ranked_idx_ : np.ndarray of int, shape (n,)
        The examples, the most suspect first.
    """

    def __init__(
        self,
        classes: Sequence | None = None,
        class_percentile: float | None = None,
        ood_percentile: float | None = None,
        by_noise_rate: bool = False,
    ) -> None:
        self.classes = classes
        self.class_percentile = class_percentile
        self.ood_percentile = ood_percentile
        self.by_noise_rate = by_noise_rate

    def get_params(self, deep: bool = True) -> dict:
        """The parameters by their names, as scikit-learn asks for them."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def set_params(self, **params: Any) -> LabelIssues:
        """Change parameters, as scikit-learn does."""
        for name, value in params.items():
            if name not in self.get_params():
                raise ValueError(f"LabelIssues has no parameter {name}: it has {', '.join(self.get_params())}.")
            setattr(self, name, value)
        return self

    def fit(self, X: Any = None, y: Any = None, *, pred_probs: Any = None) -> LabelIssues:  # noqa: N803
        """Find the label errors.

        Parameters
        ----------
        X : array-like of float, shape (n, d), optional
            Embeddings. Without ``pred_probs`` a classifier is cross-validated on them.
        y : array-like of int or str, shape (n,)
            The given labels.
        pred_probs : array-like of float, shape (n, K), optional
            Out of sample.

        Returns
        -------
        LabelIssues
            This one.

        Raises
        ------
        DatasetError
            Where labels, embeddings and probabilities do not fit together.
        """
        if y is None or (X is None and pred_probs is None):
            raise DatasetError("Give the labels as y, and embeddings as X or predicted probabilities as pred_probs.")
        probs = None if pred_probs is None else as_numbers(pred_probs, "pred_probs")
        label, classes = encoded(as_list(y), self.classes, None if probs is None else probs.shape[1])
        dataset = Dataset(
            ids=tuple(map(str, range(len(label)))),
            classes=tuple(map(str, classes)),
            given_label=label,
            embeddings=None if X is None else as_numbers(X, "X"),
            pred_probs=probs,
        )
        findings, _ = judge(
            dataset, label, None, self.class_percentile, self.ood_percentile, by_noise_rate=self.by_noise_rate
        )
        self.classes_ = classes
        self.pred_probs_ = findings.pred_probs
        self.label_issue_mask_ = findings.analysis.label_issue_mask
        self.out_of_distribution_mask_ = findings.analysis.out_of_distribution_mask
        self.suggested_label_ = decoded(findings.analysis.suggested_label, classes)
        self.label_quality_ = findings.label_quality
        self.ranked_idx_ = np.argsort(findings.label_quality, kind="stable")
        return self


def encoded(labels: list, classes: Any = None, n_columns: int | None = None) -> tuple[np.ndarray, list]:
    """Labels as indices: (np.ndarray of int, shape (n,); the classes).

    Parameters
    ----------
    labels : list
    classes : sequence, optional
        In order; the sorted labels by default, or 0 to K - 1 where the labels are such numbers.
    n_columns : int, optional
        K, where there are predicted probabilities.

    Raises
    ------
    DatasetError
        Where a label is missing or no class, or the classes are not K.
    """
    for row, label in enumerate(labels):
        if label is None or label != label:
            raise DatasetError(f"Row {row} has no label: leave such rows out.")
    known = set(labels)
    if classes is None and n_columns is not None and all(type(label) is int and 0 <= label < n_columns for label in known):
        classes = range(n_columns)
    in_order = sorted(known) if classes is None else as_list(classes)
    place = {name: number for number, name in enumerate(in_order)}
    strange = next((label for label in labels if label not in place), None)
    if strange is not None:
        raise DatasetError(f"{strange!r} is a label, but not one of the classes {in_order[:10]}: check the classes.")
    if n_columns is not None and len(in_order) != n_columns:
        raise DatasetError(
            f"pred_probs has {n_columns} columns, but there are {len(in_order)} classes: name them all, in order, as classes."
        )
    return np.array([place[label] for label in labels], dtype=np.intp), in_order


def decoded(indices: np.ndarray, classes: list) -> np.ndarray:
    """Indices as classes, None for no label: np.ndarray of object, shape (n,)."""
    out = np.empty(len(indices), dtype=object)
    out[:] = [None if index == NO_LABEL else classes[index] for index in indices.tolist()]
    return out


def as_list(values: Any) -> list:
    """One column of whatever library, as a list of Python's own values."""
    values = values.detach().cpu() if hasattr(values, "detach") else values
    for name in ("tolist", "to_list", "to_pylist"):
        if hasattr(values, name):
            return getattr(values, name)()
    return list(values)


def as_numbers(values: Any, what: str) -> np.ndarray:
    """A table of numbers of whatever library: np.ndarray of float, shape (n, k).

    Raises
    ------
    DatasetError
        Where it is no table.
    """
    values = values.detach().cpu() if hasattr(values, "detach") else values
    array = values.to_numpy() if hasattr(values, "to_numpy") else np.asarray(values)
    if array.dtype == object:  # a column of lists
        array = np.array([as_list(row) for row in array], dtype=float)
    if array.ndim != 2:
        raise DatasetError(f"{what} has the shape {array.shape}, but should have a row for each label and a column for each number.")
    return array if array.dtype.kind == "f" else array.astype(float)

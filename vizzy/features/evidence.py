"""What in an example's raw data speaks for its given label, and what for the rival label: its words, or its columns.

Each word, category or number is weighed by itself, as naive Bayes does, by how much likelier it is under one label than
under the other. The example does not count itself: a wrong label must not vouch for itself.

- A word or a category: the logarithm of the ratio of the shares of the examples of either label that have it.
- A number: the logarithm of the ratio of two normal densities of the same width, around the means of either label.

This explains what the data shows, and not what the classifier computed; both mostly agree.
"""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from vizzy.features.measurements import measurement_features
from vizzy.reading.raw import Raw
from vizzy.sentences import Sentence, joined, sentence
from vizzy.vocabulary import in_sentence

MOST_NAMED = 4  # words, or columns, for a label
WORTH_NAMING = np.log(3)  # three times as likely
FEWEST_TEXTS = 3  # others that have a word
SHOWN_VALUE = 24  # characters
# What is written without spaces between words, as are Thai, Lao, Burmese, Khmer, Japanese and Chinese, is taken in pairs of
# letters of one script, in Thai with their vowels and tones; and katakana, which write one foreign word, as a whole.
_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
# Vowels and accents that follow a letter, which \w leaves out: the scripts of India, Arabic, Hebrew, and accents.
_MARKS = r"\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff"
_PICTURES = r"\u2300-\u23ff\u2600-\u27bf\u2b50\u2b55\U0001f300-\U0001f3fa\U0001f400-\U0001faff"
_PAIRS = r"[\u30a0-\u30ff]+|[\u3040-\u309f]{1,2}|[\u3400-\u9fff]{1,2}|(?:[\u0e40-\u0e44]?[\u0e01-\u0e2e][\u0e30-\u0e3a\u0e47-\u0e4e]*){1,2}"
_WORD = re.compile(rf"(?:[^\W{_UNSPACED}]+[{_MARKS}]*)+|{_PAIRS}|[{_UNSPACED}]{{1,2}}|[{_PICTURES}]")


class Evidence:
    """What speaks for and against labels.

    Parameters
    ----------
    raw : vizzy.reading.raw.Raw
    given_label : np.ndarray of int, shape (n,)
    n_classes : int

    Examples
    --------
    >>> raw = Raw(("the parcel is late",) + ("the parcel came",) * 4 + ("an invoice",) * 4, {})
    >>> Evidence(raw, np.array([1, 0, 0, 0, 0, 1, 1, 1, 1]), 2).reasons(0, 1, 0, ("delivery", "billing"))
    ['of its words, “parcel”, “the” speak for delivery']
    """

    def __init__(self, raw: Raw, given_label: np.ndarray, n_classes: int) -> None:
        self._raw = raw
        self._label = given_label
        self._count = np.bincount(given_label, minlength=n_classes)
        self._texts_with = None if raw.texts is None else _texts_with_words(raw.texts, given_label, n_classes)
        self._measurements = measurement_features(raw.columns) if raw.columns else None
        if self._measurements:
            self._means, self._variance = _means_and_variance(self._measurements.values, given_label, n_classes)

    def reasons(self, example: int, given: int, rival: int, classes: Sequence[str]) -> list[Sentence]:
        """What speaks for the rival label, and what for the given one, in words.

        Parameters
        ----------
        example : int
        given, rival : int
            Labels.
        classes : sequence of str
            Their names.

        Returns
        -------
        list of Sentence
            At most one for the words and one for the columns for each label.
        """
        said = []
        for weights, what in ((self.word_weights, "words"), (self.column_weights, "values")):
            weighed = weights(example, given, rival)
            against = sorted((weight, name) for name, weight in weighed.items() if weight < -WORTH_NAMING)
            in_favour = sorted((-weight, name) for name, weight in weighed.items() if weight > WORTH_NAMING)
            said += [
                _speaking([name for _, name in named], what, in_sentence(classes[label]))
                for named, label in ((against, rival), (in_favour, given))
                if named
            ]
        return said

    def word_weights(self, example: int, given: int, rival: int) -> dict[str, float]:
        """How much each word speaks for the given label (above 0) or for the rival (below): dict from str to float."""
        if self._texts_with is None or self._raw.texts is None:
            return {}
        weights = {}
        for word in _words(self._raw.texts[example]):
            counts = [self._texts_with[label][word] for label in (given, rival)]
            if sum(counts) - 1 >= FEWEST_TEXTS:
                weights[f"“{word}”"] = self._log_ratio(example, counts, given, rival)
        return weights

    def column_weights(self, example: int, given: int, rival: int) -> dict[str, float]:
        """The same of each column's value."""
        weights: dict[str, float] = {}
        if self._measurements is None:
            return weights
        for place, column in enumerate(self._measurements.columns):
            weight = self._feature_weight(place, example, given, rival)
            value = self._raw.columns[column][example].strip()
            named = f"{column} ({value[:SHOWN_VALUE]})" if value else sentence("{column} (missing)", column=column)
            weights[named] = weights.get(named, 0.0) + weight
        return weights

    def _feature_weight(self, place, example, given, rival):
        values = self._measurements.values[:, place]
        if self._measurements.binary_mask[place]:
            if not values[example]:
                return 0.0
            counts = [values[self._label == label].sum() for label in (given, rival)]
            return self._log_ratio(example, counts, given, rival)
        means = [self._mean_of_others(place, example, label) for label in (given, rival)]
        squares = (values[example] - np.array(means)) ** 2
        return float((squares[1] - squares[0]) / (2 * self._variance[place]))

    def _mean_of_others(self, place, example, label):
        mean, count = self._means[label, place], self._count[label]
        if self._label[example] != label or count < 2:
            return mean
        return (count * mean - self._measurements.values[example, place]) / (count - 1)

    def _log_ratio(self, example, counts, given, rival):
        """Of the shares of the examples of two labels that have something which the example has too."""
        own = [self._label[example] == label for label in (given, rival)]
        shares = [
            (count - is_own + 0.5) / (self._count[label] - is_own + 1)
            for count, is_own, label in zip(counts, own, (given, rival), strict=True)
        ]
        return float(np.log(shares[0] / shares[1]))


def _speaking(names, what, label):
    values = {"names": joined(names[:MOST_NAMED]), "label": label}
    if what == "words":
        if len(names) == 1:
            return sentence("of its words, {names} speaks for {label}", **values)
        return sentence("of its words, {names} speak for {label}", **values)
    if len(names) == 1:
        return sentence("of its values, {names} speaks for {label}", **values)
    return sentence("of its values, {names} speak for {label}", **values)


def _words(text):
    return set(_WORD.findall(text.lower()))


def _texts_with_words(texts, given_label, n_classes):
    """In how many texts of each label each word stands: a Counter for each label."""
    counts = [Counter() for _ in range(n_classes)]
    for text, label in zip(texts, given_label.tolist(), strict=True):
        counts[label].update(_words(text))
    return counts


def _means_and_variance(values, given_label, n_classes):
    """The mean of each label, and the variance around it, of each feature: (K, d) and (d,)."""
    means = np.zeros((n_classes, values.shape[1]))
    for label in np.unique(given_label):
        means[label] = values[given_label == label].mean(axis=0)
    variance = ((values - means[given_label]) ** 2).mean(axis=0)
    return means, np.maximum(variance, np.finfo(np.float32).eps)

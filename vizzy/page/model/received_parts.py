"""Answers to every setting of the sliders, put together from the parts that ``vizzy/answer_parts.py`` describes.

The worker sends the parts once, after a training. A step of a slider then takes what it shows from here, within the
event that made it: a question to the worker would be answered only after the frame that the slider itself draws.
"""

import json

from vizzy.composed_answers import composed, names_of
from vizzy.vocabulary import AGREEMENT, LABEL_ISSUE, NO_LABEL, OUT_OF_DISTRIBUTION, UNCONFIDENT


def next_settings(settings):
    """Every setting that one move of one slider leads to, the near ones first, after the present one.

    Parameters
    ----------
    settings : (int, int, str, str)
        Class percentile, out-of-distribution percentile, threshold mode, out-of-distribution mode.
    """
    class_percentile, ood_percentile, mode, ood_mode = settings
    yield settings
    for distance in range(1, 101):
        for step in (distance, -distance):
            if 0 <= class_percentile + step <= 100 and mode == "percentile":
                there = class_percentile + step
                yield (there, min(ood_percentile, there), mode, ood_mode)
            if 0 <= ood_percentile + step <= 100:
                there = ood_percentile + step
                yield (max(class_percentile, there), there, mode, "percentile")


def names_from(settings):
    """The names of all parts that the sliders may need in these modes, in the order in which they may."""
    for reached in next_settings(settings):
        for name in names_of(reached):
            yield name
    if settings[2] == "percentile":
        size = 1
        while size <= 100:
            for first in range(101 - size):
                yield ("unconfident", first, size)
            size *= 2


class ReceivedParts:
    """The parts that have come, by name.

    Parameters
    ----------
    n_examples : int
    """

    def __init__(self, n_examples):
        self._n_examples = n_examples
        self._texts = {}  # name -> (texts of a call, place): they stay JavaScript's until one is needed

    def take(self, names, texts):
        """Keep parts: their names, and an array of their JSON texts."""
        for place, name in enumerate(names):
            self._texts[name] = (texts, place)

    def missing(self, names, most):
        """The first of some names that have not come, each once; takes as many from the iterator as that needs."""
        found = []
        if not most:
            return found
        for name in names:
            if name not in self._texts and name not in found:
                found.append(name)
                if len(found) == most:
                    break
        return found

    def analysis(self, settings):
        """The answer to some settings, as ``vizzy.session.Session.analyse`` has it, or None while parts are missing."""
        names = names_of(settings)
        if not names or [name for name in names if name not in self._texts]:
            return None
        return composed([self._part(name) for name in names], self._n_examples)

    def _part(self, name):
        texts, place = self._texts[name]
        return json.loads(texts[place])


def explanation_at(explanation, settings, analysis):
    """An example's explanation under other settings.

    Parameters
    ----------
    explanation : dict
        The worker's under any settings, with ``everywhere`` as ``vizzy/answer_parts.py`` has it.
    settings : (int, int, str, str)
    analysis : dict
        Under these settings; of it the thresholds.

    Returns
    -------
    dict
        As ``vizzy.session.Session.explain`` makes it.
    """
    class_percentile, ood_percentile, mode, ood_mode = settings
    everywhere = explanation["everywhere"]
    reached_up_to = everywhere["reached_up_to"]
    if mode == "mean":
        reaches_class = everywhere["reaches_mean"]
    else:
        reaches_class = [highest >= class_percentile for highest in reached_up_to]
    by_outliers = ood_mode == "outliers"
    reaches_ood = [by_outliers or highest >= ood_percentile for highest in reached_up_to]
    suggested = NO_LABEL
    for label in everywhere["preference"]:
        if reaches_class[label]:
            suggested = label
            break
    given = explanation["given_label"]
    if by_outliers:
        is_ood = everywhere["is_outlier"] and suggested in (NO_LABEL, given)
    else:
        is_ood = suggested == NO_LABEL and True not in reaches_ood
    if is_ood:
        suggested = NO_LABEL
    moved = dict(explanation)
    moved.update(
        {
            "category": _category(given, suggested, is_ood),
            "suggested_label": suggested,
            "class_thresholds": analysis["class_thresholds"],
            "ood_thresholds": analysis["ood_thresholds"],
            "reaches_class": reaches_class,
            "reaches_ood": reaches_ood,
        }
    )
    return moved


def _category(given, suggested, is_ood):
    if is_ood:
        return OUT_OF_DISTRIBUTION
    if suggested == NO_LABEL:
        return UNCONFIDENT
    return AGREEMENT if suggested == given else LABEL_ISSUE

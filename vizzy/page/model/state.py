"""The page's one state, and what each event makes of it.

A ``State`` is never changed: a handler takes the state and the event's value and returns
the next state. Nothing here knows of the browser, so all of it is tested without one, under
CPython and MicroPython alike. What follows from the state (thresholds, cells, lists) is
computed by the worker and never kept here.

Labels are class indices, examples are row numbers of the dataset.
"""

from vizzy.vocabulary import DEFAULT_CLASS_PERCENTILE, DEFAULT_OOD_PERCENTILE, QUEUE_OF_ALL, SKIPPED

VIEWS = ("explore", "review")

DEFAULTS = {
    "class_percentile": DEFAULT_CLASS_PERCENTILE,
    "ood_percentile": DEFAULT_OOD_PERCENTILE,
    "threshold_mode": "percentile",
    "ood_mode": "percentile",
    "changed_labels": {},  # example -> given label, where it differs from the dataset's
    "reviews": {},  # example -> what the reviewer decided about it
    "evidence": {},  # example -> (suggested label or -1, label quality) as they were when it was decided on in the review
    "view": "explore",
    "queue": (QUEUE_OF_ALL, None, None, "", False),  # kind, given label, suggested label, text sought, unreviewed only
    "trained_labels": None,  # the changed labels that the present predictions were trained on
    "active": None,  # the example chosen for the inspector, marked everywhere
    "introduced": None,  # the one that the inspector shows until one is chosen: the most suspect after a training
    "lab": None,  # the name of the lab that is open, see vizzy.page.labs.panel
    "worker": "loading",  # then "ready", or "failed"
    "training": False,
    "train_requested": False,  # a click on Train that waits for the worker
    "message": "",  # what went wrong, in a sentence
}

# What data of one's own begins with: with a good model the median self-confidence is nearly 1, so that hardly a label
# would be an issue, and a percentile calls a fixed share of clean data out of distribution.
OWN_DEFAULTS = {"threshold_mode": "mean", "ood_mode": "outliers"}


def default_of(field, is_own):
    """What a field is at the start, of a shipped dataset or of one's own."""
    return OWN_DEFAULTS.get(field, DEFAULTS[field]) if is_own else DEFAULTS[field]


class State:
    """All that the page remembers; every field and its default stands in ``DEFAULTS``."""

    def __init__(self, **values):
        unknown = [name for name in values if name not in DEFAULTS]
        if unknown:
            raise TypeError("State has no field called " + unknown[0])
        for name in DEFAULTS:
            setattr(self, name, values.get(name, DEFAULTS[name]))

    def replace(self, **changes):
        """The same state with some fields changed."""
        values = {name: getattr(self, name) for name in DEFAULTS}
        values.update(changes)
        return State(**values)

    @property
    def phase(self):
        """Where the app is: the value of ``<html data-vizzy>`` once the page answers."""
        if self.worker == "failed":
            return "error"
        if self.training:
            return "training"
        return "ready" if self.trained_labels is None else "trained"

    @property
    def inspected(self):
        """The example shown in the inspector: the chosen one, else the introduced one; None where there is neither."""
        return self.introduced if self.active is None else self.active

    @property
    def labels_are_stale(self):
        """Whether labels have changed since the predictions were made."""
        return self.trained_labels is not None and self.trained_labels != self.changed_labels

    @property
    def can_train(self):
        """Whether a click on Train would do anything."""
        if self.training or self.train_requested or self.worker == "failed":
            return False
        return self.trained_labels is None or self.labels_are_stale

    @property
    def analysis_settings(self):
        """What the worker's categorisation depends on, beside the predictions."""
        return (self.class_percentile, self.ood_percentile, self.threshold_mode, self.ood_mode)


def reviewed(state):
    """The examples that were decided on: reviewed and not skipped, or given another label."""
    decided = [example for example, action in state.reviews.items() if action != SKIPPED]
    return decided + [example for example in state.changed_labels if example not in state.reviews]

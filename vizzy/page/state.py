"""The page's one state, and what each event makes of it.

A ``State`` is never changed: a handler takes the state and the event's value and returns
the next state. Nothing here knows of the browser, so all of it is tested without one, under
CPython and MicroPython alike. What follows from the state (thresholds, cells, lists) is
computed by the worker and never kept here.

Labels are class indices, examples are row numbers of the dataset.
"""

# What a reviewer may decide; `vizzy.reading.review` has the same words, which are what is exported.
ACCEPTED, KEPT, CHANGED, NO_CLASS, SKIPPED = "accepted", "kept", "changed", "no class", "skipped"
VIEWS = ("explore", "review")
QUEUES = ("suspects", "label issues", "out of distribution", "unconfident", "all")
MODES = ("percentile", "mean")  # where the class thresholds come from
LABS = ("score", "percentiles", "ways", "noise", "challenge", "map", "models", "code")  # the experiments

DEFAULTS = {
    "class_percentile": 50,
    "ood_percentile": 15,
    "threshold_mode": "percentile",
    "changed_labels": {},  # example -> given label, where it differs from the dataset's
    "reviews": {},  # example -> what the reviewer decided about it
    "view": "explore",
    "queue": ("suspects", None, None, "", False),  # kind, given label, suggested label, text sought, unreviewed only
    "trained_labels": None,  # the changed labels that the present predictions were trained on
    "active": None,  # the example shown in the inspector and marked everywhere
    "lab": None,  # the experiment that is open, one of LABS
    "trainer": "loading",  # then "ready", or "failed"
    "training": False,
    "train_requested": False,  # a click on Train that waits for the trainer
    "message": "",  # what went wrong, in a sentence
}


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
        if self.trainer == "failed":
            return "error"
        if self.training:
            return "training"
        return "ready" if self.trained_labels is None else "trained"

    @property
    def labels_are_stale(self):
        """Whether labels have changed since the predictions were made."""
        return self.trained_labels is not None and self.trained_labels != self.changed_labels

    @property
    def can_train(self):
        """Whether a click on Train would do anything."""
        if self.training or self.train_requested or self.trainer == "failed":
            return False
        return self.trained_labels is None or self.labels_are_stale

    @property
    def analysis_settings(self):
        """What the worker's categorisation depends on, beside the predictions."""
        return (self.class_percentile, self.ood_percentile, self.threshold_mode)


def clamp(percentile):
    """The nearest whole percentile from 0 to 100."""
    return max(0, min(100, int(percentile)))


def set_class_percentile(state, percentile):
    """Move the class percentile; it carries the out-of-distribution one down with it."""
    percentile = clamp(percentile)
    return state.replace(class_percentile=percentile, ood_percentile=min(state.ood_percentile, percentile))


def set_ood_percentile(state, percentile):
    """Move the out-of-distribution percentile; it carries the class one up with it."""
    percentile = clamp(percentile)
    return state.replace(ood_percentile=percentile, class_percentile=max(state.class_percentile, percentile))


def set_threshold_mode(state, mode):
    """Take the class thresholds from a "percentile" or from the "mean"."""
    if mode not in MODES:
        raise ValueError("threshold mode must be one of " + ", ".join(MODES) + ", not " + repr(mode))
    return state.replace(threshold_mode=mode)


def relabel(state, example, given_label, original_label):
    """Give an example another label; the dataset's own label undoes the change. It replaces a review's decision."""
    changed, reviews = dict(state.changed_labels), dict(state.reviews)
    reviews.pop(example, None)
    _give(changed, example, given_label, original_label)
    return state.replace(changed_labels=changed, reviews=reviews, active=example)


def reset_labels(state):
    """Bring back every label the dataset came with, and with it forget the reviews that changed one."""
    reviews = {row: action for row, action in state.reviews.items() if action not in (ACCEPTED, CHANGED)}
    return state.replace(changed_labels={}, reviews=reviews)


def review(state, decisions, original_label):
    """Take a reviewer's decisions.

    Parameters
    ----------
    decisions : list of (int, str, int or None)
        Example, what was decided, and for an accepted or changed label which. What was kept, or belongs to no
        class, is labelled as the dataset has it; what was skipped stays as it is.
    original_label : sequence of int
        The dataset's own labels.
    """
    changed, reviews = dict(state.changed_labels), dict(state.reviews)
    for example, action, label in decisions:
        reviews[example] = action
        if action != SKIPPED:
            original = original_label[example]
            _give(changed, example, original if label is None else label, original)
    return state.replace(changed_labels=changed, reviews=reviews)


def _give(changed, example, label, original_label):
    changed.pop(example, None)
    if label != original_label:
        changed[example] = label


def reviewed(state):
    """The examples that were decided on: reviewed and not skipped, or given another label."""
    decided = [example for example, action in state.reviews.items() if action != SKIPPED]
    return decided + [example for example in state.changed_labels if example not in state.reviews]


def show_view(state, view):
    """Go to the "explore" or to the "review" view."""
    if view not in VIEWS:
        raise ValueError("view must be one of " + ", ".join(VIEWS) + ", not " + repr(view))
    return state.replace(view=view)


def queue_for(state, kind=None, given=-1, suggested=-1, text=None, unreviewed=None):
    """Another choice of what is reviewed; what is not named stays. A label of None stands for any."""
    kind_now, given_now, suggested_now, text_now, unreviewed_now = state.queue
    if kind is not None and kind not in QUEUES:
        raise ValueError("queue must be one of " + ", ".join(QUEUES) + ", not " + repr(kind))
    queue = (
        kind_now if kind is None else kind,
        given_now if given == -1 else given,
        suggested_now if suggested == -1 else suggested,
        text_now if text is None else text,
        unreviewed_now if unreviewed is None else unreviewed,
    )
    return state.replace(queue=queue)


def activate(state, example):
    """Show an example in the inspector."""
    return state if example == state.active else state.replace(active=example)


def open_lab(state, lab):
    """Open one of the experiments, or close them (None)."""
    if lab is not None and lab not in LABS:
        raise ValueError("lab must be one of " + ", ".join(LABS) + ", not " + repr(lab))
    return state.replace(lab=lab)


def request_training(state):
    """A click on Train: it waits until the trainer is up."""
    return state.replace(train_requested=True) if state.can_train else state


def trainer_ready(state):
    """The worker has loaded everything it trains with."""
    return state.replace(trainer="ready", message="")


def start_training(state):
    """The requested training begins."""
    return state.replace(training=True, train_requested=False, message="")


def finish_training(state, trained_labels):
    """Predictions are there, for the labels as they were when the training began."""
    return state.replace(training=False, trained_labels=trained_labels)


def training_cancelled(state):
    """The training was stopped; the earlier predictions, if any, stay."""
    return state.replace(training=False)


def training_failed(state, message):
    """The data could not be trained on; the earlier predictions, if any, stay."""
    return state.replace(training=False, message=message)


def trainer_lost(state):
    """The worker is gone and another is on its way; what was decided, and shown, stays."""
    return state.replace(trainer="loading", training=False, train_requested=False, message="")


def trainer_failed(state, message):
    """The worker could not be started, or is gone."""
    return state.replace(trainer="failed", training=False, train_requested=False, message=message)

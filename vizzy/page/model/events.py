"""What each event makes of the state: a handler takes the state and the event's value and returns the next state."""

from vizzy.page.model.state import VIEWS
from vizzy.vocabulary import ACCEPTED, CHANGED, NO_LABEL, OOD_MODES, QUEUES, SKIPPED, THRESHOLD_MODES


def clamp(percentile):
    """The nearest whole percentile from 0 to 100."""
    return max(0, min(100, int(percentile)))


def set_class_percentile(state, percentile):
    """Move the class percentile; it carries the out-of-distribution one down with it."""
    percentile = clamp(percentile)
    return state.replace(class_percentile=percentile, ood_percentile=min(state.ood_percentile, percentile))


def set_ood_percentile(state, percentile):
    """Move the out-of-distribution percentile, which then decides; it carries the class one up with it."""
    percentile = clamp(percentile)
    class_percentile = max(state.class_percentile, percentile)
    return state.replace(ood_percentile=percentile, class_percentile=class_percentile, ood_mode="percentile")


def set_threshold_mode(state, mode):
    """Take the class thresholds from a "percentile" or from the "mean"."""
    if mode not in THRESHOLD_MODES:
        raise ValueError("threshold mode must be one of " + ", ".join(THRESHOLD_MODES) + ", not " + repr(mode))
    return state.replace(threshold_mode=mode)


def set_ood_mode(state, mode):
    """Call out of distribution whom a "percentile" leaves out, or the "outliers"."""
    if mode not in OOD_MODES:
        raise ValueError("out-of-distribution mode must be one of " + ", ".join(OOD_MODES) + ", not " + repr(mode))
    return state.replace(ood_mode=mode)


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


def review(state, decisions, original_label, evidence=None):
    """Take a reviewer's decisions.

    Parameters
    ----------
    decisions : list of (int, str, int or None)
        Example, what was decided, and for an accepted or changed label which. What was kept, or belongs to no
        class, is labelled as the dataset has it; what was skipped stays as it is.
    original_label : sequence of int
        The dataset's own labels.
    evidence : dict, optional
        Example -> (suggested label or -1, label quality), what the reviewer saw; another training changes both.
    """
    changed, reviews = dict(state.changed_labels), dict(state.reviews)
    for example, action, label in decisions:
        reviews[example] = action
        if action != SKIPPED:
            original = original_label[example]
            _give(changed, example, original if label is None else label, original)
    seen = dict(state.evidence)
    seen.update(evidence or {})
    return state.replace(changed_labels=changed, reviews=reviews, evidence=seen)


def _give(changed, example, label, original_label):
    changed.pop(example, None)
    if label != original_label:
        changed[example] = label


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
        given_now if given == NO_LABEL else given,
        suggested_now if suggested == NO_LABEL else suggested,
        text_now if text is None else text,
        unreviewed_now if unreviewed is None else unreviewed,
    )
    return state.replace(queue=queue)


def activate(state, example):
    """Show an example in the inspector."""
    return state if example == state.active else state.replace(active=example)


def introduce(state, example):
    """Show an example in the inspector that nobody has chosen; the address does not name it."""
    return state.replace(introduced=example)


def open_lab(state, lab):
    """Open a lab by its name, or close the one that is open (None)."""
    return state.replace(lab=lab)


def request_training(state):
    """A click on Train: it waits until the worker has started."""
    return state.replace(train_requested=True) if state.can_train else state


def worker_ready(state):
    """The worker has loaded everything it trains with."""
    return state.replace(worker="ready", message="")


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


def worker_lost(state):
    """The worker is gone and another is on its way; what was decided, and shown, stays."""
    return state.replace(worker="loading", training=False, train_requested=False, message="")


def worker_failed(state, message):
    """The worker could not be started, or is gone."""
    return state.replace(worker="failed", training=False, train_requested=False, message=message)

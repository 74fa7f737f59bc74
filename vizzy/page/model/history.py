"""Undo and redo of what a person decided: labels, reviews and thresholds, not where they looked."""

DECISIONS = ("class_percentile", "ood_percentile", "threshold_mode", "ood_mode", "changed_labels", "reviews")
BEFORE, AFTER = 0, 1


class History:
    """The decisions that were settled, and those undone; never changed, like the state.

    A drag of a slider passes through many states and settles in one. A step keeps only what it changed, so that
    undo is without limit: thousands of relabellings would else keep as many copies of all labels. Steps are pairs
    of the latest one and the pairs before it.
    """

    def __init__(self, settled, past=None, future=None):
        self.settled = settled
        self.past = past
        self.future = future

    def settle(self, state):
        """Remember the decisions of a state as one step, if it decides anything else than the last one."""
        decided = decisions(state)
        step = difference(self.settled, decided)
        return History(decided, (step, self.past)) if step else self

    def undo(self):
        """One step back; the same history where there is none."""
        if not self.past:
            return self
        step, earlier = self.past
        return History(patched(self.settled, step, BEFORE), earlier, (step, self.future))

    def redo(self):
        """One step forward again; the same history where there is none."""
        if not self.future:
            return self
        step, later = self.future
        return History(patched(self.settled, step, AFTER), (step, self.past), later)

    def applied_to(self, state):
        """The state with the settled decisions."""
        return state.replace(**dict(zip(DECISIONS, self.settled)))


MOST_KEPT = 20_000  # changes of single labels, reviews and thresholds: about 1 MB of what browsers let a site keep


def to_plain(history):
    """A history as lists, numbers and texts, for JSON: its latest steps, of no more than `MOST_KEPT` changes in all."""
    steps, room = {}, MOST_KEPT
    for name in ("past", "future"):
        steps[name] = []
        pair = getattr(history, name)
        while pair:
            step, pair = pair
            plain = [[place, _plain_change(change)] for place, change in step.items()]
            room -= sum([len(change) for _place, change in plain])
            if room < 0:
                break
            steps[name].append(plain)
    settled = [list(value.items()) if isinstance(value, dict) else value for value in history.settled]
    return dict(steps, fields=list(DECISIONS), settled=settled)


def from_plain(plain, settled):
    """The history that ``to_plain`` was given, if these decisions are the ones that it ends in; else None."""
    if plain.get("fields") != list(DECISIONS):
        return None  # of a version that decides on other things
    kept = [dict(value) if isinstance(now, dict) else value for value, now in zip(plain["settled"], settled)]
    if tuple(kept) != settled:
        return None
    past, future = [_linked(plain[name], settled) for name in ("past", "future")]
    return History(settled, past, future)


def _plain_change(change):
    """A step's change at one place: (before, after), or where it is of examples, a list of (example, before, after)."""
    return [(key, old, new) for key, (old, new) in change.items()] if isinstance(change, dict) else change


def _linked(steps, settled):
    """Steps, the latest first, as `History` links them."""
    pair = None
    for plain in reversed(steps):
        step = {}
        for place, change in plain:
            is_of_examples = isinstance(settled[place], dict)
            step[place] = {key: (old, new) for key, old, new in change} if is_of_examples else tuple(change)
        pair = (step, pair)
    return pair


def decisions(state):
    """The part of a state that undo brings back."""
    return tuple([getattr(state, name) for name in DECISIONS])


def difference(before, after):
    """What leads from some decisions to others, and back.

    Returns
    -------
    dict
        Place in the decisions -> (value before, value after); where they are dicts, a dict of such pairs for
        their keys, None standing for a key that is not there.
    """
    step = {}
    for place, (old, new) in enumerate(zip(before, after)):
        if old is new or old == new:
            continue
        if isinstance(new, dict):
            keys = set(old) | set(new)
            step[place] = {key: (old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key)}
        else:
            step[place] = (old, new)
    return step


def patched(settled, step, side):
    """The decisions at one side of a step, from those at the other."""
    values = list(settled)
    for place, change in step.items():
        if not isinstance(change, dict):
            values[place] = change[side]
            continue
        values[place] = dict(values[place])
        for key, pair in change.items():
            values[place].pop(key, None)
            if pair[side] is not None:
                values[place][key] = pair[side]
    return tuple(values)

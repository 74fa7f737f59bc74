"""Undo and redo of what a person decided: labels and thresholds, not where they looked."""

DECISIONS = ("class_percentile", "ood_percentile", "threshold_mode", "changed_labels")


class History:
    """The decisions that were settled, and those undone; never changed, like the state.

    A drag of a slider passes through many states and settles in one.
    """

    def __init__(self, settled, past=(), future=()):
        self.settled = settled
        self.past = past
        self.future = future

    def settle(self, state):
        """Remember the decisions of a state as one step, if it decides anything anew."""
        decided = decisions(state)
        if decided == self.settled:
            return self
        return History(decided, self.past + (self.settled,))

    def undo(self):
        """One step back; the same history where there is none."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.settled,) + self.future)

    def redo(self):
        """One step forward again; the same history where there is none."""
        if not self.future:
            return self
        return History(self.future[0], self.past + (self.settled,), self.future[1:])

    def applied_to(self, state):
        """The state with the settled decisions."""
        return state.replace(**dict(zip(DECISIONS, self.settled)))


def decisions(state):
    """The part of a state that undo brings back."""
    return tuple([getattr(state, name) for name in DECISIONS])

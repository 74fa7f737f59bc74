"""What a reviewer decided about each example, as it is exported and read back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vizzy.vocabulary import SKIPPED


@dataclass(frozen=True, eq=False)
class Review:
    """The decisions on n examples, in their order."""

    corrected_label: np.ndarray  # (n,) int, the label to use from now on; -1: the example belongs to no class
    actions: tuple  # of str, each one of REVIEW_ACTIONS

    @classmethod
    def none(cls, given_label: np.ndarray) -> Review:
        """Nothing reviewed, nothing corrected; `given_label` is an np.ndarray of int, shape (n,)."""
        return cls(np.array(given_label, dtype=np.intp), ("",) * len(given_label))

    @property
    def reviewed(self) -> int:
        """How many examples were decided on; a skipped one was not."""
        return len(self.actions) - self.actions.count("") - self.actions.count(SKIPPED)

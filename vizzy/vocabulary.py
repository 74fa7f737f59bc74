"""Words and numbers that the page, the worker and the command share.

MicroPython (the page) and CPython (all else) both read this module, so it is constants and plain arithmetic.
"""

NO_LABEL = -1  # in place of a class index: there is no suggested label, or no true one
TOLERANCE = 1e-6  # a probability that falls short by no more than this reaches its threshold

# Where the class thresholds come from, and which examples count as out of distribution.
# Under the last mode they are means, and only as many labels are issues as the noise rates say: see vizzy/noise_rates.py.
NOISE_RATE = "noise-rate"
THRESHOLD_MODES = ("percentile", "mean", NOISE_RATE)
OOD_MODES = ("percentile", "outliers")
DEFAULT_CLASS_PERCENTILE, DEFAULT_OOD_PERCENTILE = 50, 15

# What the thresholds make of an example: an index into CATEGORIES.
AGREEMENT, LABEL_ISSUE, OUT_OF_DISTRIBUTION, UNCONFIDENT = range(4)
CATEGORIES = ("agreement", "label issue", "out of distribution", "unconfident")

# What a reviewer decides about an example; "" stands for one nobody has looked at.
ACCEPTED, KEPT, CHANGED, NO_CLASS, SKIPPED = "accepted", "kept", "changed", "no class", "skipped"
REVIEW_ACTIONS = ("", ACCEPTED, KEPT, CHANGED, NO_CLASS, SKIPPED)

# More examples than these are trained on by another classifier than a support vector machine: see `vizzy.estimate.solver_of`.
MOST_FOR_SVM = 3_000

# Which examples a reviewer is shown.
QUEUE_OF_SUSPECTS, QUEUE_OF_LABEL_ISSUES, QUEUE_OF_OUT_OF_DISTRIBUTION = "suspects", "label issues", "out of distribution"
QUEUE_OF_UNCONFIDENT, QUEUE_OF_NEAR_DUPLICATES, QUEUE_OF_ALL = "unconfident", "near duplicates", "all"
QUEUES = (
    QUEUE_OF_ALL,
    QUEUE_OF_SUSPECTS,
    QUEUE_OF_LABEL_ISSUES,
    QUEUE_OF_OUT_OF_DISTRIBUTION,
    QUEUE_OF_UNCONFIDENT,
    QUEUE_OF_NEAR_DUPLICATES,
)


def in_sentence(name: str) -> str:
    """A class's name within a sentence: one that is a number is quoted, so that it is not read as one of its numbers.

    Parameters
    ----------
    name : str

    Returns
    -------
    str
    """
    try:
        float(name)
    except ValueError:
        return name
    return "“" + name + "”"


def precision(found: int, flagged: int) -> float | None:
    """The share of the flagged that are problems, in [0, 1]; None where nothing is flagged."""
    return found / flagged if flagged else None


def recall(found: int, problems: int) -> float | None:
    """The share of the problems that were found, in [0, 1]; None where there are none."""
    return found / problems if problems else None


def f1(found: int, flagged: int, problems: int) -> float | None:
    """The harmonic mean of precision and recall, in [0, 1]; None where both are."""
    return 2 * found / (flagged + problems) if flagged + problems else None

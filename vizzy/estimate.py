"""How long training will take, estimated from measurements, for the preview.

Training holds a contest between every two of K classes, in fifteen models. The kernels of a model's contests take
time that grows with n * n * d; besides, every contest has its own overhead. The constants were fitted to nine
datasets of overlapping Gaussians, from 300 x 32 with 3 classes (0.04 s on one core) over 2,000 x 16 with 40 (2.3 s)
to 5,000 x 64 with 12 (4.3 s), and then raised by half, since real classes overlap more. Expect a factor of two.

Beyond `vizzy.vocabulary.MOST_FOR_SVM` examples another classifier is trained, see `solver_of`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from vizzy.sentences import Sentence, sentence
from vizzy.vocabulary import MOST_FOR_SVM

SVM, LOGISTIC, NYSTROEM = "support vector machine", "logistic regression", "approximate support vector machine"

SECONDS_PER_PRODUCT = 2.6e-9  # per n * n * d
SECONDS_PER_PAIR = 6.6e-8  # per n * n
SECONDS_PER_CONTEST = 2.5e-3  # per two classes
# The shipped dataset takes twice as long in the worker, compiled to WebAssembly, as natively.
BROWSER_FACTOR = 2.0

SECONDS_PER_WEIGHT = 1e-7  # of a logistic regression, per n * d * K
# Of an approximate support vector machine with m landmarks: per m * m * m; per n * m, per n * m * d, and per n * m * K.
SECONDS_PER_SOLUTION = 3e-10
SECONDS_PER_KERNEL = 2.5e-8
SECONDS_PER_KERNEL_PRODUCT = 2e-10
SECONDS_PER_MACHINE = 6e-9
# Words and characters of a text, hashed, weighted and projected: natively, per text and per character of it.
SECONDS_PER_TEXT = 1.5e-4
SECONDS_PER_CHARACTER = 3e-7


def text_seconds(texts: Sequence[str], in_browser: bool = False) -> float:
    """About how many seconds the features of some texts take.

    Parameters
    ----------
    texts : sequence of str
    in_browser : bool
        Whether in the page's worker, which is slower than natively.

    Returns
    -------
    float, at least 0

    Examples
    --------
    >>> text_seconds(["a text"]) < text_seconds(["a text"] * 10)
    True
    """
    seconds = len(texts) * SECONDS_PER_TEXT + sum(map(len, texts)) * SECONDS_PER_CHARACTER
    return seconds * (BROWSER_FACTOR if in_browser else 1.0)


def solver_of(n: int, made_of: str | None) -> str:
    """Which classifier so many examples are trained on.

    Parameters
    ----------
    n : int
    made_of : str, optional
        As `vizzy.dataset.Dataset` has it.

    Returns
    -------
    str
        ``SVM``; of more than `MOST_FOR_SVM` examples ``NYSTROEM``, see `vizzy.nystroem`, or ``LOGISTIC`` where they are made
        of texts, see `vizzy.linear`.

    Examples
    --------
    >>> solver_of(3_000, None), solver_of(20_000, None), solver_of(20_000, "texts")
    ('support vector machine', 'approximate support vector machine', 'logistic regression')
    """
    if n <= MOST_FOR_SVM:
        return SVM
    return LOGISTIC if made_of is not None and "texts" in made_of else NYSTROEM


def solver_note(n: int, made_of: str | None) -> Sentence | None:
    """Why another classifier than a support vector machine is trained, in a sentence; None where that is not so.

    Parameters
    ----------
    n, made_of
        As for `solver_of`.

    Returns
    -------
    Sentence or None

    Examples
    --------
    >>> solver_note(300, None) is None
    True
    >>> solver_note(20_000, "texts").partition(",")[0]
    'With more than 3'
    """
    solver = solver_of(n, made_of)
    if solver == SVM:
        return None
    if solver == NYSTROEM:
        return sentence(
            "With more than {most} examples, the support vector machine is approximated: it compares each example with {landmarks} "
            "of them only, since the time of comparing all with all grows with the square of their number. It finds about as many "
            "wrong labels.",
            most=MOST_FOR_SVM,
            landmarks=n_landmarks(n),
        )
    return sentence(
        "With more than {most} examples, logistic regression is trained in place of a support vector machine, "
        "whose time grows with the square of their number.",
        most=MOST_FOR_SVM,
    )


LANDMARKS_PER_ROOT = 12
FEWEST_LANDMARKS, MOST_LANDMARKS = 1200, 1500


def n_landmarks(n: int, share: float = 1.0) -> int:
    """At how many landmarks `vizzy.nystroem` evaluates a kernel of so many examples.

    Parameters
    ----------
    n : int, at least 1
    share : float in (0, 1]
        Of them, for a wide kernel.

    Returns
    -------
    int, at most n

    Examples
    --------
    >>> n_landmarks(500), n_landmarks(12_000), n_landmarks(1_000_000)
    (500, 1315, 1500)
    """
    return min(n, round(share * min(MOST_LANDMARKS, max(FEWEST_LANDMARKS, round(LANDMARKS_PER_ROOT * math.sqrt(n))))))


def training_seconds(
    n: int, dimensions: int, n_classes: int, in_browser: bool = False, solver: str = SVM
) -> float:
    """About how many seconds cross-validated training takes.

    Parameters
    ----------
    n, dimensions, n_classes : int
        The size of the dataset.
    in_browser : bool
        Whether in the page's worker, which is slower than natively.
    solver : str
        As `solver_of` says.

    Returns
    -------
    float, at least 0

    Examples
    --------
    >>> training_seconds(300, 32, 3) < training_seconds(10_000, 32, 3)
    True
    """
    return _native_seconds(n, dimensions, n_classes, solver) * (BROWSER_FACTOR if in_browser else 1.0)


def _native_seconds(n, dimensions, n_classes, solver):
    if solver == LOGISTIC:
        return n * dimensions * n_classes * SECONDS_PER_WEIGHT
    if solver == NYSTROEM:
        m = n_landmarks(n)
        per_value = SECONDS_PER_KERNEL + dimensions * SECONDS_PER_KERNEL_PRODUCT + n_classes * SECONDS_PER_MACHINE
        return n * m * per_value + m**3 * SECONDS_PER_SOLUTION
    contests = n_classes * (n_classes - 1) / 2
    return n * n * (dimensions * SECONDS_PER_PRODUCT + SECONDS_PER_PAIR) + contests * SECONDS_PER_CONTEST

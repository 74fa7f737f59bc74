"""How long training will take: a model fitted to measurements, for a preview and not for a bet.

Training holds a contest between every two of K classes, in fifteen models. The kernels of a model's contests take
time that grows with n * n * d; besides, every contest has its own overhead. The constants were fitted to nine
datasets of overlapping Gaussians, from 300 x 32 with 3 classes (0.04 s on one core) over 2,000 x 16 with 40 (2.3 s)
to 5,000 x 64 with 12 (4.3 s), and then raised by half, since real classes overlap more. Expect a factor of two.
"""

from __future__ import annotations

from collections.abc import Sequence

SECONDS_PER_PRODUCT = 2.6e-9  # per n * n * d
SECONDS_PER_PAIR = 6.6e-8  # per n * n
SECONDS_PER_CONTEST = 2.5e-3  # per two classes
# The shipped dataset takes twice as long in the worker, compiled to WebAssembly, as natively.
BROWSER_FACTOR = 2.0

SECONDS_PER_WEIGHT = 1e-7  # of a logistic regression, per n * d * K
MOST_FOR_SVM = 3_000  # texts; beyond, a logistic regression takes its place: see `vizzy.linear`
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


def takes_linear(n: int, made_of: str | None) -> bool:
    """Whether so many examples, made of raw data, are trained on by `vizzy.linear` and not by a support vector machine.

    Parameters
    ----------
    n : int
    made_of : str, optional
        As `vizzy.dataset.Dataset` has it.

    Returns
    -------
    bool

    Examples
    --------
    >>> takes_linear(20_000, "texts"), takes_linear(20_000, "measurements"), takes_linear(20_000, None)
    (True, False, False)
    """
    return n > MOST_FOR_SVM and made_of is not None and "texts" in made_of


def training_seconds(
    n: int, dimensions: int, n_classes: int, in_browser: bool = False, linear: bool = False
) -> float:
    """About how many seconds cross-validated training takes.

    Parameters
    ----------
    n, dimensions, n_classes : int
        The size of the dataset.
    in_browser : bool
        Whether in the page's worker, which is slower than natively.
    linear : bool
        As `takes_linear` says.

    Returns
    -------
    float, at least 0

    Examples
    --------
    >>> training_seconds(300, 32, 3) < training_seconds(10_000, 32, 3)
    True
    """
    if linear:
        return n * dimensions * n_classes * SECONDS_PER_WEIGHT * (BROWSER_FACTOR if in_browser else 1.0)
    contests = n_classes * (n_classes - 1) / 2
    seconds = n * n * (dimensions * SECONDS_PER_PRODUCT + SECONDS_PER_PAIR) + contests * SECONDS_PER_CONTEST
    return seconds * (BROWSER_FACTOR if in_browser else 1.0)

"""Embeddings of images: by the network that the page runs, through ONNX Runtime, so that both come to the same.

The network is EfficientNet-Lite0, trained on ImageNet, up to and with its average pooling; ``embedding/export_onnx.py`` made
its file. It takes the middle square of an image and does all else itself. The features of all images are then reduced to a few
dimensions together.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from vizzy import image_hashes
from vizzy.native.progress import Progress
from vizzy.reading.errors import ReadingError
from vizzy.reduction import reduce_present

NETWORK_FILE = Path(__file__).parents[1] / "networks" / "efficientnet-lite0.onnx"
INPUT = "pixels"
WIDTH = 1280
LARGEST_SQUARE = 1024  # px; a larger one is halved until it is smaller, and the network does the rest


def embeddings_of(
    names: Sequence[str | None], read: Callable[[str], bytes], threads: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Embeddings and perceptual hashes of some images. Those that cannot be read are named on the standard error stream and go without.

    Parameters
    ----------
    names : sequence of (str or None)
        Of the images; None where there is none.
    read : callable
        ``read(name)`` gives the bytes of an image's file.
    threads : int, optional
        By default as many as there are processors.

    Returns
    -------
    embeddings : np.ndarray of float32, shape (n, d)
        NaN where there is no image, or one that cannot be read.
    hashes : np.ndarray of uint64, shape (n,)
        See `vizzy.image_hashes`.

    Raises
    ------
    ReadingError
        Where ONNX Runtime or Pillow is not installed, or no image can be read.
    """
    features_of = network()
    threads = threads or os.cpu_count() or 1
    progress = Progress(sum(name is not None for name in names))
    features = np.full((len(names), WIDTH), np.nan, np.float32)
    greys = np.zeros((len(names), image_hashes.GRID**2), np.uint8)

    def work(row):
        name = names[row]
        try:
            features[row], greys[row] = features_of(read(name))
        except (OSError, _unreadable()) as error:
            return f"{name} was skipped: {error}"
        return None

    with ThreadPoolExecutor(threads) as pool:  # decoding and the network both let other threads run
        for problem in pool.map(work, [row for row, name in enumerate(names) if name is not None]):
            if problem:
                progress.say(problem)
            progress.advance(1)
    if np.isnan(features[:, 0]).all():
        raise ReadingError(
            "None of the images can be read: are they damaged, or of a kind that Pillow cannot read?"
        )
    return reduce_present(features), image_hashes.hashes_of(greys)


def network() -> Callable[[bytes], tuple[np.ndarray, np.ndarray]]:
    """What gives the features of an image, WIDTH numbers, and its greys, from the bytes of its file.

    Raises
    ------
    ReadingError
        Where ONNX Runtime or Pillow is not installed.
    """
    features_of_square = network_of_squares()
    from vizzy.native.image_files import open_rgb

    def features_of(content):
        square = middle_square(open_rgb(content))
        return features_of_square(square), image_hashes.greys_of(square)

    return features_of


def network_of_squares() -> Callable[[np.ndarray], np.ndarray]:
    """What gives the features of an image, WIDTH numbers, from its `middle_square`; threads may call it at the same time.

    Raises
    ------
    ReadingError
        Where ONNX Runtime or Pillow is not installed.
    """
    try:
        from onnxruntime import InferenceSession, SessionOptions
        from PIL import Image  # noqa: F401
    except ImportError as error:
        raise ReadingError(
            f"{error.name} is not installed, which computing embeddings of images needs: pip install onnxruntime pillow, or bring "
            "embeddings as an .npy file."
        ) from error
    options = SessionOptions()
    options.intra_op_num_threads = 1  # the images are shared out among threads instead
    session = InferenceSession(NETWORK_FILE, options)
    return lambda square: session.run(None, {INPUT: square})[0][0]


def _unreadable():
    from vizzy.native.image_files import UnreadableImage

    return UnreadableImage


def middle_square(image: Any) -> np.ndarray:
    """The pixels of the middle square of an image, as the network takes them.

    Parameters
    ----------
    image : PIL.Image.Image
        In RGB.

    Returns
    -------
    np.ndarray of uint8, shape (side, side, 4)
    """
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    square = image.crop((left, top, left + side, top + side))
    while square.width > LARGEST_SQUARE:
        square = square.reduce(2)
    return np.asarray(square.convert("RGBA"))

"""Vectors of English words, by which words of similar meaning count as similar, such as physician and doctor.

The table was distilled offline from the language model all-MiniLM-L6-v2 by ``embedding/distil_words.py``: the model read
each piece of its vocabulary alone, and of what came out 64 dimensions are kept, in 8 bits. A text is the mean of its
pieces, rare ones weighing more. That takes no network at run time: words are cut into pieces in plain Python, each once, and summed.

The vocabulary is English: where less than `FEWEST_WHOLE` of a text's words are whole pieces of it, it does not help.

References
----------
Reimers, Gurevych: Sentence-BERT. EMNLP 2019.
Arora, Liang, Ma: A Simple but Tough-to-Beat Baseline for Sentence Embeddings. ICLR 2017.
"""

import io
import re
import unicodedata
from collections.abc import Generator, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path

import numpy as np
from scipy import sparse

from vizzy.steps import result_of

FILE = Path(__file__).parents[1] / "networks" / "minilm-words.npz"  # natively; the page's worker fetches it
VOCABULARY, VECTORS = "vocabulary", "vectors"  # the arrays of the file
CHARACTERS_READ = 1_500  # of a text
FEWEST_WHOLE = 0.6  # of the words
TEXTS_LOOKED_AT = 500  # to find that out
FIRST_WORD = 999  # of the vocabulary, which is ordered by frequency; signs and letters come before
BLOCK = 500  # texts a step
MOST_REMEMBERED = 100_000  # distinct words
_WORD = re.compile(r"\w+|[^\w\s]")


class WordVectors:
    """The table, and the texts that it describes.

    Parameters
    ----------
    content : bytes
        Of the file that ``embedding/distil_words.py`` writes.

    Examples
    --------
    >>> doctor, physician, banana = WordVectors.shipped().of(["doctor", "physician", "banana"])
    >>> bool(doctor @ physician > doctor @ banana)
    True
    """

    def __init__(self, content: bytes) -> None:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            pieces = arrays[VOCABULARY].tobytes().decode("utf-8").split("\n")
            vectors = arrays[VECTORS].astype(np.float32)
        self._number = {piece: number for number, piece in enumerate(pieces)}
        rank = np.maximum(np.arange(len(pieces)) - FIRST_WORD, 0) + 1
        self._vectors = vectors * np.log1p(rank)[:, None].astype(np.float32)
        self._pieces_between_spaces = lru_cache(MOST_REMEMBERED)(self._cut_all)

    @classmethod
    def shipped(cls) -> "WordVectors":
        """The table that comes with this package."""
        return cls(FILE.read_bytes())

    def covers(self, texts: Sequence[str]) -> bool:
        """Whether most words of some texts are in the vocabulary as a whole, as those of English are.

        Parameters
        ----------
        texts : sequence of str

        Returns
        -------
        bool
        """
        step = max(1, len(texts) // TEXTS_LOOKED_AT)
        words = [word for text in texts[::step] for word in _words(text) if word.isalpha()]
        return bool(words) and sum(word in self._number for word in words) >= FEWEST_WHOLE * len(words)

    def steps(self, texts: Sequence[str]) -> Generator[tuple[int, int], None, np.ndarray]:
        """Describe texts, in steps.

        Parameters
        ----------
        texts : sequence of str, length n

        Yields
        ------
        (int, int)
            Texts described, and how many there are.

        Returns
        -------
        np.ndarray of float32, shape (n, d)
            Rows have length 1, or are 0 where a text has no word.
        """
        described = np.zeros((len(texts), self._vectors.shape[1]), dtype=np.float32)
        for start in range(0, len(texts), BLOCK):
            yield start, len(texts)
            described[start : start + BLOCK] = self._sums(texts[start : start + BLOCK])
        lengths = np.linalg.norm(described, axis=1, keepdims=True)
        return described / np.where(lengths > 0, lengths, 1)

    def of(self, texts: Sequence[str]) -> np.ndarray:
        """The same in one go: np.ndarray of float32, shape (n, d)."""
        return result_of(self.steps(texts))

    def pieces(self, word: str) -> list[int]:
        """The numbers of a word's pieces: each the longest that fits, as WordPiece cuts; none where a part has none.

        Parameters
        ----------
        word : str
            In lower case and without accents.

        Returns
        -------
        list of int
        """
        numbers, start = [], 0
        while start < len(word):
            before = "##" if start else ""
            ends = range(len(word), start, -1)
            end = next((end for end in ends if before + word[start:end] in self._number), None)
            if end is None:
                return []
            numbers.append(self._number[before + word[start:end]])
            start = end
        return numbers

    def _sums(self, texts):
        """The sum of the vectors of each text's pieces."""
        numbers = [list(chain.from_iterable(map(self._pieces_between_spaces, text[:CHARACTERS_READ].split()))) for text in texts]
        ends = np.cumsum([0, *map(len, numbers)])
        piece = np.fromiter(chain.from_iterable(numbers), dtype=np.int32, count=ends[-1])
        weights = np.ones(len(piece), dtype=np.float32)
        return sparse.csr_matrix((weights, piece, ends), shape=(len(texts), len(self._vectors))) @ self._vectors

    def _cut_all(self, text):
        """The pieces of some letters between spaces, which may be several words and signs."""
        return [number for word in _words(text) for number in self.pieces(word)]


def _words(text):
    """The words and signs of the beginning of a text, in lower case and without accents."""
    plain = unicodedata.normalize("NFD", text[:CHARACTERS_READ].lower())
    return _WORD.findall("".join(letter for letter in plain if unicodedata.category(letter) != "Mn"))

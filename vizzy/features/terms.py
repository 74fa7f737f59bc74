"""How often terms stand in texts: words, pairs of words, and runs of characters within words, hashed to columns.

The terms are those of scikit-learn's `HashingVectorizer` with ``ngram_range=(1, 2)`` and ``token_pattern=r"\\w+"``, and with
``analyzer="char_wb"``; their hashes are others. That one makes a Python object for each term. Here the texts are one array of code
points, of which a polynomial hash is summed up from the beginning (Karp and Rabin): the hash of any run is a difference
of two sums, so that all terms are counted by a few operations of NumPy. That takes a tenth of the time, natively and under
WebAssembly.

References
----------
Karp, Rabin: Efficient Randomized Pattern-Matching Algorithms. IBM J. Research and Development 31(2), 1987.
Weinberger, Dasgupta, Langford, Smola, Attenberg: Feature Hashing for Large Scale Multitask Learning. ICML 2009.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from scipy import sparse

CHARACTERS = (3, 4, 5)  # in a run
HASHED_BITS = 18
HASHED_TO = 2**HASHED_BITS  # columns, for each of the two descriptions
AT_ONCE = 1_000_000  # characters: some 50 bytes of memory each
# Odd numbers whose bits are irregular: the base of the polynomial, which has an inverse modulo 2**64, and two that mix bits.
BASE = 0x9E3779B97F4A7C15
OF_PAIRS, MIXER = np.uint64(0x9FB21C651E98DF25), np.uint64(0xD6E8FEB86659FD93)
HALF_BITS = np.uint64(32)
SPACE = np.uint32(ord(" "))


def counts(texts: Sequence[str], characters_read: int) -> sparse.csr_matrix:
    """Count the terms of texts, without regard to capitals.

    Parameters
    ----------
    texts : sequence of str, length n
        A text of more than `AT_ONCE` characters is cut there, and a word at the cut counts as two.
    characters_read : int
        Of the beginning of a text: where runs of characters are counted.

    Returns
    -------
    sparse.csr_matrix of float32, shape (n, 2 * HASHED_TO)
        Words and their pairs in the first half of the columns, runs of characters in the second.

    Examples
    --------
    >>> words = counts(["to be or not to be", "be"], characters_read=0)
    >>> int(words.sum()), int(words.max()), words.nnz  # 7 words and 5 pairs; of "to", "be" and "to be" there are 2 in the first
    (12, 2, 9)
    >>> int((words[0] @ words[1].T)[0, 0])
    2
    """
    lowered = [text.lower() for text in texts]
    rows, columns = [], []
    for description, (terms, read) in enumerate(((_words_and_pairs, lowered), (_runs, [text[:characters_read] for text in lowered]))):
        for pieces, row_of_piece in _pieces(read):
            piece, hashes = terms(pieces)
            rows.append(row_of_piece[piece])
            columns.append(_column(hashes) + HASHED_TO * description)
    row, column = np.concatenate(rows), np.concatenate(columns)
    counted = sparse.coo_matrix((np.ones(len(row), dtype=np.float32), (row, column)), shape=(len(texts), 2 * HASHED_TO))
    return counted.tocsr()  # which sums up what stands in the same place


def _pieces(texts: Sequence[str]) -> Iterator[tuple[list[str], np.ndarray]]:
    """The texts, in lists of about `AT_ONCE` characters, and which text each is or is a piece of."""
    pieces: list[str] = []
    rows: list[int] = []
    held = 0
    for row, text in enumerate(texts):
        for start in range(0, len(text), AT_ONCE):
            pieces.append(text[start : start + AT_ONCE])
            rows.append(row)
            held += len(pieces[-1])
            if held >= AT_ONCE:
                yield pieces, np.array(rows, dtype=np.int32)
                pieces, rows, held = [], [], 0
    yield pieces, np.array(rows, dtype=np.int32)


def _words_and_pairs(texts):
    """Words and pairs of them: the text that each stands in, and its hash."""
    codes, text_at = _code_points(texts)
    in_word = _mask(codes, lambda letter: letter.isalnum() or letter == "_")
    edges = np.flatnonzero(in_word[1:] != in_word[:-1]) + 1  # beginnings and ends in turn, as there is a space at both ends
    text, words = text_at[edges[::2]], _hashing(codes)(edges[::2], edges[1::2])
    first = np.flatnonzero(text[1:] == text[:-1])
    return np.concatenate([text, text[first]]), np.concatenate([words, words[first] * OF_PAIRS + words[first + 1]])


def _runs(texts):
    """Runs of characters of a word and the spaces around it: the text that each stands in, and its hash."""
    codes, text_at = _code_points(texts)
    is_space = _mask(codes, str.isspace)
    hashes = _hashing(np.where(is_space, SPACE, codes))
    found = []
    for length in CHARACTERS:
        n = max(0, len(codes) - length + 1)
        starts = np.flatnonzero(~np.logical_or.reduce([is_space[inner : inner + n] for inner in range(1, length - 1)]))
        found.append((text_at[starts + 1], hashes(starts, starts + length)))
    return tuple(map(np.concatenate, zip(*found, strict=True)))


def _code_points(texts):
    """The texts with a space before, between and behind them: np.ndarray of uint32; and the text that each is of, or ends."""
    codes = np.frombuffer(f" {' '.join(texts)} ".encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    lengths = [len(text) + 1 for text in texts]
    return codes, np.concatenate([[0], np.repeat(np.arange(len(texts)), lengths)])


def _mask(codes: np.ndarray, test: Callable[[str], bool]) -> np.ndarray:
    """Which of the code points are letters that pass a test."""
    passes = np.zeros(int(codes.max(initial=0)) + 1, dtype=bool)
    known = np.flatnonzero(np.bincount(codes))
    passes[known] = [test(chr(code)) for code in known.tolist()]
    return passes[codes]


def _hashing(codes):
    """A function from where runs begin and end to their hashes, np.ndarray of uint64."""
    sums = np.zeros(len(codes) + 1, dtype=np.uint64)
    np.cumsum(codes * _powers(BASE, len(codes)), out=sums[1:])
    inverse_powers = _powers(pow(BASE, -1, 2**64), len(codes))
    return lambda starts, ends: (sums[ends] - sums[starts]) * inverse_powers[starts]


def _powers(base, n):
    """Its powers from 0 to n - 1, modulo 2**64."""
    factors = np.full(n, base, dtype=np.uint64)
    factors[:1] = 1
    return np.multiply.accumulate(factors)


def _column(hashes):
    """The first bits of the hashes, mixed: np.ndarray of int32 in [0, HASHED_TO)."""
    return ((hashes ^ (hashes >> HALF_BITS)) * MIXER >> np.uint64(64 - HASHED_BITS)).astype(np.int32)

"""Texts of many rows of which few are different, such as labels: each different text once, and a number for each row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, overload

import numpy as np


class CodedTexts(Sequence):
    """A sequence of texts that can be worked on text by text, however many rows have each.

    Parameters
    ----------
    different : sequence of str
        All different, in the order in which they come first, each of at least one row.
    codes : np.ndarray of int, shape (n,)
        Which of them each row has.
    """

    def __init__(self, different: Sequence[str], codes: np.ndarray) -> None:
        self.different = tuple(different)
        self.codes = codes

    @classmethod
    def of(cls, texts: Iterable[str]) -> CodedTexts:
        """Those of some rows' texts.

        Examples
        --------
        >>> CodedTexts.of(["a", "b", "a"]).codes.tolist()
        [0, 1, 0]
        """
        if isinstance(texts, CodedTexts):
            return texts
        number: dict[str, int] = {}
        codes = [number.setdefault(text, len(number)) for text in texts]
        return cls(tuple(number), np.array(codes, dtype=np.intp))

    @classmethod
    def of_values(cls, values: np.ndarray, in_words: Callable[[np.ndarray], list[str]]) -> CodedTexts:
        """Those of an array's values.

        Parameters
        ----------
        values : np.ndarray, shape (n,)
        in_words : callable
            From an np.ndarray of different values to their texts.
        """
        if values.dtype.kind not in "iub":
            return cls.of(in_words(values))
        least = int(values.min(initial=0))
        if int(values.max(initial=0)) - least > len(values) + 1:
            return cls.of(in_words(values))
        shifted = values.astype(np.intp) - least
        present = np.flatnonzero(np.bincount(shifted, minlength=1))
        number = np.zeros(present.max(initial=0) + 1, dtype=np.intp)
        number[present] = np.arange(len(present))
        return cls._merged(in_words((present + least).astype(values.dtype)) if len(values) else [], number[shifted])

    @classmethod
    def _merged(cls, texts, codes):
        """Of texts that may be equal and stand in any order."""
        if not len(codes):
            return cls((), codes)
        first_row = np.full(len(texts), len(codes))
        first_row[codes[::-1]] = np.arange(len(codes))[::-1]  # of several rows with a code, the first is written last
        in_order = [code for code in np.argsort(first_row, kind="stable").tolist() if first_row[code] < len(codes)]
        number: dict[str, int] = {}
        new = np.zeros(len(texts), dtype=np.intp)
        for code in in_order:
            new[code] = number.setdefault(texts[code], len(number))
        return cls(tuple(number), new[codes])

    def mapped(self, change: Callable[[str], str]) -> CodedTexts:
        """Every text changed.

        Examples
        --------
        >>> CodedTexts.of(["a ", "b", "a"]).mapped(str.strip).different
        ('a', 'b')
        """
        return self._merged([change(text) for text in self.different], self.codes)

    def counts(self) -> dict[str, int]:
        """How many rows have each text.

        Examples
        --------
        >>> CodedTexts.of(["b", "a", "b"]).counts()
        {'b': 2, 'a': 1}
        """
        count = np.bincount(self.codes, minlength=len(self.different))
        return dict(zip(self.different, count.tolist(), strict=True))

    def rows_with(self, wanted: Callable[[str], bool]) -> np.ndarray:
        """The rows whose text is wanted: np.ndarray of int, ascending."""
        return np.flatnonzero(np.array([bool(wanted(text)) for text in self.different] or [False])[self.codes])

    def at(self, rows: np.ndarray) -> CodedTexts:
        """The texts of some rows, given as an np.ndarray of int."""
        return self._merged(self.different, self.codes[rows])

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, row: int) -> str: ...

    @overload
    def __getitem__(self, row: slice) -> list[str]: ...

    def __getitem__(self, row: Any) -> Any:
        if isinstance(row, slice):
            return [self.different[code] for code in self.codes[row].tolist()]
        return self.different[self.codes[row]]

    def __iter__(self) -> Iterator[str]:
        return map(self.different.__getitem__, self.codes.tolist())

    def __contains__(self, text: object) -> bool:
        return text in self.different

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and not isinstance(other, str) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # as a list has none

    def __repr__(self) -> str:
        return repr(list(self))


class CountedTexts(CodedTexts):
    """Different texts and in how many rows each stands, where the rows are too many to be at hand.

    Parameters
    ----------
    counts : dict of str to int
    meaning : dict of str to str, optional
        What each of them has become.
    """

    def __init__(self, counts: dict[str, int], meaning: dict[str, str] | None = None) -> None:
        self.meaning = meaning or {text: text for text in counts}
        self._counts = counts
        super().__init__(tuple(dict.fromkeys(self.meaning.values())), np.empty(0, dtype=np.intp))

    def mapped(self, change: Callable[[str], str]) -> CountedTexts:
        """Every text changed."""
        return CountedTexts(self._counts, {text: change(meant) for text, meant in self.meaning.items()})

    def counts(self) -> dict[str, int]:
        """How many rows have each text.

        Examples
        --------
        >>> CountedTexts({"a": 2, "A": 3}).mapped(str.lower).counts()
        {'a': 5}
        """
        found = dict.fromkeys(self.different, 0)
        for text, meant in self.meaning.items():
            found[meant] += self._counts[text]
        return found

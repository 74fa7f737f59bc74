"""Where the rows of a delimited table end, found by its line ends and quotation marks, without parsing its cells."""

from __future__ import annotations

import io

import numpy as np

from vizzy.reading.formats.dialects import Dialect

TAIL_BYTES = 4096


def line_and_row_ends(
    block: bytes, dialect: Dialect, is_inside: bool = False, before: bytes = b"\n\n"
) -> tuple[np.ndarray, np.ndarray, bool]:
    """Where lines end, where rows do, and whether the block ends between quotation marks.

    Parameters
    ----------
    block : bytes
    dialect : Dialect
    is_inside : bool
        Whether it begins between quotation marks.
    before : bytes
        The two before the block.

    Returns
    -------
    (np.ndarray of int, np.ndarray of int, bool)
    """
    signs = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero(signs == ord("\n"))
    quotes = _quotes(signs, dialect, is_inside, before) if dialect.quoting else ()
    if not len(quotes) and not is_inside:
        return ends, ends, False
    of_rows = ends[(np.searchsorted(quotes, ends) + is_inside) % 2 == 0]
    return ends, of_rows, bool((len(quotes) + is_inside) % 2)


def _quotes(signs, dialect, is_inside, before):
    """Where the quotation marks are that open and close fields: one within a field that none encloses is a part of it."""
    quote = ord(dialect.quote)
    quotes = np.flatnonzero(signs == quote)
    with_before = np.concatenate([np.frombuffer(before, np.uint8), signs])
    last, last_but_one = with_before[quotes + 1], with_before[quotes]
    separators = [ord(dialect.delimiter), ord("\n")]
    begins = np.isin(last, separators) | ((last == ord(" ")) & np.isin(last_but_one, separators))
    if (begins | (last == quote))[int(is_inside) :: 2].all():  # each opens where a field begins, or closes one, or is written twice
        return quotes
    kept: list[int] = []
    for place, at_beginning in zip(quotes.tolist(), begins.tolist(), strict=True):
        if is_inside or at_beginning or (kept[-1] == place - 1 if kept else place == 0 and before[1] == quote):
            kept.append(place)
            is_inside = not is_inside
    return np.array(kept, dtype=np.intp)


def whole_rows(content: bytes, dialect: Dialect, most: int | None = None) -> bytes:
    """The first rows of some bytes, without one that does not end in them; nothing where none does."""
    of_rows = line_and_row_ends(content, dialect)[1][:most]
    return content[: int(of_rows[-1]) + 1] if len(of_rows) else b""


def end_of_rows(file: io.IOBase) -> int:
    """Where the last row ends, before the line ends at the end of a file."""
    end = file.seek(0, 2)
    while end:
        start = max(0, end - TAIL_BYTES)
        file.seek(start)
        kept = file.read(end - start).rstrip(b"\r\n")
        if kept:
            return start + len(kept)
        end = start
    return end

"""Stata's .dta files of version 8 and later (formats 113 to 119), with the texts that its numbers stand for.

Written after "Description of the .dta file format" (StataCorp, help dta). pandas reads them too, but is not in the browser.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

import numpy as np

from vizzy.reading.errors import ReadingError
from vizzy.reading.files import InputFile
from vizzy.reading.limits import Limits
from vizzy.reading.tables import Table, numbered_rows
from vizzy.sentences import sentence

OLD, NEW = (113, 114, 115), (117, 118, 119)  # the parts of new ones stand between marks
LATIN = "cp1252"  # before format 118, which is UTF-8
LONG_TEXT, LONGEST_TEXT = 32_768, 2045
# Of each type of number: numpy's, the first value that means none, and its number in old and in new formats.
NUMBERS = {
    **dict.fromkeys((251, 65_530), ("i1", 101)),
    **dict.fromkeys((252, 65_529), ("i2", 32_741)),
    **dict.fromkeys((253, 65_528), ("i4", 2_147_483_621)),
    **dict.fromkeys((254, 65_527), ("f4", 1.7014118e38)),
    **dict.fromkeys((255, 65_526), ("f8", 8.98846567431158e307)),
}
NO_VALUE = ""
LARGEST_WHOLE, LARGEST_NUMBER = 1e15, 8  # a number written without a point; bytes


@dataclass
class _Layout:
    """What a file says of its parts."""

    format: int
    order: str
    n_rows: int
    columns: list  # of str
    types: list  # of int
    labels: list  # of str: the name of the list of texts that a column's numbers stand for, or ""
    data: int  # where the rows begin
    value_labels: int  # where these lists begin
    long_texts: int | None = None


def read_stata(file: InputFile, limits: Limits) -> Table:
    """Read a table of Stata's.

    Parameters
    ----------
    file : InputFile
    limits : Limits

    Returns
    -------
    Table
        Of texts; numbers that have a label are that label.

    Raises
    ------
    ReadingError
        Where the file is damaged, of another version, or holds too much.
    """
    try:
        layout = _old_layout(file.content) if file.content[0] in OLD else _new_layout(file.content)
        if not limits.hold(layout.n_rows, len(layout.columns)):
            raise ReadingError(sentence(
                "{file} holds more than the {rows} rows, or {cells} cells, that fit: {advice}.",
                file=file.name, rows=limits.rows, cells=limits.cells, advice=limits.advice(file.name),
            ))
        columns = _columns(file.content, layout)
    except ReadingError:
        raise
    except (ValueError, IndexError, KeyError, TypeError, OverflowError, struct.error) as error:
        raise ReadingError(sentence(
            "{file} cannot be read as a Stata file ({error}): is it cut off, or older than Stata 8? Save it as CSV with export delimited.",
            file=file.name, error=str(error) or type(error).__name__,
        )) from error
    if not layout.n_rows:
        raise ReadingError(sentence("{file} holds no rows: is it the right file?", file=file.name))
    return numbered_rows(file.name, tuple(layout.columns), tuple(map(list, zip(*columns, strict=True))))


def _old_layout(content):
    version, order = content[0], "<" if content[1] == 2 else ">"
    n_columns, n_rows = struct.unpack_from(f"{order}HI", content, 4)
    width = 49 if version > 113 else 12  # of a format of a column
    place = 109
    types = list(content[place : place + n_columns])
    place += n_columns
    columns = _names(content, place, n_columns, 33, LATIN)
    place += 33 * n_columns + 2 * (n_columns + 1) + width * n_columns
    labels = _names(content, place, n_columns, 33, LATIN)
    place += (33 + 81) * n_columns
    while content[place] or struct.unpack_from(f"{order}I", content, place + 1)[0]:
        place += 5 + struct.unpack_from(f"{order}I", content, place + 1)[0]
    place += 5
    layout = _Layout(version, order, n_rows, columns, types, labels, place, 0)
    layout.value_labels = place + n_rows * _row(layout).itemsize
    return layout


def _new_layout(content):
    found = re.match(rb"<stata_dta><header><release>(\d+)</release><byteorder>(LSF|MSF)</byteorder><K>", content)
    version = int(found[1]) if found else 0
    if version not in NEW:
        raise ValueError(f"format {version}")
    order = "<" if found[2] == b"LSF" else ">"
    k_type, n_type = ("I" if version == 119 else "H"), ("I" if version == 117 else "Q")
    n_columns = struct.unpack_from(order + k_type, content, found.end())[0]
    n_rows = struct.unpack_from(order + n_type, content, content.index(b"<N>", found.end()) + 3)[0]
    places = struct.unpack_from(f"{order}14Q", content, content.index(b"<map>") + 5)
    wide = 33 if version == 117 else 129
    encoding = LATIN if version == 117 else "utf-8"
    types = list(struct.unpack_from(f"{order}{n_columns}H", content, places[2] + len(b"<variable_types>")))
    columns = _names(content, places[3] + len(b"<varnames>"), n_columns, wide, encoding)
    labels = _names(content, places[6] + len(b"<value_label_names>"), n_columns, wide, encoding)
    return _Layout(version, order, n_rows, columns, types, labels, places[9] + len(b"<data>"), places[11] + len(b"<value_labels>"), places[10] + len(b"<strls>"))


def _names(content, place, count, width, encoding):
    parts = [content[start : start + width] for start in range(place, place + count * width, width)]
    if count and len(parts[-1]) < width:
        raise ValueError("its end is missing")
    return [_text(part, encoding) for part in parts]


def _text(content, encoding):
    return content.split(b"\0")[0].decode(encoding, "replace")


def _row(layout):
    """The type of a row."""
    kinds = []
    for number, kind in enumerate(layout.types):
        if kind in NUMBERS:
            kinds.append((str(number), layout.order + NUMBERS[kind][0]))
        elif kind == LONG_TEXT:
            kinds.append((str(number), "S8"))
        elif 0 < kind <= (244 if layout.format in OLD else LONGEST_TEXT):
            kinds.append((str(number), f"S{kind}"))
        else:
            raise ValueError(f"a column of type {kind}")
    return np.dtype(kinds)


def _columns(content, layout):
    """The cells of each column, as texts."""
    row = _row(layout)
    if layout.data + layout.n_rows * row.itemsize > len(content):
        raise ValueError("its end is missing")
    rows = np.frombuffer(content, row, layout.n_rows, layout.data)
    texts = _value_labels(content, layout)
    long_texts = _long_texts(content, layout) if LONG_TEXT in layout.types else {}
    encoding = LATIN if layout.format < 118 else "utf-8"
    columns = []
    for number, (kind, label) in enumerate(zip(layout.types, layout.labels, strict=True)):
        values = rows[str(number)]
        if kind == LONG_TEXT:
            columns.append([long_texts.get(value.ljust(8, b"\0"), NO_VALUE) for value in values.tolist()])
        elif kind in NUMBERS:
            columns.append(_number_texts(values, NUMBERS[kind][1], texts.get(label, {})))
        else:
            columns.append([_text(value, encoding) for value in values.tolist()])
    return columns


def _number_texts(values, first_missing, texts):
    """Numbers as texts: what stands for one, a whole one without a point, and nothing for one that means none."""
    written = {value: _number_text(value, values.dtype, texts) if value < first_missing else NO_VALUE for value in set(values.tolist())}
    return [written.get(value, NO_VALUE) for value in values.tolist()]


def _number_text(value, dtype, texts):
    if isinstance(value, int) or value.is_integer() and abs(value) < LARGEST_WHOLE:
        return texts.get(int(value), str(int(value)))
    return str(dtype.type(value)) if dtype.itemsize < LARGEST_NUMBER else repr(value)


def _value_labels(content, layout):
    """The texts that numbers stand for, by the name of their list: dict of dict."""
    wide, encoding = (33, LATIN) if layout.format < 118 else (129, "utf-8")
    mark = b"<lbl>" if layout.format in NEW else b""
    lists, place, order = {}, layout.value_labels, layout.order
    while place + 8 < len(content) and content[place : place + len(mark)] == mark:
        place += len(mark)
        (length,) = struct.unpack_from(f"{order}I", content, place)
        name = _text(content[place + 4 : place + 4 + wide], encoding)
        start = place + 4 + wide + 3
        count, size = struct.unpack_from(f"{order}II", content, start)
        offsets = np.frombuffer(content, f"{order}i4", count, start + 8).tolist()
        numbers = np.frombuffer(content, f"{order}i4", count, start + 8 + 4 * count).tolist()
        text = content[start + 8 + 8 * count : start + 8 + 8 * count + size]
        lists[name] = {number: _text(text[offset:], encoding) for number, offset in zip(numbers, offsets, strict=True)}
        place = start + length + (len(b"</lbl>") if mark else 0)
    return lists


def _long_texts(content, layout):
    """Texts that stand behind the rows, by what the rows have in their place."""
    found, place, order = {}, layout.long_texts, layout.order
    observation = "I" if layout.format == 117 else "Q"
    head = struct.Struct(f"{order}I{observation}BI")
    while content[place : place + 3] == b"GSO":
        variable, row, kind, length = head.unpack_from(content, place + 3)
        start = place + 3 + head.size
        if layout.format == 117:
            key = struct.pack(f"{order}II", variable, row)
        else:  # two bytes, of format 119 three, of the column, and the rest of the row
            wide = 2 if layout.format == 118 else 3
            little = variable.to_bytes(wide, "little") + row.to_bytes(8 - wide, "little")
            key = little if order == "<" else variable.to_bytes(wide, "big") + row.to_bytes(8 - wide, "big")
        text = content[start : start + length]
        found[key] = _text(text, LATIN if layout.format == 117 else "utf-8") if kind == 130 else ""
        place = start + length
    return found

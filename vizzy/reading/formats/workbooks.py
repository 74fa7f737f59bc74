"""What holds several tables in one file: the sheets of a workbook, the tables of a web page or of a database.

Of several the one is read that has columns with usual names, else the largest.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace

from vizzy.reading.errors import ReadingError, listed
from vizzy.reading.formats.json_tables import NAMES_OF_LABELS
from vizzy.reading.formats.headers import header_of, with_names_of_their_own
from vizzy.reading.formats.surroundings import without_repeated, without_surroundings
from vizzy.reading.tables import NAMES_OF_COLUMNS, ROW, UNNAMED, Form, Table
from vizzy.sentences import sentence


@dataclass(frozen=True)
class Sheet:
    """The cells of one table where it has any, as rows of equal width."""

    rows: list
    first: int  # the number of the first row in the sheet
    is_merged: bool = False  # whether cells of a column are merged
    has_header: bool = False  # whether the first row surely holds the names of the columns, and all others are data


class Workbook:
    """A file of several tables, of which each is made when it is asked for.

    Parameters
    ----------
    name : str
        Of the file.
    filled : mapping of str to Sheet
        Those that have rows, by their names.
    n_sheets : int
        How many there are.
    hidden : set of str
        The names of those that a person does not see.
    notes : tuple of Sentence
        What was assumed in reading all of them.
    are_tables : bool
        Whether they are called tables there, and not sheets.
    """

    def __init__(
        self, name: str, filled: Mapping[str, Sheet], n_sheets: int, hidden: frozenset[str] = frozenset(), notes: tuple = (), are_tables: bool = False
    ) -> None:
        self.name = name
        self._filled, self._n_sheets, self._hidden = filled, n_sheets, hidden
        self._notes, self._are_tables = notes, are_tables
        self._tables: dict[str, Table] = {}

    def table(self, sheet: str | None = None) -> Table:
        """Read a sheet.

        Parameters
        ----------
        sheet : str, optional
            Its name; found out where it is not given.

        Returns
        -------
        Table

        Raises
        ------
        ReadingError
            Where there is no such sheet, or it holds no table.
        """
        if sheet is not None and sheet not in self._filled:
            raise ReadingError(sentence(
                "{file} has no sheet {sheet} with rows: its sheets are {sheets}.",
                file=self.name, sheet=repr(sheet), sheets=listed(self._filled),
            ))
        name = sheet or _sheet_of(self._filled, self._hidden)
        table = self._table_of(name)
        if self._n_sheets == 1:
            return table
        values = {"file": self.name, "sheets": listed(self._filled), "sheet": repr(name)}
        note = sentence("Of the sheets of {file}, {sheets}, {sheet} was read.", **values)
        if self._are_tables:
            note = sentence("Of the tables in {file}, {sheets}, {sheet} was read.", **values)
        return replace(table, notes=(note, *table.notes))

    def tables(self) -> dict[str, Table]:
        """Read all sheets that a person sees and that hold a table: dict, by their names."""
        tables = {}
        for name in self._filled:
            if name not in self._hidden:
                try:
                    tables[name] = self._table_of(name)
                except ReadingError:
                    continue  # no table: read alone, it would be complained about
        return tables

    def _table_of(self, sheet):
        if sheet not in self._tables:
            table = _table(self.name, self._filled[sheet], Form(sheets=tuple(self._filled), sheet=sheet))
            self._tables[sheet] = replace(table, notes=(*self._notes, *table.notes))
        return self._tables[sheet]


def _sheet_of(filled, hidden):
    """The sheet that holds the table, by its columns' names and its size, of those that a person sees."""
    seen = [name for name in filled if name not in hidden] or list(filled)
    return max(seen, key=lambda name: (_names_in(filled[name].rows, NAMES_OF_LABELS), _names_in(filled[name].rows, NAMES_OF_COLUMNS), len(filled[name].rows)))


def _table(name, sheet, form):
    if sheet.has_header:
        rows = tuple([[shown_text(cell) for cell in row] for row in sheet.rows[1:]])
        return Table(name, tuple(sheet.rows[0]), rows, tuple(range(sheet.first + 1, sheet.first + len(sheet.rows))), form, unit=ROW)
    texts, notes = _without_side_tables(name, [[shown_text(cell) for cell in row] for row in sheet.rows])
    if sheet.is_merged:
        notes = (*notes, sentence("Merged cells of {file} count for each of their rows.", file=name))
    columns, used, more = header_of(name, texts)
    notes = (*notes, *more)
    columns = [column or f"{UNNAMED}{number}" for number, column in enumerate(columns, start=1)]
    columns, more = with_names_of_their_own(name, columns, texts[used:], ROW, sheet.first)
    notes = (*notes, *more)
    places = list(range(sheet.first + used, sheet.first + len(texts)))
    below, places, again = without_repeated(name, ROW, [cell.strip() for cell in texts[0]], texts[used:], places)
    below, places, more = without_surroundings(name, ROW, below, places, len(columns), True)
    more = [*again, *more]
    kept = [(row, place) for row, place in zip(below, places, strict=True) if any(row)]
    return Table(name, tuple(columns), tuple(row for row, _ in kept), tuple(place for _, place in kept), form, (*notes, *more), unit=ROW)


def _without_side_tables(name, texts):
    """Rows without columns that stand apart, behind an empty column, in less than half of the rows, such as a legend; and a note on them."""
    width = len(texts[0])
    empty = [column for column in range(width) if not any(row[column].strip() for row in texts)]
    edges = [-1, *empty, width]
    blocks = [range(left + 1, right) for left, right in zip(edges, edges[1:], strict=False) if right - left > 1]
    sizes = [sum(any(row[column].strip() for column in block) for row in texts) for block in blocks]
    kept = [column for block, size in zip(blocks, sizes, strict=True) for column in block if 2 * size >= max(sizes)]
    if not empty or sum(map(len, blocks)) == len(kept):
        return texts, ()
    left_out = [texts[0][column] for block, size in zip(blocks, sizes, strict=True) for column in block if 2 * size < max(sizes)]
    note = sentence("{columns} in {file} stand beside the table, in fewer rows: left out.", columns=listed([text for text in left_out if text], 4), file=name)
    return [[row[column] for column in kept] for row in texts], (note,)


def trimmed(rows: list, first: int, is_merged: bool) -> Sheet:
    """Rows of equal width, without the empty ones at the edges and the lines above that are no part of the table."""
    rows = [list(row) for row in rows]
    while rows and not any(shown_text(cell) for cell in rows[-1]):
        rows.pop()
    width = max((len(row) for row in rows), default=0)
    filled = [sum(bool(shown_text(cell)) for cell in row) for row in rows]
    usual = max(set(filled), key=filled.count) if filled else 0
    start = next((place for place, count in enumerate(filled) if count >= max(1, usual) or _names_all_but_an_index(rows[place], count, usual)), 0)
    return Sheet([row + [""] * (width - len(row)) for row in rows[start:]], first + start, is_merged)


def _names_all_but_an_index(row, count, usual):
    """Whether a row has texts in all columns but the first, as pandas writes a header above an index."""
    return 0 < count == usual - 1 and not shown_text(row[0]) and all(isinstance(cell, str) for cell in row)


def shown_text(cell: object) -> str:
    """A cell as a person sees it."""
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    if isinstance(cell, (datetime.date, datetime.time)):
        return cell.isoformat()
    return "" if cell is None else str(cell)


def _names_in(rows, usual):
    """Whether one of several columns has a usual name."""
    return len(rows[0]) > 1 and any(shown_text(cell).strip().lower() in usual for cell in rows[0])

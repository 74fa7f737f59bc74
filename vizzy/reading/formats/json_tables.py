"""Tables in JSON: a list of objects, one on each line, or the shapes in which pandas and others write a table."""

import json
from collections.abc import Sequence
from dataclasses import replace

from vizzy.reading.errors import ReadingError, shown
from vizzy.reading.safe_json import parse_json
from vizzy.reading.tables import ABSENT, JSON, JSON_LINES, Form, Table

SAMPLE_CHARACTERS = 100_000
HOLDERS = ("data", "rows", "records", "examples", "items")  # keys under which an object holds the list of rows
EXPECTED = 'an object, like {"text": "…", "label": "cat"}'


def read_json_lines(name: str, text: str, form: Form, notes: tuple) -> Table:
    """Read a table with a JSON object on every line."""
    objects, lines = [], []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            objects.append(_parsed_line(name, number, line))
            lines.append(number)
    line_end = "\r\n" if "\r\n" in text[:SAMPLE_CHARACTERS] else "\n"
    return _table_of_objects(name, objects, lines, replace(form, kind=JSON_LINES, line_end=line_end), notes)


def read_json(name: str, text: str, form: Form, notes: tuple) -> Table:
    """Read a table that is one JSON value.

    Raises
    ------
    ReadingError
        Where it is no JSON, or no list of objects.
    """
    try:
        value = parse_json(text)
    except ValueError as error:
        if text.lstrip().startswith("{") and "\n{" in text.strip():
            return read_json_lines(name, text, form, notes)
        raise ReadingError(f"{name} is no JSON ({error}): is it cut off? Save the table as CSV.") from error
    if isinstance(value, dict):
        value, said = _rows_of_object(value)
        if value is None:
            raise ReadingError(
                f"{name} holds one JSON object, but a list of them, one for a row, is expected: with pandas, "
                'to_json(orient="records") writes it.'
            )
        notes = (*notes, f"{name} was read as {said}.")
    for number, entry in enumerate(value, start=1):
        if not isinstance(entry, dict):
            raise ReadingError(f"{name} entry {number} is {shown(entry)}, but must be {EXPECTED}.")
    return _table_of_objects(name, value, list(range(1, len(value) + 1)), replace(form, kind=JSON), notes)


def json_text(table: Table) -> str:
    """A table as JSON, in the form in which it came."""
    objects = [
        {column: value for column, value in zip(table.columns, row, strict=True) if value is not ABSENT} for row in table.rows
    ]
    if table.form.kind == JSON:
        return json.dumps(objects, ensure_ascii=False, indent=1) + "\n"
    return "".join(json.dumps(entry, ensure_ascii=False) + table.form.line_end for entry in objects)


def _rows_of_object(value):
    """The rows that one object holds, and what its shape is called; (None, "") where it is none of those."""
    if set(value) >= {"columns", "data"} and _are_lists(value["data"]):
        rows = [dict(zip(value["columns"], row, strict=False)) for row in value["data"]]
        return rows, "columns and rows apart"
    for key in HOLDERS:
        if isinstance(value.get(key), list) and value[key] and isinstance(value[key][0], dict):
            return value[key], f"the list under {shown(key)}"
    if isinstance(value.get("labels"), dict):
        names = value.get("classes") if isinstance(value.get("classes"), list) else []
        return _rows_of_labels(value["labels"], names), "labels by id"
    columns = {key: column for key, column in value.items() if isinstance(column, dict) and column}
    if columns and len(columns) == len(value) and len({tuple(column) for column in columns.values()}) == 1:
        rows = next(iter(columns.values()))
        return [{key: column[row] for key, column in columns.items()} for row in rows], "a table by columns"
    lists = {key: column for key, column in value.items() if isinstance(column, list)}
    if lists and len(lists) == len(value) and len({len(column) for column in lists.values()}) == 1:
        return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)], "a table by columns"
    return None, ""


def _rows_of_labels(labels, names):
    """Rows of an id and a label, which may be the number of its class."""
    by_number = dict(enumerate(names))
    return [{"id": key, "label": by_number.get(label, label) if type(label) is int else label} for key, label in labels.items()]


def _are_lists(rows: Sequence) -> bool:
    return isinstance(rows, list) and bool(rows) and all(isinstance(row, list) for row in rows)


def _parsed_line(name, number, line):
    try:
        value = parse_json(line)
    except ValueError as error:
        raise ReadingError(
            f"{name} line {number} is no JSON ({error}): in JSON Lines every line is one object, like "
            '{"text": "…", "label": "cat"}.'
        ) from error
    if not isinstance(value, dict):
        raise ReadingError(f"{name} line {number} is {shown(line)}, but must be {EXPECTED}.")
    return value


def _table_of_objects(name, objects, lines, form, notes):
    if not objects:
        raise ReadingError(f"{name} holds no rows: is it cut off?")
    columns = tuple(dict.fromkeys(key for entry in objects for key in entry))
    rows = tuple([entry.get(column, ABSENT) for column in columns] for entry in objects)
    return Table(name, columns, rows, tuple(lines), form, notes, "entry" if form.kind == JSON else "line")

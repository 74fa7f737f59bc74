"""Tables in JSON: a list of objects, one on each line, or the shapes in which pandas and others write a table."""

import json
from collections.abc import Sequence
from dataclasses import replace

from vizzy.reading.errors import ReadingError, shown
from vizzy.reading.safe_json import parse_json
from vizzy.reading.tables import ABSENT, JSON, JSON_LINES, NAMES_OF_COLUMNS, UNNAMED, Form, Table

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
    elif (read := _rows_of_list(value)) is not None:
        value, said = read
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
    if {"images", "annotations", "categories"} <= value.keys():
        return _rows_of_coco(value), "COCO's list of images and their annotations"
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
        if {str(row).lower() for row in rows} & NAMES_OF_COLUMNS and not {key.lower() for key in columns} & NAMES_OF_COLUMNS:
            return [{"id": key, **row} for key, row in columns.items()], "a table by rows"
        return [{key: column[row] for key, column in columns.items()} for row in rows], "a table by columns"
    lists = {key: column for key, column in value.items() if isinstance(column, list)}
    if lists and len(lists) == len(value) and len({len(column) for column in lists.values()}) == 1:
        return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)], "a table by columns"
    if len(value) > 1 and _are_labels(value.values()):
        return _rows_of_labels(value, []), "labels by id"
    return None, ""


def _rows_of_list(value):
    """The rows of a list that holds no objects, and what its shape is called; None where it holds those, or nothing known."""
    if _are_labels(value):
        return [{"label": entry} for entry in value], "a list of labels"
    if _are_lists(value) and all(len(row) == 2 and isinstance(row[0], str) and isinstance(row[1], dict) for row in value):
        return [{"text": text, **entry} for text, entry in value], "texts, each with an object"
    if _are_lists(value) and all(isinstance(entry, dict) for entry in value[0]):
        return [{"scores": entry} for entry in value], "a list of scores"
    if _are_lists(value) and len({len(row) for row in value}) == 1:
        if all(type(cell) in (int, float) for row in value for cell in row):
            return [{"values": row} for row in value], "a list of numbers for each row"
        return [{f"{UNNAMED}{place}": cell for place, cell in enumerate(row, start=1)} for row in value], "rows without names"
    return None


def _are_labels(values):
    """Whether some values are texts or whole numbers of which some come again."""
    values = list(values)
    return all(type(value) in (str, int) for value in values) and 1 < len(set(values)) < len(values)


def _rows_of_coco(value):
    """An image a row, with the names of the categories that were annotated in it."""
    names = {category.get("id"): category.get("name") for category in value["categories"]}
    labels: dict = {}
    for annotation in value["annotations"]:
        name = names.get(annotation.get("category_id"), annotation.get("category_id"))
        labels.setdefault(annotation.get("image_id"), []).append(name)
    return [
        {"id": image.get("id"), "file_name": image.get("file_name"), "label": list(dict.fromkeys(labels.get(image.get("id"), [])))}
        for image in value["images"]
    ]


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

"""Tables in JSON: a list of objects, one on each line, or the shapes in which pandas and others write a table."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace

from vizzy.reading.errors import ReadingError, listed, shown
from vizzy.reading.safe_json import parse_json, parse_json_values
from vizzy.reading.tables import ABSENT, ENTRY, JSON, JSON_LINES, LINE, NAMES_OF_COLUMNS, UNNAMED, Form, Table
from vizzy.sentences import sentence

SAMPLE_CHARACTERS = 100_000
HOLDERS = ("data", "rows", "records", "examples", "items", "samples", "instances")  # keys under which an object holds the list of rows
MOST_NESTED = 3  # objects within each other around the list of rows
# Keys of an object that holds a list for each part of the data.
_PART = re.compile(r"(.*[_-])?(train|training|val|valid|validation|dev|test|unsupervised)([_-].*)?", re.IGNORECASE)
PART_COLUMN = "split"
SOURCE = "_source"
NAMES_OF_LABELS = frozenset("label labels class target category given_label".split())
# How chats are kept: the key, who says what, under which keys, and what those who ask are called.
CHATS = (("messages", "role", "content", ("user",)), ("conversations", "from", "value", ("human", "user")))
EXAMPLE = '{"text": "…", "label": "cat"}'


def is_one_list(text: str) -> bool:
    """Whether a text is one list of objects in JSON, and not a value on each line."""
    if not text.lstrip().startswith("["):
        return False
    try:
        return _are_objects(parse_json(text))
    except ValueError:
        return False


def read_json_lines(name: str, text: str, form: Form, notes: tuple) -> Table:
    """Read a table with a JSON object on every line, or with objects in a row that take several lines each.

    Raises
    ------
    ReadingError
        Where a line, or what follows an object, is none.
    """
    if _are_in_a_row(text):
        return _read_objects_in_a_row(name, text, form, notes)
    objects, lines = [], []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            objects.append(_parsed_line(name, number, line.rstrip().removesuffix(",")))
            lines.append(number)
    line_end = "\r\n" if "\r\n" in text[:SAMPLE_CHARACTERS] else "\n"
    return _table_of_objects(name, objects, lines, replace(form, kind=JSON_LINES, line_end=line_end), notes)


def _are_in_a_row(text):
    """Whether a text begins with a JSON object that is not all of the first line, and something in brackets follows."""
    text = text.lstrip()
    end_of_line = text.find("\n") % (len(text) + 1)
    try:
        parse_json(text[:end_of_line].rstrip().removesuffix(","))
    except ValueError:
        try:
            first, _, end = next(parse_json_values(text))
        except (ValueError, StopIteration):
            return False
        return isinstance(first, dict) and text[end:].lstrip(" \t\r\n,")[:1] in ("{", "[")
    return False


def _read_objects_in_a_row(name, text, form, notes):
    """Read a table of JSON objects one after the other, as ``jq`` prints them; it is written with one on each line."""
    objects, lines, line, before = [], [], 1, 0
    try:
        for value, start, end in parse_json_values(text):
            line, before = line + text.count("\n", before, start), start
            objects.append(value if isinstance(value, dict) else _parsed_line(name, line, text[start:end]))
            lines.append(line)
    except json.JSONDecodeError as error:
        raise ReadingError(sentence(
            "{file} holds JSON objects one after the other, but line {number} is no JSON ({error}): is it cut off?",
            file=name, number=str(error.lineno), error=error.msg,
        )) from error
    line_end = "\r\n" if "\r\n" in text[:SAMPLE_CHARACTERS] else "\n"
    notes = (*notes, sentence("{file} was read as JSON objects one after the other.", file=name))
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
        if _are_in_a_row(text) or (text.lstrip().startswith("{") and "\n{" in text.strip()):
            return read_json_lines(name, text, form, notes)
        raise ReadingError(sentence("{file} is no JSON ({error}): is it cut off? Save the table as CSV.", file=name, error=str(error))) from error
    if isinstance(value, dict):
        value, said = _rows_of_object(value)
        if value is None:
            raise ReadingError(sentence(
                "{file} holds one JSON object, but a list of them, one for a row, is expected: with pandas, {call} writes it.",
                file=name, call='to_json(orient="records")',
            ))
        notes = (*notes, sentence("{file} was read as {what}.", file=name, what=said))
    elif (read := _rows_of_list(value)) is not None:
        value, said = read
        notes = (*notes, sentence("{file} was read as {what}.", file=name, what=said))
    for number, entry in enumerate(value, start=1):
        if not isinstance(entry, dict):
            raise ReadingError(sentence(
                "{file} entry {number} is {entry}, but must be an object, like {example}.",
                file=name, number=str(number), entry=shown(entry), example=EXAMPLE,
            ))
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
        return _rows_of_coco(value), sentence("COCO's list of images and their annotations")
    if isinstance(value.get("categories"), dict) and _are_objects(value.get("items")):
        return _rows_of_datumaro(value), sentence("Datumaro's list of items and their annotations")
    if set(value) >= {"columns", "data"} and _are_lists(value["data"]):
        rows = [dict(zip(value["columns"], row, strict=False)) for row in value["data"]]
        return _with_index(rows, value.get("index")), sentence("columns and rows apart")
    if len(value) > 1 and all(_PART.fullmatch(key) for key in value) and (parts := _rows_of_parts(value)):
        return parts, sentence("parts of the data, {parts}, one below the other", parts=listed(value))
    if value.get("type") == "FeatureCollection" and _are_objects(value.get("features")):
        return _rows_of_geojson(value["features"]), sentence("GeoJSON's features and their properties")
    for key in HOLDERS:
        if _are_objects(value.get(key)):
            return value[key], sentence("the list under {key}", key=shown(key))
    if _are_texts_by_class(value):
        rows = [{"label": label, "text": text} for label, texts in value.items() for text in texts]
        return rows, sentence("lists of texts, each under its label")
    nested, said = _nested_rows(value) if len(value) == 1 else (None, "")
    if nested is not None:
        return nested, said
    if isinstance(value.get("labels"), dict):
        names = value.get("classes") if isinstance(value.get("classes"), list) else []
        return _rows_of_labels(value["labels"], names), sentence("labels by id")
    columns = {key: column for key, column in value.items() if isinstance(column, dict) and column}
    if columns and len(columns) == len(value) and len({tuple(column) for column in columns.values()}) == 1:
        rows = next(iter(columns.values()))
        if {str(row).lower() for row in rows} & NAMES_OF_COLUMNS and not {key.lower() for key in columns} & NAMES_OF_COLUMNS:
            return [{"id": key, **row} for key, row in columns.items()], sentence("a table by rows")
        return _with_index([{key: column[row] for key, column in columns.items()} for row in rows], list(rows)), sentence("a table by columns")
    lists = {key: column for key, column in value.items() if isinstance(column, list)}
    if lists and len(lists) == len(value) and len({len(column) for column in lists.values()}) == 1:
        return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)], sentence("a table by columns")
    if len(value) > 1 and _are_labels(value.values()):
        return _rows_of_labels(value, []), sentence("labels by id")
    return _nested_rows(value)


def _rows_of_list(value):
    """The rows of a list that holds no objects, and what its shape is called; None where it holds those, or nothing known."""
    if _are_labels(value):
        return [{"label": entry} for entry in value], sentence("a list of labels")
    if _are_lists(value) and all(len(row) == 2 and isinstance(row[0], str) and isinstance(row[1], dict) for row in value):
        return [{"text": text, **entry} for text, entry in value], sentence("texts, each with an object")
    if _are_lists(value) and all(isinstance(entry, dict) for entry in value[0]):
        return [{"scores": entry} for entry in value], sentence("a list of scores")
    if _are_lists(value) and len({len(row) for row in value}) == 1:
        if all(type(cell) in (int, float) for row in value for cell in row):
            return [{"values": row} for row in value], sentence("a list of numbers for each row")
        return [{f"{UNNAMED}{place}": cell for place, cell in enumerate(row, start=1)} for row in value], sentence("rows without names")
    return None


def _are_texts_by_class(value):
    """Whether an object holds a list of texts of several words for each of several keys, none of which is a usual name of a column."""
    if len(value) < 2 or {key.lower() for key in value} & NAMES_OF_COLUMNS or not all(isinstance(texts, list) and texts for texts in value.values()):
        return False
    texts = [text for texts in value.values() for text in texts]
    return all(isinstance(text, str) for text in texts) and 2 * sum(" " in text.strip() for text in texts) > len(texts) and len(set(texts)) > len(value)


def _rows_of_geojson(features):
    """A feature a row: its properties, and where it is, for a point."""
    rows = []
    for feature in features:
        row = dict(feature.get("properties") or {})
        where = feature.get("geometry") or {}
        if where.get("type") == "Point" and _are_numbers(where.get("coordinates")):
            row |= dict(zip(("longitude", "latitude"), where["coordinates"], strict=False))
        rows.append({"id": feature["id"], **row} if "id" in feature and "id" not in row else row)
    return rows


def _are_numbers(values):
    return isinstance(values, list) and bool(values) and all(type(value) in (int, float) for value in values)


def _are_objects(rows):
    return isinstance(rows, list) and bool(rows) and isinstance(rows[0], dict)


def _nested_rows(value, depth=MOST_NESTED):
    """The only list of objects within objects, and what it is called; (None, "") where there is none, or are several."""
    lists = [key for key, inner in value.items() if _are_objects(inner)]
    if len(lists) > 1:  # the one that has usual columns
        lists = [key for key in lists if {name.lower() for name in value[key][0]} & NAMES_OF_COLUMNS]
    if len(lists) == 1:
        return value[lists[0]], sentence("the list under {key}", key=shown(lists[0]))
    inside = [_nested_rows(inner, depth - 1) for inner in value.values() if isinstance(inner, dict) and depth > 1 and not lists]
    found = [(rows, said) for rows, said in inside if rows is not None]
    return found[0] if len(found) == 1 else (None, "")


def _with_index(rows, index):
    """Rows with what pandas keeps of their names, unless it has only counted them."""
    if not isinstance(index, list) or len(index) != len(rows) or [str(name) for name in index] == [str(number) for number in range(len(rows))]:
        return rows
    return [row if "id" in row else {"id": name, **row} for name, row in zip(index, rows, strict=True)]


def _rows_of_parts(value):
    """The rows of all parts, each with the name of its part; None where they are no rows."""
    parts = {part: rows for part, rows in value.items() if rows}
    if all(_are_objects(rows) for rows in parts.values()):
        return [{**row, PART_COLUMN: part} for part, rows in parts.items() for row in rows if isinstance(row, dict)]
    rows = [(part, row) for part, listed_rows in parts.items() for row in listed_rows if isinstance(listed_rows, list)]
    if not rows or not all(isinstance(row, list) for _, row in rows) or len({len(row) for _, row in rows}) != 1:
        return None
    named = [({f"{UNNAMED}{place}": cell for place, cell in enumerate(row, start=1)}, part) for part, row in rows]
    return [{**cells, PART_COLUMN: part} for cells, part in named]


def _rows_of_datumaro(value):
    """An item a row, with the names of the labels that were given to the whole of it; CVAT writes this."""
    labels = value["categories"].get("label", {})
    names = [label.get("name") for label in labels.get("labels", []) if isinstance(label, dict)]
    rows = []
    for item in value["items"]:
        given = [entry for entry in item.get("annotations", []) if entry.get("type") == "label"]
        numbers = [entry["label_id"] for entry in given if type(entry.get("label_id")) is int and entry["label_id"] < len(names)]
        path = item["image"].get("path") if isinstance(item.get("image"), dict) else None
        rows.append({"id": item.get("id"), "file_name": path, "label": list(dict.fromkeys(names[number] for number in numbers))})
    return rows


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
        raise ReadingError(sentence(
            "{file} line {number} is no JSON ({error}): in JSON Lines every line is one object, like {example}.",
            file=name, number=str(number), error=str(error), example=EXAMPLE,
        )) from error
    if not isinstance(value, dict):
        raise ReadingError(sentence(
            "{file} line {number} is {line}, but must be an object, like {example}.",
            file=name, number=str(number), line=shown(line), example=EXAMPLE,
        ))
    return value


def _table_of_objects(name, objects, lines, form, notes):
    if not objects:
        raise ReadingError(sentence("{file} holds no rows: is it cut off?", file=name))
    wrapped = {key for entry in objects for key in entry}
    if any(key == SOURCE for key in wrapped):  # of Elasticsearch, whose own keys begin alike
        wrapped = {key for key in wrapped if key == SOURCE or not key.startswith("_")}
    if len(wrapped) == 1 and all(isinstance(entry.get(next(iter(wrapped))), dict) for entry in objects):
        (key,) = wrapped
        if any(inner.lower() in NAMES_OF_COLUMNS for inner in objects[0][key]):
            objects = [entry[key] for entry in objects]
            notes = (*notes, sentence("What is under {key} in {file} was read.", key=shown(key), file=name))
    objects, more = _of_chats(name, objects)
    objects, nested = flattened(name, objects)
    notes = (*notes, *more, *nested)
    columns = tuple(dict.fromkeys(key for entry in objects for key in entry))
    rows = tuple([entry.get(column, ABSENT) for column in columns] for entry in objects)
    return Table(name, columns, rows, tuple(lines), form, notes, ENTRY if form.kind == JSON else LINE)


def _of_chats(name, objects):
    """Of chats that a model is to be trained with, what was said to it as a text and what it is to answer as a label; other objects as they are."""
    for key, who, what, people in CHATS:
        chats = [entry.get(key) for entry in objects]
        if not all(_are_objects(chat) and all({who, what} <= turn.keys() for turn in chat) for chat in chats):
            continue
        rows = []
        for entry, chat in zip(objects, chats, strict=True):
            said = [turn[what] for turn in chat if turn[who] in people]
            answers = [turn[what] for turn in chat if turn[who] not in (*people, "system")]
            others = {column: cell for column, cell in entry.items() if column != key}
            rows.append({"text": "\n".join(map(str, said)), "label": answers[-1] if answers else None, **others})
        return rows, (sentence("{file} holds chats: what was said is the text, and the last answer the label.", file=name),)
    return objects, ()


def flattened(name: str, objects: Sequence[dict]) -> tuple[Sequence[dict], tuple]:
    """Objects with what stands in inner ones beside the rest, where only there a column is called like labels; and notes.

    Examples
    --------
    >>> flattened("a.json", [{"id": 1, "row": {"label": "cat"}}, {"id": 2, "row": {"label": "dog"}}])[0]
    [{'id': 1, 'row.label': 'cat'}, {'id': 2, 'row.label': 'dog'}]
    """
    keys = dict.fromkeys(key for entry in objects for key in entry)
    if {key.lower() for key in keys} & NAMES_OF_LABELS:
        return objects, ()
    inner = [key for key in keys if _holds_rows(objects, key)]
    if not any(place.lower() in NAMES_OF_LABELS for key in inner for entry in objects for place in entry.get(key) or ()):
        return objects, ()
    rows = []
    for entry in objects:
        row: dict = {}
        for key, cell in entry.items():
            row |= {f"{key}.{place}": value for place, value in (cell or {}).items()} if key in inner else {key: cell}
        rows.append(row)
    return rows, (sentence("What stands within {keys} in {file} was read as columns.", keys=listed(inner, 3), file=name),)


def _holds_rows(objects, key):
    """Whether what is under a key are objects of texts and numbers, with the same keys in all of them."""
    cells = [entry[key] for entry in objects if entry.get(key) is not None]
    if not cells or not all(isinstance(cell, dict) and cell for cell in cells) or len({tuple(cell) for cell in cells}) > 1:
        return False
    return all(isinstance(value, str | int | float | None) for cell in cells for value in cell.values())

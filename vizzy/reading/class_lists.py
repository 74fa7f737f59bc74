"""Lists of the classes' names, beside a table or within it: in their order, or by the numbers that stand for them.

Lists come as lines of a text, as JSON's forms of it, as YAML, as a table of numbers and names, and as what Hugging Face's
datasets keep of a column of numbers (``ClassLabel``): in the description of a Parquet file's columns, in
``dataset_info.json``, or at the top of ``README.md``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from vizzy.reading.files import InputFile
from vizzy.reading.safe_json import parse_json, parse_value

NAME = re.compile(
    r"(.*[_.-])?(class(es)?|class_?names?|label_?names?|labels?|label_?list|categories|names|label2id|id2label|label_?map|class_?map"
    r"|class_?to_?(idx|index|id)|idx_?to_?class|class_?(idx|index|indices|ids)|config|dataset_infos?|batches\.meta)|readme|data|dataset",
    re.IGNORECASE,
)
SUFFIXES = (".txt", ".names", ".json", "", ".csv", ".tsv", ".md", ".yaml", ".yml")
USUALLY_LABELS = re.compile(r"labels?|data|dataset", re.IGNORECASE)  # a table or an array of such a name holds the labels of rows
# Keys under which a model's description names the classes.
KEYS = ("id2label", "label2id", "class_names", "classes", "label_names", "labels", "names")
MOST_BYTES = 1_000_000
CLASS_LABEL, HUGGING_FACE = "ClassLabel", b"huggingface"
_NUMBERED_LINE = re.compile(r"(\d+)(?:\s*[:=,;\t]\s*|\s+)(\S.*)")
_YAML_ENTRY = re.compile(r"\s*(?:-\s+|['\"]?(\d+)['\"]?\s*:\s*)(\S.*?)\s*")
_YAML_NAMES = re.compile(r"(\s*)names\s*:\s*(.*?)\s*")
_YAML_COLUMN = re.compile(r"\s*-\s*name\s*:\s*(.+?)\s*")


@dataclass(frozen=True)
class ClassList:
    """Classes in their order, and the number that stands for each."""

    names: tuple[str, ...]
    numbers: tuple[str, ...] = ()  # of whole numbers; from 0 on where they are not given

    def by_number(self) -> dict[str, str]:
        """The name of the class that each number stands for."""
        return dict(zip(self.numbers or map(str, range(len(self.names))), self.names, strict=True))

    def fits(self, labels: Collection[str]) -> bool:
        """Whether some labels are such names, or such numbers."""
        return set(labels) <= set(self.names) or set(labels) <= self.by_number().keys()


def class_list_of(file: InputFile, column: str | None = None) -> ClassList | None:
    """The classes that a file lists, or that it says a column has.

    Parameters
    ----------
    file : InputFile
    column : str, optional
        Of the labels, where they are in a table.

    Returns
    -------
    ClassList or None
        None where the file is no such list.
    """
    stem = PurePosixPath(file.base_name).stem
    if file.suffix not in SUFFIXES or len(file.content) > MOST_BYTES or not NAME.fullmatch(stem):
        return None
    try:
        text = file.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if file.suffix in (".md", ".yaml", ".yml"):
        return _of_yaml(text, column)
    if text.lstrip()[:1] in ("[", "{"):
        return _of_json(text, column)
    return _of_table(text) if file.suffix in (".csv", ".tsv") else _of_lines(text)


def names_of_columns(metadata: Mapping | None) -> dict[str, tuple[str, ...]]:
    """The classes of columns of numbers, as Hugging Face's datasets keep them with the columns' types.

    Parameters
    ----------
    metadata : mapping of bytes to bytes, or None
        Of an Arrow schema.

    Returns
    -------
    dict of str to tuple of str
        By column.
    """
    try:
        described = parse_json((metadata or {})[HUGGING_FACE].decode("utf-8"))
    except (KeyError, ValueError):
        return {}
    return _of_features(described)


def _of_features(described: Any) -> dict[str, tuple[str, ...]]:
    """The classes of each column that is a ClassLabel, wherever in a description its features are."""
    if not isinstance(described, dict):
        return {}
    features = described.get("features")
    if isinstance(features, dict):
        of_class = {name: entry for name, entry in features.items() if isinstance(entry, dict) and entry.get("_type") == CLASS_LABEL}
        return {name: tuple(entry["names"]) for name, entry in of_class.items() if _are_names(entry.get("names"))}
    for value in described.values():
        if found := _of_features(value):
            return found
    return {}


def _of_json(text, column):
    try:
        value = parse_json(text)
    except ValueError:
        return None
    of_columns = _of_features(value)
    if of_columns:
        return _of_column(of_columns, column)
    return _checked(_names_in(value))


def _of_column(of_columns, column):
    """The list for a column, by its usual name where it has none, or the only one that there is."""
    names = of_columns.get(column or "label") or (next(iter(of_columns.values())) if len(of_columns) == 1 else None)
    return ClassList(names) if names else None


def _of_lines(text):
    """Lines of names, or of numbers and names."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    numbered = [_NUMBERED_LINE.fullmatch(line) for line in lines]
    if lines and all(numbered):
        return _checked([match[2] for match in numbered], [match[1] for match in numbered])
    return _checked(lines)


def _of_table(text):
    """A table of two columns, numbers and names, either way about."""
    rows = [[cell.strip() for cell in row] for row in csv.reader(text.splitlines(), delimiter="\t" if "\t" in text else ",") if any(row)]
    if len(rows) < 2 or any(len(row) != 2 for row in rows):
        return None
    rows = rows if any(cell.isdigit() for cell in rows[0]) else rows[1:]
    for number, name in ((0, 1), (1, 0)):
        if all(row[number].isdigit() for row in rows) and not any(row[name].isdigit() for row in rows):
            rows = sorted(rows, key=lambda row: int(row[number]))
            numbers = [int(row[number]) for row in rows]
            in_turn = numbers[0] in (0, 1) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
            return _checked([row[name] for row in rows], list(map(str, numbers))) if in_turn else None
    return None


def _of_yaml(text, column):
    """What stands under ``names``: of the column, where the YAML describes several."""
    lines = text.splitlines()
    of_columns: dict[str, tuple[str, ...]] = {}
    current = ""
    for number, line in enumerate(lines):
        if match := _YAML_COLUMN.fullmatch(line):
            current = match[1].strip("'\"")
        elif match := _YAML_NAMES.fullmatch(line):
            found = _checked(_inline(match[2]) if match[2] else _block(lines[number + 1 :], len(match[1])))
            if found:
                of_columns.setdefault(current, found.names)
    return _of_column(of_columns, column) if of_columns else None


def _inline(text):
    try:
        return _names_in(parse_value(text))
    except ValueError:
        return [part.strip().strip("'\"") for part in text.strip("[] ").split(",")] if text[:1] == "[" else []


def _block(lines, indent):
    """The names in the lines below, for as long as these are a list, or numbers from 0 on with names."""
    names = []
    for line in lines:
        match = _YAML_ENTRY.fullmatch(line)
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not match or len(line) - len(line.lstrip()) < indent or (match[1] and int(match[1]) != len(names)):
            break
        names.append(match[2].strip("'\""))
    return names


def _names_in(value: Any) -> list[str]:
    """The names that a JSON value lists, or gives numbers from 0 on, either way about."""
    if isinstance(value, list):
        return value if all(isinstance(name, str) for name in value) else []
    if not isinstance(value, dict):
        return []
    for key in KEYS:
        if isinstance(value.get(key), (list, dict)):
            return _names_in(value[key])
    by_number = dict(value.items())
    if all(type(number) is int for number in value.values()):
        by_number = {str(number): name for name, number in value.items()}
    in_order = [by_number.get(str(number)) for number in range(len(value))]
    return in_order if all(isinstance(name, str) for name in in_order) else []  # type: ignore[return-value]  # no None is left


def _are_names(names):
    return isinstance(names, list) and len(names) > 1 and all(isinstance(name, str) for name in names)


def _checked(names, numbers=()):
    """A list of at least two different names; None for anything else."""
    return ClassList(tuple(names), tuple(numbers)) if len(names) > 1 and len(set(names)) == len(names) else None

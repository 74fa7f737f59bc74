"""Small files beside a table that list the classes in the order of the predictions: names in lines, or JSON's forms of it."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import PurePosixPath
from typing import Any

from vizzy.reading.files import InputFile
from vizzy.reading.safe_json import parse_json

NAME = re.compile(
    r"(.*[_.-])?(class(es)?|class_?names?|label_?names?|labels?|label_?list|categories|names|label2id|id2label|label_?map|class_?map"
    r"|class_?to_?(idx|index|id)|class_?(idx|index|indices|ids)|config)",
    re.IGNORECASE,
)
SUFFIXES = (".txt", ".names", ".json", "")
# Keys under which a model's description names the classes.
KEYS = ("id2label", "label2id", "class_names", "classes", "label_names", "labels", "names")
MOST_BYTES = 1_000_000


def class_list_of(file: InputFile, labels: Collection[str]) -> tuple[str, ...]:
    """The classes that a file lists, in their order.

    Parameters
    ----------
    file : InputFile
    labels : collection of str
        That rows have: a list that lacks one of them is of something else.

    Returns
    -------
    tuple of str
        Empty where the file is no such list.
    """
    if file.suffix not in SUFFIXES or len(file.content) > MOST_BYTES or not NAME.fullmatch(PurePosixPath(file.base_name).stem):
        return ()
    try:
        text = file.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ()
    names = _of_json(text) if text.lstrip()[:1] in ("[", "{") else [line.strip() for line in text.splitlines() if line.strip()]
    listed = len(names) > 1 and len(set(names)) == len(names) and set(labels) <= set(names)
    return tuple(names) if listed and labels else ()


def _of_json(text):
    try:
        return _names_in(parse_json(text))
    except ValueError:
        return []


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

"""Parses untrusted JSON, and Python's literals: the nesting is limited, and halves of letters are replaced.

Natively, JSON nested a hundred thousand deep is an error like any other. In WebAssembly it overflows a stack that
nothing catches, and takes the whole interpreter with it, so depth is measured before anything is parsed.

JSON can name one half of a letter that UTF-16 writes in two, as programs do that cut a text in the middle of an emoji.
No encoding holds that, so it is read as the replacement character.
"""

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

MOST_LEVELS = 50
# A string, whose brackets do not count, though it may not be closed, or a bracket.
_HALF = re.compile(r"\\u[dD][89a-fA-F]")  # perhaps: it may have its other half
_BETWEEN = re.compile(r"[\s,]*")  # values in a row
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)
# What str() of a list, a tuple, a set or a dict holds: texts between quotation marks, and between them plain numbers and brackets.
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
_PLAIN = re.compile(r"(?:[\[\](){}:,'\s]|-?\d[\d.]*(?:[eE][+-]?\d+)?(?=\s*[\]),:}])|True|False|None)*")


def parse_json(text: str) -> Any:
    """What a JSON text says.

    Parameters
    ----------
    text : str

    Returns
    -------
    object
        Of the kinds that JSON has, without halves of letters.

    Raises
    ------
    ValueError
        Where it is broken, or nested more than MOST_LEVELS deep.
    """
    if text.count("[") + text.count("{") > MOST_LEVELS:
        _check_depth(text)
    value = json.loads(text)
    return _without_halves(value) if _HALF.search(text) else value


def parse_json_values(text: str) -> Iterator[tuple[Any, int, int]]:
    """What a text says that holds JSON values one after the other, with nothing or with white space or commas between them.

    Parameters
    ----------
    text : str

    Yields
    ------
    (object, int, int)
        A value, and where it begins and ends.

    Raises
    ------
    ValueError
        Where what comes next is broken, or the text is nested more than MOST_LEVELS deep.

    Examples
    --------
    >>> [value for value, _, _ in parse_json_values('{"a": 1} {"a": 2}')]
    [{'a': 1}, {'a': 2}]
    """
    _check_depth(text)
    decoder, start = json.JSONDecoder(), _BETWEEN.match(text).end()  # type: ignore[union-attr]
    while start < len(text):
        value, end = decoder.raw_decode(text, start)
        yield (_without_halves(value) if _HALF.search(text, start, end) else value), start, end
        start = _BETWEEN.match(text, end).end()  # type: ignore[union-attr]


def parse_value(text: str) -> Any:
    """What a text says that is JSON, or the way Python prints a list, a tuple, a set or a dict of plain values.

    Parameters
    ----------
    text : str

    Returns
    -------
    object
        Of the kinds that JSON has: tuples and sets become lists.

    Raises
    ------
    ValueError
        Where it is neither, or nested more than MOST_LEVELS deep.

    Examples
    --------
    >>> parse_value("['cat']"), parse_value("('cat',)"), parse_value("{'cat': 0.9}")
    (['cat'], ['cat'], {'cat': 0.9})
    """
    try:
        return parse_json(text)
    except ValueError:
        return _as_json(_parsed_literal(text.strip()))


def _parsed_literal(text):
    bare = _QUOTED.sub("''", text)
    if text[:1] not in ("[", "(", "{") or not _PLAIN.fullmatch(bare):
        raise ValueError("neither JSON nor a plain value of Python's")
    depth = 0
    for letter in bare:
        depth += (letter in "[({") - (letter in "])}")
        if depth > MOST_LEVELS:
            raise ValueError(f"nested more than {MOST_LEVELS} levels deep")
    try:
        return ast.literal_eval(text)
    except (SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise ValueError(str(error)) from error


def _as_json(value):
    if isinstance(value, (list, tuple, set)):
        return [_as_json(entry) for entry in (sorted(value, key=repr) if isinstance(value, set) else value)]
    if isinstance(value, dict):
        return {str(key): _as_json(entry) for key, entry in value.items()}
    return value


def _without_halves(value):
    """A value whose texts can be written in any encoding: the replacement character for half a letter."""
    utf_16 = json.dumps(value, ensure_ascii=False).encode("utf-16-le", "surrogatepass")
    return json.loads(utf_16.decode("utf-16-le", "replace"))


def _check_depth(text):
    depth = 0
    for token in _TOKEN.finditer(text):
        bracket = token[0]
        if bracket in "[{":
            depth += 1
            if depth > MOST_LEVELS:
                raise ValueError(f"nested more than {MOST_LEVELS} levels deep")
        elif bracket in "]}":
            depth -= 1

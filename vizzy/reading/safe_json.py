"""JSON from strangers, parsed without trust in its depth, or in its letters being whole.

Natively, JSON nested a hundred thousand deep is an error like any other. In WebAssembly it overflows a stack that
nothing catches, and takes the whole interpreter with it, so depth is measured before anything is parsed.

JSON can name one half of a letter that UTF-16 writes in two, as programs do that cut a text in the middle of an emoji.
No encoding holds that, so it is read as the replacement character.
"""

import json
import re
from typing import Any

MOST_LEVELS = 50
# A string, whose brackets do not count, though it may not be closed, or a bracket.
_HALF = re.compile(r"\\u[dD][89a-fA-F]")  # perhaps: it may have its other half
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)


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

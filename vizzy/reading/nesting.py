"""JSON from strangers, parsed without trust in its depth.

Natively, JSON nested a hundred thousand deep is an error like any other. In WebAssembly it overflows a stack that
nothing catches, and takes the whole interpreter with it, so depth is measured before anything is parsed.
"""

import json
import re

MOST_LEVELS = 50
# A string, whose brackets do not count, though it may not be closed, or a bracket.
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)


def parsed_json(text):
    """What a JSON text says; raises a ValueError where it is broken, or nested more than MOST_LEVELS deep."""
    if text.count("[") + text.count("{") > MOST_LEVELS:
        _check_depth(text)
    return json.loads(text)


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

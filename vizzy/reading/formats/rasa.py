"""Training data of Rasa's chatbots: intents, each with its examples, in YAML or, as older versions have it, in Markdown.

An example is a text and its intent the label. What is marked in an example as an entity stays as it was said.
"""

import re
from collections.abc import Iterator

from vizzy.reading.errors import ReadingError
from vizzy.reading.tables import Form, Table
from vizzy.sentences import sentence

COLUMNS = ("label", "text")
_IN_YAML = re.compile(r"^nlu:\s*(#.*)?$", re.MULTILINE)
_INTENT = re.compile(r"(\s*)-\s*intent:\s*(\S.*?)\s*$")
_IN_MARKDOWN = re.compile(r"^##\s*intent:\s*\S", re.MULTILINE)
_HEADING = re.compile(r"##\s*(\w+):\s*(.*?)\s*$")
_EXAMPLE = re.compile(r"\s*[-*+]\s+(.*?)\s*$")
_TEXT_KEY = re.compile(r"\s*(?:-\s+)?text:\s*(?:[|>][+-]?\s*)?(.*?)\s*$")
_KEY = re.compile(r"\s*(?:-\s+)?[a-z_]+:(\s|$)")
_ENTITY = re.compile(r"\[([^\]\[]+)\](?:\([^()\s][^()]*\)|\{[^{}]*\})")


def is_rasa(text: str) -> bool:
    """Whether a text lists intents with their examples.

    Examples
    --------
    >>> is_rasa("version: '3.1'\\nnlu:\\n- intent: greet\\n  examples: |\\n    - hello\\n")
    True
    """
    return bool(_IN_YAML.search(text) and re.search(r"^\s*-\s*intent:", text, re.MULTILINE)) or bool(_IN_MARKDOWN.search(text))


def read_rasa(name: str, text: str, form: Form, notes: tuple) -> Table:
    """Read the examples of all intents.

    Raises
    ------
    ReadingError
        Where there are none.
    """
    examples = _in_yaml(text) if _IN_YAML.search(text) else _in_markdown(text)
    found = [(number, intent, _ENTITY.sub(r"\1", example)) for number, intent, example in examples if example]
    if not found:
        raise ReadingError(sentence("{file} names intents but no examples of them: is it the right file?", file=name))
    note = sentence("{file} was read as training data of Rasa's: each example with its intent as the label.", file=name)
    rows = tuple([intent, example] for _, intent, example in found)
    return Table(name, COLUMNS, rows, tuple(number for number, _, _ in found), form, (*notes, note))


def _in_yaml(text: str) -> Iterator[tuple[int, str, str]]:
    """The line, the intent and the text of each example, as a block of lines or as a list of objects with a text each."""
    intent, depth, awaits_text = "", 0, False
    for number, line in enumerate(text.split("\n"), start=1):
        indent = len(line) - len(line.lstrip())
        if found := _INTENT.match(line):
            intent, depth, awaits_text = _unquoted(found[2]), indent, False
        elif line.strip() and not line.lstrip().startswith("#") and indent <= depth:
            intent = ""  # of a synonym, a lookup table or a key above
        elif intent and awaits_text and line.strip():
            awaits_text = False
            yield number, intent, _unquoted(line.strip())
        elif intent and (found := _TEXT_KEY.match(line)):
            awaits_text = not found[1]
            if found[1]:
                yield number, intent, _unquoted(found[1])
        elif intent and not _KEY.match(line) and (found := _EXAMPLE.match(line)):
            yield number, intent, _unquoted(found[1])


def _in_markdown(text: str) -> Iterator[tuple[int, str, str]]:
    intent = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if found := _HEADING.match(line):
            intent = found[2] if found[1] == "intent" else ""
        elif intent and (found := _EXAMPLE.match(line)):
            yield number, intent, found[1]


def _unquoted(text):
    """A value of YAML's without its quotation marks, or the comment behind it."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1].replace(text[0] * 2, text[0]) if text[0] == "'" else text[1:-1].replace('\\"', '"')
    return re.sub(r"\s+#.*$", "", text)

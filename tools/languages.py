"""Keep the catalogues of static/languages/ in step with the page's texts.

    python tools/languages.py              say what a catalogue lacks, or has wrong
    python tools/languages.py --update     enter new texts, with "" to fill in, and take away those that are gone
    python tools/languages.py --new fr     begin a catalogue

English stands in the sources and is the key: ``_("…")`` and ``counted(n, "{} label", "{} labels")`` in main.py and
vizzy/page/, ``sentence("…")`` and ``counted`` in what the worker loads, ``translated("…")`` in static/start.js, what the
markup says, and the names in static/datasets.json. A catalogue is what the page fetches, a flat JSON object in the order of
the sources; a language has two, de.json for the start and de.late.json for what loads late. Under "" the first says how
numbers are written, and which plural forms the language has (those of Intl.PluralRules; a text with a count has a key for
each: ``{} label|one``).
Texts of several elements number them, as static/translate.js does: ``Press <1>Train</1> now.``
It needs the standard library alone.
"""

import argparse
import ast
import json
import re
import string
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import manifest

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = "static/languages"
DATASETS = "static/datasets.json"
SCRIPT = "static/start.js"
WORKER, LOADED_LATE = "vizzy/worker.json", "vizzy/late.json"  # see tools/manifest.py
WORKER_ENTRY = "vizzy/worker.py"
LATE = ".late"  # between a language's name and .json: the catalogue of what loads late
SAID = ("title", "aria-label", "placeholder", "data-empty")  # as in static/translate.js
NOT_SAID = ("script", "style", "noscript")
VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
MARKS = {"numbered elements": r"</?\d+>", "values": r"%(?:\(\w+\))?[sd]", "marked terms": r"\*"}
FORMAT = {"plurals": "one other", "decimal": ".", "thousands": ",", "percent": "{} %", "ordinal": "{}.", "space": " "}


@dataclass(frozen=True)
class Message:
    """A text of the page.

    Attributes
    ----------
    text : str
        English; the key.
    other : str or None
        Of a text with a count: what it is for any number but one.
    source : str
        The file it stands in.
    late : bool
        Whether nothing that loads at the start says it.
    """

    text: str
    other: str | None
    source: str
    late: bool = False

    def keys(self, plurals: list[str]) -> list[str]:
        """Under what a catalogue of a language with these plural forms has it."""
        return [self.text] if self.other is None else [f"{self.text}|{form}" for form in plurals]


# --- where texts stand ----------------------------------------------------------------------------


def messages(root: Path) -> dict[str, Message]:
    """All texts of the page by their English, those of the start first, each in the order of the sources."""
    found: dict[str, Message] = {}
    for late, names in enumerate(sources(root)):
        for name in names:
            for text, other in reader_of(name)((root / name).read_text(encoding="utf-8")):
                found.setdefault(text, Message(text, other, name, bool(late)))
    return found


def sources(root: Path) -> tuple[list[str], list[str]]:
    """The files whose texts are said at the start, and those of what loads late."""
    worker = {path.removeprefix("./") for path in json_of(root / WORKER)["files"].values()}
    start = ["main.py", *sorted({*manifest.page_start(root), *worker}), WORKER_ENTRY]
    features = json_of(root / LOADED_LATE)["features"].values()
    late = {path for parts in features for kind in ("markup", "page", "worker") for path in parts[kind]}
    rest = {path.relative_to(root).as_posix() for path in [*(root / "vizzy/page").rglob("*.py"), *(root / "static").glob("*.html")]}
    return ["index.html", *start, SCRIPT, DATASETS], sorted((late | rest) - set(start))


def json_of(path: Path) -> dict:
    """What a JSON file holds."""
    return json.loads(path.read_text(encoding="utf-8"))


def reader_of(name: str) -> Callable[[str], Iterator[tuple[str, str | None]]]:
    """How the texts in a file are found."""
    kinds = {".html": markup_messages, ".js": script_messages, ".json": dataset_messages}
    return kinds.get(Path(name).suffix, module_messages)


def module_messages(source: str) -> Iterator[tuple[str, str | None]]:
    """What a module of the page or the worker marks as a text, in the order of its lines."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", None)
        texts = [node.value for node in call.args if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        if name in ("_", "sentence") and texts:
            yield texts[0], None
        elif name == "counted" and len(texts) == 2:
            yield texts[0], texts[1]


def script_messages(source: str) -> Iterator[tuple[str, None]]:
    """What a script marks as a text."""
    return ((json.loads(literal), None) for literal in re.findall(r'\btranslated\(("(?:[^"\\]|\\.)*")', source))


def dataset_messages(source: str) -> Iterator[tuple[str, None]]:
    """What the shipped datasets are called."""
    return ((entry["name"], None) for entry in json.loads(source))


@dataclass
class Element:
    """An element of the markup."""

    tag: str
    attributes: dict[str, str | None]
    children: list["Element | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All that stands in it."""
        return "".join(map(text_of, self.children))


class TreeBuilder(HTMLParser):
    """Reads the site's own markup, in which every element but the void ones is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        element = Element(tag, dict(attrs))
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that holds nothing, as in SVG."""
        self._open[-1].children.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if tag not in VOID:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Text."""
        self._open[-1].children.append(data)


def markup_messages(source: str) -> Iterator[tuple[str, None]]:
    """What markup says, in texts and attributes."""
    builder = TreeBuilder()
    builder.feed(source)
    return ((text, None) for text in element_messages(builder.root))


def element_messages(element: Element) -> Iterator[str]:
    """The texts of an element: the same ones that static/translate.js looks up."""
    if element.tag in NOT_SAID:
        return
    yield from attribute_messages(element)
    if element.attributes.get("translate") == "no":
        return
    said = said_by(element)
    if said:
        yield " ".join(numbered(said, []).split())
    for child in element.children:
        if isinstance(child, Element):
            yield from every_attribute(child) if said else element_messages(child)


def attribute_messages(element: Element) -> Iterator[str]:
    """What an element's attributes say."""
    values = [element.attributes.get(name) for name in SAID]
    return (value for value in values if value and has_letters(value))


def every_attribute(element: Element) -> Iterator[str]:
    """The same of an element and all in it."""
    yield from attribute_messages(element)
    for child in element.children:
        if isinstance(child, Element):
            yield from every_attribute(child)


def said_by(element: Element) -> list[Element | str]:
    """The children that an element's message is made of; none where it has no text of its own."""
    children = list(element.children)
    if not any(isinstance(child, str) and has_letters(child) for child in children):
        return []
    while not has_letters(text_of(children[0])):
        children.pop(0)
    while not has_letters(text_of(children[-1])) and (isinstance(children[-1], Element) or not children[-1].strip()):
        children.pop()
    return children


def text_of(child: Element | str) -> str:
    """All that stands in a child."""
    return child if isinstance(child, str) else child.text


def numbered(children: list[Element | str], elements: list[Element]) -> str:
    """A message, in which every element is a number."""
    parts = []
    for child in children:
        if isinstance(child, str):
            parts.append(child)
            continue
        elements.append(child)
        number = len(elements)
        parts.append(f"<{number}>{numbered(child.children, elements)}</{number}>")
    return "".join(parts)


def has_letters(text: str) -> bool:
    """Whether there is anything to translate; a single letter is a key's name."""
    return len(text.strip()) > 1 and any(character.isalpha() for character in text)


# --- the catalogues -------------------------------------------------------------------------------


def language_names(root: Path) -> list[str]:
    """The languages that there are, by their catalogues."""
    return sorted(path.stem for path in (root / CATALOGUES).glob("*.json") if not path.stem.endswith(LATE))


def paths_of(root: Path, language: str) -> tuple[Path, Path]:
    """A language's catalogue for the start, and that of what loads late."""
    return root / CATALOGUES / f"{language}.json", root / CATALOGUES / f"{language}{LATE}.json"


def read(root: Path, language: str) -> dict:
    """Both catalogues of a language as one."""
    return {key: text for path in paths_of(root, language) if path.exists() for key, text in json_of(path).items()}


def file_texts(catalogue: dict, found: dict[str, Message]) -> tuple[str, str]:
    """A language's two files, with a text a line."""
    late = {key for message in found.values() if message.late for key in message.keys(catalogue[""]["plurals"].split())}
    parts = ({key: text for key, text in catalogue.items() if (key in late) == is_late} for is_late in (False, True))
    start, rest = (json_text(part) for part in parts)
    return start, rest


def faults(catalogue: dict, found: dict[str, Message]) -> Iterator[str]:
    """What a catalogue lacks, or has wrong."""
    wanted = {key: message for message in found.values() for key in message.keys(catalogue[""]["plurals"].split())}
    for key, message in wanted.items():
        if not catalogue.get(key):
            yield f"lacks “{key}” ({message.source})"
        elif complaint := disagreement(message, catalogue[key]):
            yield f"has “{catalogue[key]}” for “{key}” ({message.source}), but {complaint}"
    for key in catalogue:
        if key and key not in wanted:
            yield f"has “{key}”, which the page no longer says"


def disagreement(message: Message, translation: str) -> str | None:
    """In what a translation does not fit its text, or None."""
    try:
        wanted, there = fields(message.text), fields(translation)
    except ValueError as error:
        return f"its braces are wrong: {error}"
    if there != wanted and not (message.other and there < wanted):
        return f"the values are {sorted(there) or 'none'}, not {sorted(wanted) or 'none'}"
    for what, pattern in MARKS.items():
        if sorted(re.findall(pattern, translation)) != sorted(re.findall(pattern, message.text)):
            return f"the {what} differ"
    return None


def fields(text: str) -> set[str]:
    """The values that a text has places for, those without a name by their number, and each with its kind."""
    found = set()
    for number, (_, name, _, _) in enumerate(part for part in string.Formatter().parse(text) if part[1] is not None):
        kind, bar, _ = (name or "").partition("|")  # {given|a word in a look of its own}
        found.add(kind + bar if bar else name or str(number))
    return found


def updated(catalogue: dict, found: dict[str, Message]) -> dict:
    """A catalogue with all texts of the page and no others; "" stands for what is to be translated."""
    keys = [key for message in found.values() for key in message.keys(catalogue[""]["plurals"].split())]
    return {"": catalogue[""]} | {key: catalogue.get(key, "") for key in keys}


def json_text(catalogue: dict) -> str:
    """A part of a catalogue as its file has it, a text a line."""
    lines = [f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(text, ensure_ascii=False)}" for key, text in catalogue.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


# --- the command ----------------------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--update", action="store_true", help="enter new texts and take away old ones")
    parser.add_argument("--new", metavar="LANGUAGE", help="begin a catalogue, as fr or pt-BR")
    options = parser.parse_args(arguments)
    found, wrong = messages(ROOT), 0
    for language in [*language_names(ROOT), *([options.new] if options.new else [])]:
        catalogue = read(ROOT, language) or {"": FORMAT}
        if options.update or language == options.new:
            catalogue = updated(catalogue, found)
            for path, text in zip(paths_of(ROOT, language), file_texts(catalogue, found), strict=True):
                path.write_text(text, encoding="utf-8")
        for fault in faults(catalogue, found):
            print(f"{language} {fault}.", file=sys.stderr)
            wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

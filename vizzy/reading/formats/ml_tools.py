"""Text formats of machine learning tools: ARFF (Weka), LIBSVM, fastText, and the lists of images of MXNet and Caffe."""

import csv
import io
import json
import re
from dataclasses import replace

from vizzy.reading.errors import ReadingError, shown
from vizzy.reading.suffixes import LABELS_OF_WORDS
from vizzy.reading.tables import FASTTEXT_PREFIX, Form, Table
from vizzy.reading.unread import not_read
from vizzy.sentences import counted, sentence

_LIBSVM_LINE = re.compile(r"\S+(?:[ \t]+(?:qid|\d+):\S+)+[ \t]*(?:#.*)?")
_LST_LINE = re.compile(r"\d+\t(?:[+-]?\d+(?:\.\d+)?\t)+[^\t]*\.(?:jpe?g|png|webp|gif|bmp|tiff?|npy)\s*", re.IGNORECASE)
_IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".npy")
_NOT_IN_PATHS = frozenset("\t,;|")
_ATTRIBUTE = re.compile(r"@attribute\s+('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\S+)\s+(.*)", re.IGNORECASE)

_LABEL_AND_TEXT = re.compile(r"(\d{1,2}|[A-Z]{2,}[A-Z_:-]*\S*|\w+:\w+)[ ]+([^\t;|:\d]*[^\W\d]+ [^\t|]*)")
_TAG = re.compile(r"O|[BIESLUM]-\S+")
FEWEST_LINES = 10

_WEIGHT = re.compile(r",\s*\{\s*[\d.]+\s*\}$")  # of a row of ARFF, at its end
_QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_SPARSE_ENTRY = re.compile(rf"\s*(\d+)\s+({_QUOTED}|[^,\s]+)\s*(?:,|$)")
_NOMINAL_VALUE = re.compile(rf"\s*({_QUOTED}|[^,}}]*[^,}}\s])")


def is_arff(text: str) -> bool:
    """Whether a text is ARFF: its first line that is no comment declares a relation or an attribute."""
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("%"):
            return line.lstrip().lower().startswith(("@relation", "@attribute"))
    return False


def is_libsvm(text: str) -> bool:
    """Whether the lines of a text are a label and numbers by place, such as ``1 3:0.5 7:1``."""
    lines = [line for line in text[:100_000].splitlines()[:50] if line.strip() and not line.startswith("#")]
    return bool(lines) and all(_LIBSVM_LINE.fullmatch(line.strip()) for line in lines[: max(1, len(lines) - 1)])


def is_fasttext(text: str) -> bool:
    """Whether a text begins with a label as fastText writes it, or each of its first lines has one somewhere."""
    if text.lstrip().startswith(FASTTEXT_PREFIX):
        return True
    lines = [line for line in text[:100_000].splitlines()[:50] if line.strip()]
    return bool(lines) and FASTTEXT_PREFIX in lines[0] and all(any(word.startswith(FASTTEXT_PREFIX) for word in line.split()) for line in lines)


def are_labels_and_texts(text: str) -> bool:
    """Whether the lines of a text are a label, a space and a text of several words, with few labels that no word of a text looks like.

    So come the questions of TREC, ``DESC:manner How did …``, and sentences behind a number.
    """
    lines = [line.strip() for line in text[:100_000].splitlines()[:500] if line.strip()]
    if len(lines) < FEWEST_LINES or not _LABEL_AND_TEXT.fullmatch(lines[0]):
        return False
    matches = [_LABEL_AND_TEXT.fullmatch(line) for line in lines]
    labels, texts = {match[1] for match in matches if match}, {match[2] for match in matches if match}
    return all(matches) and 2 <= len(labels) <= len(lines) / 3 and len(texts) > len(lines) / 2


def are_tagged_words(text: str) -> bool:
    """Whether the lines of a text are a word and, last, a tag of CoNLL's such as ``B-ORG`` or ``O``, as for names of people and places."""
    lines = [line for line in text[:100_000].splitlines()[:500] if line.strip() and not line.startswith(("#", "-DOCSTART-"))]
    tags = [line.split()[-1] for line in lines if len(line.split()) > 1]
    return len(tags) == len(lines) >= FEWEST_LINES and all(map(_TAG.fullmatch, tags)) and any(tag.startswith("B-") for tag in tags)


def refuse_tagged_words(name: str, text: str, form: Form, notes: tuple) -> Table:
    """Say that a text of tagged words holds no labels of examples.

    Raises
    ------
    ReadingError
        Always.
    """
    raise ReadingError(not_read(name, LABELS_OF_WORDS))


def is_lst(text: str) -> bool:
    """Whether the lines of a text are a number, a label or several and the path of an image, between tabs, as MXNet lists images."""
    lines = [line for line in text[:100_000].splitlines()[:50] if line.strip()]
    return bool(lines) and all(_LST_LINE.fullmatch(line) for line in lines[: max(1, len(lines) - 1)])


def are_paths_and_labels(text: str) -> bool:
    """Whether the lines of a text are the path of an image, a space and a label, as Caffe lists images, and paths have spaces.

    Where none has, the lines are a table with a space between its cells like any other.
    """
    if not _is_path_and_label(text.lstrip().partition("\n")[0].rstrip()):
        return False  # as with any other table, which is not gone through
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return all(map(_is_path_and_label, lines)) and any(" " in line.rpartition(" ")[0].rstrip() for line in lines)


def _is_path_and_label(line):
    path, _, label = line.rpartition(" ")
    return path.rstrip().lower().endswith(_IMAGE_SUFFIXES) and bool(label) and _NOT_IN_PATHS.isdisjoint(line)


def read_arff(name: str, text: str, form: Form, notes: tuple, most_cells: int) -> Table:
    """Read an ARFF file with dense or sparse rows; ``?`` is an empty cell.

    What a sparse row does not name is 0, and of a nominal attribute the value that is declared first. Written out in full, the
    table must have no more than `most_cells` cells.

    Raises
    ------
    ReadingError
        Where there are no attributes or no rows, a row is damaged, or there is too much to write out.

    References
    ----------
    Witten, Frank, Hall: Data Mining, the ARFF format of Weka.
    """
    columns: list[str] = []
    absent: list[str] = []  # what each attribute is where a sparse row does not name it
    rows: list[list[str]] = []
    lines, in_data, is_sparse = [], False, False
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("%"):
            continue
        if in_data:
            stripped = _WEIGHT.sub("", stripped)
            sparse = stripped.startswith("{")
            is_sparse |= sparse
            if sparse and (len(rows) + 1) * len(columns) > most_cells:
                raise ReadingError(_too_many_places(name, sentence("more rows than fit"), len(columns)))
            row = _sparse_arff_row(name, number, stripped, absent) if sparse else _arff_row(name, number, stripped, len(columns))
            rows.append(row)
            lines.append(number)
        elif stripped.lower().startswith("@data"):
            in_data = True
        elif match := _ATTRIBUTE.match(stripped):
            columns.append(_unquoted(match[1]))
            absent.append(_absent_value(match[2].strip()))
    if not columns or not rows:
        what = sentence("rows") if columns else sentence("attributes")
        raise ReadingError(sentence("{file} is ARFF without {what}: is it cut off?", file=name, what=what))
    note = sentence("{file} was read as ARFF.", file=name)
    if is_sparse:
        note = sentence(
            "{file} was read as ARFF, with sparse rows: what a row does not name is 0, or the first of the declared values.",
            file=name,
        )
    notes = (*notes, note)
    return Table(name, tuple(columns), tuple(rows), tuple(lines), form, notes)


def read_libsvm(name: str, text: str, form: Form, notes: tuple, most_cells: int) -> Table:
    """Read LIBSVM's sparse format: the label, then numbers by their place, counted from 1; others are 0.

    Written out in full, the table must have no more than `most_cells` cells.

    Raises
    ------
    ReadingError
        Where an entry is damaged, or the places are too many to write out.
    """
    labels, entries, lines = [], [], []
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.partition("#")[0].split()
        if words:
            labels.append(words[0])
            entries.append(_libsvm_entries(name, number, words[1:]))
            lines.append(number)
    places = [place for entry in entries for place in entry]
    first, last = min(places, default=1), max(places, default=0)
    width = last - min(first, 1) + 1
    if width * len(labels) > most_cells:
        raise ReadingError(_too_many_places(name, counted(len(labels), "{} row", "{} rows"), last))
    start = min(first, 1)
    columns = ("label", *(f"feature_{place}" for place in range(start, last + 1)))
    rows = tuple(
        [label, *(entry.get(place, "0") for place in range(start, last + 1))] for label, entry in zip(labels, entries, strict=True)
    )
    notes = (*notes, sentence(
        "{file} was read as LIBSVM: a label, then {numbers} by place.",
        file=name, numbers=counted(width, "{} number", "{} numbers"),
    ))
    return Table(name, columns, rows, tuple(lines), form, notes)


def read_fasttext(name: str, text: str, form: Form, notes: tuple) -> Table:
    """Read lines of labels, each behind a prefix, and a text, as fastText trains on: ``__label__cat a text``."""
    rows, lines = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        labels = [word for word in words if word.startswith(FASTTEXT_PREFIX)]
        if line.strip():
            said = " ".join(word for word in words if not word.startswith(FASTTEXT_PREFIX))
            rows.append([labels[0] if len(labels) == 1 else json.dumps(labels), said])
            lines.append(number)
    notes = (*notes, sentence("{file} was read as fastText writes labels and texts.", file=name))
    return Table(name, ("label", "text"), tuple(rows), tuple(lines), replace(form, delimiter="\t"), notes)


def read_lst(name: str, text: str, form: Form, notes: tuple) -> Table:
    """Read MXNet's list of images: their number, their label, written as 2.000000, and their path.

    Raises
    ------
    ReadingError
        Where a line is damaged.
    """
    rows, lines = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        if not _LST_LINE.fullmatch(line):
            raise ReadingError(sentence(
                "{file} line {number} is {line}, but a number, a label and a path, between tabs, are expected.",
                file=name, number=str(number), line=shown(line),
            ))
        index, *labels, path = line.split("\t")
        labels = [re.sub(r"\.0+$", "", label) for label in labels]
        rows.append([index, labels[0] if len(labels) == 1 else json.dumps(labels), path.strip()])
        lines.append(number)
    notes = (*notes, sentence("{file} was read as MXNet lists images: a number, a label and a path.", file=name))
    return Table(name, ("id", "label", "file"), tuple(rows), tuple(lines), replace(form, delimiter="\t"), notes)


def read_labels_and_texts(name: str, text: str, form: Form, notes: tuple) -> Table:
    """Read lines of a label, a space and a text."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    rows = tuple(line.split(None, 1) if " " in line else [line, ""] for _, line in lines)
    notes = (*notes, sentence("{file} was read as lines of a label, a space and a text.", file=name))
    return Table(name, ("label", "text"), rows, tuple(number for number, _ in lines), replace(form, delimiter="\t"), notes)


def read_paths_and_labels(name: str, text: str, form: Form, notes: tuple) -> Table:
    """Read Caffe's list of images: their path, which may have spaces, and their label behind the last space."""
    rows, lines = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            rows.append(line.strip().rsplit(None, 1))
            lines.append(number)
    notes = (*notes, sentence("{file} was read as a list of images: a path, and a label behind the last space.", file=name))
    return Table(name, ("file", "label"), tuple(rows), tuple(lines), replace(form, delimiter="\t"), notes)


def _arff_row(name, number, line, width):
    quote = "'" if line.count("'") > 1 else '"'
    row = next(csv.reader(io.StringIO(line), quotechar=quote, escapechar="\\", skipinitialspace=True))
    if len(row) != width:
        raise ReadingError(sentence(
            "{file} line {number} has {fields}, but {width} attributes are declared.",
            file=name, number=str(number), fields=counted(len(row), "{} field", "{} fields"), width=width,
        ))
    return ["" if cell.strip() == "?" else cell.strip() for cell in row]


def _sparse_arff_row(name, number, line, absent):
    """The cells of a row such as ``{0 1.5, 3 cat}``, which names the attributes, counted from 0, that are not `absent`."""
    row, inside = list(absent), line.strip("{} \t")
    entries = list(_SPARSE_ENTRY.finditer(inside))
    if not line.endswith("}") or inside and (not entries or "".join(match[0] for match in entries) != inside):
        raise ReadingError(sentence(
            "{file} line {number} is {line}, but pairs of a place and a value, such as {example}, are expected.",
            file=name, number=str(number), line=shown(line), example="{0 1.5, 3 cat}",
        ))
    for match in entries:
        if int(match[1]) >= len(row):
            raise ReadingError(sentence(
                "{file} line {number} names the attribute {attribute}, but {n} are declared, counted from 0.",
                file=name, number=str(number), attribute=match[1], n=len(row),
            ))
        row[int(match[1])] = "" if match[2] == "?" else _unquoted(match[2])
    return row


def _absent_value(kind):
    """What an attribute of a kind such as ``numeric`` or ``{cat, dog}`` is where a sparse row does not name it."""
    if kind.startswith("{"):
        match = _NOMINAL_VALUE.match(kind[1:])
        return _unquoted(match[1]) if match else ""
    return "0" if kind.lower().startswith(("numeric", "real", "integer")) else ""


def _too_many_places(name, rows, places):
    return sentence(
        "{file} has {rows} with numbers at up to {places} places, too many to write out in full: reduce them first, "
        "for instance with scikit-learn's TruncatedSVD, and bring the result as an .npy file.",
        file=name, rows=rows, places=places,
    )


def _unquoted(word):
    return word[1:-1].replace("\\", "") if word[:1] in "'\"" and word[-1:] == word[:1] else word


def _libsvm_entries(name, number, words):
    entries = {}
    for word in words:
        place, colon, value = word.partition(":")
        if place == "qid":
            continue
        try:
            float(value)
            entries[int(place)] = value
        except ValueError:
            raise ReadingError(sentence(
                "{file} line {number} has {word}, but a place and a number, such as {example}, are expected.",
                file=name, number=str(number), word=shown(word), example="3:0.5",
            )) from None
    return entries

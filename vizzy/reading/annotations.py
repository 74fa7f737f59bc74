"""Annotations of images as tools for boxes and tags write them: CVAT's and Pascal VOC's XML, LabelMe's JSON and YOLO's texts.

An image's label is what was said of the whole image, or else the name that all its boxes and outlines have. An image with
several classes has no label.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from vizzy.reading.errors import ReadingError
from vizzy.reading.files import InputFile
from vizzy.reading.safe_json import parse_json
from vizzy.reading.tables import Table, numbered_rows
from vizzy.sentences import Sentence, counted, sentence

XML, JSON, TEXT = ".xml", ".json", ".txt"
SAMPLE_BYTES = 100_000
FEWEST_FILES = 2  # of those that describe an image each
_DECLARATION = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_BOXES = re.compile(rb"(?:\s*\d+(?: [01](?:\.\d+)?){4,}[ \t]*\r?\n?)+")


def table_of_annotations(files: Sequence[InputFile], images: Sequence[str]) -> tuple[Table | None, list[InputFile], Sentence | None]:
    """A table of images and their labels, of files in one of these formats, and the files that it was made of.

    An image with several classes is left out, unless most are such: then these are places of objects, and no labels.

    Parameters
    ----------
    files : sequence of InputFile
        Of any kind.
    images : sequence of str
        The names of the images beside them, without which texts of numbers are no boxes.

    Returns
    -------
    tuple of (Table or None, list of InputFile, Sentence or None)
        The last one says why these files were not read.

    Raises
    ------
    ReadingError
        Where an XML file is damaged.
    """
    for found in (_in_xml(files), _in_json(files), _in_yolo(files) if images else None):
        if found is not None:
            rows, used, note = found
            several = sum(len(labels) > 1 for _, labels in rows)
            if 2 * several > len(rows):
                return None, used, _on_objects(used)
            return _table([row for row in rows if len(row[1]) < 2], used, _notes(note, several)), used, None
    return None, [], None


def _on_objects(used):
    return sentence(
        "{file} and {more} like it were not read: they name boxes of several classes within an image, and no label of the whole image.",
        file=used[0].name, more=counted(len(used) - 1, "{} file", "{} files"),
    )


def _notes(note, several):
    if not several:
        return (note,)
    return (note, sentence("{images} with several classes left out.", images=counted(several, "{} image", "{} images")))


def _table(rows: Iterable[tuple[str, list[str]]], used, notes):
    """One row for each image."""
    cells = tuple([name, labels[0] if labels else ""] for name, labels in rows)
    name = used[0].base_name if len(used) == 1 else PurePosixPath(used[0].name.replace("\\", "/")).parent.name or "annotations"
    return numbered_rows(f"{PurePosixPath(name).stem}.csv", ("file", "label"), cells, notes)


def _in_xml(files):
    rows, used = [], []
    for file in files:
        if file.suffix == XML and (root := _root_of(file)) is not None:
            found = _of_cvat(root) if root.tag == "annotations" else _of_voc(root, file)
            if found:
                rows += found
                used.append(file)
    if not rows:
        return None
    return rows, used, _note(used, sentence("annotations of images in XML, as CVAT and Pascal VOC write"))


def _root_of(file):
    """The outermost element of an XML file; None where it is none, or declares what it could expand to much more."""
    if _DECLARATION.search(file.content[:SAMPLE_BYTES]) or not file.content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return None
    from xml.etree import ElementTree

    try:
        return ElementTree.fromstring(file.content)
    except ElementTree.ParseError as error:
        raise ReadingError(sentence("{file} is damaged XML ({error}): is it cut off? Export it again.", file=file.name, error=str(error))) from error


def _of_cvat(root):
    """The images of CVAT's XML, with their tags, or else with what their boxes and outlines are called."""
    rows = []
    for image in root.iter("image"):
        tags = [part.get("label") for part in image if part.tag == "tag"]
        shapes = [part.get("label") for part in image if part.tag != "tag" and part.get("label")]
        rows.append((image.get("name", ""), _different(tags or shapes)))
    return rows


def _of_voc(root, file):
    """The one image of a file of Pascal VOC's."""
    names = [name.text for name in root.findall("object/name")]
    if root.tag != "annotation" or not (names or root.findtext("filename")):
        return []
    return [(root.findtext("filename") or PurePosixPath(file.name).stem, _different(names))]


def _in_json(files):
    """JSON of which each file describes an image, as one of several programs writes it."""
    for mark, read, what in OF_IMAGES:
        rows, used = [], []
        for file in files:
            if file.suffix == JSON and mark in file.content and isinstance(described := _json_of(file), dict) and (row := read(described, file)):
                rows.append(row)
                used.append(file)
        if len(used) >= FEWEST_FILES:
            return rows, used, _note(used, what)
    return None


def _of_labelme(described, _file):
    if not described.get("imagePath"):
        return None
    flags = [name for name, is_set in (described.get("flags") or {}).items() if is_set]
    return str(described["imagePath"]), _different(flags or _under("label", described.get("shapes")))


def _of_supervisely(described, file):
    """Of ``ann/1.jpg.json`` the image ``1.jpg``."""
    if not {"tags", "size", "objects"} <= described.keys():
        return None
    return PurePosixPath(file.base_name).stem, _different(_under("name", described["tags"]) or _under("classTitle", described["objects"]))


def _of_darwin(described, _file):
    item, annotations = described.get("item"), described.get("annotations")
    if not isinstance(item, Mapping) or not item.get("name") or not isinstance(annotations, list):
        return None
    tags = [entry for entry in annotations if isinstance(entry, Mapping) and "tag" in entry]
    return str(item["name"]), _different(_under("name", tags or annotations))


def _under(key, entries):
    return [entry.get(key) for entry in entries or () if isinstance(entry, Mapping)]


def _json_of(file) -> Any:
    try:
        return parse_json(file.content.decode("utf-8-sig"))
    except ValueError:
        return None


def _in_yolo(files):
    """Texts of boxes, each of an image of the same name: the numbers of their classes."""
    used = [file for file in files if file.suffix == TEXT and _BOXES.fullmatch(file.content[:SAMPLE_BYTES])]
    if len(used) < FEWEST_FILES:
        return None
    rows = [
        (PurePosixPath(file.base_name).stem, _different([line.split()[0] for line in file.content.decode("ascii", "replace").splitlines() if line.strip()]))
        for file in used
    ]
    return rows, used, _note(used, sentence("boxes within images, as YOLO writes"))


def _note(used, what) -> Sentence:
    return sentence(
        "{file} and {more} were read as {what}: the label of an image is its tag, or the class that all its boxes have.",
        file=used[0].name, more=counted(len(used) - 1, "{} other file", "{} other files"), what=what,
    )


def _different(names):
    return [str(name).strip() for name in dict.fromkeys(name for name in names if name)]


# Programs that describe each image in a JSON file of its own: what stands in it, what reads it, and how that is called.
OF_IMAGES = (
    (b'"shapes"', _of_labelme, sentence("annotations of images, as LabelMe writes")),
    (b'"objects"', _of_supervisely, sentence("annotations of images, as Supervisely writes")),
    (b'"item"', _of_darwin, sentence("annotations of images, as V7 Darwin writes")),
)

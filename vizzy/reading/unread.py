"""What is said of files that are not read, and where nothing that was brought can be read."""

from __future__ import annotations

from collections.abc import Sequence

from vizzy.reading.errors import listed
from vizzy.reading.files import InputFile
from vizzy.reading.suffixes import FOREIGN_SUFFIXES, PERHAPS_TABLE_SUFFIXES, UNKNOWN
from vizzy.reading.tables import Table
from vizzy.sentences import Sentence, in_a_row, sentence


def why_unread(files: Sequence[InputFile], listing: str | None, table: Table | None, in_folders: bool) -> list[Sentence]:
    """A sentence on each file that was not read.

    Parameters
    ----------
    files : sequence of InputFile
    listing : str or None
        The name of the one that lists the classes, which was read.
    table : Table or None
        The table that was read.
    in_folders : bool
        Whether the labels are the names of folders.

    Returns
    -------
    list of Sentence
    """
    return [not_read(file.name, _what_it_is(file, table, in_folders)) for file in files if file.name != listing]


def not_read(name: str, what: Sentence) -> Sentence:
    """A sentence on a file that is not read: what it is, and what to do."""
    return sentence("{file} was not read: it is {what}.", file=name, what=what)


def _what_it_is(file, table, in_folders):
    if file.suffix in PERHAPS_TABLE_SUFFIXES and table is not None and in_folders:
        return sentence("beside the folders whose names are the labels; bring it alone if it is the table")
    if file.suffix in PERHAPS_TABLE_SUFFIXES and table is not None:
        return sentence("beside {table}, which is surer to be the table; bring it alone if it is the one", table=table.name)
    return FOREIGN_SUFFIXES.get(file.suffix, UNKNOWN)


def nothing_useful(files: Sequence[InputFile], images: Sequence[str], unread: Sequence[Sentence]) -> Sentence:
    """The complaint that some files hold no labels, with what is known of those that were not read."""
    if images:
        said = sentence(
            "{image} and the other images come without labels: put them into a folder for each label, as in "
            "cat/1.jpg and dog/2.jpg, or bring a table that names each file and its label.",
            image=images[0],
        )
        return in_a_row([said, *unread[:3]])
    if unread:
        return in_a_row([*unread[:3], sentence("Bring a table with a column of labels.")])
    return sentence(
        "{files}: no table and no array is among this, so bring a table with a column of labels.",
        files=listed(file.name for file in files),
    )

"""What was understood of some files: shown before anything runs, corrected by a person, then made a dataset.

A `Proposal` never raises for what a person can still correct: such a complaint is its ``problem``, a sentence, and
only `Proposal.make` raises it. So a page can show the columns and what each is taken for beside the complaint.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from vizzy.dataset import EMBEDDINGS_FILE, IMAGE_HASHES_FILE, DatasetError
from vizzy.reading.choices import Choices
from vizzy.reading.columns import exported_columns
from vizzy.reading.contents import Contents, contents_of
from vizzy.reading.errors import ReadingError
from vizzy.reading.files import InputFile
from vizzy.reading.limits import NATIVE, Limits
from vizzy.reading.given_labels import GivenLabels, check_unlabelled, given_labels_of, with_checked_classes
from vizzy.reading.imported import Opened, images_to_embed, opened_of
from vizzy.reading.preview import command_of, summary_of, summary_of_opened
from vizzy.reading.roles import Roles, roles_of
from vizzy.sentences import Sentence, sentence

# The choices on which depends what is found in the files, see `vizzy.reading.contents`.
CHOICES_OF_CONTENTS = ("roles", "encoding", "delimiter", "header", "sheet")


@dataclass(frozen=True, eq=False)
class Proposal:
    """What each stage of reading found; see `summary`."""

    files: tuple  # of InputFile
    choices: Choices
    limits: Limits
    contents: Contents
    roles_found: Roles
    labels_found: GivenLabels
    opened: Opened | None  # None where there is a problem, or where images are to be embedded first
    problem: Sentence | None
    images_to_embed: tuple[str | None, ...] = ()  # the image of each row, where there is nothing else to predict from

    @property
    def roles(self) -> dict[str, str]:
        """The role of each column: dict."""
        return self.roles_found.columns

    @property
    def notes(self) -> tuple[str, ...]:
        """What was assumed, of all stages: tuple of str."""
        if self.opened:
            return self.opened.notes
        return (*self.contents.notes, *self.roles_found.notes, *self.labels_found.notes)

    def embedded(self, content: bytes, hashes: bytes | None = None) -> Proposal:
        """The same files with embeddings of the images beside them.

        Parameters
        ----------
        content : bytes
            Of a .npy file: a row for each of `images_to_embed`, without a single number where an image has none.
        hashes : bytes, optional
            Of a .npy file: the images' perceptual hashes, as `IMAGE_HASHES_FILE` holds them.

        Returns
        -------
        Proposal

        Raises
        ------
        ReadingError
            Where the file is no array.
        """
        added = [InputFile(EMBEDDINGS_FILE, content)] + ([InputFile(IMAGE_HASHES_FILE, hashes)] if hashes else [])
        return read((*self.files, *added), self.choices, self.limits)

    def corrected(self, **changes: Any) -> Proposal:
        """The same files, understood with other choices.

        Parameters
        ----------
        **changes
            Fields of Choices.

        Returns
        -------
        Proposal

        Raises
        ------
        ReadingError
            Where a file cannot be read at all in that way.
        """
        choices = replace(self.choices, **changes)
        same_contents = all(getattr(choices, name) == getattr(self.choices, name) for name in CHOICES_OF_CONTENTS)
        return read(self.files, choices, self.limits, self.contents if same_contents else None)

    def make(self) -> Opened:
        """The dataset and what belongs to it.

        Returns
        -------
        Opened

        Raises
        ------
        ReadingError
            The problem, where there is one, or that images have no embeddings yet.
        """
        if self.problem:
            raise ReadingError(self.problem)
        if self.images_to_embed:
            raise ReadingError(sentence("The images have no embeddings yet: compute them first, or bring them as an .npy file."))
        return self.opened  # type: ignore[return-value]  # there where nothing stands in the way

    def summary(self) -> dict:
        """All of this as plain data, for a preview: a dict that JSON can hold."""
        return {
            **summary_of(self.contents, self.roles_found, self.labels_found, self.opened, self.choices),
            **summary_of_opened(self.opened, self.limits),
            "images_to_embed": sum(image is not None for image in self.images_to_embed),
            "problem": self.problem,
            "notes": list(self.notes),
            "command": command_of(self.files, self.contents),
        }


def read(
    files: Iterable[InputFile], choices: Choices | None = None, limits: Limits = NATIVE, contents: Contents | None = None
) -> Proposal:
    """Read some files and say what was understood.

    Parameters
    ----------
    files : iterable of InputFile
    choices : Choices, optional
    limits : Limits
    contents : Contents, optional
        What the files hold, where they were read before with choices that make no difference to it.

    Returns
    -------
    Proposal

    Raises
    ------
    ReadingError
        Where a file cannot be read at all.

    Examples
    --------
    >>> from vizzy.reading import InputFile
    >>> table = b"id,label,p_cat,p_dog\\na,cat,0.9,0.1\\nb,dog,0.2,0.8\\n"
    >>> read([InputFile("data.csv", table)]).make().dataset.classes
    ('cat', 'dog')
    """
    choices = choices or Choices()
    files = tuple(files)
    contents = contents or contents_of(files, choices, limits)
    if contents.table and exported_columns(contents.table.columns):
        choices = replace(choices, leave_out_unlabelled=True)
    roles = roles_of(contents, choices)
    labels, opened, problem, to_embed = GivenLabels(), None, None, ()
    try:
        labels = given_labels_of(contents, roles, choices)
        labels = with_checked_classes(labels, choices, limits.classes)
        check_unlabelled(contents, labels, choices)
        to_embed = images_to_embed(contents, roles, labels)
        if not to_embed:
            opened = opened_of(contents, roles, labels, choices)
    except (ReadingError, DatasetError) as error:
        problem = error.args[0]
    return Proposal(files, choices, limits, contents, roles, labels, opened, problem, to_embed)

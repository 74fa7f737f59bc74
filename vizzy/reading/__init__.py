"""Reading what people bring: tables, arrays, zips and folders, several files together, to a dataset.

    proposal = read(files_at(["data.csv", "embeddings.npy"]))
    proposal.summary()                                  # what was understood, as plain data for a preview
    proposal = proposal.corrected(roles={"kind": "label"})
    opened = proposal.make()                            # the Dataset, and what it takes to write its table back

Everything works alike natively and in the browser: files come as names and bytes, numpy is all it needs.
A file that cannot be read raises a `ReadingError`; what a person can still correct is the proposal's ``problem``.
Both are one sentence that names the file, the row, the value, what was expected, and what to do.

`files` bounds sizes and unpacks; `tables`, `arrays` and `nesting` parse what strangers wrote; `contents` sorts the
files; `columns` guesses what each column is for; `labels`, `numbers` and `probabilities` check values;
`understanding` makes a dataset of it all, and `proposal` shows it first; `review` is what a reviewer decided.
"""

from vizzy.reading.errors import ReadingError
from vizzy.reading.files import IN_BROWSER, NATIVE, InputFile, Limits, check_sizes, files_at, image_content
from vizzy.reading.proposal import Choices, Proposal, read
from vizzy.reading.review import REVIEW_ACTIONS, Review
from vizzy.reading.understanding import Opened

__all__ = [
    "IN_BROWSER",
    "NATIVE",
    "REVIEW_ACTIONS",
    "Choices",
    "InputFile",
    "Limits",
    "Opened",
    "Proposal",
    "ReadingError",
    "Review",
    "check_sizes",
    "files_at",
    "image_content",
    "read",
]

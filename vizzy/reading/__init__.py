"""Reading what people bring: tables, arrays, zips and folders, several files together, to a dataset.

    proposal = read(files_at(["data.csv", "embeddings.npy"]))
    proposal.summary()                                  # what was understood, as plain data for a preview
    proposal = proposal.corrected(roles={"kind": "label"})
    opened = proposal.make()                            # the Dataset, and what it takes to write its table back

Everything works alike natively and in the browser: files come as names and bytes, numpy is all it needs.
A file that cannot be read raises a `ReadingError`; what a person can still correct is the proposal's ``problem``.
Both are one sentence that names the file, the row, the value, what was expected, and what to do.

`files` come within `limits`, out of `zips` too; `tables`, `arrays` and `safe_json` parse what strangers wrote, `formats` a
module for each family of formats; `contents` sorts the files; `columns` guesses what each column is for; `labels`,
`numbers` and `probabilities` check values.
Four stages follow each other, each a function of what the earlier ones returned and of the `choices`: `contents`,
`roles`, `given_labels`, `imported` (with `predictors`). `proposal` runs them, `preview` shows what they found, and
`review` is what a reviewer decided.
"""

from vizzy.reading.choices import Choices
from vizzy.reading.errors import ReadingError
from vizzy.reading.files import InputFile, files_at
from vizzy.reading.limits import IN_BROWSER, NATIVE, Limits, check_sizes
from vizzy.reading.zips import Images
from vizzy.reading.imported import Opened
from vizzy.reading.proposal import Proposal, read
from vizzy.reading.review import Review

__all__ = [
    "IN_BROWSER",
    "NATIVE",
    "Choices",
    "Images",
    "InputFile",
    "Limits",
    "Opened",
    "Proposal",
    "ReadingError",
    "Review",
    "check_sizes",
    "files_at",
    "read",
]

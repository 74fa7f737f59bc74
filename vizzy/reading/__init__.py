"""Reading what people bring: tables, arrays, zips and folders, several files together, to a dataset.

    proposal = read(files_at(["data.csv", "embeddings.npy"]))
    proposal.summary()                                  # what was understood, as plain data for a preview
    proposal = proposal.corrected(roles={"kind": "label"})
    opened = proposal.make()                            # the Dataset, and what it takes to write its table back

It works in the same way natively and in the browser: files come as names and bytes. It needs numpy; libraries for spreadsheets, Parquet
and the like are imported only when such a file comes.
A file that cannot be read raises a `ReadingError`; what a person can still correct is the proposal's ``problem``.
Both are one sentence that names the file, the row, the value, what was expected, and what to do.

`proposal` runs four stages. Each is a function of what the earlier ones returned and of the `choices` of a person:

1. `contents`: from files to one table and arrays. `files`, unpacked by `zips`, `tars` and `compression` within `limits`;
   `suffixes` and `table_files` tell which are tables, `formats` reads a table (a `tables.Table`; with `encodings`, `safe_json` and
   the `libraries` that few files need), `arrays` an array, `image_folders` and `annotations` what folders and annotation tools
   say, `class_lists` a list of classes; `joining` and `matching` make one table of several; `unread` says what was not read.
2. `roles`: what each column and array is for. `columns` guesses that; `raw` finds texts and measurements.
3. `given_labels`: the label of each row. `label_cells` reads cells that are more than a text, `label_cleaning`,
   `missing_labels` and `label_checks` follow; `labels` orders classes, `coded_texts` holds many rows with few different texts.
4. `imported`: the dataset. `predictors` reads embeddings (`numbers`) and predicted probabilities (`probabilities`, in the forms
   of `probability_forms` and `score_cells`, their classes found by `probability_classes`).

`preview` is what a person sees of all this, `review` what a reviewer decided, `errors` the one exception. Notes are written where
what they say is found out: search the package for a few words of a note to find the line.
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

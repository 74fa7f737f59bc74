"""Whether the labels of a dataset can be worked with: of several classes, not too many, and no ids, texts or tags joined in a cell."""

import re
from collections import Counter
from collections.abc import Sequence

from vizzy.reading.coded_texts import CodedTexts
from vizzy.reading.errors import ReadingError, listed, shown
from vizzy.reading.labels import counts_of
from vizzy.sentences import Sentence, counted, sentence

# With more classes than this, or than this share of the rows, a label may be an id or a text: a note asks.
MANY_CLASSES = 100
MANY_CLASSES_PER_ROW = 0.3
# With more than this share of the rows hardly any label comes twice.
MOST_CLASSES_PER_ROW = 0.8
FEW_ROWS = 10
SHARE_REPEATED = 0.6  # of the tags in labels of several tags, where these are combinations
# What stands between tags that are joined in one cell, and what the parts are called.
SEPARATORS = (",", ";", "|", "/", "+", "&", "__", "#", " ")  # of tags; a space of words
_OF_WORDS = re.compile(r"[BIESLU]-\S+|O")


def check_classes(labels: Sequence[str], where: str, most: int, chosen: bool = False) -> list[Sentence]:
    """Refuse labels that are of one class, too many, or different in almost every row; note what looks odd.

    Parameters
    ----------
    labels : sequence of str
        "" where one is missing.
    where : str
        What holds them, for the complaint: "data.csv, column 'label',".
    most : int
        How many classes can be held here.
    chosen : bool
        Whether a person chose what holds the labels.

    Returns
    -------
    list of str
        Notes.

    Raises
    ------
    ReadingError
    """
    counts = counts_of(CodedTexts.of(labels))
    total = sum(counts.values())
    if not counts:
        raise ReadingError(sentence(
            "{where} holds no label in any of {rows}: choose the column that does.",
            where=where, rows=counted(len(labels), "{} row", "{} rows"),
        ))
    if len(counts) == 1:
        raise ReadingError(sentence(
            "{where} says {label} in all of {rows}, but it takes two classes to mistake one for the other: choose "
            "another column, or bring rows of other classes too.",
            where=where, label=shown(next(iter(counts))), rows=counted(total, "{} row", "{} rows"),
        ))
    said = sentence(
        "{where} has {n} different values in {rows}, such as {values}",
        where=where, n=len(counts), rows=counted(total, "{} row", "{} rows"), values=listed(counts, 3),
    )
    if total >= FEW_ROWS and len(counts) > MOST_CLASSES_PER_ROW * total and not chosen:
        raise ReadingError(sentence("{said}: is it an id, a text or a measurement? Choose the column that holds the labels.", said=said))
    if len(counts) > most:
        raise ReadingError(sentence(
            "{said}, but at most {most} classes are held here: {command} does the same with more memory.",
            said=said, most=most, command="python -m vizzy find",
        ))
    return [*_notes_on_number_of_classes(counts, where, said), *_notes_on_combinations(counts, where)]


def _notes_on_number_of_classes(counts, where, said):
    total, notes = sum(counts.values()), []
    if len(counts) > 1 and all(_OF_WORDS.fullmatch(label) for label in counts):
        notes.append(sentence(
            "The labels in {where} are those of words within texts, such as {values}: each word is judged by itself, without what stands around it.",
            where=where, values=listed(counts, 3),
        ))
    if len(counts) > max(MANY_CLASSES, MANY_CLASSES_PER_ROW * total) or (
        total >= FEW_ROWS and len(counts) > MANY_CLASSES_PER_ROW * total
    ):
        notes.append(sentence("{said}: if that is an id or a text, choose another column for the label.", said=said))
    return notes


def _notes_on_combinations(counts, where):
    for separator in SEPARATORS:
        combined = [label for label in counts if separator in label]
        if _are_combinations(counts, combined, separator):
            values = {"where": where, "labels": listed(combined, 2)}
            if separator == " ":
                return [sentence(
                    "{where} holds several words in a row, such as {labels}: each combination is counted as a class of its "
                    "own. If the words are separate labels, that is not supported: bring rows with one label each.",
                    **values,
                )]
            return [sentence(
                "{where} holds several tags in a row, such as {labels}: each combination is counted as a class of its "
                "own. If the tags are separate labels, that is not supported: bring rows with one label each.",
                **values,
            )]
    return []


def _are_combinations(counts, combined, separator):
    """Whether labels look like tags that are joined: tags that stand alone elsewhere, or in other combinations."""
    tags = [{tag.strip() for tag in label.split(separator)} - {""} for label in combined]
    total = Counter(tag for one in tags for tag in one)
    repeated = [tag for tag, count in total.items() if count > 1]
    # Of words, one that is a class of its own is not enough: "dog" and "hot dog" are two classes.
    if any(len(one) > 1 and (one & counts.keys()) and (separator != " " or repeated or one <= counts.keys()) for one in tags):
        return True
    return len(combined) > 2 and len(repeated) >= SHARE_REPEATED * len(total)

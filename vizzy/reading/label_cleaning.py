"""Labels without what is not part of them: spaces, quotation marks, other spellings of the same. What is done is said in a note.

A label is what the file says: ``01`` and ``1`` are two classes, and an 18-digit code comes back whole. Three
spellings are taken for one: those that differ in spaces around them, in their Unicode form alone (they look the
same), and ``1.0`` beside ``1``.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence

from vizzy.reading.coded_texts import CodedTexts
from vizzy.reading.errors import listed, shown
from vizzy.reading.missing_labels import without_missing
from vizzy.reading.tables import FASTTEXT_PREFIX
from vizzy.sentences import Sentence, joined, sentence

_WHOLE_WITH_POINT = re.compile(r"([+-]?\d+)\.0+")
_QUOTED = re.compile(r"['\"“„«‹‘‚]\s*([^'\"“”„«»‹›‘’‚]*?)\s*['\"”“»›’‘]")  # what every label stands between, where quotation marks were written twice
_PRINTED = re.compile(r"(?:b|np\.(?:str|bytes)_\(b?)(?:'([^']*)'|\"([^\"]*)\")\)?")  # bytes, and texts of numpy's, as Python prints them
_BETWEEN_WORDS = re.compile(r"(?<=\w)[\s_-]+(?=\w)")
INVISIBLE = " \t\r\n\u00a0\u200b\u200c\u200e\u200f\u2060\ufeff"  # at the edges of a text


def cleaned(
    texts: Sequence[str],
    known_classes: Collection[str] = (),
    kept: Collection[str] = (),
    unlabelled: Collection[str] = (),
    n_classes: int | None = None,
) -> tuple[CodedTexts, list[Sentence], int]:
    """Labels without what is not part of them, "" where one is missing, and what was done about it.

    Parameters
    ----------
    texts : sequence of str, length n
    known_classes : collection of str
        Classes that the predictions, or a person, name: a label of such a name is one, whatever it looks like.
    kept : collection of str
        Texts such as "NA" that a person chose to take for classes.
    unlabelled : collection of str
        Texts that a person says mean that there is no label.
    n_classes : int, optional
        For how many classes there are predictions. Where all different labels are as many, each is a class.

    Returns
    -------
    labels : CodedTexts, length n
        "" where there is no label.
    notes : list of Sentence
        A sentence for each thing that was done.
    n_signs : int
        How many rows say that they have no label, by a sign such as -1, and not by leaving it empty.

    Examples
    --------
    >>> labels, notes, n_signs = cleaned(["cat ", "dog", "cat", "dog", "cat", "dog", "-1"])
    >>> labels, n_signs
    (['cat', 'dog', 'cat', 'dog', 'cat', 'dog', ''], 1)
    """
    notes: list[Sentence] = []
    labels = _noting(notes, CodedTexts.of(texts), lambda label: label.strip().strip(INVISIBLE), _on_spaces)
    labels = _noting(notes, labels, lambda label: unicodedata.normalize("NFC", label), _on_forms)
    labels = _without_wrapping(labels, notes)
    labels = _one_spelling_of_whole_numbers(labels, notes)
    known = {*known_classes, *kept}
    if n_classes is not None and len(set(labels.different) - {""} - set(unlabelled)) == n_classes:
        known |= set(labels.different)
    labels, n_signs = without_missing(labels, known, set(unlabelled), notes)
    return labels, notes + _alike(labels), n_signs


def _noting(notes, labels, change, note_on):
    """Labels changed one by one, with a note on how many were."""
    count = sum(rows for label, rows in labels.counts().items() if change(label) != label)
    if not count:
        return labels
    notes.append(note_on(count))
    return labels.mapped(change)


def _on_spaces(count):
    if count == 1:
        return sentence("1 label had spaces around it, which are not counted as part of the label.")
    return sentence("{n} labels had spaces around them, which are not counted as part of the label.", n=count)


def _on_forms(count):
    if count == 1:
        return sentence("1 label was written in another Unicode form that looks the same, and was brought to one form (NFC).")
    return sentence("{n} labels were written in another Unicode form that looks the same, and were brought to one form (NFC).", n=count)


def _without_wrapping(labels, notes):
    """Labels without what fastText and numpy's bytes put around every one of them."""
    present = {label for label in labels.different if label}
    if present and all(label.startswith(FASTTEXT_PREFIX) for label in present):
        notes.append(sentence(
            "Labels begin with {prefix}, as fastText writes them, which is not counted as part of them.",
            prefix=FASTTEXT_PREFIX,
        ))
        return labels.mapped(lambda label: label.removeprefix(FASTTEXT_PREFIX))
    if present and all(_PRINTED.fullmatch(label) for label in present):
        notes.append(sentence(
            "Labels are printed as Python does, such as {example}: what stands between the quotation marks is the label.",
            example="b'cat'",
        ))
        return labels.mapped(lambda label: _PRINTED.sub(lambda match: match[1] or match[2] or "", label))
    if present and all(_QUOTED.fullmatch(label) for label in present):
        notes.append(sentence("Labels stand between quotation marks, which are not counted as part of them."))
        return labels.mapped(lambda label: _QUOTED.sub(r"\1", label))
    return labels


def _one_spelling_of_whole_numbers(labels, notes):
    """Where 1.0 stands beside 1, both are 1; where all labels are spelled so, they stay."""
    present = set(labels.different)
    twice = {}
    for label in present:
        match = _WHOLE_WITH_POINT.fullmatch(label)
        if match and match[1] in present:
            twice[label] = match[1]
    if not twice:
        return labels
    notes.append(sentence(
        "{labels} and {others} are counted as the same class.",
        labels=listed(sorted(twice), 3), others=listed(sorted(twice.values()), 3),
    ))
    return labels.mapped(lambda label: twice.get(label, label))


def _alike(labels):
    by_folded = {}
    for label in sorted(set(labels.different) - {""}):
        by_folded.setdefault(_BETWEEN_WORDS.sub(" ", label.casefold()), []).append(label)
    alike = [names for names in by_folded.values() if len(names) > 1]
    return [sentence("{labels} are counted as different classes.", labels=_and(names)) for names in alike[:3]]


def _and(labels):
    *first, last = map(shown, labels)
    return sentence("{names} and {last}", names=joined(first), last=last)

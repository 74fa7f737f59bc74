"""Labels as text, to classes and numbers: what is one label, what counts as missing, and in which order classes stand.

A label is what the file says: ``01`` and ``1`` are two classes, and an 18-digit code comes back whole. Three
spellings are taken for one: those that differ in spaces around them, in their Unicode form alone (they look the
same), and ``1.0`` beside ``1``. Whatever is done to labels is said in a note.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

import numpy as np

from vizzy.reading.coded_texts import CodedTexts
from vizzy.reading.errors import ReadingError, listed, shown
from vizzy.reading.tables import FASTTEXT_PREFIX
from vizzy.sentences import Sentence, counted, joined, sentence

# What programs write where there is no label, as pandas reads them; and what people and annotation tools write.
# Both in lower case.
MISSING = frozenset(["nan", "na", "n/a", "#n/a", "<na>", "null", "none", "nat", "#na", "nil", "undefined", "missing", "unknown"]
    + ["#n/a n/a", "#value!", "#ref!", "#div/0!", "#name?", "#num!", "#null!", "(null)", "[null]", "(blank)", "(leer)", "(vide)", "(empty)", "\\n"]
    + ["n.a.", "n. a.", "n.v.", "k.a.", "k. a.", "keine angabe", "unbekannt", "inconnu", "inconnue", "desconocido", "sconosciuto", "неизвестно"]
    + ["не указано", "未知", "不明", "無", "无", "なし", "알 수 없음", "not available", "not applicable", "don't know", "unsure", "not sure", "blank"]
    + ["empty", ".", "..", "...", "…"]
)
UNLABELLED = frozenset(
    """– — -1 -1.0 -99 -100 -999 -9999 ? ?? - -- {} '' "" <unk> unlabeled unlabelled unannotated nolabel no_label no-label not_labeled
    not_labelled skip skipped todo tbd""".split()
    + ["no label", "not labeled", "not labelled", "not annotated", "to do"]
)
# Numbers that people and programs write where there is no label: nothing but nines, and what PyTorch skips.
_NUMBER_FOR_NONE = re.compile(r"([+-]?9{2,}|-1|-100)(\.0+)?")
FAR_BEYOND = 9  # times the highest other number: 99 beside 1 to 10 is no class
IGNORED_PIXEL, MOST_BESIDE_IT = 255, 200  # masks of few classes hold 255 where nothing counts
# A text that can mean "no label" is a class of that name where it stands in so many rows, and in this share of a class of usual size.
USUAL_SHARE, FEWEST_OF_A_CLASS = 0.5, 5
# With more classes than this, or than this share of the rows, a label may be an id or a text: a note asks.
MANY_CLASSES = 100
MANY_CLASSES_PER_ROW = 0.3
# With more than this share of the rows hardly any label comes twice.
MOST_CLASSES_PER_ROW = 0.8
FEW_ROWS = 10
SHARE_REPEATED = 0.6  # of the tags in labels of several tags, where these are combinations
# What stands between tags that are joined in one cell, and what the parts are called.
SEPARATORS = (",", ";", "|", "/", "+", "&", "__", "#", " ")  # of tags; a space of words

_WHOLE_WITH_POINT = re.compile(r"([+-]?\d+)\.0+")
PLAIN_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_QUOTED = re.compile(r"['\"“„«‹‘‚]\s*([^'\"“”„«»‹›‘’‚]*?)\s*['\"”“»›’‘]")  # what every label stands between, where quotation marks were written twice
_OF_WORDS = re.compile(r"[BIESLU]-\S+|O")
_BETWEEN_WORDS = re.compile(r"(?<=\w)[\s_-]+(?=\w)")
INVISIBLE = " \t\r\n\u00a0\u200b\u200c\u200e\u200f\u2060\ufeff"  # at the edges of a text
_PRINTED = re.compile(r"(?:b|np\.(?:str|bytes)_\(b?)(?:'([^']*)'|\"([^\"]*)\")\)?")  # bytes, and texts of numpy's, as Python prints them


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
    labels, n_signs = _without_missing(labels, known, set(unlabelled), notes)
    return labels, notes + _alike(labels), n_signs


def may_mean_no_label(text: str) -> bool:
    """Whether a text can mean that there is no label, such as NA, null or -1.

    Examples
    --------
    >>> may_mean_no_label("NaN"), may_mean_no_label("-1"), may_mean_no_label("cat")
    (True, True, False)
    """
    return text.lower() in MISSING or text.lower() in UNLABELLED


def numbers_for_none(labels: Collection[str]) -> set[str]:
    """Of different labels, the numbers that can only mean that there is none: 999 among words, 99999 or 255 beside 0 to 9.

    Parameters
    ----------
    labels : collection of str

    Returns
    -------
    set of str

    Examples
    --------
    >>> numbers_for_none(["cat", "dog", "-999"]), numbers_for_none(["0", "1", "255"]), numbers_for_none(["990", "999"])
    ({'-999'}, {'255'}, set())
    """
    signs = {label for label in labels if _NUMBER_FOR_NONE.fullmatch(label) or whole_number(label) == IGNORED_PIXEL}
    others = {label for label in labels if label and not may_mean_no_label(label)} - signs
    if len(others) < 2 or not signs:
        return set()
    if not any(PLAIN_NUMBER.fullmatch(label) for label in others):
        return {label for label in signs if whole_number(label) != IGNORED_PIXEL}
    numbers = [number for number in map(whole_number, others) if number is not None]
    if len(numbers) < len(others) or min(numbers) < 0:
        return set()
    highest = max(numbers)
    return {label for label in signs if _is_far_beyond(whole_number(label), highest, len(others))}


def number_among_words(labels: Collection[str]) -> str | None:
    """Of different labels, the one that is a number where all others are words, such as 0 where none was filled in; or None."""
    numbers = [label for label in labels if PLAIN_NUMBER.fullmatch(label)]
    words = [label for label in labels if label and not PLAIN_NUMBER.fullmatch(label) and not may_mean_no_label(label)]
    return numbers[0] if len(numbers) == 1 and len(words) >= 2 else None


def _is_far_beyond(number, highest, n_others):
    """Whether a number is no class beside others that are whole numbers up to a highest one."""
    if number == IGNORED_PIXEL:
        return highest <= MOST_BESIDE_IT and 2 * n_others > highest
    return abs(number) > FAR_BEYOND * max(1, highest)


def ordered(classes: Iterable[str]) -> tuple[str, ...]:
    """Classes in the order scikit-learn gives them: by number where all are numbers, else by letter.

    Examples
    --------
    >>> ordered(["10", "9", "2"]), ordered(["b", "a"])
    (('2', '9', '10'), ('a', 'b'))
    """
    classes = set(classes)
    if all(PLAIN_NUMBER.fullmatch(name) for name in classes):
        return tuple(sorted(classes, key=lambda name: (float(name), name)))
    return tuple(sorted(classes))


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
    counts = _counts(CodedTexts.of(labels))
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


def indexed(labels: Sequence[str], classes: Sequence[str]) -> np.ndarray:
    """The number of each label among the classes: np.ndarray of int, shape (n,)."""
    number, coded = {name: index for index, name in enumerate(classes)}, CodedTexts.of(labels)
    return np.array([number[label] for label in coded.different], dtype=np.intp)[coded.codes]


def _counts(labels):
    """How many rows have each label, of those that have one: dict."""
    return {label: count for label, count in labels.counts().items() if label}


def whole_number(label: str) -> int | None:
    """The whole number that a label such as "3", "03" or "3.0" spells, or None.

    Examples
    --------
    >>> whole_number("03"), whole_number("3.0"), whole_number("3.5")
    (3, 3, None)
    """
    match = re.fullmatch(r"([+-]?\d+)(\.0*)?", label)
    return int(match[1]) if match else None


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


def _without_missing(labels, known, unlabelled, notes):
    """Labels with "" for what means "no label"; a text that is frequent, or known as a class, is kept as one."""
    counts = _counts(labels)
    others = [count for label, count in counts.items() if not may_mean_no_label(label)]
    usual = sum(others) / len(others) if others else 0
    sure, lone = numbers_for_none(counts), number_among_words(counts)
    missing, n_signs = set(), 0
    for text in sorted(text for text in counts if text in unlabelled or text in sure or text == lone or may_mean_no_label(text)):
        is_sign = text.lower() in UNLABELLED
        rows = counted(counts[text], "{} row", "{} rows")
        if text in unlabelled:
            missing.add(text)
            n_signs += counts[text]
            notes.append(sentence("{text} in {rows} means that there is no label.", text=shown(text), rows=rows))
        elif text in known:
            if not may_mean_no_label(text) and text not in sure:
                continue
            notes.append(sentence("{text} in {rows} is a class of that name.", text=shown(text), rows=rows))
        elif text in sure:
            missing.add(text)
            n_signs += counts[text]
            notes.append(sentence(
                "{text} in {rows}, beside {others}, is taken to mean that there is no label; it can be kept as a "
                "class.",
                text=shown(text), rows=rows, others=listed(ordered(set(counts) - sure), 3),
            ))
        elif text == lone and not may_mean_no_label(text):
            notes.append(sentence(
                "{text} in {rows} is the only number among the labels and is taken for a class of that name: if it "
                "means that there is no label, say so.",
                text=shown(text), rows=rows,
            ))
        elif others and counts[text] >= max(FEWEST_OF_A_CLASS * (not is_sign), USUAL_SHARE * usual) and not (is_sign and known):
            notes.append(sentence(
                "{text} in {rows} is taken for a class of that name, since it is as frequent as one: if it means "
                "that there is no label, say so.",
                text=shown(text), rows=rows,
            ))
        else:
            missing.add(text)
            if is_sign:
                n_signs += counts[text]
                notes.append(sentence("{text} is taken to mean that there is no label, in {rows}.", text=shown(text), rows=rows))
            else:
                notes.append(sentence(
                    "{text} in {rows} is taken to mean that there is no label; it can be kept as a class.",
                    text=shown(text), rows=rows,
                ))
    return labels.mapped(lambda label: "" if label in missing else label) if missing else labels, n_signs


def _are_combinations(counts, combined, separator):
    """Whether labels look like tags that are joined: tags that stand alone elsewhere, or in other combinations."""
    tags = [{tag.strip() for tag in label.split(separator)} - {""} for label in combined]
    total = Counter(tag for one in tags for tag in one)
    repeated = [tag for tag, count in total.items() if count > 1]
    # Of words, one that is a class of its own is not enough: "dog" and "hot dog" are two classes.
    if any(len(one) > 1 and (one & counts.keys()) and (separator != " " or repeated or one <= counts.keys()) for one in tags):
        return True
    return len(combined) > 2 and len(repeated) >= SHARE_REPEATED * len(total)


def _alike(labels):
    by_folded = {}
    for label in sorted(set(labels.different) - {""}):
        by_folded.setdefault(_BETWEEN_WORDS.sub(" ", label.casefold()), []).append(label)
    alike = [names for names in by_folded.values() if len(names) > 1]
    return [sentence("{labels} are counted as different classes.", labels=_and(names)) for names in alike[:3]]


def _and(labels):
    *first, last = map(shown, labels)
    return sentence("{names} and {last}", names=joined(first), last=last)

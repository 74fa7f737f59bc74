"""What in a column of labels means that there is no label: words and signs (`MISSING`, `UNLABELLED`), and numbers beside other labels."""

import re
from collections.abc import Collection, Mapping

from vizzy.reading.coded_texts import CodedTexts
from vizzy.reading.errors import listed, shown
from vizzy.reading.labels import PLAIN_NUMBER, counts_of, ordered, whole_number
from vizzy.sentences import Sentence, counted, sentence

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
# What a text in a column of labels means.
CLASS, WORD_FOR_NONE, SIGN_OF_NONE = "class", "word", "sign"
# A text that can mean "no label" is a class of that name where it stands in so many rows, and in this share of a class of usual size.
USUAL_SHARE, FEWEST_OF_A_CLASS = 0.5, 5


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


def _is_far_beyond(number, highest, n_others):
    """Whether a number is no class beside others that are whole numbers up to a highest one."""
    if number == IGNORED_PIXEL:
        return highest <= MOST_BESIDE_IT and 2 * n_others > highest
    return abs(number) > FAR_BEYOND * max(1, highest)


def number_among_words(labels: Collection[str]) -> str | None:
    """Of different labels, the one that is a number where all others are words, such as 0 where none was filled in; or None."""
    numbers = [label for label in labels if PLAIN_NUMBER.fullmatch(label)]
    words = [label for label in labels if label and not PLAIN_NUMBER.fullmatch(label) and not may_mean_no_label(label)]
    return numbers[0] if len(numbers) == 1 and len(words) >= 2 else None


def without_missing(labels: CodedTexts, known: Collection[str], unlabelled: Collection[str], notes: list[Sentence]) -> tuple[CodedTexts, int]:
    """Labels with "" for what means "no label"; a text that is frequent, or known as a class, is kept as one.

    Parameters
    ----------
    labels : CodedTexts
    known : collection of str
        Texts that are classes, whatever they look like.
    unlabelled : collection of str
        Texts that a person says mean that there is no label.
    notes : list of Sentence
        What is assumed of each text is added to it.

    Returns
    -------
    labels : CodedTexts
    n_signs : int
        How many rows say that they have no label, by a sign such as -1, and not by a word such as NA.
    """
    found = _Meanings(counts_of(labels), known, unlabelled)
    missing, n_signs = set(), 0
    for text in found.in_doubt():
        meaning, note = found.of(text)
        if meaning != CLASS:
            missing.add(text)
        if meaning == SIGN_OF_NONE:
            n_signs += found.counts[text]
        notes += [note] if note else []
    return labels.mapped(lambda label: "" if label in missing else label) if missing else labels, n_signs


class _Meanings:
    """What each text in a column of labels means: a class, or that there is no label."""

    def __init__(self, counts: Mapping[str, int], known: Collection[str], unlabelled: Collection[str]) -> None:
        self.counts, self._known, self._unlabelled = counts, known, unlabelled
        others = [count for label, count in counts.items() if not may_mean_no_label(label)]
        self._usual = sum(others) / len(others) if others else None  # rows of a class
        self._numbers, self._lone_number = numbers_for_none(counts), number_among_words(counts)

    def in_doubt(self) -> list[str]:
        """The texts that may mean that there is no label."""
        special = {*self._unlabelled, *self._numbers, self._lone_number}
        return sorted(text for text in self.counts if text in special or may_mean_no_label(text))

    def of(self, text: str) -> tuple[str, Sentence | None]:
        """What a text means, and a note on it where that is an assumption."""
        rows = counted(self.counts[text], "{} row", "{} rows")
        if text in self._unlabelled:
            return SIGN_OF_NONE, sentence("{text} in {rows} means that there is no label.", text=shown(text), rows=rows)
        if text in self._known:
            if not may_mean_no_label(text) and text not in self._numbers:
                return CLASS, None
            return CLASS, sentence("{text} in {rows} is a class of that name.", text=shown(text), rows=rows)
        if text in self._numbers:
            others = listed(ordered(set(self.counts) - self._numbers), 3)
            return SIGN_OF_NONE, sentence(
                "{text} in {rows}, beside {others}, is taken to mean that there is no label; it can be kept as a "
                "class.",
                text=shown(text), rows=rows, others=others,
            )
        if text == self._lone_number and not may_mean_no_label(text):
            return CLASS, sentence(
                "{text} in {rows} is the only number among the labels and is taken for a class of that name: if it "
                "means that there is no label, say so.",
                text=shown(text), rows=rows,
            )
        if self._is_frequent(text):
            return CLASS, sentence(
                "{text} in {rows} is taken for a class of that name, since it is as frequent as one: if it means "
                "that there is no label, say so.",
                text=shown(text), rows=rows,
            )
        if text.lower() in UNLABELLED:
            return SIGN_OF_NONE, sentence("{text} is taken to mean that there is no label, in {rows}.", text=shown(text), rows=rows)
        return WORD_FOR_NONE, sentence(
            "{text} in {rows} is taken to mean that there is no label; it can be kept as a class.",
            text=shown(text), rows=rows,
        )

    def _is_frequent(self, text):
        """Whether a text is in as many rows as a class; of a sign, where classes are known otherwise, that says nothing."""
        is_sign = text.lower() in UNLABELLED
        if self._usual is None or is_sign and self._known:
            return False
        return self.counts[text] >= max(FEWEST_OF_A_CLASS * (not is_sign), USUAL_SHARE * self._usual)

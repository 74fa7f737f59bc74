"""Sentences for a person: English text that keeps what it was made of, so that the page can say it in another language.

The core speaks English and knows no other language. A note or an error is written

    sentence("{file} has {rows}, but {labels}: …", file=name, rows=counted(n, "{} row", "{} rows"), …)

and is a `str` like any other: printed, written to a file or compared, it is its English text. The worker hands its parts
to the page (`in_parts`), where `vizzy.translation` puts the values into the template of the visitor's language. A value is
another sentence, an int, or text from the data, which stays as it is.

tools/languages.py finds the calls of `sentence` and `counted` in the sources, so their templates are literals there.
What an f-string or ``+`` makes of a sentence is plain text, and stays English.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import index
from typing import SupportsIndex

from vizzy.translation import ENGLISH


class Sentence(str):
    """English text, with the parts that it was made of.

    Attributes
    ----------
    parts : list
        What JSON can hold: the kind, then what `vizzy.translation` makes the text of.
    """

    parts: list


def _made(text, *parts):
    made = Sentence(text)
    made.parts = list(parts)
    return made


def sentence(template: str, **values: str | SupportsIndex) -> Sentence:
    """A sentence, or a part of one, with its values.

    Parameters
    ----------
    template : str
        English, with the names of the values in braces.
    **values : Sentence, str or int
        An int is written with a comma between thousands.

    Returns
    -------
    Sentence

    Raises
    ------
    TypeError
        Where a value is none of these.

    Examples
    --------
    >>> sentence("{file} has {rows}.", file="a.csv", rows=counted(2000, "{} row", "{} rows"))
    'a.csv has 2,000 rows.'
    """
    plain = {name: value if isinstance(value, str) else index(value) for name, value in values.items()}
    english = {name: value if isinstance(value, str) else ENGLISH.thousands(value) for name, value in plain.items()}
    return _made(template.format(**english), "sentence", template, in_parts(plain))


def counted(count: int, one: str, other: str) -> Sentence:
    """A number of things: ``counted(n, "{} row", "{} rows")``.

    Parameters
    ----------
    count : int
    one, other : str
        English for one and for any other number, which stands for ``{}``.

    Returns
    -------
    Sentence
    """
    return _made(ENGLISH.number_of(count, one, other), "counted", int(count), one, other)


def decimal(value: float, places: int) -> Sentence:
    """A number with some decimals, as each language writes it: 0.25.

    Parameters
    ----------
    value : float
    places : int

    Returns
    -------
    Sentence
    """
    return _made(ENGLISH.decimal(value, places), "decimal", float(value), places)


def percent(share: float) -> Sentence:
    """A share of 1 in per cent: 97 %.

    Parameters
    ----------
    share : float

    Returns
    -------
    Sentence
    """
    return _made(ENGLISH.percent(share), "percent", float(share))


def ordinal(value: float) -> Sentence:
    """The place of a percentile, as each language writes it: 1st, 2nd, 3rd, 11th, 50th, 2.5th.

    Parameters
    ----------
    value : float, at least 0

    Returns
    -------
    Sentence
    """
    return _made(ENGLISH.ordinal(value), "ordinal", float(value))


def in_a_row(texts: Iterable[str]) -> Sentence:
    """Sentences one after the other.

    Parameters
    ----------
    texts : iterable of str

    Returns
    -------
    Sentence
    """
    texts = list(texts)
    return _made(ENGLISH.sentences(texts), "sentences", in_parts(texts))


def joined(texts: Iterable[str]) -> Sentence:
    """Names or values with commas between them.

    Parameters
    ----------
    texts : iterable of str

    Returns
    -------
    Sentence
    """
    texts = list(texts)
    return _made(", ".join(texts), "joined", in_parts(texts))


def in_parts(answer: object) -> object:
    """Plain data for JSON, in which each sentence is a list of its parts.

    Parameters
    ----------
    answer : object
        Dicts and lists of sentences, texts and numbers.

    Returns
    -------
    object
    """
    if isinstance(answer, Sentence):
        return answer.parts
    if isinstance(answer, dict):
        return {key: in_parts(value) for key, value in answer.items()}
    if isinstance(answer, list | tuple):
        return [in_parts(value) for value in answer]
    return answer

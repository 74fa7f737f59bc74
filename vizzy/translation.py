"""What the sentences of `vizzy.sentences` are in another language, for what is written down here and not by the page: the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vizzy.sentences import in_parts, ordinal


class Translation:
    """A language, as its catalogues in static/languages/ have it.

    Parameters
    ----------
    language : str
        Its name, as HTML has it.
    texts : mapping of str to str
        From English; plural forms are under ``english|form``.
    written : mapping
        How numbers are written: what catalogues have under "".
    plural : callable
        ``plural(count)`` is the name of a plural form, as Intl.PluralRules has it.
    """

    def __init__(self, language: str, texts: Mapping[str, str], written: Mapping[str, str], plural: Callable[[int], str]) -> None:
        self.language, self._texts, self._written, self._plural = language, texts, written, plural

    def __call__(self, text: str | int) -> str:
        """A sentence in this language; plain text as it is, and an int as it writes them."""
        return self._said(in_parts(text))

    def _said(self, part: Any) -> str:
        if isinstance(part, str):
            return part
        if isinstance(part, int):
            return self._number(f"{part:,}")
        kind, first, *rest = part
        if kind == "sentence":
            return self._texts.get(first, first).format(**{name: self._said(value) for name, value in rest[0].items()})
        if kind == "counted":
            one, other = rest
            text = self._texts.get(f"{one}|{self._plural(first)}", one if first == 1 else other)
            return text.format(self._said(first))
        if kind == "decimal":
            return self._number(f"{first:.{rest[0]}f}")
        if kind == "ordinal":
            form = self._written["ordinal"]
            return form.format(self._number(f"{first:g}")) if form else str(ordinal(first))
        if kind == "percent":
            return self._written["percent"].format(self._number(f"{100 * first:.0f}"))
        between = self._written["space"] if kind == "sentences" else self._texts.get(", ", ", ")
        return between.join(self._said(one) for one in first)

    def _number(self, english: str) -> str:
        marks = {",": self._written["thousands"], ".": self._written["decimal"]}
        return "".join(marks.get(character, character) for character in english)


def _english_plural(count: int) -> str:
    return "one" if count == 1 else "other"


ENGLISH = Translation("en", {}, {"decimal": ".", "thousands": ",", "percent": "{} %", "ordinal": "", "space": " "}, _english_plural)

"""How texts, numbers and sentences are said in a language: the page says all with it, the worker a report.

MicroPython (the page) and CPython (all else) both read this module.
"""

TYPE_CHECKING = False  # MicroPython has no typing
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    Texts = Mapping[str, str]


class Translation:
    """A language, as its catalogues in static/languages/ have it.

    Parameters
    ----------
    language : str
        Its name, as HTML has it.
    texts : mapping of str to str
        From English, by ``get(english)``; plural forms are under ``english|form``.
    written : mapping of str to str
        How numbers are written (``decimal``, ``thousands``, ``percent``, ``ordinal``; as English writes ordinals where that
        is ""), and what stands between two sentences (``space``): what catalogues have under "".
    plural : callable
        ``plural(count)`` is the name of a plural form, as Intl.PluralRules has it.
    """

    def __init__(self, language: str, texts: "Texts", written: "Texts", plural: "Callable[[int], str]") -> None:
        self.language, self.written, self._texts, self._plural = language, written, texts, plural
        self._known: dict[str, str] = {}  # what has been looked up: the page's texts are JavaScript's

    def _found(self, key):
        if key not in self._known:
            text = self._texts.get(key)
            if not text:
                return None
            self._known[key] = text
        return self._known[key]

    def text(self, english: str) -> str:
        """A text; the English one where it is not translated."""
        return self._found(english) or english

    def number_of(self, count: int, one: str, other: str) -> str:
        """A text with a count in place of its ``{}``; `one` and `other` are English for one and for any other number."""
        text = self._found(one + "|" + self._plural(count)) or self._found(one + "|other") or (one if count == 1 else other)
        return text.format(self.thousands(count))

    def thousands(self, count: int) -> str:
        """A count as it is read: 12,345."""
        return f"{count:,}".replace(",", self.written["thousands"])

    def decimal(self, value: float, places: int) -> str:
        """A number with some decimals: 0.123."""
        return ("{:." + str(places) + "f}").format(value).replace(".", self.written["decimal"])

    def percent(self, share: float, places: int = 0) -> str:
        """A share of 1 in per cent: 97 %."""
        return self.written["percent"].format(self.decimal(100 * share, places))

    def ordinal(self, value: float) -> str:
        """The place of a percentile: 1st, 2nd, 3rd, 11th, 50th, 2.5th."""
        number = f"{value:g}"
        if self.written["ordinal"]:
            return self.written["ordinal"].format(number.replace(".", self.written["decimal"]))
        is_th = "." in number or 10 <= value % 100 <= 20
        return number + ("th" if is_th else {"1": "st", "2": "nd", "3": "rd"}.get(number[-1], "th"))

    def sentences(self, texts: "list[str]") -> str:
        """Sentences one after the other."""
        return self.written["space"].join(texts)

    def said(self, part: "Any") -> "Any":
        """A sentence of `vizzy.sentences` or its parts; text as it is, and an int as this language writes it."""
        part = getattr(part, "parts", part)
        if not isinstance(part, (list, tuple)):
            return self.thousands(part) if isinstance(part, int) else isolated(part)
        kind, first = part[:2]
        if kind == "sentence":
            return self.text(first).format(**{name: self.said(value) for name, value in part[2].items()})
        if kind == "sentences":
            return self.sentences([self.said(one) for one in first])
        if kind == "joined":
            return self.text(", ").join([self.said(one) for one in first])
        if kind == "counted":
            return self.number_of(first, *part[2:])
        if kind == "decimal":
            return self.decimal(first, *part[2:])
        return self.percent(first) if kind == "percent" else self.ordinal(first)

    def __call__(self, sentence: str) -> str:
        """A sentence, as `said`."""
        return self.said(sentence)


def isolated(text: str) -> str:
    """A text that is put into another: where it runs from right to left, numbers beside it would change sides without these marks."""
    runs_from_right = any("\u0590" <= sign <= "\u08ff" or "\ufb1d" <= sign <= "\ufefc" for sign in text)
    return "\u2068" + text + "\u2069" if runs_from_right else text


ENGLISH = Translation(
    "en",
    {},
    {"decimal": ".", "thousands": ",", "percent": "{} %", "ordinal": "", "space": " "},
    lambda count: "one" if count == 1 else "other",
)

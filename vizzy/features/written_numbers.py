"""Numbers as people and spreadsheets write them, with something between thousands: 1,234.5 or 1.234,5 or 1 234 or 1'234.

A number may have a unit or a currency, if it is the same in the whole column: 3 cm, $5, <0.5. Whether a comma is between thousands or before decimals shows in a column, not in a cell.
"""

import re
from collections.abc import Sequence

# What stands in cells that hold no number, in lower case.
MISSING = frozenset(["", *"na n/a nan null none ? - -- – — . .. #n/a #na #div/0! #value! #ref! #num! #null! #name? n.a. k.a. (null) <na> nil \\n".split()])
_COMMAS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
_POINTS = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d+)?")
_OTHERS = re.compile(r"[+-]?[1-9]\d{0,2}([ '’\u00a0\u202f]\d{3})+([.,]\d+)?")
_ANY = re.compile(r"\d[, '’\u00a0\u202f]\d{3}|\d\.\d{3}[.,]")  # in a column without such, nothing is between thousands
# A number with a sign of how it was measured or a currency before it, and a currency or a unit behind it.
_WITH_UNIT = re.compile(
    r"(?P<about>[<>≤≥~≈]?)\s*(?P<minus>[-+\u2212]?)(?P<before>[$€£¥₹₩₽]|[A-Z]{3} )?\s*(?P<number>[-+\u2212]?[\d.,'’ \u00a0\u202f]*\d[.,]?([eE][+-]?\d+)?)\s*"
    r"(?P<behind>[$€£¥₹₩₽]|°\s?[CFK]?|[^\W\d_]{1,6}[²³]?(/[^\W\d_]{1,4}[²³]?)?)?"
)
_SAMPLE, _NUMBERS_AT_LEAST = 200, 0.95  # as many cells of those that hold anything
_MANY_DIGITS = re.compile(r"[+-]?\d+\.\d{5,}(e[+-]?\d+)?", re.IGNORECASE)
_DIGITS = 4  # that tell a number from another at a glance
_BELOW_1000 = re.compile(r"[+-]?\d{1,3}(\.\d+)?")


def has_thousands(text: str) -> bool:
    """Whether a text is a number that surely has something between its thousands.

    Examples
    --------
    >>> has_thousands("1,234.5"), has_thousands("1.234,5"), has_thousands("1'234"), has_thousands("1,234")
    (True, True, True, False)
    """
    if _OTHERS.fullmatch(text):
        return True
    for pattern, between, before_decimals in ((_COMMAS, ",", "."), (_POINTS, ".", ",")):
        if pattern.fullmatch(text) and (text.count(between) > 1 or before_decimals in text):
            return True
    return False


def without_units(cells: Sequence[str]) -> Sequence[str]:
    """The numbers of a column without the unit or the currency that all of them have, and without signs such as "<".

    Parameters
    ----------
    cells : sequence of str
        Of one column.

    Returns
    -------
    sequence of str
        As they were where hardly all are numbers, or their units differ.

    Examples
    --------
    >>> without_units(["3 cm", "4.5 cm"]), without_units(["$5", "-$7"]), without_units(["3 cm", "2 m"]), without_units(["A1", "A2"])
    (['3', '4.5'], ['5', '-7'], ['3 cm', '2 m'], ['A1', 'A2'])
    """
    sample = [cell.strip() for cell in cells[:_SAMPLE] if cell.strip()]
    if not any(_is_with_unit(_WITH_UNIT.fullmatch(cell)) for cell in sample) or not _has_one_unit(sample):
        return cells
    matches = [_WITH_UNIT.fullmatch(cell.strip()) for cell in cells]
    if not _has_one_unit([cell.strip() for cell in cells if cell.strip()]):
        return cells
    return [
        cell if match is None else (match["minus"] + match["number"]).replace("\u2212", "-") for cell, match in zip(cells, matches, strict=True)
    ]


def _is_with_unit(match):
    return match is not None and bool(match["about"] or match["before"] or match["behind"] or "\u2212" in match[0])


def _has_one_unit(filled):
    """Whether nearly all cells are numbers and those with a unit or a currency have the same."""
    matches = [match for match in map(_WITH_UNIT.fullmatch, filled) if match]
    units = {(match["before"] or "", match["behind"] or "") for match in matches} - {("", "")}
    return len(units) <= 1 and len(matches) >= _NUMBERS_AT_LEAST * sum(cell.lower() not in MISSING for cell in filled)


def without_thousands(cells: Sequence[str]) -> Sequence[str]:
    """The numbers of a column with nothing between their thousands and a point before decimals, where that is how they are written.

    Parameters
    ----------
    cells : sequence of str
        Of one column; those that are no such numbers stay.

    Returns
    -------
    sequence of str

    Examples
    --------
    >>> without_thousands(["1,234", "999"]), without_thousands(["1,234", "0,5"]), without_thousands(["1.234,5"])
    (['1234', '999'], ['1,234', '0,5'], ['1234.5'])
    """
    cells = without_units(cells)
    if not _ANY.search("\n".join(cells)):
        return cells
    filled = [cell.strip() for cell in cells if cell.strip()]
    with_commas = [cell for cell in filled if "," in cell]
    if any(_OTHERS.fullmatch(cell) for cell in filled):
        return [_plain(cell, "", ",") if _OTHERS.fullmatch(cell.strip()) else cell for cell in cells]
    if any(_POINTS.fullmatch(cell) and has_thousands(cell) for cell in filled):
        return [_plain(cell, ".", ",") if _POINTS.fullmatch(cell.strip()) else cell for cell in cells]
    if not all(_COMMAS.fullmatch(cell) for cell in with_commas):
        return cells
    surely = any(map(has_thousands, with_commas))
    others = [cell for cell in filled if "," not in cell and any(sign.isdigit() for sign in cell)]
    if surely or others and all(_BELOW_1000.fullmatch(cell) for cell in others):
        return [_plain(cell, ",", ".") if _COMMAS.fullmatch(cell.strip()) else cell for cell in cells]
    return cells


def _plain(cell, between, before_decimals):
    digits = re.sub(rf"[ '’\u00a0\u202f{between}]", "", cell.strip())
    return digits.replace(before_decimals, ".")


def with_few_digits(text: str) -> str:
    """A number as a person reads it: of one with many decimals four digits; other text as it is.

    Examples
    --------
    >>> with_few_digits("-0.9717922399428903"), with_few_digits("181.25000001"), with_few_digits("4.7"), with_few_digits("A 1.123456")
    ('-0.9718', '181.3', '4.7', 'A 1.123456')
    """
    if not _MANY_DIGITS.fullmatch(text):
        return text
    number = float(text)
    whole = len(str(int(abs(number))))
    return f"{number:.{_DIGITS}g}" if abs(number) < 1 or whole > 2 * _DIGITS else f"{number:.{max(0, _DIGITS - whole)}f}"

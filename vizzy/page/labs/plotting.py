"""The calculations behind the charts: scales, paths, shades. Numbers in, texts and numbers out: no DOM."""

from vizzy.page import language
from vizzy.vocabulary import f1, precision, recall

SHADES = 8


class Scale:
    """Turns values into places: ``low`` to ``start``, ``high`` to ``end``, straight between and beyond."""

    def __init__(self, low, high, start, end):
        self.low = low
        self.high = high
        self._start = start
        self._per_unit = (end - start) / ((high - low) or 1)

    def place(self, value):
        """Where a value goes."""
        return self._start + (value - self.low) * self._per_unit

    def value(self, place):
        """Which value is at a place, within the scale's bounds."""
        value = self.low + (place - self._start) / (self._per_unit or 1)
        return max(self.low, min(self.high, value))


def line_path(points, across, up):
    """An SVG path through (x, y) points; where a y is None the line is interrupted."""
    parts = []
    pen_down = False
    for x, y in points:
        if y is None:
            pen_down = False
            continue
        parts.append("{}{:.1f} {:.1f}".format("L" if pen_down else "M", across.place(x), up.place(y)))
        pen_down = True
    return "".join(parts)


def band_path(points, across, up):
    """An SVG path around (x, low, high) points; those with a None are left out."""
    there = [(x, low, high) for x, low, high in points if low is not None and high is not None]
    if not there:
        return ""
    top = [(x, high) for x, _, high in there]
    bottom = [(x, low) for x, low, _ in reversed(there)]
    return line_path(top + bottom, across, up) + "z"


def ticks(low, high, most=5):
    """Round numbers from low to high, at most so many steps apart."""
    span = (high - low) or 1
    step = 1.0
    while step < span / most:
        step *= 10
    while step >= span / most:
        step /= 10
    for factor in (1, 2, 5, 10):
        if span / (step * factor) <= most + 1e-9:
            step *= factor
            break
    first = int(low / step + (0.999999 if low > 0 else 0))
    return [number * step for number in range(first, int(high / step + 1e-6) + 1)]


def tick_text(value):
    """A tick as it is written: no digits that say nothing."""
    text = "{:.2f}".format(value)
    places = len(text.rstrip("0").split(".")[1])
    return language.decimal(value, places)


def measure(name, found, flagged, problems):
    """Precision, recall or F1 of counts, as ``vizzy.labs.score`` has them; "flagged" is the count itself."""
    if name == "flagged":
        return flagged
    if name == "precision":
        return precision(found, flagged)
    if name == "recall":
        return recall(found, problems)
    return f1(found, flagged, problems)


def measures(name, found, flagged, problems):
    """The same for lists of counts; ``found`` is None, or holds Nones, where the truth is not known."""
    return [measure(name, found[place], flagged[place], problems) for place in range(len(flagged))]


def spread(curves):
    """The least and the largest of several curves at each place; None where all are None."""
    lows, highs = [], []
    for place in range(len(curves[0])):
        there = [curve[place] for curve in curves if curve[place] is not None]
        lows.append(min(there) if there else None)
        highs.append(max(there) if there else None)
    return lows, highs


def shade(value, low, high):
    """How dark a value is drawn, from 0 to ``SHADES`` - 1."""
    if value is None:
        return None
    if high <= low:
        return 0
    return min(SHADES - 1, int((value - low) / (high - low) * SHADES))


def best(rows):
    """The place (row, column) of the largest value in rows of numbers and Nones, the first of equals; or None."""
    found = None
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            if value is not None and (found is None or value > rows[found[0]][found[1]]):
                found = (row, column)
    return found


def percent(value):
    """A share as it is written; a dash for none."""
    return "–" if value is None else language.percent(value)


def two(value):
    """A number with two decimals; a dash for none."""
    return "–" if value is None else language.decimal(value, 2)

"""A chart as SVG text: panels side by side, lines over a common scale, both axes logarithmic."""

import math
from html import escape

PANEL_WIDTH, PANEL_HEIGHT = 400, 300
LEFT, RIGHT, TOP, BOTTOM = 62, 30, 58, 44
LINE_OF_LEGEND = 18
COLOURS = ("#2563a8", "#d1571f", "#2a8a5c", "#8a4fa3", "#8a7a1c")
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #333 }
.title { font-weight: 600; font-size: 14px }
.grid { stroke: #8884; stroke-width: 1 }
.line { fill: none; stroke-width: 2; stroke-linejoin: round }
@media (prefers-color-scheme: dark) { text { fill: #ddd } .back { fill: #1b1d21 } }
"""


def chart(title, across, panels):
    """Draw lines.

    Parameters
    ----------
    title, across : str
        Of the whole, and of the horizontal axes.
    panels : list of (str, dict of str to list of (float, float))
        What the vertical axis shows, and lines by name: points, all of them positive.

    Returns
    -------
    str
    """
    legend = max(len(lines) for _, lines in panels) * LINE_OF_LEGEND
    width, height = len(panels) * PANEL_WIDTH, PANEL_HEIGHT + legend
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"',
        f' aria-label="{escape(title)}">',
        f"<style>{STYLE}</style>",
        f'<rect class="back" width="{width}" height="{height}" fill="#fff"/>',
        f'<text class="title" x="16" y="24">{escape(title)}</text>',
    ]
    for number, (up, lines) in enumerate(panels):
        parts.append(f'<g transform="translate({number * PANEL_WIDTH} 0)">')
        parts += _panel(across, up, {name: points for name, points in lines.items() if points})
        parts.append("</g>")
    return "\n".join([*parts, "</svg>"]) + "\n"


def decades(values):
    """The powers of ten around some positive values: their exponents, from the one below to the one above."""
    lowest, highest = min(values), max(values)
    if lowest <= 0:
        raise ValueError(f"a logarithmic axis cannot show {lowest}")
    first, last = math.floor(math.log10(lowest)), math.ceil(math.log10(highest))
    return list(range(first, max(last, first + 1) + 1))


def _panel(across, up, lines):
    points = [point for line in lines.values() for point in line]
    columns, rows = decades([x for x, _ in points]), decades([y for _, y in points])

    def place(x, y):
        share_across = (math.log10(x) - columns[0]) / (columns[-1] - columns[0])
        share_up = (math.log10(y) - rows[0]) / (rows[-1] - rows[0])
        inner_width, inner_height = PANEL_WIDTH - LEFT - RIGHT, PANEL_HEIGHT - TOP - BOTTOM
        return round(LEFT + share_across * inner_width, 1), round(
            PANEL_HEIGHT - BOTTOM - share_up * inner_height, 1
        )

    bottom = PANEL_HEIGHT - BOTTOM
    yield f'<text x="{LEFT}" y="{TOP - 12}">{escape(up)}</text>'
    for exponent in columns:
        x, _ = place(10**exponent, 10 ** rows[0])
        yield f'<path class="grid" d="M{x} {TOP}V{bottom}"/>'
        yield f'<text x="{x}" y="{bottom + 18}" text-anchor="middle">{10**exponent:,}</text>'
    for exponent in rows:
        _, y = place(10 ** columns[0], 10**exponent)
        yield f'<path class="grid" d="M{LEFT} {y}H{PANEL_WIDTH - RIGHT}"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{10**exponent:,}</text>'
    yield f'<text x="{PANEL_WIDTH - RIGHT}" y="{bottom + 36}" text-anchor="end">{escape(across)}</text>'
    for number, (name, line) in enumerate(lines.items()):
        colour, y = COLOURS[number], PANEL_HEIGHT + number * LINE_OF_LEGEND + 8
        steps = " ".join(f"{x},{y}" for x, y in (place(*point) for point in line))
        yield f'<polyline class="line" stroke="{colour}" points="{steps}"/>'
        for x, there in (place(*point) for point in line):
            yield f'<circle cx="{x}" cy="{there}" r="3" fill="{colour}"/>'
        yield f'<path d="M{LEFT} {y - 4}h18" stroke="{colour}" stroke-width="2"/>'
        yield f'<text x="{LEFT + 26}" y="{y}">{escape(name)}</text>'

"""The icons of the installed page, drawn from static/icon.svg.

    python tools/make_icons.py

The same bytes every time, with the renderer that pyproject.toml pins as ``artwork``. A maskable icon may be cut to
a circle of four fifths of its width: there the drawing is made smaller, and its ground reaches the edges.
"""

import re
from pathlib import Path

import resvg_py

STATIC = Path(__file__).resolve().parent.parent / "static"
SAFE = 0.8  # of the width, that no mask cuts
SIDE = 24  # of the drawing's own units


def icons(drawing: str) -> dict[str, bytes]:
    """The PNG files by their names.

    Parameters
    ----------
    drawing : str
        The icon as SVG: a square whose ground is its first rectangle.

    Returns
    -------
    dict of str to bytes
    """
    return {
        "icon-192.png": png(drawing, 192),
        "icon-512.png": png(drawing, 512),
        "icon-maskable-512.png": png(maskable(drawing), 512),
    }


def maskable(drawing: str) -> str:
    """The drawing within the safe zone of its ground."""
    ground = re.search(r'<rect[^>]* fill="([^"]+)"', drawing)[1]  # type: ignore[index]
    edge, side = SIDE * (1 - SAFE) / 2, SIDE * SAFE
    inner = drawing.replace("<svg ", f'<svg x="{edge:g}" y="{edge:g}" width="{side:g}" height="{side:g}" ', 1)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">'
        f'<rect width="{SIDE}" height="{SIDE}" fill="{ground}"/>{inner}</svg>'
    )


def png(drawing: str, size: int) -> bytes:
    """A drawing of this width and height in pixels."""
    return bytes(resvg_py.svg_to_bytes(svg_string=drawing, width=size, height=size, skip_system_fonts=True))


if __name__ == "__main__":
    for name, content in icons((STATIC / "icon.svg").read_text(encoding="utf-8")).items():
        (STATIC / name).write_bytes(content)
        print(name, len(content), "bytes")

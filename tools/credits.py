"""CREDITS.md: whose artwork the shipped images are made of, written from what was used.

Attribution is a condition of every licence involved, so it is generated with the images rather than
remembered. The per-image statement stands in `static/dataset.csv`.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from artwork import EMOJI_SETS, Artwork

OPENING = """\
# Credits

Every picture in `static/images/` is an adaptation of one piece of open emoji artwork: it was scaled,
turned, sometimes mirrored, tinted, and set on a generated background. The columns `artwork`, `licence`,
`licence_url` and `attribution` of `static/dataset.csv` say which for each picture, and each picture (with
its tile in `static/thumbnails.webp`) is under the licence of its artwork, not under the MIT licence of
the code. Pictures made from CC BY-SA artwork are under CC BY-SA 4.0 themselves.

None of the artists endorses this project. The icons came through the Iconify project's npm packages.

"""

CLOSING = """
The pictures in `static/digits/images/` are enlarged from the handwritten digits that scikit-learn ships: E. Alpaydin
and C. Kaynak, [Optical Recognition of Handwritten Digits](https://archive.ics.uci.edu/dataset/80), UCI Machine
Learning Repository, [CC-BY-4.0](https://creativecommons.org/licenses/by/4.0/). They were coloured, and some labels
changed on purpose.

`static/sample/iris.csv` holds the measurements that scikit-learn ships: R. A. Fisher,
[Iris](https://archive.ics.uci.edu/dataset/53), UCI Machine Learning Repository,
[CC-BY-4.0](https://creativecommons.org/licenses/by/4.0/). Ten labels were changed on purpose.

The full texts of the Apache License 2.0 and of the MIT licence of Fluent Emoji are in
`static/licences/`; those of the Creative Commons licences are at the addresses above.

This file is written by `tools/make_images.py`.
"""


def write_credits(artwork: list[Artwork], path: Path) -> None:
    """Write the credits for the pictures made of `artwork` (one entry per picture) to `path`."""
    used = Counter(icon.emoji_set.prefix for icon in artwork)
    lines = ["| artwork | by | licence | package | pictures |", "| --- | --- | --- | --- | ---: |"]
    for emoji_set in EMOJI_SETS:
        if used[emoji_set.prefix]:
            licence = f"[{emoji_set.licence.spdx}]({emoji_set.licence.url})"
            lines.append(
                f"| [{emoji_set.title}]({emoji_set.home}) | {emoji_set.attribution} | {licence} "
                f"| `{emoji_set.package}` | {used[emoji_set.prefix]} |"
            )
    path.write_text(OPENING + "\n".join(lines) + "\n" + CLOSING, encoding="utf-8", newline="\n")

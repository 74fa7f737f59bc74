"""Which emoji artwork the shipped images are made of, and on whose terms.

Ten open emoji sets come as npm packages of the Iconify project, pinned here by version and by the
SHA-512 that npm itself records for the package. `SUBJECTS` files their icons under the classes; every
icon named there was looked at, and what misleads (a koala is no bear) is left out or stands in
`REJECTED` with the reason. `tools/make_images.py` is the only reader.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Licence:
    """A licence as the dataset's table and the credits name it."""

    spdx: str
    url: str


CC_BY = Licence("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/")
CC_BY_SA = Licence("CC-BY-SA-4.0", "https://creativecommons.org/licenses/by-sa/4.0/")
APACHE = Licence("Apache-2.0", "https://www.apache.org/licenses/LICENSE-2.0")
MIT = Licence("MIT", "https://github.com/microsoft/fluentui-emoji/blob/main/LICENSE")


@dataclass(frozen=True)
class EmojiSet:
    """One npm package of emoji artwork, pinned, and what its licence asks to be said."""

    prefix: str
    title: str
    version: str
    sha512: str
    attribution: str
    home: str
    licence: Licence

    @property
    def package(self) -> str:
        """The package's name and version as npm takes them."""
        return f"@iconify-json/{self.prefix}@{self.version}"


EMOJI_SETS = (
    EmojiSet(
        "noto",
        "Noto Emoji",
        "1.2.9",
        "DQiuXENbun41ch+XPSV55H9FaWKpHTyz46YIKtSaKYD4fIDDzL1tR6H4np/T38jfrTAeI3rcKF0mqHYeZVAuaw==",
        "Google Inc.",
        "https://github.com/googlefonts/noto-emoji",
        APACHE,
    ),
    EmojiSet(
        "noto-v1",
        "Noto Emoji, first version",
        "1.2.5",
        "/DsVMius69Q0fRS53z7QK1TROSuar606jiIx+laXtdsYGMXpf6LtHBx6CGfoo3UHHb/XpBsw+1L1x3eyPqMuVA==",
        "Google Inc.",
        "https://github.com/googlefonts/noto-emoji",
        APACHE,
    ),
    EmojiSet(
        "twemoji",
        "Twemoji",
        "1.2.5",
        "uKpuIEV0v6K5BW3Mjdyl+XKFVAbbcPxAgifKvEMtZoUZB5+YiY5zaMm2uNNCxyXzAWU9yNLlj41WU6/mvgALsw==",
        "Twitter, Inc. and other contributors",
        "https://github.com/jdecked/twemoji",
        CC_BY,
    ),
    EmojiSet(
        "openmoji",
        "OpenMoji",
        "1.2.29",
        "vXdhkqcXVSO6suy+m9LbcUM3OdVyuNOtpV8/als/WqfkQIRxevL5Geb/g+6GH/Qwnq1OqksEmaDGTCmZ5nFKJQ==",
        "OpenMoji, the open-source emoji and icon project",
        "https://github.com/hfg-gmuend/openmoji",
        CC_BY_SA,
    ),
    EmojiSet(
        "emojione",
        "EmojiOne 2.3",
        "1.2.3",
        "T9+T3HIbJNLKKsmxYKlaYhvnHYkz/HNYTV7SHCXVZPfeUi4FqskY70YeN8yYAZT8cCv7w5vJxS4Q1m8zb9CMMg==",
        "EmojiOne, now EmojiTwo",
        "https://github.com/EmojiTwo/emojitwo",
        CC_BY,
    ),
    EmojiSet(
        "emojione-v1",
        "EmojiOne 1.5",
        "1.2.3",
        "UjI2VQEXVtGlPBvQuxEizro7QCgBcJDOYwKUupquvvZ8UV4xOlvm45IU82JYWegiAWLerY79gFLMZ26U6Ms+ww==",
        "EmojiOne",
        "https://github.com/joypixels/emojione-legacy",
        CC_BY_SA,
    ),
    EmojiSet(
        "fluent-emoji",
        "Fluent Emoji",
        "1.2.7",
        "D8G6bKAyIsyxP1rzZtIWr/gg/fO4Rg1+DyCWlfqKK4h8W+4Em/Y0P6QYgJUQTlUcagzJvSyg+9OBv4hz4Hc/QA==",
        "Copyright (c) Microsoft Corporation",
        "https://github.com/microsoft/fluentui-emoji",
        MIT,
    ),
    EmojiSet(
        "fluent-emoji-flat",
        "Fluent Emoji, flat",
        "1.2.6",
        "RY47RgPb47fYUiyrA64sIOL0+UU02s29sXpNBbIQRBUlPlfNFTKUmZDERGuxDs/7yNGWqQYvuaSYM1M4fRXlUw==",
        "Copyright (c) Microsoft Corporation",
        "https://github.com/microsoft/fluentui-emoji",
        MIT,
    ),
    # The package's info.json says Apache-2.0; the project's own LICENSE.md keeps that for its code and
    # puts the visual design under CC BY 4.0, which is what applies to a picture.
    EmojiSet(
        "fxemoji",
        "FxEmojis",
        "1.2.2",
        "UAasRaxzFUKfIGSmLwnoarsssA4LX0VLLuEmplIqM6ZNQqIQRtav8tZ4H1neTlBreXuMQyAifr5jP4kn78DpiQ==",
        "Mozilla Foundation",
        "https://github.com/mozilla/fxemoji",
        CC_BY,
    ),
    EmojiSet(
        "streamline-emojis",
        "Streamline Emojis",
        "1.2.4",
        "iNr9T9XuZVTyQPJO8ZlLxBzPkpi7qMl+z1l0C31vpEMqhPMelth3n7CeWQYtixdetDPdI81yeG4ROqjWpYJE6A==",
        "Streamline",
        "https://github.com/webalys-hq/streamline-vectors",
        CC_BY,
    ),
)

# (class, what the picture shows, the icon's names in the sets). The class is empty for what is no animal.
SUBJECTS = (
    ("cat", "cat", ("cat", "catside")),
    ("cat", "black cat", ("black-cat",)),
    ("cat", "cat face", ("cat-face",)),
    ("cat", "cat face with tears of joy", ("cat-with-tears-of-joy", "cat-face-with-tears-of-joy")),
    ("cat", "cat face with a wry smile", ("cat-with-wry-smile", "cat-face-with-wry-smile")),
    ("cat", "crying cat face", ("crying-cat", "crying-cat-face")),
    ("cat", "grinning cat face", ("grinning-cat", "grinning-cat-face")),
    (
        "cat",
        "grinning cat face with smiling eyes",
        ("grinning-cat-with-smiling-eyes", "grinning-cat-face-with-smiling-eyes"),
    ),
    ("cat", "kissing cat face", ("kissing-cat", "kissing-cat-face")),
    ("cat", "pouting cat face", ("pouting-cat", "pouting-cat-face")),
    ("cat", "cat face with heart eyes", ("smiling-cat-with-heart-eyes", "smiling-cat-face-with-heart-eyes")),
    ("cat", "weary cat face", ("weary-cat", "weary-cat-face")),
    ("dog", "dog", ("dog", "dogside")),
    ("dog", "dog face", ("dog-face",)),
    ("dog", "guide dog", ("guide-dog",)),
    ("dog", "service dog", ("service-dog",)),
    ("dog", "poodle", ("poodle",)),
    ("bear", "bear face", ("bear", "bear-face")),
    ("bear", "panda face", ("panda", "panda-face", "pandaface")),
    ("bear", "polar bear", ("polar-bear",)),
    ("bear", "teddy bear", ("teddy-bear",)),
    ("", "rocket", ("rocket",)),
    ("", "guitar", ("guitar",)),
    ("", "airplane", ("airplane",)),
    ("", "car", ("automobile",)),
    ("", "slice of pizza", ("pizza",)),
    ("", "sunflower", ("sunflower",)),
    ("", "house", ("house",)),
    ("", "bicycle", ("bicycle",)),
    ("", "hot dog", ("hot-dog",)),
)

# Icons a person would not take for what they are filed under, or would not make out at 24 px.
REJECTED = {
    "fxemoji:cat": "looks like a mouse",
    "fxemoji:dog": "looks like a fox cub",
    "emojione-v1:bear-face": "looks like a moose",
    "emojione-v1:weary-cat-face": "white hands hide the face",
}


@dataclass(frozen=True)
class Artwork:
    """One icon: where it is from, the class it shows, and its drawing as an SVG fragment."""

    emoji_set: EmojiSet
    name: str
    class_name: str
    description: str
    width: int
    height: int
    body: str

    @property
    def key(self) -> str:
        """The icon's name in Iconify's notation, for example ``noto:crying-cat``."""
        return f"{self.emoji_set.prefix}:{self.name}"


class ArtworkError(Exception):
    """The artwork cannot be had; the message says what to do about it."""


def fetch_sets(cache: Path) -> None:
    """Download every pinned package into `cache` through npm, unless it is already there."""
    cache.mkdir(parents=True, exist_ok=True)
    for emoji_set in EMOJI_SETS:
        if not _archive(cache, emoji_set).exists():
            _npm_pack(emoji_set, cache)


def load_artwork(cache: Path) -> list[Artwork]:
    """Read the icons that `SUBJECTS` files from the downloaded packages, after checking their hashes.

    Returns
    -------
    list of Artwork
        In the order of `SUBJECTS`, then of `EMOJI_SETS`: always the same.
    """
    icons = {emoji_set.prefix: _read_icons(_archive(cache, emoji_set), emoji_set) for emoji_set in EMOJI_SETS}
    found = []
    for class_name, description, names in SUBJECTS:
        for emoji_set in EMOJI_SETS:
            drawings = icons[emoji_set.prefix]
            found += [
                _artwork(emoji_set, name, class_name, description, drawings)
                for name in names
                if name in drawings["icons"] and f"{emoji_set.prefix}:{name}" not in REJECTED
            ]
    return found


def _archive(cache: Path, emoji_set: EmojiSet) -> Path:
    return cache / f"iconify-json-{emoji_set.prefix}-{emoji_set.version}.tgz"


def _npm_pack(emoji_set: EmojiSet, cache: Path) -> None:
    if shutil.which("npm") is None:
        raise ArtworkError("npm is needed to fetch the emoji artwork: install Node.js, then run this again.")
    command = ["npm", "pack", emoji_set.package, "--pack-destination", str(cache), "--silent"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise ArtworkError(
            f"npm could not fetch {emoji_set.package}: {done.stderr.strip() or 'no reason given'}"
        )


def _read_icons(archive: Path, emoji_set: EmojiSet) -> dict:
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != emoji_set.sha512:
        raise ArtworkError(f"{archive.name} is not the file that was pinned: delete it and run this again.")
    with tarfile.open(archive) as package:
        return json.load(package.extractfile("package/icons.json"))


def _artwork(emoji_set: EmojiSet, name: str, class_name: str, description: str, drawings: dict) -> Artwork:
    icon = drawings["icons"][name]
    width = icon.get("width", drawings.get("width", 16))
    height = icon.get("height", drawings.get("height", 16))
    return Artwork(emoji_set, name, class_name, description, width, height, icon["body"])

"""Opening image files of every kind that people have, as plain RGB.

A file that cannot be read is a fact about the data, not an accident of the program: it raises
`UnreadableImage` with the reason in words, and the caller goes on with the next.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path

from PIL import Image, ImageOps

# Beyond this a single picture takes more than half a gigabyte to decode.
MOST_MEGAPIXELS = 200
# Pillow's own limit does not say how to raise it; `_decode` checks ours, before any pixel is decoded.
Image.MAX_IMAGE_PIXELS = None
# Larger than any backbone's input: a JPEG may be decoded at reduced size down to this.
DRAFT_SIZE = 1024
BEHIND_TRANSPARENCY = (255, 255, 255)
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
WIDE_GREY_MODES = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")


class UnreadableImage(Exception):
    """An image that cannot be used; the message is the reason, in words."""


def open_rgb(content: bytes, most_megapixels: float = MOST_MEGAPIXELS) -> Image.Image:
    """Decode an image file's content: its first frame, upright, as RGB on white.

    Parameters
    ----------
    content : bytes
        The file. JPEG, PNG, WebP, GIF and whatever else Pillow reads, in any colour mode.
    most_megapixels : float
        Larger pictures are refused before they are decoded.

    Raises
    ------
    UnreadableImage
    """
    if not content:
        raise UnreadableImage("the file is empty")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd metadata; the pixels are what counts
            return _decode(content, most_megapixels)
    except UnreadableImage:
        raise
    except Image.UnidentifiedImageError as error:
        raise UnreadableImage(_why_unidentified(content)) from error
    except Exception as error:  # decoders raise whatever comes to hand on damaged files
        raise UnreadableImage(f"it is damaged ({error})") from error


def _why_unidentified(content: bytes) -> str:
    """What a file is that Pillow cannot read, by how it begins, and what to do."""
    start = content[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "it is a web page, saved in place of an image: download the image again"
    if b"<svg" in start:
        return "it is a drawing (SVG), which Pillow cannot read: save it as PNG"
    if content[4:8] == b"ftyp" and content[8:12] in HEIF_BRANDS:
        return "it is a HEIC image, which Pillow cannot read: save it as JPEG or PNG"
    return "it is not an image, or of a kind that Pillow cannot read"


def read_rgb(path: Path, most_megapixels: float = MOST_MEGAPIXELS) -> Image.Image:
    """Read and decode an image file; see `open_rgb`."""
    return open_rgb(Path(path).read_bytes(), most_megapixels)


def _decode(content: bytes, most_megapixels: float) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    if image.format == "JPEG":
        image.draft(None, (DRAFT_SIZE, DRAFT_SIZE))
    megapixels = image.width * image.height / 1e6
    if megapixels > most_megapixels:
        raise UnreadableImage(
            f"it has {image.width} x {image.height} pixels, more than {most_megapixels:g} million "
            "(--max-megapixels allows more)"
        )
    image.seek(0)
    image.load()
    return _as_rgb(ImageOps.exif_transpose(image))


def _as_rgb(image: Image.Image) -> Image.Image:
    if image.mode in WIDE_GREY_MODES:
        return _narrow_grey(image).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        canvas = Image.new("RGBA", image.size, BEHIND_TRANSPARENCY)
        return Image.alpha_composite(canvas, image).convert("RGB")
    return image.convert("RGB")


def _narrow_grey(image: Image.Image) -> Image.Image:
    """Greyscale of more than eight bits, its whole range brought into eight; Pillow itself would clip."""
    low, high = image.convert("F").getextrema()
    largest = 255.0 if 0 <= low and high <= 255 else 65535.0 if 0 <= low and high <= 65535 else None
    if largest is None:
        span = (high - low) or 1.0
        return image.convert("F").point(lambda value: value * (255 / span) + -low * 255 / span).convert("L")
    return image.convert("F").point(lambda value: value * (255 / largest) + 0).convert("L")

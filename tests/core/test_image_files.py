"""Images of every kind are read as upright RGB, and what cannot be read is named with its reason."""

import io
import struct
import zlib

import numpy as np
import pytest

pytest.importorskip("PIL", reason="pip install -e '.[embeddings]' to test the embedding tool")
from PIL import Image

from vizzy.native.image_files import UnreadableImage, open_rgb, read_rgb

RED, BLUE = (250, 10, 10), (10, 10, 250)


def red_above_blue(size=(40, 40)):
    image = Image.new("RGB", size, BLUE)
    image.paste(RED, (0, 0, size[0], size[1] // 2))
    return image


def content_of(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def assert_red_above_blue(image):
    assert image.mode == "RGB"
    top, bottom = image.getpixel((20, 5)), image.getpixel((20, 35))
    assert top[0] > 180 and top[2] < 90, top
    assert bottom[2] > 180 and bottom[0] < 90, bottom


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_usual_kinds(kind):
    assert_red_above_blue(open_rgb(content_of(red_above_blue(), kind)))


def test_a_palette():
    assert_red_above_blue(open_rgb(content_of(red_above_blue().quantize(8), "PNG")))


def test_cmyk():
    assert_red_above_blue(open_rgb(content_of(red_above_blue().convert("CMYK"), "JPEG", quality=95)))


def test_rotation_from_exif():
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    content = content_of(red_above_blue().rotate(180), "JPEG", exif=exif, quality=95)
    assert_red_above_blue(open_rgb(content))


def test_greyscale_keeps_its_brightness():
    assert open_rgb(content_of(Image.new("L", (8, 8), 77), "PNG")).getpixel((3, 3)) == (77, 77, 77)


def test_sixteen_bit_greyscale_is_brought_into_eight_not_clipped():
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    image = open_rgb(content_of(Image.fromarray(ramp), "PNG"))
    assert image.getpixel((0, 0)) == (0, 0, 0)
    assert image.getpixel((15, 15)) == (255, 255, 255)
    assert 120 <= image.getpixel((15, 7))[0] <= 135


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_transparent_lies_on_white(mode):
    clear = Image.new(mode, (8, 8), 0)
    assert open_rgb(content_of(clear, "PNG")).getpixel((4, 4)) == (255, 255, 255)


def test_a_transparent_palette_colour_lies_on_white():
    image = Image.new("P", (8, 8), 0)
    image.putpalette([0, 0, 0, 255, 0, 0])
    assert open_rgb(content_of(image, "PNG", transparency=0)).getpixel((4, 4)) == (255, 255, 255)


def test_the_first_frame_of_an_animation():
    frames = [Image.new("RGB", (8, 8), colour) for colour in (RED, BLUE)]
    content = content_of(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert open_rgb(content).getpixel((4, 4))[0] > 200


def test_a_path_that_is_not_ascii(tmp_path):
    path = tmp_path / "Käse 猫.png"
    red_above_blue().save(path)
    assert_red_above_blue(read_rgb(path))


def test_a_truncated_jpeg_is_damaged():
    content = content_of(red_above_blue((300, 300)), "JPEG")
    with pytest.raises(UnreadableImage, match="damaged"):
        open_rgb(content[: len(content) // 2])


def test_an_empty_file_is_empty():
    with pytest.raises(UnreadableImage, match="the file is empty"):
        open_rgb(b"")


def test_text_is_no_image():
    with pytest.raises(UnreadableImage, match="not an image"):
        open_rgb(b"this is not a picture at all\n" * 20)


def enormous_png(side):
    """A valid greyscale PNG of side x side pixels, in a few hundred kilobytes."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    deflate = zlib.compressobj(9)
    rows = [deflate.compress(bytes(side + 1)) for _ in range(side)] + [deflate.flush()]
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"".join(rows)) + chunk(b"IEND", b"")
    )


def test_an_enormous_image_is_refused_before_it_is_decoded():
    content = enormous_png(20_000)
    with pytest.raises(UnreadableImage, match=r"20000 x 20000 pixels.*--max-megapixels"):
        open_rgb(content)


def test_an_enormous_image_is_read_when_allowed():
    assert open_rgb(enormous_png(2_000), most_megapixels=4).size == (2_000, 2_000)
    with pytest.raises(UnreadableImage):
        open_rgb(enormous_png(2_000), most_megapixels=3.9)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\n<!DOCTYPE html><title>404</title>", "a web page"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "a drawing (SVG)"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC image"),
        (b"GIF88z", "not an image"),
    ],
)
def test_what_is_no_image_or_of_another_kind_is_said_by_how_it_begins(content, said):
    with pytest.raises(UnreadableImage) as refused:
        open_rgb(content)
    assert said in str(refused.value)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_of_exif_is_upright(orientation):
    stored = {2: [0], 3: [3], 4: [1], 5: [5], 6: [2], 7: [6], 8: [4]}  # Image.Transpose, which undo it
    image = red_above_blue()
    for step in stored.get(orientation, []):
        image = image.transpose(Image.Transpose(step))
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert_red_above_blue(open_rgb(content_of(image, "JPEG", exif=exif, quality=95)))


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_of_an_animation_the_first_frame_counts(kind):
    content = content_of(red_above_blue(), kind, save_all=True, append_images=[Image.new("RGB", (40, 40), "black")], duration=50)
    assert_red_above_blue(open_rgb(content))


def test_a_png_of_16_bits_and_what_is_called_jpg_but_is_png():
    grey = np.linspace(0, 65535, 64, dtype=np.uint16).reshape(8, 8)
    opened = open_rgb(content_of(Image.fromarray(grey), "PNG"))
    assert np.abs(np.asarray(opened)[:, :, 0].astype(float) - grey / 257).max() <= 1

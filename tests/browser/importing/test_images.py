"""Images without embeddings: a folder of them, a zip, a table that names them; looked at in the page, and kept."""

import base64
import io
import shutil
import zipfile

import numpy as np
import pytest
from firefox import EXECUTABLE, firefox
from onnxruntime import InferenceSession
from own_data import bring, exported, exported_bytes, open_and_train, rows_of, shipped_pictures, start_review, zip_of
from PIL import Image
from visits import ROOT, Visit, new_profile, visiting, visiting_in, wait_for_caches

from vizzy import image_hashes, near_duplicates
from vizzy.native.image_features import INPUT, NETWORK_FILE, middle_square
from vizzy.native.image_files import open_rgb

STATIC = ROOT / "static"
# The worker alone, without the page: the features of each file, or why there are none.
LOOK_AT = """async contents => {
    const worker = new Worker("static/image_worker.mjs", { type: "module" });
    const next = () => new Promise(resolve => worker.onmessage = event => resolve(event.data));
    const answers = [await next()];
    for (const content of contents) {
        worker.postMessage(new File([Uint8Array.from(atob(content), letter => letter.charCodeAt(0))], "image"));
        const { features, greys, picture, problem } = await next();
        answers.push({ features: features && [...features], greys: greys && [...greys], problem, picture: picture && picture.size });
    }
    worker.terminate();
    return answers;
}"""


@pytest.fixture(scope="module")
def own(browser, site):
    with visiting(browser, site) as visit:
        visit.open()
        yield visit


def choose_folder(visit, folder):
    visit.page.click("#import-button")
    visit.page.set_input_files("#import-folder", str(folder))
    visit.page.wait_for_selector("#import-preview:not([hidden]), #import-problem:not([hidden])")


def test_a_folder_is_read_looked_at_trained_and_those_in_the_wrong_subfolder_are_found(own, photos):
    folder, wrong = photos
    choose_folder(own, folder)
    understood = own.page.inner_text("#import-understood")
    assert understood == "photos: 61 rows, 3 classes, 61 pictures to compute embeddings of."
    assert "is the folder that it lies in" in own.page.inner_text("#import-notes")
    assert not [address for address in own.requests if "/onnx/" in address]  # fetched only to look at images
    own.page.click("#import-open:not([disabled])")
    own.page.wait_for_selector("#import", state="hidden")
    own.page.wait_for_function("document.getElementById('note').textContent.includes('photos/cat/damaged.jpg: it is damaged')")
    own.train()
    start_review(own)
    table = rows_of(exported(own.page, "table")[1])
    assert len(table) == 61
    looked_at = [row for row in table if row["label_quality"]]
    assert {row["file"] for row in table} - {row["file"] for row in looked_at} == {"photos/cat/damaged.jpg"}
    suspects = sorted(looked_at, key=lambda row: float(row["label_quality"]))[:6]
    assert set(wrong) <= {row["file"] for row in suspects}
    assert own.foreign_requests() == []
    assert own.complaints == []
    name, content = exported_bytes(own.page, "embeddings")
    assert name == "photos-embeddings.npy"
    assert np.isnan(np.load(io.BytesIO(content))).all(axis=1).sum() == 1


def content_of(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def kinds_of_image():
    """Some of the shipped pictures as people have them: name -> content of a file."""
    pictures = [Image.open(path).convert("RGB") for path, _ in shipped_pictures(2)]
    turned = Image.Exif()
    turned[0x0112] = 6  # to be shown turned by a quarter
    veiled = pictures[2].copy()
    veiled.putalpha(Image.linear_gradient("L").resize(veiled.size))
    grey = np.asarray(pictures[3].convert("L")).astype(np.uint16)
    return {
        "a photograph": content_of(pictures[0].resize((500, 375)), "JPEG", quality=88),
        "a large one": content_of(pictures[1].resize((1800, 1300)), "JPEG", quality=92),
        "turned": content_of(pictures[0].resize((300, 400)), "JPEG", exif=turned),
        "transparent": content_of(veiled, "PNG"),
        "of a palette": content_of(pictures[2].convert("P", palette=Image.Palette.ADAPTIVE), "GIF"),
        "CMYK": content_of(pictures[3].convert("CMYK"), "JPEG", quality=95),
        "grey": content_of(pictures[3].convert("L"), "PNG"),
        "grey of 16 bits": content_of(Image.fromarray(grey * 257), "PNG"),
        "small": content_of(pictures[4].resize((40, 30)), "WEBP", quality=95),
    }


def test_page_and_command_see_the_same_in_images_of_every_kind(own):
    session, files = InferenceSession(NETWORK_FILE), kinds_of_image()
    _, *answers = own.page.evaluate(LOOK_AT, [base64.b64encode(content).decode() for content in files.values()])
    cosines = {}
    for (name, content), answer in zip(files.items(), answers, strict=True):
        (wanted,), found = session.run(None, {INPUT: middle_square(open_rgb(content))})[0], np.array(answer["features"])
        cosines[name] = float(found @ wanted / np.linalg.norm(found) / np.linalg.norm(wanted))
        hashes = image_hashes.hashes_of(np.array([answer["greys"], image_hashes.greys_of(middle_square(open_rgb(content)))], np.uint8))
        assert near_duplicates.find(np.array([0, 1]), image_hashes=hashes).conflicts == [[0, 1]], name
    assert min(cosines.values()) >= 0.99, cosines


def test_what_is_no_image_is_answered_with_why(own):
    picture = Image.new("RGB", (80, 80))
    page, drawing = b"<!DOCTYPE html><html></html>", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'
    broken = [b"", b"no image", content_of(picture, "PNG")[:60], content_of(picture, "TIFF"), page, drawing, b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"]
    _, *answers = own.page.evaluate(LOOK_AT, [base64.b64encode(content).decode() for content in broken])
    assert [answer["problem"] for answer in answers] == [
        "the file is empty",
        *["it is damaged, or of a kind that this browser cannot decode: save it as JPEG or PNG"] * 3,
        "it is a web page, saved in place of an image: download the image again",
        "it is a drawing (SVG), which this browser cannot decode here: save it as PNG",
        "it is a HEIC image, which this browser cannot decode: save it as JPEG or PNG",
    ]


def test_what_was_exported_opens_again_without_looking_at_an_image(own):
    table, embeddings = exported(own.page, "table"), exported_bytes(own.page, "embeddings")
    own.page.click("#review-back")
    own.page.click("#import-button")
    files = [(table[0], table[1].encode()), embeddings]
    bring(own, *[{"name": name, "mimeType": "text/csv", "buffer": content} for name, content in files])
    assert "61 rows, 3 classes, embeddings of 32 dimensions" in own.page.inner_text("#import-understood")
    assert "1 row without an embedding left out" in own.page.inner_text("#import-notes")
    own.page.click("#import-close")


@pytest.mark.thorough
def test_pictures_that_a_table_names_are_looked_at_in_a_zip_too(own, photos):
    pictures = shipped_pictures(4)
    table = "file,label,remark\n" + "".join(f"{path.name},{label},\"a, b\"\n" for path, label in pictures)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, _ in pictures:
            archive.write(path, f"all/{path.name}")
        archive.writestr("all/labels.csv", table)
    own.page.click("#import-button")
    bring(own, {"name": "pictures.zip", "mimeType": "application/zip", "buffer": buffer.getvalue()})
    assert "12 rows, 3 classes, 12 pictures" in own.page.inner_text("#import-understood")
    open_and_train(own)
    own.page.wait_for_function("document.querySelector('.own')?.style.backgroundImage.startsWith('url')")
    assert own.complaints == []


def cancel_after(visit, folder, count):
    """Let a folder be looked at and cancel it; how many images are done."""
    visit.page.evaluate(f"{KEPT}.then(names => Promise.all(names.map(name => caches.delete(name))))")  # what another test found of the same images
    choose_folder(visit, folder)
    visit.page.click("#import-open:not([disabled])")
    done = "parseInt(document.getElementById('import-status').textContent.split(':')[1])"
    visit.page.wait_for_function(f"{done} >= {count}")
    visit.page.click("#import-cancel")
    visit.page.wait_for_selector("#import-partial:not([hidden])")
    done = int(visit.page.inner_text("#import-partial").split()[2])
    assert count - 1 <= done < 61  # one of them cannot be read
    return done


@pytest.mark.thorough
def test_cancelling_keeps_what_is_done_and_open_goes_on_from_there(own, photos):
    cancel_after(own, photos[0], 5)
    own.page.click("#import-close")  # what was found is kept: the same folder, brought again, goes on as well
    choose_folder(own, photos[0])
    own.page.click("#import-open:not([disabled])")
    own.page.wait_for_selector("#import", state="hidden")
    own.train()
    start_review(own)
    assert len([row for row in rows_of(exported(own.page, "table")[1]) if row["label_quality"]]) == 60


@pytest.mark.thorough
def test_the_part_that_was_looked_at_can_be_opened_alone(own, photos):
    own.page.click("#review-back") if own.page.is_visible("#review-back") else None
    done = cancel_after(own, photos[0], 20)
    own.page.click("#import-partial")
    own.page.wait_for_selector("#import", state="hidden")
    assert own.page.evaluate("document.querySelectorAll('[data-panel=dataset] [data-example]').length") == done


COUNT_LOOKED_AT = """
window.lookedAt = 0;
const post = Worker.prototype.postMessage;
Worker.prototype.postMessage = function (message, ...others) {
    window.lookedAt += message instanceof Blob;
    return post.call(this, message, ...others);
};
"""


KEPT = "caches.keys().then(names => names.filter(name => name.startsWith('vizzy-images')))"
COUNT_KEPT = f"{KEPT}.then(names => caches.open(names[0])).then(cache => cache.keys()).then(keys => keys.length)"


def choose_zip(visit, archive):
    visit.page.click("#import-button")
    visit.page.set_input_files("#import-files", archive)
    visit.page.wait_for_selector("#import-preview:not([hidden]), #import-problem:not([hidden])")


def few(folder):
    """A zip with a third of the photos, none of them damaged: the short form of the test below."""
    with zipfile.ZipFile(folder.with_name("few.zip"), "w") as archive:
        for path in sorted(folder.rglob("*.webp"))[::3]:
            archive.write(path, path.relative_to(folder.parent))
    return archive.filename


@pytest.mark.parametrize(
    ("made", "choose", "images", "readable"),
    [
        (few, choose_zip, 20, 20),
        pytest.param(zip_of, choose_zip, 61, 60, marks=pytest.mark.thorough),
        pytest.param(lambda folder: folder, choose_folder, 61, 60, marks=pytest.mark.thorough),
    ],
    ids=["few in a zip", "zip", "folder"],
)
def test_an_import_that_was_interrupted_by_closing_the_tab_goes_on_with_the_images_that_are_left(
    browser, site, photos, made, choose, images, readable
):
    brought = made(photos[0])
    with new_profile(browser) as context:
        context.add_init_script(COUNT_LOOKED_AT)
        closed = Visit(context.new_page(), site).open()
        choose(closed, brought)
        closed.page.click("#import-open:not([disabled])")
        closed.page.wait_for_function(f"window.lookedAt > {images // 2}")
        closed.page.close()
        with visiting_in(context, site) as visit:
            visit.open()
            kept = visit.page.evaluate(COUNT_KEPT)
            assert kept >= images // 2 - 1
            choose(visit, brought)
            visit.page.click("#import-open:not([disabled])")
            visit.page.wait_for_selector("#import", state="hidden")
            assert visit.page.evaluate("window.lookedAt") == images - kept
            shown = "document.querySelectorAll('[data-panel=dataset] [data-example]').length"
            visit.page.wait_for_function(f"{shown} === {readable}")
            wait_for_caches(visit.page, "!names.some(name => name.startsWith('vizzy-images'))")


@pytest.mark.thorough
def test_photographs_of_12_megapixels_are_kept_as_small_pictures_and_a_reload_shows_them(browser, site, tmp_path):
    for number, (path, label) in enumerate(shipped_pictures(2)):
        folder = tmp_path / "large" / label
        folder.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(number).integers(0, 255, (750, 1000, 3), dtype=np.uint8)
        picture = Image.open(path).convert("RGB").resize((4000, 3000))
        Image.blend(picture, Image.fromarray(noise).resize((4000, 3000)), 0.2).save(folder / f"{number}.jpg", quality=92)
    with visiting(browser, site) as visit:
        visit.open()
        choose_folder(visit, tmp_path / "large")
        open_and_train(visit)
        kept = """(async () => {
            const cache = await caches.open("vizzy-work");
            return Promise.all((await cache.keys()).map(async key => (await (await cache.match(key)).blob()).size));
        })()"""
        wait_for_caches(visit.page, "(await (await caches.open('vizzy-work')).keys()).length >= 8")
        assert max(visit.page.evaluate(kept)) < 400_000
        wait_for_caches(visit.page, "!names.some(name => name.startsWith('vizzy-images'))")
        visit.page.click("[data-panel=dataset] [data-example]")
        visit.page.wait_for_function("document.getElementById('inspector-image').naturalWidth === 640")
        visit.page.reload()
        visit.wait("trained")
        shown = "[...document.querySelectorAll('[data-panel=dataset] img')].map(node => node.naturalWidth)"
        visit.page.wait_for_function(f"{shown}.includes(640) && {shown}.every(width => width === 640 || width === 0)")
        assert visit.complaints == []


@pytest.mark.thorough
@pytest.mark.skipif(EXECUTABLE is None, reason="no Firefox here")
def test_in_firefox_a_zip_of_folders_is_looked_at_and_trained(site, tmp_path, photos):
    archive = shutil.make_archive(str(tmp_path / "photos"), "zip", photos[0].parent, "photos")
    (tmp_path / "profile").mkdir()
    with firefox(tmp_path / "profile") as tab:
        tab.open(site)
        tab.wait_for("document.documentElement.dataset.vizzy === 'ready'")
        session, files = InferenceSession(NETWORK_FILE), kinds_of_image()
        contents = [base64.b64encode(content).decode() for content in files.values()]
        _, *answers = tab.evaluate(f"({LOOK_AT})({contents!r})")
        for content, answer in zip(files.values(), answers, strict=True):
            (wanted,), found = session.run(None, {INPUT: middle_square(open_rgb(content))})[0], np.array(answer["features"])
            assert found @ wanted / np.linalg.norm(found) / np.linalg.norm(wanted) >= 0.99
        tab.click("#import-button")
        tab.wait_for("document.getElementById('import')?.open")
        tab.choose_files("#import-files", archive)
        tab.wait_for("!document.getElementById('import-preview').hidden")
        tab.click("#import-open")
        tab.wait_for("!document.getElementById('import').open")
        tab.click("#train")
        tab.wait_for("document.documentElement.dataset.vizzy === 'trained'")
        assert tab.complaints() == []

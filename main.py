"""The page's entry: opens the dataset that the address names, makes the app, and starts the worker."""

import asyncio
import deflate
import io
import json
import sys
import vfs

import js


def mount(bundle):
    """Mount the page's modules, of the one file that tools/page_bundle.py makes of them, where imports find them.

    Their dotted names, each after those that it imports.
    """
    with open(bundle, "rb") as file:
        packed = io.BytesIO(file.read())  # it is unpacked byte by byte: of a file, each would be a call of JavaScript
    content = deflate.DeflateIO(packed, deflate.GZIP)
    head = json.loads(content.readline())
    vfs.mount(vfs.VfsRom(content.read()), START)
    sys.path.insert(0, START)
    return head["modules"]


START = "/start"  # a file system that cannot be written to; what comes later is in another, see late_loading
modules = mount("vizzy/page.bundle")

from vizzy.page import language
from vizzy.page.ui.scheduling import in_slices, yield_to_browser

catalogue = getattr(js.window, "vizzyTexts", None)  # a promise of static/start.js; None for English
if catalogue:  # texts may stand in constants, so before the imports
    language.use(await catalogue)

await yield_to_browser()  # PyScript's own start, in the same task, has taken long already
await in_slices(__import__(name) for name in modules)  # at once they would be one long task

from vizzy.page.app import App
from vizzy.page.control.decisions import fragment_of_visit
from vizzy.page.control.input import InputController
from vizzy.page.guide import feature as guide_feature
from vizzy.page.importing import feature as importing_feature
from vizzy.page.labs import feature as labs_feature
from vizzy.page.language import _
from vizzy.page.model import url
from vizzy.page.model.state import State
from vizzy.page.site import dataset_menu, letter_keys, theme
from vizzy.page.ui.error_dialog import fail, report_task


app = None  # the running page, for whoever looks at it with developer tools


async def dataset_of_address():
    """The dataset that the address names, of this site or saved in the browser, and what was decided about it."""
    project = importing_feature.named_by_address()
    if project:
        return await importing_feature.open_saved(project)
    return await dataset_menu.open_shipped(dataset_menu.folder()), {}


async def main():
    """Show the dataset, make the page answer, then start the worker."""
    global app
    asyncio.get_event_loop().set_exception_handler(report_task)
    theme.restore()
    letter_keys.restore()
    try:
        dataset, decided = await dataset_of_address()
    except Exception as error:  # whatever is wrong with it, the visitor is told
        sys.print_exception(error)
        js.document.documentElement.setAttribute("data-vizzy", "error")
        fail(str(error))
        return
    fragment = "" if importing_feature.served_with_page() else fragment_of_visit()  # which is about those data
    changes, refused, about_others = url.read(fragment, dataset.index)
    app = App(dataset, State(**dict(changes, **decided)))
    await yield_to_browser()  # all this at once would be a long task on a phone
    InputController(app)
    for feature in (guide_feature, labs_feature, importing_feature):
        feature.mount(app)
    await yield_to_browser()
    app.update(app.state)
    if fragment != js.window.location.hash.lstrip("#"):
        app.decisions.write_address_soon()
    app.decisions.tell_of_link(refused, about_others)
    if catalogue and not language.is_translated():
        app.note(_("The page's texts could not be loaded in your language, so they are English. Reload the page to try again."))
    js.performance.mark("vizzy:interactive")
    pressed = getattr(js.window, "vizzyPressedEarly", None)
    if pressed:
        pressed.click()
    await yield_to_browser()  # the visitor comes before what else there is to begin
    asyncio.create_task(dataset_menu.offer(dataset.index))
    await app.worker_lifecycle.start()


asyncio.create_task(main())

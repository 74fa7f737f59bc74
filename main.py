"""The page's entry: opens the dataset, makes the app, and wires every event to it."""

import asyncio
import sys

import js
from pyscript.ffi import create_proxy, to_js

from vizzy.page.app import App
from vizzy.page.guide import feature as guide_feature
from vizzy.page.importing import feature as importing_feature
from vizzy.page.labs import feature as labs_feature
from vizzy.page.model import events, url
from vizzy.page.model.dataset_index import DatasetIndex
from vizzy.page.model.state import State
from vizzy.page.site import dataset_menu, offline, theme
from vizzy.page.ui import dom
from vizzy.page.ui.error_dialog import fail
from vizzy.page.ui.scheduling import yield_to_browser


def wire(app):
    """Every event of the page and what it leads to. The proxies live as long as the page."""
    document, window = js.document, js.window
    listeners = (
        (dom.by_id("train"), "click", app.request_training),
        (dom.by_id("cancel"), "click", app.cancel_training),
        (dom.by_id("class-percentile"), "input", app.slide(events.set_class_percentile)),
        (dom.by_id("ood-percentile"), "input", app.slide(events.set_ood_percentile)),
        (dom.by_id("class-percentile"), "change", app.settle),
        (dom.by_id("ood-percentile"), "change", app.settle),
        (dom.by_id("undo"), "click", app.undo),
        (dom.by_id("redo"), "click", app.redo),
        (document, "keydown", app.press_shortcut),
        (dom.by_id("mean-mode"), "change", app.switch_mode),
        (dom.by_id("reset"), "click", app.reset),
        (document.querySelector("main"), "pointerover", app.point),
        (document.querySelector("main"), "focusin", app.focus),
        (document.querySelector("main"), "click", app.click),
        (document.querySelector("main"), "change", app.choose),
        (document.querySelector("main"), "keydown", app.press),
        (document.querySelector(".pager"), "click", go_to_panel),
        (dom.by_id("theme"), "click", theme.switch),
        (dom.by_id("cell"), "pointerover", app.point),
        (dom.by_id("cell"), "focusin", app.point),
        (dom.by_id("cell"), "keydown", app.press),
        (dom.by_id("cell-more"), "click", app.cell_dialog.show_more),
        (dom.by_id("reload"), "click", lambda _event: window.location.reload()),
        (dom.by_id("forget"), "click", offline.forget),
        (window, "resize", app.resize),
        (window, "pagehide", app.write_address),
    )
    for target, name, listener in listeners:
        target.addEventListener(name, create_proxy(listener))
    guide_feature.mount(app)
    labs_feature.mount(app)
    importing_feature.mount(app)


def go_to_panel(event):
    """On a narrow screen: bring one panel into view."""
    button = event.target.closest("[data-goto]")
    if button:
        panel = js.document.querySelector('[data-panel="' + button.getAttribute("data-goto") + '"]')
        panel.scrollIntoView(to_js({"behavior": "smooth", "inline": "start", "block": "nearest"}))


async def opened_by_address():
    """What the address names, a dataset of this site or work that the browser keeps: source, dataset_index, decisions."""
    kept = importing_feature.named_by_address()
    if kept:
        return await importing_feature.reopened(kept)
    folder = dataset_menu.folder()
    text = await dataset_menu.load_index(folder)
    return dataset_menu.Shipped(folder, text), DatasetIndex(dataset_menu.parse_index(text), folder), {}


async def main():
    """Show the dataset, make the page answer, then start the worker."""
    theme.restore()
    try:
        source, dataset_index, kept = await opened_by_address()
    except Exception as error:  # whatever is wrong with it, the visitor is told
        sys.print_exception(error)
        js.document.documentElement.setAttribute("data-vizzy", "error")
        fail(str(error))
        return
    changes, refused = url.read(js.window.location.hash, dataset_index)
    app = App(source, dataset_index, State(**dict(changes, **kept)))
    wire(app)
    app.show_all()
    if refused:
        app.note("Part of the link could not be read and was left out: " + ", ".join(refused))
    js.performance.mark("vizzy:interactive")
    await yield_to_browser()  # the visitor comes before what else there is to begin
    asyncio.create_task(dataset_menu.offer(dataset_index.folder, dataset_index.name, dataset_index.is_own))
    await app.start()


asyncio.create_task(main())

"""The part of importing and reviewing that loads at the start: buttons, dropped files, saved projects.

All the rest is fetched when first asked for, see `vizzy.page.site.late_loading`. What the browser keeps is named in the address,
``?work=…``, so that a reload, or the next visit, goes on where it was.
"""

import asyncio

import js
from pyscript.ffi import create_proxy

from vizzy.page.importing.project_list import saved_projects
from vizzy.page.language import _, thousands
from vizzy.page.model.url import quote
from vizzy.page.site import late_loading, local_storage
from vizzy.page.ui import dom

# Read by tools/manifest.py
WORKER = (
    "vizzy.reading",
    "vizzy.reviewing",
    "vizzy.features",
    "vizzy.linear",
    "vizzy.nystroem",
    "vizzy.simd",
    "vizzy.reduction",
    "vizzy.image_hashes",
)
STYLES = ("static/importing.css",)
MARKUP = ("static/importing.html",)
KEPT = ("static/image_worker.mjs",)

FEATURE = "importing"
NOT_LOADED = _("What this needs could not be loaded. Check the connection and try again.")
COMES_WITH_DATA = 'meta[name="vizzy-data"]'  # whoever serves this page says where the data are that it opens
KEEPS_NOTHING = _("This browser keeps nothing: your work is gone when the tab is closed.")


class ImportingFeature:
    """Opens the dialog that brings files, and the review; follows the app."""

    def __init__(self, app):
        self.app = app
        self.import_dialog = None
        self.review = None
        self._overtaken = None  # asks whose decisions are kept
        self._project = None  # the saved project that is open

    # --- bringing ------------------------------------------------------------------------

    async def open_dialog(self):
        """The dialog that files are brought by."""
        if await self._ready():
            self.import_dialog.open()

    async def take(self, entries):
        """Files were dropped on the page."""
        if await self._ready():
            await self.import_dialog.take_entries(entries)

    def drag(self, event):
        """Something is dragged over the page: files may be dropped."""
        if "Files" in list(event.dataTransfer.types):
            event.preventDefault()
            js.document.documentElement.toggleAttribute("data-dropping", True)

    def leave(self, event):
        """What was dragged has left the window."""
        if not event.relatedTarget:
            js.document.documentElement.toggleAttribute("data-dropping", False)

    def drop(self, event):
        """Files: their entries can be asked for only while the event lasts."""
        js.document.documentElement.toggleAttribute("data-dropping", False)
        items = event.dataTransfer.items
        if "Files" not in list(event.dataTransfer.types):
            return
        event.preventDefault()
        dropped = [items[number] for number in range(items.length) if items[number].kind == "file"]
        # What another page's script made is a file without an entry.
        asyncio.create_task(self.take([item.webkitGetAsEntry() or item.getAsFile() for item in dropped]))

    async def take_served(self, address):
        """This page was served together with data."""
        if await self._ready():
            await self.import_dialog.take_served(address)

    # --- reviewing -----------------------------------------------------------------------

    async def open_review(self, cell=None):
        """The review, of one cell of the confident joint or as it was."""
        if await self._ready(in_worker=True):
            self._make_review()
            self.review.open(cell)

    def _make_review(self):
        if self.review is None:
            from vizzy.page.review.view import ReviewView

            self.review = ReviewView(self.app)

    async def open_cell_review(self):
        """The review of the cell that is open."""
        dom.by_id("cell").close()
        await self.open_review(self.app.panels.cell_dialog.cell)

    def watch(self, state, analysis):
        """The app's state or analysis has changed."""
        dom.show(dom.by_id("review-button"), analysis is not None)
        if self.review:
            self.review.render(state, analysis)
        elif state.view == "review" and analysis is not None:
            asyncio.create_task(self.open_review())

    # --- the same project in another tab ---------------------------------------------------

    def take_dataset(self, dataset):
        """Another dataset is open."""
        self._project = getattr(dataset.source, "project", None)
        if self._project:
            self._project.on_overtaken = self.ask_whose_to_keep

    def hear_storage(self, event):
        """Another tab has stored something."""
        if self._project and self._project.id in str(event.key) and self._project.is_overtaken:
            self.ask_whose_to_keep()

    def ask_whose_to_keep(self):
        """Another tab has saved other decisions: let the person say whose are kept."""
        if self._overtaken is None:
            from vizzy.page.importing.overtaken_dialog import OvertakenDialog

            self._overtaken = OvertakenDialog(self.app)
        self._overtaken.open()

    # --- leaving and coming back -----------------------------------------------------------

    def warn(self, event):
        """The page is about to be left: ask first if something would be lost."""
        if self.app.dataset.source.unsaved(self.app.state):
            event.preventDefault()

    async def offer(self):
        """Offer to go on with what the browser keeps, or say that it keeps nothing."""
        if not local_storage.keeps():
            self.app.note(KEEPS_NOTHING)
        projects = saved_projects()
        if projects and not self.app.dataset.index.is_own:
            dom.by_id("import-button").classList.add("new")
            js.document.querySelector(".tagline").after(_way_back(projects[0]))

    async def _ready(self, in_worker=False):
        """Fetch what is needed, once; whether it is there."""
        if not await late_loading.fetched(FEATURE, self.app, NOT_LOADED, in_worker):
            return False
        if self.import_dialog is None:
            from vizzy.page.importing.import_dialog import ImportDialog

            self.import_dialog = ImportDialog(self.app)
        return True


def _way_back(project):
    """A link beside the page's title to the work that was saved last."""
    link = dom.element("a", "continue", _("Continue {}").format(project["name"]), {"href": "?work=" + quote(project["id"])})
    if project["reviewed"]:
        link.append(dom.element("span", "", " · " + _("{} reviewed").format(thousands(project["reviewed"]))))
    return link


def mount(app):
    """Wire it all; it lives as long as the page."""
    feature = ImportingFeature(app)
    app.subscribe(feature.watch)
    for name, action in (
        ("import-button", feature.open_dialog),
        ("review-button", feature.open_review),
        ("cell-review", feature.open_cell_review),
    ):
        dom.on_click(dom.by_id(name), action)
    for name, listener in (("dragover", feature.drag), ("dragleave", feature.leave), ("drop", feature.drop)):
        js.document.addEventListener(name, create_proxy(listener))
    js.window.addEventListener("beforeunload", create_proxy(feature.warn))
    js.window.addEventListener("storage", create_proxy(feature.hear_storage))
    app.on_dataset_opened(feature.take_dataset)
    asyncio.create_task(feature.offer())
    served = served_with_page()
    if served:
        asyncio.create_task(feature.take_served(served))
    return feature


def served_with_page():
    """The address of what is said of the data that are served together with this page, if they are to be opened."""
    said = js.document.querySelector(COMES_WITH_DATA)
    return said.content if said and not named_by_address() else None


def named_by_address():
    """The id of the saved project that ``?work=`` names, if the browser has it; else None."""
    named = js.URLSearchParams.new(js.window.location.search).get("work")
    return named if named in [project["id"] for project in saved_projects()] else None


async def open_saved(project_id):
    """A project that the browser has saved: (OpenDataset, what was decided: fields of the state)."""
    await late_loading.load(FEATURE)
    from vizzy.page.importing import local_dataset

    return await local_dataset.open_saved(project_id)

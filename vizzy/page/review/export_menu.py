"""The export menu: the corrected table, the changes alone, the report."""

import asyncio
import sys

import js
from pyscript.ffi import create_proxy, to_js

from vizzy.page.client.answers import WorkerError
from vizzy.page.language import _
from vizzy.page.ui import dom

TYPES = {"csv": "text/csv", "tsv": "text/tab-separated-values", "html": "text/html", "json": "application/json"}
SECONDS_UNTIL_TAKEN = 60


class ExportMenu:
    """What the Export button opens."""

    def __init__(self, app):
        self._app = app
        dom.by_id("export-menu").addEventListener("click", create_proxy(self._click))
        app.on_dataset_opened(self._take_dataset)

    def _take_dataset(self, dataset):
        """Where a server of this machine has the files, it can write the table beside them."""
        self._project = getattr(dataset.source, "project", None)
        dom.show(dom.by_id("export-write"), bool(getattr(self._project, "writes", False)))

    def _click(self, event):
        button = event.target.closest("[data-export]")
        if button:
            asyncio.create_task(self._export(button.getAttribute("data-export")))

    async def _export(self, what):
        status = dom.by_id("export-status")
        status.textContent = _("Writing…")
        state = self._app.state
        try:
            name, content = await self._app.worker.export("table" if what == "write" else what, state.analysis_settings, state)
            if what == "write":
                status.textContent = _("Written to {}.").format(await self._project.write(name, content))
                return
        except WorkerError as error:
            status.textContent = error.args[0]
            return
        except Exception as error:
            sys.print_exception(error)
            status.textContent = _("It could not be written: {}").format(error)
            return
        _download(name, content)
        status.textContent = _("{} is among your downloads.").format(name)


def _download(name, content):
    """Give a file to the browser's downloads."""
    kind = TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    address = js.URL.createObjectURL(js.Blob.new(to_js([content]), to_js({"type": kind})))
    link = dom.element("a", "", None, {"href": address, "download": name})
    link.click()
    asyncio.create_task(_revoke_later(address))


async def _revoke_later(address):
    await asyncio.sleep(SECONDS_UNTIL_TAKEN)
    js.URL.revokeObjectURL(address)

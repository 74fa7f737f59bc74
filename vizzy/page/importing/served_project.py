"""Files that are served together with the page: by ``vizzy open`` and a notebook, or in a folder that ``vizzy
export-site`` made.

A server takes the decisions as they are made, gives them back when the page is reloaded, and may write the table.
"""

import asyncio
import json

import js
from pyscript.ffi import to_js

from vizzy.page.client.answers import WorkerError
from vizzy.page.importing.saved_project import fields_of
from vizzy.page.language import _
from vizzy.page.model.history import decisions

GONE = _("Vizzy's server does not answer: it was stopped, or its notebook was closed. Export your work before you close the tab.")


async def described(address):
    """What is said of the files: dict with ``files``, ``choices``, ``preview``, ``trains``, ``is_kept_by_server``, ``writes``, ``fields``."""
    return json.loads(await (await _fetched(address)).text())


async def files(served, report):
    """The files that are served: list of (path, File)."""
    found = []
    for number, entry in enumerate(served["files"]):
        report(_("Fetching {} of {} files…").format(number + 1, len(served["files"])))
        content = await (await _fetched(entry["address"])).blob()
        found.append((entry["name"], js.File.new(js.Array.of(content), entry["name"])))
    return found


async def _fetched(address):
    base = js.URL.new(".", js.document.baseURI).href
    if not js.URL.new(address, base).href.startswith(base):
        raise OSError(_("The data are said to be at {}, which is not of this site, and are not opened.").format(address))
    response = await js.fetch(address)
    if not response.ok:
        raise OSError(_("{} could not be loaded (status {}). Reload the page.").format(address, response.status))
    return response


class ServedProject:
    """Lets the server that the page comes from keep the decisions; stands in for a `SavedProject`.

    Parameters
    ----------
    served : dict
        As ``described`` gives it.
    """

    id = ""  # the browser has no project
    is_overtaken = False

    def __init__(self, served):
        self.writes = served["writes"]
        self.problem = None
        self.on_overtaken = None
        self._kept = None  # the decisions that the server has
        self._waiting = None  # the state to send next
        self._sending = False

    async def save(self, _name, source, index_bytes):
        """Tell the server what is open."""
        try:
            await self._sent("index", index_bytes)
            await self._sent("choices", json.dumps(source.choices))
        except WorkerError as error:
            self.problem = error.args[0]

    def keep(self, state):
        """Send the decisions; while some are on their way, only the latest wait."""
        self._waiting = state
        if not self._sending:
            self._sending = True
            asyncio.create_task(self._send_waiting())

    def unsaved(self, state):
        """Whether leaving now would lose decisions."""
        return bool(state.reviews or state.changed_labels) and decisions(state) != self._kept

    async def write(self, name, content):
        """Let the server write a table; where it is."""
        return (await self._sent("table?name=" + js.encodeURIComponent(name), content))["written"]

    async def _send_waiting(self):
        try:
            while self._waiting:
                state, self._waiting = self._waiting, None
                await self._sent("decisions", json.dumps(fields_of(state)))
                self._kept = decisions(state)
                self.problem = None
        except WorkerError as error:
            self.problem = error.args[0]
        finally:
            self._sending = False

    async def _sent(self, address, body):
        """Send something; the server's answer, a dict."""
        try:
            response = await js.fetch(address, to_js({"method": "POST", "body": body}))
            answer = json.loads(await response.text()) if response.ok else {"error": GONE}
        except Exception as error:
            print("not sent:", error)
            raise WorkerError(GONE)
        if "error" in answer:
            raise WorkerError(answer["error"])
        return answer

"""Where the import dialog takes data from before anything was brought: chosen files, samples, saved projects."""

import asyncio

import js
from pyscript.ffi import create_proxy

from vizzy.page.importing import local_dataset, saved_project
from vizzy.page.importing.project_list import saved_projects
from vizzy.page.language import _
from vizzy.page.site import dataset_menu
from vizzy.page.ui import dom

SAMPLES = "static/sample/"


class ImportSources:
    """The dialog's first stage: ``take(files)`` is awaited with what was chosen, ``complain(sentence)`` called with what is wrong."""

    def __init__(self, take, complain):
        self._take, self._complain = take, complain
        for button, chooser in (("choose-files", "import-files"), ("choose-folder", "import-folder")):
            dom.by_id(button).addEventListener("click", create_proxy(_click(dom.by_id(chooser))))
            dom.by_id(chooser).addEventListener("change", create_proxy(self._chosen))
        dom.by_id("import-start").addEventListener("click", create_proxy(self._clicked))

    def show_projects(self):
        """Show the projects that this browser has saved."""
        projects = saved_projects()
        dom.show(dom.by_id("saved-projects"), bool(projects))
        dom.by_id("saved-projects").lastElementChild.replaceChildren(*[_project_item(project) for project in projects])

    def _chosen(self, event):
        files = local_dataset.chosen(event.target.files)
        event.target.value = ""  # so that the same files can be chosen again
        if files:
            asyncio.create_task(self._take(files))

    def _clicked(self, event):
        """A sample, or a saved project to open or to forget."""
        for name, action in (("sample", self._take_sample), ("project", self._go_on), ("forget", self._forget)):
            button = event.target.closest("[data-" + name + "]")
            if button:
                asyncio.create_task(action(button.getAttribute("data-" + name)))

    async def _take_sample(self, names):
        files = []
        for name in names.split(" "):
            response = await js.fetch(SAMPLES + name)
            if not response.ok:
                self._complain(_("{} could not be loaded (status {}). Try again.").format(name, response.status))
                return
            files.append((name, js.File.new(js.Array.of(await response.blob()), name)))
        await self._take(files)

    async def _go_on(self, project_id):
        """A saved project is a page of its own."""
        js.window.location.href = dataset_menu.address_with("work=" + project_id)

    async def _forget(self, project_id):
        await saved_project.forget(project_id)
        self.show_projects()


def _click(chooser):
    return lambda _event: chooser.click()


def _project_item(project):
    item = dom.element("li")
    forget = {"type": "button", "data-forget": project["id"], "aria-label": _("Forget {}").format(project["name"])}
    item.append(
        dom.element("button", "link", project["name"], {"type": "button", "data-project": project["id"]}),
        dom.element("span", "soft", _("{} reviewed").format(project["reviewed"]) + _when(project["when"])),
        dom.element("button", "link", _("Forget"), forget),
    )
    return item


def _when(moment):
    """When a project was saved; earlier versions kept a number that says nothing."""
    return ", " + js.Date.new(moment).toLocaleString(js.document.documentElement.lang) if isinstance(moment, str) else ""

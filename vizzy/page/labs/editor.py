"""The code editor of the labs: CodeMirror, which PyScript brings."""

import json

import js
from pyscript import js_import
from pyscript.ffi import create_proxy, to_js

from vizzy.page.labs import parts
from vizzy.page.language import _
from vizzy.page.ui import dom

INDENT = "    "
LOOKS = {
    "&": {"height": "100%", "fontSize": ".8125rem"},
    ".cm-scroller": {"fontFamily": 'ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace'},
}
CODEMIRROR = ("pyscript/codemirror-", "pyscript/codemirror_lang-python-")
ROOM_ABOVE = 40  # px, what stays in view above the place that the editor goes to


class Editor:
    """CodeMirror, which PyScript brings, for Python: Tab indents, Escape and then Tab leave, Ctrl+Enter runs.

    It stands in a shadow tree, as its styles, made by script, are allowed there alone by the page's policy.
    """

    def __init__(self, label, run, say):
        self._run = run
        self._label = label
        self._leaving = False
        self._text = ""  # until the editor has arrived
        self._view = None
        self.node = dom.element("div", "editor")
        parts.start(self._load(), say)

    async def _load(self):
        addresses = [js.URL.new(name, js.document.baseURI).href for name in await _codemirror()]
        codemirror, python = await js_import(*addresses)
        editor = codemirror.EditorView
        attributes = {"aria-label": self._label, "aria-description": _("Tab indents. To leave, press Escape, then Tab.")}
        extensions = js.Array.of(
            editor.domEventHandlers(to_js({"keydown": create_proxy(self._pressed)})),
            codemirror.basicSetup,
            python.python(),
            editor.contentAttributes.of(to_js(attributes)),
            editor.theme(to_js(LOOKS)),
        )
        settings = js.Object.new()
        settings.doc = self._text
        settings.extensions = extensions
        settings.parent = self.node.attachShadow(to_js({"mode": "open"}))
        self._view = editor.new(settings)
        self._view.scrollDOM.tabIndex = 0  # what scrolls can be reached by keyboard, whatever it holds
        self.node.view = self._view  # for whoever looks at the page with developer tools

    @property
    def text(self):
        """What stands in it."""
        return self._view.state.doc.toString() if self._view else self._text

    def set(self, text):
        """Put a text into it."""
        self._text = text
        if self._view:
            end = self._view.state.doc.length
            self._dispatch({"changes": {"from": 0, "to": end, "insert": text}})

    def go_to(self, words, takes_focus=True):
        """Bring the place where these words stand into view, and the focus there."""
        place = self.text.find(words)
        if place >= 0 and self._view:
            self._dispatch({"selection": {"anchor": place}})
            self._view.scrollDOM.scrollTop = self._view.lineBlockAt(place).top - ROOM_ABOVE  # not its holders, as scrollIntoView
            if takes_focus:
                self._view.focus()

    def _dispatch(self, transaction):
        self._view.dispatch(to_js(transaction))

    def _pressed(self, event, view):
        """Whether a key was dealt with here."""
        leaving, self._leaving = self._leaving, event.key == "Escape"
        if self._leaving:
            event.stopPropagation()  # else it closes the labs
        if event.key == "Enter" and (event.ctrlKey or event.metaKey):
            event.preventDefault()
            self._run()
            return True
        if event.key == "Tab" and not event.shiftKey and not leaving:
            event.preventDefault()
            view.dispatch(view.state.replaceSelection(INDENT))
            return True
        return False


async def _codemirror():
    """The addresses of the editor and of its Python, whose names carry a fingerprint: the runtime's manifest has them."""
    response = await js.fetch("runtime/manifest.json")
    files = json.loads(await response.text())["files"]
    return ["runtime/" + name for start in CODEMIRROR for name in files if name.startswith(start)]

"""A Python prompt of the worker, with the session's numbers as variables."""

from pyscript.ffi import create_proxy

from vizzy.page.labs import parts
from vizzy.page.language import _
from vizzy.page.ui import dom

MOST_LOGGED = 60


class Prompt:
    """A line for an expression or a statement, with the arrow keys for earlier ones, and a log of the answers."""

    def __init__(self, experiments):
        self._experiments = experiments
        self._history = []
        self._back = 0  # how far back in it the line is
        self._log = dom.element("pre", "prompt-log", None, {"role": "log", "tabindex": "0", "aria-label": _("What the prompt answered")})
        self._line = dom.element("input", "prompt-line", None, {"type": "text", "spellcheck": "false", "autocomplete": "off", "autocapitalize": "off"})
        self._line.setAttribute("aria-label", _("Python prompt"))
        self._line.placeholder = "pred_probs[labels == 0].mean(axis=0)"
        self._line.addEventListener("keydown", create_proxy(self._pressed))
        row = dom.element("label", "prompt-row")
        row.append(dom.element("span", "", ">>>"), self._line)
        hint = dom.element("p", "aside", _("In scope: pred_probs, labels, np and vizzy (vizzy.confident, say). Names that you define stay."))
        self.node = parts.group(_("A Python prompt"), hint, self._log, row)

    def clear(self):
        """Forget the answers."""
        dom.clear(self._log)

    def _pressed(self, event):
        if event.key == "Enter" and self._line.value.strip():
            event.preventDefault()
            parts.start(self._ask(self._line.value), self._log_failure)
        elif event.key in ("ArrowUp", "ArrowDown") and self._history:
            event.preventDefault()
            self._back = max(0, min(len(self._history), self._back + (1 if event.key == "ArrowUp" else -1)))
            self._line.value = self._history[-self._back] if self._back else ""

    async def _ask(self, line):
        self._history.append(line)
        self._back = 0
        self._line.value = ""
        self._write("asked", ">>> " + line)
        answer = await self._experiments.ask("rule_editor.prompt", {"line": line})
        self._write("", answer["said"].rstrip())
        self._write("failed", answer["failed"])

    def _log_failure(self, sentence):
        self._write("failed", sentence)

    def _write(self, kind, text):
        if text:
            self._log.append(dom.element("span", kind, text + "\n"))
        while self._log.childElementCount > MOST_LOGGED:
            self._log.firstElementChild.remove()
        self._log.scrollTop = self._log.scrollHeight

"""The code, live: the rule that the page runs, in an editor; and a prompt beside the numbers.

What is typed stays in this visit: it goes into no link and into no storage.
"""

import js
from pyscript.ffi import create_proxy

from vizzy.page.labs import parts
from vizzy.page.labs.editor import Editor
from vizzy.page.labs.prompt import Prompt
from vizzy.page.labs.rule_presets import BODIES, PRESETS, with_function
from vizzy.page.labs.sentences import first_changed_line
from vizzy.page.labs.tables import table
from vizzy.page.language import _, decimal, sentences
from vizzy.page.model.explanation_text import counts_sentence, score_sentence
from vizzy.page.ui import dom

MOST_CLASSES = 8


class CodeLab:
    """The editor, what came of it, the present numbers, and the prompt."""

    NAME, TITLE = "code", _("Code")
    QUESTION = _("What if the rule were different?")
    WORDS = ""
    NEEDS_PREDICTIONS = True

    def __init__(self, experiments):
        self._app = experiments.app
        self._experiments = experiments
        self._edited = False
        self._functions = []
        self._analysis = None
        self._build()
        self._start(self._fetch())

    def _build(self):
        self._editor = Editor(_("The rule, in Python"), self._run_soon, self._say)
        self._prompt = Prompt(self._experiments)
        jump, self._jump = parts.choice(_("Go to"), [("", "…")], "", self._go_to)
        preset, self._preset = parts.choice(_("Or"), PRESETS, "", self._take_preset)
        bar = dom.element("div", "row")
        bar.append(jump, preset)
        self._run = dom.button(_("Run on the whole page"), "primary", create_proxy(lambda _event: self._run_soon()))
        self._restore = dom.button(_("Restore the original"), "", create_proxy(lambda _event: self._start(self._restore_original())))
        self._status = dom.element("span", "status", None, {"role": "status"})
        foot = dom.element("div", "row")
        foot.append(self._run, self._restore, self._status)
        self._trouble = dom.element("pre", "traceback", None, {"role": "alert", "tabindex": "0"})
        dom.show(self._trouble, False)
        self._numbers = dom.element("div", "table-holder", None, {"tabindex": "0", "role": "region", "aria-label": _("The numbers now")})
        self.node = dom.element("div", "code-lab")
        self.node.append(
            dom.element(
                "p",
                "aside",
                _("This is the code of vizzy/confident.py that decides on this page. Change it and press Run (Ctrl+Enter): "
                "matrix, lists and sliders follow. It stays in this visit, and in no link."),
            ),
            bar,
            self._editor.node,
            foot,
            self._trouble,
            parts.group(_("The numbers now"), self._numbers),
            self._prompt.node,
        )
        self._chip = self._build_chip()

    def _build_chip(self):
        """What the whole page says as long as an edited rule runs."""
        chip = dom.element("p", "rule-chip")
        chip.append(
            _("An edited rule is running."), " ",
            dom.button(_("Restore"), "", create_proxy(lambda _event: self._start(self._restore_original()))),
        )
        return chip

    # --- following the page ----------------------------------------------------------------------

    def follow(self, _state, analysis):
        """The numbers beside the code are the page's."""
        if analysis is not None and analysis is not self._analysis:
            self._analysis = analysis
            self._show_numbers(analysis)

    def watch(self, analysis):
        """Even while another lab is shown: an edited rule may have failed at other settings."""
        if self._edited and analysis is not self._watched:
            self._watched = analysis
            self._start(self._look_after())

    def resized(self):
        """Nothing here depends on the room."""

    def start_anew(self):
        """Another dataset has come, and with it the original rule and a prompt without variables."""
        self._analysis = None
        self._prompt.clear()
        self._show_trouble(None)
        self._status.textContent = ""
        self._start(self._fetch())

    def _show_numbers(self, analysis):
        classes = self._app.dataset.index.classes[:MOST_CLASSES]
        rows = [
            [name, _or_none(analysis["class_thresholds"][label]), _or_none(analysis["ood_thresholds"][label])]
            for label, name in enumerate(classes)
        ]
        said = [_("{}.").format(counts_sentence(analysis["counts"]))]
        if analysis["score"] is not None:
            said.append(_("{}.").format(score_sentence(analysis["score"])))
        self._numbers.replaceChildren(
            table(_("Thresholds"), ("", "class_thresholds", "ood_thresholds"), rows), dom.element("p", "", sentences(said))
        )

    # --- the rule -----------------------------------------------------------------------------------

    def _start(self, work):
        parts.start(work, self._say)

    def _say(self, sentence):
        self._status.textContent = sentence

    async def _fetch(self):
        self._take(await self._experiments.ask("rule_editor.show_code", {}))

    def _take(self, shown):
        self._functions = shown["functions"]
        self._original = shown["source"] if not shown["edited"] else "\n\n".join([one["source"] for one in self._functions])
        self._editor.set(shown["source"])
        for function in shown["functions"]:
            if self._jump.options.length <= len(shown["functions"]):
                self._jump.append(dom.element("option", "", function["name"], {"value": function["name"]}))
        self._show_edited(shown["edited"])

    def _show_edited(self, edited):
        self._edited = edited
        self._watched = self._analysis
        dom.enable(self._restore, edited)
        if edited:
            js.document.querySelector(".masthead h1").after(self._chip)
        else:
            self._chip.remove()

    def _run_soon(self):
        self._start(self._run_rule())

    async def _run_rule(self):
        self._status.textContent = _("Running…")
        answer = await self._experiments.ask(
            "rule_editor.run_code", {"source": self._editor.text, "settings": self._app.state.analysis_settings}
        )
        self._show_trouble(answer["failed"])
        if answer["failed"]:
            self._status.textContent = _("That failed; the page keeps the last good rule.")
            return
        self._status.textContent = _("Your rule is running.")
        changed = first_changed_line(self._original, self._editor.text)
        if changed:
            self._editor.go_to(changed, takes_focus=False)
        self._show_edited(True)
        self._app.analyses.rule_changed()

    async def _restore_original(self):
        self._take(await self._experiments.ask("rule_editor.restore_code", {}))
        self._show_trouble(None)
        self._status.textContent = _("The original rule is back.")
        self._app.analyses.rule_changed()

    async def _look_after(self):
        shown = await self._experiments.ask("rule_editor.show_code", {})
        if shown["trouble"] and shown["edited"] != self._edited or shown["trouble"] and shown["source"] != self._editor.text:
            self._show_edited(shown["edited"])
            self._show_trouble(shown["trouble"])
            self._status.textContent = _("Your rule failed at these settings; the last good one took over.")

    def _show_trouble(self, traceback):
        dom.show(self._trouble, bool(traceback))
        self._trouble.textContent = traceback or ""

    def _go_to(self, _event):
        self._editor.go_to("def " + self._jump.value + "(")
        self._jump.value = ""

    def _take_preset(self, _event):
        chosen, self._preset.value = self._preset.value, ""
        if not chosen:
            return
        sources = [function["source"] for function in self._functions]
        self._editor.set(with_function("\n\n".join(sources), BODIES[chosen], self._functions))
        self._editor.go_to(BODIES[chosen].split("\n")[0] if chosen != "strict" else "original_analyse")
        self._status.textContent = _("Press Run to try it.")


def _or_none(value):
    return _("none") if value is None else decimal(value)

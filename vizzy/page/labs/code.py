"""The code, live: the rule that the page runs, in an editor; and a prompt beside the numbers.

What is typed stays in this visit: it goes into no link and into no storage.
"""

import json

import js
from pyscript import js_import
from pyscript.ffi import create_proxy, to_js

from vizzy.page.labs import parts
from vizzy.page.labs.tables import table
from vizzy.page.labs.sentences import first_changed_line
from vizzy.page.language import _, decimal, sentences
from vizzy.page.model.explanation_text import counts_sentence, score_sentence
from vizzy.page.ui import dom

INDENT = "    "
LOOKS = {
    "&": {"height": "100%", "fontSize": ".8125rem"},
    ".cm-scroller": {"fontFamily": 'ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace'},
}
CODEMIRROR = ("pyscript/codemirror-", "pyscript/codemirror_lang-python-")
MOST_CLASSES = 8
MOST_LOGGED = 60
ROOM_ABOVE = 40  # px, what stays in view above the place that the editor goes to
PRESETS = (
    ("", _("Try…")),
    ("naive", _("the most probable wins")),
    ("single", _("one threshold of 0.5 for all")),
    ("original", _("the original app's rule")),
    ("strict", _("twice as probable as the given label")),
)
BODIES = {
    "naive": """def suggested_label(pred_probs, thresholds, given_label=None):
    # Never in doubt: the thresholds are not even looked at.
    return pred_probs.argmax(axis=1)
""",
    "single": """def reaches(pred_probs, thresholds):
    # The same bar for every class, whatever the sliders say.
    return pred_probs >= 0.5 + 0 * thresholds
""",
    "original": """def suggested_label(pred_probs, thresholds, given_label=None):
    # The most probable class, if it reaches its threshold; the others are not asked.
    most_probable = pred_probs.argmax(axis=1)
    reached = reaches(pred_probs, thresholds)[np.arange(len(pred_probs)), most_probable]
    return np.where(reached, most_probable, NO_LABEL)
""",
    "strict": """original_analyse = analyse


def analyse(given_label, pred_probs, *settings):
    # A label issue only where the suggested label is twice as probable as the given one.
    analysis = original_analyse(given_label, pred_probs, *settings)
    rows = np.arange(len(pred_probs))
    suggested = np.where(analysis.label_issue_mask, analysis.suggested_label, given_label)
    sure = pred_probs[rows, suggested] >= 2 * pred_probs[rows, given_label]
    doubtful = analysis.label_issue_mask & ~sure
    suggested = np.where(doubtful, NO_LABEL, analysis.suggested_label)
    return Analysis(
        class_thresholds=analysis.class_thresholds,
        ood_thresholds=analysis.ood_thresholds,
        suggested_label=suggested,
        confident_joint=confident_joint(given_label, suggested, pred_probs.shape[1]),
        label_issue_mask=analysis.label_issue_mask & sure,
        out_of_distribution_mask=analysis.out_of_distribution_mask,
        unconfident_mask=analysis.unconfident_mask | doubtful,
    )
""",
}


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
        self._history = []
        self._back = 0
        self._analysis = None
        self._build()
        self._start(self._fetch())

    def _build(self):
        self._editor = Editor(_("The rule, in Python"), self._run_soon, self._say)
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
            self._build_prompt(),
        )
        self._chip = self._build_chip()

    def _build_prompt(self):
        self._log = dom.element("pre", "prompt-log", None, {"role": "log", "tabindex": "0", "aria-label": _("What the prompt answered")})
        self._line = dom.element("input", "prompt-line", None, {"type": "text", "spellcheck": "false", "autocomplete": "off", "autocapitalize": "off"})
        self._line.setAttribute("aria-label", _("Python prompt"))
        self._line.placeholder = "pred_probs[labels == 0].mean(axis=0)"
        self._line.addEventListener("keydown", create_proxy(self._prompt_key))
        row = dom.element("label", "prompt-row")
        row.append(dom.element("span", "", ">>>"), self._line)
        hint = dom.element("p", "aside", _("In scope: pred_probs, labels, np and vizzy (vizzy.confident, say). Names that you define stay."))
        return parts.group(_("A Python prompt"), hint, self._log, row)

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
        dom.clear(self._log)
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
        self._editor.set(_with_function("\n\n".join(sources), BODIES[chosen], self._functions))
        self._editor.go_to(BODIES[chosen].split("\n")[0] if chosen != "strict" else "original_analyse")
        self._status.textContent = _("Press Run to try it.")

    # --- the prompt ---------------------------------------------------------------------------------

    def _prompt_key(self, event):
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


def _with_function(source, body, functions):
    """The source with one function put in place of the one of its name, or, where it begins otherwise, at the end."""
    for function in functions:
        if body.startswith("def " + function["name"] + "("):
            return source.replace(function["source"], body)
    return source + "\n\n" + body


def _or_none(value):
    return _("none") if value is None else decimal(value)

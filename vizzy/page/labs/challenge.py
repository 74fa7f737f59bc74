"""The challenge: ten hidden errors, a reader, and the algorithm."""

from pyscript.ffi import create_proxy

from vizzy.page.labs import parts, sentences
from vizzy.page.language import _
from vizzy.page.ui import dom
from vizzy.page.ui.roving_focus import one_stop

RULE = _("Ten of these labels were made wrong. Press those whose label you doubt, then compare.")
FINDERS = {"you": _("you"), "algorithm": _("algorithm"), "both": _("both"), "nobody": _("nobody")}
LOOKS = (  # of a hidden error, once compared: class of its card, and what that says
    ("found-by-you", _("found by you")),
    ("found-by-algorithm", _("found by the algorithm")),
    ("found-by-both", _("found by both")),
    ("found-by-nobody", _("found by nobody")),
    ("false-alarm", _("false alarm")),
)


class ChallengeLab:
    """A table of images with labels, each of which can be marked; then who found what."""

    NAME, TITLE = "challenge", _("Challenge")
    QUESTION = _("Ten errors are hidden. Who finds more?")
    WORDS = _("Ten of the examples shown will have a wrong label. Mark those you doubt, then see what the algorithm flags. The same game number gives everyone the same game.")
    NEEDS_PREDICTIONS, IS_WIDE = False, True

    def __init__(self, experiments):
        self._app = experiments.app
        self._experiments = experiments
        self._thumbnails = parts.ExampleThumbnails(experiments.app.dataset)
        self._game = None
        self._marked = set()
        seed, self._seed = parts.number_field(_("Game"), 1, 0, 9999)
        self._runner = parts.Runner(experiments, _("Hide ten errors"), self._deal)
        row = dom.element("div", "row")
        row.append(seed, self._runner.node)
        self._rule = dom.element("p", "", RULE)
        self._table = dom.element("div", "challenge-table")
        self._table.addEventListener("click", create_proxy(self._clicked))
        self._count = dom.element("span", "status", None, {"role": "status"})
        self._compare = dom.button(_("Compare"), "primary", create_proxy(self._show_result))
        foot = dom.element("div", "row challenge-foot")
        foot.append(self._compare, self._count)
        self._result = dom.element("p", "result", None, {"role": "status", "tabindex": "-1"})
        self._looks = dom.element("p", "looks")
        self._looks.append(*[dom.element("span", look, words) for look, words in LOOKS])
        verdict = dom.element("div", "challenge-verdict")
        verdict.append(self._result, self._looks)
        dom.show(self._looks, False)
        self._play = dom.element("div")
        self._play.append(self._rule, verdict, self._table, foot)
        dom.show(self._play, False)
        self.node = dom.element("div", "challenge-lab")
        self.node.append(row, self._play)

    def follow(self, _state, _analysis):
        """A game depends on nothing that changes on the page."""

    def resized(self):
        """Nothing here depends on the room."""

    async def _deal(self):
        seed = parts.whole_number(self._seed, 0, 9999)
        game = await self._runner.ask("challenge.hide_errors", {"settings": self._app.state.analysis_settings, "seed": seed})
        if game is None:
            return
        self._game = game
        self._marked = set()
        cards = [self._card(place) for place in range(len(game["examples"]))]
        self._table.className = "challenge-table"
        self._table.replaceChildren(*cards)
        one_stop(self._table)
        self._result.textContent = ""
        dom.show(self._rule, True)
        dom.show(self._looks, False)
        dom.show(self._compare, True)
        dom.show(self._play, True)
        self._show_count()

    def _card(self, place):
        dataset_index = self._app.dataset.index
        label = dataset_index.classes[self._game["labels"][place]]
        card = dom.element("button", "suspect", None, {"type": "button", "aria-pressed": "false"})
        card.setAttribute("data-place", str(place))
        thumb = dom.element("span", "thumb", None, {"aria-hidden": "true"})
        self._thumbnails.paint(thumb, self._game["examples"][place])
        card.append(thumb, dom.element("span", "label", label))
        named = dataset_index.texts and dataset_index.caption(self._game["examples"][place])
        card.setAttribute("aria-label", _("{} {}, labelled {}").format(dataset_index.thing, named or place + 1, label))
        return card

    def _clicked(self, event):
        card = event.target.closest(".suspect")
        if not card or not self._game or self._result.textContent:
            return
        place = int(card.getAttribute("data-place"))
        if place in self._marked:
            self._marked.remove(place)
        else:
            self._marked.add(place)
        card.setAttribute("aria-pressed", "true" if place in self._marked else "false")
        self._show_count()

    def _show_count(self):
        self._count.textContent = _("{} marked.").format(self._app.dataset.index.counted(len(self._marked)))

    def _show_result(self, _event):
        game = self._game
        hidden = set([place for place, label in enumerate(game["labels"]) if label != game["right"][place]])
        flagged = set([place for place, example in enumerate(game["examples"]) if example in game["flagged"]])
        for place in range(len(game["examples"])):
            self._reveal(self._table.children[place], place, hidden, flagged)
        self._table.classList.add("over")
        self._result.textContent = sentences.challenge_result(self._marked, hidden, flagged)
        dom.show(self._looks, True)
        dom.show(self._rule, False)
        dom.show(self._compare, False)
        self._result.focus()  # its button is gone; the verdict stays in view above the cards
        self._count.textContent = ""

    def _reveal(self, card, place, hidden, flagged):
        """What became of one image: who found it, or who was wrong about it."""
        by = [name for name, who in (("you", self._marked), ("algorithm", flagged)) if place in who]
        wrong = place in hidden
        if wrong:
            card.classList.add("hidden-error", "found-by-" + ("both" if len(by) == 2 else by[0] if by else "nobody"))
        else:
            card.classList.add("false-alarm" if by else "innocent")
        if not wrong and not by:
            return
        truth = self._app.dataset.index.classes[self._game["right"][place]]
        verdict = _("is {}").format(truth) if wrong else _("was right")
        card.append(dom.element("span", "truth", verdict))
        card.append(dom.element("span", "by", FINDERS["both" if len(by) == 2 else by[0] if by else "nobody"]))
        found = _("found by {}") if wrong else _("by {}")
        card.setAttribute("aria-label", card.getAttribute("aria-label") + ", " + verdict + ", " + found.format(card.lastElementChild.textContent))

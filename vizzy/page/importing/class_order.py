"""Which column of probabilities is of which class, where nothing in the files says so: classes that are moved up and down."""

import js
from pyscript.ffi import create_proxy

from vizzy.page.language import _, percent, sentences, thousands
from vizzy.page.ui import dom

MOST = 200  # classes that anybody would move by hand
WRONG = 0.4  # with a smaller share of the labels agreeing the list is opened, see ``vizzy.reading.probability_classes``
UP, DOWN = -1, 1


class ClassOrder:
    """A list of the classes; ``chose(order)`` is called with each order that a person makes."""

    def __init__(self, chose):
        self._chose = chose
        self._order = []
        self._moved = ""  # what the last step did, in words
        dom.by_id("import-by-hand-list").addEventListener("click", create_proxy(self._clicked))

    def render(self, summary):
        """Show the order that was taken, unless a person has moved on meanwhile, and how many labels agree."""
        names = [entry["name"] for entry in summary["classes"]]
        details = dom.by_id("import-by-hand")
        offered = summary["order_is_assumed"] and len(names) > 1
        dom.show(details, offered)
        if not offered:
            self._order, self._moved = [], ""
            return
        if sorted(names) != sorted(self._order):
            self._moved = ""
            details.toggleAttribute("open", summary["agreement"] < WRONG)
        if names != self._order and self._moved and holds_focus():
            return  # the answer to an earlier step
        if names != self._order:
            self._order, self._moved = names, ""
            self._show_list()
        if len(names) > MOST:
            words = _("With more than {} classes list them in their order in a file classes.txt, one a line, and bring it too.")
            self._say(words.format(MOST))
        else:
            self._say(agreeing(summary["agreement"]))

    def move(self, place, step):
        """Let the class at a place and its neighbour change places: what the list shows, and what is said of it."""
        other = place + step
        if not 0 <= other < len(self._order):
            return
        name = self._order[place]
        self._order[place], self._order[other] = self._order[other], name
        items = list(dom.by_id("import-by-hand-list").children)
        items[max(place, other)].after(items[min(place, other)])
        self._number(items[place], other)
        self._number(items[other], place)
        self._moved = _("Column {} now belongs to “{}”.").format(thousands(other + 1), name)
        self._say("")
        self._chose(list(self._order))

    def _clicked(self, event):
        button = event.target.closest("button")
        if button:
            self.move(int(button.getAttribute("data-place")), int(button.getAttribute("data-step")))
            button.focus()  # it has moved with its class

    def _show_list(self):
        items = []
        for place, name in enumerate(self._order if len(self._order) <= MOST else []):
            line, item = dom.element("div"), dom.element("li")
            line.append(
                dom.element("span", "", name),
                dom.button("↑", "", None, **{"data-step": str(UP), "aria-label": _("Move “{}” up").format(name)}),
                dom.button("↓", "", None, **{"data-step": str(DOWN), "aria-label": _("Move “{}” down").format(name)}),
            )
            item.append(line)
            self._number(item, place)
            items.append(item)
        dom.by_id("import-by-hand-list").replaceChildren(*items)

    def _number(self, item, place):
        """What the buttons of an item do at its place."""
        for button, at_end in zip(item.querySelectorAll("button"), (place == 0, place == len(self._order) - 1)):
            button.setAttribute("data-place", str(place))
            dom.enable(button, not at_end)

    def _say(self, words):
        said = [part for part in (self._moved, words) if part]
        dom.by_id("import-agreement").textContent = sentences(said) if said else ""


def agreeing(share):
    """How many of the labels the predictions agree with."""
    return _("In this order the predictions agree with {} of the labels.").format(percent(share))


def holds_focus():
    """Whether a person is at the list."""
    return dom.by_id("import-by-hand-list").contains(js.document.activeElement)

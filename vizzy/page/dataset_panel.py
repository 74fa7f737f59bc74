"""Panel 1: every image with its given label, which the visitor may change."""

from vizzy.page import dom
from vizzy.page.windowed import WindowedList

MOST_BUTTONS = 5  # with more classes the choices become a menu


class DatasetPanel:
    """The list of cards; reads the changed labels."""

    def __init__(self, catalogue):
        self._catalogue = catalogue
        self._shown_changes = {}
        self._prototype = self._card_prototype()
        scroller = dom.by_id("dataset-list")
        scroller.style.setProperty("--choices", str(min(len(catalogue.classes), MOST_BUTTONS)))
        self.list = WindowedList(scroller, len(catalogue), self._make_card, self._fill_card)
        self.list.refresh()

    def close(self):
        """Give up the list."""
        self.list.close()

    def render(self, state):
        """Show the labels as they are now."""
        if state.changed_labels == self._shown_changes:
            return
        before = self._shown_changes
        self._shown_changes = state.changed_labels
        touched = set(before) | set(state.changed_labels)
        self.list.refresh([row for row in touched if before.get(row) != state.changed_labels.get(row)])
        count = len(state.changed_labels)
        dom.show(dom.by_id("changes"), count > 0)
        dom.show(dom.by_id("dataset-hint"), count == 0)
        dom.by_id("changes").firstElementChild.textContent = (
            "1 label changed." if count == 1 else str(count) + " labels changed."
        )

    def _card_prototype(self):
        card = dom.template("card-template")
        choices = card.lastElementChild
        classes = self._catalogue.classes
        if len(classes) <= MOST_BUTTONS:
            for name in classes:
                choices.append(
                    dom.element(
                        "button", "choice", name, {"type": "button", "data-given": name, "aria-pressed": "false"}
                    )
                )
        else:
            menu = dom.element("select", "choice", None, {"aria-label": "Given label"})
            for name in classes:
                menu.append(dom.element("option", "", name, {"data-given": name, "value": name}))
            choices.append(menu)
        return card

    def _make_card(self):
        return self._prototype.cloneNode(True)

    def _fill_card(self, card, example):
        catalogue = self._catalogue
        example_id = catalogue.ids[example]
        if card.getAttribute("data-example") != example_id:
            card.setAttribute("data-example", example_id)
            picture = card.firstElementChild
            picture.alt = catalogue.alt[example]
            picture.src = catalogue.picture_address(example)
            card.lastElementChild.setAttribute("aria-label", "Given label of " + catalogue.alt[example])
        changed = example in self._shown_changes
        given = self._shown_changes.get(example, catalogue.given_label[example])
        card.classList.toggle("changed", changed)
        self._fill_choices(card.lastElementChild, given)

    def _fill_choices(self, choices, given):
        if len(self._catalogue.classes) > MOST_BUTTONS:
            choices.firstElementChild.selectedIndex = given
            return
        buttons = choices.children
        for label in range(len(self._catalogue.classes)):
            buttons[label].setAttribute("aria-pressed", "true" if label == given else "false")

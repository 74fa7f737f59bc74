"""Panel 1: every image with its given label, which the visitor may change."""

from vizzy.page.language import _, counted
from vizzy.page.ui import dom
from vizzy.page.ui.thumbnails import picture_holder, show_picture
from vizzy.page.ui.virtual_list import SOME_ROWS, VirtualList

MOST_BUTTONS = 5  # with more classes the choices become a menu


class DatasetPanel:
    """The list of cards; reads the changed labels.

    Parameters
    ----------
    dataset : the open one
    mark : (node, example) -> None, called with each node that has come to show another example
    """

    def __init__(self, dataset, mark):
        self._dataset = dataset
        self._mark = mark
        self._index = dataset.index
        self._shown_changes = {}
        self._tab_row = 0  # the one card whose choices the Tab key reaches
        self._has_menus = len(self._index.classes) > MOST_BUTTONS
        self._prototype = self._card_prototype()
        scroller = dom.by_id("dataset-list")
        scroller.style.setProperty("--choices", "1" if self._has_menus else str(len(self._index.classes)))
        # Chromium's autofill lays out every menu on the page whenever one is added.
        most = SOME_ROWS if self._has_menus or self._index.shows_pictures else None
        ready = _cards_of_markup(scroller, self._index.folder)
        self.list = VirtualList(scroller, len(self._index), self._make_card, self._fill_card, most, ready, _load_now)
        self.list.refresh()

    def close(self):
        """Another dataset takes the place over."""
        self.list.close()
        dom.show(dom.by_id("changes"), False)
        dom.show(dom.by_id("dataset-hint"), True)

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
        dom.by_id("changes").firstElementChild.textContent = counted(count, "{} label changed.", "{} labels changed.")

    def focus_row(self, row):
        """Move the keyboard's focus to the given label of another card."""
        if not 0 <= row < len(self._index):
            return
        self.list.scroll_to(row)
        self.list.refresh([])
        self.set_tab_row(row)
        _current_choice(self.list.row_node(row)).focus()

    def set_tab_row(self, row):
        """Let the Tab key reach this card's choices, and no other's: one stop for the whole list."""
        before, self._tab_row = self._tab_row, row
        self.list.refresh([before, row])

    def _card_prototype(self):
        card = dom.template("card-template")
        choices = card.lastElementChild
        choices.before(picture_holder(self._index))
        classes = self._index.classes
        if not self._has_menus:
            for name in classes:
                choices.append(
                    dom.element(
                        "button", "choice", name, {"type": "button", "data-given": name, "tabindex": "-1"}
                    )
                )
        else:
            menu = dom.element("select", "choice", None, {"aria-label": _("Given label")})
            for name in classes:
                menu.append(dom.element("option", "", name, {"data-given": name, "value": name}))
            choices.append(menu)
        return card

    def _make_card(self):
        return self._prototype.cloneNode(True)

    def _fill_card(self, card, example):
        index = self._index
        example_id = index.ids[example]
        if card.getAttribute("data-example") != example_id:
            card.setAttribute("data-example", example_id)
            self._mark(card, example)
            card.firstElementChild.setAttribute("loading", "lazy")  # until it is in view
            show_picture(card.firstElementChild, self._dataset, example)
            card.lastElementChild.setAttribute("aria-label", _("Given label of {}").format(index.alt[example]))
        changed = example in self._shown_changes
        given = self._shown_changes.get(example, index.given_label[example])
        card.classList.toggle("changed", changed)
        tab_index = 0 if example == self._tab_row else -1
        self._fill_choices(card.lastElementChild, given, tab_index)

    def _fill_choices(self, choices, given, tab_index):
        if self._has_menus:
            choices.firstElementChild.selectedIndex = given
            choices.firstElementChild.tabIndex = tab_index
            return
        buttons = choices.children
        for label in range(len(self._index.classes)):
            button = buttons[label]
            button.setAttribute("aria-pressed", "true" if label == given else "false")
            button.tabIndex = tab_index if label == given else -1


def _load_now(card):
    """A card is in view: its picture is not to wait until the browser has laid it out."""
    if card.firstElementChild.hasAttribute("loading"):
        card.firstElementChild.removeAttribute("loading")


def _cards_of_markup(scroller, folder):
    """The first cards, where they are those that index.html has of the dataset in this folder; else none."""
    sheet = scroller.querySelector(".sheet[data-folder]")
    return list(sheet.children) if sheet and sheet.getAttribute("data-folder") == folder else []


def _current_choice(card):
    return card.querySelector('[aria-pressed="true"], select')

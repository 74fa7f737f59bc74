"""What a reviewer may decide by one key or button: what each is called, what is said of it, and its buttons.

The words that are exported, and the letters in the address, stand in ``vizzy.page.model.state`` and ``url``.
"""

from vizzy.vocabulary import ACCEPTED, KEPT, NO_CLASS, SKIPPED
from vizzy.page.model.url import ACTION_LETTERS
from vizzy.page.ui import dom

# action, its button, what is said when it is done (of the id and the new label), the question about several
ACTIONS = (
    (ACCEPTED, "Accept", "{} is now {}.", "Accept the suggestion for {}?"),
    (KEPT, "Keep", "{} keeps its label.", "Keep the label of {}?"),
    (NO_CLASS, "No class", "{} belongs to no class.", "Mark {} as of no class?"),
    (SKIPPED, "Skip", "{} skipped.", "Skip {}?"),
)
KEYS = {ACTION_LETTERS[action]: action for action, _, _, _ in ACTIONS}
DONE = {action: sentence for action, _, sentence, _ in ACTIONS}
QUESTIONS = {action: question for action, _, _, question in ACTIONS}
NEED_NO_CHOICE = 2  # actions before the menu of labels, the others after it


def put_buttons(card_choice, bulk):
    """Put the actions' buttons around the menu that gives another label, and into the bar for several examples."""
    buttons = [_card_button(action, name) for action, name, _, _ in ACTIONS]
    card_choice.before(*buttons[:NEED_NO_CHOICE])
    card_choice.after(*buttons[NEED_NO_CHOICE:])
    bulk.append(*[dom.button(name, "", **{"data-bulk": action}) for action, name, _, _ in ACTIONS])


def _card_button(action, name):
    button = dom.button("", "", **{"data-action": action})
    button.append(dom.element("kbd", "", ACTION_LETTERS[action].upper()), " ", dom.element("span", "", name))
    return button

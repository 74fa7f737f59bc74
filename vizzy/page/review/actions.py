"""What a reviewer may decide by one key or button: what each is called, what is said of it, and its buttons.

The words that are exported stand in `vizzy.vocabulary`, the letters in the address in `vizzy.page.model.url`.
"""

from vizzy.page.language import _
from vizzy.vocabulary import ACCEPTED, CHANGED, KEPT, NO_CLASS, SKIPPED
from vizzy.page.model.url import ACTION_LETTERS
from vizzy.page.ui import dom

# action, its button, what is said when it is done (of the id and the new label), the question about several
ACTIONS = (
    (ACCEPTED, _("Accept"), _("{0} is now {1}."), _("Accept the suggestion for {}?")),
    (KEPT, _("Keep"), _("{0} keeps its label."), _("Keep the label of {}?")),
    (NO_CLASS, _("No class"), _("{0} belongs to no class."), _("Mark {} as of no class?")),
    (SKIPPED, _("Skip"), _("{0} skipped."), _("Skip {}?")),
)
# What was decided, in a word; what is exported, and kept, is the English one.
WORDS = {
    ACCEPTED: _("accepted"),
    KEPT: _("kept"),
    CHANGED: _("changed"),
    NO_CLASS: _("no class"),
    SKIPPED: _("skipped"),
}
KEYS = {ACTION_LETTERS[row[0]]: row[0] for row in ACTIONS}
DONE = {row[0]: row[2] for row in ACTIONS}
QUESTIONS = {row[0]: row[3] for row in ACTIONS}
NEED_NO_CHOICE = 2  # actions before the menu of labels, the others after it


def put_buttons(card_choice, bulk):
    """Put the actions' buttons around the menu that gives another label, and into the bar for several examples."""
    buttons = [_card_button(action, name) for action, name, _done, _question in ACTIONS]
    card_choice.before(*buttons[:NEED_NO_CHOICE])
    card_choice.after(*buttons[NEED_NO_CHOICE:])
    bulk.append(*[dom.button(name, "", **{"data-bulk": action}) for action, name, _done, _question in ACTIONS])


def decided_words(action, class_name):
    """What was decided about an example, in words; "" where nothing was."""
    if not action:
        return ""
    return _("{}: {}").format(WORDS[action], class_name) if action in (ACCEPTED, CHANGED) else WORDS[action]


def _card_button(action, name):
    button = dom.button("", "", **{"data-action": action})
    button.append(dom.element("kbd", "", ACTION_LETTERS[action].upper()), " ", dom.element("span", "", name))
    return button

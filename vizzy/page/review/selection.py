"""Several examples of the queue at once: which are selected, and the question before something is decided about all of them."""

from pyscript.ffi import create_proxy

from vizzy.page.language import _, counted, thousands
from vizzy.page.model.state import reviewed
from vizzy.page.review import actions
from vizzy.page.ui import dom
from vizzy.translation import isolated
from vizzy.vocabulary import ACCEPTED, NO_LABEL


class Selection:
    """The selected examples, and the bar above the queue.

    Parameters
    ----------
    app : vizzy.page.app.App
    changed : callable
        Called where other examples are selected, but not by `select`.
    decide : callable
        ``decide(decisions, sentence)`` with a list of (example, action, label), and what to say of them.
    """

    def __init__(self, app, changed, decide):
        self._app = app
        self._changed = changed
        self._decide = decide
        self._examples = self._suggested = None  # typed arrays, in the queue's order
        self._selected = set()
        self._asked = None  # the decisions that the open question is about
        for name, event, listener in (
            ("select-all", "change", self._select_all),
            ("bulk", "click", self._click),
            ("bulk-do", "click", self._do),
        ):
            dom.by_id(name).addEventListener(event, create_proxy(listener))

    def take_dataset(self, dataset):
        """Another dataset is open: nothing is selected."""
        self._index = dataset.index
        self._examples = self._suggested = None
        self._selected = set()

    def take_queue(self, examples, suggested):
        """Other examples are in the queue: those that no longer are, are no longer selected."""
        self._examples, self._suggested = examples, suggested
        self._selected = set([example for example in self._selected if examples.indexOf(example) >= 0])

    def holds(self, example):
        """Whether an example is selected."""
        return example in self._selected

    def select(self, example, wanted):
        """Select an example, or no longer."""
        if wanted:
            self._selected.add(example)
        else:
            self._selected.discard(example)
        self.show()

    def show(self):
        """How many are selected, and what can be done with them."""
        dom.show(dom.by_id("bulk"), bool(self._selected))
        count = self._count
        dom.by_id("queue-heading").textContent = (
            _("{} selected").format(thousands(len(self._selected))) if self._selected else counted(count, "{} example", "{} examples")
        )
        dom.by_id("select-all").checked = count > 0 and len(self._selected) == count

    def _select_all(self, event):
        self._selected = set([self._examples[place] for place in range(self._count)]) if event.target.checked else set()
        self._changed()
        self.show()

    def _click(self, event):
        button = event.target.closest("[data-bulk]")
        if button:
            self._ask(button.getAttribute("data-bulk"))

    def _ask(self, action):
        """Show what an action on the selection will do, and wait for a yes."""
        self._asked, lines = self._decisions(action)
        count = counted(len(self._asked), "{} example", "{} examples")
        dom.by_id("bulk-heading").textContent = actions.QUESTIONS[action].format(count)
        dom.by_id("bulk-confirm").querySelector("ul").replaceChildren(*[dom.element("li", "", line) for line in lines])
        dom.by_id("bulk-do").disabled = not self._asked
        dom.by_id("bulk-confirm").showModal()

    def _decisions(self, action):
        """The decisions, and in words how many go from which label to which."""
        decisions, counts, without, already = [], {}, 0, 0
        decided = set(reviewed(self._app.state))
        for place in range(self._count):
            example = self._examples[place]
            if example not in self._selected:
                continue
            label = self._suggested[place] if action == ACCEPTED else None
            if example in decided:
                already += 1
            elif label == NO_LABEL:
                without += 1
            else:
                decisions.append((example, action, label))
                becomes = self._becomes(example, label)
                counts[becomes] = counts.get(becomes, 0) + 1
        lines = [_("{}: {}").format(becomes, thousands(counts[becomes])) for becomes in sorted(counts)]
        if already:
            lines.append(counted(already, "{} example reviewed already: left as it is", "{} examples reviewed already: left as they are"))
        if without:
            lines.append(counted(without, "{} example without a suggestion: left as it is", "{} examples without a suggestion: left as it is"))
        return decisions, lines

    def _becomes(self, example, label):
        """In words, which label an example has and will have."""
        classes = self._index.classes
        given = isolated(classes[self._index.current_label(self._app.state, example)])
        return _("stays {}").format(given) if label is None else given + " → " + isolated(classes[label])

    def _do(self, _event):
        dom.by_id("bulk-confirm").close()
        self._selected = set()
        sentence = counted(len(self._asked), "{} example reviewed. Undo takes all of it back.", "{} examples reviewed. Undo takes all of it back.")
        self._decide(self._asked, sentence)
        self.show()
        dom.by_id("queue-list").focus()  # the button that asked is gone

    @property
    def _count(self):
        """How many examples are in the queue."""
        return self._examples.length if self._examples else 0

"""What was understood of somebody's files, to be looked through and corrected before anything runs."""

from pyscript.ffi import create_proxy

from vizzy.page.importing.image_features import estimated_seconds
from vizzy.page.importing.class_order import ClassOrder
from vizzy.page.language import _, counted, duration, joined, said, sentences, thousands
from vizzy.page.ui import dom
from vizzy.translation import isolated

MOST_CLASS_CHIPS = 40
MOST_COLUMNS = 200
FEW_ALIKE = 8  # numbered columns of one role: from so many on they are one row
LABEL, TEXT, IGNORED = "label", "text", "ignored"  # roles, as ``vizzy.reading.columns`` names them
MOST_DOUBTFUL, MOST_IN_ORDER = 10, 12
MOST_SHEETS_NAMED = 3
LONG_CELL = 24  # characters
LONG = 120  # seconds of training from which on the command line is worth naming
MANY = 20_000  # rows, the same

# What the worker calls the roles of columns and arrays, and what features can be made of.
ROLES = {
    "label": _("label"),
    "label, one column a class": _("label, one column a class"),
    "id": _("id"),
    "image": _("image"),
    "text": _("text"),
    "true label": _("true label"),
    "alternative text": _("alternative text"),
    "predicted probability": _("predicted probability"),
    "embedding": _("embedding"),
    "measurement": _("measurement"),
    "review": _("review"),
    "ignored": _("ignored"),
    "embeddings": _("embeddings"),
    "predicted probabilities": _("predicted probabilities"),
    "labels": _("labels"),
    "classes": _("classes"),
    "ids": _("ids"),
    "perceptual hashes of images": _("perceptual hashes of images"),
}
WORDS_LOOKED_UP = _("Checking whether vectors of words fit these texts…")
WORDS_USED = _("Vectors of words will be used beside that: most words of these texts are English.")
WORDS_NOT_USED = _("Vectors of words will not be used: they know English alone, and most words of these texts are unknown to them.")
WORDS_NOT_THERE = _("Whether vectors of words will be used is not known yet, because they could not be fetched. Opening tries that again.")
KINDS = {
    "texts": _("texts to make features of"),
    "measurements": _("measurements to make features of"),
    "texts and measurements": _("texts and measurements to make features of"),
}


class Preview:
    """Shows the summary of a proposal; ``correct(changes, step_by_step)`` is called with what a person chose otherwise."""

    def __init__(self, correct):
        self._correct = correct
        self._alike = {}  # the first column of a row that stands for several -> the names of all
        self._summary = None
        self._chosen_label = None  # the column that a person has said holds the labels
        self._together = []  # the sheets that are put together where none is chosen
        dom.by_id("import-columns").addEventListener("change", create_proxy(self._chose_role("roles")))
        dom.by_id("import-arrays").addEventListener("change", create_proxy(self._chose_role("arrays")))
        dom.by_id("import-label").addEventListener("change", create_proxy(self._chose_label))
        dom.by_id("import-text").addEventListener("change", create_proxy(self._chose_text))
        dom.by_id("import-unlabelled").addEventListener("change", create_proxy(self._chose_unlabelled))
        dom.by_id("import-header").addEventListener("change", create_proxy(self._chose_header))
        dom.by_id("import-sheet").addEventListener("change", create_proxy(self._chose_sheet))
        dom.by_id("import-doubtful").addEventListener("change", create_proxy(self._chose_meaning))
        dom.by_id("import-order").addEventListener("click", create_proxy(self._chose_order))
        self._by_hand = ClassOrder(lambda order: correct({"classes": order}, True))

    def render(self, summary):
        """Show a summary, as ``vizzy.reading.Proposal.summary`` makes it."""
        self._summary = summary
        dom.by_id("import-understood").textContent = understood(summary)
        dom.by_id("import-notes").replaceChildren(*[dom.element("li", "", said(note)) for note in summary["notes"]])
        self._show_label(summary["columns"])
        self._show_text(summary)
        self._show_columns(summary)
        self._show_arrays(summary)
        self._show_unlabelled(summary)
        self._show_doubtful(summary)
        self._show_order(summary)
        self._by_hand.render(summary)
        self._show_header(summary)
        self._show_sheets(summary)
        self._show_classes(summary["classes"])
        dom.by_id("import-estimate").textContent = estimate(summary)
        command = dom.by_id("import-command")
        dom.show(command, is_large(summary))
        command.lastElementChild.textContent = summary["command"]

    def show_word_vectors(self, words):
        """Whether vectors of words will be used of the texts, in a sentence."""
        line = dom.by_id("import-words")
        line.textContent = words
        dom.show(line, bool(words))

    def _chose_role(self, kind):
        def chose(event):
            name = event.target.getAttribute("data-name")
            self._correct({kind: {one: event.target.value for one in self._alike.get(name, [name])}})

        return chose

    def _chose_label(self, event):
        roles = {event.target.value: LABEL}
        if self._chosen_label and self._chosen_label != event.target.value:
            roles[self._chosen_label] = IGNORED
        self._chosen_label = event.target.value
        self._correct({"roles": roles})

    def _show_label(self, columns):
        """The question that matters most, answered with a guess."""
        label = dom.by_id("import-label")
        if self._chosen_label not in [column["name"] for column in columns]:
            self._chosen_label = None  # that was another file's
        held_by = [column["name"] for column in columns if column["role"] == LABEL]
        dom.show(label, len(held_by) == 1)  # else the labels are the folders', or a problem says what is missing
        options = []
        for first, names in folded(columns):
            if len(names) == 1:
                option = dom.element("option", "", first["name"], {"value": first["name"]})
                option.selected = first["name"] in held_by
                options.append(option)
        label.lastElementChild.replaceChildren(*options)

    def _chose_text(self, event):
        """Another column holds the texts; or none, not even one that would be taken next."""
        chosen, candidates = event.target.value, self._summary["may_be_text"]
        given_up = (TEXT,) if chosen else (TEXT, IGNORED)
        roles = {
            column["name"]: IGNORED for column in self._summary["columns"] if column["name"] in candidates and column["role"] in given_up
        }
        if chosen:
            roles[chosen] = TEXT
        self._correct({"roles": roles})

    def _show_text(self, summary):
        """Which column the texts are in, where several hold words, or where the only one that does was not taken."""
        held_by = [column["name"] for column in summary["columns"] if column["role"] == TEXT]
        candidates = summary["may_be_text"]
        label = dom.by_id("import-text")
        dom.show(label, len(candidates) > len(held_by))
        options = []
        for name in candidates + [""]:
            option = dom.element("option", "", name or _("none of them"), {"value": name})
            option.selected = name in held_by or not name and not held_by
            options.append(option)
        label.lastElementChild.replaceChildren(*options)

    def _chose_unlabelled(self, event):
        self._correct({"leave_out_unlabelled": event.target.checked})

    def _show_columns(self, summary):
        columns = summary["columns"]
        groups = folded(columns)
        self._alike = {first["name"]: names for first, names in groups}
        rows = [
            _row(first["name"], examples(first["sample"]), first["role"], summary["column_roles"], names)
            for first, names in groups[:MOST_COLUMNS]
        ]
        _table(dom.by_id("import-columns"), (_("Column"), _("For example"), _("Used as")), rows)
        if len(groups) > MOST_COLUMNS:
            dom.by_id("import-columns").append(
                dom.element("p", "soft", _("and {} more columns, taken alike").format(len(groups) - MOST_COLUMNS))
            )

    def _show_arrays(self, summary):
        rows = [
            _row(array["name"], " × ".join([str(size) for size in array["shape"]]), array["role"], summary["array_roles"])
            for array in summary["arrays"]
        ]
        _table(dom.by_id("import-arrays"), (_("Array"), _("Shape"), _("Used as")), rows)

    def _show_unlabelled(self, summary):
        label = dom.by_id("import-unlabelled")
        dom.show(label, summary["unlabelled"] > 0)
        label.firstElementChild.checked = summary["leave_out_unlabelled"]
        label.lastElementChild.textContent = counted(
            summary["unlabelled"], "leave out {} row without a label", "leave out {} rows without a label"
        )

    def _chose_meaning(self, event):
        """A text such as NA is a class, or means that there is no label."""
        text = event.target.value
        kept, none = [[other for other in self._summary[name] if other != text] for name in ("kept_labels", "no_labels")]
        (kept if event.target.checked else none).append(text)
        self._correct({"kept_labels": kept, "no_labels": none})

    def _show_doubtful(self, summary):
        self._summary = summary
        boxes = []
        for entry in summary["doubtful_labels"][:MOST_DOUBTFUL]:
            label = dom.element("label")
            box = dom.element("input", "", None, {"type": "checkbox", "value": entry["text"]})
            box.checked = entry["is_class"]
            rows = counted(entry["rows"], "{} row", "{} rows")
            words = _("“{}” is a class ({}), and does not mean “no label”").format(entry["text"], rows)
            label.append(box, " " + words + " ")
            boxes.append(label)
        dom.show(dom.by_id("import-doubtful"), bool(boxes))
        dom.by_id("import-doubtful").replaceChildren(*boxes)

    def _chose_order(self, _event):
        """The order of the classes that fits the predictions, or the one that was assumed."""
        self._correct({"classes": self._summary["fitting_order"]})  # none where the order that was chosen fits

    def _show_order(self, summary):
        chosen, fitting = summary["chosen_order"], summary["fitting_order"]
        button = dom.by_id("import-order")
        dom.show(button, bool(chosen or fitting))
        if fitting:
            shown = ", ".join(fitting[:MOST_IN_ORDER]) + (", …" if len(fitting) > MOST_IN_ORDER else "")
            button.textContent = _("Take the columns of probabilities in the order that fits: {}").format(shown)
        elif chosen:
            button.textContent = _("Take the columns of probabilities in the order that was assumed")

    def _chose_header(self, event):
        self._correct({"header": event.target.checked})

    def _chose_sheet(self, event):
        self._correct({"sheet": event.target.value or None})

    def _show_header(self, summary):
        """Whether the first line names the columns; for tables of text, where it could be otherwise."""
        label = dom.by_id("import-header")
        dom.show(label, summary["header"] is not None)
        label.firstElementChild.checked = bool(summary["header"])

    def _show_sheets(self, summary):
        label = dom.by_id("import-sheet")
        dom.show(label, len(summary["sheets"]) > 1)
        if summary["chosen_sheet"] is None:
            self._together = summary["sheets_together"]
        entries = [("", together(self._together))] if self._together else []
        options = []
        for value, words in entries + [(name, name) for name in summary["sheets"]]:
            option = dom.element("option", "", words, {"value": value})
            option.selected = value == (summary["sheet"] or "")
            options.append(option)
        label.lastElementChild.replaceChildren(*options)

    def _show_classes(self, classes):
        dom.by_id("import-classes-heading").textContent = counted(len(classes), "{} class", "{} classes")
        chips = [
            dom.element("li", "", "{}: {}".format(isolated(entry["name"]), thousands(entry["count"])), {"title": entry["name"]})
            for entry in classes[:MOST_CLASS_CHIPS]
        ]
        if len(classes) > MOST_CLASS_CHIPS:
            chips.append(dom.element("li", "", _("and {} more").format(len(classes) - MOST_CLASS_CHIPS)))
        dom.by_id("import-classes").replaceChildren(*chips)


def together(sheets):
    """Sheets of a workbook that are read as one table, in a few words."""
    if len(sheets) > MOST_SHEETS_NAMED:
        return _("{} sheets together").format(len(sheets))
    return _("{} together").format(joined([isolated(name) for name in sheets]))


def has_texts(summary):
    """Whether features are to be made of texts."""
    return bool(summary["kind"]) and "texts" in summary["kind"] and summary["needs_training"] and not summary["dimensions"]


def understood(summary):
    """What the files are, in a line."""
    parts = [counted(summary["rows"], "{} row", "{} rows"), counted(len(summary["classes"]), "{} class", "{} classes")]
    if summary["kind"] and summary["needs_training"] and not summary["dimensions"]:
        parts.append(KINDS[summary["kind"]])
    if summary["images_to_embed"]:
        parts.append(counted(summary["images_to_embed"], "{} picture to compute embeddings of", "{} pictures to compute embeddings of"))
    if summary["dimensions"]:
        parts.append(_("embeddings of {} dimensions").format(summary["dimensions"]))
    if summary["needs_training"] is False:
        parts.append(_("predicted probabilities"))
    if summary["images"] is not None:
        parts.append(counted(summary["images"], "{} picture", "{} pictures"))
    if summary.get("reviewed"):
        parts.append(_("{} reviewed already").format(thousands(summary["reviewed"])))
    return _("{}: {}.").format(summary["name"], _(", ").join(parts))


def estimate(summary):
    """How long it will take, in a sentence; nothing while there is a problem."""
    if summary["images_to_embed"]:
        seconds = duration(estimated_seconds(summary["images_to_embed"], summary["image_megabytes"]))
        return _("Looking at the pictures takes {} in this browser. It can be cancelled, and goes on where it was.").format(seconds)
    if summary["needs_training"] is None:
        return ""
    if not summary["needs_training"]:
        return _("Nothing to train: the predicted probabilities are there.")
    if summary["dimensions"]:
        sentence = _("Training takes {} in this browser, and can be cancelled.")
    else:
        sentence = _("Making features and training take {} in this browser, and can be cancelled.")
    told = [sentence.format(duration(summary["training_seconds"]))]
    return sentences(told + [said(summary["solver_note"])] if summary["solver_note"] else told)


def is_large(summary):
    """Whether the command line would serve better."""
    return (summary["training_seconds"] or 0) > LONG or max(summary["rows"], 4 * summary["images_to_embed"]) > MANY


def examples(sample):
    """Some cells of a column, in a line; of long ones the first is enough."""
    return ", ".join(sample if max([len(cell) for cell in sample] + [0]) <= LONG_CELL else sample[:1])


def folded(columns):
    """Columns as rows: those numbered in a run, of one role, are one.

    Returns
    -------
    list of (dict, list of str)
        The first column of each row, and the names of all that it stands for.
    """
    groups = []
    for column in columns:
        kind = (column["name"].rstrip("0123456789"), column["role"])
        is_numbered = kind[0] != column["name"]
        if groups and is_numbered and groups[-1][2] == kind:
            groups[-1][1].append(column["name"])
        else:
            groups.append((column, [column["name"]], kind if is_numbered else None))
    by_name = {column["name"]: column for column in columns}
    rows = []
    for first, names, _kind in groups:
        rows += [(first, names)] if len(names) >= FEW_ALIKE else [(by_name[name], [name]) for name in names]
    return rows


def _row(name, shown, role, roles, alike=()):
    line = dom.element("tr", "ignored" if role == "ignored" else "")
    choice = dom.element("select", "", None, {"data-name": name, "aria-label": _("{} is taken for").format(name)})
    for other in roles:
        option = dom.element("option", "", ROLES[other], {"value": other})
        option.selected = other == role
        choice.append(option)
    cell = dom.element("td")
    cell.append(choice)
    words = "{} … {}".format(name, alike[-1]) if len(alike) > 1 else name
    line.append(dom.element("th", "", words, {"scope": "row"}), dom.element("td", "", shown), cell)
    return line


def _table(holder, headings, rows):
    if not rows:
        dom.clear(holder)
        return
    table, head, body, line = dom.element("table"), dom.element("thead"), dom.element("tbody"), dom.element("tr")
    line.append(*[dom.element("th", "", heading, {"scope": "col"}) for heading in headings])
    head.append(line)
    body.append(*rows)
    table.append(head, body)
    holder.replaceChildren(table)

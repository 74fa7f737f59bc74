"""What was understood of somebody's files, to be looked through and corrected before anything runs."""

from pyscript.ffi import create_proxy

from vizzy.page.importing.image_features import estimated_seconds
from vizzy.page.language import counted, duration, thousands
from vizzy.page.ui import dom

MOST_CLASS_CHIPS = 40
MOST_COLUMNS = 200
LONG = 120  # seconds of training from which on the command line is worth naming
MANY = 20_000  # rows, the same


class Preview:
    """Shows the summary of a proposal; ``correct(changes)`` is called with what a person chose otherwise."""

    def __init__(self, correct):
        self._correct = correct
        dom.by_id("import-columns").addEventListener("change", create_proxy(self._chose_role("roles")))
        dom.by_id("import-arrays").addEventListener("change", create_proxy(self._chose_role("arrays")))
        dom.by_id("import-unlabelled").addEventListener("change", create_proxy(self._chose_unlabelled))
        dom.by_id("import-header").addEventListener("change", create_proxy(self._chose_header))
        dom.by_id("import-sheet").addEventListener("change", create_proxy(self._chose_sheet))

    def render(self, summary):
        """Show a summary, as ``vizzy.reading.Proposal.summary`` makes it."""
        dom.by_id("import-understood").textContent = understood(summary)
        dom.by_id("import-notes").replaceChildren(*[dom.element("li", "", note) for note in summary["notes"]])
        self._show_columns(summary)
        self._show_arrays(summary)
        self._show_unlabelled(summary)
        self._show_header(summary)
        self._show_sheets(summary)
        self._show_classes(summary["classes"])
        dom.by_id("import-estimate").textContent = estimate(summary)
        command = dom.by_id("import-command")
        dom.show(command, is_large(summary))
        command.lastElementChild.textContent = summary["command"]

    def _chose_role(self, kind):
        def chose(event):
            self._correct({kind: {event.target.getAttribute("data-name"): event.target.value}})

        return chose

    def _chose_unlabelled(self, event):
        self._correct({"leave_out_unlabelled": event.target.checked})

    def _show_columns(self, summary):
        columns = summary["columns"]
        rows = [
            _row(column["name"], ", ".join(column["sample"]), column["role"], summary["column_roles"])
            for column in columns[:MOST_COLUMNS]
        ]
        _table(dom.by_id("import-columns"), ("Column", "For example", "Used as"), rows)
        if len(columns) > MOST_COLUMNS:
            dom.by_id("import-columns").append(
                dom.element("p", "soft", "and {} more columns, taken alike".format(len(columns) - MOST_COLUMNS))
            )

    def _show_arrays(self, summary):
        rows = [
            _row(array["name"], " × ".join([str(size) for size in array["shape"]]), array["role"], summary["array_roles"])
            for array in summary["arrays"]
        ]
        _table(dom.by_id("import-arrays"), ("Array", "Shape", "Used as"), rows)

    def _show_unlabelled(self, summary):
        label = dom.by_id("import-unlabelled")
        dom.show(label, summary["unlabelled"] > 0)
        label.firstElementChild.checked = summary["leave_out_unlabelled"]
        label.lastElementChild.textContent = "leave out " + counted(summary["unlabelled"], "{} row without a label", "{} rows without a label")

    def _chose_header(self, event):
        self._correct({"header": event.target.checked})

    def _chose_sheet(self, event):
        self._correct({"sheet": event.target.value})

    def _show_header(self, summary):
        """Whether the first line names the columns; for tables of text, where it could be otherwise."""
        label = dom.by_id("import-header")
        dom.show(label, summary["header"] is not None)
        label.firstElementChild.checked = bool(summary["header"])

    def _show_sheets(self, summary):
        label = dom.by_id("import-sheet")
        dom.show(label, len(summary["sheets"]) > 1)
        options = []
        for name in summary["sheets"]:
            option = dom.element("option", "", name, {"value": name})
            option.selected = name == summary["sheet"]
            options.append(option)
        label.lastElementChild.replaceChildren(*options)

    def _show_classes(self, classes):
        dom.by_id("import-classes-heading").textContent = counted(len(classes), "{} class", "{} classes")
        chips = [
            dom.element("li", "", "{}: {}".format(entry["name"], thousands(entry["count"])), {"title": entry["name"]})
            for entry in classes[:MOST_CLASS_CHIPS]
        ]
        if len(classes) > MOST_CLASS_CHIPS:
            chips.append(dom.element("li", "", "and {} more".format(len(classes) - MOST_CLASS_CHIPS)))
        dom.by_id("import-classes").replaceChildren(*chips)


def understood(summary):
    """What the files are, in a line."""
    parts = [counted(summary["rows"], "{} row", "{} rows"), counted(len(summary["classes"]), "{} class", "{} classes")]
    if summary["kind"] and summary["needs_training"] and not summary["dimensions"]:
        parts.append(summary["kind"] + " to make features of")
    if summary["images_to_embed"]:
        parts.append(counted(summary["images_to_embed"], "{} picture to compute embeddings of", "{} pictures to compute embeddings of"))
    if summary["dimensions"]:
        parts.append("embeddings of {} dimensions".format(summary["dimensions"]))
    if summary["needs_training"] is False:
        parts.append("predicted probabilities")
    if summary["images"] is not None:
        parts.append(counted(summary["images"], "{} picture", "{} pictures"))
    if summary.get("reviewed"):
        parts.append(thousands(summary["reviewed"]) + " reviewed already")
    return summary["name"] + ": " + ", ".join(parts) + "."


def estimate(summary):
    """How long it will take, in a sentence; nothing while there is a problem."""
    if summary["images_to_embed"]:
        seconds = duration(estimated_seconds(summary["images_to_embed"]))
        return "Looking at the pictures takes " + seconds + " in this browser. It can be cancelled, and goes on where it was."
    if summary["needs_training"] is None:
        return ""
    if not summary["needs_training"]:
        return "Nothing to train: the predicted probabilities are there."
    what = "Training takes " if summary["dimensions"] else "Making features and training take "
    note = " " + summary["solver_note"] if summary["solver_note"] else ""
    return what + duration(summary["training_seconds"]) + " in this browser, and can be cancelled." + note


def is_large(summary):
    """Whether the command line would serve better."""
    return (summary["training_seconds"] or 0) > LONG or max(summary["rows"], 4 * summary["images_to_embed"]) > MANY


def _row(name, shown, role, roles):
    line = dom.element("tr", "ignored" if role == "ignored" else "")
    choice = dom.element("select", "", None, {"data-name": name, "aria-label": name + " is taken for"})
    for other in roles:
        option = dom.element("option", "", other, {"value": other})
        option.selected = other == role
        choice.append(option)
    cell = dom.element("td")
    cell.append(choice)
    line.append(dom.element("th", "", name, {"scope": "row"}), dom.element("td", "", shown), cell)
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

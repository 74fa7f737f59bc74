"""The score card: how right the present settings are, and what they miss."""

import json

from vizzy.page import dom, lab_dom, lab_words
from vizzy.page.charts import table
from vizzy.page.plotting import percent
from vizzy.page.words import counted

ROWS = (("wrong_label", "Wrong labels"), ("no_class", "Out of distribution"), ("all", "Both"))
HEAD = ("", "problems", "flagged", "found", "false alarms", "precision", "recall", "F1")


class ScoreLab:
    """Follows every step of a slider."""

    def __init__(self, experiments):
        self._app = experiments.app
        self._experiments = experiments
        self._picture = lab_dom.Picture(experiments.app.catalogue)
        self._latest = experiments.latest("score_card", self._show, self._failed)
        self._analysis = None
        self.node = dom.element("div", "score-lab")

    def follow(self, state, analysis):
        """Ask anew whenever the page shows another analysis."""
        if analysis is None or analysis is self._analysis:
            return
        self._analysis = analysis
        self._latest.forget()
        lab_dom.when_ready(self._experiments, self._ask)

    def resized(self):
        """Nothing here depends on the room."""

    def _ask(self):
        self._latest.want(json.dumps({"settings": self._app.state.analysis_settings}))

    def _failed(self, error):
        self.node.replaceChildren(dom.element("p", "warning", "The score card could not be made: " + str(error)))

    def _show(self, _wish, text):
        card = json.loads(text)
        if not card["known"]:
            self.node.replaceChildren(*_unknown(card["counts"]))
            return
        parts = [_tallies(card), dom.element("p", "aside", _aside(card))]
        missed = card["rows"]["all"]["problems"] - card["rows"]["all"]["found"]
        parts.append(lab_dom.group("Missed: " + str(missed), *self._missed(card["missed"])))
        for name, title in (("false_alarms", "False alarms: "), ("found", "Found: ")):
            count = card["rows"]["all"][name]
            parts.append(lab_dom.group(title + str(count), self._picture.row(card[name], count)))
        self.node.replaceChildren(*parts)
        self._app.mark_active()

    def _missed(self, entries):
        if not entries:
            return [dom.element("p", "", "None: every problem is flagged.")]
        classes = self._app.catalogue.classes
        rows = dom.element("div", "missed thumbs-list")
        for entry in entries:
            row = dom.element("div", "missed-row")
            truth = "no class" if entry["true"] < 0 else classes[entry["true"]]
            said = dom.element("p")
            said.append(lab_dom.badge("given", classes[entry["given"]]), " in truth " + truth + ". ")
            said.append(*[dom.element("span", kind, words) for kind, words in lab_words.why_missed(entry, classes)])
            thumb = self._picture.thumb(entry["example"])
            thumb.tabIndex = 0
            row.append(thumb, said)
            rows.append(row)
        return [rows]


def _tallies(card):
    rows = []
    for name, title in ROWS:
        row = card["rows"][name]
        counts = [str(row[key]) for key in ("problems", "flagged", "found", "false_alarms")]
        rows.append([title] + counts + [percent(row[key]) for key in ("precision", "recall", "f1")])
    holder = dom.element("div", "table-holder", None, {"tabindex": "0", "role": "region", "aria-label": "Scores"})
    holder.append(table("How right these settings are", HEAD, rows, "numbers scores"))
    return holder


def _aside(card):
    wrong = card["rows"]["wrong_label"]["problems"]
    said = "Of {}, {} get the right label suggested.".format(counted(wrong, "wrong label"), card["right_suggestions"])
    return " ".join([said, lab_words.elsewhere(card["elsewhere"])])


def _unknown(counts):
    return [
        dom.element("p", "", "What is true is not known for this data, so nothing can be scored. At these thresholds:"),
        table(
            "What is flagged",
            ("", "examples"),
            [
                ["Label issues", str(counts["label_issues"])],
                ["Out of distribution", str(counts["out_of_distribution"])],
                ["Unconfident", str(counts["unconfident"])],
            ],
        ),
        dom.element("p", "aside", "Relabel what you have checked, and train again: what remains flagged gets fewer."),
    ]

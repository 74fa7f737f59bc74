"""The score card: how right the present settings are, and what they miss."""

from vizzy.page.language import counted
from vizzy.page.labs import parts, sentences
from vizzy.page.labs.charts import table
from vizzy.page.labs.plotting import percent
from vizzy.page.ui import dom

ROWS = (("wrong_label", "Wrong labels"), ("no_class", "Out of distribution"), ("all", "Both"))
HEAD = ("", "problems", "flagged", "found", "false alarms", "precision", "recall", "F1")


class ScoreLab(parts.FollowingLab):
    """Follows every step of a slider."""

    NAME, TITLE = "score", "Score"
    QUESTION = "How right are these settings?"
    NEEDS_PREDICTIONS = True
    EXPERIMENT, CLASS_NAME = "score.score_card", "score-lab"
    FAILED = "The score card could not be made: "

    def show(self, card):
        """The tallies, then what was missed, wrongly flagged and found."""
        if not card["known"]:
            return _unknown(card["counts"])
        nodes = [_tallies(card), dom.element("p", "aside", _aside(card))]
        missed = card["rows"]["all"]["problems"] - card["rows"]["all"]["found"]
        nodes.append(parts.group("Missed: " + str(missed), *self._missed(card["missed"])))
        for name, title in (("false_alarms", "False alarms: "), ("found", "Found: ")):
            count = card["rows"]["all"][name]
            nodes.append(parts.group(title + str(count), self._thumbnails.row(card[name], count)))
        return nodes

    def _missed(self, entries):
        if not entries:
            return [dom.element("p", "", "None: every problem is flagged.")]
        classes = self._app.dataset.index.classes
        rows = dom.element("div", "missed thumbs-list")
        for entry in entries:
            row = dom.element("div", "missed-row")
            truth = "no class" if entry["true"] < 0 else classes[entry["true"]]
            sentence = dom.element("p")
            sentence.append(parts.badge("given", classes[entry["given"]]), " in truth " + truth + ". ")
            sentence.append(*[dom.element("span", kind, words) for kind, words in sentences.why_missed(entry, classes)])
            thumb = self._thumbnails.thumb(entry["example"])
            thumb.tabIndex = 0
            row.append(thumb, sentence)
            rows.append(row)
        return [rows]


def _tallies(card):
    rows = []
    for name, title in ROWS:
        row = card["rows"][name]
        counts = [str(row[key]) for key in ("problems", "flagged", "found", "false_alarms")]
        rows.append([title] + counts + [percent(row["precision"]), "{} of {}".format(percent(row["recall"]), row["problems"]), percent(row["f1"])])
    holder = dom.element("div", "table-holder", None, {"tabindex": "0", "role": "region", "aria-label": "Scores"})
    holder.append(table("How right these settings are", HEAD, rows, "numbers scores"))
    return holder


def _aside(card):
    wrong = card["rows"]["wrong_label"]["problems"]
    sentence = "Of {}, {} get the right label suggested.".format(counted(wrong, "{} wrong label", "{} wrong labels"), card["right_suggestions"])
    return " ".join([sentence, sentences.elsewhere(card["elsewhere"])])


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

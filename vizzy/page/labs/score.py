"""The score card: precision and recall of the present settings, and what they miss."""

from vizzy.page.language import _, counted
from vizzy.page import language
from vizzy.page.labs import parts, sentences
from vizzy.page.labs.tables import table
from vizzy.page.labs.plotting import percent
from vizzy.page.ui import dom
from vizzy.page.ui.roving_focus import LIST, one_stop

ROWS = (("wrong_label", _("Wrong labels")), ("no_class", _("Out of distribution")), ("all", _("Both")))
HEAD = ("", _("problems"), _("flagged"), _("found"), _("false alarms"), _("precision"), _("recall"), "F1")


class ScoreLab(parts.FollowingLab):
    """Follows every step of a slider."""

    NAME, TITLE = "score", _("Score")
    QUESTION = _("How right are these settings?")
    WORDS = sentences.MEASURES
    NEEDS_PREDICTIONS = True
    EXPERIMENT, CLASS_NAME = "score.score_card", "score-lab"
    FAILED = _("The score card could not be made: {}")

    def show(self, card):
        """The tallies, then what was missed, wrongly flagged and found."""
        if not card["known"]:
            return _unknown(card["counts"])
        nodes = [_tallies(card), dom.element("p", "aside", _aside(card))]
        missed = card["rows"]["all"]["problems"] - card["rows"]["all"]["found"]
        nodes.append(parts.group(_("Missed: {}").format(missed), *self._missed(card["missed"])))
        for name, title in (("false_alarms", _("False alarms: {}")), ("found", _("Found: {}"))):
            count = card["rows"]["all"][name]
            nodes.append(parts.group(title.format(count), self._thumbnails.row(card[name], count)))
        return nodes

    def _missed(self, entries):
        if not entries:
            return [dom.element("p", "", _("None: every problem is flagged."))]
        classes = self._app.dataset.index.classes
        rows = dom.element("div", "missed thumbs-list", None, {LIST: ""})
        for entry in entries:
            row = dom.element("div", "missed-row")
            sentence = dom.element("p")
            sentence.append(*[_piece(kind, words) for kind, words in sentences.missed_sentence(entry, classes)])
            thumb = self._thumbnails.thumb(entry["example"])
            row.append(thumb, sentence)
            rows.append(row)
        one_stop(rows)
        return [rows]


def _piece(kind, words):
    return parts.badge("given", words) if kind == "given" else dom.element("span", kind, words)


def _tallies(card):
    rows = []
    for name, title in ROWS:
        row = card["rows"][name]
        counts = [str(row[key]) for key in ("problems", "flagged", "found", "false_alarms")]
        rows.append([title] + counts + [percent(row[key]) for key in ("precision", "recall", "f1")])
    holder = dom.element("div", "table-holder", None, {"tabindex": "0", "role": "region", "aria-label": _("Scores")})
    holder.append(table(_("How right these settings are"), HEAD, rows, "numbers scores"))
    return holder


def _aside(card):
    wrong = card["rows"]["wrong_label"]["problems"]
    sentence = _("Of {}, {} get the right label suggested.").format(counted(wrong, "{} wrong label", "{} wrong labels"), card["right_suggestions"])
    return language.sentences([sentence, sentences.elsewhere(card["elsewhere"])])


def _unknown(counts):
    return [
        dom.element("p", "", _("What is true is not known for this data, so nothing can be scored. At these thresholds:")),
        table(
            _("What is flagged"),
            ("", _("examples")),
            [
                [_("Label issues"), str(counts["label_issues"])],
                [_("Out of distribution"), str(counts["out_of_distribution"])],
                [_("Unconfident"), str(counts["unconfident"])],
            ],
        ),
        dom.element("p", "aside", _("Relabel what you have checked, and train again: what remains flagged gets fewer.")),
    ]

"""Five ways to decide, side by side: what each flags, how right it is, and where they differ."""

from vizzy.page.labs import parts, sentences
from vizzy.page.labs.tables import heading, table
from vizzy.page.labs.plotting import percent
from vizzy.page.labs.sentences import recall_of
from vizzy.page.language import _
from vizzy.page.ui import dom
from vizzy.page.ui.roving_focus import LIST, one_stop


class WaysLab(parts.FollowingLab):
    """Follows every step of a slider."""

    NAME, TITLE = "ways", _("Ways")
    QUESTION = _("Is a threshold for each class worth it?")
    WORDS = sentences.MEASURES
    NEEDS_PREDICTIONS = True
    EXPERIMENT, CLASS_NAME = "label_issue_rules.compare_ways", "ways-lab"
    FAILED = _("The comparison could not be made: {}")

    def show(self, answer):
        """The ways' table, the counter-examples, and where they differ."""
        return [
            self._table(answer["ways"]),
            self._counter_examples(answer["counter_examples"]),
            parts.group(
                _("Where they differ: {}").format(answer["differing"]),
                self._differing(answer) if answer["examples"] else dom.element("p", "", _("All five agree.")),
            ),
        ]

    def _table(self, ways):
        known = ways["argmax"]["tally"] is not None
        head = ["", _("label issues")] + ([_("right"), _("precision"), recall_of(ways["argmax"]["tally"]), "F1"] if known else [])
        rows = []
        for name, title, _rule in sentences.WAYS:
            way = ways[name]
            row = [title, str(way["flagged"])]
            if known:
                row.append(str(way["tally"]["found"]))
                row += [percent(way["tally"][key]) for key in ("precision", "recall", "f1")]
            rows.append(row)
        node = table(_("What each way flags"), head, rows, "numbers ways")
        for line, (_name, _title, rule) in zip(list(node.querySelectorAll("tr"))[1:], sentences.WAYS):
            line.firstElementChild.append(dom.element("small", "", rule))
        holder = dom.element("div", "table-holder", None, {"tabindex": "0", "role": "region", "aria-label": _("Ways to decide")})
        holder.append(node)
        return holder

    def _counter_examples(self, found):
        classes = self._app.dataset.index.classes
        cards = dom.element("div", "counter-examples")
        for name, title, words in (
            ("unsure", _("Flagged on a guess"), sentences.unsure(found["unsure"], classes)),
            ("uneven", _("A class predicted too often beats one predicted too rarely"), sentences.uneven(found["uneven"], classes)),
        ):
            card = dom.element("section", "counter-example")
            card.append(dom.element("h5", "", title))
            if found[name]["example"] is not None:
                thumb = self._thumbnails.thumb(found[name]["example"])
                thumb.tabIndex = 0
                card.append(thumb)
            card.append(dom.element("p", "", words))
            cards.append(card)
        return parts.group(_("Where “the most probable wins” goes wrong"), cards)

    def _differing(self, answer):
        classes = self._app.dataset.index.classes
        head = ["", _("given"), _("true label")] if answer["examples"][0]["true"] is not None else ["", _("given")]
        node = dom.element("table", "numbers differing", None, {LIST: ""})
        node.append(dom.element("caption", "visually-hidden", _("The examples on which the ways differ, worst first")))
        line = dom.element("tr")
        line.append(*[heading(name) for name in head])
        line.append(*[dom.element("th", "way", title, {"scope": "col"}) for _name, title, _rule in sentences.WAYS])
        node.append(line)
        for entry in answer["examples"]:
            node.append(self._difference(entry, classes))
        one_stop(node)
        holder = dom.element("div", "table-holder", None, {"tabindex": "0", "role": "region", "aria-label": _("Differing examples")})
        holder.append(node)
        return holder

    def _difference(self, entry, classes):
        line = dom.element("tr")
        head = dom.element("th", "", None, {"scope": "row"})
        head.append(self._thumbnails.thumb(entry["example"]))
        given = dom.element("td")
        given.append(parts.badge("given", classes[entry["given"]]))
        line.append(head, given)
        if entry["true"] is not None:
            line.append(dom.element("td", "", classes[entry["true"]] if entry["true"] >= 0 else _("no class")))
        for name, _title, _rule in sentences.WAYS:
            flags = name in entry["by"]
            right = entry["true"] is not None and flags == (entry["true"] != entry["given"])
            kind = "flags" if flags else "silent"
            cell = dom.element("td", kind + (" correct" if right else ""), "▲" if flags else "–")
            verdict = _("flagged") if flags else _("not flagged")
            if entry["true"] is not None:
                verdict = _(", ").join([verdict, _("right") if right else _("wrong")])
            cell.append(dom.element("span", "visually-hidden", verdict))
            line.append(cell)
        return line

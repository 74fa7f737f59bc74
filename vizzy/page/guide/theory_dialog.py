"""The theory in a dialog: short sections, figures to play with, and the way from each to its panel."""

import js
from pyscript.ffi import create_proxy, to_js

from vizzy.page.guide import theory, theory_figures, widgets
from vizzy.page.language import _
from vizzy.page.ui import dom

PAPER = "https://arxiv.org/abs/1911.00068"
TITLE = "Confident Learning"


class LearnDialog:
    """Built at its first opening for a dataset; what shows the visitor's own numbers is made anew each time."""

    def __init__(self, dataset_index):
        self._index = dataset_index
        self._figures = {}
        self._dialog = dom.element("dialog", "", None, {"id": "learn-dialog", "aria-labelledby": "learn-heading"})
        self._body = dom.element("div", "learn-body")
        self._body.append(self._opening(), *[self._section(section) for section in theory.SECTIONS])
        self._body.append(_further_reading())
        close = dom.button("×", "close", create_proxy(lambda _event: self._dialog.close()))
        close.setAttribute("aria-label", _("Close"))
        self._dialog.append(self._contents(), self._body, close)
        self._dialog.addEventListener("click", create_proxy(self._clicked))
        self._body.addEventListener("scroll", create_proxy(self._scrolled))
        js.document.body.append(self._dialog)

    def open(self, analysis):
        """Show it; ``analysis`` is the worker's last, or None."""
        holder = self._figures["joint"]
        holder.replaceChildren(theory_figures.joint(self._index, analysis))
        self._dialog.showModal()
        self._scrolled(None)

    def remove(self):
        """Take it away: another dataset is open."""
        self._dialog.close()
        self._dialog.remove()

    # --- building ----------------------------------------------------------------------------

    def _opening(self):
        heading = dom.element("h2", "", _("Finding label errors, explained"), {"id": "learn-heading", "tabindex": "-1"})
        heading.autofocus = True
        opening = dom.element("header")
        opening.append(heading, dom.element("p", "", _("Three minutes, no mathematics. The pictures can be played with.")))
        return opening

    def _contents(self):
        """The list of sections, beside them where there is room."""
        contents = dom.element("nav", "learn-contents", None, {"aria-label": _("Sections")})
        self._links = {}
        for section in theory.SECTIONS:
            link = dom.button(section["title"], "", create_proxy(self._goes_to(section["id"])))
            self._links[section["id"]] = link
            contents.append(link)
        return contents

    def _goes_to(self, section_id):
        def go(_event):
            behaviour = "auto" if widgets.unmoving() else "smooth"
            heading = dom.by_id("learn-" + section_id)
            heading.scrollIntoView(to_js({"behavior": behaviour, "block": "start"}))
            heading.focus(to_js({"preventScroll": True}))

        return go

    def _section(self, section):
        heading_id = "learn-" + section["id"]
        node = dom.element("section", "", None, {"aria-labelledby": heading_id})
        node.append(dom.element("h3", "", section["title"], {"id": heading_id, "tabindex": "-1"}))
        figure = self._figure(section.get("figure"))
        if figure and section["figure"] == "mislabelled":
            node.append(figure)  # the text flows around it
        node.append(*[widgets.paragraph(text) for text in section["text"]])
        if figure and section["figure"] != "mislabelled":
            node.append(figure)
        node.append(*[widgets.paragraph(text) for text in section.get("after", ())])
        node.append(*[theory_figures.RuleExample(name).node for name in section.get("examples", ())])
        if "show" in section:
            node.append(dom.button(_("Show me on the page"), "show-me", create_proxy(self._shows(section["show"]))))
        return node

    def _figure(self, name):
        if name == "mislabelled":
            return theory_figures.mislabelled(self._index)
        if name == "folds":
            return theory_figures.folds()
        if name == "line-up":
            return theory_figures.LineUp().node
        if name == "joint":
            self._figures[name] = dom.element("div", "joint-holder")
            return self._figures[name]
        return None

    # --- events ----------------------------------------------------------------------------------

    def _shows(self, panel):
        def show(_event):
            self._dialog.close()
            widgets.show_panel(panel)

        return show

    def _clicked(self, event):
        """A click beside the dialog closes it."""
        box = self._dialog.getBoundingClientRect()
        inside = box.left <= event.clientX <= box.right and box.top <= event.clientY <= box.bottom
        if not inside and event.target.id == self._dialog.id:
            self._dialog.close()

    def _scrolled(self, _event):
        """Mark the section being read in the contents."""
        top = self._body.getBoundingClientRect().top + self._body.clientHeight / 3
        current = theory.SECTIONS[0]["id"]
        for section_id in [section["id"] for section in theory.SECTIONS]:
            if dom.by_id("learn-" + section_id).getBoundingClientRect().top <= top:
                current = section_id
        if self._body.scrollTop + self._body.clientHeight >= self._body.scrollHeight - 2:
            current = theory.SECTIONS[-1]["id"]
        for section_id, link in self._links.items():
            if section_id == current:
                link.setAttribute("aria-current", "true")
            else:
                link.removeAttribute("aria-current")


def _further_reading():
    before, after = _("Further reading: {} by Northcutt, Jiang and Chuang, the paper behind it.").split("{}")
    paragraph = dom.element("p", "further", before)
    link = {"href": PAPER, "target": "_blank", "rel": "noopener", "translate": "no"}
    paragraph.append(dom.element("a", "", TITLE, link), after)
    return paragraph

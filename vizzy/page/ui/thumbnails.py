"""Grids of thumbnails, cut from the dataset's sprites."""

from js import URL, document

from vizzy.page.ui import dom

MOST_CAPTION = 60  # characters: a thumbnail shows fewer
MOST_MOVED_SINGLY = 12  # of a grid; with more it is filled anew, which is one call
MOST_KEPT = 3000  # thumbnails of a pool, shown or not


class Thumbnails:
    """Makes the thumbnail buttons of one dataset."""

    def __init__(self, dataset):
        self._index = dataset.index
        self._images = dataset.images
        self._prototype = dom.element("button", "thumb", None, {"type": "button", "tabindex": "-1"})
        style = document.documentElement.style
        style.setProperty("--sprite-0", "none")
        for number, address in enumerate(self._index.sprite_addresses()):
            absolute = URL.new(address, document.baseURI).href  # else it would be sought beside the stylesheet
            style.setProperty("--sprite-" + str(number), 'url("' + absolute + '")')
        style.setProperty("--sprite-scale", str(self._index.sprite_scale()))

    def make(self, example):
        """A new thumbnail of an example."""
        return self.fill(self._prototype.cloneNode(False), example)

    def fill(self, node, example):
        """Turn a thumbnail button into the one of an example."""
        index = self._index
        if self._images and index.file_of(example):
            node.textContent = ""
            self._images.fill(node, index.file_of(example))
        elif index.has_sprites:
            sprite, left, top = index.sprite_tile(example)
            if sprite:
                node.style.backgroundImage = "var(--sprite-" + str(sprite) + ")"
            node.style.backgroundPosition = "{:.3f}% {:.3f}%".format(left, top)
        else:
            node.classList.add("words")
            node.textContent = _cut(index.caption(example))
        node.setAttribute("data-example", index.ids[example])
        node.setAttribute("aria-label", index.alt[example])
        return node


def _cut(text):
    return text if len(text) <= MOST_CAPTION else text[: MOST_CAPTION - 1] + "…"


class ThumbnailGrid:
    """A container that shows a list of examples, touching only what changed, in few calls.

    ``pool`` (example -> node) may be shared by several grids: an example that moves from one
    to another takes its node along. Whoever shares it drops the tab stops of these grids, lets them show their examples,
    then calls `drop_others` and sets the tab stops again. Nodes stay in the pool when they are not shown.
    """

    def __init__(self, container, thumbnails, pool=None):
        self.container = container
        self.shown = []
        self._thumbnails = thumbnails
        self._shares_pool = pool is not None
        self._pool = {} if pool is None else pool

    def missing(self, examples):
        """Those of these examples for which there is no thumbnail yet."""
        return [example for example in examples if example not in self._pool]

    def prepare(self, example):
        """Make a thumbnail that will be shown soon."""
        self._node(example)

    def show(self, examples):
        """Show these examples in this order."""
        if examples == self.shown:
            return
        before, self.shown = self.shown, list(examples)
        already, wanted = set(before), set(examples)
        staying = [example for example in before if example in wanted]
        moved = len(examples) - len(staying)
        if not self._shares_pool:  # else the grid that takes over those that leave moves their nodes
            self.drop_tab_stop()
            moved = max(moved, len(before) - len(staying))
        if moved > MOST_MOVED_SINGLY or staying != [example for example in examples if example in already]:
            self.container.replaceChildren(*[self._node(example) for example in examples])
        else:
            if not self._shares_pool:
                for example in before:
                    if example not in wanted:
                        self._pool[example].remove()
            self._insert(examples, already)
        if not self._shares_pool:
            forget_some(self._pool, wanted)
            self.set_tab_stop()

    def set_tab_stop(self):
        """Let the Tab key reach one of the grid's thumbnails: the first, unless it reaches one already."""
        first = self.container.firstElementChild
        if first and not self.tab_stop():
            first.tabIndex = 0

    def tab_stop(self):
        """The thumbnail that the Tab key reaches, or None."""
        return self.container.querySelector('[tabindex="0"]')

    def drop_tab_stop(self):
        """Let the Tab key pass the grid by."""
        stop = self.tab_stop()
        if stop:
            stop.tabIndex = -1

    def _insert(self, examples, already):
        """Put those that arrive before those that follow them, each run of neighbours in one call."""
        run = []
        for example in examples:
            if example not in already:
                run.append(self._node(example))
            elif run:
                self._node(example).before(*run)
                run = []
        if run:
            self.container.append(*run)

    def _node(self, example):
        node = self._pool.get(example)
        if node is None:
            node = self._pool[example] = self._thumbnails.make(example)
        return node


def drop_others(pool, before, after):
    """Take the thumbnails of a shared pool out of the document that no grid shows any more.

    Parameters
    ----------
    pool : dict from int to node
    before, after : sets of int
        The examples that all grids together showed, and show.
    """
    for example in before.difference(after):
        pool[example].remove()
    forget_some(pool, after)


def forget_some(pool, staying):
    """Keep a pool within bounds."""
    if len(pool) > MOST_KEPT:
        for example in [example for example in pool if example not in staying]:
            del pool[example]


def picture_holder(index):
    """What shows an example in full: an ``<img>``, or a block of words where the dataset has no pictures."""
    if index.shows_pictures:
        return dom.element("img", "picture", None, {"width": "96", "height": "96", "decoding": "async"})
    return dom.element("div", "picture words")


def show_picture(holder, dataset, example):
    """Let a holder show an example in full; without a picture, its text or id."""
    index = dataset.index
    if holder.tagName != "IMG":
        holder.textContent = index.caption(example)
        return
    holder.alt = index.alt[example]
    if dataset.images:
        dataset.images.show(holder, index.file_of(example))
    elif index.has_sprites:
        holder.src = index.picture_address(example)

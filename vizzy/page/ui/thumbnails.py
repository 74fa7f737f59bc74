"""Grids of thumbnails, cut from the dataset's sprites."""

from js import URL, document

from vizzy.page.ui import dom

MOST_CAPTION = 60  # characters: a thumbnail shows fewer


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
    """A container that shows a list of examples, touching only what changed.

    ``pool`` (example -> node) may be shared by several grids: an example that moves from one
    to another takes its node along. ``has_tab_stop``: whether the Tab key reaches the grid.
    """

    def __init__(self, container, thumbnails, pool=None, has_tab_stop=True):
        self.container = container
        self.shown = []
        self._has_tab_stop = has_tab_stop
        self._thumbnails = thumbnails
        self._pool = {} if pool is None else pool
        self._shares_pool = pool is not None

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
        staying = set(examples)
        already = set(self.shown)
        self._drop([example for example in self.shown if example not in staying])
        if [example for example in self.shown if example in staying] == [
            example for example in examples if example in already
        ]:
            self._insert(examples, already)
        else:
            self.container.append(*[self._node(example) for example in examples])
        self.shown = list(examples)
        if self._has_tab_stop:
            self.set_tab_stop()

    def node_of(self, example):
        """The thumbnail of an example, or None where it is not shown."""
        return self._pool.get(example)

    def _drop(self, examples):
        if self._shares_pool:  # the grid that takes them over moves the nodes
            return
        for example in examples:
            self._pool.pop(example).remove()

    def _insert(self, examples, already):
        following = None
        for example in reversed(examples):
            node = self._node(example)
            if example not in already:
                self.container.insertBefore(node, following)
            following = node

    def _node(self, example):
        node = self._pool.get(example)
        if node is None:
            node = self._pool[example] = self._thumbnails.make(example)
        return node

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


def picture_holder(index):
    """What shows an example in full: an ``<img>``, or a block of words where the dataset has no pictures."""
    if index.shows_pictures:
        return dom.element("img", "picture", None, {"width": "96", "height": "96", "loading": "lazy", "decoding": "async"})
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

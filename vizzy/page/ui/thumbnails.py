"""Grids of thumbnails, cut from the dataset's sprites."""

from js import URL, CSSStyleSheet, document, window

from vizzy.page.ui import dom

MOST_CAPTION = 60  # characters: a thumbnail shows fewer
STAYING_PER_CALL = 2  # a call takes as long as laying out so many thumbnails that stay where they are
MOST_KEPT = 3000  # thumbnails of a pool, shown or not

# The sprites of the open dataset. As custom properties they would have to be put into the style of each thumbnail that moves.
_sprites = CSSStyleSheet.new()
document.adoptedStyleSheets.push(_sprites)


class Thumbnails:
    """Makes the thumbnail buttons of one dataset."""

    def __init__(self, dataset):
        self._index = dataset.index
        self._images = dataset.images
        self._prototype = dom.element("button", "thumb", None, {"type": "button", "tabindex": "-1"})
        addresses = self._index.sprite_addresses()
        self._has_many_sprites = len(addresses) > 1
        _sprites.replaceSync("\n".join(_sprite_rules(addresses, self._index.sprite_scale())))

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
            if self._has_many_sprites:
                node.setAttribute("data-sprite", str(sprite))
            node.style.backgroundPosition = "{:.3f}% {:.3f}%".format(left, top)
        else:
            node.classList.add("words")
            node.textContent = _cut(index.caption(example))
        node.setAttribute("data-example", index.ids[example])
        node.setAttribute("aria-label", index.alt[example])
        return node


def _sprite_rules(addresses, scale):
    """A rule for the size of all sprites, and one for each sprite."""
    yield ":is(.thumb, .pin) {{ background-size: {}% auto }}".format(100 * scale)
    for number, address in enumerate(addresses):
        absolute = URL.new(address, document.baseURI).href  # a sheet made here knows no address of its own
        which = '[data-sprite="{}"]'.format(number) if number else ":is(.thumb, .pin)"
        yield which + ' { background-image: url("' + window.CSS.escape(absolute) + '") }'


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
        runs = _arriving(examples, already)
        calls = len(runs)
        if not self._shares_pool:  # else the grid that takes over those that leave moves their nodes
            self.drop_tab_stop()
            calls += len(before) - len(staying)
        if calls * STAYING_PER_CALL > len(staying) or staying != [example for example in examples if example in already]:
            self.container.replaceChildren(*[self._node(example) for example in examples])
        else:
            if not self._shares_pool:
                for example in before:
                    if example not in wanted:
                        self._pool[example].remove()
            self._insert(runs)
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

    def _insert(self, runs):
        """Put each run of neighbours before what follows it, in one call."""
        for run, following in runs:
            nodes = [self._node(example) for example in run]
            if following is None:
                self.container.append(*nodes)
            else:
                self._node(following).before(*nodes)

    def _node(self, example):
        node = self._pool.get(example)
        if node is None:
            node = self._pool[example] = self._thumbnails.make(example)
        return node


def _arriving(examples, already):
    """Those that were not there already, in runs of neighbours: list of (run, the example that follows it, or None)."""
    runs, run = [], []
    for example in examples:
        if example not in already:
            run.append(example)
        elif run:
            runs.append((run, example))
            run = []
    return runs + [(run, None)] if run else runs


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

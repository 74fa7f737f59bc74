"""Moving the focus with the arrow keys: a grid of thumbnails is one tab stop, and so are the list of cards and the counts of the matrix."""

ARROWS = ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End")
LIST = "data-thumb-list"  # on what holds thumbnails that are no siblings: one for each line
GRIDS = ".thumbs, .challenge-table, [data-thumb-list]"
CARD_STEPS = {"PageUp": -1, "PageDown": 1, "ArrowLeft": -1, "ArrowRight": 1}
CHOICE_STEPS = {"ArrowUp": "previousElementSibling", "ArrowDown": "nextElementSibling"}


def move_among_thumbnails(event):
    """Handle a key pressed on a thumbnail of a grid or of a list with words, or on a card of the challenge."""
    thumbnail = event.target
    if event.key not in ARROWS or not (thumbnail.classList.contains("thumb") or thumbnail.classList.contains("suspect")):
        return
    grid = thumbnail.closest(GRIDS)
    if not grid:
        return
    following = _in_list(grid, thumbnail, event.key) if grid.hasAttribute(LIST) else _neighbour(grid, thumbnail, event.key)
    event.preventDefault()
    if following:
        thumbnail.tabIndex = -1
        following.tabIndex = 0
        following.focus()


def move_among_counts(event):
    """Handle a key pressed on the count of a cell: left and right go to the counts before and after, up and down in the column."""
    count = event.target
    if event.key not in ARROWS or not count.classList.contains("count"):
        return
    column = ":nth-child({})".format(count.parentNode.cellIndex + 1) if event.key in ("ArrowUp", "ArrowDown") else ""
    counts = list(count.closest("table").querySelectorAll("td" + column + " > .count:enabled"))
    place = counts.index(count)
    last = len(counts) - 1
    steps = {"Home": 0, "End": last, "ArrowLeft": place - 1, "ArrowUp": place - 1}
    event.preventDefault()
    counts[max(0, min(last, steps.get(event.key, place + 1)))].focus()


def card_step(event):
    """How many cards a key pressed on a label's choice moves on: -1, 1 or 0.

    Left and right go from card to card, up and down through the choices of one.
    """
    choice = event.target
    if not choice.classList.contains("choice"):
        return 0
    is_menu = choice.tagName == "SELECT"  # its arrow keys change its value
    if event.key in CARD_STEPS and not (is_menu and event.key.startswith("Arrow")):
        event.preventDefault()
        return CARD_STEPS[event.key]
    if event.key in CHOICE_STEPS and not is_menu:
        event.preventDefault()
        neighbour = getattr(choice, CHOICE_STEPS[event.key])
        if neighbour:
            neighbour.focus()
    return 0


def one_stop(holder):
    """Make the thumbnails in lines of a list, or the cards of a grid, one tab stop: the first."""
    for place, node in enumerate(list(holder.querySelectorAll("button"))):
        node.tabIndex = -1 if place else 0


def _in_list(holder, thumbnail, key):
    thumbnails = list(holder.querySelectorAll(".thumb"))
    place, last = thumbnails.index(thumbnail), len(thumbnails) - 1
    back = key in ("ArrowLeft", "ArrowUp")
    return thumbnails[{"Home": 0, "End": last}.get(key, max(0, min(last, place + (-1 if back else 1))))]


def _neighbour(grid, thumbnail, key):
    if key == "Home":
        return grid.firstElementChild
    if key == "End":
        return grid.lastElementChild
    if key == "ArrowLeft":
        return thumbnail.previousElementSibling
    if key == "ArrowRight":
        return thumbnail.nextElementSibling
    return _in_next_line(thumbnail, key)


def _in_next_line(thumbnail, key):
    """The thumbnail above or below, found by walking on to the same horizontal place."""
    left, top = thumbnail.offsetLeft, thumbnail.offsetTop
    step = "nextElementSibling" if key == "ArrowDown" else "previousElementSibling"
    candidate = getattr(thumbnail, step)
    last = None
    while candidate:
        if candidate.offsetTop != top:
            last = candidate
            if candidate.offsetLeft == left:
                return candidate
            if abs(candidate.offsetTop - top) > thumbnail.offsetHeight * 1.8:
                return last
        candidate = getattr(candidate, step)
    return last

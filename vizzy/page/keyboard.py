"""Moving the focus through grids of thumbnails with the arrow keys; a grid is one tab stop."""

STEPS = {"ArrowLeft": -1, "ArrowRight": 1, "Home": None, "End": None, "ArrowUp": None, "ArrowDown": None}


def move_focus(event):
    """Handle a key pressed on a thumbnail."""
    thumbnail = event.target
    if event.key not in STEPS or not thumbnail.classList.contains("thumb"):
        return
    grid = thumbnail.closest(".thumbs")
    if not grid:
        return
    following = _neighbour(grid, thumbnail, event.key)
    event.preventDefault()
    if following:
        thumbnail.tabIndex = -1
        following.tabIndex = 0
        following.focus()


def _neighbour(grid, thumbnail, key):
    if key == "Home":
        return grid.firstElementChild
    if key == "End":
        return grid.lastElementChild
    if key == "ArrowLeft":
        return thumbnail.previousElementSibling
    if key == "ArrowRight":
        return thumbnail.nextElementSibling
    return _in_next_line(grid, thumbnail, key)


def _in_next_line(grid, thumbnail, key):
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

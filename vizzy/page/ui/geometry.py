"""Sizes and shapes that the views draw, computed without a browser."""


STEP_OF_SIZES = 0.89  # from one size of a tile to the next smaller one


def tile_size(count, width, height, smallest, largest):
    """The side of a square, in px, of which ``count`` fit into a box.

    Sizes are some steps apart, so that one tile more or less seldom gives all of them another size: each would have to
    be laid out and painted anew.

    Parameters
    ----------
    count : int, number of squares
    width, height : number, px
    smallest, largest : int, px, what the answer is held to; the sizes are counted from the largest

    Returns
    -------
    int
    """
    size = largest
    while size > smallest and int(width // size) * int(height // size) < count:
        size = max(smallest, int(size * STEP_OF_SIZES))
    return size


def tile_rows(count, width, tile, gap):
    """How many rows ``count`` tiles take in a box of this width, at least one; all lengths in px."""
    in_a_row = max(1, int((width + gap) // (tile + gap)))
    return max(1, -(-count // in_a_row))


def histogram_path(counts):
    """An SVG path of bars, one unit wide each, the tallest one unit high.

    Heights go with the square root of the counts, so that the few examples far from their
    class stay visible beside the many near it.
    """
    tallest = max(counts)
    if not tallest:
        return ""
    return "".join(
        "M{} 1V{:.3f}h.9V1z".format(place, 1 - (count / tallest) ** 0.5) for place, count in enumerate(counts) if count
    )

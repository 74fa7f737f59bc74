"""The state in the address: what stands after the ``#``, so that a link shows a colleague the same screen.

``FIELDS`` names every part once and drives both directions. Only what differs from the defaults is
written. What cannot be read is left out and reported, so that a damaged link still opens.

Examples: ``#class=62&ood=10``, ``#mode=mean&show=img-017&labels=3:1,40:0``.
"""

from vizzy.page.model.state import DEFAULTS, VIEWS, default_of
from vizzy.vocabulary import ACCEPTED, CHANGED, KEPT, NO_CLASS, OOD_MODES, SKIPPED, THRESHOLD_MODES


def write(state, dataset_index):
    """The fragment of a state, without its ``#``; empty for the defaults."""
    parts = []
    for key, field, to_text, _ in FIELDS:
        if dataset_index.is_own and field in KEPT_ELSEWHERE:
            continue
        value = getattr(state, field)
        if value != default_of(field, dataset_index.is_own):
            parts.append(key + "=" + to_text(value, dataset_index))
    return "&".join(parts)


def read(fragment, dataset_index):
    """What a fragment says.

    Returns
    -------
    changes : dict
        Fields of the state and their values.
    refused : list of str
        The parts that could not be read.
    about_others : bool
        Whether it also says labels or decisions, which hold for a shipped dataset, and this one is somebody's own.
    """
    changes = {}
    about_others = False
    refused = []
    readers = {key: (field, from_text) for key, field, _, from_text in FIELDS}
    for part in fragment.lstrip("#").split("&"):
        key, _, text = part.partition("=")
        if not part:
            continue
        try:
            field, from_text = readers[key]
            if dataset_index.is_own and field in KEPT_ELSEWHERE:
                about_others = True
                continue
            changes[field] = from_text(text, dataset_index)
        except (KeyError, ValueError, IndexError):
            refused.append(part)
    _couple(changes, refused)
    return changes, refused, about_others


def all_said(changes, dataset_index):
    """What a fragment that says these changes says of every field: of what it does not name, the default."""
    is_own = dataset_index.is_own
    fields = [field for _key, field, _, _ in FIELDS if not (is_own and field in KEPT_ELSEWHERE)]
    return {field: changes.get(field, default_of(field, is_own)) for field in fields}


def _couple(changes, refused):
    """Hold the out-of-distribution percentile to at most the other; one that stands alone carries it."""
    high, low = changes.get("class_percentile"), changes.get("ood_percentile")
    if high is not None and low is not None and low > high:
        refused.append("ood=" + str(low) + " above class=" + str(high))
        del changes["ood_percentile"], changes["class_percentile"]
    elif low is None and high is not None and high < DEFAULTS["ood_percentile"]:
        changes["ood_percentile"] = high
    elif high is None and low is not None and low > DEFAULTS["class_percentile"]:
        changes["class_percentile"] = low


def _percentile(text, _index):
    percentile = int(text)
    if not 0 <= percentile <= 100:
        raise ValueError(text)
    return percentile


def _mode(text, _index):
    if text not in THRESHOLD_MODES:
        raise ValueError(text)
    return text


def _ood_mode(text, _index):
    if text not in OOD_MODES:
        raise ValueError(text)
    return text


def _lab(text, _index):
    if not text.isalpha():  # which labs there are is known once they are fetched
        raise ValueError(text)
    return text


def _example_to_text(example, dataset_index):
    return "" if example is None else quote(dataset_index.ids[example])


def _example(text, dataset_index):
    row = dataset_index.row_of(unquote(text))
    if row is None:
        raise ValueError(text)
    return row


def _labels_to_text(changed, _index):
    return ",".join([str(row) + ":" + str(changed[row]) for row in sorted(changed)])


def _labels(text, dataset_index):
    changed = {}
    for pair in text.split(","):
        row, label = [int(number) for number in pair.split(":")]
        if not (0 <= row < len(dataset_index) and 0 <= label < len(dataset_index.classes)):
            raise ValueError(pair)
        if dataset_index.given_label[row] != label:
            changed[row] = label
    return changed


def _reviews_to_text(reviews, _index):
    return ",".join([str(row) + ":" + ACTION_LETTERS[reviews[row]] for row in sorted(reviews)])


def _reviews(text, dataset_index):
    actions = {letter: action for action, letter in ACTION_LETTERS.items()}
    reviews = {}
    for pair in text.split(","):
        row, letter = pair.split(":")
        if not 0 <= int(row) < len(dataset_index):
            raise ValueError(pair)
        reviews[int(row)] = actions[letter]
    return reviews


def _view(text, _index):
    if text not in VIEWS:
        raise ValueError(text)
    return text


def _plain(value, _index):
    return str(value)


ACTION_LETTERS = {ACCEPTED: "a", KEPT: "k", CHANGED: "c", NO_CLASS: "n", SKIPPED: "s"}
KEPT_ELSEWHERE = ("changed_labels", "reviews")  # of one's own data: thousands would not fit into an address
FIELDS = (  # key in the address, field of the state, to text, from text
    ("class", "class_percentile", _plain, _percentile),
    ("ood", "ood_percentile", _plain, _percentile),
    ("mode", "threshold_mode", _plain, _mode),
    ("odd", "ood_mode", _plain, _ood_mode),
    ("show", "active", _example_to_text, _example),
    ("labels", "changed_labels", _labels_to_text, _labels),
    ("lab", "lab", _plain, _lab),
    ("reviews", "reviews", _reviews_to_text, _reviews),
    ("view", "view", _plain, _view),
)

SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"


def quote(text):
    """Percent-encode a text for the fragment (MicroPython has no urllib)."""
    return "".join([chr(byte) if chr(byte) in SAFE else "%{:02X}".format(byte) for byte in text.encode("utf-8")])


def unquote(text):
    """What ``quote`` encoded; ValueError where that is damaged."""
    plain = bytearray()
    place = 0
    while place < len(text):
        if text[place] == "%":
            plain.append(int(text[place + 1 : place + 3], 16))
            place += 3
        else:
            plain.extend(text[place].encode("utf-8"))
            place += 1
    return bytes(plain).decode("utf-8")

"""The page's texts in the visitor's language: English stands in the code and is the key, static/languages/ has the rest.

A text that a visitor sees or hears is written ``_("Train again")``; one with values
``_("{} of {} problems found").format(found, problems)``; one with a count ``counted(n, "{} label", "{} labels")``.
tools/languages.py finds these calls. What the worker says is shown as ``said(note)``. A catalogue is chosen and fetched
before the page's modules are imported (static/start.js, main.py), so texts may stand in constants, too. Without one
everything is English.

A translation may put the values in another order: ``{1} … {0}``.
"""

_catalogue = None  # see `use`
_texts = None  # English -> the other language: something with get(), None for English
_plural = None  # a count -> the name of its plural form, as Intl.PluralRules has it
_known = {}  # what has been looked up: most of it is JavaScript's
_format = {"decimal": ".", "thousands": ",", "percent": "{} %", "ordinal": None, "space": " "}


def use(catalogue):
    """Show texts in another language from now on.

    Parameters
    ----------
    catalogue : object of static/translate.js, or None
        Its ``texts`` have ``get(english)``, which gives a text, or None where there is none; plural forms are under
        ``english|form``. ``plural(count)`` names a form. ``addLate()`` fetches the texts of what loads late,
        from ``lateAddress``; ``asText()`` is all of it as JSON text. ``decimal``, ``thousands``, ``percent`` and
        ``ordinal`` say how numbers are written; ``space`` is what stands between two sentences.
    """
    global _catalogue, _texts, _plural
    if catalogue is None:
        return
    _catalogue, _texts, _plural = catalogue, catalogue.texts, catalogue.plural
    _known.clear()
    _format.update({name: getattr(catalogue, name) for name in _format})


async def add_late_texts():
    """Fetch the texts of what loads late, which are a file of their own, before it says any of them."""
    if _catalogue:
        await _catalogue.addLate()
        _known.clear()


def late_files():
    """The addresses of the texts of what loads late."""
    return [_catalogue.lateAddress] if _catalogue else []


def as_text():
    """The language, for the worker to write in: JSON text, "" for English."""
    return _catalogue.asText() if _catalogue else ""


def is_translated():
    """Whether texts are in another language than English."""
    return _texts is not None


def _(text):
    """A text of the page in the visitor's language; the English one where it is not translated."""
    if _texts is None:
        return text
    if text not in _known:
        _known[text] = _texts.get(text) or text
    return _known[text]


def counted(count, one, other):
    """A text with a count in place of its ``{}``: 1 image, 2,000 images.

    Parameters
    ----------
    count : int
    one, other : str
        English for one and for any other number; the key is ``one``, with the form after a bar.
    """
    text = one if count == 1 else other
    if _texts is not None:
        text = _texts.get(one + "|" + _plural(count)) or _texts.get(one + "|other") or text
    return text.format(thousands(count))


def said(part):
    """What the worker says, in the visitor's language: the parts of a sentence of ``vizzy/sentences.py``, or plain text."""
    if not isinstance(part, list):
        return thousands(part) if isinstance(part, int) else part
    kind, first = part[:2]
    if kind == "sentence":
        return _(first).format(**{name: said(value) for name, value in part[2].items()})
    if kind == "sentences":
        return sentences([said(one) for one in first])
    if kind == "joined":
        return _(", ").join([said(one) for one in first])
    return {"counted": counted, "decimal": decimal, "percent": percent, "ordinal": ordinal}[kind](first, *part[2:])


# --- numbers --------------------------------------------------------------------------------------


def decimal(value, places=3):
    """A number with some decimals: 0.123."""
    text = ("{:." + str(places) + "f}").format(value)
    return text if _format["decimal"] == "." else text.replace(".", _format["decimal"])


def percent(share, places=0):
    """A share of 1 in per cent: 97 %."""
    return _format["percent"].format(decimal(100 * share, places))


def thousands(count):
    """A count as it is read: 12,345."""
    text = str(count)
    parts = []
    while len(text) > 3:
        parts.append(text[-3:])
        text = text[:-3]
    return _format["thousands"].join([text] + parts[::-1])


def ordinal(number):
    """1st, 2nd, 3rd, 11th, 50th."""
    if _format["ordinal"]:
        return _format["ordinal"].format(number)
    if 10 <= number % 100 <= 20:
        return str(number) + "th"
    return str(number) + {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def joined(names):
    """cat; cat and dog; cat, dog and bear."""
    if len(names) < 2:
        return "".join(names)
    return _("{} and {}").format(_(", ").join(names[:-1]), names[-1])


def duration(seconds):
    """About 4 seconds, about 3 minutes."""
    if seconds < 1:
        return _("under a second")
    if seconds < 90:
        return counted(int(seconds + 0.5), "about {} second", "about {} seconds")
    return counted(int(seconds / 60 + 0.5), "about {} minute", "about {} minutes")


def sentences(texts):
    """Sentences one after the other."""
    return _format["space"].join(texts)


# --- texts with parts that look different -----------------------------------------------------------


def pieces(text, values):
    """A text as pieces, each of a kind.

    Parameters
    ----------
    text : str
        With the names of values in braces: ``"The model gives {suggested}."``
    values : dict of str to (str, str)
        The kind and the words of each.

    Returns
    -------
    list of (str, str)
        Kind and words; the text itself has the kind "".
    """
    found = []
    while "{" in text:
        before, rest = text.split("{", 1)
        name, text = rest.split("}", 1)
        found += [("", before)] if before else []
        found.append(values[name])
    return found + ([("", text)] if text else [])


def followed(text, more):
    """Pieces of a text, and those of the next sentence."""
    return text + [("", _format["space"])] + more if text and more else text + more

"""The page's texts in the visitor's language: English stands in the code and is the key, static/languages/ has the rest.

A text that a visitor sees or hears is written ``_("Train again")``; one with values
``_("{} of {} problems found").format(found, problems)``; one with a count ``counted(n, "{} label", "{} labels")``.
tools/languages.py finds these calls. What the worker says is shown as ``said(note)``. A catalogue is chosen and fetched
before the page's modules are imported (static/start.js, main.py), so texts may stand in constants, too. Without one
everything is English.

A translation may put the values in another order: ``{1} … {0}``.
"""

from vizzy.translation import ENGLISH, Translation

_catalogue = None  # see `use`
_language = ENGLISH


def use(catalogue):
    """Show texts in another language from now on.

    Parameters
    ----------
    catalogue : object of static/translate.js, or None
        None is English. Its ``texts`` have ``get(english)``, which gives a text, or None where there is none; plural forms are under
        ``english|form``. ``plural(count)`` names a form. ``addLate()`` fetches the texts of what loads late,
        from ``lateAddress``; ``asText()`` is all of it as JSON text. ``decimal``, ``thousands``, ``percent`` and
        ``ordinal`` say how numbers are written; ``space`` is what stands between two sentences.
    """
    global _catalogue, _language
    _catalogue, _language = catalogue, ENGLISH
    if catalogue:
        written = {name: getattr(catalogue, name) for name in ENGLISH.written}
        _language = Translation(catalogue.language, catalogue.texts, written, catalogue.plural)


async def add_late_texts():
    """Fetch the texts of what loads late, which are a file of their own, before it says any of them."""
    if _catalogue:
        await _catalogue.addLate()


def late_files():
    """The addresses of the texts of what loads late."""
    return [_catalogue.lateAddress] if _catalogue else []


def as_text():
    """The language, for the worker to write in: JSON text, "" for English."""
    return _catalogue.asText() if _catalogue else ""


def is_translated():
    """Whether texts are in another language than English."""
    return _catalogue is not None


def _(text):
    """A text of the page in the visitor's language; the English one where it is not translated."""
    return _language.text(text)


def counted(count, one, other):
    """A text with a count in place of its ``{}``: 1 image, 2,000 images.

    Parameters
    ----------
    count : int
    one, other : str
        English for one and for any other number; the key is ``one``, with the form after a bar.
    """
    return _language.number_of(count, one, other)


def said(part):
    """What the worker says, in the visitor's language: the parts of a sentence of ``vizzy/sentences.py``, or plain text."""
    return _language.said(part)


# --- numbers --------------------------------------------------------------------------------------


def decimal(value, places=3):
    """A number with some decimals: 0.123."""
    return _language.decimal(value, places)


def percent(share, places=0):
    """A share of 1 in per cent: 97 %."""
    return _language.percent(share, places)


def thousands(count):
    """A count as it is read: 12,345."""
    return _language.thousands(count)


def short_count(count):
    """A count of 1,000 or more where there is little room, with at least two digits: 1.2k, 18k, 250k, 1.3M."""
    if count < 9950:
        return decimal(count / 1000, 1) + "k"
    return str((count + 500) // 1000) + "k" if count < 999500 else decimal(count / 1000000, 1) + "M"


def ordinal(number):
    """1st, 2nd, 3rd, 11th, 50th."""
    return _language.ordinal(number)


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
    return _language.sentences(texts)


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
    return text + [("", _language.written["space"])] + more if text and more else text + more

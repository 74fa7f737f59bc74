"""The texts of Guide and Learn, and the calculations of their examples. Text and numbers alone: no DOM.

A text is a string in which ``*word*`` is a term being explained and ``{kind|words}`` words of a kind that the
stylesheet gives its look: "given", "suggested", "ood" or "class"; ``pieces`` takes it apart.

The examples work on the probabilities of one picture. Their rule is the one of ``vizzy.confident``, written out
in plain Python so that the page needs no numpy, and held to it by a test.
"""

from vizzy.page.language import _, decimal, joined, sentences
from vizzy.vocabulary import TOLERANCE

CLASSES = (_("dog"), _("cat"), _("bear"))

SECTIONS = (
    {
        "id": "label-errors",
        "title": _("A label can be wrong"),
        "figure": "mislabelled",
        "text": (
            _("Somebody looked at a picture and wrote down what it shows: its {given|given label}. Sometimes that is "
            "not what it really shows. This is a *label error*."),
            _("Nearly every dataset has some. A model trained on them learns the mistakes too, and a test against "
            "them cannot be trusted. But nobody looks through a million pictures twice. Which few deserve a second "
            "look?"),
            _("Confident learning lets a model answer that. The art is in how to ask."),
        ),
        "show": "dataset",
    },
    {
        "id": "out-of-sample",
        "title": _("Ask a model that has not seen the answer"),
        "figure": "folds",
        "text": (
            _("For each picture, a model says how probable every class is: dog 0.80, cat 0.10, bear 0.10. These "
            "*predicted probabilities* always add up to 1."),
            _("There is a trap. A model that was shown a wrong label may just repeat it, like a pupil who has seen "
            "the exam. So the pictures are dealt into five heaps, called *folds*, and five models are trained. "
            "Each learns from four heaps and answers only for the fifth. Every answer then comes from a model that "
            "saw neither that picture nor its label: it is *out of sample*."),
            _("Why five? With two heaps, each model would learn from half of the pictures only. With a hundred, "
            "somebody waits for a hundred trainings. With five it learns from 80 % of them, and is soon done."),
        ),
        "show": "predictions",
    },
    {
        "id": "most-probable",
        "title": _("Why “the most probable wins” is not enough"),
        "text": (
            _("Here is the simplest rule: take the most probable class, and if the label says something else, call "
            "it an error. It fails in two ways. Move the sliders and see."),
        ),
        "examples": ("unsure", "uneven"),
    },
    {
        "id": "class-thresholds",
        "title": _("A threshold for each class"),
        "text": (
            _("So every class gets a threshold of its own. Take the pictures that were given the label dog, and look at "
            "the probability each of them got for dog: its *self-confidence*. Line them up, from low to high:"),
        ),
        "figure": "line-up",
        "after": (
            _("The value at the 50th *percentile* has half of the pictures on either side. Make it the "
            "{class|class threshold}: whatever reaches it looks more like a dog, to this model, than half of "
            "the pictures labelled dog."),
            _("The theory behind it uses the mean instead, for which one can prove, under certain conditions, that "
            "exactly the wrong labels are found. The page lets you choose."),
            _("The {suggested|suggested label} is the most probable class among those that reach their threshold. "
            "If none does, nothing is suggested."),
        ),
        "show": "thresholds",
    },
    {
        "id": "confident-joint",
        "title": _("The confident joint"),
        "figure": "joint",
        "text": (
            _("Now count. Each picture with a suggestion goes into a table: the row is its {given|given label}, the "
            "column its {suggested|suggested label}. This is the *confident joint*."),
            _("On the diagonal, both agree. Off it, the model is confident of something else than the label says: "
            "those are the *label issues*, and also a map of which classes get confused."),
        ),
        "show": "matrix",
    },
    {
        "id": "unconfident",
        "title": _("Unsure, or none of these?"),
        "text": (
            _("Some pictures reach no class threshold. A cat in a carnival costume is still a cat; the model is merely "
            "*unconfident*. An aeroplane is no animal at all: it is {ood|out of distribution}."),
            _("A second, lower bar for each class tells them apart, at the 15th percentile unless you move it. What "
            "stays below it in every class resembles none of them."),
        ),
        "examples": ("outside",),
        "show": "results",
    },
    {
        "id": "sliders",
        "title": _("What the two sliders change"),
        "text": (
            _("{class|Class percentile}. Up: fewer suggestions, and surer ones. Down: more label issues are found, "
            "and more of them are false alarms."),
            _("{ood|Out-of-distribution percentile}. Down: only the strangest pictures remain. Up: more strangers are "
            "caught, together with odd-looking members of the family."),
            _("The second never exceeds the first: push one past the other and it takes it along. No setting is best "
            "for all data. That is why they are sliders."),
        ),
        "show": "thresholds",
    },
    {
        "id": "limits",
        "title": _("What it cannot do"),
        "text": (
            _("It finds what the model can see. Where the model cannot tell two classes apart, it cannot tell a right "
            "label from a wrong one either."),
            _("A mistake that everybody makes looks like the truth. If all pandas are labelled cat, then to the model "
            "a panda is a cat."),
            _("And it asks questions; it does not pass sentences. Look at a picture before you change its label."),
        ),
    },
)

# Percentages of probability and threshold, class by class; "given" is a class's place in CLASSES.
EXAMPLES = {
    "unsure": {
        "title": _("It does not ask how sure the model is"),
        "text": _("The model has no idea what this is. But one number is always the largest, if only by a hundredth."),
        "probabilities": (34, 33, 33),
        "thresholds": (70, 60, 80),
        "given": 1,
        "try": _("Raise dog until our rule speaks up too."),
    },
    "uneven": {
        "title": _("It treats all classes alike"),
        "text": _("The model is generous with dog: pictures labelled dog get 0.90 on average. With cat it is shy: 0.35. "
        "So 0.50 is little for a dog, and 0.49 is a lot for a cat."),
        "probabilities": (50, 49, 1),
        "thresholds": (90, 35, 60),
        "given": 1,
        "try": _("Lower the threshold of dog to 0.50: it now passes as well, and is the more probable one."),
    },
    "outside": {
        "title": _("Two bars, three outcomes"),
        "text": _("In each bar, the right mark is the class threshold, the left one the lower bar."),
        "probabilities": (38, 34, 28),
        "thresholds": (70, 60, 80),
        "lower_thresholds": (45, 40, 50),
        "given": 1,
        "try": _("Give cat a little more, then a lot more."),
    },
}

LINE_UP = (8, 31, 46, 58, 67, 74, 80, 85, 89, 93, 97)  # self-confidences of eleven pictures, in per cent

TOUR = (
    {
        "element": '[data-panel="dataset"]',
        "title": _("The data"),
        "text": _("Every image with its {given|given label}. Some are wrong already; press another label to make more "
        "of them wrong."),
    },
    {
        "element": "#train",
        "title": _("Train"),
        "text": _("This trains a real model, here in your browser. Each image is judged by a model that has not seen it."),
    },
    {
        "element": '[data-panel="predictions"]',
        "title": _("Predicted probabilities"),
        "text": _("After training: how probable the model finds each class, image by image."),
    },
    {
        "element": '[data-panel="matrix"]',
        "title": _("The confident joint"),
        "text": _("Rows are {given|given} labels, columns {suggested|suggested} ones. Off the diagonal the two differ: "
        "these labels may be wrong."),
    },
    {
        "element": ".sliders",
        "title": _("Two thresholds"),
        "text": _("How sure must the model be? Drag, or use the arrow keys, and watch images change place."),
    },
    {
        "element": "#strips",
        "title": _("What the percentiles mean"),
        "text": _("For each class, the probabilities its own images got, and where both thresholds cut them."),
    },
    {
        "element": '[data-panel="inspector"]',
        "title": _("Why is it there?"),
        "text": _("Point at any image, or move to it with the arrow keys, and read why it is where it is."),
    },
    {
        "element": '[data-panel="results"]',
        "title": _("Worth a look"),
        "text": _("Likely label errors, images that fit no class, and those the model is unsure of. The worst come first."),
    },
    {
        "element": ".masthead-actions",
        "title": _("Now try it"),
        "text": _("Guide has a tutorial in which you break a label and find it again. Learn explains why it works."),
    },
)


def pieces(text):
    """A text as a list of (kind, words): "" for plain words, "term" for a term, or a named kind."""
    found = []
    while text:
        starts = [place for place in (text.find("*"), text.find("{")) if place >= 0]
        start = min(starts) if starts else len(text)
        if start:
            found.append(("", text[:start]))
        text = text[start:]
        if text.startswith("*"):
            words, text = text[1:].split("*", 1)
            found.append(("term", words))
        elif text:
            inside, text = text[1:].split("}", 1)
            kind, words = inside.split("|")
            found.append((kind, words))
    return found


def plain(text):
    """A text without its marks."""
    return "".join([words for _kind, words in pieces(text)])


def section(section_id):
    """The section of this id."""
    return [one for one in SECTIONS if one["id"] == section_id][0]


def reaches(probability, threshold):
    """Whether a probability reaches a threshold; an equal one does."""
    return probability >= threshold - TOLERANCE


def _reached(probabilities, thresholds):
    return [label for label, pair in enumerate(zip(probabilities, thresholds)) if reaches(*pair)]


def most_probable(probabilities):
    """The class of the largest probability; of equal ones the first."""
    return max(range(len(probabilities)), key=lambda label: (probabilities[label], -label))


def suggested_label(probabilities, thresholds, given=None):
    """The most probable class among those that reach their threshold, or None; of equals the given label, else the first."""
    reached = _reached(probabilities, thresholds)
    if not reached:
        return None
    return max(reached, key=lambda label: (probabilities[label] + TOLERANCE * (label == given), -label))


def category(probabilities, thresholds, given, lower_thresholds=None):
    """Where a picture belongs: "agreement" or "issue"; without a suggestion "unconfident" or "ood".

    "none" stands for the last two where there are no lower thresholds to tell them apart.
    """
    suggested = suggested_label(probabilities, thresholds, given)
    if suggested is not None:
        return "agreement" if suggested == given else "issue"
    if lower_thresholds is None:
        return "none"
    return "unconfident" if _reached(probabilities, lower_thresholds) else "ood"


def percentile(values, share):
    """The value below which ``share`` per cent of the values lie, interpolated between neighbours."""
    ordered = sorted(values)
    position = (len(ordered) - 1) * share / 100
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def mean(values):
    """The arithmetic mean."""
    return sum(values) / len(values)


def rescaled(parts, moved, value):
    """Whole per cents that still add up to 100 after one of them was moved.

    The others keep their proportions, or share equally where all of them were zero.
    """
    rest = 100 - value
    others = [place for place in range(len(parts)) if place != moved]
    total = sum([parts[place] for place in others])
    exact = {place: rest * parts[place] / total if total else rest / len(others) for place in others}
    result = list(parts)
    result[moved] = value
    for place in others:
        result[place] = int(exact[place])
    missing = 100 - sum(result)
    for place in sorted(others, key=lambda other: int(exact[other]) - exact[other])[:missing]:
        result[place] += 1
    return result


def number(value):
    """A probability as the examples show it."""
    return decimal(value, 2)


def verdict_of_most_probable(classes, probabilities, given):
    """What the simplest rule says: whether it is a label error, and why, as a text."""
    top = most_probable(probabilities)
    values = {"class": classes[top], "prob": number(probabilities[top])}
    text = _("Most probable is {suggested|%(class)s}, with %(prob)s.") % values
    if top == given:
        return False, sentences([text, _("The label says the same: no error.")])
    return True, sentences([text, _("The label says {given|%s}: an error.") % classes[given]])


def verdict_of_thresholds(classes, probabilities, thresholds, given, lower_thresholds=None):
    """What our rule says: the category, and why, as a text."""
    found = category(probabilities, thresholds, given, lower_thresholds)
    if found == "none":
        return found, _("No class reaches its threshold: nothing is suggested, and no label accused.")
    if found == "ood":
        return found, _("Every class stays below its lower bar: {ood|out of distribution}.")
    if found == "unconfident":
        above = [classes[label] for label in _reached(probabilities, lower_thresholds)]
        if len(above) == 1:
            return found, _("No class reaches its threshold, but %s reaches the lower bar: *unconfident*.") % above[0]
        return found, _("No class reaches its threshold, but %s reach the lower bar: *unconfident*.") % joined(above)
    text = _why_suggested(classes, probabilities, thresholds, given)
    if found == "agreement":
        return found, sentences([text, _("The label says the same: no error.")])
    return found, sentences([text, _("The label says {given|%s}: a label issue.") % classes[given]])


def _why_suggested(classes, probabilities, thresholds, given):
    reached = _reached(probabilities, thresholds)
    suggested = suggested_label(probabilities, thresholds, given)
    values = {
        "class": classes[suggested],
        "count": len(reached),
        "prob": number(probabilities[suggested]),
        "threshold": number(thresholds[suggested]),
    }
    if len(reached) > 1:
        return _("{suggested|%(class)s} is the most probable of the %(count)d that reach their threshold.") % values
    return _("Only {suggested|%(class)s} reaches its threshold: %(prob)s of %(threshold)s.") % values

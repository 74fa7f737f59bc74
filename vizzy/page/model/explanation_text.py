"""What the page says about an example, in words. Text in, text out: no DOM.

A text is a list of ``(kind, words)`` pieces; the kinds are "" (plain), "given", "suggested",
"ood", "class" and "number", and the stylesheet gives each its look.
"""

from vizzy.vocabulary import AGREEMENT, OUT_OF_DISTRIBUTION, UNCONFIDENT


def ordinal(number):
    """1st, 2nd, 3rd, 11th, 50th."""
    if 10 <= number % 100 <= 20:
        return str(number) + "th"
    return str(number) + {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def number(value):
    """A probability with three decimals."""
    return "{:.3f}".format(value)


def joined(names):
    """cat; cat and dog; cat, dog and bear."""
    if len(names) < 2:
        return "".join(names)
    return ", ".join(names[:-1]) + " and " + names[-1]


def counted(count, thing, things=None):
    """1 image, 2,000 images."""
    return "{} {}".format(thousands(count), thing if count == 1 else things or thing + "s")


def thousands(count):
    """A count as it is read: 12,345."""
    text = str(count)
    parts = []
    while len(text) > 3:
        parts.append(text[-3:])
        text = text[:-3]
    return ",".join([text] + parts[::-1])


def duration(seconds):
    """About 4 seconds, about 3 minutes."""
    if seconds < 1:
        return "under a second"
    if seconds < 90:
        return "about " + counted(int(seconds + 0.5), "second")
    return "about " + counted(int(seconds / 60 + 0.5), "minute")


def counts_sentence(counts):
    """What a slider's step has led to, for the live region."""
    return "{}, {} out of distribution, {} unconfident".format(
        counted(counts["label_issues"], "label issue"), counts["out_of_distribution"], counts["unconfident"]
    )


def agreement(accuracy):
    """How many given labels the model would have given too."""
    return "Agrees with {:.1f} % of the given labels.".format(100 * accuracy)


def comparison(before, after):
    """What training again has changed: each (accuracy, counts)."""
    return "Before: {:.1f} %, {}; now {}.".format(
        100 * before[0],
        counted(before[1]["label_issues"], "label issue"),
        after[1]["label_issues"],
    )


def score_sentence(score):
    """How right the first two lists are."""
    return "{} of {} problems found, {}".format(
        score["found"], score["problems"], counted(score["flagged"] - score["found"], "false alarm")
    )


def most_suspect(analysis):
    """The example that an analysis puts first: of the label issues, else of the other lists; None where all is well."""
    for name in ("label_issues", "out_of_distribution", "unconfident"):
        if analysis[name]:
            return analysis[name][0]
    return None


def reason(explanation, classes, state):
    """Why an example is where it is.

    Parameters
    ----------
    explanation : dict
        As ``vizzy.session.Session.explain`` makes it.
    classes : list of str
    state : State

    Returns
    -------
    list of (str, str)
    """
    if explanation["category"] == OUT_OF_DISTRIBUTION:
        return _out_of_distribution(explanation, classes, state)
    if explanation["category"] == UNCONFIDENT:
        return _unconfident(explanation, classes, state)
    return _suggested(explanation, classes, state)


def remedy(explanation, classes, state):
    """What would change an example's place, or an empty list where nothing on the sliders would."""
    if state.threshold_mode == "mean":
        return []
    if state.ood_mode == "outliers" and explanation["category"] == OUT_OF_DISTRIBUTION:
        return []
    if explanation["suggested_label"] < 0:
        return _when_suggested(explanation, classes)
    return _when_not_suggested(explanation, classes)


def _threshold_name(state):
    if state.threshold_mode == "mean":
        return "the mean"
    return "the " + ordinal(state.class_percentile) + " percentile"


def _suggested(explanation, classes, state):
    suggested = explanation["suggested_label"]
    name = classes[suggested]
    probs = explanation["pred_probs"]
    text = [
        ("", "The model gives "),
        ("suggested", name),
        ("", " "),
        ("number", number(probs[suggested])),
        ("", ", which reaches that class's threshold of "),
        ("number", number(explanation["class_thresholds"][suggested])),
        ("", " (" + _threshold_name(state) + ")."),
    ]
    text += _passed_over(explanation, classes)
    if explanation["category"] == AGREEMENT:
        return text + [("", " The suggestion agrees with the given label.")]
    return text + [
        ("", " It was given "),
        ("given", classes[explanation["given_label"]]),
        ("", ", at only "),
        ("number", number(probs[explanation["given_label"]])),
        ("", ": a likely label error."),
    ]


def _passed_over(explanation, classes):
    """A class that is more probable than the suggested one, but below its own threshold."""
    probs = explanation["pred_probs"]
    suggested = explanation["suggested_label"]
    top = max(range(len(probs)), key=lambda label: probs[label])
    if probs[top] <= probs[suggested]:
        return []
    threshold = explanation["class_thresholds"][top]
    below = "its threshold of " + number(threshold) if threshold is not None else "no threshold, as nothing is given it"
    return [
        ("", " " + classes[top] + " has more, "),
        ("number", number(probs[top])),
        ("", ", but " + ("stays below " if threshold is not None else "has ") + below + "."),
    ]


def _out_of_distribution(explanation, classes, state):
    if state.ood_mode == "outliers":
        return [
            ("", "It is an "),
            ("ood", "outlier"),
            ("", ": far from every class and from its neighbours, while the model is unsure"),
            ("", ". (With probabilities alone: they are nearly the same for all classes.) It may belong to none of them."),
        ]
    return [
        ("", "Every class stays below its "),
        ("ood", "out-of-distribution threshold"),
        ("", " (the " + ordinal(state.ood_percentile) + " percentile); the nearest is "),
        ("", _nearest(explanation, classes, "ood_thresholds")),
        ("", ". It may belong to none of them."),
    ]


def _unconfident(explanation, classes, state):
    if state.ood_mode == "outliers":
        return [
            ("", "No class reaches its "),
            ("class", "class threshold"),
            ("", " (" + _threshold_name(state) + "), so nothing is suggested; the nearest is "),
            ("", _nearest(explanation, classes, "class_thresholds")),
            ("", ". It is no outlier: the model is merely unconfident."),
        ]
    kept_in = [name for name, reached in zip(classes, explanation["reaches_ood"]) if reached]
    return [
        ("", "No class reaches its "),
        ("class", "class threshold"),
        ("", " (" + _threshold_name(state) + "), so nothing is suggested; the nearest is "),
        ("", _nearest(explanation, classes, "class_thresholds")),
        ("", ". But " + joined(kept_in) + (" stays" if len(kept_in) == 1 else " stay") + " above the "),
        ("ood", "out-of-distribution threshold"),
        ("", ": the model is merely unconfident."),
    ]


def _nearest(explanation, classes, kind):
    """The class whose threshold is least far above the example's probability, in words."""
    gaps = [
        (threshold - prob, label)
        for label, (threshold, prob) in enumerate(zip(explanation[kind], explanation["pred_probs"]))
        if threshold is not None
    ]
    label = min(gaps)[1]
    return "{} with {} of {}".format(
        classes[label], number(explanation["pred_probs"][label]), number(explanation[kind][label])
    )


def _when_suggested(explanation, classes):
    """The highest class percentile at which some class would be suggested."""
    up_to = explanation["suggested_up_to"]
    label = max(range(len(up_to)), key=lambda other: up_to[other])
    if up_to[label] < 0:
        return [("", "No class percentile would suggest a label for it.")]
    return [
        ("", "At class percentile " + str(int(up_to[label])) + " or below, "),
        ("suggested", classes[label]),
        ("", " would be suggested."),
    ]


def _when_not_suggested(explanation, classes):
    """The class percentile above which nothing is suggested any more."""
    highest = max(explanation["suggested_up_to"])
    if highest >= 100:
        return [("", "It keeps a suggestion at every class percentile.")]
    return [("", "At class percentile " + str(int(highest) + 1) + " or above, nothing would be suggested.")]

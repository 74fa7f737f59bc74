"""What the labs say. Text and numbers in, text out: no DOM. Pieces of a text are those of `vizzy.page.model.explanation_text`."""

from vizzy.page.language import counted, decimal, joined, ordinal

# In tuples, as MicroPython's dicts keep no order.
WAYS = (
    ("argmax", "Most probable", "flag whenever the most probable class is not the given one"),
    ("original", "Original app", "the same, if that class reaches its threshold"),
    ("percentile", "Percentile", "the most probable class among those that reach their threshold"),
    ("mean", "Mean", "the same with the mean as threshold, as in the paper"),
    ("noise_rate", "Noise rate", "as many as the confident joint says are wrong, the clearest first"),
)
MODELS = (
    ("svm", "Support vector machine", "SVM"),
    ("logistic", "Logistic regression", "logistic"),
    ("neighbours", "Nearest neighbours", "neighbours"),
)


def why_missed(missed, classes):
    """Why a problem is not flagged, and what would flag it.

    Parameters
    ----------
    missed : dict
        As ``vizzy.labs.score.missed_problem`` makes it.
    classes : list of str

    Returns
    -------
    list of (str, str)
        Pieces of text.
    """
    keeper = classes[missed["keeper"]]
    if missed["agrees"]:
        text = [
            ("", "The model agrees with the label: "),
            ("suggested", keeper),
            ("", " gets " + decimal(missed["prob"]) + ", its threshold is " + decimal(missed["threshold"]) + "."),
        ]
    else:
        text = [
            ("", "Unconfident: no class reaches its threshold, and "),
            ("ood", keeper),
            ("", "’s " + decimal(missed["prob"]) + " is above its out-of-distribution threshold, " + decimal(missed["threshold"]) + "."),
        ]
    return text + [("", " " + what_would_flag(missed))]


def what_would_flag(missed):
    """The percentile at which a missed problem is flagged."""
    above, up_to = missed["issue_from"] or (0, -1)
    if int(up_to) > above:
        if above < 0:
            return "Flagged at class percentile {} and below.".format(int(up_to))
        return "Flagged at class percentiles {} to {}.".format(int(above) + 1, int(up_to))
    if missed["no_class_above"] < 100:
        return "Out of distribution above the {} percentile.".format(ordinal(int(missed["no_class_above"])))
    return "No percentile flags it."


def recall_of(tally):
    """The heading of a column of recalls, which says of how many: a recall of 9 is another than one of 18."""
    return "recall, of {}".format(tally["problems"])


def elsewhere(counts):
    """Which of both kinds of problem stand in the other list; an empty text for none."""
    parts = []
    if counts["no_class"]:
        parts.append("{} of no class among the label issues".format(counts["no_class"]))
    if counts["wrong_label"]:
        parts.append(counted(counts["wrong_label"], "{} wrong label among those out of distribution", "{} wrong labels among those out of distribution"))
    return "Found in the other list: " + joined(parts) + "." if parts else ""


def at_class_percentile(percentile, values):
    """What a threshold chart says at a percentile: ``values`` are (name, text) pairs."""
    return "{} class percentile: ".format(ordinal(percentile)) + ", ".join([name + " " + text for name, text in values])


def mean_percentiles(percentiles, classes):
    """Which percentile each class's mean is."""
    there = [
        "{} the {}".format(name, ordinal(int(percentile + 0.5)))
        for name, percentile in zip(classes, percentiles)
        if percentile is not None
    ]
    if len(there) > 6:
        there = there[:6] + ["and so on"]
        return "The mean is a different percentile for every class: " + ", ".join(there) + "."
    return "The mean is, for " + joined(there) + " percentile." if there else ""


def unsure(counter, classes):
    """The first counter-example in words."""
    if not counter["count"]:
        return "No example here: whenever the model's favourite differs from the label, some class reaches its threshold."
    top = max(range(len(classes)), key=lambda label: counter["probs"][label])
    return "{} so. Here {} is the most probable with {}, below its threshold of {}: a guess, yet flagged.".format(
        _are(counter["count"]), classes[top], decimal(counter["probs"][top]), _threshold(counter["thresholds"][top])
    )


def uneven(counter, classes):
    """The second counter-example in words."""
    if not counter["count"]:
        return "No example here: whoever reaches a threshold is also the favourite. Call many of one class by another's name, and train again."
    probs, thresholds = counter["probs"], counter["thresholds"]
    top = max(range(len(classes)), key=lambda label: probs[label])
    reached = [label for label in range(len(classes)) if thresholds[label] is not None and probs[label] >= thresholds[label] - 1e-6]
    winner = max(reached, key=lambda label: probs[label])
    return "{} so. Here {} has {}, but stays below its {}; {} with {} reaches its {}.".format(
        _are(counter["count"]),
        classes[top],
        decimal(probs[top]),
        _threshold(thresholds[top]),
        classes[winner],
        decimal(probs[winner]),
        _threshold(thresholds[winner]),
    )


def _are(count):
    return "1 example is" if count == 1 else "{} examples are".format(count)


def _threshold(value):
    return "none" if value is None else decimal(value)


def challenge_result(marked, hidden, flagged):
    """How a reader did against the algorithm: three sets of examples in, a text out."""
    mine, its = len(marked & hidden), len(flagged & hidden)
    who = "You win" if mine > its else "The algorithm wins" if its > mine else "A draw"
    text = "{}: you found {} of {} with {}, the algorithm {} with {}.".format(
        who,
        mine,
        len(hidden),
        counted(len(marked - hidden), "{} false alarm", "{} false alarms"),
        its,
        len(flagged - hidden),
    )
    together = len((marked | flagged) & hidden)
    return text + " Together: {} of {}.".format(together, len(hidden))


def first_changed_line(before, after):
    """The first line of a text that another does not have, and that stands in it once; None where there is none."""
    lines, known = after.split("\n"), set(before.split("\n"))
    for line in lines:
        if line.strip() and line not in known and lines.count(line) == 1:
            return line
    return None


def selection(count, given_counts, flagged, classes):
    """What lies in an area of the map."""
    if not count:
        return "Nothing is selected."
    labels = ["{} {}".format(number_of, name) for name, number_of in zip(classes, given_counts) if number_of]
    if len(labels) > 5:
        labels = labels[:5] + ["others"]
    return "{} selected, given {}; {} flagged.".format(count, joined(labels), flagged)

"""What the labs say. Text and numbers in, text out: no DOM. Pieces of a text are those of `vizzy.page.model.explanation_text`."""

from vizzy.page.language import _, counted, decimal, followed, joined, ordinal, pieces, sentences

# In tuples, as MicroPython's dicts keep no order.
WAYS = (
    ("argmax", _("Most probable"), _("flag whenever the most probable class is not the given one")),
    ("original", _("Original app"), _("the same, if that class reaches its threshold")),
    ("percentile", _("Percentile"), _("the most probable class among those that reach their threshold")),
    ("mean", _("Mean"), _("the same with the mean as threshold, as in the paper")),
    ("noise_rate", _("Noise rate"), _("as many as the confident joint says are wrong, the clearest first")),
)
MEASURES = _(
    "Precision: how many of the flagged are really wrong. Recall: how many of the wrong are flagged. "
    "F1: one number for both, high only where both are high."
)
MODELS = (
    ("svm", _("Support vector machine"), _("SVM")),
    ("logistic", _("Logistic regression"), _("logistic")),
    ("neighbours", _("Nearest neighbours"), _("neighbours")),
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
    if missed["agrees"]:
        kind, text = "suggested", _("The model agrees with the label: {keeper} gets {prob}, its threshold is {threshold}.")
    else:
        kind = "ood"
        text = _(
            "Unconfident: no class reaches its threshold, and {keeper}’s {prob} is above its out-of-distribution "
            "threshold, {threshold}."
        )
    values = {
        "keeper": (kind, classes[missed["keeper"]]),
        "prob": ("", decimal(missed["prob"])),
        "threshold": ("", decimal(missed["threshold"])),
    }
    return followed(pieces(text, values), [("", what_would_flag(missed))])


def missed_sentence(missed, classes):
    """What a problem is given and what it is in truth, and why it is not flagged; see `why_missed`."""
    truth = _("no class") if missed["true"] < 0 else classes[missed["true"]]
    values = {"given": ("given", classes[missed["given"]]), "truth": ("", truth)}
    return followed(pieces(_("{given} True label: {truth}."), values), why_missed(missed, classes))


def what_would_flag(missed):
    """The percentile at which a missed problem is flagged."""
    above, up_to = missed["issue_from"] or (0, -1)
    if int(up_to) > above:
        if above < 0:
            return _("Flagged at class percentile {} and below.").format(int(up_to))
        return _("Flagged at class percentiles {} to {}.").format(int(above) + 1, int(up_to))
    if missed["no_class_above"] < 100:
        return _("Flagged as out of distribution above the {} percentile.").format(ordinal(int(missed["no_class_above"])))
    return _("No percentile flags it.")


def recall_of(tally):
    """The heading of a column of recalls, which says of how many: a recall of 9 is another than one of 18."""
    return _("recall, of {}").format(tally["problems"])


def elsewhere(counts):
    """Which of both kinds of problem stand in the other list; an empty text for none."""
    parts = []
    if counts["no_class"]:
        parts.append(_("{} of no class among the label issues").format(counts["no_class"]))
    if counts["wrong_label"]:
        parts.append(counted(counts["wrong_label"], "{} wrong label among those out of distribution", "{} wrong labels among those out of distribution"))
    return _("Found in the other list: {}.").format(joined(parts)) if parts else ""


def at_class_percentile(percentile, values):
    """What a threshold chart says at a percentile: ``values`` are (name, text) pairs."""
    said = _(", ").join([name + " " + text for name, text in values])
    return _("{} class percentile: {}").format(ordinal(percentile), said)


def mean_percentiles(percentiles, classes):
    """Which percentile each class's mean is."""
    there = [
        _("{} the {}").format(name, ordinal(int(percentile + 0.5)))
        for name, percentile in zip(classes, percentiles)
        if percentile is not None
    ]
    if len(there) > 6:
        there = there[:6] + [_("and so on")]
        return _("The mean is a different percentile for every class: {}.").format(_(", ").join(there))
    return _("The mean as a percentile: {}.").format(joined(there)) if there else ""


def unsure(counter, classes):
    """The first counter-example in words."""
    if not counter["count"]:
        return _("No such example here: wherever the most probable class differs from the given label, some class reaches its threshold.")
    top = max(range(len(classes)), key=lambda label: counter["probs"][label])
    example = _("Here {} is the most probable with {}, below its threshold of {}: a guess, yet flagged.").format(
        classes[top], decimal(counter["probs"][top]), _threshold(counter["thresholds"][top])
    )
    return sentences([_examples(counter["count"]), example])


def uneven(counter, classes):
    """The second counter-example in words."""
    if not counter["count"]:
        return _("No such example here: where a class reaches its threshold, the most probable class does too. Give many examples of one class the label of another, and train again.")
    probs, thresholds = counter["probs"], counter["thresholds"]
    top = max(range(len(classes)), key=lambda label: probs[label])
    reached = [label for label in range(len(classes)) if thresholds[label] is not None and probs[label] >= thresholds[label] - 1e-6]
    winner = max(reached, key=lambda label: probs[label])
    example = _("Here {} has {}, but stays below its {}; {} with {} reaches its {}.").format(
        classes[top],
        decimal(probs[top]),
        _threshold(thresholds[top]),
        classes[winner],
        decimal(probs[winner]),
        _threshold(thresholds[winner]),
    )
    return sentences([_examples(counter["count"]), example])


def _examples(count):
    return counted(count, "{} example.", "{} examples.")


def _threshold(value):
    return _("none") if value is None else decimal(value)


def challenge_result(marked, hidden, flagged):
    """How a reader did against the algorithm: three sets of examples in, a text out."""
    mine, its = len(marked & hidden), len(flagged & hidden)
    who = _("You win") if mine > its else _("The algorithm wins") if its > mine else _("A draw")
    text = _("{}: you found {} of {} with {}, the algorithm {} with {}.").format(
        who,
        mine,
        len(hidden),
        counted(len(marked - hidden), "{} false alarm", "{} false alarms"),
        its,
        len(flagged - hidden),
    )
    together = len((marked | flagged) & hidden)
    return sentences([text, _("Together: {} of {}.").format(together, len(hidden))])


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
        return _("Nothing is selected.")
    labels = ["{} {}".format(number_of, name) for name, number_of in zip(classes, given_counts) if number_of]
    if len(labels) > 5:
        labels = labels[:5] + [_("others")]
    return _("{} selected, given {}; {} flagged.").format(count, joined(labels), flagged)

"""What the page says about an example, in words. Text in, text out: no DOM.

A text is a list of ``(kind, words)`` pieces; the kinds are "" (plain), "given", "suggested",
"ood", "class" and "number", and the stylesheet gives each its look.
"""

from vizzy.page.language import _, counted, decimal, followed, joined, ordinal, percent, pieces, sentences, thousands
from vizzy.vocabulary import AGREEMENT, NOISE_RATE, OUT_OF_DISTRIBUTION, UNCONFIDENT


def counts_sentence(counts):
    """What a slider's step has led to, for the live region."""
    return _("{}, {} out of distribution, {} unconfident").format(
        label_issues(counts["label_issues"]), counts["out_of_distribution"], counts["unconfident"]
    )


def label_issues(count):
    """1 label issue, 12 label issues."""
    return counted(count, "{} label issue", "{} label issues")


def agreement(accuracy):
    """How many given labels the model would have given too."""
    return _("Agrees with {} of the given labels.").format(percent(accuracy, 1))


def comparison(before, after):
    """What training again has changed: each (accuracy, analysis)."""
    were, are = before[1]["counts"]["label_issues"], after[1]["counts"]["label_issues"]
    text = _("Before: {}, {}; now {}.").format(percent(before[0], 1), label_issues(were), thousands(are))
    listed_before, listed_now = before[1]["label_issues"], after[1]["label_issues"]
    if len(listed_before) < were or len(listed_now) < are:
        return text  # not all are listed, so nobody knows here which are new
    already = set(listed_before)
    new = len([example for example in listed_now if example not in already])
    return sentences([text, counted(new, "{} of them is new.", "{} of them are new.")]) if new else text


def score_sentence(score):
    """How right the first two lists are."""
    return _("{} of {} problems found, {}").format(
        score["found"], score["problems"], counted(score["flagged"] - score["found"], "{} false alarm", "{} false alarms")
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
    if state.threshold_mode == NOISE_RATE and explanation["category"] != AGREEMENT:
        return _by_noise_rate(explanation, classes)
    if explanation["category"] == UNCONFIDENT:
        return _unconfident(explanation, classes, state)
    return _suggested(explanation, classes, state)


def remedy(explanation, classes, state):
    """What would change an example's place, or an empty list where nothing on the sliders would."""
    if state.threshold_mode != "percentile":
        return []
    if state.ood_mode == "outliers" and explanation["category"] == OUT_OF_DISTRIBUTION:
        return []
    if explanation["suggested_label"] < 0:
        return _when_suggested(explanation, classes)
    return _when_not_suggested(explanation)


def _threshold_name(state):
    if state.threshold_mode != "percentile":
        return _("the mean")
    return percentile_name(state.class_percentile)


def percentile_name(percentile):
    """The 50th percentile."""
    return _("the {} percentile").format(ordinal(percentile))


def _suggested(explanation, classes, state):
    suggested = explanation["suggested_label"]
    given = explanation["given_label"]
    probs = explanation["pred_probs"]
    text = pieces(
        _("The model gives {suggested} {prob}, which reaches that class's threshold of {threshold} ({rule})."),
        {
            "suggested": ("suggested", classes[suggested]),
            "prob": _number(probs[suggested]),
            "threshold": _number(explanation["class_thresholds"][suggested]),
            "rule": ("", _threshold_name(state)),
        },
    )
    text = followed(text, _passed_over(explanation, classes))
    if explanation["category"] == AGREEMENT:
        return followed(text, [("", _("The suggestion agrees with the given label."))])
    error = _("It was given {given}, at only {prob}: a likely label error.")
    return followed(text, pieces(error, {"given": ("given", classes[given]), "prob": _number(probs[given])}))


def _by_noise_rate(explanation, classes):
    """Why a label is flagged, or not, where as many are as the noise rates say."""
    probs, given = explanation["pred_probs"], explanation["given_label"]
    if explanation["category"] == UNCONFIDENT:
        return pieces(
            _("It was given {given}, at {prob}. Not enough labels of that class are estimated to be wrong for this one to be flagged."),
            {"given": ("given", classes[given]), "prob": _number(probs[given])},
        )
    suggested = explanation["suggested_label"]
    return pieces(
        _(
            "The model gives {suggested} {prob}, and the given label {given} only {given_prob}. By the estimated noise rates some "
            "labels of {given} are wrong, and this is among the clearest."
        ),
        {
            "suggested": ("suggested", classes[suggested]),
            "prob": _number(probs[suggested]),
            "given": ("given", classes[given]),
            "given_prob": _number(probs[given]),
        },
    )


def _number(value):
    """A probability or a threshold as a piece of text."""
    return "number", decimal(value)


def _passed_over(explanation, classes):
    """A class that is more probable than the suggested one, but below its own threshold."""
    probs = explanation["pred_probs"]
    suggested = explanation["suggested_label"]
    top = max(range(len(probs)), key=lambda label: probs[label])
    if probs[top] <= probs[suggested]:
        return []
    threshold = explanation["class_thresholds"][top]
    values = {"class": ("", classes[top]), "prob": _number(probs[top])}
    if threshold is None:
        return pieces(_("{class} has more, {prob}, but has no threshold, as nothing is given it."), values)
    values["threshold"] = ("", decimal(threshold))
    return pieces(_("{class} has more, {prob}, but stays below its threshold of {threshold}."), values)


def _out_of_distribution(explanation, classes, state):
    if state.ood_mode == "outliers":
        text = _(
            "It is an {ood}: far from every class and from its neighbours, while the model is unsure. (With probabilities "
            "alone: they are nearly the same for all classes.) It may belong to none of them."
        )
        return pieces(text, {"ood": ("ood", _("outlier"))})
    return pieces(
        _("Every class stays below its {threshold} ({rule}); the nearest is {nearest}. It may belong to none of them."),
        {
            "threshold": ("ood", _("out-of-distribution threshold")),
            "rule": ("", percentile_name(state.ood_percentile)),
            "nearest": ("", _nearest(explanation, classes, "ood_thresholds")),
        },
    )


def _unconfident(explanation, classes, state):
    text = pieces(
        _("No class reaches its {threshold} ({rule}), so nothing is suggested; the nearest is {nearest}."),
        {
            "threshold": ("class", _("class threshold")),
            "rule": ("", _threshold_name(state)),
            "nearest": ("", _nearest(explanation, classes, "class_thresholds")),
        },
    )
    if state.ood_mode == "outliers":
        return followed(text, [("", _("It is no outlier: the model is merely unconfident."))])
    kept_in = [label for label, reached in enumerate(explanation["reaches_ood"]) if reached]
    values = {"names": ("", joined([classes[label] for label in kept_in])), "threshold": ("ood", _("out-of-distribution threshold"))}
    if len(kept_in) == 1:
        reason = _("But {names}, with {prob}, is above its {threshold} of {value}: the model is merely unconfident.")
        values["prob"] = ("", decimal(explanation["pred_probs"][kept_in[0]]))
        values["value"] = ("", decimal(explanation["ood_thresholds"][kept_in[0]]))
    else:
        reason = _("But {names} stay above the {threshold}: the model is merely unconfident.")
    return followed(text, pieces(reason, values))


def _nearest(explanation, classes, kind):
    """The class whose threshold is least far above the example's probability, in words."""
    gaps = [
        (threshold - prob, label)
        for label, (threshold, prob) in enumerate(zip(explanation[kind], explanation["pred_probs"]))
        if threshold is not None
    ]
    label = min(gaps)[1]
    return _("{} with {}, short of its {}").format(
        classes[label], decimal(explanation["pred_probs"][label]), decimal(explanation[kind][label])
    )


def _when_suggested(explanation, classes):
    """The highest class percentile at which some class would be suggested."""
    up_to = explanation["suggested_up_to"]
    label = max(range(len(up_to)), key=lambda other: up_to[other])
    if up_to[label] < 0:
        return [("", _("No class percentile would suggest a label for it."))]
    return pieces(
        _("At class percentile {percentile} or below, {suggested} would be suggested."),
        {"percentile": ("", str(int(up_to[label]))), "suggested": ("suggested", classes[label])},
    )


def _when_not_suggested(explanation):
    """The class percentile above which nothing is suggested any more."""
    highest = max(explanation["suggested_up_to"])
    if highest >= 100:
        return [("", _("It keeps a suggestion at every class percentile."))]
    return [("", _("At class percentile {} or above, nothing would be suggested.").format(int(highest) + 1))]

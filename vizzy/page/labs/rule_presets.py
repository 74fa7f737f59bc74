"""Other rules to try in the editor: each is the source of one function of `vizzy.confident`, written differently."""

from vizzy.page.language import _

PRESETS = (
    ("", _("Try…")),
    ("naive", _("the most probable wins")),
    ("single", _("one threshold of 0.5 for all")),
    ("original", _("the original app's rule")),
    ("strict", _("twice as probable as the given label")),
)
BODIES = {
    "naive": """def suggested_label(pred_probs, thresholds, given_label=None):
    # Never in doubt: the thresholds are not even looked at.
    return pred_probs.argmax(axis=1)
""",
    "single": """def reaches(pred_probs, thresholds):
    # The same bar for every class, whatever the sliders say.
    return pred_probs >= 0.5 + 0 * thresholds
""",
    "original": """def suggested_label(pred_probs, thresholds, given_label=None):
    # The most probable class, if it reaches its threshold; the others are not asked.
    most_probable = pred_probs.argmax(axis=1)
    reached = reaches(pred_probs, thresholds)[np.arange(len(pred_probs)), most_probable]
    return np.where(reached, most_probable, NO_LABEL)
""",
    "strict": """original_analyse = analyse


def analyse(given_label, pred_probs, *settings):
    # A label issue only where the suggested label is twice as probable as the given one.
    analysis = original_analyse(given_label, pred_probs, *settings)
    rows = np.arange(len(pred_probs))
    suggested = np.where(analysis.label_issue_mask, analysis.suggested_label, given_label)
    sure = pred_probs[rows, suggested] >= 2 * pred_probs[rows, given_label]
    doubtful = analysis.label_issue_mask & ~sure
    suggested = np.where(doubtful, NO_LABEL, analysis.suggested_label)
    return Analysis(
        class_thresholds=analysis.class_thresholds,
        ood_thresholds=analysis.ood_thresholds,
        suggested_label=suggested,
        confident_joint=confident_joint(given_label, suggested, pred_probs.shape[1]),
        label_issue_mask=analysis.label_issue_mask & sure,
        out_of_distribution_mask=analysis.out_of_distribution_mask,
        unconfident_mask=analysis.unconfident_mask | doubtful,
    )
""",
}


def with_function(source, body, functions):
    """The source with one function put in place of the one of its name, or, where it begins otherwise, at the end."""
    for function in functions:
        if body.startswith("def " + function["name"] + "("):
            return source.replace(function["source"], body)
    return source + "\n\n" + body

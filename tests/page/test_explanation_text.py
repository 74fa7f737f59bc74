"""What the page says; runs under MicroPython, too (test_micropython.py)."""

from vizzy.page.model import explanation_text
from vizzy.page.model.state import State
from vizzy.vocabulary import AGREEMENT, LABEL_ISSUE, OUT_OF_DISTRIBUTION, UNCONFIDENT

CLASSES = ["dog", "cat", "bear"]


def explanation(**changes):
    values = {
        "category": AGREEMENT,
        "given_label": 1,
        "suggested_label": 1,
        "pred_probs": [0.5, 0.49, 0.01],
        "class_thresholds": [0.9, 0.35, 0.8],
        "ood_thresholds": [0.6, 0.2, 0.5],
        "reaches_class": [False, True, False],
        "reaches_ood": [False, True, False],
        "suggested_up_to": [12.5, 61.7, -1],
        "suggested_above": [0, 12.5, -1],
        "out_of_distribution_above": 61.7,
    }
    values.update(changes)
    return values


def said(text):
    return "".join([piece for _, piece in text])


def test_a_suggestion_below_the_most_probable_class_is_explained():
    text = said(explanation_text.reason(explanation(), CLASSES, State()))
    assert "gives cat 0.490" in text
    assert "threshold of 0.350 (the 50th percentile)" in text
    assert "dog has more, 0.500, but stays below its threshold of 0.900" in text
    assert text.endswith("agrees with the given label.")


def test_a_label_issue_names_both_labels():
    text = said(explanation_text.reason(explanation(category=LABEL_ISSUE, given_label=2), CLASSES, State()))
    assert text.endswith("It was given bear, at only 0.010: a likely label error.")


def test_the_mean_is_named_where_it_is_the_threshold():
    text = said(explanation_text.reason(explanation(), CLASSES, State(threshold_mode="mean")))
    assert "(the mean)" in text


def test_by_noise_rate_no_threshold_is_the_reason():
    state = State(threshold_mode="noise-rate")
    flagged = said(explanation_text.reason(explanation(category=LABEL_ISSUE, given_label=2), CLASSES, state))
    assert flagged.startswith("The model gives cat 0.490, and the given label bear only 0.010.")
    assert "threshold" not in flagged
    kept = said(explanation_text.reason(explanation(category=UNCONFIDENT, given_label=2, suggested_label=-1), CLASSES, state))
    assert kept.startswith("It was given bear, at 0.010. Not enough labels of that class")
    assert explanation_text.remedy(explanation(), CLASSES, state) == []


def test_out_of_distribution_names_the_nearest_class():
    case = explanation(category=OUT_OF_DISTRIBUTION, suggested_label=-1, pred_probs=[0.55, 0.1, 0.35])
    text = said(explanation_text.reason(case, CLASSES, State()))
    assert "the 15th percentile" in text
    assert "nearest is dog with 0.550, short of its 0.600" in text


def test_unconfident_says_why_it_is_not_out_of_distribution():
    case = explanation(category=explanation_text.UNCONFIDENT, suggested_label=-1, reaches_ood=[True, True, False])
    text = said(explanation_text.reason(case, CLASSES, State()))
    assert "dog and cat stay above" in text
    one = explanation(
        category=explanation_text.UNCONFIDENT, suggested_label=-1, reaches_ood=[False, True, False], pred_probs=[0.55, 0.3, 0.15]
    )
    text = said(explanation_text.reason(one, CLASSES, State()))
    assert "But cat, with 0.300, is above its out-of-distribution threshold of 0.200: the model" in text


def test_a_class_nobody_is_given_is_not_the_nearest():
    case = explanation(
        category=explanation_text.UNCONFIDENT, suggested_label=-1, class_thresholds=[None, 0.95, 0.9], pred_probs=[0.6, 0.3, 0.1]
    )
    assert "nearest is cat" in said(explanation_text.reason(case, CLASSES, State()))


def test_what_would_change_it_counts_whole_percentiles():
    unsuggested = explanation(suggested_label=-1, category=explanation_text.UNCONFIDENT)
    assert said(explanation_text.remedy(unsuggested, CLASSES, State())) == "At class percentile 61 or below, cat would be suggested."
    assert said(explanation_text.remedy(explanation(), CLASSES, State())) == "At class percentile 62 or above, nothing would be suggested."


def test_what_no_slider_can_change_is_said_so():
    never = explanation(suggested_label=-1, suggested_up_to=[-1, -1, -1])
    assert "No class percentile" in said(explanation_text.remedy(never, CLASSES, State()))
    always = explanation(suggested_up_to=[100, 5, -1])
    assert "every class percentile" in said(explanation_text.remedy(always, CLASSES, State()))


def test_in_mean_mode_the_percentile_changes_nothing():
    assert explanation_text.remedy(explanation(), CLASSES, State(threshold_mode="mean")) == []


def test_one_issue_is_singular():
    counts = {"label_issues": 1, "out_of_distribution": 24, "unconfident": 0}
    assert explanation_text.counts_sentence(counts) == "1 label issue, 24 out of distribution, 0 unconfident"


def test_the_score_counts_false_alarms_apart():
    assert explanation_text.score_sentence({"problems": 18, "flagged": 13, "found": 12}) == (
        "12 of 18 problems found, 1 false alarm"
    )


def test_the_most_suspect_example_is_the_first_label_issue_or_else_what_is_odd_or_unsure():
    lists = {"label_issues": [3, 1], "out_of_distribution": [2], "unconfident": [0]}
    assert explanation_text.most_suspect(lists) == 3
    assert explanation_text.most_suspect(dict(lists, label_issues=[])) == 2
    assert explanation_text.most_suspect({name: [] for name in lists}) is None


def test_what_training_again_changed_is_told_with_how_many_suspects_are_new():
    before, after = {"counts": {"label_issues": 3}, "label_issues": [1, 2, 3]}, {"counts": {"label_issues": 2}, "label_issues": [3, 9]}
    assert explanation_text.comparison((0.9, before), (0.925, after)) == "Before: 90.0 %, 3 label issues; now 2. 1 of them is new."
    after["label_issues"] = [3]  # the most suspect alone are listed
    assert explanation_text.comparison((0.9, before), (0.925, after)) == "Before: 90.0 %, 3 label issues; now 2."

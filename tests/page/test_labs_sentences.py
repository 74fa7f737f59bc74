"""What the labs say; runs under MicroPython, too (test_micropython.py)."""

from vizzy.page.labs import sentences

CLASSES = ["cat", "dog"]


def missed(**changes):
    values = {"example": 3, "given": 0, "true": 1, "agrees": True, "keeper": 0, "prob": 0.9, "threshold": 0.8}
    values.update({"issue_from": [12.5, 40.9], "no_class_above": 40.9})
    values.update(changes)
    return values


def said(text):
    return "".join([piece for _, piece in text])


def test_a_missed_problem_says_who_keeps_it_and_what_would_flag_it():
    assert said(sentences.why_missed(missed(), CLASSES)) == (
        "The model agrees with the label: cat gets 0.900, its threshold is 0.800. Flagged at class percentiles 13 to 40."
    )
    unconfident = missed(agrees=False, keeper=1, prob=0.5, threshold=0.4)
    assert "Unconfident: no class reaches its threshold, and dog’s 0.500 is above its out-of-distribution threshold, 0.400" in said(
        sentences.why_missed(unconfident, CLASSES)
    )


def test_what_would_flag_it_is_a_percentile_that_there_is():
    assert sentences.what_would_flag(missed(issue_from=[-1, 30.2])) == "Flagged at class percentile 30 and below."
    # Between 30.2 and 30.9 there is no whole percentile.
    assert sentences.what_would_flag(missed(issue_from=[30.2, 30.9])) == "Flagged as out of distribution above the 40th percentile."
    assert sentences.what_would_flag(missed(issue_from=None, no_class_above=100)) == "No percentile flags it."


def test_what_stands_in_the_other_list():
    assert sentences.elsewhere({"no_class": 0, "wrong_label": 0}) == ""
    assert sentences.elsewhere({"no_class": 2, "wrong_label": 0}) == (
        "Found in the other list: 2 of no class among the label issues."
    )
    assert sentences.elsewhere({"no_class": 1, "wrong_label": 1}) == (
        "Found in the other list: 1 of no class among the label issues and 1 wrong label among those out of distribution."
    )


def test_the_percentiles_of_the_means():
    assert sentences.mean_percentiles([25, 33.4], CLASSES) == "The mean as a percentile: cat the 25th and dog the 33rd."
    assert sentences.mean_percentiles([None, 33.4], CLASSES) == "The mean as a percentile: dog the 33rd."
    assert "and so on" in sentences.mean_percentiles([1] * 12, ["k"] * 12)
    assert sentences.mean_percentiles([None], ["cat"]) == ""


def counter(count, probs=(0.5, 0.49), thresholds=(0.9, 0.35)):
    return {"count": count, "probs": list(probs), "thresholds": list(thresholds)}


def test_the_counter_examples_name_their_numbers():
    assert "Here cat has 0.500, but stays below its 0.900; dog with 0.490 reaches its 0.350." in sentences.uneven(
        counter(1), CLASSES
    )
    assert "cat is the most probable with 0.500, below its threshold of 0.900" in sentences.unsure(counter(2), CLASSES)
    assert sentences.unsure({"count": 0}, CLASSES).startswith("No such example here")
    assert sentences.uneven({"count": 0}, CLASSES).startswith("No such example here")
    assert "stays below its none" in sentences.uneven(counter(1, thresholds=(None, 0.35)), CLASSES)


def test_who_wins_the_challenge():
    hidden = {1, 2, 3}
    assert sentences.challenge_result({1, 2, 9}, hidden, {3}) == (
        "You win: you found 2 of 3 with 1 false alarm, the algorithm 1 with 0. Together: 3 of 3."
    )
    assert sentences.challenge_result(set(), hidden, {3}).startswith("The algorithm wins")
    assert sentences.challenge_result({1}, hidden, {3}).startswith("A draw")


def test_a_selection_on_the_map():
    assert sentences.selection(0, [0, 0], 0, CLASSES) == "Nothing is selected."
    assert sentences.selection(5, [5, 0], 1, CLASSES) == "5 selected, given 5 cat; 1 flagged."
    assert "others" in sentences.selection(12, [1] * 12, 0, ["k"] * 12)


def test_every_way_and_model_is_named_once():
    names = [way[0] for way in sentences.WAYS]
    assert names == ["argmax", "original", "percentile", "mean", "noise_rate"]
    assert [model[0] for model in sentences.MODELS] == ["svm", "logistic", "neighbours"]


def test_the_first_changed_line_is_one_that_can_be_found():
    before = "def f(x):\n    y = 1\n    return y"
    assert sentences.first_changed_line(before, "def f(x):\n    y = 2\n    return y") == "    y = 2"
    assert sentences.first_changed_line(before, "def f(x):\n\n    pass\n    pass\n    return 1") == "    return 1"
    assert sentences.first_changed_line(before, before) is None


def test_a_recall_says_of_how_many():
    assert sentences.recall_of({"problems": 18}) == "recall, of 18"

"""What the tutorial says at each turn; runs under MicroPython, too (test_micropython.py)."""

from vizzy.page.guide import theory, tutorial_steps as steps
from vizzy.page.model.dataset_index import DatasetIndex
from vizzy.page.model.state import State

CAT, DOG = 0, 1
# Example 0, 1 and 5 are cats, 2 and 3 dogs, 4 is neither; 5 is labelled dog.
INDEX = {
    "name": "six",
    "classes": ["cat", "dog"],
    "ids": ["a", "b", "c", "d", "e", "f"],
    "files": ["a.webp", "b.webp", "c.webp", "d.webp", "e.webp", "f.webp"],
    "given_label": [CAT, CAT, DOG, DOG, DOG, DOG],
    "true_label": [CAT, CAT, DOG, DOG, -1, CAT],
    "alt": ["black cat", "cat face", "dog", "poodle", "house", "kitten"],
    "thumbnails": {"files": ["t.webp"], "tile": 64, "columns": 6, "per_file": 6},
    "embeddings": "embeddings.npy",
}
UNTRAINED = State(worker="ready")
TRAINED = State(worker="ready", trained_labels={})


def analysis(cells=((1, 0), (), (5,), (2,)), out_of_distribution=(4,), unconfident=(3,)):
    issues = list(cells[1]) + list(cells[2])
    lists = {
        "label_issues": issues,
        "out_of_distribution": list(out_of_distribution),
        "unconfident": list(unconfident),
    }
    made = {"cells": [list(cell) for cell in cells], "joint": [len(cell) for cell in cells]}
    made["counts"] = {name: len(lists[name]) for name in lists}
    made.update(lists)
    return made


def story(state=TRAINED, result=None, truth=True, **index):
    known = dict(INDEX, **index)
    if not truth:
        known.pop("true_label")
    return steps.Story(DatasetIndex(known, "static/"), state, result or (analysis() if state != UNTRAINED else None))


def with_broken_label(example=0, label=DOG, trained=False, result=None):
    """A story in which the label of an example was changed after the tutorial began."""
    told = story()
    told.subject = example
    changed = {example: label}
    told.state = told.state.replace(changed_labels=changed, trained_labels=changed if trained else {})
    if result:
        told.analysis = result
    return told


def said(step, told):
    return [text and theory.plain(text) for text in step(told)]


def test_training_waits_for_predictions():
    asked, outcome = said(steps.train, story(UNTRAINED))
    assert asked.startswith("Press Train the model.")
    assert outcome is None
    assert said(steps.train, story(UNTRAINED.replace(training=True)))[1] is None
    assert said(steps.train, story())[1] == "Done: 1 label issue, 1 out of distribution, and 1 of which the model is unsure."


def test_a_failed_training_is_told():
    asked, outcome = said(steps.train, story(UNTRAINED.replace(message="Each class needs two images.")))
    assert asked.endswith("Each class needs two images.")
    assert outcome is None


def test_looking_waits_for_a_label_issue_to_be_pointed_at():
    told = story()
    assert said(steps.look, told)[1] is None
    told.pointed = 0
    assert said(steps.look, told)[1] is None
    told.pointed = 5
    assert said(steps.look, told)[1].startswith("This kitten was given dog; the model suggests cat.")


def test_without_a_label_issue_the_tutorial_goes_on():
    told = story(result=analysis(cells=((1, 0), (), (), (2,))))
    assert said(steps.look, told)[1].startswith("There is none")


def test_the_label_to_break_is_right_and_the_surest_of_the_largest_cell():
    assert steps.proposal(story()) == 0
    assert steps.proposal(story(result=analysis(cells=((), (), (), (2, 5))))) == 2  # 5 is wrong already
    assert steps.proposal(story(state=TRAINED.replace(changed_labels={0: DOG}))) == 1
    assert steps.proposal(story(result=analysis(cells=((), (), (), ())))) is None


def test_without_known_truth_the_model_vouches_for_the_label():
    told = story(truth=False)
    told.subject = steps.proposal(told)
    assert said(steps.spoil, told)[0] == (
        "Now make a mistake on purpose. This black cat is labelled cat, and the model agrees. Give it another label."
    )


def test_only_a_right_label_made_wrong_counts_as_broken():
    told = story()
    told.subject = 0
    assert said(steps.spoil, told)[1] is None
    told.state = told.state.replace(changed_labels={5: CAT})
    assert steps.broken(told) is None
    told.state = told.state.replace(changed_labels={0: DOG})
    assert steps.broken(told) == 0
    assert said(steps.spoil, told)[1].startswith("Now it says dog.")


def test_a_label_put_right_again_undoes_the_step():
    told = with_broken_label()
    assert said(steps.spoil, told)[1] is not None
    told.state = told.state.replace(changed_labels={})
    assert said(steps.spoil, told)[1] is None


def test_training_again_means_with_the_labels_as_they_are():
    assert said(steps.retrain, with_broken_label())[1] is None
    assert said(steps.retrain, with_broken_label(trained=True))[1].startswith("Done.")


def test_the_broken_label_is_found_when_it_is_pointed_at():
    told = with_broken_label(trained=True, result=analysis(cells=((1,), (), (5, 0), (2,))))
    asked, outcome = said(steps.find, told)
    assert "among the 2 label issues" in asked
    assert outcome is None
    told.pointed = 0
    assert said(steps.find, told)[1].startswith("Found: given dog, suggested cat.")


def test_a_broken_label_that_was_not_found_is_not_claimed_to_be():
    cells = ((1,), (), (5,), (2,))
    told = with_broken_label(trained=True, result=analysis(cells=cells, unconfident=(3, 0)))
    assert "unconfident" in said(steps.find, told)[1]
    told = with_broken_label(trained=True, result=analysis(cells=cells, out_of_distribution=(4, 0)))
    assert "out of distribution" in said(steps.find, told)[1]
    told = with_broken_label(trained=True, result=analysis(cells=((1,), (), (5,), (2, 0))))
    assert "agrees with the wrong label" in said(steps.find, told)[1]


def test_finding_needs_a_broken_label_and_a_training():
    assert "No label is broken" in said(steps.find, story())[1]
    assert said(steps.find, with_broken_label()) == ["Train again first, then look for your image.", None]


def test_moving_the_threshold_tells_before_and_after():
    told = story()
    assert said(steps.slide, told)[1] is None
    told.state = told.state.replace(class_percentile=70)
    told.analysis = analysis(cells=((1,), (), (), (2,)), unconfident=(0, 3, 5))
    assert said(steps.slide, told)[1] == (
        "From 50 to 70: 0 label issues, before 1; suggestions for 2 images, before 4."
    )


def test_in_mean_mode_the_slider_must_be_freed_first():
    asked, outcome = said(steps.slide, story(TRAINED.replace(threshold_mode="mean")))
    assert asked.startswith("Switch mean off")
    assert outcome is None


def test_a_stranger_is_named_as_what_it_is():
    told = story(result=analysis(out_of_distribution=(4, 3), unconfident=()))
    told.pointed = 2
    assert said(steps.strange, told)[1] is None
    told.pointed = 4
    assert said(steps.strange, told)[1].endswith("And rightly so: it is none of them.")
    told.pointed = 3
    assert "Its true class is dog" in said(steps.strange, told)[1]


def test_where_nothing_is_strange_the_slider_is_named():
    asked, outcome = said(steps.strange, story(result=analysis(out_of_distribution=())))
    assert asked.startswith("Nothing is out of distribution now.")
    assert outcome is None


def test_every_step_has_words_for_the_beginning_and_the_end():
    for step in steps.STEPS:
        asked, outcome = said(step["look"], story())
        assert asked or outcome
        assert "{" not in asked + (outcome or "") and "*" not in asked + (outcome or "")

"""The tutorial's steps: what each asks for, when it is done, and what happened. Text in and out: no DOM.

A step looks at a ``Story``, what the page knows at this moment and knew when the step began, and answers with two
texts (marked as in ``vizzy.page.guide.theory``): what to do, and what came of it, or None while that is still to come.
Nothing is stored between two looks, so that an undone change is an undone step.
"""

from vizzy.page.language import _, sentences
from vizzy.page.model.explanation_text import label_issues


class Story:
    """What the steps look at.

    Attributes
    ----------
    dataset_index : vizzy.page.model.dataset_index.DatasetIndex
    state, analysis : the page's state, and the worker's last analysis or None
    first : the state when the tutorial began
    begun, begun_analysis : state and analysis when the present step began
    subject : int or None
        The example the tutorial speaks of: the one proposed, then the one whose label was broken.
    pointed : int or None
        The example last pointed at, in the matrix or the results, since the step began.
    """

    def __init__(self, dataset_index, state, analysis):
        self.dataset_index = dataset_index
        self.state = state
        self.analysis = analysis
        self.first = state
        self.subject = None
        self.begin()

    def begin(self):
        """A step begins: remember how things are."""
        self.begun = self.state
        self.begun_analysis = self.analysis
        self.pointed = None

    @property
    def is_trained(self):
        """Whether there are predictions, and for the labels as they are."""
        state = self.state
        return self.analysis is not None and not state.training and state.trained_labels == state.changed_labels

    def name_of(self, example):
        """What an example's picture shows, in words."""
        return self.dataset_index.alt[example]

    def label_of(self, example):
        """The name of the label an example is given now."""
        return self.dataset_index.classes[self.dataset_index.current_label(self.state, example)]

    def original_of(self, example):
        """The name of the label an example had in the dataset."""
        return self.dataset_index.classes[self.dataset_index.given_label[example]]

    def suggestion_for(self, example):
        """The name of the class suggested for an example, or None."""
        classes = self.dataset_index.classes
        for number, examples in enumerate(self.analysis["cells"]):
            if example in examples:
                return classes[number % len(classes)]
        return None

    def is_right(self, example):
        """Whether an example's label in the dataset is right, as far as that is known."""
        true_label = self.dataset_index.true_label
        return not true_label or true_label[example] == self.dataset_index.given_label[example]

    def count(self, name):
        """How many examples one of the three lists has."""
        return self.analysis["counts"][name]


def proposal(story):
    """A rightly labelled example that the model is sure of, to break; None where there is none."""
    classes = len(story.dataset_index.classes)
    diagonal = [story.analysis["cells"][label * (classes + 1)] for label in range(classes)]
    for examples in sorted(diagonal, key=len, reverse=True):
        for example in reversed(examples):  # a cell's worst come first
            if story.is_right(example) and example not in story.state.changed_labels:
                return example
    return None


def broken(story):
    """The rightly labelled example whose label was made wrong since the tutorial began, or None."""
    before, now = story.first.changed_labels, story.state.changed_labels
    return _first([example for example in now if example not in before and story.is_right(example)])


def train(story):
    """Train the model."""
    asked = _("Press *Train the model*. It learns from the labels as they are, the wrong ones included.")
    if story.state.worker == "failed" or story.state.message:
        return sentences([asked, story.state.message]), None
    if story.state.train_requested:
        return asked, None
    if not story.is_trained:
        return asked, None
    return asked, _("Done: {}, {} out of distribution, and {} of which the model is unsure.").format(
        label_issues(story.count("label_issues")), story.count("out_of_distribution"), story.count("unconfident")
    )


def look(story):
    """Look at a label issue."""
    if not story.count("label_issues"):
        return _("Point at an image under *Label issues*."), _("There is none at these thresholds; go on.")
    asked = _("*Label issues* lists what lies off the table's diagonal. Point at an image there, or tap it.")
    example = story.pointed
    if example is None or example not in story.analysis["label_issues"]:
        return asked, None
    return asked, _(
        "This %(name)s was given {given|%(given)s}; the model suggests {suggested|%(suggested)s}. The inspector says why."
    ) % _about(story, example)


def spoil(story):
    """Break a label."""
    if story.subject is None:
        return _("Give a rightly labelled image a wrong label."), _spoiled(story)
    if story.dataset_index.true_label:
        asked = _(
            "Now make a mistake on purpose. This %(name)s is labelled {given|%(given)s}, and rightly so. Give it another label."
        )
    else:
        asked = _(
            "Now make a mistake on purpose. This %(name)s is labelled {given|%(given)s}, and the model agrees. Give it "
            "another label."
        )
    asked = asked % {"name": story.name_of(story.subject), "given": story.original_of(story.subject)}
    return asked, _spoiled(story)


def _spoiled(story):
    example = broken(story)
    if example is None:
        return None
    said = _("Now it says {given|%s}. Nothing else has moved: the model has not learned from the new label yet.")
    return said % story.label_of(example)


def retrain(story):
    """Train again."""
    asked = _("Train again. This time the model is taught your mistake along with the rest.")
    if not story.is_trained:
        return asked, None
    return asked, _("Done. But those that judge your image never saw it: it lay in the heap kept back from them.")


def find(story):
    """Find the broken label."""
    example = story.subject
    if example not in story.state.changed_labels:
        return _("Look for the image whose label you broke."), _("No label is broken just now; go on, or back to break one.")
    if not story.is_trained:
        return _("Train again first, then look for your image."), None
    if example not in story.analysis["label_issues"]:
        return _("Where did your image go?"), _lost(story, example)
    asked = _("Was your mistake found? Your image is marked among the %s. Point at it, or tap it.") % (
        label_issues(story.count("label_issues"))
    )
    if story.pointed != example:
        return asked, None
    found = _(
        "Found: given {given|%(given)s}, suggested {suggested|%(suggested)s}. Nobody told the model; the other images did."
    )
    return asked, found % _about(story, example)


def _about(story, example):
    """What sentences about an example name."""
    return {
        "name": story.name_of(example),
        "given": story.label_of(example),
        "suggested": story.suggestion_for(example),
    }


def _lost(story, example):
    if example in story.analysis["out_of_distribution"]:
        return _("It is under {ood|out of distribution}: wrong for every class, now. It would be looked at all the same.")
    if example in story.analysis["unconfident"]:
        return _("It is *unconfident* this time: no class reached its threshold. The next step moves that threshold.")
    return _("The model agrees with the wrong label this time. It finds what it can see, and this it could not.")


def slide(story):
    """Move the class threshold."""
    if story.state.threshold_mode != "percentile":
        return _("Switch *mean* off, so that the class percentile can move."), None
    asked = _("How sure is sure? Move the {class|class percentile}: up for few and sure suggestions, down for many.")
    if story.state.class_percentile == story.begun.class_percentile or story.begun_analysis is None:
        return asked, None
    before, now = story.begun_analysis, story.analysis
    return asked, _("From {} to {}: {}, before {}; suggestions for {} images, before {}.").format(
        story.begun.class_percentile,
        story.state.class_percentile,
        label_issues(now["counts"]["label_issues"]),
        before["counts"]["label_issues"],
        sum(now["joint"]),
        sum(before["joint"]),
    )


def strange(story):
    """See an out-of-distribution image."""
    if not story.count("out_of_distribution"):
        return _("Nothing is out of distribution now. Move its {ood|percentile} up until something is."), None
    asked = _("Last, the strangers. Point at an image under {ood|Out of distribution}, or tap it.")
    example = story.pointed
    if example is None or example not in story.analysis["out_of_distribution"]:
        return asked, None
    said = _("This %s stays below the lower threshold of every class.") % story.name_of(example)
    return asked, sentences([said, _truth(story, example)])


def _truth(story, example):
    classes, true_label = story.dataset_index.classes, story.dataset_index.true_label
    if not true_label:
        return _("It may belong to none of them.")
    if true_label[example] < 0:
        return _("And rightly so: it is none of them.")
    return _("Its true class is %s, so it is only an odd one: the threshold raises a question, it proves nothing.") % (
        classes[true_label[example]]
    )


def finish(_story):
    """The end."""
    return "", (
        _("You trained, broke a label and found it, and moved the line between sure and unsure. *Learn why* it works, "
        "or go on by yourself. Your changes can stay, or be put back.")
    )


STEPS = (
    {"title": _("Train"), "look": train, "panel": "predictions", "target": "#train"},
    {"title": _("See what it found"), "look": look, "panel": "results", "target": "#label-issues"},
    {"title": _("Break a label"), "look": spoil, "panel": "dataset", "target": "subject"},
    {"title": _("Train again"), "look": retrain, "panel": "predictions", "target": "#train"},
    {"title": _("Find it"), "look": find, "panel": "results", "target": "#label-issues"},
    {"title": _("Move a threshold"), "look": slide, "panel": "thresholds", "target": ".slider.class"},
    {"title": _("Meet a stranger"), "look": strange, "panel": "results", "target": "#out-of-distribution"},
    {"title": _("That is confident learning"), "look": finish, "panel": None, "target": None},
)


def _first(examples):
    return examples[0] if examples else None

"""The preview of somebody's table: many numbered columns are one row."""

import js

from vizzy.page.importing.preview import Preview, folded
from vizzy.page.ui import dom


def column(name, role):
    return {"name": name, "role": role, "sample": []}


def test_numbered_columns_of_one_role_are_one_row():
    numbered = [column("emb_" + str(number), "embedding") for number in range(64)]
    rows = folded([column("id", "id")] + numbered + [column("label", "label")])
    assert [(first["name"], len(names)) for first, names in rows] == [("id", 1), ("emb_0", 64), ("label", 1)]
    assert rows[1][1][-1] == "emb_63"


def test_few_numbered_columns_and_those_of_other_roles_stand_alone():
    columns = [column("q" + str(number), "measurement") for number in range(3)] + [column("q3", "ignored")]
    assert [names for _, names in folded(columns)] == [["q0"], ["q1"], ["q2"], ["q3"]]


IDS = ("import-columns", "import-arrays", "import-label", "import-unlabelled", "import-header", "import-sheet", "import-doubtful", "import-order")


def made(chosen):
    """A preview, in a page that has what it fills."""
    for name in IDS:
        js.document.body.append(dom.element("div", "", None, {"id": name}))
    return Preview(chosen.append)


def summary(**changes):
    values = {"doubtful_labels": [], "kept_labels": [], "no_labels": [], "chosen_order": [], "fitting_order": []}
    values.update(changes)
    return values


def test_what_can_mean_no_label_is_asked_about_and_both_answers_are_kept():
    chosen = []
    preview = made(chosen)
    doubtful = [{"text": "NA", "rows": 2, "is_class": True}, {"text": "-1", "rows": 1, "is_class": False}]
    preview._show_doubtful(summary(doubtful_labels=doubtful, kept_labels=["NA"], no_labels=["x"]))
    holder = dom.by_id("import-doubtful")
    assert "“NA” is a class (2 rows)" in holder.textContent and "“-1” is a class (1 row)" in holder.textContent

    class Event:
        target = holder.querySelector("input")

    Event.target.checked = False
    preview._chose_meaning(Event)
    assert chosen == [{"kept_labels": [], "no_labels": ["x", "NA"]}]


def test_the_order_that_fits_is_offered_and_can_be_taken_back():
    chosen = []
    preview = made(chosen)
    button = dom.by_id("import-order")
    preview._show_order(summary())
    assert button.hidden
    for now, words, answer in (
        (summary(fitting_order=["b", "a"]), "the order that fits: b, a", ["b", "a"]),
        (summary(chosen_order=["b", "a"]), "the order that was assumed", []),
    ):
        preview._show_doubtful(now)
        preview._show_order(now)
        assert words in button.textContent and not button.hidden
        preview._chose_order(None)
        assert chosen[-1] == {"classes": answer}

"""The matrix, the lists and the inspector show what an analysis and an explanation say."""

import js

from vizzy.page.explore.inspector import InspectorPanel
from vizzy.page.explore.matrix import MatrixPanel
from vizzy.page.explore.results import ResultsPanel
from vizzy.page.model import events
from vizzy.page.model.dataset_index import DatasetIndex
from vizzy.page.model.open_dataset import OpenDataset
from vizzy.page.model.state import State
from vizzy.page.ui import dom
from vizzy.page.ui.thumbnails import Thumbnails, drop_others
from vizzy.vocabulary import LABEL_ISSUE

CLASSES = ["cat", "dog"]


def dataset(classes=CLASSES, n=12, texts=None):
    index = {
        "name": "pets",
        "classes": classes,
        "ids": ["x" + str(row) for row in range(n)],
        "given_label": [row % len(classes) for row in range(n)],
        "files": None,
        "texts": texts,
        "thumbnails": None,
    }
    return OpenDataset(DatasetIndex(index, is_own=True), None)


def analysis(cells, label_issues=(), out_of_distribution=(), unconfident=(), score=None, counts=None, joint=None):
    lists = {"label_issues": list(label_issues), "out_of_distribution": list(out_of_distribution), "unconfident": list(unconfident)}
    found = {name: len(examples) for name, examples in lists.items()}
    found.update(counts or {})
    return dict(lists, cells=cells, joint=joint or [len(cell) for cell in cells], counts=found, score=score)


def ids_in(node):
    return [node.children[place].getAttribute("data-example") for place in range(node.children.length)]


def cell(name):
    return js.document.querySelector('[data-cell="' + name + '"]')


def shown_in(name):
    return ids_in(cell(name).querySelector(".thumbs"))


# --- the matrix --------------------------------------------------------------------------------------


def matrix(opened, pool=None):
    return MatrixPanel(opened, Thumbnails(opened), {} if pool is None else pool)


def test_the_matrix_has_a_cell_for_every_pair_of_labels_and_names_them():
    matrix(dataset(["cat", "dog", "bear"]))
    table = dom.by_id("matrix")
    assert table.querySelectorAll("[data-cell]").length == 9
    assert cell("dog|bear").querySelector(".count").title == "Open the cell: given dog, suggested bear"
    assert [node.textContent for node in table.querySelectorAll("thead th")] == ["suggested cat", "suggested dog", "suggested bear"]
    assert [node.textContent for node in table.querySelectorAll("tbody th")] == ["given cat", "given dog", "given bear"]


def test_before_training_no_cell_can_be_opened_and_none_claims_a_number():
    matrix(dataset())
    assert [node.disabled for node in js.document.querySelectorAll("#matrix .count")] == [True] * 4
    assert [node.textContent for node in js.document.querySelectorAll("#matrix output")] == ["–"] * 4


def test_a_cell_shows_its_examples_in_order_and_how_many_they_are():
    panel = matrix(dataset())
    panel.render(analysis([[0, 4, 2], [6], [], [1, 3]]))
    assert shown_in("cat|cat") == ["x0", "x4", "x2"] and shown_in("cat|dog") == ["x6"]
    assert [node.textContent for node in js.document.querySelectorAll("#matrix output")] == ["3", "1", "0", "2"]
    assert cell("dog|cat").querySelector(".count").disabled and cell("dog|cat").classList.contains("none")
    assert not cell("cat|dog").querySelector(".count").disabled
    assert dom.by_id("matrix-empty").hidden


def test_a_cell_shows_whole_rows_and_says_how_many_more_it_holds():
    panel = matrix(dataset())
    panel._room = (30, 33, 14)  # px, of a cell without layout: 3 thumbnails of 10 px in a row, and 3 rows
    panel.render(analysis([[0, 2], [], [], list(range(12))], joint=[500, 0, 0, 12]))
    assert cell("cat|cat").querySelector("output").textContent == "500"
    assert cell("cat|cat").querySelector(".thumbs").getAttribute("data-more") == "+498"
    full = cell("dog|dog").querySelector(".thumbs")
    assert (full.getAttribute("data-more"), full.style.getPropertyValue("--tile"), full.style.getPropertyValue("--rest")) == ("+3", "10px", "3px")


def test_an_example_that_changes_cell_takes_its_node_along_and_one_that_leaves_is_gone():
    pool = {}
    panel = matrix(dataset(), pool)
    panel.render(analysis([[0, 2], [], [], [1]]))
    node = pool[2]
    panel.render(analysis([[0], [2], [], []]))
    drop_others(pool, {0, 1, 2}, {0, 2})
    assert shown_in("cat|cat") == ["x0"] and shown_in("cat|dog") == ["x2"]
    assert cell("cat|dog").querySelector(".thumb") == node
    assert shown_in("dog|dog") == []


def test_many_that_come_and_go_are_shown_in_order_with_the_nodes_they_had():
    pool = {}
    panel = matrix(dataset(n=60), pool)
    panel.render(analysis([list(range(40)), [], [], [50]]))
    nodes = dict(pool)
    panel.render(analysis([[3, 5, 41], list(range(6, 40)), [0, 1, 2, 4], [50]]))
    assert shown_in("cat|cat") == ["x3", "x5", "x41"] and shown_in("dog|cat") == ["x0", "x1", "x2", "x4"]
    assert shown_in("cat|dog") == ["x" + str(row) for row in range(6, 40)]
    panel.render(analysis([list(range(40)), [], [], [50]]))
    assert shown_in("cat|cat") == ["x" + str(row) for row in range(40)]
    assert [pool[row] for row in range(40)] == [nodes[row] for row in range(40)]


def test_without_pictures_a_thumbnail_is_a_text_which_is_never_html():
    panel = matrix(dataset(texts=["<img src=x onerror=alert(1)>"] + ["a word"] * 11))
    panel.render(analysis([[0], [], [], []]))
    thumb = cell("cat|cat").querySelector(".thumb")
    assert thumb.textContent == "<img src=x onerror=alert(1)>" and thumb.children.length == 0


def test_without_pictures_and_texts_a_thumbnail_shows_the_id():
    panel = matrix(dataset())
    panel.render(analysis([[4], [], [], []]))
    assert cell("cat|cat").querySelector(".thumb").textContent == "x4"


def test_the_tab_key_reaches_the_count_and_the_images_of_one_cell():
    panel = matrix(dataset())
    stops = lambda: [node.getAttribute("data-example") or node.className for node in js.document.querySelectorAll('#matrix [tabindex="0"]')]
    panel.render(analysis([[], [0, 2, 4], [], [1, 3]]))
    assert stops() == ["count", "x0"]
    panel.set_tab_cell(3)
    assert stops() == ["count", "x1"]
    panel.render(analysis([[1], [0, 2, 4], [], [3]]))  # the image that the Tab key reached has moved
    assert stops() == ["count", "x3"]


# --- the lists -----------------------------------------------------------------------------------------


def results(opened):
    return ResultsPanel(opened, Thumbnails(opened), {})


def heading(name):
    return dom.by_id(name + "-heading").firstElementChild.textContent


def test_the_lists_show_their_examples_in_the_order_of_the_analysis():
    panel = results(dataset())
    panel.render(analysis([], label_issues=[7, 1, 3], out_of_distribution=[2], unconfident=[]))
    assert ids_in(dom.by_id("label-issues")) == ["x7", "x1", "x3"]
    assert ids_in(dom.by_id("out-of-distribution")) == ["x2"]
    panel.render(analysis([], label_issues=[3, 9, 7], out_of_distribution=[], unconfident=[2]))
    assert ids_in(dom.by_id("label-issues")) == ["x3", "x9", "x7"]
    assert ids_in(dom.by_id("out-of-distribution")) == [] and ids_in(dom.by_id("unconfident")) == ["x2"]


def test_the_lists_say_how_many_there_are_and_of_how_many_the_worst_are_shown():
    panel = results(dataset())
    assert heading("label-issues") == "–"
    panel.render(analysis([], label_issues=[7, 1], unconfident=[3], counts={"label_issues": 300}))
    assert (heading("label-issues"), heading("unconfident"), heading("out-of-distribution")) == ("300, worst 2 shown", "1", "0")


def test_an_empty_list_says_why():
    panel = results(dataset())
    assert dom.by_id("label-issues").getAttribute("data-empty") == "Nothing yet: train the model."
    panel.render(analysis([], unconfident=[3]))
    assert dom.by_id("label-issues").getAttribute("data-empty") == "No label issues at these thresholds."
    assert dom.by_id("unconfident").getAttribute("data-empty") == ""


def test_the_score_is_shown_only_where_the_truth_is_known():
    panel = results(dataset())
    panel.render(analysis([]))
    assert dom.by_id("score").hidden
    panel.render(analysis([], score={"problems": 9, "found": 7, "flagged": 8}))
    assert not dom.by_id("score").hidden
    assert dom.by_id("score").textContent == "7 of 9 problems found, 1 false alarm"


# --- the inspector ---------------------------------------------------------------------------------------

EXPLANATION = {
    "category": LABEL_ISSUE,
    "given_label": 0,
    "suggested_label": 1,
    "pred_probs": [0.1, 0.9],
    "class_thresholds": [0.5, 0.7],
    "ood_thresholds": [0.2, None],
    "reaches_class": [False, True],
    "reaches_ood": [False, True],
    "suggested_up_to": [-1, 80.0],
    "suggested_above": [-1, -1],
    "out_of_distribution_above": 95.0,
}


def words():
    return dom.by_id("inspector-reason").textContent


def test_before_training_the_inspector_shows_the_given_label_and_what_to_do():
    opened = dataset()
    panel = InspectorPanel(opened)
    assert words().startswith("Point at an example")
    panel.render(State(active=2), None)
    assert dom.by_id("inspector-given").textContent == "given: cat"
    assert dom.by_id("inspector-suggested").hidden
    assert words() == "Train the model to see what it makes of this example."
    assert dom.by_id("inspector-image").getAttribute("data-example") == "x2"


def test_the_inspector_explains_the_active_example_with_its_probabilities_and_thresholds():
    panel = InspectorPanel(dataset())
    panel.render(State(active=2), EXPLANATION)
    assert dom.by_id("inspector-suggested").textContent == "suggested: dog"
    assert "The model gives dog 0.900, which reaches that class's threshold of 0.700" in words()
    assert "a likely label error" in words()
    rows = dom.by_id("inspector-probabilities").children
    assert [rows[place].querySelector(".value").textContent for place in range(2)] == ["0.100", "0.900"]
    assert [rows[place].classList.contains("reached") for place in range(2)] == [False, True]
    assert rows[1].style.getPropertyValue("--ood-at") == "2"  # a class without a threshold has its mark off the bar
    assert not dom.by_id("inspector-probabilities").hidden


def test_a_label_that_was_changed_since_training_is_said_first():
    opened = dataset()
    panel = InspectorPanel(opened)
    panel.render(events.relabel(State(active=2), 2, 1, 0), EXPLANATION)
    assert dom.by_id("inspector-given").textContent == "given: dog"
    assert words().startswith("Its label has changed since training: train again.")


def test_with_more_than_five_classes_the_most_probable_come_first():
    opened = dataset(["a", "b", "c", "d", "e", "f"])
    panel = InspectorPanel(opened)
    probabilities = [0.05, 0.1, 0.5, 0.2, 0.1, 0.05]
    many = dict(EXPLANATION, pred_probs=probabilities, suggested_label=2, given_label=2)
    for name in ("class_thresholds", "ood_thresholds", "suggested_up_to", "suggested_above"):
        many[name] = [0.3] * 6
    many["reaches_class"] = many["reaches_ood"] = [probability >= 0.3 for probability in probabilities]
    panel.render(State(active=2), many)
    rows = dom.by_id("inspector-probabilities").children
    places = {rows[place].querySelector(".name").textContent: int(rows[place].style.order) for place in range(6)}
    assert sorted(places, key=lambda name: places[name])[:2] == ["c", "d"]


def test_of_many_classes_the_pairs_that_are_confused_are_listed_the_most_frequent_first():
    classes = ["c" + str(number) for number in range(20)]
    panel = matrix(dataset(classes, n=40))
    joint = [0] * 400
    joint[0], joint[1], joint[2 * 20 + 5], joint[399] = 9, 2, 3, 1
    cells = [[] for _ in joint]
    panel.render(analysis(cells, joint=joint))
    rows = list(js.document.querySelectorAll(".confusion"))
    assert [row.textContent for row in rows] == ["c2 → c53", "c0 → c12"]
    assert [row.getAttribute("data-number") for row in rows] == ["45", "1"]
    assert panel.cell_number(rows[0]) == 45
    joint[1] = 0
    panel.render(analysis(cells, joint=joint))
    assert [row.textContent for row in js.document.querySelectorAll(".confusion")] == ["c2 → c53"]
    matrix(dataset())
    assert js.document.querySelector(".confusions") is None

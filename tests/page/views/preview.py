"""The preview of somebody's table: many numbered columns are one row."""

import js

from vizzy.page.importing.class_order import ClassOrder
from vizzy.page.importing.preview import Preview, examples, folded, together
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


def test_of_long_cells_one_is_an_example_enough():
    assert examples(["2", "2", "4"]) == "2, 2, 4"
    assert examples(["It broke on the first day.", "Fine"]) == "It broke on the first day."
    assert examples([]) == ""


def test_the_menu_of_sheets_says_which_are_read_together_and_leads_back_to_that():
    preview = made([])
    menu = dom.element("select")
    dom.by_id("import-sheet").replaceChildren(menu)

    def shown(**changes):
        preview._show_sheets(dict({"sheets": ["2023", "2024", "More"], "sheet": None, "sheets_together": [], "chosen_sheet": None}, **changes))
        options = list(menu.querySelectorAll("option"))
        return [option.value for option in options if option.selected], [option.textContent for option in options]

    names = ["2023", "2024", "More"]
    assert shown(sheets_together=["2023", "2024"]) == ([""], ["2023 and 2024 together"] + names)
    assert shown(sheet="2024", chosen_sheet="2024") == (["2024"], ["2023 and 2024 together"] + names)
    assert shown(sheet="More") == (["More"], names)  # of another workbook
    assert together(["a", "b", "c", "d"]) == "4 sheets together"


IDS = ("import-by-hand", "import-by-hand-list", "import-agreement", "import-columns", "import-arrays", "import-label", "import-text", "import-unlabelled", "import-header", "import-sheet", "import-doubtful", "import-order")


def made(chosen):
    """A preview, in a page that has what it fills."""
    for name in IDS:
        js.document.body.append(dom.element("div", "", None, {"id": name}))
    return Preview(lambda changes, _step_by_step=False: chosen.append(changes))


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
        (summary(chosen_order=["a", "b"], fitting_order=["b", "a"]), "the order that fits: b, a", ["b", "a"]),
    ):
        preview._show_doubtful(now)
        preview._show_order(now)
        assert words in button.textContent and not button.hidden
        preview._chose_order(None)
        assert chosen[-1] == {"classes": answer}


def test_which_column_holds_the_texts_is_asked_where_several_hold_words_or_none_was_taken():
    chosen = []
    preview = made(chosen)
    label = dom.by_id("import-text")
    label.append(dom.element("select"))

    def asked(candidates, **roles):
        summary = {"may_be_text": candidates, "columns": [column(name, role) for name, role in roles.items()]}
        preview._summary = summary
        preview._show_text(summary)
        return not label.hidden

    class Event:
        target = label.lastElementChild

    assert not asked(["a"], a="text")
    assert not asked([], a="measurement")
    assert asked(["a"], a="ignored", b="measurement")
    assert asked(["a", "b"], a="text", b="ignored", c="ignored", d="measurement")
    for answer, roles in (
        ("b", {"a": "ignored", "b": "text"}),
        ("", {"a": "ignored", "b": "ignored"}),
    ):
        Event.target = type("Target", (), {"value": answer})
        preview._chose_text(Event)
        assert chosen[-1] == {"roles": roles}


def ordered(names, **changes):
    classes = [{"name": name, "count": 5} for name in names]
    values = {"classes": classes, "order_is_assumed": True, "agreement": 0.9}
    values.update(changes)
    return values


def test_classes_are_moved_up_and_down_and_each_order_is_told_with_what_agrees():
    orders = []
    made([])
    by_hand = ClassOrder(orders.append)
    by_hand.render(ordered(["a", "b", "c"]))
    shown = dom.by_id("import-by-hand-list")
    assert not dom.by_id("import-by-hand").hidden
    assert [item.querySelector("span").textContent for item in shown.children] == ["a", "b", "c"]
    assert "agree with 90" in dom.by_id("import-agreement").textContent
    by_hand.move(2, -1)
    by_hand.move(1, -1)
    assert orders == [["a", "c", "b"], ["c", "a", "b"]]
    assert [item.querySelector("span").textContent for item in shown.children] == ["c", "a", "b"]
    ends = [[button.getAttribute("aria-disabled") for button in item.querySelectorAll("button")] for item in shown.children]
    assert ends == [["true", "false"], ["false", "false"], ["false", "true"]]
    assert dom.by_id("import-agreement").textContent == "Column 1 now belongs to “c”."
    by_hand.move(0, -1)
    assert len(orders) == 2
    by_hand.render(ordered(["c", "a", "b"], agreement=0.5))
    assert dom.by_id("import-agreement").textContent.startswith("Column 1 now belongs to “c”. In this order the predictions agree with 50")


def test_classes_are_not_moved_where_the_files_say_of_which_class_a_column_is():
    made([])
    by_hand = ClassOrder([].append)
    by_hand.render(ordered(["a", "b"], order_is_assumed=False))
    assert dom.by_id("import-by-hand").hidden

"""The preview of somebody's table: many numbered columns are one row."""

from vizzy.page.importing.preview import folded


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

"""Reading is a pipeline: each stage builds on what the earlier ones returned, and no module imports in a circle."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import vizzy.reading
from vizzy.reading import Choices, InputFile
from vizzy.reading.contents import contents_of
from vizzy.reading.limits import NATIVE
from vizzy.reading.given_labels import given_labels_of
from vizzy.reading.imported import opened_of
from vizzy.reading.roles import roles_of

FOLDER = Path(vizzy.reading.__file__).parent
STAGES = ("contents", "roles", "given_labels", "imported", "preview", "proposal")
TABLE = "id,kind,e0,e1\na,cat,1,0.5\nb,dog,2,0.25\nc,cat,3,1.5\nd,dog,4,1.25\n"


def imports_of(path):
    """The modules of `vizzy.reading` that a module imports, wherever in it: set of str."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("vizzy.reading."):
            found.add(node.module.removeprefix("vizzy.reading."))
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            found |= {name.removeprefix("vizzy.reading.") for name in names if name.startswith("vizzy.reading.")}
    return found


def test_no_module_of_reading_imports_in_a_circle():
    graph = {path.stem: imports_of(path) for path in FOLDER.glob("*.py") if path.stem != "__init__"}
    assert set(STAGES) <= set(TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_imports_no_later_stage(stage):
    later = set(STAGES[STAGES.index(stage) + 1 :])
    assert not imports_of(FOLDER / f"{stage}.py") & later


def test_the_stages_called_one_after_another_give_what_read_gives():
    files, choices = (InputFile("data.csv", TABLE.encode()),), Choices(roles={"kind": "label"})
    contents = contents_of(files, choices, NATIVE)
    roles = roles_of(contents, choices)
    labels = given_labels_of(contents, roles, choices)
    opened = opened_of(contents, roles, labels, choices)
    assert labels.texts == ("cat", "dog", "cat", "dog")
    assert opened.dataset.classes == ("cat", "dog")
    assert opened.dataset.embeddings.tolist() == [[1, 0.5], [2, 0.25], [3, 1.5], [4, 1.25]]
    assert opened.notes == vizzy.reading.read(files, choices).make().notes


def test_what_was_left_aside_is_said_beside_a_problem_too():
    table = "id,label,lead_time\n1,cat,3.5\n2,dog,2.5\n3,cat,9.5\n4,dog,1.5\n"
    proposal = vizzy.reading.read([InputFile("data.csv", table.encode())])
    assert "nothing to check" in proposal.problem
    assert any("lead_time" in note for note in proposal.summary()["notes"])

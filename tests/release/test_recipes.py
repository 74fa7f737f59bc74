"""The recipes in docs/recipes.md are run as they stand there, and what they write is read; and so is the sample."""

import io
import re
import runpy
import sys
import types
from pathlib import Path

import numpy as np
import pytest

from vizzy.__main__ import main
from vizzy.native.judging import judged
from vizzy.features.raw import embedded
from vizzy.native.image_features import embeddings_of
from vizzy.reading import Images, files_at, read

ROOT = Path(__file__).parents[2]
RECIPES = dict(
    re.findall(
        r"<!-- recipe: (\S+) -->\n```python\n(.*?)```",
        (ROOT / "docs" / "recipes.md").read_text("utf-8"),
        re.DOTALL,
    )
)
SAMPLE = ROOT / "static" / "sample"
CLASSES = ("bear", "cat", "dog")


@pytest.fixture
def data():
    """Three clouds of embeddings, and the numbers of their classes."""
    rng = np.random.default_rng(0)
    label = np.tile([0, 1, 2], 10)
    return rng.normal(size=(3, 4))[label] * 3 + rng.normal(size=(30, 4)), label


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def cook(recipe, **given):
    exec(compile(RECIPES[recipe], f"docs/recipes.md: {recipe}", "exec"), given)  # noqa: S102 - running them is the point
    return given


def dataset_in(*files):
    return read(files_at(files)).make().dataset


def test_every_recipe_on_the_page_is_run_here():
    assert set(RECIPES) == {
        "pandas",
        "pandas-lists",
        "pandas-parquet",
        "scikit-learn",
        "pytorch",
        "datasets",
        "cleanlab",
        "back",
    }


def test_pandas(data):
    pandas = pytest.importorskip("pandas")
    embeddings, label = data
    frame = pandas.DataFrame(embeddings, columns=[f"emb_{k}" for k in range(4)])
    cook("pandas", frame=frame.assign(label=[CLASSES[k] for k in label]))
    dataset = dataset_in("data.csv")
    assert dataset.classes == CLASSES
    np.testing.assert_allclose(dataset.embeddings, embeddings)


def test_pandas_with_a_column_of_arrays(data):
    pandas = pytest.importorskip("pandas")
    embeddings, label = data
    cook("pandas-lists", frame=pandas.DataFrame({"label": label, "embedding": list(embeddings)}))
    dataset = dataset_in("data.jsonl")
    assert dataset.classes == ("0", "1", "2")
    np.testing.assert_allclose(dataset.embeddings, embeddings)


def test_pandas_with_a_column_of_arrays_to_parquet(data):
    pandas = pytest.importorskip("pandas")
    embeddings, label = data
    cook("pandas-parquet", frame=pandas.DataFrame({"label": label, "embedding": list(embeddings)}))
    dataset = dataset_in("data.parquet")
    assert dataset.classes == ("0", "1", "2")
    np.testing.assert_allclose(dataset.embeddings, embeddings)


def test_scikit_learn(data):
    embeddings, label = data
    labels = np.array(CLASSES)[label]
    pred_probs = cook("scikit-learn", features=embeddings, labels=labels)["pred_probs"]
    dataset = dataset_in("labels.csv", "pred_probs.npy")
    assert dataset.classes == CLASSES
    assert (dataset.pred_probs.argmax(axis=1) == dataset.given_label).mean() > 0.8
    np.testing.assert_array_equal(dataset.pred_probs, pred_probs)


class Tensor:
    """As much of torch's as the recipe needs."""

    def __init__(self, array):
        self.array = array

    def cpu(self):
        return self

    def numpy(self):
        return self.array


@pytest.fixture
def torch_stand_in(monkeypatch):
    """torch is not in the test environment: a module with the little of it that the recipe uses."""
    import contextlib

    torch = types.ModuleType("torch")
    torch.no_grad = contextlib.nullcontext
    monkeypatch.setitem(sys.modules, "torch", torch)


def test_pytorch(data, torch_stand_in):
    embeddings, label = data
    model = types.SimpleNamespace(eval=lambda: None, features=lambda inputs: inputs)
    loader = [
        (Tensor(embeddings[start : start + 8]), Tensor(label[start : start + 8])) for start in range(0, 30, 8)
    ]
    cook("pytorch", model=model, loader=loader, class_names=CLASSES)
    dataset = dataset_in("data.npz")
    assert dataset.classes == CLASSES and dataset.given_label.tolist() == label.tolist()
    np.testing.assert_array_equal(dataset.embeddings, embeddings)


class Rows:
    """As much of a datasets.Dataset as the recipe needs: the package is not in the test environment."""

    def __init__(self, rows):
        self.rows = rows
        self.features = {"label": types.SimpleNamespace(int2str=CLASSES.__getitem__)}

    def __getitem__(self, column):
        return [row[column] for row in self.rows]

    def map(self, function):
        return Rows([row | function(row) for row in self.rows])

    def remove_columns(self, column):
        return Rows([{key: value for key, value in row.items() if key != column} for row in self.rows])

    def to_json(self, path):
        import json

        Path(path).write_text("".join(json.dumps(row) + "\n" for row in self.rows))


def test_hugging_face_datasets(data):
    embeddings, label = data
    rows = Rows([{"text": f"text {number}", "label": int(k)} for number, k in enumerate(label)])
    cook("datasets", dataset=rows, embed=lambda texts: embeddings[: len(texts)])
    opened = read(files_at(["data.jsonl", "embeddings.npy"])).make()
    assert opened.dataset.classes == CLASSES
    assert opened.texts[:2] == ("text 0", "text 1")
    np.testing.assert_array_equal(opened.dataset.embeddings, embeddings)


def test_cleanlab_and_back(data, capsys):
    pytest.importorskip("pandas")
    _, label = data
    pred_probs = np.full((30, 3), 0.1) + 0.7 * np.eye(3)[label]
    cook("cleanlab", labels=label, pred_probs=pred_probs)
    dataset = dataset_in("data.npz")
    np.testing.assert_array_equal(dataset.given_label, label)
    np.testing.assert_array_equal(dataset.pred_probs, pred_probs)
    assert main(["find", "data.npz", "-o", "corrected.csv"]) == 0
    lines = Path("corrected.csv").read_text().splitlines()
    lines[1] = "1,0,0,0,,0.8,False,False,no class"
    Path("corrected.csv").write_text("\n".join(lines) + "\n")
    assert cook("back")["labels"].astype(int).tolist() == label[1:].tolist()
    capsys.readouterr()


def test_the_sample_shows_its_wrong_labels_and_strays_among_the_first_25():
    truth = runpy.run_path(str(SAMPLE / "make_sample.py"))
    _, given, true = truth["messages"]()
    opened = read(files_at([SAMPLE / "messages.csv", SAMPLE / "messages-embeddings.npy"])).make()
    assert [opened.dataset.classes[k] for k in opened.dataset.given_label] == given
    findings, _ = judged(opened, 50, 15)
    problem_mask = np.array([one != other for one, other in zip(given, true, strict=True)])
    assert problem_mask.sum() >= 18
    assert problem_mask[np.argsort(findings.label_quality)[:25]].sum() >= 18


def test_the_samples_embeddings_are_what_its_script_makes():
    script = runpy.run_path(str(SAMPLE / "make_sample.py"))
    texts, _, _ = script["messages"]()
    np.testing.assert_allclose(
        np.load(SAMPLE / "messages-embeddings.npy"), script["embeddings_of"](texts), atol=2e-4
    )


def test_the_sample_with_probabilities_needs_no_training():
    opened = read(files_at([SAMPLE / "messages-probabilities.csv"])).make()
    assert opened.dataset.pred_probs.shape == (240, 4) and opened.texts
    assert opened.dataset.embeddings is None


def test_of_the_samples_of_raw_data_the_wrong_labels_stand_among_the_first_tenth():
    script = runpy.run_path(str(SAMPLE / "make_sample.py"))
    columns, wrong_flowers = script["iris"]()
    _, given, true = script["messages"]()
    wrong_messages = [row for row, (one, other) in enumerate(zip(given, true, strict=True)) if other and one != other]
    for name, wrong in (("iris.csv", wrong_flowers), ("messages.csv", wrong_messages)):
        opened = embedded(read(files_at([SAMPLE / name])).make())
        findings, _ = judged(opened)
        first = np.argsort(findings.label_quality)[: len(opened.dataset) // 10]
        assert len(set(first) & set(wrong)) >= 0.9 * len(wrong), name
    assert opened.raw.texts and columns["species"] == list(read(files_at([SAMPLE / "iris.csv"])).make().table.texts("species"))


def test_of_the_sample_of_pictures_those_in_the_wrong_folder_stand_among_the_first_tenth():
    script = runpy.run_path(str(SAMPLE / "make_sample.py"))
    files, wrong = script["pictures"]()
    assert (SAMPLE / "pictures.zip").read_bytes() == script["zip_of"](files)
    proposal = read(files_at([SAMPLE / "pictures.zip"]))
    buffer = io.BytesIO()
    np.save(buffer, embeddings_of(proposal.images_to_embed, Images(proposal.files).read)[0])
    opened = proposal.embedded(buffer.getvalue()).make()
    findings, _ = judged(opened)
    first = np.argsort(findings.label_quality)[: len(opened.dataset) // 10]
    assert set(wrong) <= {opened.dataset.ids[example] for example in first}

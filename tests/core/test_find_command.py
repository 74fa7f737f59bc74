"""The command line, from files to what it prints and writes; with it, the whole way from a large table to its export."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from bad_files import EMBEDDINGS, GOOD, LABELS

from vizzy.__main__ import main
from vizzy.native.judging import judged
from vizzy.reading import files_at, read

ROOT = Path(__file__).parents[2]
DIMENSIONS, CLASSES = 64, 12


@pytest.fixture
def good(tmp_path):
    (tmp_path / "data.csv").write_text(GOOD, encoding="utf-8")
    return tmp_path / "data.csv"


def large_table(rows, seed=0):
    """Labels, a twentieth of them wrong, and embeddings: classes are clouds that touch."""
    rng = np.random.default_rng(seed)
    true_label = rng.integers(0, CLASSES, rows)
    embeddings = rng.normal(size=(CLASSES, DIMENSIONS))[true_label] * 1.2 + rng.normal(
        size=(rows, DIMENSIONS)
    )
    given_label = true_label.copy()
    wrong = rng.choice(rows, rows // 20, replace=False)
    given_label[wrong] = (true_label[wrong] + rng.integers(1, CLASSES, len(wrong))) % CLASSES
    return given_label, true_label, np.round(embeddings, 4)


def write_columns(path, label, columns, prefix):
    out = io.StringIO()
    out.write("id,label," + ",".join(f"{prefix}{k}" for k in range(columns.shape[1])) + "\n")
    for number, (name, row) in enumerate(zip(label, columns.tolist(), strict=True)):
        out.write(f"r{number},class{name:02d}," + ",".join(map(repr, row)) + "\n")
    path.write_text(out.getvalue(), encoding="utf-8")


def test_output_that_nothing_reads_any_more_ends_it_without_a_complaint(good):
    command = [sys.executable, "-u", "-m", "vizzy", "find", str(good)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.close()
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()
    assert process.wait() == 141


def test_it_says_what_it_found_and_why(good, capsys):
    assert main(["find", str(good)]) == 0
    said = capsys.readouterr().out
    assert "data: 4 examples, 2 classes, predicted probabilities." in said
    assert "label issues" in said and "out of distribution" in said
    assert "line 4, id c: cat" in said
    assert "nothing speaks against cat" in said


def test_it_trains_on_embeddings_and_says_how_well(tmp_path, capsys):
    assert main(["find", str(ROOT / "static"), "--worst", "3"]) == 0
    said = capsys.readouterr().out
    assert "Trained in" in said and "% of the labels" in said
    assert said.count("nearest neighbours") == 3


def test_it_writes_the_table_and_the_report(good, tmp_path, capsys):
    table, report = tmp_path / "out.csv", tmp_path / "out.html"
    assert main(["find", str(good), "-o", str(table), "--report", str(report)]) == 0
    assert table.read_text().splitlines()[0].startswith("id,label,p_cat,p_dog,given_label,suggested_label")
    assert "<h1>Label errors in data</h1>" in report.read_text()
    assert f"Written to {table}." in capsys.readouterr().out


def test_thresholds_are_those_asked_for(good, tmp_path, capsys):
    report = tmp_path / "r.html"
    assert (
        main(
            ["find", str(good), "--class-percentile", "60", "--ood-percentile", "5", "--report", str(report)]
        )
        == 0
    )
    assert "60th percentile" in report.read_text() and "5th percentile" in report.read_text()
    assert main(["find", str(good), "--mean", "--report", str(report)]) == 0
    assert "the mean of its self-confidences" in report.read_text()
    capsys.readouterr()


def test_columns_can_be_named(tmp_path, capsys):
    path = tmp_path / "data.csv"
    path.write_text("kind,note,e0,e1\ncat,x,1,2\ndog,y,3,4\ncat,z,1,3\ndog,y,3,5\n")
    assert main(["find", str(path)]) == 2
    assert main(["find", str(path), "--label-column", "kind", "--text-column", "note"]) == 0
    assert "'x'" in capsys.readouterr().out


def test_rows_without_a_label_are_left_out_on_request(tmp_path, capsys):
    path = tmp_path / "data.csv"
    path.write_text(GOOD + "e,,0.5,0.5\n")
    assert main(["find", str(path)]) == 2
    assert "choose to leave it out" in capsys.readouterr().err
    assert main(["find", str(path), "--leave-out-unlabelled"]) == 0
    assert "Note: 1 row without a label left out." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["missing.csv"], "missing.csv does not exist"),
        (["data.csv", "-o", "data.csv"], "data.csv is one of the files to read"),
        (["data.csv", "-o", "nowhere/out.csv"], "nowhere/out.csv cannot be written"),
        (["data.csv", "--label-column", "kind"], "data.csv has no column 'kind'"),
        (["data.csv", "--class-percentile", "50", "--ood-percentile", "80"], "must not be above the second"),
        (["data.csv", "--mean", "--class-percentile", "50"], "give one of them"),
        (["data.csv", "--encoding", "klingon"], "no encoding"),
        (["labels.csv"], "nothing to check them against"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_the_status_2(arguments, sentence, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("data.csv").write_text(GOOD)
    Path("labels.csv").write_text(LABELS)
    assert main(["find", *arguments]) == 2
    said = capsys.readouterr()
    assert sentence in said.err and said.err.count("\n") == 1 and said.err.startswith("vizzy: ")
    assert Path("data.csv").read_text() == GOOD


@pytest.mark.parametrize(
    "arguments", [[], ["find"], ["find", "x", "--class-percentile", "101"], ["find", "x", "--mean=3"]]
)
def test_a_wrong_command_ends_with_its_usage_and_the_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_text_from_the_data_moves_no_cursor(tmp_path, capsys):
    path = tmp_path / "data.csv"
    path.write_text(GOOD.replace("a,", '"a\x1b[2J",'))
    assert main(["find", str(path)]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_it_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "vizzy", "find", "--help"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0 and "--class-percentile" in done.stdout


def test_probabilities_alone_do_not_need_scikit_learn(good):
    code = (
        "import sys; from vizzy.__main__ import main; main(sys.argv[1:]); sys.exit('sklearn' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "find", str(good)], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 0


def test_an_exported_table_with_corrections_is_judged_under_the_corrected_labels(tmp_path):
    text = GOOD.replace("\n", ",,,,,,\n").replace(
        "p_dog,,,,,,\n",
        "p_dog,suggested_label,corrected_label,label_quality,is_label_issue,is_out_of_distribution,review_action\n",
    )
    text = text.replace("d,dog,0.3,0.7,,,,,,", "d,dog,0.3,0.7,,cat,,,,changed")
    (tmp_path / "data.csv").write_text(text)
    findings, _ = judged(read(files_at([tmp_path / "data.csv"])).make(), 50, 15)
    assert findings.label.tolist() == [0, 1, 0, 0]


def test_a_label_array_beside_embeddings_is_found_in_a_folder(tmp_path, capsys):
    np.save(tmp_path / "labels.npy", np.array(["a", "b"] * 10))
    np.save(
        tmp_path / "embeddings.npy", np.tile(EMBEDDINGS[:2] + 0.0, (10, 1)) + np.arange(20)[:, None] / 100
    )
    assert main(["find", str(tmp_path), "-o", str(tmp_path / "out.csv")]) == 0
    assert len((tmp_path / "out.csv").read_text().splitlines()) == 21
    capsys.readouterr()


@pytest.mark.parametrize("rows", [1000, pytest.param(5000, marks=pytest.mark.thorough)])
def test_rows_of_64_dimensions_and_12_classes_go_from_file_to_export_alike_through_probabilities(
    tmp_path, capsys, rows
):
    given_label, true_label, embeddings = large_table(rows)
    source, first, second = tmp_path / "big.csv", tmp_path / "first.csv", tmp_path / "second.csv"
    write_columns(source, given_label, embeddings, "emb_")
    opened = read(files_at([source])).make()
    assert opened.dataset.embeddings.shape == (rows, DIMENSIONS) and len(opened.dataset.classes) == CLASSES
    np.testing.assert_array_equal(opened.dataset.given_label, given_label)

    findings, _ = judged(opened, 50, 15)
    worst = np.argsort(findings.label_quality, kind="stable")[: rows // 20]
    assert (given_label != true_label)[worst].mean() > 0.9

    # The same through the command, which trains anew and gets the same.
    percentiles = ["--class-percentile", "50", "--ood-percentile", "15"]
    assert main(["find", str(source), "-o", str(first), *percentiles]) == 0
    from_file = read(files_at([first])).make()
    issue = from_file.table.texts("is_label_issue")
    assert issue == [str(bool(flag)) for flag in findings.analysis.label_issue_mask]
    np.testing.assert_array_equal(from_file.dataset.embeddings, embeddings)

    # And through predicted probabilities alone: same suggestions, same thresholds.
    write_columns(tmp_path / "probs.csv", given_label, findings.pred_probs, "prob_")
    assert main(["find", str(tmp_path / "probs.csv"), "-o", str(second), *percentiles]) == 0
    from_probs = read(files_at([second])).make()
    for column in ("given_label", "suggested_label", "is_label_issue", "is_out_of_distribution"):
        assert from_probs.table.texts(column) == from_file.table.texts(column)
    np.testing.assert_array_equal(from_probs.dataset.pred_probs, findings.pred_probs)
    capsys.readouterr()


@pytest.fixture
def well_trained(tmp_path):
    """Labels of which some are wrong, and the sure probabilities of a good model, as arrays in a folder."""
    random = np.random.default_rng(5)
    true_label = random.integers(4, size=2000)
    logits = random.normal(size=(2000, 4))
    logits[np.arange(2000), true_label] += 9
    pred_probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    given_label = true_label.copy()
    given_label[:30] = (true_label[:30] + 1 + np.arange(30) % 3) % 4
    np.save(tmp_path / "labels.npy", given_label)
    np.save(tmp_path / "pred_probs.npy", pred_probs)
    return tmp_path, given_label, pred_probs


def found_in(folder, *arguments):
    """The exported rows of the files in a folder."""
    files = [str(folder / name) for name in ("labels.npy", "pred_probs.npy")]
    assert main(["find", *files, "-o", str(folder / "out.csv"), *arguments]) == 0
    return read(files_at([folder / "out.csv", folder / "pred_probs.npy"])).make()


@pytest.mark.parametrize(
    ("arguments", "filter_by"),
    [([], "confident_learning"), (["--method", "prune-by-noise-rate"], "prune_by_noise_rate")],
)
def test_on_a_good_models_probabilities_it_finds_what_cleanlab_does(well_trained, capsys, arguments, filter_by):
    from cleanlab.filter import find_label_issues

    folder, given_label, pred_probs = well_trained
    expected = find_label_issues(given_label, pred_probs, filter_by=filter_by, n_jobs=1)
    assert expected[:30].sum() >= 28
    opened = found_in(folder, *arguments)
    assert opened.table.texts("is_label_issue") == [str(bool(issue)) for issue in expected]
    assert "Nothing was decided yet" in capsys.readouterr().out
    assert set(opened.table.texts("decision")) == {"undecided"}
    assert opened.table.texts("corrected_label") == opened.table.texts("given_label")


def test_label_quality_comes_out_at_full_precision(well_trained):
    folder, given_label, pred_probs = well_trained
    qualities = np.array(found_in(folder).table.texts("label_quality"), dtype=float)
    np.testing.assert_array_equal(qualities, pred_probs[np.arange(len(given_label)), given_label])


def test_accepting_takes_suggested_labels_for_all_issues_or_for_those_of_low_quality(well_trained, capsys):
    folder, given_label, _ = well_trained
    opened = found_in(folder, "--accept", "all")
    texts = opened.table.texts
    issues = np.array(texts("is_label_issue")) == "True"
    accepted = np.array(texts("decision")) == "suggested label accepted"
    np.testing.assert_array_equal(accepted, issues)
    suggested, corrected = np.array(texts("suggested_label")), np.array(texts("corrected_label"))
    np.testing.assert_array_equal(corrected, np.where(issues, suggested, given_label.astype(str)))
    assert f"{issues.sum()} suggested labels accepted" in capsys.readouterr().out

    quality = np.array(texts("label_quality"), dtype=float)
    limit = float(np.median(quality[issues]))
    fewer = np.array(found_in(folder, "--accept", str(limit)).table.texts("decision")) == "suggested label accepted"
    np.testing.assert_array_equal(fewer, issues & (quality < limit))

"""The benchmarks' dispatcher, and the sums they print; how long anything takes decides no test."""

import json
import subprocess
import sys
import urllib.request
import xml.etree.ElementTree
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
BENCH = ROOT / "bench"
sys.path.append(str(BENCH))

import measuring  # noqa: E402
import scale  # noqa: E402
import slider  # noqa: E402
import starts  # noqa: E402
from chart import chart, decades  # noqa: E402
from cold_start import with_transfer  # noqa: E402


def run(*arguments):
    command = [sys.executable, BENCH / "run", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_without_a_name_the_benchmarks_are_listed_with_what_they_measure():
    listed = run().stdout
    for name in ("cold-start", "warm-start", "slider", "train", "scale", "detection"):
        line = next(line for line in listed.splitlines() if line.split()[:1] == [name])
        assert len(line.split()) > 4


def test_modules_that_are_no_benchmarks_are_not_listed():
    assert not {"measuring", "starts", "chart"} & set(run().stdout.split())


def test_an_unknown_name_is_refused_with_the_known_ones():
    done = run("slyder")
    assert done.returncode == 2
    assert "slider" in done.stderr


@pytest.mark.parametrize("values, middle", [([3, 1, 2], 2), ([4, 1, 2, 3], 2.5), ([7], 7)])
def test_the_median_is_the_middle_or_halfway_between_two(values, middle):
    assert measuring.median(values) == middle


def test_a_percentile_lies_in_proportion_between_neighbours():
    assert measuring.percentile([10, 0, 20, 30], 50) == 15
    assert measuring.percentile(range(101), 95) == 95
    assert measuring.percentile([5], 95) == 5
    values = np.random.default_rng(0).gamma(2, size=57).tolist()
    assert measuring.percentile(values, 95) == pytest.approx(np.percentile(values, 95))


def test_nothing_has_no_percentile_and_no_ratio():
    with pytest.raises(ValueError, match="no values"):
        measuring.percentile([], 50)
    with pytest.raises(ValueError, match="nothing measured"):
        measuring.ratio(3, 0)


def test_a_ratio_is_ours_over_theirs():
    assert measuring.ratio(1, 4) == 0.25
    assert measuring.ratio(2, 3) == 0.667


def test_a_spread_has_the_extremes_beside_the_median():
    assert measuring.spread([3, 1.04, 9]) == {"median": 3, "min": 1.0, "max": 9}


def a_start(interactive, first_result, megabytes):
    return starts.Start(interactive, first_result, megabytes * 10**6, megabytes * 10**6 // 2, 10)


def test_starts_are_compared_by_their_medians():
    comparison = with_transfer(
        starts.compared(
            {
                starts.OURS: [a_start(100, 900, 10), a_start(900, 1000, 10), a_start(200, 5000, 10)],
                starts.PLAIN: [a_start(2000, 4000, 40), a_start(1000, 4000, 40), a_start(9000, 4000, 40)],
            }
        )
    )
    assert comparison["runs"] == 3
    assert comparison["interactive_ratio"] == 0.1
    assert comparison["first_result_ratio"] == 0.25
    assert comparison["first_result_ratios"] == [0.225, 0.25, 1.25]
    assert comparison["transfer_ratio"] == comparison["transfer_compressed_ratio"] == 0.25
    assert comparison["vizzy"]["interactive_ms"] == {"median": 200, "min": 100, "max": 900}
    json.dumps(comparison)


def test_pages_are_started_in_turn():
    asked = []
    starts.in_turn(lambda which: asked.append(which) or a_start(1, 2, 3), 2, quick=False)
    assert asked == [starts.OURS, starts.PLAIN, starts.OURS, starts.PLAIN]


def test_slider_steps_are_summed_up():
    assert slider.summary(list(range(101))) == {"steps": 101, "p50_ms": 50, "p95_ms": 95, "max_ms": 100}


def test_the_site_counts_all_that_it_sends(tmp_path):
    (tmp_path / "page.txt").write_text("a" * 5000)
    site = measuring.Site(tmp_path)
    try:
        with urllib.request.urlopen(site.address + "page.txt") as response:
            assert len(response.read()) == 5000
            head = len(str(response.headers))
        assert 5000 + head / 2 < site.bytes_sent < 5000 + 2 * head + 100
        assert site.requests == [("/page.txt", 200)]
        assert 0 < site.bytes_if_compressed() < 200
        site.forget()
        assert site.bytes_sent == 0
    finally:
        site.stop()


def test_the_plain_page_asks_for_the_packages_alone_and_trains_with_the_same_module():
    config = json.loads((BENCH / "plain/pyscript.json").read_text())
    assert config["packages"] == ["numpy", "scikit-learn"]
    for source in config["files"]:
        assert (BENCH / "plain" / source).is_file()
    assert starts.PLAIN.answers in (BENCH / "plain/main.py").read_text()
    assert starts.PLAIN.result in (BENCH / "plain/main.py").read_text()


@pytest.mark.parametrize("kind", ["pred_probs", "embeddings"])
def test_datasets_to_measure_scale_are_such_as_the_page_opens(kind, tmp_path, monkeypatch):
    from vizzy.dataset import from_bytes

    monkeypatch.setattr(scale, "CACHE", tmp_path)
    folder = scale.make_dataset(kind, 200)
    array = {kind + "_bytes": (folder / (kind + ".npy")).read_bytes()}
    dataset = from_bytes((folder / "dataset.json").read_text(), **array)
    assert len(dataset) == 200
    assert 0.02 < dataset.problem_mask.mean() < 0.2


LINES = [
    {**dict.fromkeys(scale.COLUMNS, 12), "examples": size, "kind": kind, "process_mb": None}
    for kind in ("pred_probs", "embeddings")
    for size in (300, 1000)
]


def test_the_table_of_sizes_has_a_row_for_each():
    rows = scale.table(LINES).splitlines()
    assert len(rows) == 2 + len(LINES)
    assert rows[3].startswith("| 1,000 | pred_probs | 12 |")


def test_table_and_plot_take_the_place_of_the_last_ones(tmp_path, monkeypatch):
    document, picture = tmp_path / "performance.md", tmp_path / "plot.svg"
    document.write_text(f"before\n{scale.TABLE_BEGINS}\nold\n{scale.TABLE_ENDS}\nafter\n")
    monkeypatch.setattr(scale, "DOCUMENT", document)
    monkeypatch.setattr(scale, "PLOT", picture)
    scale.write(LINES)
    scale.write(LINES)
    assert document.read_text().count(scale.table(LINES)) == 1
    assert "old" not in document.read_text()
    assert document.read_text().startswith("before\n") and document.read_text().endswith("after\n")
    assert xml.etree.ElementTree.parse(picture).getroot().tag.endswith("svg")


def test_the_document_has_a_place_for_the_table():
    text = (ROOT / "docs/performance.md").read_text()
    assert text.index(scale.TABLE_BEGINS) < text.index(scale.TABLE_ENDS)


def test_a_logarithmic_axis_goes_from_the_decade_below_to_the_one_above():
    assert decades([300, 100_000]) == [2, 3, 4, 5]
    assert decades([10]) == [1, 2]
    with pytest.raises(ValueError, match="cannot show 0"):
        decades([0, 5])


def test_higher_values_are_drawn_higher_and_names_are_escaped():
    root = xml.etree.ElementTree.fromstring(chart("t", "n", [("ms", {"a<b": [(1, 10), (10, 1000)]})]))
    points = root.find(".//{*}polyline").get("points").split()
    (left, low), (right, high) = (map(float, point.split(",")) for point in points)
    assert left < right and high < low
    assert "a<b" in [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]

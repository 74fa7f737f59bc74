"""The benchmarks' dispatcher, and the sums they print; how long anything takes decides no test."""

import argparse
import gzip
import json
import re
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
import xml.etree.ElementTree
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
BENCH = ROOT / "bench"
sys.path.append(str(BENCH))

import document  # noqa: E402
import machine  # noqa: E402
import measuring  # noqa: E402
import options  # noqa: E402
import peers  # noqa: E402
import phone  # noqa: E402
import scale  # noqa: E402
import slider  # noqa: E402
import starts  # noqa: E402
import steps  # noqa: E402
import tables  # noqa: E402
from chart import chart, decades  # noqa: E402
import cold_start  # noqa: E402

TABLES = ("cold-start", "warm-start", "phone", "slider", "train", "scale", "images", "image-folder", "texts", "peers")


def run(*arguments):
    command = [sys.executable, BENCH / "run", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_without_a_name_the_benchmarks_are_listed_with_what_they_measure():
    listed = run().stdout
    for name in ("cold-start", "warm-start", "slider", "train", "scale", "detection", "peers"):
        line = next(line for line in listed.splitlines() if line.split()[:1] == [name])
        assert len(line.split()) > 4


def test_modules_that_are_no_benchmarks_are_not_listed():
    assert not {"measuring", "starts", "chart", "machine", "document", "options", "steps"} & set(
        run().stdout.split()
    )


def test_an_unknown_name_is_refused_with_the_known_ones():
    done = run("slyder")
    assert done.returncode == 2
    assert "slider" in done.stderr


@pytest.fixture
def bare(tmp_path):
    """A copy of bench/ away from any environment, and a Python that has numpy and nothing else: runs a benchmark."""
    shutil.copytree(BENCH, tmp_path / "bench", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "packages/numpy").mkdir(parents=True)
    (tmp_path / "packages/numpy/__init__.py").touch()

    def run_there(*arguments):
        command = [sys.executable, "-S", tmp_path / "bench/run", *arguments]
        environment = os.environ | {"PYTHONPATH": str(tmp_path / "packages")}
        return subprocess.run(command, check=False, capture_output=True, text=True, env=environment)

    return run_there


def test_the_environment_of_the_tests_is_found_from_a_python_that_has_numpy_but_not_playwright(
    bare, tmp_path
):
    python = tmp_path / ".cache/test/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "the environment runs $2 $3"\n')
    python.chmod(0o755)
    assert bare("slider", "--quick").stdout == "the environment runs slider --quick\n"


def test_what_is_missing_is_said_as_json_too(bare, tmp_path):
    (tmp_path / "runtime").mkdir()
    (tmp_path / "runtime/manifest.json").touch()
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/page_bundle.py").touch()  # which has nothing to do
    done = bare("slider", "--rounds", "1")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert (told["benchmark"], told["missing"]) == ("slider", "playwright")
    assert "./test.sh" in told["message"]
    assert told["message"] in done.stderr


def test_a_missing_runtime_is_said_as_json_too(bare):
    told = json.loads(bare("slider").stdout)
    assert told["missing"] == "the browser runtime"
    assert "./serve.sh --prepare" in told["message"]


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
    comparison = cold_start.with_transfer(
        starts.compared(
            {
                starts.OURS: [a_start(100, 900, 10), a_start(900, 1000, 10), a_start(200, 5000, 10)],
                starts.PLAIN: [a_start(2000, 4000, 40), a_start(1000, 4000, 40), a_start(9000, 4000, 40)],
            }
        )
    )
    assert comparison["rounds"] == 3
    assert comparison["interactive_ratio"] == 0.1
    assert comparison["first_result_ratio"] == 0.25
    assert comparison["first_result_ratios"] == [0.225, 0.25, 1.25]
    assert comparison["transfer_ratio"] == comparison["transfer_compressed_ratio"] == 0.25
    assert comparison["vizzy"]["interactive_ms"] == {"median": 200, "min": 100, "max": 900}
    json.dumps(comparison)


def test_fewer_than_three_rounds_or_a_busy_machine_give_no_ratio_but_the_reason():
    two = {which: [a_start(1, 2, 3)] * 2 for which in (starts.OURS, starts.PLAIN)}
    comparison = cold_start.with_transfer(starts.compared(two))
    for name in ("interactive_ratio", "first_result_ratio", "first_result_ratios", "transfer_ratio"):
        assert comparison[name] is None
    assert "at least 3 rounds" in comparison["no_ratio"]
    three = {which: [a_start(1, 2, 3)] * 3 for which in (starts.OURS, starts.PLAIN)}
    comparison = cold_start.with_transfer(starts.compared(three, busy="others were at work"))
    assert comparison["first_result_ratio"] is None
    assert comparison["no_ratio"] == "others were at work"
    assert comparison["transfer_ratio"] == 1
    assert "not judged" in cold_start.table(comparison)


def seen(**figures):
    quiet = {"processors": 2, "load_before": 0.1, "load": 1.2, "others_before": 0.0, "others": 0.02}
    return quiet | {"cpu_pressure_percent": 3.0} | figures


def test_a_machine_is_busy_when_other_programs_use_its_processors_whatever_the_benchmark_uses():
    assert machine.why_busy(seen()) is None
    assert machine.why_busy(seen(load_before=3.0, load=9.0)) is None
    assert "1.4 of 2 processors before the run" in machine.why_busy(seen(others_before=1.4))
    assert "0.31 of 2 processors during the run" in machine.why_busy(seen(others=0.31))


def test_where_others_cannot_be_told_apart_the_load_before_decides():
    unknown = {"others_before": None, "others": None}
    assert machine.why_busy(seen(**unknown)) is None
    assert "load average" in machine.why_busy(seen(load_before=1.1, **unknown))


def test_processor_time_of_others_is_all_of_it_without_that_of_the_process_and_its_descendants(tmp_path):
    def process(number, parent, ticks):
        (tmp_path / str(number)).mkdir()
        fields = ["S", str(parent), *["0"] * 9, str(ticks), "0", *["0"] * 5]
        (tmp_path / str(number) / "stat").write_text(f"{number} (a (b) c) {' '.join(fields)}\n")

    tick = 1 / os.sysconf("SC_CLK_TCK")
    for number, parent, ticks in ((10, 1, 5), (11, 10, 7), (12, 11, 9), (13, 1, 100)):
        process(number, parent, ticks)
    own = machine.own_processes(tmp_path, root=10)
    assert own == pytest.approx({10: 5 * tick, 11: 7 * tick, 12: 9 * tick})
    (tmp_path / "stat").write_text("cpu  100 20 30 4000 500 6 7 8 9 10\ncpu0 1 2 3 4\n")
    assert machine.busy_seconds(tmp_path) == pytest.approx(171 * tick)
    (tmp_path / "pressure").mkdir()
    (tmp_path / "pressure/cpu").write_text("some avg10=85.90 avg60=84.06 avg300=80.44 total=2500000\nfull\n")
    assert machine.pressure_seconds(tmp_path) == 2.5
    assert (
        machine.busy_seconds(tmp_path / "nowhere") is machine.pressure_seconds(tmp_path / "nowhere") is None
    )


def test_the_machine_is_told_in_every_line():
    with machine.watched() as watch:
        told = watch.figures()
    json.dumps(told)
    assert set(told) == {"machine", "busy"}
    assert set(told["machine"]) == set(seen())


def test_rounds_are_as_many_as_asked_for_and_at_least_one():
    parser = options.parser_for("any", "Some words.", 5, 3)
    assert options.read(parser, []).rounds == 5
    assert options.read(parser, ["--quick"]).rounds == 3
    assert options.read(parser, ["--quick", "--rounds", "4"]).rounds == 4
    assert options.read(parser, ["--write"]).write == document.DOCUMENT
    with pytest.raises(SystemExit):
        options.read(parser, ["--rounds", "0"])


def test_pages_are_started_in_turn():
    asked = []
    starts.in_turn(lambda which: asked.append(which) or a_start(1, 2, 3), 2, quick=False)
    assert asked == [starts.OURS, starts.PLAIN, starts.OURS, starts.PLAIN]


def recorded(**lists):
    return {"devices": [], "steps": [], "updates": [], "pictures": []} | lists


def test_an_update_is_timed_from_the_input_it_began_with():
    timed = steps.by_update(
        recorded(
            steps=[
                {"device": 90, "input": 100},
                {"device": 195, "input": 200},
                {"device": 205, "input": 210},
            ],
            updates=[
                {"input": 100, "written": 104, "painted": 116},
                {"input": 200, "written": 230, "painted": 240},
                {"input": 999, "written": 1000, "painted": 1010},  # the checkbox, which is no slider
            ],
        )
    )
    assert timed == [{"write": 4, "painted": 26, "at": 116}, {"write": 30, "painted": 45, "at": 240}]


def test_without_updates_a_step_ends_with_the_last_picture_before_the_next_step():
    timed = steps.by_picture(
        recorded(
            devices=[100, 300, 500],
            pictures=[
                {"written": 50, "painted": 60},
                {"written": 105, "painted": 116},
                {"written": 180, "painted": 190},
                {"written": 501, "painted": 520},
            ],
        )
    )
    assert timed == [{"write": 80, "painted": 90, "at": 190}, {"write": 1, "painted": 20, "at": 520}]


def test_gaps_lie_between_frames_in_their_order_even_if_one_shows_several_steps():
    assert steps.gaps([30, 10, 100, 30]) == [20, 70]
    assert steps.gaps([5]) == []


def test_steps_are_summed_up_over_all_rounds_with_the_extreme_rounds_beside():
    quick, slow = ([{"write": w, "painted": 10 * w, "at": 0} for w in range(a, a + 101)] for a in (0, 100))
    numbers = steps.summary([quick, slow])
    assert numbers["steps"] == 202
    assert numbers["write_p50_ms"] == {"all": 100, "min": 50, "max": 150}
    assert numbers["painted_p95_ms"] == {"all": 1899.5, "min": 950, "max": 1950}
    assert steps.summary([[], []])["write_p50_ms"] is None


def test_jumps_go_to_distant_places():
    assert slider.places(12) == [20, 27, 34, 41, 48, 55, 62, 69, 76, 83, 20, 27]


def test_a_drag_passes_every_value_or_every_few():
    assert slider.values_between(3, 6) == [3, 4, 5, 6]
    assert slider.values_between(9, 0, 4) == [9, 5, 1, 0]


def test_the_table_of_the_slider_has_a_line_for_each_way_of_moving_it():
    update = recorded(
        steps=[{"device": 0, "input": 1}, {"device": 30, "input": 31}],
        updates=[{"input": 1, "written": 5, "painted": 17}, {"input": 31, "written": 36, "painted": 50}],
    )
    line = slider.summed([dict.fromkeys(slider.NAMES, [update])] * 3)
    line["longest_task_ms"] = measuring.spread([0, 0, 51])
    table = slider.table(line)
    for name in slider.NAMES.values():
        assert f"| {name} | 6 of 6 | 4.5 | 5.0 |" in table
    assert "p50 33.0 ms" in table
    assert "0.0 (0.0 to 51.0) ms" in table


def test_two_apps_are_compared_by_the_figures_of_the_table():
    def visits(slowness):
        one = peers.Visits()
        picture = recorded(devices=[0, 100], pictures=[{"written": 5, "painted": 5 + slowness}])
        picture["pictures"].append({"written": 110, "painted": 110 + 3 * slowness})
        for _ in range(3):
            first = peers.Start(10 * slowness, 90 * slowness, 40 * slowness, 10**6 * slowness)
            again = peers.Start(5 * slowness, 60 * slowness, 30 * slowness, 0)
            one.add(first, again, dict.fromkeys(("keys", "drags", "jumps", "held"), [picture]))
        return peers.summed(one)

    comparison = peers.compared(visits(5), visits(10), 3, busy=None)
    assert comparison["usable_ratio"] == comparison["first_result_ratio"] == 0.5
    assert comparison["keys_painted_p50_ratio"] == round((10 + 25) / (15 + 40), 3)
    assert "| training, ms | 200.0 | 400.0 | 0.50 |" in peers.table(comparison)
    assert "| second visit: first result, ms | 300.0 | 600.0 | 0.50 |" in peers.table(comparison)
    assert "| fetched until the first result, MB | 5.0 | 10.0 | 0.50 |" in peers.table(comparison)
    comparison = peers.compared(visits(5), visits(10), 3, busy="others were at work")
    assert comparison["jumps_painted_p95_ratio"] is None
    assert "| training, ms | 200.0 | 400.0 | not judged |" in peers.table(comparison)


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


def test_a_host_that_compresses_sends_what_gets_smaller_compressed_and_the_rest_as_it_is(tmp_path):
    text, noise = b"much of the same " * 1000, os.urandom(1000)
    (tmp_path / "page.txt").write_bytes(text)
    (tmp_path / "noise.bin").write_bytes(noise)
    site = measuring.Site(tmp_path, compresses=True)
    try:
        with urllib.request.urlopen(site.address + "page.txt") as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            assert gzip.decompress(answer.read()) == text
        with urllib.request.urlopen(site.address + "noise.bin") as answer:
            assert answer.headers["Content-Encoding"] is None
            assert answer.read() == noise
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(site.address + "nothing")
    finally:
        site.stop()


def audit_of_a_phone(score, milliseconds, small=0):
    audits = {measure.audit: {"numericValue": milliseconds} for measure in phone.MEASURES}
    audits["target-size"] = {"details": {"items": [{}] * small}} if small else {}
    agent = {"hostUserAgent": "Mozilla/5.0 Chrome/156.0.0.0"}
    return {"categories": {"performance": {"score": score}}, "audits": audits, "environment": agent, "lighthouseVersion": "13.0"}


def test_of_several_audits_of_a_phone_the_table_has_medians_in_seconds_and_all_targets_that_are_too_small():
    line = phone.summary([audit_of_a_phone(0.9, 1000), audit_of_a_phone(0.5, 4000, small=3), audit_of_a_phone(0.8, 2000)])
    table = phone.table(line)
    assert "| performance, 0 to 1 | 0.80 (0.50 to 0.90) |" in table
    assert "| first contentful paint, s | 2.00 (1.00 to 4.00) |" in table
    assert "| total blocking time, ms | 2,000 (1,000 to 4,000) |" in table
    assert "| targets too small for a finger | 3 |" in table
    assert line["browser"] == "Chromium 156, Lighthouse 13.0"


def test_without_lighthouse_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setattr(phone, "INSTALLED", Path("/nowhere/lighthouse"))
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("LIGHTHOUSE", raising=False)
    with pytest.raises(measuring.Missing, match="npm install"):
        phone.find_lighthouse()


def test_the_plain_page_asks_for_the_packages_alone_and_trains_with_the_same_module():
    config = json.loads((BENCH / "plain/pyscript.json").read_text())
    assert config["packages"] == ["numpy", "scikit-learn"]
    for source in config["files"]:
        assert (BENCH / "plain" / source).is_file()
    text = "".join((BENCH / "plain" / source).read_text() for source in config["files"])
    imported = re.findall(r"^from (vizzy[\w.]*) import", text + (BENCH / "plain/main.py").read_text(), re.MULTILINE)
    assert {f"./{module.replace('.', '/')}.py" for module in imported} == set(config["files"].values())
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
    assert 0.02 < (dataset.given_label != dataset.true_label).mean() < 0.2


LINES = [
    {**dict.fromkeys(scale.COLUMNS, {"median": 12, "min": 9, "max": 30}), "examples": size, "kind": kind}
    | {"process_mb": None}
    for kind in ("pred_probs", "embeddings")
    for size in (300, 1000)
]


def test_the_table_of_sizes_has_a_row_for_each():
    rows = scale.table(LINES).splitlines()
    assert len(rows) == 2 + len(LINES)
    assert rows[3].startswith("| pred_probs | 1,000 | 12 (9 to 30) |")
    assert rows[3].endswith("|  |")


def test_rounds_of_a_size_become_their_median_and_spread():
    each = [{"browser": "Chromium 1", "p50_ms": value, "process_mb": None} for value in (3, 1, 8)]
    assert scale.over_rounds(each) == {
        "browser": "Chromium 1",
        "p50_ms": {"median": 3, "min": 1, "max": 8},
        "process_mb": None,
    }


def test_the_plot_is_drawn_from_the_medians():
    assert xml.etree.ElementTree.fromstring(scale.plot(LINES)).tag.endswith("svg")


def a_line(busy=None):
    return {"rounds": 3, "browser": "Chromium 1", "machine": seen(), "busy": busy}


def a_document(tmp_path):
    text = "".join(f"{document.begin(name)}\n\nold {name}\n\n{document.END}\n" for name in ("a", "b"))
    (tmp_path / "figures.md").write_text(f"before\n{text}after\n")
    return argparse.Namespace(write=tmp_path / "figures.md", although_busy=False)


def test_a_table_takes_the_place_of_the_benchmarks_last_one_and_of_no_other(tmp_path):
    into = a_document(tmp_path)
    for _ in range(2):
        assert document.write(into, "b", "| new |", a_line()) == 0
    text = into.write.read_text()
    assert text.count("| new |") == 1
    assert "old b" not in text
    assert f"{document.begin('a')}\n\nold a\n\n{document.END}" in text
    assert text.startswith("before\n") and text.endswith("after\n")
    assert "rounds: 3" in text and "load before: 0.1" in text and "Chromium 1" in text


def test_figures_of_a_busy_machine_are_not_written_unless_asked_for(tmp_path):
    into = a_document(tmp_path)
    assert document.write(into, "a", "| new |", a_line("others were at work")) == 3
    assert "| new |" not in into.write.read_text()
    into.although_busy = True
    assert document.write(into, "a", "| new |", a_line("others were at work")) == 0
    assert "| new |" in into.write.read_text()
    assert "others were at work" in into.write.read_text()


def test_a_figure_has_its_spread_beside_it_where_there_is_one():
    assert document.figure({"all": 1234.56, "min": 9, "max": 2000}) == "1,234.6 (9.0 to 2,000.0)"
    assert document.figure({"median": 5, "min": 5, "max": 5}, 0) == "5"
    assert document.figure(None) == ""


def test_all_tables_are_written_by_the_benchmarks_that_have_one():
    assert {command[0] for command in tables.commands([], "http://localhost:1/")} == set(TABLES)
    assert "peers" not in {command[0] for command in tables.commands([])}
    assert all(command[1:] == ["--write", "--quick"] for command in tables.commands(["--quick"]))
    assert tables.commands(["--write", "f.md"])[0] == ["cold-start", "--write", "f.md"]


def test_a_document_without_a_place_for_the_table_is_refused(tmp_path):
    into = a_document(tmp_path)
    with pytest.raises(ValueError, match="no place for the table of c"):
        document.write(into, "c", "| new |", a_line())


@pytest.mark.parametrize("name", TABLES)
def test_the_document_has_a_place_for_every_table(name):
    text = document.DOCUMENT.read_text()
    assert "| new |" in document.with_table(text, name, "| new |")


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

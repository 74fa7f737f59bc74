"""The benchmarks' script in a browser: another app's controls are found and moved like ours."""

import sys
import types
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[3] / "bench"))

import measuring  # noqa: E402
import peers  # noqa: E402
import steps  # noqa: E402


# As the original app has it: an icon without a role beside the word Train, sliders of step 5 that are no <input>,
# results that follow.
STAND_IN = """<!doctype html><title>Stand-in</title>
<style>.slider { position: relative; width: 300px; height: 14px } [role=slider] { position: absolute; width: 14px; height: 14px }</style>
<header><button>Guide</button><button aria-label="theme"></button></header>
<p>Pre-training is not needed.</p>
<div><svg aria-label="play" disabled id="go"><circle r="9"/></svg><b>Train the model!</b></div>
<div><span>Out-of-distribution percentile</span><div class="slider"><div role="slider" tabindex="0"></div></div></div>
<div><span>Class percentile</span><div class="slider"><div role="slider" tabindex="0"></div></div></div>
<output></output>
<script>
  const output = document.querySelector("output"), values = [15, 50], moved = [];
  let trainings = 0;
  const go = document.getElementById("go");
  setTimeout(() => go.removeAttribute("disabled"), 100);
  const train = () => { trainings++; output.textContent = "trained"; };
  go.onclick = () => go.hasAttribute("disabled") || setTimeout(train, 100);
  document.querySelectorAll("[role=slider]").forEach((handle, which) => {
    const set = (wanted) => {
      const value = Math.max(0, Math.min(100, 5 * Math.round(wanted / 5)));
      if (value === values[which]) return;
      values[which] = value;
      handle.style.left = value + "%";
      moved.push([which, value]);
      if (trainings) setTimeout(() => { output.textContent = values.join(" "); }, 20);
    };
    handle.onkeydown = ({ key }) => set(values[which] + { ArrowRight: 5, ArrowLeft: -5 }[key]);
    const box = handle.parentElement;
    const follow = ({ clientX }) => set(100 * (clientX - box.getBoundingClientRect().left) / 300);
    box.onpointerdown = (event) => { box.setPointerCapture(event.pointerId); follow(event); };
    box.onpointermove = (event) => { if (event.buttons) follow(event); };
  });
</script>
"""


@pytest.fixture
def stand_in(browser, tmp_path, monkeypatch):
    """A page like another app's, in a browser: gives the page and its address."""
    playwright = types.SimpleNamespace(chromium=browser.browser_type)  # a process can start Playwright only once
    monkeypatch.setattr(peers, "QUIET_SECONDS", 1)
    (tmp_path / "index.html").write_text(STAND_IN)
    site = measuring.Site(tmp_path)
    scripts = peers.scripts_for(peers.Controls(), 30_000)
    try:
        with (
            measuring.profile_folder() as folder,
            measuring.browser_on(playwright, folder, *scripts) as page,
        ):
            yield page, site.address
    finally:
        site.stop()


@pytest.mark.thorough  # daily: the next one, of the same script
def test_another_apps_button_and_sliders_are_found_and_moved_by_the_same_script(stand_in):
    page, address = stand_in
    start, recorded = peers.visit_other(page, address, peers.Controls(), share=3)
    assert 0 < start.usable < start.first_result and 0 < start.training < start.first_result
    assert start.fetched > len(STAND_IN)
    assert page.evaluate("trainings") == 1
    class_values = [value for which, value in page.evaluate("moved") if which == 1]
    # Keys: 6 / 3 to the right and 9 / 3 to the left; held keys: 9 / 3 and 15 / 3; a drag; jumps.
    drag_values = [*range(55, 95, 5)]
    jump_values = [20, 25, 35, 40, 50, 55]
    assert class_values == [
        55,
        60,
        55,
        50,
        45,
        50,
        55,
        60,
        55,
        50,
        45,
        40,
        35,
        50,
        *drag_values,
        *jump_values,
    ]
    assert [value for which, value in page.evaluate("moved") if which == 0] == [20, 25, 20, 15]
    for way in ("keys", "drags", "jumps"):
        timed = [step for part in recorded[way] for step in steps.by_picture(part)]
        assert timed
        assert all(0 < step["write"] < step["painted"] for step in timed)


def test_a_page_without_such_controls_is_refused_with_what_to_name(stand_in):
    page, address = stand_in
    page.goto(address)
    with pytest.raises(SystemExit, match="--ood-slider SELECTOR"):
        peers.sliders_of(page, peers.Controls(ood_slider=".nowhere"))

"""A slider's step ends within its input event, asks the worker nothing, and reads no layout there."""

import pytest

# Counts what reads the layout, which the browser must then bring up to date at once, while an input is handled.
COUNT_READS = """
window.reads = [];
{
  let handling = false;
  addEventListener("input", () => { handling = true; }, true);
  addEventListener("input", () => { handling = false; });
  const note = name => { if (handling) reads.push(name); };
  const METHODS = [
    [Element.prototype, ["getBoundingClientRect", "getClientRects", "scrollIntoView", "checkVisibility"]],
    [HTMLElement.prototype, ["focus"]],
    [Range.prototype, ["getBoundingClientRect", "getClientRects"]],
    [Document.prototype, ["elementFromPoint"]],
    [window, ["getComputedStyle", "scrollTo"]],
  ];
  for (const [owner, names] of METHODS) for (const name of names) {
    const original = owner[name];
    owner[name] = function (...given) { note(name); return original.apply(this, given); };
  }
  const PROPERTIES = [
    [Element.prototype, ["clientWidth", "clientHeight", "clientTop", "clientLeft", "scrollWidth", "scrollHeight", "scrollTop", "scrollLeft"]],
    [HTMLElement.prototype, ["offsetWidth", "offsetHeight", "offsetTop", "offsetLeft", "offsetParent", "innerText"]],
    [window, ["innerWidth", "innerHeight", "scrollX", "scrollY"]],
  ];
  for (const [owner, names] of PROPERTIES) for (const name of names) {
    const original = Object.getOwnPropertyDescriptor(owner, name);
    Object.defineProperty(owner, name, { ...original, get() { note(name); return original.get.call(this); } });
  }
}
"""

# What is on the screen at the end of an input event, for each place of a slider; then what the worker says of the last.
STEP = """
window.step = (name, value) => {
  const slider = document.getElementById(name + "-percentile");
  slider.value = value;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  return shown();
};
window.shown = () => {
  const texts = selector => [...document.querySelectorAll(selector)].map(node => node.textContent);
  return JSON.stringify([
    texts("[data-cell] output"),
    [...document.querySelectorAll("[data-cell] .thumbs, #label-issues, #out-of-distribution, #unconfident")]
      .map(grid => [...grid.children].map(node => node.dataset.example)),
    texts(".strip .values span"), texts("#inspector-reason span"), document.getElementById("announcer").textContent,
  ]);
};
"""
PLACES = [20 + 7 * k % 70 for k in range(12)] + [0, 100, 99, 1, 50]


@pytest.fixture
def counting(visit):
    """A visit that has trained, and in which the parts of all answers have come."""
    visit.page.add_init_script(COUNT_READS + STEP)
    visit.open().train()
    visit.page.wait_for_function("performance.getEntriesByName('vizzy:parts').length > 0")
    return visit


def test_what_a_step_changes_is_there_when_its_event_ends(counting):
    page = counting.page
    at_the_end, later = page.evaluate(
        """async places => {
          const both = [[], []];
          for (const [number, place] of places.entries()) {
            both[0].push(step(number % 3 == 2 ? "ood" : "class", place));
            await new Promise(resolve => setTimeout(resolve, 60));
            both[1].push(shown());
          }
          return both;
        }""",
        PLACES,
    )
    assert at_the_end == later
    assert len(set(at_the_end)) > 10


def test_no_layout_is_read_while_an_input_is_handled(counting):
    reads = counting.page.evaluate(
        """async places => {
          reads.splice(0);
          for (const place of places) {
            step("class", place);
            step("ood", Math.max(0, place - 30));
            await new Promise(resolve => setTimeout(resolve, place % 2 ? 0 : 300));
          }
          return reads;
        }""",
        PLACES,
    )
    assert reads == []
    counting.page.evaluate(
        """() => {
          reads.splice(0);
          document.getElementById("class-percentile").addEventListener("input", event => event.target.offsetWidth, { once: true });
          step("class", 33);
        }"""
    )
    assert counting.page.evaluate("reads") == ["offsetWidth"]  # had there been any, they would have been counted

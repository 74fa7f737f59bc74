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
            await new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve, 60)));
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


def test_what_a_step_leaves_as_it_is_is_not_written(counting):
    page = counting.page
    page.hover("#label-issues .thumb")
    writes = page.evaluate(
        """async () => {
          const slider = document.getElementById("class-percentile"), settle = () => slider.dispatchEvent(new Event("change"));
          const quiet = () => new Promise(resolve => setTimeout(resolve, 500));
          const observer = new MutationObserver(() => {}), all = { subtree: true, childList: true, attributes: true, characterData: true };
          const named = ({ target, attributeName }) => (target.id || target.className) + " " + attributeName;
          const inspected = document.querySelector(".active").dataset.example;
          step("class", 55);
          settle();  // now there is something to undo
          await quiet();
          const active = [...document.querySelectorAll(".active[data-example]")];
          observer.observe(document, all);
          step("class", 60);
          const stayed = active.filter(node => node.isConnected);
          const marked = observer.takeRecords().filter(({ target, attributeName }) => attributeName === "class" && stayed.includes(target));
          settle();
          const atTheEnd = observer.takeRecords().map(named);
          document.getElementById("undo").click();
          document.getElementById("undo").click();
          return { stayed: stayed.length, marked: marked.map(named), atTheEnd, undo: document.getElementById("undo").getAttribute("aria-disabled"),
                   inspected, active: [...new Set([...document.querySelectorAll(".active[data-example]")].map(node => node.dataset.example))] };
        }"""
    )
    assert writes["stayed"] > 0
    assert writes["marked"] == writes["atTheEnd"] == []
    assert writes["undo"] == "true"
    assert writes["active"] == [writes["inspected"]]


def test_inputs_without_a_frame_between_them_are_drawn_until_one_is_overdue_and_the_last_is_drawn_after_it(counting):
    at_once, after_long, painted, wanted = counting.page.evaluate(
        """async () => {
          const busyUntil = time => { while (performance.now() < time); };
          const frame = () => new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve, 100)));
          step("class", 40);
          await frame();
          const [first, second] = [step("class", 60), step("class", 70)];
          busyUntil(performance.now() + 120);
          const third = step("class", 80);
          await frame();
          const painted = shown();
          await frame();
          step("class", 30);
          await frame();
          return [first !== second, third === second, painted, step("class", 80)];
        }"""
    )
    assert at_once and after_long and painted == wanted

"""Moves sliders by real keys and a real mouse, and times what each step changes on the page.

The input events come from the browser (Playwright's keyboard and mouse), as those of a person do. A script that runs
before the page's own (``RECORDER``) notes for each step, in ms of ``performance.now()``:

device
    The time stamp of the key or pointer event. It includes the time the event waits for the page to be free.
input
    The time stamp of the ``input`` event of an ``<input type=range>``, if the slider is one.
written
    The end of the last DOM write. Where a page makes ``vizzy:update`` measures, that is their end; where it makes
    none, the last change of the document that does more than set ``style`` attributes, as animations do in every
    frame, or take nodes away, as they do at their end.
painted
    The end of the browser's main-thread work for the first frame that shows the write: a task that was posted in
    that frame's animation callbacks. Compositing and the way to the screen come after it.
"""

import time
from dataclasses import dataclass

from measuring import median, percentile

RECORDER = """
(() => {
  const devices = [], steps = [], updates = [], pictures = [], waiting = [];
  let device = null, inFrame = false, picture = null;

  // After a frame: animation callbacks post a message, whose task runs once the frame's work is done.
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    inFrame = false;
    const now = performance.now();
    for (const then of waiting.splice(0)) then(now);
  };
  const enterFrame = () => {
    if (!inFrame) channel.port2.postMessage(0);
    inFrame = true;
  };
  const request = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) => request((time) => {
    enterFrame();
    callback(time);
  });
  const whenPainted = (then) => {
    if (inFrame) return void waiting.push(then);
    request(() => {
      enterFrame();
      waiting.push(then);
    });
  };

  const note = (event) => {
    if (event.type === "pointermove" && !event.buttons) return;
    const first = event.getCoalescedEvents?.()[0] ?? event;
    device = first.timeStamp;
    devices.push(device);
  };
  for (const name of ["keydown", "pointerdown", "pointermove"]) window.addEventListener(name, note, true);
  window.addEventListener("input", (event) => steps.push({ device, input: event.timeStamp }), true);

  const measure = performance.measure.bind(performance);
  performance.measure = (name, ...rest) => {
    const entry = measure(name, ...rest);
    if (name === "vizzy:update") {
      const update = { input: entry.startTime, written: entry.startTime + entry.duration };
      whenPainted((painted) => updates.push({ ...update, painted }));
    }
    return entry;
  };
  const isDecoration = ({ type, attributeName, addedNodes }) =>
    type === "childList" ? !addedNodes.length : type === "attributes" && attributeName === "style";
  new MutationObserver((records) => {
    if (records.every(isDecoration)) return;
    const written = performance.now();
    if (picture) return void (picture.written = written);
    const mine = (picture = { written });
    whenPainted((painted) => {
      if (picture === mine) picture = null;
      pictures.push({ ...mine, painted });
      bench.onPicture?.(painted);
    });
  }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });

  bench.whenPainted = whenPainted;
  bench.takeSteps = () => ({
    devices: devices.splice(0), steps: steps.splice(0), updates: updates.splice(0), pictures: pictures.splice(0),
  });
})();
"""
SECONDS_TO_SETTLE = 0.5  # after the last step, for what it still changes
KEY_HELD_SECONDS = 0.03


@dataclass(frozen=True)
class Slider:
    """How a page's slider is found and moved.

    Parameters
    ----------
    handle, track : str
        Selectors of what takes the keys, and of what is as long as the slider.
    inset : bool
        Whether the thumb's middle stays half its width away from the track's ends, as an ``<input type=range>`` has it.
    """

    handle: str
    track: str
    inset: bool = True

    def place(self, page, value):
        """Where a value, 0 to 100, is on the screen: x, y."""
        box = page.locator(self.track).bounding_box()
        half = box["height"] / 2 if self.inset else 0
        x = box["x"] + half + (box["width"] - 2 * half) * value / 100
        return x, box["y"] + box["height"] / 2


class Pace:
    """Keeps a pace; a step that comes late does not make the next ones hurry."""

    def __init__(self, seconds):
        self._seconds = seconds
        self._due = time.monotonic()

    def wait(self):
        """Wait until the next step is due."""
        now = time.monotonic()
        time.sleep(max(0, self._due - now))
        self._due = max(now, self._due) + self._seconds


def press_keys(page, slider, keys, seconds):
    """Press single keys: (key, how often) each; returns what was recorded."""
    take(page)
    page.focus(slider.handle)
    pace = Pace(seconds)
    for key, times in keys:
        for _ in range(times):
            pace.wait()
            page.keyboard.press(key, delay=1000 * min(KEY_HELD_SECONDS, seconds / 2))
    return settled(page)


def hold_keys(page, slider, keys, seconds):
    """Hold keys down: (key, how many repetitions) each; returns what was recorded."""
    take(page)
    page.focus(slider.handle)
    for key, times in keys:
        pace = Pace(seconds)
        for _ in range(times):
            pace.wait()
            page.keyboard.down(key)  # again without an "up": a repetition
        page.keyboard.up(key)
    return settled(page)


def drag(page, slider, values, seconds):
    """Drag the thumb from the first of some values through all others; returns what was recorded."""
    page.locator(slider.track).scroll_into_view_if_needed()
    page.mouse.move(*slider.place(page, values[0]))
    page.mouse.down()
    settled(page)
    pace = Pace(seconds)
    for value in values[1:]:
        place = slider.place(page, value)
        pace.wait()
        page.mouse.move(*place)
    page.mouse.up()
    return settled(page)


def jump(page, slider, values, seconds):
    """Click at places of the track; returns what was recorded."""
    take(page)
    places = [slider.place(page, value) for value in values]
    pace = Pace(seconds)
    for place in places:
        pace.wait()
        page.mouse.move(*place)
        page.mouse.down()
        page.mouse.up()
    return settled(page)


def take(page):
    """What was recorded since the last time: dict of lists."""
    return page.evaluate("bench.takeSteps()")


def settled(page):
    """The same, once the last step has had its effect."""
    page.wait_for_timeout(1000 * SECONDS_TO_SETTLE)
    return take(page)


def by_update(recorded):
    """Each ``vizzy:update`` with the device event that began it.

    Returns
    -------
    list of dict
        "write" from the ``input`` event, and "painted" from the device event, both in ms; "at", when it was painted.
    """
    devices = {step["input"]: step["device"] for step in recorded["steps"]}
    return [
        {
            "write": update["written"] - update["input"],
            "painted": update["painted"] - devices[update["input"]],
            "at": update["painted"],
        }
        for update in recorded["updates"]
        if devices.get(update["input"]) is not None
    ]


def by_picture(recorded):
    """Each device event with the last write before the next one; events that changed nothing are left out.

    Returns
    -------
    list of dict
        As `by_update`, but "write" too is from the device event.
    """
    changed, devices = [], recorded["devices"]
    for began, ended in zip(devices, [*devices[1:], float("inf")], strict=True):
        caused = [one for one in recorded["pictures"] if began <= one["written"] < ended]
        if caused:
            last = caused[-1]
            changed.append(
                {"write": last["written"] - began, "painted": last["painted"] - began, "at": last["painted"]}
            )
    return changed


def gaps(times):
    """The time between each two frames that follow each other, each counted once however much it shows: list."""
    ordered = sorted(set(times))
    return [later - earlier for earlier, later in zip(ordered, ordered[1:], strict=False)]


def over_rounds(rounds, percent):
    """A percentile of all values of some rounds, with the smallest and largest of a round's own: dict, or None."""
    rounds = [values for values in rounds if values]
    if not rounds:
        return None
    each = [percentile(values, percent) for values in rounds]
    pooled = percentile([value for values in rounds for value in values], percent)
    return {"all": round(pooled, 1), "min": round(min(each), 1), "max": round(max(each), 1)}


def summary(rounds):
    """The timed steps of some rounds in numbers.

    Parameters
    ----------
    rounds : list of (list of dict)
        Of each round what `by_update` or `by_picture` returned.

    Returns
    -------
    dict
        How many steps were timed, and p50 and p95 of "write" and "painted", each as `over_rounds` has it.
    """
    numbers = {"steps": sum(map(len, rounds)), "steps_per_round": median([len(one) for one in rounds])}
    for what in ("write", "painted"):
        for percent in (50, 95):
            values = [[step[what] for step in steps] for steps in rounds]
            numbers[f"{what}_p{percent}_ms"] = over_rounds(values, percent)
    return numbers

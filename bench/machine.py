"""How busy the machine is with other work before and while something is measured.

Figures from a machine that does other work at the same time say little about the page. So every run notes the load
average, how many processors other programs used (all processor time minus that of the benchmark and the processes it
started) and how long programs had to wait for a processor (Linux's CPU pressure, the benchmark's own included). If
others used more than ``MOST_FOR_OTHERS`` processors, the run calls the machine busy and gives no ratio.
"""

import contextlib
import os
import threading
import time
from pathlib import Path

PROC = Path("/proc")
MOST_FOR_OTHERS = 0.3  # processors; a desktop that is left alone takes less than 0.1
SECONDS_BEFORE, SECONDS_BETWEEN_SAMPLES = 1.0, 0.5
IDLE_FIELDS = (3, 4)  # of the line "cpu" in /proc/stat: idle, and idle waiting for a disk
FEWEST_ROUNDS = 3


class Machine:
    """Watches the machine from its creation on; ``figures`` tells what was seen so far."""

    def __init__(self):
        self._load_before = os.getloadavg()[0]
        self._own_seconds = {}  # of each process of ours that was ever seen
        self._stopped = threading.Event()
        self._others_before = self._sampled_before()
        self._sample()
        self._start = self._now()
        threading.Thread(target=self._keep_sampling, daemon=True).start()

    def stop(self):
        """Take no more samples."""
        self._stopped.set()

    def figures(self):
        """What was seen: dict, to be put into a result's line.

        ``busy`` is None, or a sentence that says why the figures must not be judged.
        """
        self._sample()
        others = self._others_since(self._start)
        figures = {
            "processors": os.cpu_count(),
            "load_before": round(self._load_before, 1),
            "load": round(os.getloadavg()[0], 1),
            "others_before": self._others_before,
            "others": others,
            "cpu_pressure_percent": self._pressure_since_start(),
        }
        return {"machine": figures, "busy": why_busy(figures)}

    def _sampled_before(self):
        start = self._now()
        time.sleep(SECONDS_BEFORE)
        return self._others_since(start)

    def _now(self):
        return time.monotonic(), busy_seconds(), sum(self._own_seconds.values()), pressure_seconds()

    def _others_since(self, start):
        then, busy, own, _ = start
        now, busy_now, own_now, _ = self._now()
        if busy is None:
            return None
        return round(max(0, (busy_now - busy) - (own_now - own)) / (now - then), 2)

    def _pressure_since_start(self):
        now, _, _, waited = self._now()
        if waited is None:
            return None
        return round(100 * (waited - self._start[3]) / max(1e-9, now - self._start[0]), 1)

    def _keep_sampling(self):
        while not self._stopped.wait(SECONDS_BETWEEN_SAMPLES):
            self._sample()

    def _sample(self):
        self._own_seconds |= own_processes()


@contextlib.contextmanager
def watched():
    """A watch over the machine for as long as it is needed."""
    machine = Machine()
    try:
        yield machine
    finally:
        machine.stop()


def why_busy(figures):
    """Why figures measured then must not be judged: a sentence, or None if the machine was quiet."""
    processors = figures["processors"]
    for name, when in (("others_before", "before the run"), ("others", "during the run")):
        if figures[name] is not None and figures[name] > MOST_FOR_OTHERS:
            return (
                f"Other programs used {figures[name]} of {processors} processors {when} "
                f"(quiet: at most {MOST_FOR_OTHERS}): run this again on a quiet machine."
            )
    if figures["others"] is None and figures["load_before"] > processors / 2:
        return f"The load average before the run was {figures['load_before']}: run this again on a quiet machine."
    return None


def why_no_ratio(rounds, busy):
    """Why a ratio of these figures would say nothing: a sentence, or None if it can be given."""
    if rounds < FEWEST_ROUNDS:
        return f"A ratio takes at least {FEWEST_ROUNDS} rounds of each; there were {rounds}."
    return busy


def judged(ratios, rounds, busy):
    """The ratios if they can be judged, else None for each and the reason under ``no_ratio``: dict."""
    why = why_no_ratio(rounds, busy)
    return ratios if why is None else dict.fromkeys(ratios) | {"no_ratio": why}


def busy_seconds(proc=PROC):
    """Processor time that was used since the machine started, by all programs; None where it cannot be read."""
    try:
        fields = (proc / "stat").read_text().splitlines()[0].split()[1:9]
    except OSError:
        return None
    ticks = sum(int(value) for place, value in enumerate(fields) if place not in IDLE_FIELDS)
    return ticks / os.sysconf("SC_CLK_TCK")


def pressure_seconds(proc=PROC):
    """For how long some program waited for a processor since the machine started; None where it cannot be read."""
    try:
        some = (proc / "pressure" / "cpu").read_text().splitlines()[0]
    except OSError:
        return None
    return int(some.rpartition("total=")[2]) / 1e6


def own_processes(proc=PROC, root=None):
    """Processor seconds of a process (this one) and all that descend from it: dict by process number."""
    parents, seconds = {}, {}
    for folder in proc.glob("[0-9]*"):
        with contextlib.suppress(OSError):  # a process may end while it is looked at
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            number = int(folder.name)
            parents[number] = int(fields[1])
            seconds[number] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    own = {os.getpid() if root is None else root}
    while found := {number for number, parent in parents.items() if parent in own} - own:
        own |= found
    return {number: seconds[number] for number in own if number in seconds}

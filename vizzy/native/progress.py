"""A progress line: how many, how fast, how long still."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

SECONDS_BETWEEN_LINES = 15.0  # where the output is a log file, not a terminal
SECONDS_BETWEEN_REDRAWS = 0.2


class Progress:
    """Counts images, or other units, done and says so on the standard error stream."""

    def __init__(
        self,
        total: int,
        done: int = 0,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
        unit: str = "images",
    ) -> None:
        self.total = total
        self.done = done
        self._unit = unit
        self._stream = stream or sys.stderr
        self._clock = clock
        self._started = self._shown = clock()
        self._done_before = done
        self._live = self._stream.isatty()

    def advance(self, count: int) -> None:
        """Count some more, and show it if the last time is long enough ago."""
        self.done += count
        interval = SECONDS_BETWEEN_REDRAWS if self._live else SECONDS_BETWEEN_LINES
        if self._clock() - self._shown >= interval or self.done >= self.total:
            self._shown = self._clock()
            self._write(self.text())

    def say(self, message: str) -> None:
        """Write a line of its own without spoiling the progress line."""
        self._stream.write(f"{self._erase()}{message}\n")

    def text(self) -> str:
        """For example ``120 of 300 images (40 %), 31.5 per second, 6 s left``."""
        percent = 100 * self.done // max(self.total, 1)
        seconds = self._clock() - self._started
        rate = (self.done - self._done_before) / seconds if seconds > 0 else 0.0
        left = readable_duration((self.total - self.done) / rate) if rate else "unknown time"
        return f"{self.done} of {self.total} {self._unit} ({percent} %), {rate:.1f} per second, {left} left"

    def _write(self, text: str) -> None:
        end = "\n" if not self._live or self.done >= self.total else ""
        self._stream.write(f"{self._erase()}{text}{end}")
        self._stream.flush()

    def _erase(self) -> str:
        return "\r\x1b[K" if self._live else ""


def readable_duration(seconds: float) -> str:
    """For example ``2 h 5 min``, ``3 min 20 s`` or ``12 s``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"

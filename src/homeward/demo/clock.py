"""The demo's clock: simulated time that runs faster than ours, at a speed that may change while it runs."""

import time
from bisect import bisect_right
from collections.abc import Callable


class DemoClock:
    """Simulated time from `start` on; each change of speed is remembered, so that any wall time has its moment."""

    def __init__(self, start: float, speed: float = 60.0, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self.begin(start, speed)

    def begin(self, start: float, speed: float) -> None:
        """Let it be `start` now, and forget what was before."""
        self._since, self._start, self._speeds = [self._wall()], [start], [speed]

    @property
    def speed(self) -> float:
        """Simulated seconds to one of ours."""
        return self._speeds[-1]

    @speed.setter
    def speed(self, speed: float) -> None:
        wall = self._wall()
        now = self.of(wall)
        self._since.append(wall)
        self._start.append(now)
        self._speeds.append(speed)

    def now(self) -> float:
        """The simulated time now, s since 1970."""
        return self.of(self._wall())

    def of(self, wall: float) -> float:
        """The simulated time at a moment of the system's clock; the start before it was started."""
        i = max(0, bisect_right(self._since, wall) - 1)
        return self._start[i] + max(0.0, wall - self._since[i]) * self._speeds[i]

    def wall(self, moment: float) -> float:
        """When, by the system's clock, a simulated moment is or was reached."""
        i = max(0, bisect_right(self._start, moment) - 1)
        return self._since[i] + (moment - self._start[i]) / self._speeds[i]

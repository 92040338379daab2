"""The clocks that a hub can live by."""

import time
from dataclasses import dataclass


class LifeClock:
    """The system's clock."""

    speed = 1.0

    def now(self) -> float:
        """The time now, s since 1970 UTC."""
        return time.time()

    def of(self, wall: float) -> float:
        """The same."""
        return wall

    def wall(self, moment: float) -> float:
        """The same."""
        return moment


@dataclass(frozen=True, slots=True)
class FastClock:
    """A simulation's time: from `start` on, `speed` seconds pass in each of ours since `wall_start`."""

    start: float
    wall_start: float
    speed: float = 60.0

    def now(self) -> float:
        """The simulated time now."""
        return self.of(time.time())

    def of(self, wall: float) -> float:
        """The simulated time at a moment of the system's clock."""
        return self.start + max(0.0, wall - self.wall_start) * self.speed

    def wall(self, moment: float) -> float:
        """When, by the system's clock, a simulated moment is reached."""
        return self.wall_start + (moment - self.start) / self.speed


HubClock = LifeClock | FastClock

"""Life's own clock; simulations bring theirs."""

import time

from homeward.core.connector import Clock


class LifeClock:
    """The system's clock."""

    speed = 1.0

    def now(self) -> float:
        """The time now, s since 1970 UTC."""
        return time.time()

    def of(self, wall: float) -> float:
        """The same."""
        return wall


def lived_ns(clock: Clock, wall_ns: int) -> int:
    """The time of `clock` (ns) that belongs to a moment of the system's clock (ns); life's is the same to the last."""
    return wall_ns if isinstance(clock, LifeClock) else int(clock.of(wall_ns / 1e9) * 1e9)

"""Life's own clock; simulations bring theirs."""

import time


class LifeClock:
    """The system's clock."""

    speed = 1.0

    def now(self) -> float:
        """The time now, s since 1970 UTC."""
        return time.time()

    def of(self, wall: float) -> float:
        """The same."""
        return wall

"""The simulated household as a connector: it speaks as its time passes, obeys, and has buttons for visitors."""

import asyncio

from homeward.core.connector import Clock, ConnectorError, Tell
from homeward.core.signal import Command
from homeward.demo.clock import DemoClock
from homeward.demo.evening import HOUSEHOLD, LIVE, SIMULATED, Cadence, Evening, next_start
from homeward.demo.roads import DemoRoads

NIGHT_PASSES_S = 30.0
"""So long in our time takes the way from one evening to the next."""
ON_A_MAP = "This home, its people, the drive and the traffic are simulated; the map and the navigation are real."
HOLD_SPEED = 0.5
"""When the evening is over, time all but stands still until somebody asks for the next."""
NIGHT = Cadence(home_s=300.0, driving_s=60.0, parked_s=1800.0, phone_s=1800.0, phone_moving_s=300.0, rooms=False)
LONGEST_PAUSE_S = 0.5


class DemoConnector:
    """One evening after another; in between it holds until somebody asks for the next."""

    name = "demo"

    def __init__(
        self,
        evening: Evening,
        clock: DemoClock,
        night_passes_s: float = NIGHT_PASSES_S,
        roads: DemoRoads | None = None,
    ) -> None:
        self.roads = roads
        self.evening, self.clock, self.night_passes_s = evening, clock, night_passes_s
        self.pace = clock.speed
        self._begins = evening.now
        self._nudged = asyncio.Event()

    def begin(self, evening: Evening) -> None:
        """Go on with another evening, from its time on."""
        self.evening, self._begins = evening, evening.now
        self.clock.begin(evening.now, self.pace)

    def takes(self, command: Command) -> bool:
        """See Connector."""
        return command.node.partition("/")[0] == HOUSEHOLD and self.evening.things.takes(command)

    async def sense(self, clock: Clock, tell: Tell) -> None:
        """See Connector."""
        while True:
            self._follow()
            if self.roads:
                self.roads.follow(self.evening)
            now = clock.now()
            for message in self.evening.step(now):
                tell(message)
            self._nudged.clear()
            until = min(self.evening.next_due(), self._begins) if self.night() else self.evening.next_due()
            wait = (until - clock.now()) / clock.speed
            try:
                async with asyncio.timeout(min(max(wait, 0.01), LONGEST_PAUSE_S)):
                    await self._nudged.wait()
            except TimeoutError:
                continue

    async def act(self, command: Command) -> str:
        """See Connector."""
        done = self.evening.act(command)
        self._nudged.set()
        return done

    def simulated(self) -> str:
        """The sentence that says what is simulated."""
        return ON_A_MAP if self.roads else SIMULATED

    def buttons(self) -> list[tuple[str, str]]:
        """What a visitor may make happen now, with what the button says."""
        if self.night():
            return []
        if self.evening.over():
            return self.evening.buttons()
        faster = ("slower", "Slower") if self.clock.speed > self.pace else ("faster", "Faster")
        more = self.roads.buttons(self.evening) if self.roads else []
        return [*self.evening.buttons(), *more, faster]

    async def press(self, button: str) -> None:
        """Make one of the buttons happen. Raises ConnectorError if it cannot happen now."""
        if button not in dict(self.buttons()):
            known = ", ".join(name for name, _ in self.buttons()) or "nothing"
            raise ConnectorError(f"{button!r} cannot be pressed now; {known} can")
        if button == "again":
            self._begins = next_start(self.evening.now)
            self.evening.cadence = NIGHT
            self.clock.speed = (self._begins - self.evening.now) / self.night_passes_s
        elif button in ("faster", "slower"):
            self.clock.speed = 2.0 * self.pace if button == "faster" else self.pace
        elif self.roads:
            await self.roads.press(button, self.evening)
        else:
            self.evening.press(button, self.clock.now())
        self._nudged.set()

    def night(self) -> bool:
        """Whether it is on its way to the next evening."""
        return self.evening.now < self._begins

    def _follow(self) -> None:
        """Hold when the evening is over, and begin when the night is."""
        if self.night():
            if self.clock.now() < self._begins:
                return
            self.evening.cadence = LIVE
            self.clock.speed = self.pace
            self.evening.step(self.clock.now())
            self.evening.refresh()
        elif self.evening.over() and self.clock.speed != HOLD_SPEED:
            self.clock.speed = HOLD_SPEED

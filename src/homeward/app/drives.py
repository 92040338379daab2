"""What a hub learns from its own cars' drives: how long its households take, and how fast the roads were just now.

When a car has parked, its places are taken from history and matched to the map; each stretch driven from end to end
teaches the household's drive times, the usual course of a week, and the probes that say how fast roads are just now;
and the charge it took teaches what the car takes.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from homeward.app.consumption import Learner
from homeward.app.hub import Hub
from homeward.core.signal import Broken, Kind
from homeward.models.eta import DriveTimes
from homeward.models.roads.guide import SIGN, Guide
from homeward.models.roads.match import Matched, Matcher
from homeward.models.roads.network import Column

log = logging.getLogger(__name__)
KEPT, WEEK_KEPT = "drive-times.json", "week.json"
LOOK_S, PARKED_S, MARGIN_S, LEAST_SHARE = 20.0, 180.0, 30.0, 0.7
MOVES_KMH = 3.0
PLACE = "Vehicle.CurrentLocation"
PLACES = f"""select "at" as moment, max(value) filter (where path = '{PLACE}.Latitude') as lat,
max(value) filter (where path = '{PLACE}.Longitude') as lon from readings
where node = $node and "at" between $since and $until group by "at" order by moment"""


@dataclass(eq=False)
class Drives:
    """Watches for cars that park. `began` and `moved` are when each car's drive began and when it last moved."""

    hub: Hub
    guide: Guide
    folder: Path
    learner: Learner
    began: dict[str, float] = field(default_factory=dict)
    moved: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._matcher: Matcher | None = None
        with suppress(OSError, ValueError, KeyError, TypeError):  # what cannot be read is learned anew
            said = orjson.loads((self.folder / KEPT).read_bytes())
            self.guide.times.update({name: DriveTimes.restore(state) for name, state in said.items()})
        with suppress(OSError, ValueError, KeyError, TypeError):
            self.guide.profile.restore(orjson.loads((self.folder / WEEK_KEPT).read_bytes()))
        self.learner.cars.restore()

    async def keep(self) -> None:
        """Look for cars that have parked, and learn, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S / max(1.0, self.hub.clock.speed))
            for car, since, until in self._parked():
                try:
                    await self._learn(car, since, until)
                except (OSError, ValueError, Broken) as problem:  # what is not learned is no harm
                    log.warning("a drive of %s could not be learned: %s", car, problem)

    def _parked(self) -> list[tuple[str, float, float]]:
        """The cars whose drive is over, and from when to when it was."""
        twin, now, over = self.hub.circle.twin, self.hub.clock.now(), []
        for number, car in enumerate(list(twin.nodes.names)):
            if twin.nodes.kind(number) is not Kind.VEHICLE:
                continue
            speed, at = twin.get(car, "Vehicle.Speed")[:2]
            if isinstance(speed, float) and speed > MOVES_KMH and now - at < PARKED_S:
                self.began.setdefault(car, at)
                self.moved[car] = at
            elif car in self.moved and now - self.moved[car] > PARKED_S:
                over.append((car, self.began.pop(car), self.moved.pop(car)))
        return over

    async def _learn(self, car: str, since: float, until: float) -> None:
        await self.hub.checkpoint()
        span = since - MARGIN_S, until + MARGIN_S
        asked = {"node": car, "since": span[0], "until": span[1]}
        found: Any = await asyncio.to_thread(
            self.hub.history.select, PLACES, asked, (span[0], span[1] + 1.0), "readings"
        )
        at, lat, lon = (np.array(found[name].to_pylist(), dtype=np.float64) for name in ("moment", "lat", "lon"))
        told = np.isfinite(lat) & np.isfinite(lon)
        if told.sum() < 3:
            return
        matched = await asyncio.to_thread(self._match, lat[told], lon[told], at[told])
        if matched is None or matched.share < LEAST_SHARE:
            log.info("a drive of %s was on no roads of the map", car)
            return
        await asyncio.to_thread(self._keep, car.partition("/")[0], matched)
        await asyncio.to_thread(self.learner.learn, car, matched, since, until)

    def _match(self, lat: Column, lon: Column, at: Column) -> Matched | None:
        self._matcher = self._matcher or Matcher(self.guide.roads)
        return self._matcher.match(lat, lon, at)

    def _keep(self, household: str, matched: Matched) -> None:
        network = self.guide.network
        times = self.guide.times.get(household) or DriveTimes()
        allowed = network.speed_kmh[matched.arcs].astype(np.float64) / SIGN
        length = network.length_m[matched.arcs].astype(np.float64)
        took = np.maximum(matched.took_s, length / (1.5 * allowed / 3.6))  # a place that jumps is no quick drive
        times.learn_one(allowed, np.maximum(length, 0.1), took)
        self.guide.times[household] = times
        self.guide.probes.add(household, matched.arcs, matched.at_s, matched.took_s)
        free_s = self.guide.events.free_ms[matched.arcs] / 1000.0
        local = matched.at_s + self.guide.offset_s
        self.guide.profile.add(household, matched.arcs, local, took / np.maximum(free_s, 0.1), free_s)
        self._write(KEPT, {name: one.state() for name, one in self.guide.times.items()})
        self._write(WEEK_KEPT, self.guide.profile.state())

    def _write(self, name: str, state: Any) -> None:
        fresh = (self.folder / name).with_suffix(".new")
        fresh.write_bytes(orjson.dumps(state))
        fresh.replace(self.folder / name)

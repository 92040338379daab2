"""The demo on a map: work and home at two ends of it, a car that follows the household's route, events on the way."""

import json
from dataclasses import dataclass, field
from math import nan
from random import Random

import numpy as np

from homeward.app.roadmap import Roadmap
from homeward.core.signal import Refused
from homeward.demo.evening import HOME, Evening
from homeward.demo.journey import SLOWEST
from homeward.demo.track import Track
from homeward.models.roads.events import RoadEvent
from homeward.models.roads.kernels import NOWHERE
from homeward.models.roads.trip import Place, Trip

TRIED, LONGEST_S = 60, 45 * 60.0
SHARE = 0.9
"""A driver's share of the limit, as in `journey.Style`: what the map says is already driven so."""
SOURCE = "demo"
JAM_KMH, LASTS_S, NOTICE_S = 6.0, 5400.0, 45.0
BUTTONS = [("jam", "Jam ahead"), ("close", "Road closed ahead")]


@dataclass(slots=True)
class DemoRoads:
    """What the demo does with a map."""

    roadmap: Roadmap
    followed: str = ""
    waiting: list[RoadEvent] = field(default_factory=list)

    def way(self, seed: int) -> Track:
        """The way home of this household: between two far ends of the map. Raises Refused where it has none."""
        network, roads = self.roadmap.network, self.roadmap.guide.roads
        random = Random(f"{seed} ends")
        nodes = np.array([random.randrange(network.nodes) for _ in range(TRIED)])
        a, b = (side.ravel() for side in np.meshgrid(nodes, nodes))
        far = roads.ways.distances(a, b).astype(np.float64)
        far[(far >= NOWHERE) | (far > 1000.0 * LONGEST_S)] = -1.0
        for best in np.argsort(-far)[:20].tolist():
            start, end = int(a[best]), int(b[best])
            goal = Place(float(network.lat[end]), float(network.lon[end]), "home")
            trip = self.roadmap.guide.plan(float(network.lat[start]), float(network.lon[start]), nan, goal)
            if trip is not None and trip.metres > 500.0:
                return track_of(trip)
        raise Refused("this map has no way of half a kilometre; the demo needs a larger one")

    def follow(self, evening: Evening) -> None:
        """Let the car take the household's route where it is a new one."""
        hub = self.roadmap.hub
        text = str(hub.circle.twin.get(HOME, "Home.Navigation.Route")[0] or "") if hub else ""
        if text == self.followed:
            return
        first, self.followed = not self.followed, text
        if text and not first:
            evening.follow(track_of(Trip.restore(json.loads(text))))

    def buttons(self, evening: Evening) -> list[tuple[str, str]]:
        """What may be pressed: both, while there is a route to have something on."""
        return BUTTONS if self.followed and not self.roadmap.events() and not evening.over() else []

    async def press(self, button: str, evening: Evening) -> None:
        """Let it happen on what is left of the route."""
        trip = Trip.restore(json.loads(self.followed))
        spot = evening.car.spot()
        _, passed, _ = trip.seen(spot.latitude, spot.longitude)
        ahead = np.flatnonzero(trip.passed_s > passed + NOTICE_S)
        if not len(ahead):
            raise Refused("it is nearly there: nothing can come up any more")
        first = int(ahead[len(ahead) // 3])
        last = first if button == "close" else int(ahead[min(len(ahead) - 1, 2 * len(ahead) // 3)])
        line = tuple((float(lat), float(lon)) for lat, lon in trip.points[first : last + 1])
        street = next((one.street for one in reversed(trip.steps) if one.at_m <= trip.along_m[first]), "the road ahead")
        words = f"{street} is closed" if button == "close" else f"jam on {street}"
        speed = nan if button == "close" else JAM_KMH
        event = RoadEvent(f"{button}-{evening.now:.0f}", line, speed, "", evening.now + LASTS_S, words=words)
        await self.roadmap.put_events([event], SOURCE)


def track_of(trip: Trip) -> Track:
    """A trip as the demo's car drives it: its times are those of the map, traffic included."""
    kept = np.concatenate([[True], np.diff(trip.along_m) > 0.5])
    along, passed, points = trip.along_m[kept], trip.passed_s[kept], trip.points[kept]
    pace = np.diff(along) / np.maximum(np.diff(passed), 0.05)
    limit = np.clip(3.6 * pace / SHARE, 3.6 * SLOWEST, 130.0)
    starts = np.array([step.at_m for step in trip.steps] or [0.0])
    names = [step.street for step in trip.steps] or ["the road"]
    roads = tuple(names[max(0, int(np.searchsorted(starts, at, side="right")) - 1)] for at in along[:-1].tolist())
    return Track(along, points[:, 0], points[:, 1], limit, roads, tuple("" for _ in roads), ())

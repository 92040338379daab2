"""The Drive page, to be read at arm's length: the road ahead, the next turn, when one is there, and how home is."""

from typing import Any

from nicegui import html

from homeward.core.signal import Broken, Refused
from homeward.surfaces.atlas import Area, Atlas
from homeward.surfaces.web import say
from homeward.surfaces.web.frame import Pulse, bare
from homeward.surfaces.web.going import Going
from homeward.surfaces.web.pieces import Drive
from homeward.surfaces.web.places import offset
from homeward.surfaces.web.sight import Sight

AROUND_M, REDRAW_M = 2500.0, 900.0
MOVING_KMH = 3.0
AHEAD = 220


class DrivePage:
    """One open Drive page."""

    def __init__(self, sight: Sight, atlas: Atlas | None) -> None:
        self.sight, self.atlas, self.going = sight, atlas, Going(sight, atlas)
        self.origin: tuple[float, float] | None = None
        self.lines: list[Any] = []
        self.reach: Area | None = None

    def draw(self) -> None:
        """Lay the page out."""
        self.piece = Drive(self.data())
        self.piece.draw_map(self.map())
        self.piece.listen("go", self.go)
        self.piece.listen("seek", self.seek)
        self.piece.listen("reach", self.show_reach)

    async def look(self) -> None:
        """Bring it up to date."""
        self.piece.show(self.data())
        self.piece.draw_map(self.map())

    async def go(self, to: str) -> None:
        """A person said where to go."""
        await self.going.go(to)
        await self.look()

    async def seek(self, text: str) -> None:
        """A person types where to go."""
        self.going.seek(text)
        await self.look()

    async def show_reach(self, wanted: bool) -> None:
        """A person wants to see how far the car gets, or has seen it."""
        self.reach, self.going.problem = None, ""
        try:
            if wanted and self.atlas is not None:
                self.reach = await self.atlas.reach(self.sight.household)
        except (Refused, Broken) as problem:
            self.going.problem = str(problem)
        self.origin = None  # other roads are drawn, or fewer
        await self.look()

    def place(self) -> tuple[float, float] | None:
        """Where the car is, else where home is."""
        home = self.sight.place(self.sight.home, "Home.Location")
        return self.sight.place(self.going.car, "Vehicle.CurrentLocation") or home

    def data(self) -> dict[str, Any]:
        """What moves: plain data for static/drive.js, in metres east and north of the map's origin."""
        going, sight, here = self.going, self.sight, self.place()
        speed = sight.number(going.car, "Vehicle.Speed")
        if self.reach and speed > MOVING_KMH:
            self.reach = self.origin = None
        self._recentre(here)
        heading = sight.number(going.car, "Vehicle.CurrentLocation.Heading")
        return going.data() | {
            "here": self._metres(here) if here else None,
            "heading": round(heading) if heading == heading else 0,
            "moving": speed > MOVING_KMH,
            "route": self._route(),
            "stops": [[*self._metres((one.place.lat, one.place.lon)), one.told()] for one in going.halts()],
            "reach": self._reach(),
            "turn": self._turn(),
            "state": " ".join(going.home_state()).strip(),
            "events": [self._metres(one.line[0]) for one in self.atlas.events()] if self.atlas else [],
            "time": say.clock(sight.house.now(), sight.zone),
            "attribution": self.atlas.attribution if self.atlas else "",
        }

    def map(self) -> dict[str, Any]:
        """The roads around, which change seldom."""
        return {"lines": self.lines}

    def _recentre(self, here: tuple[float, float] | None) -> None:
        if here is None or self.atlas is None:
            return
        if self.origin is None or max(map(abs, offset(*here, self.origin))) > REDRAW_M:
            self.origin = here
            lines = self.atlas.around(*here, max(AROUND_M, 1000.0 * self.reach.farthest_km) if self.reach else AROUND_M)
            self.lines = [[one.weight, [self._metres(point) for point in one.points]] for one in lines]

    def _metres(self, point: tuple[float, float]) -> list[float]:
        return [round(value, 1) for value in offset(*point, self.origin or point)]

    def _reach(self) -> dict[str, Any] | None:
        if self.reach is None:
            return None
        rings = [[self._metres(point) for point in ring] for ring in self.reach.rings]
        far = say.distance(1000.0 * self.reach.farthest_km)
        words = "All of this map is in reach" if self.reach.whole else f"Up to {far} away" if rings else "Nowhere"
        return {"rings": rings, "metres": 1000.0 * self.reach.farthest_km, "words": words}

    def _route(self) -> list[list[float]]:
        trip = self.going.trip
        if trip is None or not self.going.to:
            return []
        seconds, _ = self.going.passed()
        first = max(0, int((trip.passed_s <= seconds).sum()) - 1)
        points = trip.points[first:].tolist()
        step = max(1, len(points) // AHEAD)
        thinned = [*points[:60], *points[60::step]] if step > 1 else points
        return [self._metres((lat, lon)) for lat, lon in [*thinned, points[-1]]]

    def _turn(self) -> dict[str, str] | None:
        trip = self.going.trip
        if trip is None or not self.going.to:
            return None
        seconds, metres = self.going.passed()
        step = trip.next_step(seconds)
        if step is None:
            return {"turn": "there", "metres": say.distance(max(0.0, trip.metres - metres)), "street": self.going.to}
        return {"turn": step.turn, "metres": say.distance(max(0.0, step.at_m - metres)), "street": step.street}


async def drive_page(sight: Sight, atlas: Atlas | None) -> None:
    """Draw the page and keep it live."""
    with bare("Drive", "drive") as trouble:
        if not sight.home:
            with html.div().classes("card empty"):
                html.b("No home yet")
                html.span("Write a household file and apply it: homeward apply household.yaml")
            return
        page = DrivePage(sight, atlas)
        page.draw()
        Pulse(sight.house, page.look, trouble)

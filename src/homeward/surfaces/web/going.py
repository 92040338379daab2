"""Where the household is going, as every page tells it: destination, arrival, what there is to say."""

import json
from math import isfinite, nan
from typing import Any

from homeward.core.signal import Broken, Kind, Refused
from homeward.models.roads.trip import Halt, Trip
from homeward.surfaces.atlas import DESTINATION, Atlas, going
from homeward.surfaces.shares import Shares
from homeward.surfaces.web import say
from homeward.surfaces.web.plan import read_plan
from homeward.surfaces.web.sight import Sight

NAVIGATION = "Home.Navigation"
CHARGE = "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current"
LATELY_S = 1800.0


class Going:
    """The destination of one household as one page sees it."""

    def __init__(self, sight: Sight, atlas: Atlas | None, shares: Shares | None = None) -> None:
        self.sight, self.atlas, self.shares = sight, atlas, shares
        self.shared: tuple[str, float] | None = None
        self.problem, self.found = "", list[str]()
        self._text, self._trip = "", None  # type: str, Trip | None

    # what is known

    @property
    def to(self) -> str:
        """The destination's name; '' for nowhere."""
        said = self.sight.text(self.sight.home, DESTINATION).strip()
        if said.casefold() in ("", "home"):
            return said and "Home"
        where, _, name = said.partition(" ")
        return name.strip() or where

    @property
    def trip(self) -> Trip | None:
        """The route as it is written down; None where there is none."""
        text = self.sight.text(self.sight.home, f"{NAVIGATION}.Route")
        if text != self._text:
            self._text = text
            try:
                self._trip = Trip.restore(json.loads(text or "{}"))
            except (ValueError, KeyError, TypeError):
                self._trip = None
        return self._trip

    @property
    def car(self) -> str:
        """The car that goes there, else the household's first."""
        return self.sight.text(self.sight.home, f"{NAVIGATION}.Vehicle") or next(iter(self.sight.of(Kind.VEHICLE)), "")

    def passed(self) -> tuple[float, float]:
        """Seconds and metres of the route driven: where the car is now, if it is on the line, else as last told."""
        trip, here = self.trip, self.sight.place(self.car, "Vehicle.CurrentLocation")
        if trip is None:
            return 0.0, 0.0
        if here is not None:
            off, seconds, metres = trip.seen(*here)
            if off < 70.0:
                return seconds, metres
        return self.number("Passed", 0.0), 0.0

    def halts(self) -> tuple[Halt, ...]:
        """Where one charges on what is left of the route."""
        return self.trip.halts_after(self.passed()[0]) if self.trip and self.to else ()

    def number(self, name: str, default: float = nan) -> float:
        """One of the navigation's numbers; `default` where unknown or nothing."""
        value = self.sight.number(self.sight.home, f"{NAVIGATION}.{name}")
        return value if isfinite(value) and (name == "Charge" or value > 0.0) else default

    # what is told

    def data(self) -> dict[str, Any]:
        """Plain data for static/going.js and the other pages."""
        sight, zone, now = self.sight, self.sight.zone, self.sight.house.now()
        median, p10, p90 = (self.number(name) for name in ("Median", "P10", "P90"))
        known = bool(self.to) and self.trip is not None and isfinite(median)
        return {
            "to": self.to,
            "arrival": say.clock(median, zone, now) if known else "",
            "between": f"{say.clock(p10, zone)}–{say.clock(p90, zone)}" if known else "",
            "left": self.left() if known else "",
            "why": sight.text(sight.home, f"{NAVIGATION}.Why") if self.to or self._just() else "",
            "charge": self.charge(),
            "said": self.said(),
            "guide": self.guide(),
            "map": self.atlas is not None,
            "home": bool(sight.place(sight.home, "Home.Location")),
            "can_share": known and self.shares is not None,
            "shared": f"/share/{self.shared[0]}" if self.shared else "",
            "shared_until": say.clock(self.shared[1], zone, now) if self.shared else "",
            "found": self.found,
            "problem": self.problem,
        }

    def _just(self) -> bool:
        """It has arrived a moment ago."""
        return self.sight.age(self.sight.home, f"{NAVIGATION}.Why") < LATELY_S

    def left(self) -> str:
        """How far it still is: `12 min, 8.3 km`."""
        trip = self.trip
        if trip is None:
            return ""
        _, metres = self.passed()
        seconds = self.number("Median") - self.sight.house.now()
        leaves = self.sight.number(self.sight.home, f"{NAVIGATION}.Departure")
        if isfinite(leaves) and leaves > self.sight.house.now():
            return f"leaving {say.clock(leaves, self.sight.zone)}, {say.distance(trip.metres)}"
        return f"{say.duration(max(60.0, seconds))}, {say.distance(max(0.0, trip.metres - metres))}"

    def charge(self) -> str:
        """The battery now and there: `64 % → 61 %`; '' where it is not known."""
        now, there = self.sight.number(self.car, CHARGE), self.number("Charge")
        if not isfinite(now):
            return ""
        if not (self.to and isfinite(there)):
            return f"{now:.0f}\u00a0%"
        return f"{now:.0f}\u00a0% →\u00a0{there:.0f}\u00a0%" if there > 0 else f"{now:.0f}\u00a0%, not enough"

    def said(self) -> str:
        """Who set the destination and when, and whose wish it took the place of."""
        wishes = [one for one in self.sight.house.decisions(self.sight.household, 200) if one.path == DESTINATION]
        if not self.to or not wishes or wishes[0].state != "done":
            return ""
        last = wishes[0]
        text = f"set by {self.sight.name(last.by) or 'somebody'} at {say.clock(last.at, self.sight.zone)}"
        before = next((one for one in wishes[1:] if one.state == "done"), None)
        if before and before.by != last.by and before.value and last.at - before.at < LATELY_S:
            name = str(before.value).partition(" ")[2] or str(before.value)
            text += f", instead of {name} ({self.sight.name(before.by)})"
        return text

    def guide(self) -> str:
        """Who is guided on foot: `Ada, 350 m on foot`; '' while the car guides."""
        node = self.sight.text(self.sight.home, f"{NAVIGATION}.Guide")
        here, trip = self.sight.place(node, "Person.CurrentLocation"), self.trip
        if here is None or trip is None:
            return ""
        metres = 1.3 * Trip.seen(_ends(trip), *here)[0]
        return f"{self.sight.name(node)}, {say.distance(metres)} on foot"

    def home_state(self) -> tuple[str, str]:
        """How warm home is or will be: a few words and a figure, which read as one; both '' where unknown."""
        sight = self.sight
        plan = read_plan(sight.text(sight.home, "Home.Arrival.Plan"))
        indoor = sight.number(sight.home, "Home.Climate.IndoorTemperature")
        if not isfinite(indoor):
            return "", ""
        if plan is None or not plan.expects or plan.median < sight.house.now() - 3600.0:
            return "Home,", say.degrees(indoor)
        if indoor >= plan.target - 0.5:
            return "Home is warm,", say.degrees(indoor)
        if isfinite(plan.warm_from) and plan.warm_from <= sight.house.now():
            return "Home is warming up,", say.degrees(indoor)
        return "Home will be warm by", say.clock(plan.median, sight.zone, sight.house.now())

    # what a person does

    async def go(self, to: str) -> None:
        """A person said where to go, or ''; what is wrong with it is told by `data`."""
        house, household = self.sight.house, self.sight.household
        self.problem, self.found = "", []
        try:
            for wish in going(house, self.atlas, household, str(to), house.visitor(household), None):
                await house.wish(wish)
        except (Refused, Broken) as problem:
            self.problem = str(problem)

    def share(self) -> None:
        """A person wants a link that shows their arrival."""
        if self.shares is not None:
            try:
                self.shared = self.shares.make(self.sight.household, self.sight.house.now())
            except (Refused, OSError) as problem:
                self.problem = str(problem)

    def seek(self, text: str) -> None:
        """A person types: what they may mean."""
        self.problem = ""
        found = self.atlas.find(str(text)[:100], 5) if self.atlas and str(text).strip() else []
        self.found = [one.name for one in found]


def _ends(trip: Trip) -> Trip:
    """The trip's last point alone."""
    return Trip(trip.to, trip.points[-1:], trip.passed_s[-1:], trip.along_m[-1:], (), trip.arcs, trip.parts)

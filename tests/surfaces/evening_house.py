"""A household's evening in memory, told in real words, so that the pages can be tried without anything else running.

Ada drives home in November, Ben is out; the house needs three quarters of an hour to be warm. `scene` is one of
`evening`, `empty` (no home yet), `quiet` (a home that knows nothing), `hostile` (every text tries to be markup),
`watching` (no skill acts) and `broken` (it cannot be read).
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from math import cos, inf, nan, radians, sin
from time import monotonic
from zoneinfo import ZoneInfo

import numpy as np

from homeward.core.gate import acts
from homeward.core.signal import Kind, Refused, Value, Wish
from homeward.surfaces.house import Ability, Decision, Known, Series, State
from homeward.words import load_vocabulary

ZONE = "Europe/Stockholm"
NOW = datetime(2026, 11, 24, 17, 5, tzinfo=ZoneInfo(ZONE)).timestamp()
HOME = (59.334, 18.063)
EVIL = '<img src=x onerror="window.hurt=1"><script>window.hurt=2</script>'
MIN, DAY = 60.0, 86_400.0
BEN = "lind/ben"


TOLD = (
    "Ada is on her way, 53 min away; the house may rest a little longer",
    "Dusk, and the bedroom cools fastest",
    "nobody who may open it is at the door",
)


class EveningHouse:
    """A `House` whose evening is worked out from the time of day alone; time stands still unless `pace` is given."""

    def __init__(self, scene: str = "evening", pace: float = 0.0, minutes: float = 0.0) -> None:
        self.changed = 0
        self.begin(scene, pace, minutes)

    def begin(self, scene: str, pace: float = 0.0, minutes: float = 0.0) -> None:
        """Start this evening, or another one, from the beginning."""
        self.scene, self.pace, self.minutes = scene, pace, minutes
        self.began = monotonic()
        self.delay, self.jam_at = 0.0, inf
        self.changed += 1
        self.wishes: list[Decision] = []
        self.answered: list[tuple[str, bool, str, str]] = []
        self.comfort = 21.0

    def as_seen(self, household: str, person: str) -> "EveningHouse":
        return self

    def now(self) -> float:
        return NOW + self.minutes * MIN + self.pace * (monotonic() - self.began)

    def speed(self) -> float:
        return max(1.0, self.pace)

    def simulated(self) -> str:
        return "" if self.scene == "quiet" else "This home, its people and the drive are simulated."

    def version(self) -> int:
        return self.changed + int(self.pace * (monotonic() - self.began))

    # who there is

    def households(self) -> Sequence[str]:
        return ["lind"]

    def zone(self, household: str) -> str:
        return ZONE

    def visitor(self, household: str) -> str:
        return BEN

    def nodes(self, household: str) -> Sequence[tuple[str, Kind]]:
        if self.scene == "empty":
            return []
        home = [("lind/home", Kind.HOME), ("lind/car", Kind.VEHICLE)]
        people = [("lind/ada", Kind.PERSON), ("lind/ben", Kind.PERSON)]
        return [*home, *people, ("lind/living-room", Kind.ROOM), ("lind/bedroom", Kind.ROOM)]

    # what is known

    def signals(self, node: str) -> Sequence[Known]:
        kind = dict(self.nodes("lind"))[node]
        known = {} if self.scene == "quiet" else self.values(node)
        at = self.at(node, next(iter(known), ""))
        signals = [one for one in load_vocabulary() if one.kind is kind]
        return [Known(one, known.get(one.path), at if one.path in known else nan) for one in signals]

    def value(self, node: str, path: str) -> Value | None:
        return None if self.scene in ("quiet", "empty") else self.values(node).get(path)

    def at(self, node: str, path: str) -> float:
        if self.value(node, path) is None:
            return nan
        return self.now() - {"lind/bedroom": 4000.0, "lind/ada": 40.0}.get(node, 3.0)

    def values(self, node: str) -> dict[str, Value]:
        """All that is known of a node."""
        if self.scene == "broken":
            raise ConnectionError("the twin is being restored")
        evil = EVIL if self.scene == "hostile" else ""
        latitude, longitude, metres = position(self.now(), self.arrival())
        match node:
            case "lind/home":
                return self.of_home()
            case "lind/car":
                return self.of_car(evil)
            case "lind/ada":
                place = {"Person.CurrentLocation.Latitude": latitude, "Person.CurrentLocation.Longitude": longitude}
                return {"Person.Name": evil or "Ada", "Person.IsHome": False, "Person.DistanceToHome": metres, **place}
            case "lind/ben":
                return {"Person.Name": evil or "Ben", "Person.IsHome": False, "Person.DistanceToHome": 2900.0}
            case "lind/living-room":
                return {
                    "Room.Climate.Temperature": round(self.indoor(self.now()), 1),
                    "Room.Climate.CarbonDioxide": 612.0,
                    "Room.Window.IsOpen": False,
                }
            case "lind/bedroom":
                return {"Room.Climate.Temperature": 17.8, "Room.Climate.CarbonDioxide": 540.0}
        return {}

    def of_home(self) -> dict[str, Value]:
        """What is known of the home."""
        now, arrival = self.now(), self.arrival()
        return {
            "Home.Climate.IndoorTemperature": round(self.indoor(now), 1),
            "Home.Climate.OutdoorTemperature": 2.4,
            "Home.Climate.HeatingLevel": 90.0 if now >= self.warm_from() else 0.0,
            "Home.Climate.TargetTemperature": 19.0,
            "Home.Climate.ComfortTemperature": self.comfort,
            "Home.Climate.LowestTemperature": 17.0,
            "Home.IsOccupied": now > arrival,
            "Home.Location.Latitude": HOME[0],
            "Home.Location.Longitude": HOME[1],
            "Home.Arrival.Median": arrival,
            "Home.Arrival.Who": "lind/car",
            "Home.Arrival.Why": "Usually back by six on Tuesdays",
            "Home.Arrival.Plan": json.dumps(self.plan()),
            "Home.Light.Porch": False,
        }

    def of_car(self, evil: str) -> dict[str, Value]:
        """What is known of the car."""
        latitude, longitude, metres = position(self.now(), self.arrival())
        return {
            "Vehicle.Speed": 0.0 if metres < 30 else 34.0 if self.delay else 61.0,
            "Vehicle.CurrentLocation.Latitude": latitude,
            "Vehicle.CurrentLocation.Longitude": longitude,
            "Vehicle.DistanceToHome": metres,
            "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current": 64.0,
            "Vehicle.Powertrain.TractionBattery.Range": 212_000.0,
            "Vehicle.Arrival.Destination": "home",
            "Vehicle.Arrival.Median": self.arrival(),
            "Vehicle.Arrival.Why": evil or self.why(),
        }

    def skills(self, household: str) -> Sequence[Ability]:
        said = [str(wish.value) for wish in self.wishes if wish.path == "Home.Skills.Acting"]
        acting = said[-1] if said else "none" if self.scene == "watching" else None
        able = {"arrival": "Have the home warm when somebody arrives.", "rule porch": "Ada is near: porch light"}
        return [Ability(name, does, acts(acting, name)) for name, does in able.items()]

    def errands(self, household: str) -> Sequence[Decision]:
        if self.scene != "by-hand" or self.answered:
            return []
        target = "Home.Climate.TargetTemperature"
        return [Decision("d5", NOW - 4 * MIN, "lind/home", target, 21.0, NOW + 55 * MIN, self.why(), "arrival", "sent")]

    async def answer(self, household: str, id: str, done: bool, by: str, why: str = "") -> None:
        self.answered.append((id, done, by, why))

    # the evening

    def arrival(self) -> float:
        return NOW + 53 * MIN + self.delay

    def warm_from(self) -> float:
        return self.arrival() - 42 * MIN

    def why(self) -> str:
        return (
            "Jam on the ring; it clears in about a quarter of an hour"
            if self.delay
            else "Ada left work at 17:00; the house needs 42 min to reach 21.0 °C"
        )

    def indoor(self, at: float) -> float:
        cooled = 19.3 - 0.25 * (at - NOW) / 3600
        return min(cooled + max(0.0, at - self.warm_from()) / (42 * MIN) * 1.8, self.comfort + 0.05 * sin(at / 900))

    def plan(self) -> dict[str, object]:
        times = np.arange(self.now() // 300 * 300, self.arrival() + 3 * 3600, 300.0)
        spread = 1.6 if self.delay else 1.0
        return {
            "at": self.now() // 300 * 300,
            "target": self.comfort,
            "times": times.tolist(),
            "indoor": [self.indoor(t) for t in times],
            "outdoor": [2.4] * len(times),
            "level": [
                0.9 if self.warm_from() <= t < self.arrival() else 0.25 if t >= self.arrival() else 0.0 for t in times
            ],
            "p10": self.arrival() - 6 * MIN * spread,
            "median": self.arrival(),
            "p90": self.arrival() + 10 * MIN * spread,
            "warm_from": self.warm_from(),
            "needs_s": 42 * MIN,
            "setback": 18.0,
            "why": self.why(),
        }

    # what was decided, and what is asked

    def decisions(self, household: str, limit: int = 100) -> Sequence[Decision]:
        if self.scene in ("empty", "quiet"):
            return []
        rests, dusk, nobody = (EVIL,) * 3 if self.scene == "hostile" else TOLD
        home, target, eight = "lind/home", "Home.Climate.TargetTemperature", NOW - 8 * 3600
        lamp = "the lamp did not answer in 30 s"
        earlier = [
            Decision("d4", NOW - 5 * MIN, home, target, 19.0, NOW + 11 * MIN, rests, "arrival", "sent"),
            Decision("d3", NOW - 95 * MIN, "lind/bedroom", "Room.Cover.Position", 0.0, None, dusk, "climate", "done"),
            Decision("d2", eight, home, "Home.Door.Front.IsLocked", False, None, "a parcel", BEN, "refused", nobody),
            Decision("d1", eight - 3600, home, target, 18.0, NOW, "Everybody is out until 17:50", "arrival", "done"),
            Decision("d0", NOW - DAY, home, "Home.Light.Porch", True, None, "A bumped car", "guard", "failed", lamp),
        ]
        return [*reversed(self.wishes), *earlier][:limit]

    async def history(self, node: str, path: str, since: float, until: float) -> Series:
        if self.scene in ("quiet", "empty"):
            return np.empty(0), np.empty(0)
        if path == "Home.IsOccupied":
            changes = np.array([NOW - 33 * 3600, NOW - 23 * 3600 - 4 * MIN, NOW - 10 * 3600])
            kept = (changes >= since) & (changes <= until)
            return changes[kept], np.array([0.0, 1.0, 0.0])[kept]
        times = np.append(np.arange(since, until, 30.0 if "Location" in path else 120.0), until)
        return times, np.array([self.past(node, path, t) for t in times])

    def past(self, node: str, path: str, at: float) -> float:
        if path.endswith("Temperature"):
            return self.indoor(at) if at > NOW - 86400 / 2 else 20.8
        if path == "Home.Climate.HeatingLevel":
            return (
                40.0
                if NOW - 10 * 3600 < at < NOW - 9 * 3600 or NOW - 70 * MIN < at < NOW - 52 * MIN
                else 90.0 * (at >= self.warm_from())
            )
        if "CurrentLocation" in path:
            return position(at, self.arrival())[0 if path.endswith("Latitude") else 1]
        if path in ("Home.Arrival.Median", "Home.Arrival.WarmFrom"):
            delay = self.delay if at >= self.jam_at else 0.0
            return NOW + (53 if path.endswith("Median") else 11) * MIN + delay
        latest = self.values(node).get(path, 0.0)
        return float(latest) if isinstance(latest, int | float) else 0.0

    async def wish(self, wish: Wish) -> str:
        if wish.path == "Home.Climate.ComfortTemperature" and isinstance(wish.value, float) and wish.value > 23:
            raise Refused("at most 23 °C while electricity is dear")
        self.changed += 1
        id = f"w{len(self.wishes) + 1}"
        self.wishes.append(
            Decision(id, self.now(), wish.node, wish.path, wish.value, wish.until, wish.why, wish.by, "asked")
        )
        if wish.path == "Home.Climate.ComfortTemperature" and isinstance(wish.value, float):
            self.comfort = wish.value
        return id

    def settle(self, state: State, why: str = "") -> None:
        """Let every wish that is only asked come out as `state`."""
        self.wishes = [
            replace(one, state=state, outcome_why=why) if one.state == "asked" else one for one in self.wishes
        ]
        self.changed += 1

    def buttons(self) -> Sequence[tuple[str, str]]:
        return [] if self.scene == "quiet" else [("jam", "Jam ahead")]

    async def press(self, button: str) -> None:
        assert button == "jam"
        self.delay += 14 * MIN
        self.jam_at = self.now()
        self.changed += 1


def position(at: float, arrival: float) -> tuple[float, float, float]:
    """Where the car is on its way along a winding road from the south-west: latitude, longitude, metres to home."""
    left = min(1.0, max(0.0, (arrival - at) / (58 * MIN)))
    metres = 24_000.0 * left
    turn = radians(215 + 14 * sin(left * 9) * left)
    east, north = metres * sin(turn), metres * cos(turn)
    return HOME[0] + north / 111_195.0, HOME[1] + east / (111_195.0 * cos(radians(HOME[0]))), metres

"""The simulated household as a whole: time passes, it tells what its things tell, and does what it is commanded.

It lives by whatever time it is stepped to; nothing in it reads a clock. `step` never goes back.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import inf
from zoneinfo import ZoneInfo

from homeward.core.connector import ConnectorError, Message
from homeward.core.signal import Command, Kind, Value
from homeward.demo import journey, people
from homeward.demo.car import BATTERY, BATTERY_KWH, SimulatedCar
from homeward.demo.days import Drive, day_of, midnight
from homeward.demo.house import SimulatedHome
from homeward.demo.jams import Jammed, jam_ahead
from homeward.demo.navigation import Estimate, SimulatedNavigation
from homeward.demo.things import Things
from homeward.demo.track import Track, way_home
from homeward.demo.weather import DAY_S, HOUR_S, Weather

HOUSEHOLD, ZONE = "demo", "Europe/Vaduz"
SEED = 7
NODES: tuple[tuple[str, Kind], ...] = (
    ("demo/home", Kind.HOME),
    ("demo/ben", Kind.PERSON),
    ("demo/ada", Kind.PERSON),
    ("demo/car", Kind.VEHICLE),
    ("demo/living", Kind.ROOM),
    ("demo/bedroom", Kind.ROOM),
)
HOME, CAR = "demo/home", "demo/car"
SPEAKERS = ("midnight", "settings", "sky", "home", "car", "guidance", *people.NAMES)
SIMULATED = "This home, its people, the drive and its navigation are simulated."
START = datetime(2026, 1, 20, 15, 0, tzinfo=ZoneInfo(ZONE)).timestamp()
"""A Tuesday in January, three in the afternoon."""
LINGER_S = 45 * 60.0
USUALLY_LEAVES_H, ASKS_H = 17.25, 15.1


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often things speak, s."""

    home_s: float = 60.0
    driving_s: float = 10.0
    parked_s: float = 300.0
    phone_s: float = 600.0
    phone_moving_s: float = 60.0
    guidance_s: float = 60.0
    rooms: bool = True


LIVE = Cadence()


def next_start(after: float) -> float:
    """Three in the afternoon of the first workday that has it after that time."""
    day = datetime.fromtimestamp(after, ZoneInfo(ZONE)).replace(hour=15, minute=0, second=0, microsecond=0)
    while day.timestamp() <= after or day.weekday() > 4:
        day += timedelta(days=1)
    return day.timestamp()


class Evening:
    """A household from `start` (s since 1970) on; the same for the same seed, commands and presses."""

    def __init__(
        self,
        start: float = START,
        seed: int = SEED,
        cadence: Cadence = LIVE,
        climate_from: float = -inf,
        way: Track | None = None,
    ) -> None:
        zone = ZoneInfo(ZONE)
        offset = datetime.fromtimestamp(start, zone).utcoffset()
        self.offset_s = offset.total_seconds() if offset else 0.0
        self.seed, self.now, self.cadence, self.climate_from = seed, start, cadence, climate_from
        self.way = way or way_home()
        self.mapped = way is not None
        self.weather = Weather(seed, self.offset_s)
        self.home = SimulatedHome(self.weather, max(start, climate_from), inside=self.people_in)
        self.day = day_of(midnight(start, self.offset_s), self.offset_s, seed, self.way)
        self.car = SimulatedCar(self.weather, start, self.day)
        self.navigation = SimulatedNavigation(self.way)
        self.things = Things(self.home, self.car)
        self.jam: Jammed | None = None
        self._due = dict.fromkeys(SPEAKERS, start)

    # time

    def step(self, now: float) -> list[Message]:
        """Let time pass until `now`: everything that was said meanwhile, in order, each with its time."""
        said: list[Message] = []
        while (due := self.next_due()) <= now:
            self._live(due)
            for name in SPEAKERS:
                if self._due[name] <= due:
                    messages, self._due[name] = self._speak(name, due)
                    said += messages
        self._live(now)
        return said

    def next_due(self) -> float:
        """When something next speaks."""
        return min(self._due.values())

    def _live(self, now: float) -> None:
        self.now = max(self.now, now)
        self.home.live(self.now)
        self.car.live(self.now)

    # what is said

    def _speak(self, name: str, now: float) -> tuple[list[Message], float]:
        """What one of the speakers says at `now`, and when it speaks next."""
        speak: dict[str, Callable[[float], tuple[list[Message], float]]] = {
            "midnight": self._midnight,
            "settings": self._settings,
            "sky": self._sky,
            "home": self._climate,
            "car": self._drive,
            "guidance": self._guide,
        }
        return speak[name](now) if name in speak else self._phone(name, now)

    def _settings(self, now: float) -> tuple[list[Message], float]:
        spot = people.home_spot(self.way)
        home: dict[str, Value] = {
            "Home.Location.Latitude": spot.latitude,
            "Home.Location.Longitude": spot.longitude,
            "Home.UtcOffset": self.offset_s,
            "Home.Climate.ComfortTemperature": 21.0,
            "Home.Climate.LowestTemperature": 17.0,
            "Home.Climate.FullPower": self.home.full_power_kw(),
            "Home.Heating.Mode": self.home.mode,
            "Home.Light.Porch": self.things.porch,
        }
        car: dict[str, Value] = {f"{BATTERY}.GrossCapacity": round(BATTERY_KWH)}
        names = [Message(CAR, car, now), *self._names(now)]
        return [Message(HOME, home, now), *names], inf

    def _names(self, now: float) -> list[Message]:
        return [Message(f"demo/{who}", {"Person.Name": name}, now) for who, name in people.NAMES.items()]

    def _midnight(self, now: float) -> tuple[list[Message], float]:
        begin = midnight(now, self.offset_s)
        if now == begin:
            self.day = day_of(begin, self.offset_s, self.seed, self.way)
            self.car.day, self.jam = self.day, None
            self._wake("car", "guidance", *people.NAMES)
        return [], begin + DAY_S

    def _sky(self, now: float) -> tuple[list[Message], float]:
        sky: dict[str, Value] = {
            "Home.Climate.OutdoorForecast": self.weather.forecast(now),
            "Home.Electricity.Price": self.weather.price(now),
        }
        return [Message(HOME, sky, now)], (now // HOUR_S + 1) * HOUR_S

    def _climate(self, now: float) -> tuple[list[Message], float]:
        occupied: dict[str, Value] = {"Home.IsOccupied": self.people_in(now) > 0}
        after = now + self.cadence.home_s
        if now < self.climate_from:
            return [], self.climate_from
        rooms = self.things.rooms(now) if self.cadence.rooms else []
        return [Message(HOME, {**occupied, **self.things.climate()}, now), *rooms], after

    def _drive(self, now: float) -> tuple[list[Message], float]:
        driven, last = self.car.now_driven(), self.car.last_drive()
        every = self.cadence.parked_s if driven is None else self.cadence.driving_s
        if driven is None and last is not None:
            every = people.settled(last.journey.ends, now, every)
        return [Message(CAR, self.car.readings(), now)], min(now + every, self.car.next_change())

    def _phone(self, who: str, now: float) -> tuple[list[Message], float]:
        told = people.readings(who, self.day, now)
        then = people.next_word(who, self.day, now, self.cadence.phone_s, self.cadence.phone_moving_s)
        return [Message(f"demo/{who}", told, now)] if told else [], then

    def _guide(self, now: float) -> tuple[list[Message], float]:
        """Guidance speaks on the way home, and before it if something is worth telling."""
        if self.mapped:
            return self._set_out(now)
        drive = self.homeward_drive()
        every = self.cadence.guidance_s
        if drive is None:
            return [], inf
        if now >= drive.journey.ends:
            return [Message(CAR, {"Vehicle.Arrival.Destination": ""}, now)], inf
        estimate = self.guidance(drive, now)
        if estimate is None:
            return [], drive.journey.begins
        then = now + every if now >= drive.journey.begins else min(now + 5 * every, drive.journey.begins)
        return [Message(CAR, estimate.readings(), now)], min(then, drive.journey.ends)

    def _set_out(self, now: float) -> tuple[list[Message], float]:
        """On a map the hub's own navigation guides: Ada says at three where she goes, and when she means to leave."""
        drive, asks = self.homeward_drive(), midnight(now, self.offset_s) + ASKS_H * HOUR_S
        if drive is None or now >= drive.journey.begins:
            return [], inf
        if now < asks:
            return [], asks
        leaves = midnight(now, self.offset_s) + USUALLY_LEAVES_H * HOUR_S
        goal: dict[str, Value] = {"Home.Navigation.Departure": leaves, "Home.Navigation.Destination": "home"}
        return [Message(HOME, goal, now)], inf

    def follow(self, way: Track) -> None:
        """Let the drive home go on along another way that begins where the car is."""
        drive = self.homeward_drive()
        if drive is None or self.now >= drive.journey.ends:
            return
        begins = max(self.now, drive.journey.begins)
        speed = drive.journey.speed_kmh(self.now) / 3.6
        other = replace(drive, journey=journey.drive(way, begins, drive.journey.style, 0.0, speed))
        self.day = replace(self.day, drives=tuple(other if one is drive else one for one in self.day.drives))
        self.car.day = self.day
        self._wake("car", "ada")

    def guidance(self, drive: Drive, now: float) -> Estimate | None:
        """What the navigation says at `now` of the drive home; None if nothing yet."""
        jam = self.jam.jam if self.jam else None
        if now >= drive.journey.begins:
            begun_m = self.way.length_m - drive.journey.track.length_m
            return self.navigation.on_the_way(now, begun_m + drive.journey.along(now), jam)
        if jam is None:
            return None
        usual = midnight(now, self.offset_s) + USUALLY_LEAVES_H * HOUR_S
        return self.navigation.beforehand(max(usual, now + 300.0), jam)

    def _wake(self, *names: str) -> None:
        self._due.update(dict.fromkeys(names, self.now))

    def refresh(self) -> None:
        """Let everything speak now, as when a hub has just been connected."""
        self._due = dict.fromkeys(SPEAKERS, self.now)

    # what happens

    def people_in(self, now: float) -> int:
        """How many are at home at a time of this day."""
        return sum(people.is_in(who, self.day, now) for who in people.NAMES)

    def homeward_drive(self) -> Drive | None:
        """The day's drive home; None on days without one."""
        return next((one for one in self.day.drives if one.homeward), None)

    def over(self) -> bool:
        """Whether everything worth watching has happened."""
        drive = self.homeward_drive()
        return drive is None or self.now >= drive.journey.ends + LINGER_S

    def buttons(self) -> list[tuple[str, str]]:
        """What may be pressed now, with what it says."""
        if self.over():
            return [("again", "Next evening")]
        drive = self.homeward_drive()
        if self.mapped or drive is None or self.jam or jam_ahead(drive, self.now) is None:
            return []
        return [("jam", "Jam ahead")]

    def press(self, button: str, now: float) -> str:
        """Let it happen: what happened in a few words. Raises ConnectorError for what cannot happen now."""
        self._live(now)
        drive = self.homeward_drive()
        jammed = jam_ahead(drive, self.now) if button == "jam" and drive and not self.jam else None
        if jammed is None or drive is None:
            known = ", ".join(name for name, _ in self.buttons()) or "nothing"
            raise ConnectorError(f"{button!r} cannot be pressed now; {known} can")
        self.jam = jammed
        late = replace(drive, journey=drive.journey.jammed(self.now, jammed.jam))
        self.day = replace(self.day, drives=tuple(late if one is drive else one for one in self.day.drives))
        self.car.day = self.day
        self._wake("car", "guidance", "ada")
        return f"jam on {jammed.jam.road} in {jammed.jam.place}"

    def act(self, command: Command) -> str:
        """Carry out a command on a simulated thing: what was done. Raises ConnectorError if there is no such thing."""
        done = self.things.act(command)
        self._wake("settings" if command.path.startswith("Home.Light") else "home", "car")
        return done

"""The days before the evening: lived through with the real circle, so that what it knows it has learned itself."""

from homeward.core.circle import Circle
from homeward.demo.car import BATTERY
from homeward.demo.evening import CAR, HOME, LIVE, NODES, SEED, START, Cadence, Evening
from homeward.demo.lockstep import Heard, Lockstep
from homeward.demo.track import Track
from homeward.demo.weather import DAY_S, HOUR_S

DAYS, CLIMATE_DAYS = 12, 5
"""Days of comings and goings, the last of them with the thermostat connected."""
COARSE = Cadence(
    home_s=600.0,
    driving_s=300.0,
    parked_s=4 * HOUR_S,
    phone_s=4 * HOUR_S,
    phone_moving_s=600.0,
    guidance_s=300.0,
    rooms=False,
)
WARM_C = 20.5


def lived_before(
    circle: Circle, start: float = START, seed: int = SEED, heard: Heard | None = None, way: Track | None = None
) -> Evening:
    """Live the days before `start` through `circle`: the household as it is then, habits learned.

    `heard` is told every message with what the circle made of it, for instance to write the days into the history.
    """
    return begin(circle, start, seed, heard, way).evening


def begin(circle: Circle, start: float, seed: int, heard: Heard | None = None, way: Track | None = None) -> Lockstep:
    """The same, still in lockstep."""
    for name, kind in NODES:
        circle.add(name, kind)
    evening = Evening(start - DAYS * DAY_S, seed, COARSE, climate_from=start - CLIMATE_DAYS * DAY_S, way=way)
    lockstep = Lockstep(evening, circle, heard)
    lockstep.run(start)
    evening.cadence = LIVE
    evening.refresh()
    return lockstep


def resumed(circle: Circle, now: float, seed: int = SEED, way: Track | None = None) -> Evening:
    """The household at `now` as a circle that was restored from its snapshot knows it, to go on after a restart.

    Walls and water are taken to be as warm as usual beside the air; a jam of before is over.
    """
    for name, kind in NODES:
        circle.add(name, kind)
    evening = Evening(now, seed, way=way)
    home, car = evening.home, evening.car
    home.air_c = known(circle, HOME, "Home.Climate.IndoorTemperature", home.air_c)
    home.walls_c = home.air_c + (0.4 if home.air_c < WARM_C else -0.2)
    home.water_c = home.air_c
    home.target_c = known(circle, HOME, "Home.Climate.TargetTemperature", home.target_c)
    car.charge = known(circle, CAR, f"{BATTERY}.StateOfCharge.Current", car.charge)
    car.odometer_m = known(circle, CAR, "Vehicle.TraveledDistance", car.odometer_m)
    return evening


def known(circle: Circle, node: str, path: str, default: float) -> float:
    """What the circle knows as a number, or `default`."""
    value, _ = circle.twin.get(node, path)
    return default if value is None or isinstance(value, str) else float(value)

"""A small town to try the circle on: three households, and skills of every kind of trigger."""

from collections.abc import Iterator

from homeward.core.signal import Command, Kind, Reading
from homeward.core.skill import Skill, View, skill
from homeward.core.when import signal

SOC = "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current"
LIMIT = "Vehicle.Powertrain.TractionBattery.Charging.ChargeLimit"
START_STOP = "Vehicle.Powertrain.TractionBattery.Charging.StartStopCharging"
CABLE = "Vehicle.Powertrain.TractionBattery.Charging.ChargingPort.AnyPosition.IsChargingCableConnected"
AIR = "Vehicle.Cabin.HVAC.IsAirConditioningActive"
TARGET = "Home.Climate.TargetTemperature"
LONGITUDE = "Home.Location.Longitude"
INDOOR = "Home.Climate.IndoorTemperature"
NEXT = "Home.Arrival.NextPlan"
PORCH, DOOR = "Home.Light.Porch", "Home.Door.Front.IsLocked"
BRIGHTNESS, ROOM = "Room.Light.Brightness", "Room.Climate.Temperature"
SPOKEN = "Vehicle.Arrival.Destination"
BEAT = "Person.Watch.HeartRate"

NODES: dict[str, Kind] = {
    "lind/car": Kind.VEHICLE,
    "lind/ada": Kind.PERSON,
    "berg/home": Kind.HOME,
    "lind/home": Kind.HOME,
    "berg/car": Kind.VEHICLE,
    "lind/bedroom": Kind.ROOM,
    "solo/bike": Kind.VEHICLE,
    "lind/ben": Kind.PERSON,
    "lind/van": Kind.VEHICLE,
    "berg/cara": Kind.PERSON,
    "lind/lamp": Kind.DEVICE,
    "berg/kitchen": Kind.ROOM,
}
"""Who lives there, in an order that mixes the households' rows."""

MIDNIGHT = 1_000_000.0
"""When streams begin, in seconds since 1970."""

Said = Iterator[Command | Reading]


@skill(when=signal(SOC) < 20)
def charge(car: View) -> Said:
    """A rise, and a command to the node itself."""
    yield car.command(LIMIT, 80, until=car.now + 120, why="low")


@skill(when=[(signal("Vehicle.Speed") > 10).falls(), signal("Vehicle.IsHome").is_on()])
def welcome(car: View) -> Said:
    """A fall and a rise, and a command to another node of the household."""
    if car.home is not None:
        yield car.home.command(PORCH, True, until=car.now + 30, why=f"{car.node} stopped")


@skill(when=[(signal(INDOOR) < 19).holds(20), signal(INDOOR) > 24])
def cold(home: View) -> Said:
    """A condition that holds; takes its command back when it is warm."""
    warm = home.number(INDOOR) > 24
    yield home.command(TARGET, None if warm else 21, until=home.now + 90, why="cold")


@skill(kind=Kind.HOME, when=signal("Person.IsHome").every().is_off())
def away(home: View) -> Said:
    """Every person of the household; contradicts the one above, and comes after it."""
    yield home.command(TARGET, 16, until=home.now + 60, why="all out")
    yield home.command(PORCH, False, until=home.now + 400, why="all out")


@skill(when=signal(BEAT).changes())
def beat(person: View) -> Said:
    """Each accepted reading; writes text."""
    yield person.reading("Person.Problem", f"beat {person.number(BEAT):g} at {person.at(BEAT)}")


@skill(when=[~signal(ROOM).fresh(15), signal(ROOM).fresh(40).falls(), (signal(ROOM) < 20).holds(0)])
def stale(room: View) -> Said:
    """Going stale, at two ages, and what holds at once."""
    yield room.reading("Room.Problem", f"{room.age(ROOM)} old, {len(room.people)} people")


@skill(when=signal(NEXT).due())
def plan(home: View) -> Said:
    """A due time that the skill puts off itself, further each time."""
    yield home.reading(NEXT, home.now + max(13.0, home.now - MIDNIGHT))
    yield home.command("Home.Heating.Mode", "auto", until=home.now + 14, why="planned")


@skill(when=signal("Device.IsMotion").is_on())
def breaks(device: View) -> Said:
    """Raises when it has half spoken, in some states."""
    yield device.command("Device.IsOn", True, until=device.now + 25, why="motion")
    if device["Device.IsOn"]:
        raise RuntimeError("it is on already")


@skill(when=signal(BRIGHTNESS).changes())
def climb(room: View) -> Said:
    """Sets itself off until 60; above 90 without end."""
    level = room.number(BRIGHTNESS)
    if level < 60:
        yield room.reading(BRIGHTNESS, level + 10)
    elif level > 90:
        yield room.reading(BRIGHTNESS, 95.0 if level == 96 else 96.0)


@skill(when=(signal(BRIGHTNESS) >= 40) & (signal(BRIGHTNESS) < 60) & ~signal("Room.IsOccupied").is_on())
def dim(room: View) -> Said:
    """Sees what others write in passing."""
    yield room.command("Room.Light.IsOn", False, until=room.now + 12, why="nobody in")


@skill(when=(signal(SOC) < signal(LIMIT)) & signal(CABLE).is_on())
def draw(car: View) -> Said:
    """Two signals of one node compared."""
    yield car.command(START_STOP, "START", until=car.now + 900, why=f"below {car.number(LIMIT):g}")


@skill(when=(signal("Vehicle.Speed") < 1) & signal("Person.Sleeping").is_on())
def hush(car: View) -> Said:
    """Any person of the household, from the car's view; comfort that a moving car takes too."""
    yield car.command(AIR, False, until=car.now + 10, why="somebody sleeps")


@skill(kind=Kind.VEHICLE, when=(signal("Vehicle.Speed").fresh(8) & (signal("Vehicle.Speed") >= 0)).holds(5))
def steady(car: View) -> Said:
    """Time on both sides of a condition that holds."""
    yield car.reading("Vehicle.Problem", f"steady at {car.number('Vehicle.Speed'):g}")


@skill(kind=Kind.VEHICLE, when=~((signal("Vehicle.Speed") > 40) | signal("Person.Sleeping").every().is_off()))
def trespass(car: View) -> Said:
    """A negation over people; speaks for somebody else's node, and all it said is dropped."""
    yield car.reading("Vehicle.Problem", "trespassing")
    other = "berg/home" if car.household == "lind" else "lind/home"
    yield Command(other, PORCH, True, car.now + 5, "mine")


@skill(when=[signal("Vehicle.DistanceToHome").changes(), signal(SPOKEN) == "home", signal(SOC) != signal(LIMIT)])
def follow(car: View) -> Said:
    """What is derived, each time anew; words; two signals that differ."""
    yield car.reading("Vehicle.Arrival.Why", f"{car[SPOKEN]}, on the {car.number('Vehicle.DistanceToHome', -1.0):.2f}")


@skill(kind=Kind.VEHICLE, when=(signal("Vehicle.Speed") >= 0) & ~signal(BEAT).every().fresh(50))
def worry(car: View) -> Said:
    """Somebody's heart has not been heard for long, but was once."""
    yield car.command(AIR, True, until=car.now + 8, why="no beat")


@skill(kind=Kind.VEHICLE, when=signal("Person.IsHome").every().is_on() | (signal("Person.IsHome").every() != False))  # noqa: E712
def alone(car: View) -> Said:
    """Everybody is in: never true where there is nobody."""
    yield car.reading("Vehicle.Arrival.Source", "all in")


@skill(kind=Kind.HOME, when=[signal("Vehicle.IsClosingOnHome").is_on(), signal("Home.IsOccupied").changes()])
def expect(home: View) -> Said:
    """Derived signals, seen from the home."""
    near = min((car.number("Vehicle.DistanceToHome", 1e9) for car in home.vehicles), default=1e9)
    yield home.reading("Home.Problem", f"{near:.3f} m away, occupied: {home['Home.IsOccupied']}")


SKILLS: tuple[Skill, ...] = (
    charge,
    welcome,
    cold,
    away,
    beat,
    stale,
    plan,
    breaks,
    climb,
    dim,
    draw,
    hush,
    steady,
    trespass,
    follow,
    worry,
    alone,
    expect,
)

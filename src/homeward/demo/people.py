"""The simulated people's phones: where they are, as sparingly told as phones do."""

from math import cos, inf, pi

from homeward.core.signal import Value
from homeward.demo.days import Day
from homeward.demo.track import Spot, Track

STATION_S = 180.0
"""So long after leaving, one who takes the train is out of the village and the phone says so once."""
SETTLED_S = 1500.0
TOWN = (0.24, -0.98)
"""How far north and east of the home the train leads, degrees: from Vaduz that is Zurich."""
NAMES = {"ada": "Ada", "ben": "Ben"}


def home_spot(way: Track) -> Spot:
    """Where the home is: the end of the way."""
    return way.spot(way.length_m)


def trips(who: str, day: Day) -> list[tuple[float, float, bool]]:
    """When somebody's trips of the day begin and end, and whether they lead home."""
    driven = [(one.journey.begins, one.journey.ends, one.homeward) for one in day.drives if who in one.who]
    return sorted([*driven, *((one.leaves, one.arrives, one.homeward) for one in day.rides if one.who == who)])


def is_in(who: str, day: Day, now: float) -> bool:
    """Whether they are at home."""
    begun = [trip for trip in trips(who, day) if trip[0] <= now]
    return not begun or (begun[-1][2] and begun[-1][1] <= now)


def place(who: str, day: Day, now: float) -> tuple[float, float] | None:
    """Latitude and longitude of their phone; None on the train, where it stays quiet."""
    begun = [trip for trip in trips(who, day) if trip[0] <= now]
    if not begun or (begun[-1][2] and begun[-1][1] <= now):
        return home_spot(day.way).latitude, home_spot(day.way).longitude
    for drive in reversed(day.drives):
        if who in drive.who and drive.journey.begins <= now:
            spot = drive.journey.track.spot(drive.journey.along(now))
            return spot.latitude, spot.longitude
    begins, ends, homeward = begun[-1]
    if not homeward and now >= ends:
        return home_spot(day.way).latitude + TOWN[0], home_spot(day.way).longitude + TOWN[1]
    if not homeward and now <= begins + STATION_S + 60.0:
        return home_spot(day.way).latitude - 0.012, home_spot(day.way).longitude + 0.004
    return None


def next_word(who: str, day: Day, now: float, every_s: float, moving_s: float) -> float:
    """When their phone speaks next: at the ends of trips, often in the car, now and then elsewhere."""
    moments = [t for begins, ends, _ in trips(who, day) for t in (begins + STATION_S, ends) if t > now]
    ended = max((ends for _, ends, _ in trips(who, day) if ends <= now), default=-inf)
    driving = any(who in one.who and one.journey.begins <= now < one.journey.ends for one in day.drives)
    return min(now + (moving_s if driving else settled(ended, now, every_s)), min(moments, default=inf))


def settled(ended: float, now: float, every_s: float) -> float:
    """Seconds until the next word of something that stopped at `ended`: once more soon, so that it is seen to stay."""
    return min(every_s, ended + SETTLED_S - now) if now < ended + SETTLED_S else every_s


def readings(who: str, day: Day, now: float) -> dict[str, Value]:
    """What the phone tells; nothing where it is quiet."""
    here = place(who, day, now)
    if here is None:
        return {}
    return {
        "Person.CurrentLocation.Latitude": round(here[0], 5),
        "Person.CurrentLocation.Longitude": round(here[1], 5),
        "Person.CurrentLocation.HorizontalAccuracy": 15.0,
        "Person.Phone.BatteryLevel": round(75.0 + 22.0 * cos(2 * pi * (now % 86_400 / 86_400 - 0.2))),
    }

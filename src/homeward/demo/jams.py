"""Where on the way home a jam may come up, and which one lies ahead."""

from dataclasses import dataclass

from homeward.demo.days import Drive
from homeward.demo.journey import Jam

STRETCHES_KM = ((10.15, 11.45), (12.0, 13.2), (16.6, 17.9), (19.3, 20.4))
"""Between Vaduz and Schaan first: it is where people of this valley stand in the evening."""
DELAY_S = 27 * 60.0
NOTICE_M = 800.0


@dataclass(frozen=True, slots=True)
class Jammed:
    """A jam, and when it came up."""

    jam: Jam
    at: float


def jam_ahead(drive: Drive, now: float) -> Jammed | None:
    """The first stretch still ahead where traffic can come to a crawl; None when it is too late for that."""
    track, along = drive.journey.track, drive.journey.along(now)
    if now >= drive.journey.ends:
        return None
    for begin_km, end_km in STRETCHES_KM:
        begin, end = 1000.0 * begin_km, 1000.0 * end_km
        if begin > along + NOTICE_M:
            spot = track.spot(0.5 * (begin + end))
            return Jammed(Jam(begin, end, DELAY_S, spot.road, spot.place), now)
    return None

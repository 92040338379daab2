"""One drive along a track, worked out as a whole: limits, bends, lights and jams give where it is at every moment.

A jam that comes up on the way begins a new profile where the car is, so what has been driven stays as it was.
"""

from dataclasses import dataclass, replace

import numpy as np

from homeward.demo.track import Floats, Track

CELL_M = 10.0
SPEED_UP, SLOW_DOWN = 1.3, 1.6
"""m/s² that an unhurried driver asks for."""
SIDEWAYS = 2.2
"""m/s² that an unhurried driver takes a bend with."""
SLOWEST = 1.5


@dataclass(frozen=True, slots=True)
class Jam:
    """Traffic crawls between two points of the way, which takes `delay_s` longer than it would."""

    from_m: float
    to_m: float
    delay_s: float
    road: str
    place: str

    def left_s(self, along_m: float) -> float:
        """How much of the delay is still ahead of one who is there."""
        share = (self.to_m - max(along_m, self.from_m)) / (self.to_m - self.from_m)
        return self.delay_s * min(1.0, max(0.0, share))


@dataclass(frozen=True, slots=True)
class Style:
    """How it goes today: the share of the limit that is driven, and how long each light stays red, s."""

    share: float = 0.9
    red_s: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Journey:
    """A drive that began at `begins` (s since 1970): `at` is when it passes `along_m`, with `speed` m/s, all `(n,)`."""

    track: Track
    style: Style
    begins: float
    at: Floats
    along_m: Floats
    speed: Floats

    @property
    def ends(self) -> float:
        """When it is over."""
        return float(self.at[-1])

    def along(self, now: float) -> float:
        """Metres driven at `now`."""
        return float(np.interp(now, self.at, self.along_m))

    def speed_kmh(self, now: float) -> float:
        """km/h at `now`; 0 before, after and at a red light."""
        if not self.begins < now < self.ends:
            return 0.0
        i = int(np.searchsorted(self.at, now)) - 1
        gone, took = self.along_m[i + 1] - self.along_m[i], self.at[i + 1] - self.at[i]
        return float(3.6 * gone / took) if took > 0 else 0.0

    def jammed(self, now: float, jam: Jam) -> "Journey":
        """The same drive with a jam that comes up at `now` (or waits for it, before it begins)."""
        now = max(now, self.begins)
        here = self.along(now)
        begun = int(np.searchsorted(self.at, now))
        rest = drive(self.track, now, self.style, here, self.speed_kmh(now) / 3.6, jam)
        return replace(
            self,
            at=np.concatenate([self.at[:begun], rest.at]),
            along_m=np.concatenate([self.along_m[:begun], rest.along_m]),
            speed=np.concatenate([self.speed[:begun], rest.speed]),
        )


def drive(
    track: Track, begins: float, style: Style, from_m: float = 0.0, speed: float = 0.0, jam: Jam | None = None
) -> Journey:
    """A drive along `track` from `from_m` to its end, beginning at `begins` with `speed` m/s."""
    along = np.linspace(from_m, track.length_m, max(2, int((track.length_m - from_m) / CELL_M) + 1))
    cap = np.maximum(allowed(track, along) * style.share, SLOWEST)
    lights = [(i, red) for i, red in _lights(track, along, style) if red > 0]
    for i, _ in lights:
        cap[i] = SLOWEST
    cap[0], cap[-1] = max(speed, SLOWEST), SLOWEST
    paces = np.array(_smooth(cap.tolist(), float(along[1] - along[0])))
    took = np.diff(along) / (0.5 * (paces[1:] + paces[:-1]))
    if jam is not None:
        took += _crawl(jam, along)
        paces[1:] = np.minimum(paces[1:], np.diff(along) / took)
    at = begins + np.concatenate([[0.0], np.cumsum(took)])
    for i, red in reversed(lights):
        at[i + 1 :] += red
        at, along, paces = np.insert(at, i + 1, at[i] + red), np.insert(along, i, along[i]), np.insert(paces, i, 0.0)
    return Journey(track, style, begins, at, along, paces)


def allowed(track: Track, along: Floats) -> Floats:
    """The speed `(n,)` in m/s that limits and bends allow at `along` `(n,)`."""
    piece = np.clip(np.searchsorted(track.along_m, along, side="right") - 1, 0, len(track.roads) - 1)
    latitude, longitude = (np.interp(along, track.along_m, axis) for axis in (track.latitude, track.longitude))
    north, east = np.radians(latitude) * 6.371e6, np.radians(longitude) * 6.371e6 * np.cos(np.radians(latitude[0]))
    heading = np.unwrap(np.arctan2(np.gradient(east), np.gradient(north)))
    bend = np.abs(np.gradient(np.convolve(np.pad(heading, 2, "edge"), np.full(5, 0.2), "valid"), along))
    return np.asarray(np.minimum(track.limit_kmh[piece] / 3.6, np.sqrt(SIDEWAYS / np.maximum(bend, 1e-4))))


def _lights(track: Track, along: Floats, style: Style) -> list[tuple[int, float]]:
    ahead = [
        light for light in zip(track.lights_m, style.red_s, strict=False) if along[0] < light[0] < along[-1] - CELL_M
    ]
    return [(int(np.searchsorted(along, light_m)), red) for light_m, red in ahead]


def _smooth(cap: list[float], cell_m: float) -> list[float]:
    """The fastest speeds under `cap` that can be reached by speeding up and slowing down gently."""
    for i in range(1, len(cap)):
        cap[i] = min(cap[i], (cap[i - 1] ** 2 + 2 * SPEED_UP * cell_m) ** 0.5)
    for i in range(len(cap) - 2, 0, -1):
        cap[i] = min(cap[i], (cap[i + 1] ** 2 + 2 * SLOW_DOWN * cell_m) ** 0.5)
    return cap


def _crawl(jam: Jam, along: Floats) -> Floats:
    """What a jam adds to each cell `(n - 1,)`, s: stop and go, `delay_s` in all (less if it is partly behind)."""
    middle = 0.5 * (along[1:] + along[:-1])
    waves = np.where((middle > jam.from_m) & (middle < jam.to_m), 1.0 + 0.7 * np.sin(middle / 25.0), 0.0)
    total = float(waves.sum())
    return waves * (jam.left_s(float(along[0])) / total) if total > 0 else waves

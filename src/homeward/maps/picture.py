"""A way as a picture: the map's own roads around it, the way in blue, start and goal, a scale and whose map it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, cos, floor, log10, radians
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFont

from homeward.core.signal import Refused
from homeward.models.roads.network import DEGREE_M, KINDS, Network

WIDTH, HEIGHT, EDGE = 1200, 900, 70
FINE: Final = 2  # drawn twice as large and made smaller, so that lines are smooth
PAPER, INK, ROAD, MAIN = "#faf9f7", "#3c3a37", "#dedbd5", "#bdb8af"
CAR, HOME, CHARGER, REACHED = "#2f6fb5", "#c98a1b", "#2e8b57", "#dbe8f5"
BROAD: Final = {"motorway": 5, "trunk": 5, "primary": 4, "secondary": 3, "tertiary": 3}


@dataclass(frozen=True, slots=True)
class _View:
    """Where degrees lie on the picture."""

    west: float
    north: float
    per_lon: float
    per_lat: float

    def line(self, lat: Any, lon: Any) -> list[tuple[float, float]]:
        """Points on the picture."""
        x = (np.asarray(lon, dtype=np.float64) - self.west) * self.per_lon
        y = (self.north - np.asarray(lat, dtype=np.float64)) * self.per_lat
        return list(zip(x.tolist(), y.tolist(), strict=True))


def draw(
    network: Network, ways: Sequence[Any], attribution: str, path: Path, stops: Sequence[tuple[float, float]] = ()
) -> None:
    """Write a PNG of ways one after another, points (k, 2) each, and places to stop at.

    Raises Refused if the file cannot be written.
    """
    picture = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), PAPER)
    pen, view = ImageDraw.Draw(picture), _view(np.concatenate(list(ways)))
    _roads(pen, view, network)
    lines = [view.line(points[:, 0], points[:, 1]) for points in ways]
    for line in lines:
        pen.line(line, fill=CAR, width=7 * FINE, joint="curve")
    _dots(pen, [(lines[0][0], CAR), (lines[-1][-1], HOME)])
    _dots(pen, [(view.line([lat], [lon])[0], CHARGER) for lat, lon in stops])
    _legend(pen, view, attribution)
    _save(picture, path)


def draw_area(network: Network, rings: Sequence[Any], place: tuple[float, float], attribution: str, path: Path) -> None:
    """Write a PNG of an area, rings of (latitude, longitude), around a place. Raises Refused like `draw`."""
    picture = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), PAPER)
    corners = np.array([point for ring in rings for point in ring] or [place])
    pen, view = ImageDraw.Draw(picture), _view(corners)
    lines = [view.line(*zip(*ring, strict=True)) for ring in rings]
    shade = Image.new("1", picture.size)
    for line in lines:  # where two lie over one another, the inner one is a hole
        one = Image.new("1", picture.size)
        ImageDraw.Draw(one).polygon(line, fill=1)
        shade = ImageChops.logical_xor(shade, one)
    picture.paste(REACHED, mask=shade)
    _roads(pen, view, network)
    for line in lines:
        pen.line(line, fill=CAR, width=3 * FINE, joint="curve")
    _dots(pen, [(view.line([place[0]], [place[1]])[0], CAR)])
    _legend(pen, view, attribution)
    _save(picture, path)


def _roads(pen: Any, view: "_View", network: Network) -> None:
    """The map's roads around, the small ones below."""
    west, north = view.west, view.north
    east, south = west + WIDTH * FINE / view.per_lon, north - HEIGHT * FINE / view.per_lat
    lat = np.minimum(network.lat[network.tail], network.lat[network.head])
    lon = np.minimum(network.lon[network.tail], network.lon[network.head])
    far = (east - west) + (north - south)  # an arc that begins farther away is not seen
    near = np.flatnonzero((abs(lat - south) < far) & (abs(lon - west) < far))
    for arc in near[np.argsort(-network.kind[near].astype(int), kind="stable")].tolist():
        kind = KINDS[network.kind[arc]].removesuffix("_link")
        pen.line(view.line(*network.points(arc)), fill=MAIN if kind in BROAD else ROAD, width=BROAD.get(kind, 2) * FINE)


def _dots(pen: Any, dots: Sequence[tuple[tuple[float, float], str]]) -> None:
    size = 11 * FINE
    for (x, y), colour in dots:
        pen.ellipse((x - size, y - size, x + size, y + size), fill=colour, outline=PAPER, width=3 * FINE)


def _save(picture: Any, path: Path) -> None:
    try:
        picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(path, "PNG")
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error}") from None


def _view(points: Any) -> _View:
    """The way in the middle, with a margin, and no nearer than a kilometre across."""
    (south, west), (north, east) = points.min(axis=0), points.max(axis=0)
    width = cos(radians((south + north) / 2.0))
    tall = max((north - south) * DEGREE_M, 700.0)
    wide = max((east - west) * DEGREE_M * width, 1000.0)
    per_m = FINE * min((WIDTH - 2 * EDGE) / wide, (HEIGHT - 2 * EDGE) / tall)
    per_lat, per_lon = per_m * DEGREE_M, per_m * DEGREE_M * width
    left = (west + east) / 2.0 - WIDTH * FINE / 2.0 / per_lon
    return _View(left, (south + north) / 2.0 + HEIGHT * FINE / 2.0 / per_lat, per_lon, per_lat)


def _legend(pen: Any, view: _View, attribution: str) -> None:
    font, bottom = ImageFont.load_default(14 * FINE), (HEIGHT - 28) * FINE
    across_m = WIDTH * FINE / view.per_lat * DEGREE_M
    length = _round_length(across_m / 5.0)
    pixels = length / DEGREE_M * view.per_lat
    left = 28 * FINE
    pen.rectangle((0, (HEIGHT - 52) * FINE, WIDTH * FINE, HEIGHT * FINE), fill=PAPER)
    pen.line([(left, bottom), (left + pixels, bottom)], fill=INK, width=2 * FINE)
    said = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    pen.text((left + pixels + 10 * FINE, bottom), said, fill=INK, font=font, anchor="lm")
    pen.text(((WIDTH - 28) * FINE, bottom), attribution, fill=INK, font=font, anchor="rm")


def _round_length(metres: float) -> float:
    """1, 2 or 5 of a power of ten, at most what is given.

    >>> _round_length(1730.0), _round_length(620.0)
    (1000.0, 500.0)
    """
    ten = 10.0 ** floor(log10(metres))
    return max(step * ten for step in (1.0, 2.0, 5.0) if step * ten <= ceil(metres))

"""A large network for measuring, tiled from real maps: copies turned and mirrored, joined by made trunk roads.

Streets and junctions are those of the maps; how the copies lie and what joins them is made. Order and arcs are kept
in `var/bench`, as finding an order of a large network takes minutes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from homeward.maps.osm import read_roads
from homeward.models.roads.network import DEGREE_M, Column, Network
from homeward.models.roads.order import nested_dissection

DATA = Path(__file__).parents[2] / "shared" / "data" / "maps"
MAPS = ("liechtenstein-latest.osm.pbf", "andorra.osm.pbf", "Helsinki.osm.pbf")
KEPT = Path(__file__).parents[1] / "var" / "bench"
Cell = tuple[int, Column, Column, Network]  # where its junctions begin, their places, the map
ARCS = ("tail", "head", "length_m", "speed_kmh")
TALL, WIDE, GAP, JOINTS = 0.2, 0.3, 0.01, 12


@dataclass(frozen=True, eq=False)
class Tiled:
    """Places (n,), arcs with their lengths in m and speeds in km/h (m,), and an order (n,)."""

    lat: Column
    lon: Column
    tail: Column
    head: Column
    length_m: Column
    speed_kmh: Column
    order: Column

    @property
    def ms(self) -> Column:
        """Free-flow times, ms, int32 (m,)."""
        return np.maximum(1, np.round(self.length_m / (self.speed_kmh / 3.6) * 1000)).astype(np.int32)

    def network(self) -> Network:
        """As a network whose roads are straight and have no names."""
        n, m, order = len(self.lat), len(self.tail), np.lexsort((self.head, self.tail))
        columns: dict[str, Any] = {name: getattr(self, name)[order] for name in ARCS}
        for name, kind in (("kind", "u1"), ("way", "i8"), ("name", "i4")):
            columns[name] = np.zeros(m, dtype=kind)
        for name in ("shape_lat", "shape_lon"):
            columns[name] = np.zeros(0, dtype=np.float32)
        return Network(
            lat=self.lat,
            lon=self.lon,
            shape_first=np.zeros(m + 1, dtype=np.int64),
            forbidden=np.zeros((0, 2), dtype=np.int32),
            height_m=np.zeros(n, dtype=np.float32),
            **columns,
        )


def tiled(side: int) -> Tiled:
    """A network of side x side copies, made once and then kept."""
    path = KEPT / f"tiled-{side}.npz"
    if not path.exists():
        if not DATA.is_dir():
            raise SystemExit(f"{DATA} is missing: there are no maps to tile")
        KEPT.mkdir(parents=True, exist_ok=True)
        maps = [read_roads(DATA / name)[0] for name in MAPS]
        columns = _laid(maps, side)
        order = nested_dissection(*(columns[name] for name in ("lat", "lon", "tail", "head")))
        np.savez(path, allow_pickle=False, order=order, **columns)
    with np.load(path) as kept:
        return Tiled(**{name: kept[name] for name in Tiled.__dataclass_fields__})


def _laid(maps: list[Network], side: int) -> dict[str, Column]:
    chance = np.random.default_rng(0)
    cells, count = [], 0
    for i in range(side):
        for j in range(side):
            one = maps[int(chance.integers(len(maps)))]
            lat, lon = ((end - end.min()) / np.ptp(end) for end in (one.lat, one.lon))
            lat, lon = (1.0 - end if chance.random() < 0.5 else end for end in (lat, lon))
            if chance.random() < 0.5:
                lat, lon = lon, lat
            cells.append((count, lat * TALL + j * (TALL + GAP), lon * WIDE + i * (WIDE + GAP), one))
            count += one.nodes
    lat, lon = (np.concatenate([cell[k] for cell in cells]) for k in (1, 2))
    ends = [
        np.concatenate([np.asarray(getattr(cell[3], name)) + cell[0] for cell in cells]) for name in ("tail", "head")
    ]
    joints = np.array([pair for a, b, up in _beside(cells, side) for pair in _joints(a, b, up)]).reshape(-1, 2)
    width = np.cos(np.radians(lat[joints[:, 0]]))
    long = DEGREE_M * np.hypot(lat[joints[:, 0]] - lat[joints[:, 1]], (lon[joints[:, 0]] - lon[joints[:, 1]]) * width)
    fast = np.where(chance.random(len(joints)) < 0.2, 120.0, 80.0)
    return {
        "lat": lat,
        "lon": lon,
        "tail": np.concatenate([ends[0], joints[:, 0], joints[:, 1]]).astype(np.int32),
        "head": np.concatenate([ends[1], joints[:, 1], joints[:, 0]]).astype(np.int32),
        "length_m": np.concatenate([*(cell[3].length_m for cell in cells), long, long]),
        "speed_kmh": np.concatenate([*(cell[3].speed_kmh for cell in cells), fast, fast]),
    }


def _beside(cells: list[Cell], side: int) -> Iterator[tuple[Cell, Cell, bool]]:
    for i in range(side):
        for j in range(side):
            if i + 1 < side:
                yield cells[i * side + j], cells[(i + 1) * side + j], False
            if j + 1 < side:
                yield cells[i * side + j], cells[i * side + j + 1], True


def _joints(
    a: tuple[int, Column, Column, Network], b: tuple[int, Column, Column, Network], up: bool
) -> list[list[int]]:
    """Junctions at the edge of one copy and at the facing edge of the next."""
    (a_near, a_along), (b_near, b_along) = ((one[1:3] if up else one[2:0:-1]) for one in (a, b))
    edge, facing = np.argsort(-a_near)[: JOINTS * 8], np.argsort(b_near)[: JOINTS * 8]
    joints = []
    for share in np.linspace(0.03, 0.97, JOINTS):
        at = a_along.min() + share * np.ptp(a_along)
        u, v = edge[np.argmin(abs(a_along[edge] - at))], facing[np.argmin(abs(b_along[facing] - at))]
        joints.append([a[0] + int(u), b[0] + int(v)])
    return joints

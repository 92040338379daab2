"""Heights of junctions from SRTM tiles: `.hgt` files of one or three seconds of arc, plain, gzipped or zipped.

A tile is a square of a degree named after its south-west corner (N42E001), big-endian 16-bit metres in rows from north
to south, -32768 where nothing was measured. Heights are taken between its points (bilinear), then smoothed along the
roads: what a radar sees of trees, roofs and gorges is no gradient of a road. Node heights are smoothed, never the grade
of an arc by itself: heights that belong to junctions give no circle that gains energy.
"""

import gzip
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from homeward.core.signal import Refused
from homeward.models.roads.network import Column, Network

VOID = -32768
SIDES = (1201, 3601)
ROUNDS = 6
NEAR_M = 25.0
NAME = re.compile(r"([NS])(\d{2})([EW])(\d{3})\.hgt(\.gz|\.zip)?", re.IGNORECASE)


@dataclass(slots=True)
class Tiles:
    """The tiles in a folder, each read when it is first needed; `missing` are corners that were asked for in vain."""

    files: dict[tuple[int, int], Path]
    missing: set[tuple[int, int]] = field(default_factory=set)
    _read: dict[tuple[int, int], Column] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path) -> "Tiles":
        """The tiles there are in a folder. Raises Refused if there is none."""
        files: dict[tuple[int, int], Path] = {}
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            if found := NAME.fullmatch(path.name):
                south, west = int(found[2]), int(found[4])
                corner = (-south if found[1] in "sS" else south, -west if found[3] in "wW" else west)
                files.setdefault(corner, path)
        if not files:
            raise Refused(f"{folder} holds no heights; it needs SRTM tiles such as N42E001.hgt (or .hgt.gz, .hgt.zip)")
        return cls(files)

    def at(self, lat: Column, lon: Column) -> Column:
        """Heights at places, m (n,); NaN where no tile says."""
        heights = np.full(len(lat), np.nan)
        south, west = np.floor(lat).astype(int), np.floor(lon).astype(int)
        for corner in sorted(set(zip(south.tolist(), west.tolist(), strict=True))):
            here = (south == corner[0]) & (west == corner[1])
            tile = self._tile(corner)
            if tile is None:
                self.missing.add(corner)
            else:
                heights[here] = _between(tile, lat[here] - corner[0], lon[here] - corner[1])
        return heights

    def _tile(self, corner: tuple[int, int]) -> Column | None:
        if corner not in self.files:
            return None
        if corner not in self._read:
            self._read[corner] = read_tile(self.files[corner])
        return self._read[corner]


def read_tile(path: Path) -> Column:
    """A tile's heights, m, float32 (side, side) from north to south; NaN where nothing was measured. Raises Refused."""
    try:
        raw = path.read_bytes()
        if path.suffix.lower() == ".gz":
            raw = gzip.decompress(raw)
        elif path.suffix.lower() == ".zip":
            with zipfile.ZipFile(path) as packed:
                raw = packed.read(next(name for name in packed.namelist() if name.lower().endswith(".hgt")))
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, StopIteration) as problem:
        raise Refused(f"{path} cannot be read as a tile of heights: {problem or 'no .hgt in it'}") from None
    side = round((len(raw) / 2) ** 0.5)
    if side not in SIDES or len(raw) != 2 * side * side:
        right = " or ".join(str(2 * one * one) for one in SIDES)
        raise Refused(f"{path} is no tile of heights: {len(raw)} bytes, where {right} are right")
    heights = np.frombuffer(raw, ">i2").reshape(side, side).astype(np.float32)
    heights[heights == VOID] = np.nan
    return heights


def _between(tile: Column, up: Column, across: Column) -> Column:
    """Heights between a tile's points, at shares of a degree from its south-west corner (n,); voids are left out."""
    side = len(tile) - 1
    row, column = (1.0 - up) * side, across * side
    top, left = np.clip(np.floor(row), 0, side - 1).astype(int), np.clip(np.floor(column), 0, side - 1).astype(int)
    down, right = row - top, column - left
    total, weight = np.zeros(len(up)), np.zeros(len(up))
    for i, j, share in (
        (0, 0, (1 - down) * (1 - right)),
        (0, 1, (1 - down) * right),
        (1, 0, down * (1 - right)),
        (1, 1, down * right),
    ):
        height = tile[top + i, left + j].astype(np.float64)
        known = np.isfinite(height)
        total += np.where(known, share * height, 0.0)
        weight += np.where(known, share, 0.0)
    return np.asarray(np.divide(total, weight, out=np.full(len(up), np.nan), where=weight > 1e-9))


def heights_of(network: Network, tiles: Tiles) -> tuple[Column, dict[str, int]]:
    """The junctions' heights, m, float32 (n,), smoothed along the roads, and what was left out.

    Where no tile says anything the neighbours' height is taken; where none of them knows either, 0.
    """
    heights = tiles.at(np.asarray(network.lat), np.asarray(network.lon))
    unknown = int(np.isnan(heights).sum())
    heights = _filled(network, heights)
    # What junctions near one another differ by is mostly noise; over hundreds of metres it is the hill.
    weight = NEAR_M / np.maximum(np.asarray(network.length_m, dtype=np.float64), NEAR_M) ** 2
    for _ in range(ROUNDS):
        total, count = _around(network, heights, weight)
        own = count + 1.0 / NEAR_M
        heights = (total + heights / NEAR_M) / own
    left_out = {"junctions whose height no tile tells": unknown} if unknown else {}
    for south, west in sorted(tiles.missing):
        name = f"{'S' if south < 0 else 'N'}{abs(south):02d}{'W' if west < 0 else 'E'}{abs(west):03d}"
        left_out[f"tile of heights {name}, which is not there"] = 1
    return heights.astype(np.float32), left_out


def _filled(network: Network, heights: Column) -> Column:
    for _ in range(len(heights)):
        unknown = np.isnan(heights)
        if not unknown.any() or unknown.all():
            break
        total, count = _around(network, np.nan_to_num(heights), (~unknown).astype(np.float64), by_node=True)
        found = unknown & (count > 0)
        if not found.any():
            break
        heights = np.where(found, total / np.maximum(count, 1e-12), heights)
    return np.nan_to_num(heights)


def _around(network: Network, heights: Column, weight: Column, by_node: bool = False) -> tuple[Any, Any]:
    """For each junction the weighted sum of its neighbours' heights and of the weights (n,), (n,).

    `weight` is one for each arc (m,), or `by_node` for each neighbour (n,).
    """
    total, count = np.zeros(network.nodes), np.zeros(network.nodes)
    for a, b in ((network.tail, network.head), (network.head, network.tail)):
        w = weight[b] if by_node else weight
        np.add.at(total, a, w * heights[b])
        np.add.at(count, a, w)
    return total, count

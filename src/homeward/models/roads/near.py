"""The nearest of many straight pieces: a grid of squares that knows which pieces pass through each."""

from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numba import njit

from homeward.models.roads.network import DEGREE_M, Column, Network

CELL_M: Final = 250.0
MOST_CELLS: Final = 4_000_000  # on a larger map squares are larger


class Near:
    """Pieces from (lat, lon) by (up, across), degrees (p,); asked which are near a place."""

    def __init__(self, lat: Column, lon: Column, up: Column, across: Column) -> None:
        """Lay the pieces into squares."""
        self.pieces = tuple(np.ascontiguousarray(column, dtype=np.float64) for column in (lat, lon, up, across))
        ends = [np.concatenate([a, a + b]) for a, b in zip(self.pieces[:2], self.pieces[2:], strict=True)]
        self.south, self.west = (float(one.min()) if len(one) else 0.0 for one in ends)
        middle = float(np.mean(self.pieces[0])) if len(lat) else 0.0
        width = max(float(np.cos(np.radians(middle))), 0.05)
        area = float(np.ptp(ends[0]) * np.ptp(ends[1])) * width * DEGREE_M**2 if len(lat) else 0.0
        cell_m = max(CELL_M, float(np.sqrt(area / MOST_CELLS)))
        self.cell = cell_m / DEGREE_M, cell_m / DEGREE_M / width
        steps = np.ceil(2.0 * np.maximum(abs(up) / self.cell[0], abs(across) / self.cell[1])).astype(np.int64) + 1
        piece = np.repeat(np.arange(len(lat)), steps)
        share = (np.arange(len(piece)) - np.repeat(np.cumsum(steps) - steps, steps)) / np.maximum(steps - 1, 1)[piece]
        rows = self._row(self.pieces[0][piece] + share * self.pieces[2][piece])
        columns = self._column(self.pieces[1][piece] + share * self.pieces[3][piece])
        self.across = int(columns.max(initial=0)) + 1
        count = max(len(lat), 1)
        cells = np.sort((rows * self.across + columns) * count + piece)
        cells = cells[np.diff(cells, prepend=-1) > 0]
        self.tall = int(rows.max(initial=0)) + 1
        self.first = np.searchsorted(cells // count, np.arange(self.across * self.tall + 1))
        self.held = cells % count

    def _row(self, lat: Any) -> Any:
        return np.floor((lat - self.south) / self.cell[0]).astype(np.int64)

    def _column(self, lon: Any) -> Any:
        return np.floor((lon - self.west) / self.cell[1]).astype(np.int64)

    def within(self, lat: float, lon: float, slack_m: float) -> tuple[Column, Column, Column]:
        """The pieces at most `slack_m` farther off than the nearest: which (k,), share along it, m off; by piece."""
        return self._found(lat, lon, -1.0, slack_m)

    def around(self, lat: float, lon: float, off_m: float) -> tuple[Column, Column, Column]:
        """The pieces at most `off_m` off: which (k,), share along it, m off; by piece."""
        return self._found(lat, lon, off_m, 0.0)

    def _found(self, lat: float, lon: float, off_m: float, slack_m: float) -> tuple[Column, Column, Column]:
        grid = self.first, self.held, self.tall, self.across
        row, column = int(self._row(lat)), int(self._column(lon))
        scale = float(np.cos(np.radians(lat)))
        shortest = min(self.cell[0], self.cell[1] * scale) * DEGREE_M
        which = np.unique(_squares(row, column, (lat, lon, scale), grid, self.pieces, (off_m, slack_m, shortest)))
        share, off = _apart(which, (lat, lon, scale), self.pieces)
        least = off_m if off_m >= 0.0 else (off.min(initial=np.inf) + slack_m)
        kept = off <= least
        return which[kept], share[kept], off[kept]


@dataclass(frozen=True, eq=False, slots=True)
class Pieces:
    """All straight pieces of a network's arcs: of which arc each is (p,), how long, m (p,), and a grid of them."""

    arc: Column
    long_m: Column
    near: Near

    @classmethod
    def of(cls, network: Network) -> Self:
        """Of a network, arc by arc in driving order."""
        lat, lon, begins = network.all_points()
        arc = np.repeat(np.arange(network.arcs), np.diff(begins))
        same = arc[1:] == arc[:-1]
        up, across = np.diff(lat)[same], np.diff(lon)[same]
        lat, lon = lat[:-1][same], lon[:-1][same]
        long_m = np.hypot(up, across * np.cos(np.radians(lat))) * DEGREE_M
        return cls(arc[:-1][same], long_m, Near(lat, lon, up, across))


@njit(cache=True, nogil=True)
def _apart(which: Any, place: Any, pieces: Any) -> Any:
    """How far along each piece the nearest point is, and how far off, m."""
    lat, lon, scale = place
    share, off = np.empty(len(which)), np.empty(len(which))
    for k in range(len(which)):
        i = which[k]
        x, y = (pieces[1][i] - lon) * scale * DEGREE_M, (pieces[0][i] - lat) * DEGREE_M
        along_x, along_y = pieces[3][i] * scale * DEGREE_M, pieces[2][i] * DEGREE_M
        square = max(along_x * along_x + along_y * along_y, 1e-9)
        share[k] = min(1.0, max(0.0, -(x * along_x + y * along_y) / square))
        off[k] = np.hypot(x + share[k] * along_x, y + share[k] * along_y)
    return share, off


@njit(cache=True, nogil=True)
def _squares(row: int, column: int, place: Any, grid: Any, pieces: Any, bounds: Any) -> Any:
    """The pieces of all squares that may hold what is asked for, ring by ring around a place."""
    first, held, tall, across = grid
    off_m, slack_m, cell_m = bounds
    found = [np.int64(0) for _ in range(0)]
    nearest = np.inf
    outside = max(0, -row, row - tall + 1, -column, column - across + 1)
    last = max(abs(row), abs(row - tall), abs(column), abs(column - across)) + 1
    for ring in range(outside, last + 1):
        # A piece may stick out of the squares of its sampled points by half a square.
        reach = (off_m if off_m >= 0.0 else nearest + slack_m) + 0.5 * cell_m
        if (ring - 1) * cell_m > reach:
            break
        for r in range(max(0, row - ring), min(tall, row + ring + 1)):
            whole = abs(r - row) == ring
            step = 1 if whole else max(1, 2 * ring)
            begin = max(0, column - ring) if whole else column - ring
            for c in range(begin, min(across, column + ring + 1), step):
                if c < 0:
                    continue
                for k in range(first[r * across + c], first[r * across + c + 1]):
                    found.append(held[k])
                    if off_m < 0.0:
                        nearest = min(nearest, _apart(held[k : k + 1], place, pieces)[1][0])
    return np.array(found, dtype=np.int64)

"""Finds places by what people write: streets with the town they are in, towns, stations and what else has a name.

    Gazetteer.of(network, pack.places).find("bahnhofstr schaan")

Every word of what is looked for must begin a word of the name or of the town; case and accents do not matter, and a
house's number is passed over.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

import numpy as np

from homeward.maps.places import SETTLED, Named
from homeward.models.roads.network import DEGREE_M, Column, Network
from homeward.models.roads.trip import Place

MATTERS: Final = ("city", "town", "village", "airport", "suburb", "station", "street", "quarter", "neighbourhood")
CELL: Final = 0.02  # degrees: streets of one name in one cell belong to one town
BUCKET: Final = 0.25
FAR_M: Final = 12_000.0
NUMBER: Final = re.compile(r"\d+\s?[a-z]?(-\d+[a-z]?)?")


@dataclass(frozen=True, slots=True)
class Entry:
    """A name as it is looked for, how much it matters (0: most), and what it is called."""

    plain: str
    town: str
    rank: int
    place: Place


@dataclass(eq=False)
class Gazetteer:
    """All names of a map."""

    entries: list[Entry] = field(default_factory=list)

    @classmethod
    def of(cls, network: Network, places: Sequence[Named]) -> "Gazetteer":
        """The names of a network's streets and of places."""
        towns = _Towns([one for one in places if one.kind in SETTLED])
        found = [_entry(one, towns) for one in places]
        found += _streets(network, towns)
        return cls(found)

    def find(self, text: str, limit: int = 8) -> list[Place]:
        """What people may mean, the likeliest first; none for nothing."""
        words = _words(text)
        if not words:
            return []
        longest = max(words, key=len)
        ranked: list[tuple[int, int, int, str, int, Place]] = []
        for entry in self.entries:
            if longest in entry.plain or longest in entry.town:
                fit = _fit(words, entry)
                if fit is not None:
                    ranked.append((fit, entry.rank, len(entry.plain), entry.plain, len(ranked), entry.place))
        ranked.sort()
        numbers = [i for i, word in enumerate(words) if NUMBER.fullmatch(word)]
        if not ranked and len(words) > 1 and numbers:
            return self.find(" ".join(words[: numbers[-1]] + words[numbers[-1] + 1 :]), limit)
        return [one[-1] for one in ranked[:limit]]

    def nearest(self, text: str) -> str:
        """What a wrong name may have meant, '' for nothing."""
        by_name = {entry.plain: entry for entry in reversed(self.entries)}
        close = get_close_matches(plain(text), by_name, 1, 0.6)
        return by_name[close[0]].place.name if close else ""


def plain(text: str) -> str:
    """A name without case, accents and signs, for comparing: `Mäkelänkatu` is `makelankatu`."""
    parted = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    kept = "".join(sign if sign.isalnum() else " " for sign in parted if not unicodedata.combining(sign))
    return " ".join(kept.split())


def _words(text: str) -> list[str]:
    return plain(text).split()


def _fit(words: list[str], entry: Entry) -> int | None:
    """How well an entry answers: 0 the same name, 1 begins so, 2 words begin so, 3 holds them; None if it does not."""
    said, own = " ".join(words), f" {entry.plain} {entry.town}"
    if entry.plain == said or f"{entry.plain} {entry.town}" == said:
        return 0
    if entry.plain.startswith(said):
        return 1
    if all(f" {word}" in own for word in words):
        return 2
    return 3 if all(word in own for word in words) else None


def _entry(one: Named, towns: "_Towns") -> Entry:
    rank = MATTERS.index(one.kind) if one.kind in MATTERS else len(MATTERS)
    town = towns.nearest(one.lat, one.lon) if one.kind not in SETTLED[:3] else ""
    label = one.name if not town or plain(town) in plain(one.name) else f"{one.name}, {town}"
    return Entry(plain(one.name), plain(town), rank, Place(one.lat, one.lon, label))


def _streets(network: Network, towns: "_Towns") -> list[Entry]:
    """Each street once a town, at the middle of its longest stretch there."""
    named = np.flatnonzero(np.asarray(network.name) >= 0)
    if not len(named):
        return []
    lat = (network.lat[network.tail[named]] + network.lat[network.head[named]]) / 2.0
    lon = (network.lon[network.tail[named]] + network.lon[network.head[named]]) / 2.0
    cells, cell = np.unique(
        np.column_stack([np.floor(lat / CELL), np.floor(lon / CELL)]).astype(np.int64), axis=0, return_inverse=True
    )
    of_cell = [towns.nearest((row + 0.5) * CELL, (column + 0.5) * CELL) for row, column in cells.tolist()]
    numbers = {town: i for i, town in enumerate(sorted(set(of_cell)))}
    town = np.array([numbers[one] for one in of_cell])[cell.reshape(-1)]
    name = np.asarray(network.name)[named].astype(np.int64)
    key = name * len(numbers) + town
    longest = np.lexsort((-np.asarray(network.length_m)[named], key))
    _, first = np.unique(key[longest], return_index=True)
    known = sorted(numbers)
    rank = MATTERS.index("street")
    chosen = longest[first]
    streets, owns = [network.names[i] for i in name[chosen].tolist()], [known[i] for i in town[chosen].tolist()]
    labels = [f"{street}, {own}" if own else street for street, own in zip(streets, owns, strict=True)]
    middles = _middles(network, named[chosen], lat[chosen], lon[chosen])
    spots = [Place(*at, label) for at, label in zip(middles, labels, strict=True)]
    told = zip(map(plain, streets), map(plain, owns), spots, strict=True)
    return [Entry(street, own, rank, spot) for street, own, spot in told]


def _middles(network: Network, arcs: Column, lat: Column, lon: Column) -> list[tuple[float, float]]:
    """The middle bend of each arc, or of a straight one the middle between its ends, given as (k,), (k,)."""
    begin, end = network.shape_first[arcs], network.shape_first[arcs + 1]
    bent, at = end > begin, (begin + end) // 2
    columns = []
    for straight, bends in ((lat, network.shape_lat), (lon, network.shape_lon)):
        column = np.array(straight, dtype=np.float64)
        column[bent] = bends[at[bent]]
        columns.append(np.round(column, 6).tolist())
    return list(zip(*columns, strict=True))


class _Towns:
    """The nearest town of a place; larger ones reach further."""

    REACH: Final = {"city": 2.5, "town": 1.6, "village": 1.0, "hamlet": 0.7}

    def __init__(self, settled: Sequence[Named]) -> None:
        self._buckets: dict[tuple[int, int], list[tuple[float, float, float, str]]] = {}
        for one in settled:
            reach = self.REACH.get(one.kind)
            if reach:
                self._buckets.setdefault(_bucket(one.lat, one.lon), []).append((one.lat, one.lon, reach, one.name))
        self._columns: dict[tuple[int, int], tuple[Column, list[str]]] = {}

    def nearest(self, lat: float, lon: float) -> str:
        """Its name, '' for none within some kilometres."""
        figures, names = self._around(_bucket(lat, lon))
        if not names:
            return ""
        width = np.cos(np.radians(lat))
        off: Any = DEGREE_M * np.hypot(figures[:, 0] - lat, (figures[:, 1] - lon) * width) / figures[:, 2]
        best = int(np.argmin(off))
        return names[best] if off[best] < FAR_M else ""

    def _around(self, bucket: tuple[int, int]) -> tuple[Column, list[str]]:
        if bucket not in self._columns:
            row, column = bucket
            near = [one for i in (-1, 0, 1) for j in (-1, 0, 1) for one in self._buckets.get((row + i, column + j), [])]
            figures = np.array([one[:3] for one in near]).reshape(-1, 3)
            self._columns[bucket] = figures, [one[3] for one in near]
        return self._columns[bucket]


def _bucket(lat: float, lon: float) -> tuple[int, int]:
    return int(lat // BUCKET), int(lon // BUCKET)

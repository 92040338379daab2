"""A road network for cars read from an OpenStreetMap file, and what was left out of it.

Ways are cut where they meet. What can't be reached from, or can't reach, the largest connected part is left out, as no
route could use it.
"""

from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import osmium

from homeward.core.signal import Refused
from homeward.maps import tags as says
from homeward.maps.chargers import Charger, of_tags, one_a_place
from homeward.maps.country import country_of
from homeward.maps.places import Named, kind_of_place, once_each
from homeward.maps.restrictions import Rows, Rule, read_rule
from homeward.models.roads.network import DEGREE_M, KINDS, Network

CHARGES: Final = "charging_station"


@dataclass(slots=True)
class _Way:
    number: int
    kind: str
    name: str
    speeds: tuple[float, float]  # km/h along and against; 0 where it may not be driven
    refs: list[int]
    lat: list[float]
    lon: list[float]


@dataclass(slots=True)
class _Read:
    ways: list[_Way] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    walls: set[int] = field(default_factory=set)
    chargers: list[Charger] = field(default_factory=list)
    places: list[Named] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    country: str = ""


@dataclass(frozen=True, slots=True)
class Map:
    """What a file holds: roads, places to charge, places by name, what was left out, and whose limits count."""

    network: Network
    chargers: tuple[Charger, ...]
    places: tuple[Named, ...]
    left_out: dict[str, int]
    country: str


def read_roads(path: Path) -> tuple[Network, dict[str, int]]:
    """The network of a file and counts of what was left out. Raises Refused naming the file if it has no roads."""
    read = read_map(path)
    return read.network, read.left_out


def read_map(path: Path, country: str = "") -> Map:
    """All that is used of a file; its country is found out unless told. Raises Refused naming the file."""
    found = _read(path, country)
    if not found.ways:
        raise Refused(f"{path} has no roads for cars in it")
    network = _network(_cut(found), found)
    if network is None:
        raise Refused(f"{path}: no two junctions in it can be reached from one another by car")
    left_out = {what: count for what, count in found.left_out.items() if count}
    return Map(network, one_a_place(found.chargers), once_each(found.places), left_out, found.country)


def _read(path: Path, country: str) -> _Read:
    found = _Read(country=country)
    if not path.is_file():
        raise Refused(f"{path} is not a file")
    try:
        found.country = country or country_of(path)
        thing: Any
        for thing in osmium.FileProcessor(str(path)).with_locations():
            if thing.is_node():
                if "barrier" in thing.tags and says.stops_cars(dict(thing.tags)):
                    found.walls.add(thing.id)
                _take_place(found, thing, [thing])
            elif thing.is_way():
                _take_place(found, thing, thing.nodes)
                _take_way(found, thing)
            elif thing.is_relation() and thing.tags.get("type") == "restriction":
                rule = read_rule(thing, found.left_out)
                if rule:
                    found.rules.append(rule)
    except RuntimeError as error:
        raise Refused(f"{path} is not an OpenStreetMap file that can be read: {error}") from None
    return found


def _take_place(found: _Read, thing: Any, nodes: Any) -> None:
    """A place to charge, or one that people look for by its name."""
    charges = thing.tags.get("amenity") == CHARGES
    kind = kind_of_place(thing.tags) if "name" in thing.tags and not charges else ""
    places = (
        [(node.location.lat, node.location.lon) for node in nodes if node.location.valid()] if charges or kind else []
    )
    if not places:
        return
    lat, lon = (float(sum(column)) / len(places) for column in zip(*places, strict=True))
    if kind:
        found.places.append(Named(thing.tags["name"][:100], kind, round(lat, 6), round(lon, 6)))
        return
    charger = of_tags(dict(thing.tags), lat, lon)
    if charger is None:
        found.left_out["chargers that are private or not for cars"] += 1
    else:
        found.chargers.append(charger)


def _take_way(found: _Read, way: Any) -> None:
    tags = dict(way.tags)
    kind = says.kind_of(tags)
    if kind is None:
        return
    if not says.may_drive(tags):
        found.left_out["ways without access for cars"] += 1
        return
    along, against = says.directions(tags)
    if not (along or against):
        found.left_out["ways whose direction changes"] += 1
        return
    known = groupby(way.nodes, key=lambda node: node.location.valid())
    runs = [[(n.ref, n.location.lat, n.location.lon) for n in nodes] for valid, nodes in known if valid]
    if len(runs) != 1 or len(runs[0]) < len(way.nodes):
        found.left_out["ways that leave the file, cut at its edge"] += 1
    for run in runs:
        if len(run) > 1:
            found.ways.append(_way(way.id, kind, tags, (along, against), run, found.country))


def _way(
    number: int, kind: str, tags: dict[str, str], open_to: tuple[bool, bool], run: list[Any], country: str
) -> _Way:
    refs, lat, lon = (list(column) for column in zip(*run, strict=True))
    speeds = [says.speed_kmh(tags, kind, forward, country) for forward in (True, False)]
    crossing = says.duration_s(tags.get("duration")) if kind == "ferry" else None
    if crossing:
        metres = float(_lengths(np.array(lat), np.array(lon)).sum())
        speeds = [min(max(metres / crossing * 3.6, 1.0), says.FASTEST_KMH)] * 2
    name = tags.get("name") or tags.get("ref") or ""
    driven = (speeds[0] if open_to[0] else 0.0, speeds[1] if open_to[1] else 0.0)
    return _Way(number, kind, name, driven, refs, lat, lon)


@dataclass(slots=True)
class _Arcs:
    """Arcs before they are put in order: a row each, and places by junction."""

    place: dict[int, tuple[float, float]] = field(default_factory=dict)  # node: lat, lon
    rows: list[tuple[int, int, float, float, int, int, str]] = field(default_factory=list)
    shapes: list[tuple[list[float], list[float]]] = field(default_factory=list)


def _cut(found: _Read) -> _Arcs:
    """Cut ways at junctions, walls and the middle of loops."""
    used = Counter(ref for way in found.ways for ref in way.refs)
    for way in found.ways:
        used[way.refs[0]] += 1
        used[way.refs[-1]] += 1
    arcs = _Arcs()
    for way in found.ways:
        lengths = _lengths(np.array(way.lat), np.array(way.lon))
        last = len(way.refs) - 1
        stops = [i for i, ref in enumerate(way.refs) if i in (0, last) or used[ref] > 1 or ref in found.walls]
        for a, b in pairwise(stops):
            pieces = [(a, b)] if way.refs[a] != way.refs[b] else [(a, (a + b) // 2), ((a + b) // 2, b)]
            for i, j in pieces:
                if way.refs[i] == way.refs[j]:
                    found.left_out["pieces without length"] += 1
                    continue
                _add(arcs, way, (i, j), found.walls, max(float(lengths[i:j].sum()), 0.1))
    return arcs


def _add(arcs: _Arcs, way: _Way, piece: tuple[int, int], walls: set[int], metres: float) -> None:
    i, j = piece
    # A bollard ends the road on either side of it: each piece gets an end of its own there.
    a, b = (-2 * len(arcs.rows) - k - 1 if way.refs[at] in walls else way.refs[at] for k, at in enumerate(piece))
    arcs.place[a], arcs.place[b] = (way.lat[i], way.lon[i]), (way.lat[j], way.lon[j])
    kind, inside = KINDS.index(way.kind), (way.lat[i + 1 : j], way.lon[i + 1 : j])
    if way.speeds[0]:
        arcs.rows.append((a, b, metres, way.speeds[0], kind, way.number, way.name))
        arcs.shapes.append(inside)
    if way.speeds[1]:
        arcs.rows.append((b, a, metres, way.speeds[1], kind, way.number, way.name))
        arcs.shapes.append((inside[0][::-1], inside[1][::-1]))


def _network(arcs: _Arcs, found: _Read) -> Network | None:
    number = {ref: i for i, ref in enumerate(sorted(arcs.place))}
    ends = np.array([(number[row[0]], number[row[1]]) for row in arcs.rows], dtype=np.int64).reshape(-1, 2)
    kept_nodes = _largest(len(number), ends[:, 0], ends[:, 1])
    kept = kept_nodes[ends[:, 0]] & kept_nodes[ends[:, 1]]
    found.left_out["arcs outside of the largest connected part"] += int((~kept).sum())
    if not kept.any():
        return None
    order = np.lexsort((ends[:, 1], ends[:, 0]))
    order = order[kept[order]]
    renamed = np.cumsum(kept_nodes) - 1
    rows, shapes = [arcs.rows[i] for i in order], [arcs.shapes[i] for i in order]
    names = tuple(sorted({row[6] for row in rows if row[6]}))
    by_name = {name: i for i, name in enumerate(names)}
    places = np.array([arcs.place[ref] for ref in sorted(arcs.place)])[kept_nodes]
    columns = list(zip(*rows, strict=True))
    tail, head = renamed[ends[order, 0]].astype(np.int32), renamed[ends[order, 1]].astype(np.int32)
    way = np.array(columns[5], dtype=np.int64)
    nodes = {rule.node for rule in found.rules}
    junction = {ref: int(renamed[number[ref]]) for ref in nodes if ref in number and kept_nodes[number[ref]]}
    forbidden, via_first, via_arcs = Rows(tail, head, way, junction).of(found.rules, found.left_out)
    return Network(
        lat=places[:, 0],
        lon=places[:, 1],
        tail=tail,
        head=head,
        length_m=np.array(columns[2], dtype=np.float32),
        speed_kmh=np.array(columns[3], dtype=np.float32),
        kind=np.array(columns[4], dtype=np.uint8),
        way=way,
        name=np.array([by_name.get(name, -1) for name in columns[6]], dtype=np.int32),
        shape_first=np.cumsum([0, *(len(shape[0]) for shape in shapes)]),
        shape_lat=np.array([v for shape in shapes for v in shape[0]], dtype=np.float32),
        shape_lon=np.array([v for shape in shapes for v in shape[1]], dtype=np.float32),
        forbidden=forbidden,
        height_m=np.zeros(len(places), dtype=np.float32),
        names=names,
        via_first=via_first,
        via_arcs=via_arcs,
    )


def _largest(n: int, tail: Any, head: Any) -> Any:
    """Which junctions are in the largest strongly connected part, bool (n,): a search both ways from each seed."""
    left, best = np.ones(n, dtype=bool), np.zeros(n, dtype=bool)
    touched = np.bincount(tail, minlength=n) + np.bincount(head, minlength=n)
    while left.sum() > best.sum():
        seed = int(np.flatnonzero(left)[np.argmax(touched[left])])
        ahead, behind = _reached(seed, tail, head, n), _reached(seed, head, tail, n)
        part = ahead & behind & left
        if part.sum() > best.sum():
            best = part
        left &= ~part
    return best


def _reached(seed: int, tail: Any, head: Any, n: int) -> Any:
    order = np.argsort(tail, kind="stable")
    first, beside = np.searchsorted(tail[order], np.arange(n + 1)), head[order].tolist()
    seen, stack, starts = np.zeros(n, dtype=bool), [seed], first.tolist()
    seen[seed] = True
    while stack:
        v = stack.pop()
        for u in beside[starts[v] : starts[v + 1]]:
            if not seen[u]:
                seen[u] = True
                stack.append(u)
    return seen


def _lengths(lat: Any, lon: Any) -> Any:
    """Metres between neighbouring points (k - 1,)."""
    east = np.diff(lon) * np.cos(np.radians((lat[1:] + lat[:-1]) / 2.0))
    return DEGREE_M * np.hypot(np.diff(lat), east)

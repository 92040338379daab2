"""A road network for cars read from an OpenStreetMap file, and what was left out of it.

Ways are cut where they meet. What can't be reached from, or can't reach, the largest connected part is left out, as no
route could use it. Restrictions by way of a junction become pairs of arcs; others are counted and not kept.
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
from homeward.models.roads.network import DEGREE_M, KINDS, Network

CHARGES: Final = "charging_station"
PASSES: Final = ("restriction:motorcar", "restriction:motor_vehicle", "restriction")


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
    turns: list[tuple[bool, int, int, int]] = field(default_factory=list)  # only?, way in, node, way out
    walls: set[int] = field(default_factory=set)
    chargers: list[Charger] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def read_roads(path: Path) -> tuple[Network, dict[str, int]]:
    """The network of a file and counts of what was left out. Raises Refused naming the file if it has no roads."""
    network, _, left_out = read_map(path)
    return network, left_out


def read_map(path: Path) -> tuple[Network, tuple[Charger, ...], dict[str, int]]:
    """The network of a file, its places to charge, and counts of what was left out. Raises Refused naming the file."""
    found = _read(path)
    if not found.ways:
        raise Refused(f"{path} has no roads for cars in it")
    network = _network(_cut(found), found)
    if network is None:
        raise Refused(f"{path}: no two junctions in it can be reached from one another by car")
    return network, one_a_place(found.chargers), dict(found.left_out)


def _read(path: Path) -> _Read:
    found = _Read()
    if not path.is_file():
        raise Refused(f"{path} is not a file")
    try:
        thing: Any
        for thing in osmium.FileProcessor(str(path)).with_locations():
            if thing.is_node():
                if "barrier" in thing.tags and says.stops_cars(dict(thing.tags)):
                    found.walls.add(thing.id)
                if thing.tags.get("amenity") == CHARGES:
                    _take_charger(found, dict(thing.tags), [thing])
            elif thing.is_way():
                if thing.tags.get("amenity") == CHARGES:
                    _take_charger(found, dict(thing.tags), thing.nodes)
                _take_way(found, thing)
            elif thing.is_relation() and thing.tags.get("type") == "restriction":
                _take_turn(found, thing)
    except RuntimeError as error:
        raise Refused(f"{path} is not an OpenStreetMap file that can be read: {error}") from None
    return found


def _take_charger(found: _Read, tags: dict[str, str], nodes: Any) -> None:
    places = [(node.location.lat, node.location.lon) for node in nodes if node.location.valid()]
    if not places:
        return
    lat, lon = (float(sum(column)) / len(places) for column in zip(*places, strict=True))
    charger = of_tags(tags, lat, lon)
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
            found.ways.append(_way(way.id, kind, tags, (along, against), run))


def _way(number: int, kind: str, tags: dict[str, str], open_to: tuple[bool, bool], run: list[Any]) -> _Way:
    refs, lat, lon = (list(column) for column in zip(*run, strict=True))
    speeds = [says.speed_kmh(tags, kind, forward) for forward in (True, False)]
    crossing = says.duration_s(tags.get("duration")) if kind == "ferry" else None
    if crossing:
        metres = float(_lengths(np.array(lat), np.array(lon)).sum())
        speeds = [min(max(metres / crossing * 3.6, 1.0), says.FASTEST_KMH)] * 2
    name = tags.get("name") or tags.get("ref") or ""
    driven = (speeds[0] if open_to[0] else 0.0, speeds[1] if open_to[1] else 0.0)
    return _Way(number, kind, name, driven, refs, lat, lon)


def _take_turn(found: _Read, relation: Any) -> None:
    rule = next((relation.tags[key] for key in PASSES if key in relation.tags), "")
    ends: dict[str, list[tuple[str, int]]] = {"from": [], "via": [], "to": []}
    for member in relation.members:
        if member.role in ends:
            ends[member.role].append((member.type, member.ref))
    whole = [len(ends[role]) == 1 for role in ends]
    kinds = [ends[role][0][0] for role in ends] if all(whole) else []
    if "motorcar" in relation.tags.get("except", "") or not rule.startswith(("no_", "only_")):
        found.left_out["restrictions that are conditional, not for cars or not understood"] += 1
    elif kinds != ["w", "n", "w"]:
        found.left_out["restrictions by way of other ways, or incomplete"] += 1
    else:
        found.turns.append((rule.startswith("only_"), ends["from"][0][1], ends["via"][0][1], ends["to"][0][1]))


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
    via = {ref: int(renamed[number[ref]]) for _, _, ref, _ in found.turns if ref in number and kept_nodes[number[ref]]}
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
        forbidden=_forbidden(found, tail, head, way, via),
        height_m=np.zeros(len(places), dtype=np.float32),
        names=names,
    )


def _forbidden(found: _Read, tail: Any, head: Any, way: Any, via: dict[int, int]) -> Any:
    """Pairs of arcs that must not follow one another, (r, 2)."""
    pairs: set[tuple[int, int]] = set()
    by_head = np.argsort(head, kind="stable")
    heads = head[by_head]
    for only, way_in, ref, way_out in found.turns:
        node = via.get(ref, -1)
        here = by_head[slice(*np.searchsorted(heads, [node, node + 1]))].tolist()
        into = [arc for arc in here if way[arc] == way_in]
        out = list(range(*np.searchsorted(tail, [node, node + 1]).tolist()))
        meant = [arc for arc in out if way[arc] == way_out]
        if not into or not meant:
            found.left_out["restrictions on roads that are left out"] += 1
            continue
        barred = [arc for arc in out if arc not in meant] if only else meant
        pairs |= {(a, b) for a in into for b in barred}
    return np.array(sorted(pairs), dtype=np.int32).reshape(-1, 2)


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

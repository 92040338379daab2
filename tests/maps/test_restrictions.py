"""Restrictions by way of other roads: what may not be driven one after another is not, and nothing else changes."""

from heapq import heappop, heappush
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.maps.town import written

from homeward.maps.osm import read_roads
from homeward.models.roads.network import Network
from homeward.models.roads.order import nested_dissection
from homeward.models.roads.roads import Roads
from homeward.models.roads.turns import rows_of

Row = tuple[int, ...]


def dual_carriageway(path: Path, rule: str, via: list[int]) -> Path:
    """East 1-2-3-4 and west 5-6-7-8, one way each, with links 2-7 and 3-6; `rule` is on 1-2, the ways `via`, 7-8."""
    nodes: Any = {n: (0.0, 0.001 * n) for n in (1, 2, 3, 4)} | {9 - n: (0.0002, 0.001 * n) for n in (1, 2, 3, 4)}
    one, street = ({"highway": "primary", "oneway": "yes", "maxspeed": "50"}, {"highway": "primary", "maxspeed": "50"})
    ends = {1: [1, 2], 2: [2, 3], 3: [3, 4], 4: [5, 6], 5: [6, 7], 6: [7, 8], 7: [2, 7], 8: [3, 6]}
    ways: Any = {k: (refs, one) for k, refs in ends.items()} | {9: ([8, 1], street), 10: ([4, 5], street)}
    text = written(path, nodes, ways).read_text()
    members = "".join(f'<member type="way" ref="{ref}" role="via"/>' for ref in via)
    relation = (
        f'<relation id="1" version="1"><member type="way" ref="1" role="from"/>{members}'
        f'<member type="way" ref="6" role="to"/><tag k="type" v="restriction"/>'
        f'<tag k="restriction" v="{rule}"/></relation>'
    )
    path.write_text(text.replace("</osm>", relation + "</osm>"))
    return path


def ways_driven(path: Path) -> list[int]:
    network, _ = read_roads(path)
    roads = roads_of(network)
    way = roads.way(roads.nearest(0.0, 0.0015), roads.nearest(0.0002, 0.0015))
    assert way is not None
    return [int(network.way[arc]) for arc in way.arcs]


def roads_of(network: Network) -> Roads:
    return Roads(network, nested_dissection(network.lat, network.lon, network.tail, network.head))


def test_turning_round_by_a_link_is_barred_only_that_way(tmp_path: Path) -> None:
    assert ways_driven(dual_carriageway(tmp_path / "a.osm", "yes", [7])) == [1, 7, 6]
    network, left_out = read_roads(dual_carriageway(tmp_path / "b.osm", "no_u_turn", [7]))
    assert network.via_first.tolist() == [0, 3] and not any("restriction" in what for what in left_out)
    assert ways_driven(tmp_path / "b.osm") == [1, 2, 8, 5, 6], "by the next link"
    only = dual_carriageway(tmp_path / "c.osm", "only_u_turn", [7])
    assert ways_driven(only) == [1, 7, 6], "that way is the only one on from the link"


def test_a_restriction_whose_ways_do_not_meet_is_counted(tmp_path: Path) -> None:
    _, left_out = read_roads(dual_carriageway(tmp_path / "a.osm", "no_u_turn", [3]))
    assert left_out == {"restrictions on roads that are left out": 1}


@pytest.mark.parametrize("seed", range(6))
def test_random_rows_are_obeyed_and_the_quickest_way_that_does_is_found(seed: int, tmp_path: Path) -> None:
    """Beside a Dijkstra that remembers the last arcs driven and knows nothing of the graph of turns."""
    random = np.random.default_rng(seed)
    network = _grid(tmp_path, random)
    rows = _random_rows(network, random)
    first = np.cumsum([0, *map(len, rows)]).astype(np.int32)
    fields = {name: getattr(network, name) for name in Network.__dataclass_fields__}
    fields |= {"via_first": first, "via_arcs": np.array([arc for row in rows for arc in row], dtype=np.int32)}
    roads = roads_of(Network(**fields))
    assert set(rows_of(roads.network)) == set(rows)
    weight = roads.weight_ms.tolist()
    for _ in range(60):
        a, b = random.integers(network.arcs, size=2).tolist()
        doors = roads.turns.tail[roads.turns.arc == b]
        least = int(roads.ways.distances(np.full(len(doors), roads.turns.end_of[a]), doors).min())
        assert min(least, 1 << 30) == _driven(network, set(rows), weight, a, b), (a, b)


def _grid(folder: Path, random: np.random.Generator, side: int = 5) -> Network:
    nodes: Any = {1 + side * i + j: (0.001 * i, 0.001 * j) for i in range(side) for j in range(side)}
    ends = [(n, n + step) for n in nodes for step in (1, side) if n + step in nodes and (step > 1 or n % side)]
    ways: Any = {
        k: ([*pair], {"highway": "residential", "maxspeed": str(random.integers(20, 90))})
        for k, pair in enumerate(ends, 1)
    }
    network, _ = read_roads(written(folder / "grid.osm", nodes, ways))
    return network


def _random_rows(network: Network, random: np.random.Generator) -> list[Row]:
    """Rows of two to four arcs that go on from one another, many of them with a common beginning."""
    found: set[Row] = set()
    starts = random.integers(network.arcs, size=8).tolist()
    while len(found) < 30:
        row = [int(random.choice(starts))]
        for _ in range(random.integers(1, 4)):
            out = np.flatnonzero((network.tail == network.head[row[-1]]) & (network.head != network.tail[row[-1]]))
            row.append(int(random.choice(out)))
        found.add(tuple(row))
    return sorted(row for row in found if not any(row != other and _holds(row, other) for other in found))


def _holds(row: Row, other: Row) -> bool:
    return any(row[i : i + len(other)] == other for i in range(len(row)))


def _driven(network: Network, barred: set[Row], weight: list[int], a: int, b: int) -> int:
    """The time between the end of arc a and the begin of arc b, ms."""
    begun = {row[:size] for row in barred for size in range(1, len(row))}
    best: dict[Row, int] = {(a,): 0}
    heap: list[tuple[int, Row]] = [(0, (a,))]
    while heap:
        cost, driven = heappop(heap)
        if cost > best[driven]:
            continue
        out = [
            c
            for c in np.flatnonzero(network.tail == network.head[driven[-1]]).tolist()
            if not any((*driven[i:], c) in barred for i in range(len(driven)))
        ]
        if any(driven[i:] in begun for i in range(len(driven))):  # at such an end nobody turns round
            out = [c for c in out if network.head[c] != network.tail[driven[-1]]] or out
        if b in out:
            return cost
        for c in out:
            after = (*driven, c)[-3:]
            if cost + weight[c] < best.get(after, 1 << 40):
                best[after] = cost + weight[c]
                heappush(heap, (best[after], after))
    return 1 << 30

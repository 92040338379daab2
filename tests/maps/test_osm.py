"""From OpenStreetMap to a pack to a way: small towns written here, damaged packs, and real countries."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from tests.conftest import SHARED_DATA
from tests.maps.town import block, written
from typer.testing import CliRunner

from homeward.core.signal import Refused
from homeward.maps.osm import read_roads
from homeward.maps.pack import Pack, open_pack, save
from homeward.models.roads.network import Network
from homeward.models.roads.order import nested_dissection
from homeward.models.roads.roads import Roads
from homeward.models.roads.turning import no_costs, turn_costs
from homeward.surfaces.cli import app

MAPS = sorted((SHARED_DATA / "maps").glob("*.osm.pbf"))
ONE, THREE = (0.0, 0.0), (0.005, 0.005)


def roads_of(network: Network) -> Roads:
    return Roads(network, nested_dissection(network.lat, network.lon, network.tail, network.head))


def streets(
    path: Path, start: tuple[float, float] = (0.0001, 0.0001), goal: tuple[float, float] = (0.0049, 0.0049)
) -> list[int]:
    network, _ = read_roads(path)
    roads = roads_of(network)
    way = roads.way(roads.nearest(*start), roads.nearest(*goal))
    assert way is not None
    return [int(network.way[arc]) for arc in way.arcs]


def test_the_way_through_the_middle_is_taken(tmp_path: Path) -> None:
    assert streets(block(tmp_path / "a.osm")) == [14, 15]


def test_a_bollard_sends_cars_around(tmp_path: Path) -> None:
    around = streets(block(tmp_path / "a.osm", barrier="bollard"))
    assert around[0] == 14 and around[-1] == 15 and len(around) > 2
    assert streets(block(tmp_path / "b.osm", barrier="lift_gate")) == [14, 15]


@pytest.mark.parametrize("rule", ["no_straight_on", "only_left_turn"])
def test_a_forbidden_turn_is_not_made(tmp_path: Path, rule: str) -> None:
    path = block(tmp_path / "a.osm", [(rule, 14, 5, 15) if rule == "no_straight_on" else (rule, 14, 5, 14)])
    driven = streets(path)
    assert (14, 15) not in list(pairwise(driven))


def test_a_one_way_street_is_driven_one_way(tmp_path: Path) -> None:
    nodes = {1: (0.0, 0.0), 2: (0.0, 0.005), 3: (0.005, 0.005)}
    ring = {"highway": "tertiary", "junction": "roundabout"}
    network, _ = read_roads(
        written(tmp_path / "a.osm", {k: (*v,) for k, v in nodes.items()}, {7: ([1, 2, 3, 1], ring)})
    )
    assert network.arcs == 2 and network.nodes == 2  # a loop is cut in its middle
    assert network.length_m.sum() == pytest.approx(556 + 556 + 786, rel=0.01)


def test_what_is_left_out_is_counted(tmp_path: Path) -> None:
    nodes = {1: (0.0, 0.0), 2: (0.0, 0.005), 3: (0.005, 0.005), 8: (1.0, 1.0), 9: (1.0, 1.001)}
    ways = {
        1: ([1, 2], {"highway": "residential"}),
        2: ([2, 3], {"highway": "residential"}),
        3: ([1, 3], {"highway": "residential", "access": "private"}),
        4: ([8, 9], {"highway": "residential"}),
    }
    network, left_out = read_roads(written(tmp_path / "a.osm", {k: (*v,) for k, v in nodes.items()}, ways))
    assert network.arcs == 4
    assert left_out["ways without access for cars"] == 1
    assert left_out["arcs outside of the largest connected part"] == 2


def test_a_way_that_leaves_the_file_does_not_jump_over_the_gap(tmp_path: Path) -> None:
    nodes = {1: (0.0, 0.0), 2: (0.0, 0.005), 5: (0.02, 0.0), 6: (0.02, 0.005)}
    street = {"highway": "residential"}
    ways = {1: ([1, 2, 99, 5, 6], street), 2: ([1, 5], street)}
    network, left_out = read_roads(written(tmp_path / "a.osm", {k: (*v,) for k, v in nodes.items()}, ways))
    assert network.arcs == 6 and network.length_m.max() < 2300  # 2-5 would be a seventh and eighth
    assert left_out["ways that leave the file, cut at its edge"] == 1


def test_a_pack_gives_back_what_went_in_and_the_same_bytes(tmp_path: Path) -> None:
    network, left_out = read_roads(block(tmp_path / "a.osm", [("no_u_turn", 14, 5, 15)]))
    order = nested_dissection(network.lat, network.lon, network.tail, network.head)
    save(Pack(network, order, left_out), tmp_path / "a.hwmap")
    save(Pack(network, order, left_out), tmp_path / "b.hwmap")
    assert (tmp_path / "a.hwmap").read_bytes() == (tmp_path / "b.hwmap").read_bytes()
    again = open_pack(tmp_path / "a.hwmap")
    for name in ("lat", "head", "length_m", "shape_first", "forbidden", "shape_lon"):
        assert np.array_equal(getattr(again.network, name), getattr(network, name))
    assert again.network.names == network.names and again.left_out == left_out
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.hwmap", "a.osm", "b.hwmap"]


@pytest.mark.parametrize("harm", ["cut", "flip", "newer", "other", "empty", "none"])
def test_a_damaged_pack_is_named(tmp_path: Path, harm: str) -> None:
    network, left_out = read_roads(block(tmp_path / "a.osm"))
    path = tmp_path / "a.hwmap"
    save(Pack(network, np.arange(network.nodes, dtype=np.int32), left_out), path)
    whole = bytearray(path.read_bytes())
    whole[-100] ^= 1 if harm == "flip" else 0
    whole[8] = 9 if harm == "newer" else whole[8]
    whole[0] = 0 if harm == "other" else whole[0]
    path.write_bytes(bytes({"cut": whole[:-64], "empty": bytearray()}.get(harm, whole)))
    if harm == "none":
        path.unlink()
    with pytest.raises(Refused, match=r"a\.hwmap"):
        open_pack(path)


def test_files_without_roads_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.osm.pbf").write_bytes(b"not a map at all")
    for path in (tmp_path / "a.osm.pbf", tmp_path / "none.osm.pbf", written(tmp_path / "b.osm", {1: (0.0, 0.0)}, {})):
        with pytest.raises(Refused, match=path.name):
            read_roads(path)


def test_the_commands_build_a_map_and_find_a_way(tmp_path: Path) -> None:
    pack, run = str(tmp_path / "a.hwmap"), CliRunner()
    built = run.invoke(app, ["map", "build", str(block(tmp_path / "a.osm")), "-o", pack, "--json"])
    assert json.loads(built.stdout)["arcs"] == 12
    assert json.loads(run.invoke(app, ["map", "info", pack, "--json"]).stdout)["junctions"] == 5
    asked = ["route", "--map", pack, "--from", "0.0001,0.0001", "--to", "0.0049,0.0049", "--json"]
    told = json.loads(run.invoke(app, asked).stdout)
    assert [step["name"] for step in told["steps"]] == ["Street 14", "Street 15"]
    assert told["metres"] == pytest.approx(755, rel=0.01)
    assert told["seconds"] == pytest.approx(755 / (45 / 3.6), rel=0.01)
    assert told["points"][0] == [0.0001, 0.0001] and told["points"][-1] == [0.0049, 0.0049]
    far = run.invoke(app, [*asked[:4], "10,10", *asked[5:]])
    assert far.exit_code != 0 and "km from the nearest road" in str(far.exception)
    wrong = run.invoke(app, [*asked[:4], "here", *asked[5:]])
    assert wrong.exit_code == 2 and "is no place" in wrong.output


def test_a_way_is_drawn_with_its_start_in_blue_and_its_goal_in_amber(tmp_path: Path) -> None:
    pack, picture, run = str(tmp_path / "a.hwmap"), tmp_path / "a.png", CliRunner()
    run.invoke(app, ["map", "build", str(block(tmp_path / "a.osm")), "-o", pack])
    asked = ["route", "--map", pack, "--from", "0.0001,0.0001", "--to", "0.0049,0.0049", "--png"]
    assert run.invoke(app, [*asked, str(picture)]).exit_code == 0
    pixels = np.asarray(Image.open(picture).convert("RGB")).astype(int)
    assert pixels.shape == (900, 1200, 3)
    blue, amber = (np.argwhere(np.abs(pixels - colour).sum(axis=2) < 6) for colour in ((47, 111, 181), (201, 138, 27)))
    assert len(blue) and len(amber)
    start, goal = blue[np.argmax(blue[:, 0])], amber.mean(axis=0)
    assert goal[0] < start[0] and goal[1] > start[1]  # north is up, east is right
    assert "cannot be written" in str(run.invoke(app, [*asked, str(tmp_path / "none" / "a.png")]).exception)
    nowhere = run.invoke(app, ["map", "build", str(tmp_path / "a.osm"), "-o", str(tmp_path / "none" / "a")])
    assert "is not a folder" in str(nowhere.exception)


@pytest.mark.skipif(not MAPS, reason="needs the maps in ../shared/data/maps")
@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.name)
@pytest.mark.parametrize("turns_cost", [False, True])
def test_real_maps_give_what_dijkstra_on_all_turns_gives(path: Path, turns_cost: bool) -> None:
    network, _ = read_roads(path)
    costs = turn_costs(network) if turns_cost else no_costs(network)
    roads = Roads(network, nested_dissection(network.lat, network.lon, network.tail, network.head), costs)
    weight = np.asarray(roads.weight_ms)
    barred = set(map(tuple, network.forbidden.tolist()))
    first = np.searchsorted(network.tail, np.arange(network.nodes + 1))
    turns = [(a, b) for a in range(network.arcs) for b in range(first[network.head[a]], first[network.head[a] + 1])]
    kept = np.array(
        [turn for turn in turns if turn not in barred and _no_u_turn_at_a_restriction(network, turn, barred)]
    )
    driven = weight[kept[:, 1]] + costs.of(kept[:, 0], kept[:, 1])
    graph = csr_matrix((driven.astype(float), (kept[:, 0], kept[:, 1])), (network.arcs, network.arcs))
    starts = np.random.default_rng(1).integers(network.arcs, size=10)
    starts = np.unique(np.concatenate([starts, network.forbidden[:5, 0]]))
    truth = dijkstra(graph, indices=starts)
    for i, a in enumerate(starts.tolist()):
        for b in np.random.default_rng(a).integers(network.arcs, size=300).tolist():
            if a == b:
                continue
            doors = roads.turns.arc == b
            least = roads.ways.distances(np.full(doors.sum(), roads.turns.end_of[a]), roads.turns.tail[doors])
            least = (least.astype(np.int64) + roads.turns.extra_ms[doors]).min()
            assert least + weight[b] == truth[i, b] or (np.isinf(truth[i, b]) and least >= 1 << 30)


def _no_u_turn_at_a_restriction(network: Network, turn: tuple[int, int], barred: set[tuple[int, ...]]) -> bool:
    """Where a road leads into a forbidden turn, turning round is not allowed either, unless nothing else is left."""
    a, b = turn
    if network.head[b] != network.tail[a] or not any(pair[0] == a for pair in barred):
        return True
    out = np.flatnonzero(network.tail == network.head[a])
    return all(network.head[o] == network.tail[a] or (a, int(o)) in barred for o in out)

"""Whom a change on the roads concerns, and whom it leaves in peace."""

import json
from pathlib import Path

from tests.maps.town import block

from homeward.app.crew import threads
from homeward.app.rerouting import concerned
from homeward.maps.osm import read_roads
from homeward.models.roads.events import RoadEvent
from homeward.models.roads.guide import Guide
from homeward.models.roads.order import nested_dissection
from homeward.models.roads.roads import Roads
from homeward.models.roads.trip import Place


def test_only_those_whose_route_is_closed_or_whose_route_is_not_known(tmp_path: Path) -> None:
    network, _ = read_roads(block(tmp_path / "town.osm"))
    guide = Guide(Roads(network, nested_dissection(network.lat, network.lon, network.tail, network.head)))
    before = guide.roads.weight_ms
    across, along = (guide.plan(0.0005, 0.0005, 0.0, Place(*to)) for to in ((0.005, 0.005), (0.0, 0.003)))
    assert across and along
    going = [(name, json.dumps(trip.state()), 0.0) for name, trip in (("a/home", across), ("b/home", along))]
    going += [("c/home", "", 0.0), ("d/home", "not a route", 0.0)]
    guide.set_events([RoadEvent("works", ((0.0035, 0.0035),), road="")], 0.0)
    assert (guide.roads.weight_ms != before).any()
    assert concerned(going, guide, before, threads(2)) == ["c/home", "d/home", "a/home"]
    guide.set_events([], 0.0)
    guide.set_events([RoadEvent("begun", ((0.0008, 0.0008),))], 0.0)
    text = json.dumps(across.state())
    told = [concerned([("a/home", text, share * across.seconds)], guide, before, threads(1)) for share in (0.0, 0.9)]
    assert told == [["a/home"], []], "what lies behind concerns nobody"
    assert concerned([], guide, before, threads(1)) == []

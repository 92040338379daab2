"""Small towns as OpenStreetMap files, written by tests."""

from pathlib import Path

Tags = dict[str, str]


def written(
    path: Path,
    nodes: dict[int, tuple[float, float] | tuple[float, float, Tags]],
    ways: dict[int, tuple[list[int], Tags]],
    turns: list[tuple[str, int, int, int]] = [],  # noqa: B006
) -> Path:
    """An .osm file: nodes by number with latitude and longitude, ways, and restrictions (rule, from, via, to)."""
    said = ['<osm version="0.6" generator="tests">']
    for number, node in sorted(nodes.items()):
        tags = _tags(node[2]) if len(node) == 3 else ""
        said.append(f'<node id="{number}" version="1" lat="{node[0]}" lon="{node[1]}">{tags}</node>')
    for number, (refs, told) in sorted(ways.items()):
        inside = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        said.append(f'<way id="{number}" version="1">{inside}{_tags(told)}</way>')
    for number, (rule, way_in, via, way_out) in enumerate(turns, start=1):
        ends = (("way", way_in, "from"), ("node", via, "via"), ("way", way_out, "to"))
        inside = "".join(f'<member type="{kind}" ref="{ref}" role="{role}"/>' for kind, ref, role in ends)
        rules = _tags({"type": "restriction", "restriction": rule})
        said.append(f'<relation id="{number}" version="1">{inside}{rules}</relation>')
    path.write_text("\n".join([*said, "</osm>"]))
    return path


def _tags(tags: Tags) -> str:
    return "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())


def block(path: Path, turns: list[tuple[str, int, int, int]] = [], **middle: str) -> Path:  # noqa: B006
    """A square block 1-2-3-4 with a street from 1 to 3 by 5 in its middle; `middle` are tags of node 5.

    Ways: 10 is 1-2, 11 is 2-3, 12 is 3-4, 13 is 4-1, 14 is 1-5, 15 is 5-3; a degree is stretched so that 1-2 is 556 m.
    """
    nodes: dict[int, tuple[float, float] | tuple[float, float, Tags]] = {
        1: (0.0, 0.0),
        2: (0.0, 0.005),
        3: (0.005, 0.005),
        4: (0.005, 0.0),
        5: (0.0025, 0.0025, middle),
    }
    street = {"highway": "residential", "maxspeed": "50"}
    ends = {10: [1, 2], 11: [2, 3], 12: [3, 4], 13: [4, 1], 14: [1, 5], 15: [5, 3]}
    return written(path, nodes, {way: (refs, {**street, "name": f"Street {way}"}) for way, refs in ends.items()}, turns)

"""Which country a map is of, for the limits that no sign tells.

The one whose border lies in the file, most of it; for a map inside of one country the only one that is named; else what
the addresses say.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import osmium

CODES: Final = ("ISO3166-1:alpha2", "ISO3166-1", "country_code_iso3166_1_alpha_2")
INSIDE, AGREE, LEAST = 0.5, 0.8, 10


def country_of(path: Path) -> str:
    """Its code (`fi`), '' where it cannot be told."""
    borders = _borders(path)
    wanted = sorted({way for ways in borders.values() for way in ways})
    there = _ways(path, wanted) if wanted else set()
    shares = {code: len(ways & there) / len(ways) for code, ways in borders.items() if ways}
    best = max(shares, key=lambda code: shares[code], default="")
    if best and shares[best] >= INSIDE:
        return best
    if len(borders) == 1:
        return next(iter(borders))
    return _by_addresses(path)


def _things(path: Path, kinds: Any, chosen: Any) -> Iterator[Any]:
    yield from osmium.FileProcessor(str(path), kinds).with_filter(chosen)


def _borders(path: Path) -> dict[str, set[int]]:
    """The numbers of the ways that are each country's border."""
    found: dict[str, set[int]] = {}
    for one in _things(path, osmium.osm.RELATION, osmium.filter.KeyFilter(*CODES)):
        code = next((one.tags[key] for key in CODES if key in one.tags), "").lower()
        if one.tags.get("admin_level") == "2" and len(code) == 2 and code.isalpha():
            ways = {member.ref for member in one.members if member.type == "w"}
            found.setdefault(code, set()).update(ways)
    return found


def _ways(path: Path, wanted: list[int]) -> set[int]:
    return {one.id for one in _things(path, osmium.osm.WAY, osmium.filter.IdFilter(wanted))}


def _by_addresses(path: Path) -> str:
    kinds = osmium.osm.NODE | osmium.osm.WAY
    told = Counter(
        one.tags["addr:country"].lower() for one in _things(path, kinds, osmium.filter.KeyFilter("addr:country"))
    )
    [(code, times)] = told.most_common(1) or [("", 0)]
    return code if times >= LEAST and times >= AGREE * sum(told.values()) and len(code) == 2 else ""

"""A nested-dissection order of junctions: cut the map into halves, order each, and put the cut last.

Good cuts make a hierarchy small. RoutingKit's inertial flow finds them best; where its package is missing, junctions
beside the middle of the longer axis are taken, which needs nothing but their places.
"""

import numpy as np

from homeward.models.roads.network import Column

SMALL = 8  # junctions that are no longer cut


def nested_dissection(lat: Column, lon: Column, tail: Column, head: Column) -> Column:
    """Junctions from least to most important, int32 (n,), of a network with places (n,) and arcs (m,)."""
    try:
        from routingkit_cch import compute_order_inertial
    except ImportError:
        return by_places(lat, lon, tail, head)
    ends = (np.asarray(end, dtype=np.uint32).tolist() for end in (tail, head))
    places = (np.asarray(place, dtype=np.float32).tolist() for place in (lat, lon))
    return np.array(compute_order_inertial(len(lat), *ends, *places), dtype=np.int32)


def by_places(lat: Column, lon: Column, tail: Column, head: Column) -> Column:
    """The same from places alone: the cut is those left of the middle that have a neighbour right of it."""
    n = len(lat)
    width = np.cos(np.radians(float(np.mean(lat)))) if n else 1.0
    places = np.column_stack([np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64) * width])
    both = np.concatenate([tail, head]).astype(np.int64), np.concatenate([head, tail]).astype(np.int64)
    by_tail = np.argsort(both[0], kind="stable")
    first, beside = np.searchsorted(both[0][by_tail], np.arange(n + 1)), both[1][by_tail]
    side, parts, last_first = np.zeros(n, dtype=np.int64), [np.arange(n)], []
    mark = 0
    while parts:
        part = parts.pop()
        if len(part) <= SMALL:
            last_first.append(part)
            continue
        axis = int(np.argmax(np.ptp(places[part], axis=0)))
        half = part[np.argsort(places[part, axis], kind="stable")]
        left, right = half[: len(half) // 2], half[len(half) // 2 :]
        mark += 1
        side[right] = mark
        touches = [bool((side[beside[first[v] : first[v + 1]]] == mark).any()) for v in left]
        cut = left[np.array(touches)]
        side[right] = 0
        last_first.append(cut)
        parts += [left[~np.array(touches)], right]
    return np.concatenate(last_first[::-1]).astype(np.int32) if last_first else np.empty(0, dtype=np.int32)

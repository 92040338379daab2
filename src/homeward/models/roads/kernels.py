"""The inner loops of the hierarchy, in machine code. Junctions are named by rank; an edge joins a rank to a higher one.

An edge has two weights, `up` (from the lower rank) and `down` (from the higher), and for each where it comes from:
an arc of the network (0 or more), the junction that a shortcut goes by (-2 - junction), or nothing (-1). No loop adds
to NOWHERE, so that weights below zero cannot make a way where there is none.
"""

from typing import Any

import numpy as np
from numba import njit, prange

NOWHERE = np.int32(1 << 30)


@njit(cache=True, nogil=True)
def fill_in(n: int, first: Any, above: Any) -> Any:
    """All edges of the chordal graph: `first` (n + 1,), `above` (k,) sorted, and each rank's parent (n,)."""
    room = max(len(above) * 4, 1024)
    out, starts = np.empty(room, np.int32), np.zeros(n + 1, np.int64)
    parent, child, sibling = np.full(n, -1, np.int32), np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    seen, found = np.full(n, -1, np.int32), np.empty(n, np.int32)
    end = 0
    for v in range(n):
        k = 0
        for e in range(first[v], first[v + 1]):
            if seen[above[e]] != v:
                seen[above[e]] = v
                found[k] = above[e]
                k += 1
        c = child[v]
        while c != -1:
            for e in range(starts[c] + 1, starts[c + 1]):
                if seen[out[e]] != v:
                    seen[out[e]] = v
                    found[k] = out[e]
                    k += 1
            c = sibling[c]
        while end + k > room:
            out = np.concatenate((out, np.empty(room, np.int32)))
            room *= 2
        out[end : end + k] = np.sort(found[:k])
        if k:
            parent[v] = out[end]
            sibling[v] = child[out[end]]
            child[out[end]] = v
        end += k
        starts[v + 1] = end
    return starts, out[:end].copy(), parent


@njit(cache=True, nogil=True)
def edge_between(low: int, high: int, first: Any, above: Any) -> int:
    """The edge of two ranks; there must be one."""
    a, b = first[low], first[low + 1]
    while a < b:
        middle = (a + b) >> 1
        if above[middle] < high:
            a = middle + 1
        else:
            b = middle
    return int(a)


@njit(cache=True, nogil=True)
def place_arcs(tail: Any, head: Any, first: Any, above: Any) -> Any:
    """For each arc, given by ranks, twice its edge, and one more if it leads down; -1 for a loop."""
    placed = np.empty(len(tail), np.int64)
    for i in range(len(tail)):
        u, v = tail[i], head[i]
        if u == v:
            placed[i] = -1
        elif u < v:
            placed[i] = 2 * edge_between(u, v, first, above)
        else:
            placed[i] = 2 * edge_between(v, u, first, above) + 1
    return placed


@njit(cache=True, nogil=True)
def lay_arcs(placed: Any, weight: Any, up: Any, down: Any, up_by: Any, down_by: Any) -> None:
    """Start the edges' weights from the arcs': the lightest of parallel ones."""
    up[:], down[:], up_by[:], down_by[:] = NOWHERE, NOWHERE, -1, -1
    for i in range(len(weight)):
        e, w = placed[i] >> 1, weight[i]
        if placed[i] < 0 or w >= NOWHERE:
            continue
        if placed[i] & 1:
            if w < down[e]:
                down[e], down_by[e] = w, i
        elif w < up[e]:
            up[e], up_by[e] = w, i


@njit(cache=True, nogil=True)
def lift(first: Any, above: Any, up: Any, down: Any, up_by: Any, down_by: Any) -> None:
    """Lower triangles from the lowest rank up: the way between two by a junction below both."""
    for v in range(len(first) - 1):
        end = first[v + 1]
        for ex in range(first[v], end):
            to_x, from_x, p = up[ex], down[ex], first[above[ex]]
            for ey in range(ex + 1, end):
                while above[p] != above[ey]:
                    p += 1
                # That it is shorter is asked first, as it rarely is.
                there, back = from_x + up[ey], down[ey] + to_x
                if there < up[p] and from_x < NOWHERE and up[ey] < NOWHERE:
                    up[p], up_by[p] = there, -2 - v
                if back < down[p] and down[ey] < NOWHERE and to_x < NOWHERE:
                    down[p], down_by[p] = back, -2 - v


@njit(cache=True, nogil=True)
def climb(start: int, first: Any, above: Any, parent: Any, weight: Any, reached: Any, by: Any) -> None:
    """Distances from `start` to all its ancestors; `reached` is NOWHERE before; `by` may be empty."""
    reached[start] = 0
    v = start
    while v != -1:
        if reached[v] < NOWHERE:
            for e in range(first[v], first[v + 1]):
                if weight[e] < NOWHERE and reached[v] + weight[e] < reached[above[e]]:
                    reached[above[e]] = reached[v] + weight[e]
                    if len(by):
                        by[above[e]] = v
        v = parent[v]


@njit(cache=True, nogil=True)
def meet(source: int, target: int, parent: Any, there: Any, back: Any) -> Any:
    """The least sum over common ancestors and where it is; both columns are NOWHERE again afterwards."""
    best, top = NOWHERE, -1
    v = source
    while v != -1:
        if there[v] < NOWHERE and back[v] < NOWHERE and there[v] + back[v] < best:
            best, top = np.int32(there[v] + back[v]), v
        v = parent[v]
    for start, column in ((source, there), (target, back)):
        v = start
        while v != -1:
            column[v] = NOWHERE
            v = parent[v]
    return best, top


@njit(cache=True, nogil=True, parallel=True)
def many_pairs(sources: Any, targets: Any, first: Any, above: Any, parent: Any, up: Any, down: Any, parts: int) -> Any:
    """Distances of pairs of ranks (k,), in `parts` threads."""
    told, none = np.empty(len(sources), np.int32), np.empty(0, np.int32)
    there = np.full((parts, len(parent)), NOWHERE, np.int32)
    back = there.copy()
    for part in prange(parts):
        for i in range(len(sources) * part // parts, len(sources) * (part + 1) // parts):
            climb(sources[i], first, above, parent, up, there[part], none)
            climb(targets[i], first, above, parent, down, back[part], none)
            told[i] = meet(sources[i], targets[i], parent, there[part], back[part])[0]
    return told


@njit(cache=True, nogil=True)
def unpack(ranks: Any, first: Any, above: Any, up_by: Any, down_by: Any) -> Any:
    """The arcs of a way over edges, given the ranks it touches."""
    arcs = [np.int64(0) for _ in range(0)]
    stack = [(ranks[i], ranks[i + 1]) for i in range(len(ranks) - 2, -1, -1)]
    while len(stack):
        u, v = stack.pop()
        e = edge_between(min(u, v), max(u, v), first, above)
        by = up_by[e] if u < v else down_by[e]
        if by >= 0:
            arcs.append(np.int64(by))
        else:
            middle = np.int32(-2 - by)
            stack.append((middle, v))
            stack.append((u, middle))
    return np.array(arcs, dtype=np.int64)

"""The inner loops that build the hierarchy and lay weights on it, in machine code.

Junctions are named by rank; an edge joins a rank to a higher one.

An edge has two weights, `up` (from the lower rank) and `down` (from the higher), and for each where it comes from:
an arc of the network (0 or more), the junction that a shortcut goes by (-2 - junction), or nothing (-1). No loop adds
to NOWHERE, so that weights below zero cannot make a way where there is none.
"""

from heapq import heappop, heappush
from typing import Any

import numpy as np
from numba import njit

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
def edge_between(low: Any, high: Any, first: Any, above: Any) -> int:
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
def regroup(parent: Any, least: int) -> Any:
    """New ranks (n,) for the same hierarchy, and how many are not at its top.

    Below the top, which are the junctions with more than `least` under them, each subtree has ranks in a row, so that
    what is near in the tree is near in memory and threads may take subtrees of their own.
    """
    n = len(parent)
    under, child, sibling = np.ones(n, np.int64), np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    for v in range(n):
        if parent[v] != -1:
            under[parent[v]] += under[v]
            sibling[v] = child[parent[v]]
            child[parent[v]] = v
    fresh, low, high = np.empty(n, np.int32), 0, np.int64(0)
    for v in range(n):
        high += under[v] <= least
    split, stack = high, np.empty(n, np.int32)
    for root in range(n):
        if under[root] > least:
            fresh[root] = high  # in their old order, which is one of the tree
            high += 1
        elif parent[root] == -1 or under[parent[root]] > least:
            top = 1
            stack[0] = root
            while top:
                v = stack[top - 1]
                if child[v] != -1:
                    stack[top] = child[v]
                    child[v] = sibling[child[v]]
                    top += 1
                else:
                    fresh[v] = low
                    low += 1
                    top -= 1
    return fresh, split


@njit(cache=True, nogil=True)
def renamed(fresh: Any, first: Any, above: Any, parent: Any) -> Any:
    """The edges and parents under new ranks."""
    n = len(parent)
    starts, over, old = np.zeros(n + 1, np.int64), np.full(n, -1, np.int32), np.empty(n, np.int32)
    for v in range(n):
        old[fresh[v]] = v
        over[fresh[v]] = fresh[parent[v]] if parent[v] != -1 else -1
    out = np.empty(len(above), np.int32)
    for v in range(n):
        row = above[first[old[v]] : first[old[v] + 1]]
        starts[v + 1] = starts[v] + len(row)
        out[starts[v] : starts[v + 1]] = np.sort(fresh[row])
    return starts, out, over


@njit(cache=True, nogil=True)
def subtrees(parent: Any, split: int) -> Any:
    """Where the subtrees below the top begin and end, as ranks (k, 2)."""
    begin, found, k = 0, np.empty((split, 2), np.int64), 0
    for v in range(split):
        if parent[v] == -1 or parent[v] >= split:
            found[k, 0], found[k, 1] = begin, v + 1
            begin, k = v + 1, k + 1
    return found[:k].copy()


@njit(cache=True, nogil=True)
def lift(begin: int, end: int, split: int, first: Any, above: Any, edges: Any, top: Any) -> None:
    """Lower triangles of ranks from the lowest up: the way between two by a junction below both.

    `edges` are the columns up, down, up_by, down_by. What concerns edges of ranks from `split` on goes to `top`,
    columns of the same kind that begin there, so that threads do not meet.
    """
    up, down, up_by, down_by = edges
    base = first[split]
    for v in range(begin, end):
        last = first[v + 1]
        for ex in range(first[v], last):
            to_x, from_x, x = up[ex], down[ex], above[ex]
            p = first[x]
            if x < split:
                ups, downs, ups_by, downs_by, off = up, down, up_by, down_by, 0
            else:
                ups, downs, ups_by, downs_by = top
                off = base
            for ey in range(ex + 1, last):
                while above[p] != above[ey]:
                    p += 1
                q = p - off
                # That it is shorter is asked first, as it rarely is.
                there, back = from_x + up[ey], down[ey] + to_x
                if there < ups[q] and from_x < NOWHERE and up[ey] < NOWHERE:
                    ups[q], ups_by[q] = there, -2 - v
                if back < downs[q] and down[ey] < NOWHERE and to_x < NOWHERE:
                    downs[q], downs_by[q] = back, -2 - v


@njit(cache=True, nogil=True)
def join(base: int, edges: Any, top: Any) -> None:
    """Take over from a thread's own columns what is shorter there."""
    up, down, up_by, down_by = edges
    ups, downs, ups_by, downs_by = top
    for q in range(len(ups)):
        if ups[q] < up[base + q]:
            up[base + q], up_by[base + q] = ups[q], ups_by[q]
        if downs[q] < down[base + q]:
            down[base + q], down_by[base + q] = downs[q], downs_by[q]


@njit(cache=True, nogil=True)
def carry(first: Any, above: Any, edges: Any, cost: Any) -> Any:
    """A second cost (m,) summed along the ways that the weights chose, for each edge up and down; 0 where is none."""
    up_by, down_by = edges[2], edges[3]
    ups, downs = np.zeros(len(above), cost.dtype), np.zeros(len(above), cost.dtype)
    for e in range(len(above)):
        if up_by[e] >= 0:
            ups[e] = cost[up_by[e]]
        if down_by[e] >= 0:
            downs[e] = cost[down_by[e]]
    for v in range(len(first) - 1):
        for ex in range(first[v], first[v + 1]):
            p = first[above[ex]]
            for ey in range(ex + 1, first[v + 1]):
                while above[p] != above[ey]:
                    p += 1
                if up_by[p] == -2 - v:
                    ups[p] = downs[ex] + ups[ey]
                if down_by[p] == -2 - v:
                    downs[p] = downs[ey] + ups[ex]
    return ups, downs


@njit(cache=True, nogil=True)
def lightest(e: Any, arcs: Any, below: Any, weight: Any, edges: Any) -> Any:
    """What an edge weighs up and down by its arcs and its lower triangles, and where from."""
    placed, arc_first, arc_of = arcs
    edge_first, edge_of, low, above = below
    up, down, up_by, down_by = NOWHERE, NOWHERE, -1, -1
    for k in range(arc_first[e], arc_first[e + 1]):
        i = arc_of[k]
        if placed[i] & 1:
            if weight[i] < down:
                down, down_by = weight[i], i
        elif weight[i] < up:
            up, up_by = weight[i], i
    x, y = low[e], above[e]
    i, j = edge_first[x], edge_first[y]
    while i < edge_first[x + 1] and j < edge_first[y + 1]:
        ex, ey = edge_of[i], edge_of[j]
        z = low[ex]
        if z == low[ey]:
            to_x, from_x, to_y, from_y = edges[0][ex], edges[1][ex], edges[0][ey], edges[1][ey]
            if from_x < NOWHERE and to_y < NOWHERE and from_x + to_y < up:
                up, up_by = np.int32(from_x + to_y), -2 - z
            if from_y < NOWHERE and to_x < NOWHERE and from_y + to_x < down:
                down, down_by = np.int32(from_y + to_x), -2 - z
        i += z <= low[ey]
        j += low[ey] <= z
    return up, down, up_by, down_by


@njit(cache=True, nogil=True)
def mend(touched: Any, first: Any, arcs: Any, below: Any, weight: Any, edges: Any) -> int:
    """Work out anew the edges `touched` and all that lean on them, from the lowest up; how many were looked at."""
    up, down, up_by, down_by = edges
    low, above = below[2], below[3]
    heap = [np.int64(e) for e in touched]
    done, seen = np.int64(-1), 0
    while len(heap):
        e = heappop(heap)
        if e == done:
            continue
        done, seen = e, seen + 1
        was_up, was_down = up[e], down[e]
        up[e], down[e], up_by[e], down_by[e] = lightest(e, arcs, below, weight, edges)
        if was_up == up[e] and was_down == down[e]:
            continue
        x, y = low[e], above[e]
        for f in range(first[x], first[x + 1]):
            if f == e:
                continue
            p = edge_between(min(y, above[f]), max(y, above[f]), first, above)
            # On the triangle, either the way from y to the other or the way back changes with each side of e.
            onward, back = (up[p], down[p]) if y < above[f] else (down[p], up[p])
            by_down = up[f] < NOWHERE and (down[e] + up[f] < onward or was_down + up[f] == onward)
            by_up = down[f] < NOWHERE and (up[e] + down[f] < back or was_up + down[f] == back)
            if by_down or by_up:
                heappush(heap, np.int64(p))
    return seen

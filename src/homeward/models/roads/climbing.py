"""The inner loops that find ways in a hierarchy, in machine code: climb from both ends to common ancestors.

All ancestors of a rank lie on one path of the elimination tree, so a search needs no queue: it walks that path.
Columns for distances are NOWHERE before and after each search.
"""

from typing import Any

import numpy as np
from numba import njit

from homeward.models.roads.kernels import NOWHERE, edge_between

UNSEEN = np.int32(-(1 << 31))


@njit(cache=True, nogil=True)
def relax(v: int, first: Any, above: Any, weight: Any, reached: Any, by: Any) -> None:
    """Go on from a reached rank to those above it; `by` remembers from where, unless it is empty."""
    gone = reached[v]
    for e in range(first[v], first[v + 1]):
        w = above[e]
        if gone + weight[e] < reached[w] and weight[e] < NOWHERE:
            reached[w] = gone + weight[e]
            if len(by):
                by[w] = v


@njit(cache=True, nogil=True)
def between(s: Any, t: Any, prune: bool, tree: Any, edges: Any, desk: Any, by: Any) -> Any:
    """The least weight from `s` to `t` and the rank where it turns, or NOWHERE and -1.

    With `prune`, right only if no weight is below zero, what is longer than the best so far is not followed.
    """
    first, above, parent = tree
    up, down, there, back = edges[0], edges[1], desk[0], desk[1]
    there[s], back[t] = 0, 0
    best, top = NOWHERE, -1
    while s != t:
        if t == -1 or (s != -1 and s < t):
            if there[s] < NOWHERE:
                relax(s, first, above, up, there, by[0])
            there[s] = NOWHERE
            s = parent[s]
        else:
            if back[t] < NOWHERE:
                relax(t, first, above, down, back, by[1])
            back[t] = NOWHERE
            t = parent[t]
    v = s
    while v != -1:
        out, home = there[v], back[v]
        there[v], back[v] = NOWHERE, NOWHERE
        if out < NOWHERE and home < NOWHERE and out + home < best:
            best, top = np.int32(out + home), v
        bound = best if prune else NOWHERE
        for e in range(first[v], first[v + 1]):
            w = above[e]
            if out < bound and out + up[e] < there[w] and up[e] < NOWHERE:
                there[w] = out + up[e]
                if len(by[0]):
                    by[0][w] = v
            if home < bound and home + down[e] < back[w] and down[e] < NOWHERE:
                back[w] = home + down[e]
                if len(by[1]):
                    by[1][w] = v
        v = parent[v]
    return best, top


@njit(cache=True, nogil=True)
def one(
    s: int, t: int, prune: bool, first: Any, above: Any, parent: Any, up: Any, down: Any, there: Any, back: Any
) -> Any:
    """The least weight of one pair of ranks; with as few columns as can be, since handing over each takes its time."""
    none = np.empty(0, np.int32)
    return between(s, t, prune, (first, above, parent), (up, down), (there, back), (none, none))[0]


@njit(cache=True, nogil=True)
def pairs(sources: Any, targets: Any, prune: bool, tree: Any, edges: Any, desk: Any, told: Any) -> None:
    """Least weights of pairs of ranks (k,), into `told`."""
    none = np.empty(0, np.int32)
    for i in range(len(sources)):
        told[i] = between(sources[i], targets[i], prune, tree, edges, desk, (none, none))[0]


@njit(cache=True, nogil=True)
def arcs_of(s: int, t: int, top: int, tree: Any, edges: Any, by: Any) -> Any:
    """The arcs of the way that `between` found, in driving order."""
    first, above, _ = tree
    ranks = [np.int32(top)]
    while ranks[-1] != s:
        ranks.append(by[0][ranks[-1]])
    ranks.reverse()
    v = np.int32(top)
    while v != t:
        v = by[1][v]
        ranks.append(v)
    arcs = [np.int64(0) for _ in range(0)]
    stack = [(ranks[i], ranks[i + 1]) for i in range(len(ranks) - 2, -1, -1)]
    while len(stack):
        u, v = stack.pop()
        e = edge_between(min(u, v), max(u, v), first, above)
        found = edges[2][e] if u < v else edges[3][e]
        if found >= 0:
            arcs.append(np.int64(found))
        else:
            middle = np.int32(-2 - found)
            stack.append((middle, v))
            stack.append((u, middle))
    return np.array(arcs, dtype=np.int64)


@njit(cache=True, nogil=True)
def space(start: int, tree: Any, weight: Any, cost: Any, reached: Any, spent: Any, out: Any) -> None:
    """All ancestors' distances and second costs from `start` into `out`'s columns (ranks, distances, costs)."""
    first, above, parent = tree
    ranks, far, dear = out
    reached[start], spent[start] = 0, 0
    v, k = start, 0
    while v != -1:
        gone = reached[v]
        ranks[k], far[k], dear[k] = v, gone, spent[v]
        if gone < NOWHERE:
            for e in range(first[v], first[v + 1]):
                w = above[e]
                if gone + weight[e] < reached[w] and weight[e] < NOWHERE:
                    reached[w] = gone + weight[e]
                    spent[w] = spent[v] + cost[e]
        reached[v] = NOWHERE
        v, k = parent[v], k + 1


@njit(cache=True, nogil=True)
def depth(start: int, parent: Any) -> int:
    """How many ancestors a rank has, itself among them."""
    k, v = 0, start
    while v != -1:
        v, k = parent[v], k + 1
    return k


@njit(cache=True, nogil=True)
def spaces(starts: Any, tree: Any, weight: Any, cost: Any, reached: Any, spent: Any) -> Any:
    """The ancestors of many ranks one after another: where each begins (k + 1,), ranks, distances, costs."""
    begins = np.zeros(len(starts) + 1, np.int64)
    for i in range(len(starts)):
        begins[i + 1] = begins[i] + depth(starts[i], tree[2])
    size = begins[-1]
    ranks, far, dear = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, spent.dtype)
    for i in range(len(starts)):
        part = slice(begins[i], begins[i + 1])
        space(starts[i], tree, weight, cost, reached, spent, (ranks[part], far[part], dear[part]))
    return begins, ranks, far, dear


@njit(cache=True, nogil=True)
def matrix(sources: Any, targets: Any, reached: Any, spent: Any, told: Any, costs: Any) -> None:
    """Least weights and their second costs from each space of `sources` to each of `targets`, into (k, l) columns.

    `reached` is UNSEEN before and after.
    """
    for i in range(len(sources[0]) - 1):
        for k in range(sources[0][i], sources[0][i + 1]):
            reached[sources[1][k]], spent[sources[1][k]] = sources[2][k], sources[3][k]
        for j in range(len(targets[0]) - 1):
            best, dear = NOWHERE, spent[0] * 0
            k = targets[0][j + 1] - 1
            while k >= targets[0][j]:  # from the root down, to the first that is not a common ancestor
                v = targets[1][k]
                out, home = reached[v], targets[2][k]
                if out == UNSEEN:
                    break
                if out < NOWHERE and home < NOWHERE and out + home < best:
                    best, dear = np.int32(out + home), spent[v] + targets[3][k]
                k -= 1
            told[i, j], costs[i, j] = best, dear
        for k in range(sources[0][i], sources[0][i + 1]):
            reached[sources[1][k]] = UNSEEN


@njit(cache=True, nogil=True)
def everywhere(start: int, tree: Any, edges: Any, costs: Any, reached: Any, spent: Any) -> None:
    """Least weights from a rank to all, and their second costs: up its path, then down from the top."""
    first, above, parent = tree
    reached[start], spent[start] = 0, 0
    v = start
    while v != -1:
        if reached[v] < NOWHERE:
            for e in range(first[v], first[v + 1]):
                w = above[e]
                if edges[0][e] < NOWHERE and reached[v] + edges[0][e] < reached[w]:
                    reached[w], spent[w] = reached[v] + edges[0][e], spent[v] + costs[0][e]
        v = parent[v]
    for v in range(len(parent) - 1, -1, -1):
        for e in range(first[v], first[v + 1]):
            w = above[e]
            if edges[1][e] < NOWHERE and reached[w] < NOWHERE and reached[w] + edges[1][e] < reached[v]:
                reached[v], spent[v] = reached[w] + edges[1][e], spent[w] + costs[1][e]

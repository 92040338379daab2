"""Turn restrictions as a graph: where rows of arcs are forbidden, having driven one's beginning is a place of its own.

A forbidden pair gives the road in an end of its own with fewer ways on; a row of more arcs gives one for each of its
beginnings, as the states of an automaton that reads the arcs driven. So a map grows by its restrictions and not, as a
graph of all turns would, manifold. A U-turn at such an end counts as forbidden too, unless nothing else is left.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from homeward.models.roads.network import Column, Network
from homeward.models.roads.turning import Costs, no_costs

Row = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Turns:
    """A graph (n' junctions, m' arcs) on which any way obeys the restrictions; `arc` is the network's arc of each."""

    tail: Column  # int32 (m',)
    head: Column  # int32 (m',)
    arc: Column  # int32 (m',)
    junction: Column  # int32 (n',), the network's junction of each
    end_of: Column  # int32 (m,), where one stands having driven an arc of the network
    extra_ms: Column  # int64 (m',), what the turn into each arc costs beyond the arc itself
    costs: Costs


def rows_of(network: Network) -> Iterator[Row]:
    """All rows of arcs that must not be driven one after another."""
    yield from map(tuple, network.forbidden.tolist())
    first, arcs = network.via_first.tolist(), network.via_arcs.tolist()
    for begin, end in pairwise(first):
        yield tuple(arcs[begin:end])


def obey(network: Network, costs: Costs | None = None) -> Turns:
    """The graph of a network's restrictions; roads into a turn that costs something get an end of their own too."""
    costs = costs or no_costs(network)
    barred = set(rows_of(network))
    states = sorted({row[:size] for row in barred for size in range(1, len(row))})
    own = np.setdiff1d(costs.into, [state[0] for state in states if len(state) == 1]).astype(np.int32)
    n, number = network.nodes, {state: i for i, state in enumerate(states)}
    end_of = np.array(network.head, dtype=np.int32)
    end_of[own] = n + len(states) + np.arange(len(own), dtype=np.int32)
    for state in states:
        if len(state) == 1:
            end_of[state[0]] = n + number[state]
    first = np.searchsorted(network.tail, np.arange(n + 1))
    special = _special(network, states, number, barred, end_of, first)
    into, on = _turned(network, own, first)
    arc = np.concatenate([np.arange(network.arcs), [row[2] for row in special], on]).astype(np.int32)
    tail = np.concatenate([network.tail, [row[0] for row in special], end_of[into]]).astype(np.int32)
    head = np.concatenate([end_of, [row[1] for row in special], end_of[on]]).astype(np.int32)
    lasts = np.array([states[row[0] - n][-1] for row in special], dtype=np.int64)
    extra = np.zeros(len(arc), dtype=np.int64)
    extra[network.arcs :] = costs.of(np.concatenate([lasts, into]), arc[network.arcs :])
    ends = network.head[np.concatenate([[state[-1] for state in states], own]).astype(np.int64)]
    return Turns(tail, head, arc, np.concatenate([np.arange(n), ends]).astype(np.int32), end_of, extra, costs)


def _special(
    network: Network, states: list[Row], number: dict[Row, int], barred: set[Row], end_of: Column, first: Column
) -> list[tuple[int, int, int]]:
    """The ways on from the states of restrictions: from where to where on the graph, and by which arc."""
    n, heads, starts, rows = network.nodes, network.head.tolist(), first.tolist(), []
    for state in states:
        last = state[-1]
        out = [b for b in range(starts[heads[last]], starts[heads[last] + 1]) if not _ends_in((*state, b), barred)]
        for b in [b for b in out if heads[b] != network.tail[last]] or out:
            rows.append((n + number[state], _after((*state, b), number, n, int(end_of[b])), b))
    return rows


def _turned(network: Network, own: Column, first: Column) -> tuple[Column, Column]:
    """Every way on from arcs that have an end of their own: the arcs in and on (k,), (k,)."""
    head = network.head[own]
    count = first[head + 1] - first[head]
    on = np.repeat(first[head] - np.cumsum(count) + count, count) + np.arange(int(count.sum()))
    return np.repeat(own, count).astype(np.int64), on.astype(np.int64)


def _ends_in(driven: Row, barred: set[Row]) -> bool:
    """Whether what was driven ends in a forbidden row."""
    return any(driven[i:] in barred for i in range(len(driven) - 1))


def _after(driven: Row, number: dict[Row, int], n: int, junction: int) -> int:
    """Where one stands having driven that: the longest beginning of a forbidden row it ends in, or nowhere special."""
    return next((n + number[driven[i:]] for i in range(len(driven)) if driven[i:] in number), junction)
